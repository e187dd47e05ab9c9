import { Actions } from "./actions.js";
import { Answers } from "./answers.js";
import { ApiErrors } from "./api-error.js";
import { Auth } from "./auth.js";
import { endpoints } from "./endpoints.js";
import { Engine } from "./engine.js";
import { type Fault, Faults } from "./faults.js";
import type { Stage } from "./graphs.js";
import { HttpServer } from "./http-server.js";
import { type Id, seedId } from "./ids.js";
import { Inventory } from "./inventory.js";
import type { SubtaskStatus, Task, TaskStatus } from "./model.js";
import { badOption, noSuch } from "./option-error.js";
import type { AccessKey, Credentials, Permissions, SeedCluster, SeedObproxy, SimulatorOptions } from "./options.js";
import { Plans, type Registration, type WorkPlan } from "./plans.js";
import { Random } from "./random.js";
import type { RecordedRequest } from "./recorder.js";
import { type ResolvedOptions, resolveOptions } from "./resolve-options.js";
import { RateLimit } from "./rate-limit.js";
import { Router } from "./router.js";
import { Service } from "./service.js";
import { type ClusterSnapshot, clusterSnapshot, type TaskSnapshot, taskSnapshot } from "./snapshot.js";
import { LogWriter } from "./subtask-log.js";
import { type Submitter, Submissions } from "./submissions.js";
import { TaskJson } from "./task-json.js";
import { formatInstant } from "./time.js";

/** A task of somebody else, of which the simulator only knows how it goes. */
export interface OtherTask {
  /** For example `"Restart obproxy"`. */
  readonly name: string;
  /** The OBProxy cluster that it works on; default none. */
  readonly clusterId?: number | string;
  /** The OBProxies of that cluster that it works on; default none. */
  readonly obproxyIds?: readonly (number | string)[];
  /** Names of its subtasks, one after the other; default `["Start node", "Finish node"]`. */
  readonly subtasks?: readonly string[];
  /** Holds the cluster's lock until its last subtask has succeeded; default true. */
  readonly lock?: boolean;
  /** Name of the user who started it; default `"operator"`. */
  readonly creator?: string;
  /** What its answers have as `tags`, also before 4.3.6; default, from 4.3.6 on, the cluster and those OBProxies. */
  readonly tags?: readonly Readonly<Record<string, unknown>>[];
}

/** A task of somebody else that came to rest before. It holds no lock, and has changed nothing that the simulator knows. */
export interface PastTask extends Omit<OtherTask, "lock"> {
  readonly status: "FAILED" | "SUCCESSFUL";
  /** As the tags tell it; default that of `clusterId`, which OCP need not know any more. */
  readonly clusterName?: string;
  /** Milliseconds since the epoch; default now. */
  readonly startTime?: number;
}

/** An end of OCP's process. */
export interface Outage {
  /**
   * `"kill"`: subtasks at work stay RUNNING until their timeout and eleven ticks have passed. `"term"`: they are FAILED
   * at once, their task some time after the engine's start. Default `"kill"`.
   */
  readonly manner?: "kill" | "term";
}

/** A start of OCP's process. */
export interface Start {
  /** Ticks until the task engine starts; 60 in a real OCP. Default 0. */
  readonly engineDelayTicks?: number;
}

/** The user behind tasks that are submitted without HTTP. */
const OPERATOR = { id: 200, name: "operator" };

/**
 * A running simulator; see {@link startSimulator}. Ids may be given as numbers or strings and come as strings. Methods
 * that name something which does not exist throw `SimulatorOptionError`; actions that OCP would refuse throw `ApiError`.
 */
export class Simulator {
  private readonly random: Random;
  private readonly inventory: Inventory;
  private readonly plans: Plans;
  private readonly submissions: Submissions;
  private readonly actions: Actions;
  private readonly engine: Engine;
  private readonly auth: Auth;
  private readonly faults = new Faults();
  private readonly server: HttpServer;
  private readonly arrivals: Listeners = new Set();
  private readonly answers: Listeners = new Set();
  private permissions: Permissions;
  private port = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @internal */
  constructor(private readonly options: ResolvedOptions) {
    const { clock, traits, utcOffsetMinutes } = options;
    const errors = new ApiErrors(traits);
    const answers = new Answers(clock, utcOffsetMinutes);
    this.random = new Random(options.seed);
    this.inventory = new Inventory(clock);
    this.plans = new Plans(options.tickLengthMs);
    this.permissions = options.permissions;
    this.submissions = new Submissions(this.inventory, this.plans, errors, options);
    this.actions = new Actions(this.submissions.tasks, this.inventory, errors);
    this.engine = new Engine(this.submissions.tasks, this.inventory, new LogWriter(utcOffsetMinutes), options);
    this.auth = new Auth(
      answers,
      this.random,
      { accessKeysKnown: traits.accessKeys, clock },
      options.credentials,
      options.accessKeys,
    );
    const routes = endpoints({
      traits,
      errors,
      inventory: this.inventory,
      submissions: this.submissions,
      actions: this.actions,
      maxPageSize: options.maxPageSize,
      taskJson: new TaskJson(traits, utcOffsetMinutes, this.random),
      instant: (time) => formatInstant(time, utcOffsetMinutes),
      now: clock,
    });
    const service = new Service(new Router(routes), this.auth, answers, errors, {
      permissions: () => this.permissions,
      rateLimit:
        options.rateLimit === undefined
          ? undefined
          : new RateLimit(options.rateLimit.limit, options.rateLimit.windowSeconds, clock),
      onObserve: () => {
        if (options.engine.kind === "poll") {
          this.engine.tick();
        }
      },
    });
    this.server = new HttpServer(service, answers, this.faults, this.random, {
      ...options,
      onArrival: (request) => {
        tell(this.arrivals, request);
      },
      onRequest: (request) => {
        tell(this.answers, request);
      },
    });
    this.answers.add(options.onRequest);
    for (const cluster of options.clusters) {
      this.inventory.add(cluster);
    }
  }

  /** @internal */
  async start(): Promise<void> {
    this.port = await this.server.listen(this.options.port);
    if (this.options.engine.kind === "timer") {
      this.timer = setInterval(() => {
        this.engine.tick();
      }, this.options.engine.tickMs);
      if (this.options.unref) {
        this.timer.unref();
      }
    }
  }

  /** Ends the server, its connections and the engine's timer. May be called more than once. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.server.close();
  }

  /** Base URL with prefix, without trailing slash: `http://127.0.0.1:40123`. */
  get url(): string {
    const { host, https, pathPrefix } = this.options;
    const authority = host.includes(":") ? `[${host}]` : host;
    return `${https === undefined ? "http" : "https"}://${authority}:${this.port}${pathPrefix}`;
  }

  /** As given, or the default. */
  get version(): string {
    return this.options.version;
  }

  // What has been asked

  /** Every request since the start, in order of arrival; those under way change until they are answered. */
  get requests(): readonly RecordedRequest[] {
    return this.server.requests;
  }

  clearRequests(): void {
    this.server.requests.length = 0;
  }

  /** Resolves when the next request that matches has been received, before anything is done about it. */
  nextArrival(matches?: (request: RecordedRequest) => boolean): Promise<RecordedRequest> {
    return next(this.arrivals, matches);
  }

  /** Resolves when the next request that matches has been answered, or its connection cut. */
  nextRequest(matches?: (request: RecordedRequest) => boolean): Promise<RecordedRequest> {
    return next(this.answers, matches);
  }

  // What OCP knows

  state(): { readonly clusters: readonly ClusterSnapshot[]; readonly tasks: readonly TaskSnapshot[] } {
    return { clusters: this.clusters, tasks: this.tasks };
  }

  get clusters(): readonly ClusterSnapshot[] {
    return this.inventory.all().map(clusterSnapshot);
  }

  /** In the order of submission. */
  get tasks(): readonly TaskSnapshot[] {
    return [...this.submissions.tasks.values()].map(taskSnapshot);
  }

  cluster(id: number | string): ClusterSnapshot | undefined {
    const cluster = this.inventory.find(String(id));
    return cluster === undefined ? undefined : clusterSnapshot(cluster);
  }

  task(id: number | string): TaskSnapshot | undefined {
    const task = this.submissions.tasks.get(String(id));
    return task === undefined ? undefined : taskSnapshot(task);
  }

  /** Also replaces a cluster of the same id. */
  addCluster(seed: SeedCluster): void {
    this.inventory.add(seed);
  }

  /** At once and without a task, as if it had never been. */
  removeCluster(id: number | string): void {
    this.inventory.remove(this.inventory.get(id).id);
  }

  renameCluster(id: number | string, name: string): void {
    this.inventory.get(id).name = name;
  }

  /** Merges members into OCP's answer about the cluster; undefined takes one away, also `obproxies`. */
  updateCluster(id: number | string, details: Readonly<Record<string, unknown>>): void {
    const cluster = this.inventory.get(id);
    cluster.details = { ...cluster.details, ...details };
  }

  addObproxy(clusterId: number | string, seed: number | string | SeedObproxy): void {
    this.inventory.addObproxy(clusterId, seed);
  }

  /** At once and without a task. */
  removeObproxy(clusterId: number | string, id: number | string): void {
    this.inventory.removeObproxies(this.inventory.get(clusterId).id, [String(id)]);
  }

  updateObproxy(clusterId: number | string, id: number | string, change: Partial<Omit<SeedObproxy, "id">>): void {
    const cluster = this.inventory.get(clusterId);
    this.inventory.updateObproxies(cluster.id, [String(id)], (obproxy) => ({
      ...obproxy,
      ...change,
      hostId: change.hostId === undefined ? obproxy.hostId : seedId("hostId", change.hostId),
      details: { ...obproxy.details, ...change.details },
    }));
  }

  /** As if some operation that leaves no task held the cluster. */
  lock(clusterId: number | string): void {
    this.inventory.get(clusterId).lockedBy = "console";
  }

  unlock(clusterId: number | string): void {
    delete this.inventory.get(clusterId).lockedBy;
  }

  // What others do meanwhile

  /** Somebody deletes the cluster in the console. */
  submitDeleteCluster(id: number | string): TaskSnapshot {
    return taskSnapshot(this.submissions.deleteCluster(String(id), this.operator()));
  }

  /** Somebody deletes OBProxies in the console; default by the newest dialect that the version knows. */
  submitDeleteObproxies(
    clusterId: number | string,
    ids: readonly (number | string)[],
    dialect: "DELETE" | "POST" = this.options.traits.serversDelete ? "POST" : "DELETE",
  ): TaskSnapshot {
    const task = this.submissions.deleteObproxies(dialect, String(clusterId), ids.map(String), [], this.operator());
    return taskSnapshot(task);
  }

  /** Somebody starts another task. */
  startTask(task: OtherTask): TaskSnapshot {
    const started = this.submissions.start(this.operator(task.creator), {
      name: task.name,
      cluster: task.clusterId === undefined ? undefined : this.inventory.get(task.clusterId),
      obproxyIds: (task.obproxyIds ?? []).map(String),
      stages: stagesOf(task),
      locks: task.lock ?? true,
    });
    return tagged(started, task);
  }

  /** Somebody's task has come to rest, with its last subtask FAILED where the task is. */
  addPastTask(task: PastTask): TaskSnapshot {
    const { clusterId, startTime } = task;
    const recorded = this.submissions.record(this.operator(task.creator), {
      name: task.name,
      status: task.status,
      clusterId: clusterId === undefined ? undefined : seedId("clusterId", clusterId),
      clusterName: task.clusterName ?? (clusterId === undefined ? undefined : this.cluster(clusterId)?.name),
      obproxyIds: (task.obproxyIds ?? []).map((id) => seedId("obproxyIds", id)),
      stages: stagesOf(task),
      startTime,
    });
    return tagged(recorded, task);
  }

  /** So many of them, the oldest first. */
  addPastTasks(count: number, task: PastTask | ((index: number) => PastTask)): readonly TaskSnapshot[] {
    return Array.from({ length: count }, (_, index) =>
      this.addPastTask(typeof task === "function" ? task(index) : task),
    );
  }

  /** Runs the failed subtasks of a FAILED task again. */
  retry(taskId: number | string): void {
    this.actions.retry(this.known(taskId).id);
  }

  /** Takes back what a FAILED task has done; it ends SUCCESSFUL. */
  rollback(taskId: number | string): void {
    this.actions.rollback(this.known(taskId).id);
  }

  /** `subtask`: its id, or its name (then the first FAILED one of that name). */
  retrySubtask(taskId: number | string, subtask: number | string): void {
    this.actions.retrySubtask(this.subtaskId(taskId, subtask, "FAILED"));
  }

  /** `subtask`: its id, or its name (then the first FAILED one of that name). Default the first FAILED one. */
  skip(taskId: number | string, subtask?: number | string): void {
    this.actions.skip(this.subtaskId(taskId, subtask, "FAILED"));
  }

  /** `subtask`: its id, or its name (then the first RUNNING one of that name). Default the first RUNNING one. */
  cancel(taskId: number | string, subtask?: number | string): void {
    this.actions.cancel(this.subtaskId(taskId, subtask, "RUNNING"));
  }

  /**
   * The console's "abandon": a FAILED task ends for good, its work undone, its cluster free. Which status it then has
   * is not documented. Default `"SUCCESSFUL"`.
   */
  abandon(taskId: number | string, status: TaskStatus = "SUCCESSFUL"): void {
    const task = this.known(taskId);
    task.status = status;
    this.engine.unlock(task);
  }

  /** Nothing of the task goes on until {@link resume}; answers call it by a status that is not documented. */
  suspend(taskId: number | string, status = "SUSPENDED"): void {
    this.known(taskId).suspended = true;
    this.overrideTask(taskId, { status });
  }

  resume(taskId: number | string): void {
    const task = this.known(taskId);
    task.suspended = false;
    task.override = Object.fromEntries(Object.entries(task.override).filter(([member]) => member !== "status"));
  }

  /**
   * As after a start of OCP in another time zone: it stores the times of tasks without one (seen in ocp-express). Those
   * of tasks that come later are right again.
   */
  shiftTaskTimes(minutes: number): void {
    const shifted = (time: number): number => time + minutes * 60_000;
    for (const task of this.submissions.tasks.values()) {
      task.createTime = shifted(task.createTime);
      task.startTime = shifted(task.startTime);
      if (task.finishTime !== undefined) {
        task.finishTime = shifted(task.finishTime);
      }
    }
  }

  /** OCP has cleared its history: the task is 404 from now on. */
  forgetTask(taskId: number | string): void {
    this.submissions.tasks.delete(this.known(taskId).id);
  }

  /** Merges members into every answer about the task, for example `{ status: "ABORTED" }`; undefined takes one away. */
  overrideTask(taskId: number | string, members: Readonly<Record<string, unknown>>): void {
    const task = this.known(taskId);
    task.override = { ...task.override, ...members };
  }

  /** The same for a subtask, by id or name, for example `{ status: "WARNING" }`. */
  overrideSubtask(taskId: number | string, subtask: number | string, members: Readonly<Record<string, unknown>>): void {
    const task = this.known(taskId);
    const id = this.subtaskId(taskId, subtask);
    task.subtaskOverrides = { ...task.subtaskOverrides, [id]: { ...task.subtaskOverrides[id], ...members } };
  }

  // How time passes

  /** Moves the engine by ticks, also where it moves by itself. Default 1. */
  tick(ticks = 1): void {
    for (let tick = 0; tick < ticks; tick += 1) {
      this.engine.tick();
    }
  }

  /** Ticks until the task is no longer RUNNING; returns how many. Throws after `maxTicks`. */
  runToEnd(taskId: number | string, maxTicks = 10_000): number {
    for (let ticks = 0; ticks <= maxTicks; ticks += 1) {
      if (this.known(taskId).status !== "RUNNING") {
        return ticks;
      }
      this.engine.tick();
    }
    throw badOption("maxTicks", maxTicks, `enough for task ${taskId} to end`);
  }

  /** Says how subtasks of coming tasks go; where plans overlap, the later one wins. */
  planWork(plan: WorkPlan): Registration {
    return this.plans.add(plan);
  }

  clearPlans(): void {
    this.plans.clear();
  }

  // What goes wrong

  /** Puts something in the way of coming requests. */
  inject(fault: Fault): Registration {
    return this.faults.inject(fault);
  }

  clearFaults(): void {
    this.faults.clear();
  }

  /** The process ends: the port refuses, nothing moves. In order to come back: {@link up}. */
  async down({ manner = "kill" }: Outage = {}): Promise<void> {
    this.engine.halt(manner);
    await this.server.close();
  }

  /** The process starts again, on the same port. */
  async up({ engineDelayTicks = 0 }: Start = {}): Promise<void> {
    await this.server.listen(this.port);
    this.engine.resume(engineDelayTicks);
  }

  /** {@link down}, `downMs` real milliseconds of refused connections (default 0), and {@link up}. */
  async restart({ downMs = 0, ...how }: Outage & Start & { readonly downMs?: number } = {}): Promise<void> {
    await this.down(how);
    await new Promise((resolve) => setTimeout(resolve, downMs));
    await this.up(how);
  }

  /** Merged into the present permissions. */
  setPermissions(permissions: Permissions): void {
    this.permissions = { ...this.permissions, ...permissions };
  }

  /** Sessions go on, as in OCP. */
  setCredentials(credentials: Credentials): void {
    this.auth.credentials = credentials;
  }

  setAccessKeys(accessKeys: readonly AccessKey[]): void {
    this.auth.accessKeys = accessKeys;
  }

  /** As after five wrong logins in the console: right credentials are refused like wrong ones. */
  lockAccount(locked = true): void {
    this.auth.accountLocked = locked;
  }

  private operator(name = OPERATOR.name): Submitter {
    return { user: { ...OPERATOR, name }, executor: this.options.nodes[0]?.executor ?? this.options.host };
  }

  private known(id: number | string): Task {
    const task = this.submissions.tasks.get(String(id));
    if (task === undefined) {
      throw noSuch("task", String(id));
    }
    return task;
  }

  private subtaskId(taskId: number | string, wanted: number | string | undefined, status?: SubtaskStatus): Id {
    const { subtasks } = this.known(taskId);
    const named = subtasks.filter(({ id, name }) => wanted === undefined || String(wanted) === id || wanted === name);
    const found = named.find((subtask) => subtask.status === status) ?? named[0];
    if (found === undefined) {
      throw noSuch("subtask", String(wanted));
    }
    return found.id;
  }
}

function stagesOf({ subtasks: names = ["Start node", "Finish node"] }: OtherTask | PastTask): readonly Stage[] {
  return names.map((name, step): Stage => {
    const isLast = step === names.length - 1;
    return { name, className: "", timeout: 1800, ...(isLast ? { effects: ["unlock"] } : {}) };
  });
}

function tagged(task: Task, { tags }: OtherTask | PastTask): TaskSnapshot {
  if (tags !== undefined) {
    task.override = { ...task.override, tags };
  }
  return taskSnapshot(task);
}

type Listeners = Set<(request: RecordedRequest) => void>;

function tell(listeners: Listeners, request: RecordedRequest): void {
  for (const listener of [...listeners]) {
    listener(request);
  }
}

function next(
  listeners: Listeners,
  matches: (request: RecordedRequest) => boolean = () => true,
): Promise<RecordedRequest> {
  return new Promise((resolve) => {
    const listener = (request: RecordedRequest): void => {
      if (matches(request)) {
        listeners.delete(listener);
        resolve(request);
      }
    };
    listeners.add(listener);
  });
}

/**
 * Starts an OCP on a local port that answers as documented for its version, and, where the documentation is silent, as
 * ocp-express was seen to answer. The promise rejects where an option cannot be meant or the port is taken.
 *
 * ```ts
 * const ocp = await startSimulator({ tickMs: "manual", clusters: [{ id: 27, name: "orders", obproxies: [1, 2, 3] }] });
 * ocp.planWork({ subtaskName: "Delete obproxy info", fail: 1 });
 * // … something deletes at ocp.url …
 * ocp.tick();
 * await ocp.stop();
 * ```
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = new Simulator(resolveOptions(options));
  await simulator.start();
  return simulator;
}

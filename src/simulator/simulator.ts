import type { Fault } from "./faults.js";
import { seedId } from "./ids.js";
import type { TaskStatus } from "./model.js";
import { badOption } from "./option-error.js";
import type {
  AccessKey,
  Credentials,
  Outage,
  Permissions,
  SeedCluster,
  SeedObproxy,
  SimulatorOptions,
  Start,
} from "./options.js";
import type { OtherTask, PastTask } from "./other-tasks.js";
import type { Registration, WorkPlan } from "./plans.js";
import type { RecordedRequest } from "./recorder.js";
import { type ResolvedOptions, resolveOptions } from "./resolve-options.js";
import { type ClusterSnapshot, clusterSnapshot, type TaskSnapshot, taskSnapshot } from "./snapshot.js";
import { assemble, type Parts } from "./wiring.js";

/**
 * A running simulator; see {@link startSimulator}. Ids may be given as numbers or strings and come as strings. Methods
 * that name something which does not exist throw `SimulatorOptionError`; actions that OCP would refuse throw `ApiError`.
 */
export class Simulator {
  private constructor(
    private readonly options: ResolvedOptions,
    private readonly parts: Parts,
  ) {}

  /** See {@link startSimulator}. */
  static async start(given: SimulatorOptions): Promise<Simulator> {
    const options = resolveOptions(given);
    const parts = assemble(options);
    await parts.process.start();
    return new Simulator(options, parts);
  }

  /** Ends the server, its connections and the engine's timer. May be called more than once. */
  stop(): Promise<void> {
    return this.parts.process.stop();
  }

  /** Base URL with prefix, without trailing slash: `http://127.0.0.1:40123`. */
  get url(): string {
    return this.parts.process.url;
  }

  /** As given, or the default. */
  get version(): string {
    return this.options.version;
  }

  // What has been asked

  /** Every request since the start, in order of arrival; those under way change until they are answered. */
  get requests(): readonly RecordedRequest[] {
    return this.parts.server.requests;
  }

  clearRequests(): void {
    this.parts.server.requests.length = 0;
  }

  /** Resolves when the next request that matches has been received, before anything is done about it. */
  nextArrival(matches?: (request: RecordedRequest) => boolean): Promise<RecordedRequest> {
    return this.parts.arrivals.next(matches);
  }

  /** Resolves when the next request that matches has been answered, or its connection cut. */
  nextRequest(matches?: (request: RecordedRequest) => boolean): Promise<RecordedRequest> {
    return this.parts.answers.next(matches);
  }

  // What OCP knows

  state(): { readonly clusters: readonly ClusterSnapshot[]; readonly tasks: readonly TaskSnapshot[] } {
    return { clusters: this.clusters, tasks: this.tasks };
  }

  get clusters(): readonly ClusterSnapshot[] {
    return this.parts.inventory.all().map(clusterSnapshot);
  }

  /** In the order of submission. */
  get tasks(): readonly TaskSnapshot[] {
    return [...this.parts.submissions.tasks.values()].map(taskSnapshot);
  }

  cluster(id: number | string): ClusterSnapshot | undefined {
    const cluster = this.parts.inventory.find(String(id));
    return cluster === undefined ? undefined : clusterSnapshot(cluster);
  }

  task(id: number | string): TaskSnapshot | undefined {
    const task = this.parts.submissions.tasks.get(String(id));
    return task === undefined ? undefined : taskSnapshot(task);
  }

  /** Also replaces a cluster of the same id. */
  addCluster(seed: SeedCluster): void {
    this.parts.inventory.add(seed);
  }

  /** At once and without a task, as if it had never been. */
  removeCluster(id: number | string): void {
    this.parts.inventory.remove(this.parts.inventory.get(id).id);
  }

  renameCluster(id: number | string, name: string): void {
    this.parts.inventory.get(id).name = name;
  }

  /** Merges members into OCP's answer about the cluster; undefined takes one away, also `obproxies`. */
  updateCluster(id: number | string, details: Readonly<Record<string, unknown>>): void {
    const cluster = this.parts.inventory.get(id);
    cluster.details = { ...cluster.details, ...details };
  }

  addObproxy(clusterId: number | string, seed: number | string | SeedObproxy): void {
    this.parts.inventory.addObproxy(clusterId, seed);
  }

  /** At once and without a task. */
  removeObproxy(clusterId: number | string, id: number | string): void {
    this.parts.inventory.removeObproxies(this.parts.inventory.get(clusterId).id, [String(id)]);
  }

  updateObproxy(clusterId: number | string, id: number | string, change: Partial<Omit<SeedObproxy, "id">>): void {
    const cluster = this.parts.inventory.get(clusterId);
    this.parts.inventory.updateObproxies(cluster.id, [String(id)], (obproxy) => ({
      ...obproxy,
      ...change,
      hostId: change.hostId === undefined ? obproxy.hostId : seedId("hostId", change.hostId),
      details: { ...obproxy.details, ...change.details },
    }));
  }

  /** As if some operation that leaves no task held the cluster. */
  lock(clusterId: number | string): void {
    this.parts.inventory.get(clusterId).lockedBy = "console";
  }

  unlock(clusterId: number | string): void {
    delete this.parts.inventory.get(clusterId).lockedBy;
  }

  // What others do meanwhile

  /** Somebody deletes the cluster in the console. */
  submitDeleteCluster(id: number | string): TaskSnapshot {
    return this.parts.others.deleteCluster(id);
  }

  /** Somebody deletes OBProxies in the console; default by the newest dialect that the version knows. */
  submitDeleteObproxies(
    clusterId: number | string,
    ids: readonly (number | string)[],
    dialect?: "DELETE" | "POST",
  ): TaskSnapshot {
    return this.parts.others.deleteObproxies(clusterId, ids, dialect);
  }

  /** Somebody starts another task. */
  startTask(task: OtherTask): TaskSnapshot {
    return this.parts.others.start(task);
  }

  /** Somebody's task has come to rest, with its last subtask FAILED where the task is. */
  addPastTask(task: PastTask): TaskSnapshot {
    return this.parts.others.havePast(task);
  }

  /** So many of them, the oldest first. */
  addPastTasks(count: number, task: PastTask | ((index: number) => PastTask)): readonly TaskSnapshot[] {
    return Array.from({ length: count }, (_, index) =>
      this.addPastTask(typeof task === "function" ? task(index) : task),
    );
  }

  /** Runs the failed subtasks of a FAILED task again. */
  retry(taskId: number | string): void {
    this.parts.actions.retry(this.parts.tampering.known(taskId).id);
  }

  /** Takes back what a FAILED task has done; it ends SUCCESSFUL. */
  rollback(taskId: number | string): void {
    this.parts.actions.rollback(this.parts.tampering.known(taskId).id);
  }

  /** `subtask`: its id, or its name (then the first FAILED one of that name). */
  retrySubtask(taskId: number | string, subtask: number | string): void {
    this.parts.actions.retrySubtask(this.parts.tampering.subtaskId(taskId, subtask, "FAILED"));
  }

  /** `subtask`: its id, or its name (then the first FAILED one of that name). Default the first FAILED one. */
  skip(taskId: number | string, subtask?: number | string): void {
    this.parts.actions.skip(this.parts.tampering.subtaskId(taskId, subtask, "FAILED"));
  }

  /** `subtask`: its id, or its name (then the first RUNNING one of that name). Default the first RUNNING one. */
  cancel(taskId: number | string, subtask?: number | string): void {
    this.parts.actions.cancel(this.parts.tampering.subtaskId(taskId, subtask, "RUNNING"));
  }

  /**
   * The console's "abandon": a FAILED task ends for good, its work undone, its cluster free. Which status it then has
   * is not documented. Default `"SUCCESSFUL"`.
   */
  abandon(taskId: number | string, status: TaskStatus = "SUCCESSFUL"): void {
    const task = this.parts.tampering.known(taskId);
    task.status = status;
    this.parts.engine.unlock(task);
  }

  /** Nothing of the task goes on until {@link resume}; answers call it by a status that is not documented. */
  suspend(taskId: number | string, status = "SUSPENDED"): void {
    this.parts.tampering.suspend(taskId, status);
  }

  resume(taskId: number | string): void {
    this.parts.tampering.resume(taskId);
  }

  /**
   * As after a start of OCP in another time zone: it stores the times of tasks without one (seen in ocp-express). Those
   * of tasks that come later are right again.
   */
  shiftTaskTimes(minutes: number): void {
    this.parts.tampering.shiftTimes(minutes);
  }

  /** OCP has cleared its history: the task is 404 from now on. */
  forgetTask(taskId: number | string): void {
    this.parts.tampering.forget(taskId);
  }

  /** Merges members into every answer about the task, for example `{ status: "ABORTED" }`; undefined takes one away. */
  overrideTask(taskId: number | string, members: Readonly<Record<string, unknown>>): void {
    this.parts.tampering.override(taskId, members);
  }

  /** The same for a subtask, by id or name, for example `{ status: "WARNING" }`. */
  overrideSubtask(taskId: number | string, subtask: number | string, members: Readonly<Record<string, unknown>>): void {
    this.parts.tampering.overrideSubtask(taskId, subtask, members);
  }

  // How time passes

  /** Moves the engine by ticks, also where it moves by itself. Default 1. */
  tick(ticks = 1): void {
    for (let tick = 0; tick < ticks; tick += 1) this.parts.engine.tick();
  }

  /** Ticks until the task is no longer RUNNING; returns how many. Throws after `maxTicks`. */
  runToEnd(taskId: number | string, maxTicks = 10_000): number {
    for (let ticks = 0; ticks <= maxTicks; ticks += 1) {
      if (this.parts.tampering.known(taskId).status !== "RUNNING") return ticks;

      this.parts.engine.tick();
    }
    throw badOption("maxTicks", maxTicks, `enough for task ${taskId} to end`);
  }

  /** Says how subtasks of coming tasks go; where plans overlap, the later one wins. */
  planWork(plan: WorkPlan): Registration {
    return this.parts.plans.add(plan);
  }

  clearPlans(): void {
    this.parts.plans.clear();
  }

  // What goes wrong

  /** Puts something in the way of coming requests. */
  inject(fault: Fault): Registration {
    return this.parts.faults.inject(fault);
  }

  clearFaults(): void {
    this.parts.faults.clear();
  }

  /** The process ends: the port refuses, nothing moves. In order to come back: {@link up}. */
  down(how: Outage = {}): Promise<void> {
    return this.parts.process.down(how);
  }

  /** The process starts again, on the same port. */
  up(how: Start = {}): Promise<void> {
    return this.parts.process.up(how);
  }

  /** {@link down}, `downMs` real milliseconds of refused connections (default 0), and {@link up}. */
  async restart({ downMs = 0, ...how }: Outage & Start & { readonly downMs?: number } = {}): Promise<void> {
    await this.down(how);
    await new Promise((resolve) => setTimeout(resolve, downMs));
    await this.up(how);
  }

  /** Merged into the present permissions. */
  setPermissions(permissions: Permissions): void {
    this.parts.rights.permissions = { ...this.parts.rights.permissions, ...permissions };
  }

  /** Sessions go on, as in OCP. */
  setCredentials(credentials: Credentials): void {
    this.parts.auth.credentials = credentials;
  }

  setAccessKeys(accessKeys: readonly AccessKey[]): void {
    this.parts.auth.accessKeys = accessKeys;
  }

  /** As after five wrong logins in the console: right credentials are refused like wrong ones. */
  lockAccount(locked = true): void {
    this.parts.auth.accountLocked = locked;
  }
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
export function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  return Simulator.start(options);
}

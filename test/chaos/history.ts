import { ENV } from "../../src/hook/request.js";
import {
  ApiError,
  DEFAULT_CREDENTIALS,
  type FaultAction,
  type RecordedRequest,
  type Simulator,
  startSimulator,
  type TaskSnapshot,
} from "../../src/simulator/index.js";
import { type HookCall, type HookRun, type HookRunner, settingsWith, type StartedHook } from "../hook/hook-process.js";
import { type DeletionFact, whyStartingIsWrong, whySuccessIsWrong } from "../model/invariants.js";
import { BadNetwork } from "./bad-network.js";
import { Random } from "./random.js";

/**
 * One random history: real hook processes, an OCP, a network that loses things, people, and rounds of destroy until the
 * world is quiet. What is random comes from the seed; how the processes interleave does not, quite.
 */

const TICK_MS = 5;
const DECLARED = ["3", "4"] as const;
/** Nobody declares it, and it is never to be deleted. */
const STRANGER = "9";
const MOST_QUIET_ROUNDS = 5;
/** What an operator has just done may come after a hook's last look. */
const JUST_NOW_MS = 60 * TICK_MS;

export interface Told {
  readonly seed: number;
  readonly sentences: readonly string[];
  readonly broken: readonly string[];
  readonly counts: {
    readonly hooks: number;
    readonly killed: number;
    readonly successes: number;
    readonly failures: number;
  };
}

export async function live(seed: number, runner: HookRunner): Promise<Told> {
  const history = await History.begin(seed, runner);
  try {
    return await history.run();
  } finally {
    await history.end();
  }
}

interface Destroyed {
  readonly key: string;
  readonly call: HookCall;
}

class History {
  private readonly sentences: string[] = [];
  private readonly broken: string[] = [];
  private readonly began = Date.now();
  private readonly counts = { hooks: 0, killed: 0, successes: 0, failures: 0 };
  private lastAct = 0;
  private readonly left: Map<string, Destroyed>;

  private constructor(
    private readonly seed: number,
    private readonly random: Random,
    private readonly runner: HookRunner,
    private readonly ocp: Simulator,
    private readonly network: BadNetwork,
    private readonly hasTags: boolean,
    private readonly shape: Shape,
  ) {
    this.left = new Map(this.objects().map((each) => [each.key, each]));
  }

  static async begin(seed: number, runner: HookRunner): Promise<History> {
    const random = new Random(seed);
    const version = random.of(["4.3.6", "4.3.6", "4.2.2", "3.1.1", "4.3.5"]);
    const shape: Shape = {
      withCluster: random.chance(0.3),
      taskRetries: random.of([0, 0, 1]),
      stranger: random.chance(0.5),
    };
    let history: History | undefined = undefined as History | undefined;
    const ocp = await startSimulator({
      onRequest: (request) => history?.watchDelete(request),
      ...{ version, seed, tickMs: TICK_MS, unlockOnFailure: random.chance(0.3) },
      clusters: [{ id: 27, name: "orders", obproxies: [...DECLARED, ...(shape.stranger ? [STRANGER] : [])] }],
    });
    const network = await BadNetwork.between(Number(new URL(ocp.url).port), random);
    history = new History(seed, random, runner, ocp, network, version === "4.3.6", shape);
    return history;
  }

  async end(): Promise<void> {
    await this.network.close();
    await this.ocp.stop();
  }

  async run(): Promise<Told> {
    this.planWork();
    const rounds = 1 + this.random.below(3);
    for (let round = 1; round <= rounds && this.left.size > 0; round += 1) await this.badRound(round);
    for (let round = 1; this.left.size > 0; round += 1) {
      if (round > MOST_QUIET_ROUNDS) {
        this.breaks(`I4: not done after ${MOST_QUIET_ROUNDS} quiet rounds: ${[...this.left.keys()].join(", ")}`);
        for (const task of this.ocp.tasks.filter(({ clusterId }) => clusterId === "27")) this.say(describe(task));
        break;
      }
      await this.quietRound();
    }
    this.checkWhatWasDeleted();
    return { seed: this.seed, sentences: this.sentences, broken: this.broken, counts: this.counts };
  }

  // ---- rounds

  /** The proxies, and once they are gone the cluster, as Terraform runs hooks. */
  private nextHooks(): readonly Destroyed[] {
    const proxies = [...this.left.values()].filter(({ call }) => call.kind === "obproxy");
    return proxies.length > 0 ? proxies : [...this.left.values()];
  }

  private async badRound(round: number): Promise<void> {
    const { random } = this;
    this.network.badness = random.of([0, 0.05, 0.2, 0.5]);
    this.say(`round ${round}: the network is bad for ${this.network.badness * 100} % of connections`);
    this.inject();
    const acting = this.actAtRandom();
    const machine = random.of(["a", "a", "b"]);
    const hooks = this.nextHooks().map((each) => this.start(each, machine, true));
    await Promise.all(hooks);
    acting.stop = true;
    await acting.done;
    this.ocp.clearFaults();
  }

  private async quietRound(): Promise<void> {
    this.network.badness = 0;
    this.ocp.clearFaults();
    this.ocp.clearPlans();
    await this.people();
    this.say("a quiet round");
    await Promise.all(this.nextHooks().map((each) => this.start(each, "a", false)));
  }

  /** Somebody does what the failures ask for: what has failed is retried, or skipped where it failed on its way back. */
  private async people(): Promise<void> {
    for (let turn = 0; turn < 8; turn += 1) {
      await this.rest();
      const failed = this.ocp.tasks.filter(({ status, clusterId }) => status === "FAILED" && clusterId === "27");
      if (failed.length === 0) break;
      for (const { id, operation } of failed) {
        this.try(`somebody sees to task ${id}`, () => {
          if (operation === "ROLLBACK") this.ocp.skip(id);
          else this.ocp.retry(id);
        });
      }
    }
    const lockedBy = this.ocp.cluster(27)?.lockedBy;
    // What a person skipped may have been what releases the lock.
    if (lockedBy !== undefined) this.ocp.unlock(27);
  }

  private async rest(): Promise<void> {
    for (let ticks = 0; this.ocp.tasks.some(({ status }) => status === "RUNNING") && ticks < 3000; ticks += 1) {
      this.ocp.tick();
      if (ticks % 50 === 0) await pause(0);
    }
    this.ocp.tick(5);
  }

  // ---- hooks

  private async start({ key, call }: Destroyed, machine: string, inChaos: boolean): Promise<void> {
    const { random } = this;
    const stagger = random.below(inChaos ? 80 : 5);
    const fate = inChaos ? random.of(["none", "none", "kill", "stop"] as const) : "none";
    const when = 40 + random.below(900);
    const forMs = 50 + random.below(500);
    await pause(stagger);
    this.counts.hooks += 1;
    const env = { OCP_URL: this.network.url, [ENV.tickMs]: String(TICK_MS) };
    const hook = this.runner.start(undefined, { ...call, machine: `${this.seed}${machine}`, env });
    this.say(`${key} is destroyed on machine ${machine}`);
    if (fate !== "none") void this.strike(hook, key, fate, when, forMs);
    const limit = setTimeout(() => {
      this.breaks(`I4: the hook of ${key} does not end`);
      hook.kill();
    }, 60_000);
    const run = await hook.done;
    clearTimeout(limit);
    this.ended(key, run);
  }

  private async strike(
    hook: StartedHook,
    key: string,
    fate: "kill" | "stop",
    when: number,
    forMs: number,
  ): Promise<void> {
    const isOver = await Promise.race([pause(when).then(() => false), hook.done.then(() => true)]);
    if (isOver) return;
    this.say(`${key} is ${fate === "kill" ? "killed" : "stopped for a while"}`);
    if (fate === "kill") {
      this.counts.killed += 1;
      hook.kill();
      return;
    }
    hook.signal("SIGSTOP");
    await pause(forMs);
    hook.signal("SIGCONT");
  }

  private ended(key: string, { code, output, lines }: HookRun): void {
    if (output.includes(DEFAULT_CREDENTIALS.password)) this.breaks(`I5: the output of ${key} holds the password`);
    if (/undefined|NaN|\[object|the hook itself has a defect/.test(output))
      this.breaks(`odd output of ${key}: ${output}`);
    if (code === null) return;
    if (code !== 0) {
      this.counts.failures += 1;
      const failure = lines.find((line) => line.includes("FAILED: "));
      this.say(`${key} fails: ${failure ?? output}`);
      if (!/\bnext\b|→|then run destroy again|destroy|see |look |check |mend /i.test(output)) {
        this.breaks(`I4: ${key} fails without saying what to do: ${output}`);
      }
      return;
    }
    this.counts.successes += 1;
    this.left.delete(key);
    this.say(`${key} succeeds: ${lines.at(-1) ?? ""}`);
    if (Date.now() - this.lastAct > JUST_NOW_MS) this.checkSuccess(key);
  }

  // ---- what must never be

  private checkSuccess(key: string): void {
    const id = key === "27" ? undefined : key.slice(3);
    const cluster = this.ocp.cluster(27);
    const isThere =
      id === undefined ? cluster !== undefined : cluster?.obproxies.some((each) => each.id === id) === true;
    const deletions = this.ocp.tasks.filter((task) => deletes(task, id)).map((task) => this.fact(task));
    const facts = { hasAsked: true, isThere, isElsewhere: false, deletions, readsTasks: true };
    const broken = whySuccessIsWrong(facts);
    if (broken !== undefined) this.breaks(`${broken}: ${key}; ${JSON.stringify(deletions)}`);
  }

  private fact(task: TaskSnapshot): DeletionFact {
    const { id, status, operation, subtasks, creator } = task;
    const isRolledBack = operation === "ROLLBACK" || subtasks.some((each) => each.operation.startsWith("ROLLBACK"));
    const isDone = subtasks.every((each) => each.status === "SUCCESSFUL" && each.operation !== "SKIP");
    const state =
      status === "RUNNING"
        ? "atWork"
        : status === "FAILED"
          ? "failed"
          : isRolledBack
            ? "rolledBack"
            : isDone
              ? "well"
              : "byHand";
    return { id, state, answerable: this.hasTags && creator === DEFAULT_CREDENTIALS.username };
  }

  private checkWhatWasDeleted(): void {
    const mayGo = new Set<string>([...DECLARED]);
    const ours = this.ocp.tasks.filter(({ creator }) => creator === DEFAULT_CREDENTIALS.username);
    for (const { id, obproxyIds } of ours) {
      const wrong = obproxyIds.filter((each) => !mayGo.has(each));
      if (wrong.length > 0) this.breaks(`I2: task ${id} deletes ${wrong.join(", ")}, which nobody declared`);
    }
    if (this.shape.stranger && this.ocp.cluster(27)?.obproxies.some(({ id }) => id === STRANGER) !== true) {
      this.breaks("I2: the OBProxy that nobody declared is gone");
    }
  }

  /** I3, at the moment at which OCP takes up a delete. */
  private watchDelete = (request: RecordedRequest): void => {
    const { tasks } = this.ocp;
    const last = tasks.at(-1);
    if (request.method === "GET" || request.path.includes("/tasks/") || last === undefined) return;
    if (last.creator !== DEFAULT_CREDENTIALS.username || request.status !== 200) return;
    const ids = new Set(last.obproxyIds);
    const another = tasks
      .slice(0, -1)
      .some(
        (task) =>
          task.status === "RUNNING" &&
          task.subtasks.some(({ status }) => status !== "SUCCESSFUL") &&
          isDeletion(task) &&
          task.obproxyIds.some((id) => ids.has(id)),
      );
    const broken = whyStartingIsWrong({ anotherAtWork: another, anotherOnItsWay: false, ownHasFailed: false });
    if (broken !== undefined) this.breaks(`${broken}: task ${last.id}`);
  };

  // ---- what goes on meanwhile

  private planWork(): void {
    const { ocp, random } = this;
    const names = [
      /^Prepare/,
      /^(Stop|Inactive)/,
      /^Delete obproxy info/,
      /^Offline obproxy exporter/,
      /^Unreserve/,
      /^Finish/,
    ];
    for (let plans = random.below(3); plans > 0; plans -= 1) {
      ocp.planWork({
        subtaskName: random.of(names),
        // A subtask that takes longer than its time limit of 30 s would fail for ever.
        ticks: random.below(28),
        readyTicks: random.below(4),
        fail: random.of([0, 0, 1, 2]),
        failRollback: random.of([0, 0, 1]),
      });
    }
    if (random.chance(0.1)) ocp.addPastTasks(250, { name: "Restart host", status: "FAILED" });
    if (random.chance(0.2))
      ocp.addPastTasks(30, {
        name: "Offline obproxy",
        status: "FAILED",
        clusterId: 99,
        clusterName: "others",
        obproxyIds: [77],
      });
  }

  private inject(): void {
    const { ocp, random } = this;
    const storms: readonly FaultAction[] = [
      { kind: "answer", status: 503, body: "gateway" },
      { kind: "error", status: 500, code: 0 },
      { kind: "error", status: 404, code: "COM10002" },
      { kind: "tooManyRequests", resetSeconds: 0, retryAfter: 0 },
      { kind: "html" },
      { kind: "truncated" },
      { kind: "lostAnswer" },
      { kind: "cut" },
      { kind: "reset" },
    ];
    for (let storm = random.below(3); storm > 0; storm -= 1) {
      const does = random.of(storms);
      const onDelete = random.chance(0.5);
      const times = 1 + random.below(3);
      ocp.inject({ does, times, after: random.below(8), when: ({ method }) => !onDelete || method !== "GET" });
      this.say(`OCP will ${does.kind} ${times} times${onDelete ? ", where something is changed" : ""}`);
    }
  }

  private actAtRandom(): { stop: boolean; done: Promise<void> } {
    const acting = { stop: false, done: Promise.resolve() };
    acting.done = (async () => {
      for (;;) {
        for (let slept = 0, ms = 100 + this.random.below(600); slept < ms; slept += 20) {
          if (acting.stop) return;
          await pause(20);
        }
        await this.act();
      }
    })();
    return acting;
  }

  private async act(): Promise<void> {
    const { ocp, random } = this;
    const task = ocp.tasks.findLast(isDeletion);
    const id = task?.id ?? "0";
    const target = random.of(DECLARED);
    const acts: readonly (readonly [string, () => unknown])[] = [
      [
        `retries task ${id}`,
        () => {
          ocp.retry(id);
        },
      ],
      [
        `retries task ${id}`,
        () => {
          ocp.retry(id);
        },
      ],
      [
        `skips in task ${id}`,
        () => {
          ocp.skip(id);
        },
      ],
      [
        `rolls task ${id} back`,
        () => {
          ocp.rollback(id);
        },
      ],
      [
        `ends task ${id} by hand`,
        () => {
          if (ocp.task(id)?.status === "FAILED") ocp.abandon(id);
        },
      ],
      [`deletes OBProxy ${target}`, () => ocp.submitDeleteObproxies(27, [target])],
      [
        `restarts OBProxy ${target}`,
        () => {
          if (ocp.cluster(27)?.lockedBy === undefined)
            ocp.startTask({ name: "Restart obproxy", clusterId: 27, obproxyIds: [target] });
        },
      ],
    ];
    if (random.chance(0.1)) {
      this.lastAct = Date.now();
      this.say("OCP restarts");
      await ocp.restart({
        downMs: random.below(200),
        manner: random.of(["kill", "term"] as const),
        engineDelayTicks: random.below(40),
      });
      return;
    }
    const [what, does] = random.of(acts);
    this.try(`operator ${what}`, does);
  }

  private try(what: string, does: () => unknown): void {
    try {
      this.lastAct = Date.now();
      does();
      this.say(what);
    } catch (error) {
      // OCP refuses what cannot be done in this state, or does not know the task or the cluster.
      if (!(error instanceof ApiError) && !/no |unknown|does not/i.test(String(error))) throw error;
    }
  }

  private objects(): readonly Destroyed[] {
    const { withCluster, taskRetries, stranger } = this.shape;
    const settings = settingsWith({
      provider: { taskRetries, timeouts: { delete: "40s" } },
      clusters: { "27": { path: "app/c" } },
      obproxies: Object.fromEntries(DECLARED.map((id) => [`27/${id}`, { path: `app/p${id}` }])),
    });
    const settingsText = JSON.stringify(settings);
    return [
      ...DECLARED.map((id) => ({
        key: `27/${id}`,
        call: { kind: "obproxy", clusterId: 27, obproxyId: id, settingsText } as const,
      })),
      ...(withCluster && !stranger
        ? [{ key: "27", call: { kind: "cluster", clusterId: 27, settingsText } as const }]
        : []),
    ];
  }

  private say(sentence: string): void {
    this.sentences.push(`${((Date.now() - this.began) / 1000).toFixed(2)} s: ${sentence}`);
  }

  private breaks(what: string): void {
    this.say(`BROKEN ${what}`);
    this.broken.push(what);
  }
}

interface Shape {
  readonly withCluster: boolean;
  readonly taskRetries: number;
  readonly stranger: boolean;
}

function isDeletion({ name }: TaskSnapshot): boolean {
  return /^(Offline obproxy|Delete obproxy server)$/.test(name);
}

/** `id` undefined: the cluster, whose deletion names what went with it, or nothing. */
function deletes(task: TaskSnapshot, id: string | undefined): boolean {
  if (!isDeletion(task) || task.clusterId !== "27") return false;
  return id === undefined ? task.obproxyIds.length === 0 : task.obproxyIds.includes(id);
}

function describe({ id, status, operation, obproxyIds, subtasks }: TaskSnapshot): string {
  const nodes = subtasks.map((each) => `${each.name} ${each.status} ${each.operation}`);
  return `task ${id} of ${obproxyIds.join(", ")}: ${status} ${operation}: ${nodes.join("; ")}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

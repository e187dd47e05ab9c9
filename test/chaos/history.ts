import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Simulator, startSimulator, type TaskSnapshot } from "../../src/simulator/index.js";
import { HookRunner } from "../hook/hook-process.js";
import { BadNetwork, type Sent } from "./bad-network.js";
import { drawFate, environment, type Fate, Hook, LEFT_ALONE, USER } from "./hooks.js";
import { Judge, WITHOUT_NOTES } from "./judge.js";
import { drawStorms, isDeletion, Operators, pause, planWork, putRight, takeAway, type Tells } from "./operators.js";
import { Random } from "./random.js";
import { DECLARED, declared, type Destroyed, drawShape, KEPT, OTHERS_OWN, type Shape, STRANGER } from "./shape.js";

/**
 * One random history: real hook processes, an OCP, a network that loses things, people, and rounds of destroy until the
 * world is quiet. What is random comes from the seed; how the processes interleave does not, quite.
 */

const TICK_MS = 5;
const PASSWORD = "pass-word-of-the-chaos";
const SECRETS = [PASSWORD, Buffer.from(`${USER}:${PASSWORD}`).toString("base64")];
const MOST_QUIET_ROUNDS = 5;
/** A hook that has not ended so long after its deadline never will. */
const NEVER_MS = 8_000;
/** Several times as long as a hook waits for one that leads and is silent, and time to delete on its own. */
const SILENT_MS = 30_000;

export interface Told {
  readonly seed: number;
  readonly sentences: readonly string[];
  readonly broken: readonly string[];
  readonly counts: Counts;
}

export interface Counts {
  readonly hooks: number;
  readonly killed: number;
  readonly stopped: number;
  readonly successes: number;
  readonly failures: number;
  readonly troubles: number;
}

/** What all histories share: the hook's program, and what is loaded before it. */
export interface Programs {
  readonly hook: string;
  readonly preload: string;
}

export async function live(seed: number, programs: Programs): Promise<Told> {
  const history = await History.begin(seed, programs);
  try {
    return await history.run();
  } finally {
    await history.end();
  }
}

class History {
  private readonly sentences: string[] = [];
  private readonly broken: string[] = [];
  private readonly began = Date.now();
  private readonly counts = { hooks: 0, killed: 0, stopped: 0, successes: 0, failures: 0, troubles: 0 };
  private readonly runner: HookRunner;
  private readonly hooks = new Map<string, Hook>();
  /** What has been destroyed, by its key. */
  private readonly gone = new Set<string>();
  private readonly shape: Shape;
  private readonly random: Random;
  private ocp!: Simulator;
  private other: Simulator | undefined;
  private network!: BadNetwork;
  private judge!: Judge;
  private isQuiet = false;

  private constructor(
    private readonly seed: number,
    private readonly programs: Programs,
  ) {
    this.random = new Random(seed);
    this.shape = drawShape(this.random.fork("shape"));
    this.strangerMustStay = this.shape.stranger;
    this.runner = new HookRunner({ program: programs.hook });
  }

  static async begin(seed: number, programs: Programs): Promise<History> {
    const history = new History(seed, programs);
    await history.open();
    return history;
  }

  private async open(): Promise<void> {
    const { shape, seed } = this;
    const { version, ocpTickMs: tickMs, unlockOnFailure, hasTags } = shape;
    const options = { version, seed, tickMs, unlockOnFailure, credentials: { username: USER, password: PASSWORD } };
    const obproxies = [...DECLARED, ...(shape.stranger ? [STRANGER] : [])];
    this.ocp = await startSimulator({
      ...options,
      clusters: [
        { id: 27, name: "orders", obproxies },
        { id: 99, name: "others", obproxies: ["77", "78"] },
      ],
      onRequest: (request) => {
        this.judge.answered(request);
        if (shape.theme === "deadline") this.holdUp();
      },
    });
    if (shape.theme === "containers") {
      const elsewhere = [OTHERS_OWN, "10"].map((id) => ({ id, ip: `10.99.0.${id}` }));
      this.other = await startSimulator({
        ...options,
        clusters: [{ id: 27, name: "orders", obproxies: elsewhere }],
      });
    }
    this.judge = new Judge({
      ...{ ocp: this.ocp, hasTags, secrets: SECRETS, hooks: this.hooks },
      breaks: (what) => {
        this.breaks(what);
      },
    });
    this.network = await BadNetwork.open({
      random: this.random.fork("network"),
      route: (name) => Number(new URL((this.isOther(name) ? this.other! : this.ocp).url).port),
      onSent: (sent) => {
        this.sent(sent);
      },
      onAnswered: ({ hook, method, path }) => this.hooks.get(hook)?.wasAnswered({ method, path }),
    });
  }

  async end(): Promise<void> {
    await this.network.close();
    await this.ocp.stop();
    await this.other?.stop();
    this.runner.dispose();
  }

  async run(): Promise<Told> {
    const { shape, random } = this;
    const { theme, version, ocpTickMs, taskRetries, unlockOnFailure } = shape;
    this.say(
      `OCP ${version}, a tick of ${ocpTickMs} ms${unlockOnFailure ? ", unlocks what has failed" : ""}; taskRetries ${taskRetries}; ${theme}`,
    );
    if (theme !== "deadline" && theme !== "silentLeader") planWork(this.ocp, shape, random.fork("work"));
    let round = 1;
    for (; round <= shape.rounds && this.left(round).length > 0; round += 1) await this.badRound(round);
    for (let quiet = 1; this.left(round).length > 0; quiet += 1) {
      if (quiet > MOST_QUIET_ROUNDS) {
        const left = this.left(round).map(({ key }) => key);
        this.breaks(`I4: not done after ${MOST_QUIET_ROUNDS} quiet rounds: ${left.join(", ")}`);
        this.say(`OCP holds ${JSON.stringify(this.ocp.cluster(27))}`);
        for (const task of this.ocp.tasks.filter(({ clusterId }) => clusterId === "27")) this.say(describe(task));
        break;
      }
      await this.quietRound(round);
    }
    if (this.strangerMustStay) this.judge.checkStranger();
    return { seed: this.seed, sentences: this.sentences, broken: this.broken, counts: this.counts };
  }

  // ---- rounds

  private left(round: number): readonly Destroyed[] {
    const timeout = this.shape.theme === "deadline" && !this.isQuiet ? `${SHORT_S}s` : `${LONG_S}s`;
    return declared(this.shape, this.keepsNoMore ? 0 : round, timeout).filter(({ key }) => !this.gone.has(key));
  }

  /** The proxies, and once they are gone the cluster, as Terraform runs hooks. */
  private nextHooks(round: number): readonly Destroyed[] {
    const left = this.left(round);
    const proxies = left.filter(({ call }) => call.kind === "obproxy");
    return proxies.length > 0 ? proxies : left;
  }

  private async badRound(round: number): Promise<void> {
    const { shape } = this;
    const random = this.random.fork(`round ${round}`);
    this.judge.kept = new Set(shape.keepsFrom > 0 && round >= shape.keepsFrom ? [KEPT] : []);
    const destroyed = this.nextHooks(round);
    if (shape.theme === "silentLeader") {
      await this.roundWithSilentLeader(destroyed);
      return;
    }
    const isCalm = shape.theme === "deadline" || shape.theme === "meeting";
    const changing = shape.theme === "lateFailure" ? [0, 0, 0.3] : [0, 0.3, 0.6];
    if (!isCalm) {
      const asking = random.of(shape.theme === "lateFailure" ? [0, 0.05] : [0, 0.05, 0.2, 0.4]);
      this.network.weather = { asking, changing: random.of(changing) };
    }
    const { asking: bad, changing: worse } = this.network.weather;
    this.say(`round ${round}: trouble with ${bad * 100} % of what asks and ${worse * 100} % of what changes`);
    if (!isCalm && shape.theme !== "lateFailure") drawStorms(this.ocp, random.fork("storms"), SECRETS, this.tells);
    const operators =
      isCalm || shape.theme === "lateFailure"
        ? undefined
        : new Operators(this.ocp, shape, random.fork("operators"), this.tells);
    const machine = shape.theme === "lateFailure" ? "a" : random.of(["a", "a", "b", WITHOUT_NOTES]);
    // Terraform kills all of its hooks at once.
    const common = random.chance(0.2) ? drawFate(random) : undefined;
    await Promise.all(
      destroyed.map((each, index) => {
        const own = random.fork(each.key);
        const fate = this.fateOf(index, own, common);
        const isTwice = !isCalm && own.chance(0.08);
        return Promise.all([
          this.start(each, machine, fate, own.below(80), `${round}.${index + 1}`),
          ...(isTwice
            ? [this.start(each, own.of([machine, TWIN]), drawFate(own), own.below(200), `${round}.${index + 1}t`)]
            : []),
        ]);
      }),
    );
    await operators?.stop();
    this.ocp.clearFaults();
  }

  private fateOf(index: number, random: Random, common: Fate | undefined): Fate {
    switch (this.shape.theme) {
      case "deadline":
      case "silentLeader":
        return LEFT_ALONE;
      case "meeting":
        // The first hook of the app may be the one that leads, or not.
        return index === 0 ? LEFT_ALONE : { does: "kill", after: "look", ms: 20 + random.below(180), forMs: 0 };
      case "lateFailure":
        return drawLateFate(random);
      case "any":
      case "containers":
        return common ?? drawFate(random);
    }
  }

  /** The others wait for it, and then go on without it. */
  private async roundWithSilentLeader(destroyed: readonly Destroyed[]): Promise<void> {
    const [first, ...others] = destroyed;
    if (first === undefined) return;
    // It is to be listening by then, and not to have sent its delete yet.
    const ms = 100 + this.random.fork("leader").below(180);
    const fate: Fate = { does: "stop", after: "look", ms, forMs: SILENT_MS };
    const leads = this.start(first, "a", fate, 0, "1.1");
    const leader = (): Hook | undefined => this.hooks.get("1.1 of 27/3");
    while (leader()?.isStopped !== true && leader()?.isOver !== true) await pause(10);
    await Promise.all(
      others.map(async (each, index) => {
        const name = `1.${index + 2}`;
        const done = this.start(each, "a", LEFT_ALONE, 0, name);
        const isDone = await Promise.race([done.then(() => true), pause(SILENT_MS - 500).then(() => false)]);
        if (!isDone && leader()?.isStopped === true) this.breaks(`I4: ${name} waits for a hook that is stopped`);
        await done;
      }),
    );
    leader()?.goOn();
    await leads;
  }

  private async quietRound(round: number): Promise<void> {
    this.isQuiet = true;
    this.network.weather = { asking: 0, changing: 0 };
    this.ocp.clearFaults();
    this.ocp.clearPlans();
    for (const { id } of this.suspended()) this.ocp.resume(id);
    await putRight(this.ocp, this.tells);
    if (this.nextHooks(round).every(({ key }) => key === "27") && this.clusterHasFailed) this.clearCluster();
    this.say("a quiet round");
    this.quietRounds += 1;
    const name = `q${this.quietRounds}`;
    await Promise.all(
      this.nextHooks(round).map((each, index) => this.start(each, "a", LEFT_ALONE, index, `${name}.${index + 1}`)),
    );
  }

  private quietRounds = 0;
  private clusterHasFailed = false;
  private strangerMustStay = false;
  private keepsNoMore = false;

  /** Its hook has said that it holds what nobody declares, or what is kept. */
  private clearCluster(): void {
    this.say("the app keeps nothing any more");
    this.keepsNoMore = true;
    this.judge.kept = new Set();
    // A task that was rolled back after the hook's success has brought it back: only a deploy makes it known again.
    for (const { id } of this.ocp.cluster(27)?.obproxies ?? []) {
      if (this.gone.delete(`27/${id}`)) this.say(`the app is deployed again, with OBProxy ${id}`);
    }
    if (!this.strangerMustStay) return;
    this.judge.checkStranger();
    this.strangerMustStay = false;
    takeAway(this.ocp, STRANGER, this.tells);
  }

  // ---- hooks

  private async start(destroyed: Destroyed, machine: string, fate: Fate, afterMs: number, nth: string): Promise<void> {
    const { key, call } = destroyed;
    await pause(afterMs);
    this.counts.hooks += 1;
    const name = `${nth} of ${key}`;
    const env = environment(this.network.url, TICK_MS, this.programs.preload, PASSWORD);
    const noNotes = machine === WITHOUT_NOTES ? { XDG_STATE_HOME: this.noDirectory() } : {};
    const timeoutMs = (this.shape.theme === "deadline" && !this.isQuiet ? SHORT_S : LONG_S) * 1000;
    const say = (sentence: string): void => {
      this.say(sentence);
    };
    this.say(`${name} is started on machine ${machine}`);
    // Each round is a run of Terraform of its own, though all hooks are children of one process here.
    const events = {
      OBPROXY_EVENTS: join(this.runner.directory, `events-${nth.split(".")[0] ?? ""}-${machine}.jsonl`),
    };
    const whole = { ...call, env: { ...env, ...noNotes, ...events } };
    const hook = new Hook(name, key, machine, timeoutMs, this.runner, whole, fate, say);
    this.hooks.set(name, hook);
    const limit = setTimeout(
      () => {
        this.breaks(`I5: ${name} does not end`);
        hook.goOn();
        hook.kill();
      },
      timeoutMs + NEVER_MS + (hook.wasStopped ? fate.forMs : 0),
    );
    const run = await hook.ended();
    clearTimeout(limit);
    if (hook.killedAt !== undefined) this.counts.killed += 1;
    if (hook.wasStopped) this.counts.stopped += 1;
    this.judge.ended(hook, run, destroyed);
    if (run.code === 0) {
      this.counts.successes += 1;
      this.gone.add(key);
      this.say(`${name} succeeds: ${run.lines.at(-1) ?? ""}`);
    } else if (run.code !== null) {
      this.counts.failures += 1;
      if (this.isQuiet && key === "27") this.clusterHasFailed = true;
      this.say(`${name} fails: ${run.lines.find((line) => line.includes("FAILED: ")) ?? run.output}`);
    }
  }

  private sent(sent: Sent): void {
    if (sent.trouble !== "none") {
      this.counts.troubles += 1;
      this.say(`${sent.hook}: ${sent.method} ${sent.path} is ${sent.trouble}`);
    } else if (sent.method !== "GET") {
      this.say(`${sent.hook} sends ${sent.method} ${sent.path} ${sent.body}`);
    }
    const hook = this.hooks.get(sent.hook);
    if (hook === undefined) throw new Error(`a request of nobody: ${sent.hook}`);
    if (sent.trouble === "duplicated") this.judge.wasDuplicated(hook.name);
    this.judge.sent(sent, hook, this.isOther(sent.hook));
    for (const each of this.hooks.values()) each.saw(sent);
  }

  private isOther(hook: string): boolean {
    return hook.endsWith(OTHER);
  }

  /** OCP's work on what hooks have begun gets no further until all is quiet. */
  private holdUp(): void {
    if (this.isQuiet) return;
    for (const { id } of this.suspended()) this.ocp.suspend(id, "RUNNING");
  }

  private suspended(): readonly TaskSnapshot[] {
    const isHeldUp = this.shape.theme === "deadline";
    return this.ocp.tasks.filter((task) => isHeldUp && isDeletion(task) && task.creator === USER);
  }

  /** A file stands where the directory for notes would have to be. */
  private noDirectory(): string {
    const directory = join(this.runner.directory, "none");
    mkdirSync(directory, { recursive: true });
    const path = join(directory, "file");
    writeFileSync(path, "");
    return path;
  }

  // ---- telling

  private readonly tells: Tells = {
    say: (sentence) => {
      this.say(sentence);
    },
    onAct: (toCluster) => {
      this.judge.actedAt = Date.now();
      if (toCluster) this.judge.changedAt = Date.now();
    },
  };

  private say(sentence: string): void {
    this.sentences.push(`${((Date.now() - this.began) / 1000).toFixed(2)} s: ${sentence}`);
  }

  private breaks(what: string): void {
    this.say(`BROKEN ${what}`);
    this.broken.push(what);
  }
}

const SHORT_S = 2;
const LONG_S = 40;
const TWIN = "b";
const OTHER = "of the other OCP";

/** About when the delete is sent. */
function drawLateFate(random: Random): Fate {
  const after = random.of(["delete", "anyDelete", "answer", "answer"] as const);
  return { does: random.of(["kill", "kill", "kill", "nothing"] as const), after, ms: random.below(20), forMs: 0 };
}

function describe({ id, status, operation, obproxyIds, subtasks }: TaskSnapshot): string {
  const nodes = subtasks.map((each) => `${each.name} ${each.status} ${each.operation}`);
  return `task ${id} of ${obproxyIds.join(", ")}: ${status} ${operation}: ${nodes.join("; ")}`;
}

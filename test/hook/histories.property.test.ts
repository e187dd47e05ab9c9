import fc from "fast-check";
import { OcpError } from "../../src/ocp/errors.js";
import {
  ApiError,
  type FaultAction,
  startSimulator,
  type Simulator,
  type TaskSnapshot,
} from "../../src/simulator/index.js";
import { randomRuns } from "../support/thorough.js";
import { type InProcessRun, MockedClock, reconcile } from "./in-process.js";
import { VERSIONS } from "./situations.js";

/**
 * Random lives of a deletion: how its subtasks go, what people do to it in the console, what goes wrong on the way and
 * with OCP itself. Whatever happens, the hook says "gone" if and only if that is the truth.
 *
 * `HISTORIES=2000 npx jest test/hook/histories` lives more of them, `HISTORIES_SEED=7` others.
 */

const SEED = Number(process.env["HISTORIES_SEED"] ?? 20_261_122);
const RUNS = Number(process.env["HISTORIES"] ?? randomRuns(175));

type Reaction = "retry" | "rollback" | "skip" | "abandon" | "nothing";

interface History {
  readonly version: (typeof VERSIONS)[number];
  readonly kind: "cluster" | "obproxy";
  readonly seed: number;
  readonly unlockOnFailure: boolean;
  readonly taskRetries: number;
  readonly work: readonly {
    readonly subtaskName: RegExp;
    readonly ticks: number;
    readonly readyTicks: number;
    readonly fail: number | "always";
    readonly failRollback: number;
    readonly tries: number;
  }[];
  /** What somebody does each time the task has FAILED, and after how many ticks. */
  readonly reactions: readonly { readonly does: Reaction; readonly after: number }[];
  readonly faults: readonly {
    readonly does: FaultAction;
    readonly after: number;
    readonly times: number;
    readonly on: "all" | "delete" | "polls";
  }[];
  readonly outage:
    | {
        readonly at: number;
        readonly ticks: number;
        readonly manner: "kill" | "term";
        readonly engineDelayTicks: number;
      }
    | undefined;
  /** A status that nobody documents is shown for a while. */
  readonly oddity: { readonly at: number; readonly ticks: number; readonly what: "task" | "subtask" } | undefined;
  readonly lock: { readonly by: "console" | "restart" | "deletion"; readonly ticks: number } | undefined;
}

const mostly = <T>(value: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, { weight: 2, arbitrary: other });

const history: fc.Arbitrary<History> = fc.record({
  version: fc.constantFrom(...VERSIONS),
  kind: mostly<"cluster" | "obproxy">("obproxy", fc.constant("cluster")),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  unlockOnFailure: fc.boolean(),
  taskRetries: mostly(0, fc.integer({ min: 1, max: 2 })),
  work: fc.array(
    fc.record({
      subtaskName: fc.constantFrom(
        /^Prepare/,
        /^(Stop|Inactive)/,
        /^Delete obproxy info/,
        /^Offline obproxy exporter/,
        /^Unreserve/,
        /^Finish/,
      ),
      ticks: fc.nat(40),
      readyTicks: fc.nat(4),
      fail: mostly<number | "always">(0, fc.constantFrom(1, 2, "always" as const)),
      failRollback: mostly(0, fc.constant(1)),
      tries: mostly(1, fc.constant(2)),
    }),
    { maxLength: 3 },
  ),
  reactions: fc.array(
    fc.record({
      does: fc.constantFrom<Reaction>("retry", "rollback", "skip", "abandon", "nothing"),
      after: mostly(0, fc.nat(6)),
    }),
    { maxLength: 3 },
  ),
  faults: fc.array(
    fc.record({
      does: fc.constantFrom<FaultAction>(
        { kind: "lostAnswer" },
        { kind: "reset" },
        { kind: "truncated" },
        { kind: "cut" },
        { kind: "html" },
        { kind: "empty" },
        { kind: "answer", status: 503, body: "gateway" },
        { kind: "error", status: 500, code: 0 },
        { kind: "error", status: 500, code: "COM20003" },
        { kind: "tooManyRequests", resetSeconds: 7 },
        { kind: "metadbOutage" },
        { kind: "redirect" },
      ),
      after: fc.nat(12),
      times: fc.integer({ min: 1, max: 3 }),
      on: fc.constantFrom("all", "delete", "polls"),
    }),
    { maxLength: 2 },
  ),
  outage: mostly<History["outage"]>(
    undefined,
    fc.record({
      at: fc.integer({ min: 1, max: 30 }),
      ticks: fc.nat(60),
      manner: fc.constantFrom("kill", "term"),
      engineDelayTicks: fc.nat(60),
    }),
  ),
  oddity: mostly<History["oddity"]>(
    undefined,
    fc.record({ at: fc.nat(30), ticks: fc.nat(30), what: fc.constantFrom("task", "subtask") }),
  ),
  lock: mostly<History["lock"]>(
    undefined,
    fc.record({ by: fc.constantFrom("console", "restart", "deletion"), ticks: fc.integer({ min: 1, max: 40 }) }),
  ),
});

/** What really happened, by OCP's own state. */
interface Truth {
  readonly listed: boolean;
  /** The tasks that OCP made of the hook's deletes. */
  readonly ours: readonly TaskSnapshot[];
}

interface Life {
  readonly run: InProcessRun;
  readonly truth: Truth;
}

async function live(life: History): Promise<Life> {
  const ocp = await startSimulator({
    version: life.version,
    seed: life.seed,
    tickMs: "manual",
    unlockOnFailure: life.unlockOnFailure,
    clusters: [{ id: 27, name: "orders", obproxies: [3, 4, 5] }],
  });
  const oursOf = (): readonly TaskSnapshot[] => ocp.tasks.filter(({ creator }) => creator === "admin");
  try {
    const events = new Events(ocp, life, () => oursOf().at(-1));
    const clock = new MockedClock(() => events.tick(), randomOf(life.seed));
    events.begin();
    const run = await reconcile(
      {
        kind: life.kind,
        clusterId: 27,
        ...(life.kind === "obproxy" ? { obproxyId: 3 } : {}),
        settings: {
          provider: { taskRetries: life.taskRetries, timeouts: { delete: "20m" } },
          clusters: { "27": { path: "app/orders", forceDestroy: true } },
        },
      },
      { url: ocp.url, clock },
    );
    const cluster = ocp.cluster(27);
    const listed =
      life.kind === "cluster" ? cluster !== undefined : (cluster?.obproxies.some(({ id }) => id === "3") ?? false);
    return { run, truth: { listed, ours: oursOf() } };
  } finally {
    await ocp.stop();
  }
}

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** Plays the parts of the history that are not requests, tick by tick. */
class Events {
  private ticks = 0;
  private failedFor = 0;
  private readonly reactions: History["reactions"][number][];

  constructor(
    private readonly ocp: Simulator,
    private readonly life: History,
    private readonly own: () => TaskSnapshot | undefined,
  ) {
    this.reactions = [...life.reactions];
  }

  begin(): void {
    const { ocp, life } = this;
    const { lock } = life;
    if (lock?.by === "console") {
      ocp.lock(27);
    } else if (lock !== undefined) {
      const plan = ocp.planWork({ ticks: Math.ceil(lock.ticks / 2) });
      if (lock.by === "restart") ocp.startTask({ name: "Restart obproxy", clusterId: 27, obproxyIds: [4] });
      else ocp.submitDeleteObproxies(27, [5]);
      plan.remove();
    }
    if (life.oddity !== undefined) this.show(life.oddity);
    for (const work of life.work) ocp.planWork({ taskName: /^(Offline obproxy|Delete obproxy server)$/, ...work });
    for (const { does, after, times, on } of life.faults) {
      ocp.inject({
        does,
        after: on === "delete" ? 0 : after,
        times,
        when: ({ method, path }) =>
          on === "all" || (on === "delete" ? method !== "GET" : /tasks\/instances\/\d+$/.test(path)),
      });
    }
  }

  async tick(): Promise<void> {
    const { ocp, life } = this;
    const { outage, lock } = life;
    this.ticks += 1;
    ocp.tick();
    if (lock?.by === "console" && this.ticks === lock.ticks && ocp.cluster(27)?.lockedBy === "console") ocp.unlock(27);
    if (this.ticks === outage?.at) await ocp.down(outage);
    if (outage !== undefined && this.ticks === outage.at + outage.ticks + 1) await ocp.up(outage);
    this.react();
  }

  /** For a while the task, or one of its subtasks, is in a state that no documentation knows. */
  private show({ at, ticks, what }: NonNullable<History["oddity"]>): void {
    const change = (body: unknown): unknown => {
      const answer = body as { data?: { status: string; subtasks?: { status: string }[] } };
      const odd = what === "task" ? answer.data : answer.data?.subtasks?.[0];
      if (odd !== undefined && odd.status !== "FAILED") odd.status = "SUSPENDED";
      return answer;
    };
    this.ocp.inject({
      path: /tasks\/instances\/\d+$/,
      times: Infinity,
      when: () => this.ticks >= at && this.ticks < at + ticks,
      does: { kind: "rewrite", change },
    });
  }

  private react(): void {
    const task = this.own();
    this.failedFor = task?.status === "FAILED" ? this.failedFor + 1 : 0;
    const next = this.reactions[0];
    if (task === undefined || next === undefined || this.failedFor <= next.after) return;
    this.reactions.shift();
    this.failedFor = 0;
    try {
      if (next.does === "retry") this.ocp.retry(task.id);
      else if (next.does === "rollback") this.ocp.rollback(task.id);
      else if (next.does === "skip") this.ocp.skip(task.id);
      else if (next.does === "abandon") this.ocp.abandon(task.id);
    } catch (error) {
      // OCP itself refuses what cannot be done in this state, for example to roll back a rollback.
      if (!(error instanceof ApiError)) throw error;
    }
  }
}

const wasDone = ({ status, operation, subtasks }: TaskSnapshot): boolean =>
  status === "SUCCESSFUL" &&
  operation !== "ROLLBACK" &&
  subtasks.every((each) => each.status === "SUCCESSFUL" && !each.operation.startsWith("ROLLBACK"));

/** Somebody ended what had failed by hand: nothing of it was rolled back, and the rest was left undone. */
const wasEndedByHand = ({ status, operation, subtasks }: TaskSnapshot): boolean =>
  status === "SUCCESSFUL" &&
  operation !== "ROLLBACK" &&
  subtasks.every((each) => !each.operation.startsWith("ROLLBACK"));

const isDone = ({ listed, ours }: Truth): boolean =>
  !listed && ours.length > 0 && (wasDone(ours.at(-1)!) || wasEndedByHand(ours.at(-1)!));

/** Failures that do not say how it ended, but that this could not be seen. */
const couldNotSee = ({ failure }: InProcessRun): boolean =>
  failure?.cause instanceof OcpError ||
  /^not finished after|may well be ours/.test(`${failure?.message} ${failure?.details.join(" ")}`);

describe(`random histories of a deletion (seed ${SEED}, ${RUNS} runs)`, () => {
  test("end in success if and only if the object is gone and the work was really done, or a person ended it", async () => {
    let [successes, failures, unseen] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(history, async (life) => {
        const { run, truth } = await live(life);
        const told = `${run.output}\n${JSON.stringify(truth.ours.map(({ id, status, operation }) => ({ id, status, operation })))}`;
        if (run.code === 0) successes += 1;
        else if (couldNotSee(run)) unseen += 1;
        else failures += 1;
        if (run.code === 0 && !isDone(truth)) throw new Error(`said gone, which is not true:\n${told}`);
        if (run.code === 1 && !couldNotSee(run) && isDone(truth)) throw new Error(`done, but said failed:\n${told}`);
        // A delete that OCP took is never sent again while its task is at work or has failed. One that ended SUCCESSFUL
        // with the object still there was rolled back, abandoned or skipped by somebody.
        const again = truth.ours.slice(0, -1).some(({ status }) => status !== "SUCCESSFUL");
        if (again) throw new Error(`deleted twice:\n${told}`);
        expect(run.output).not.toMatch(/undefined|NaN|\[object/);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    // The histories are not all of one kind.
    expect(successes).toBeGreaterThan(RUNS / 5);
    expect(failures).toBeGreaterThan(RUNS / 10);
    expect(unseen).toBeLessThan(RUNS / 3);
  }, 900_000);
});

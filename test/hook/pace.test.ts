import type { Task } from "../../src/ocp/model.js";
import { nextPause } from "../../src/hook/decide/pace.js";
import { startSimulator } from "../../src/simulator/index.js";
import { half, some } from "../support/thorough.js";
import { MockedClock, reconcile } from "./in-process.js";

interface Measured {
  readonly lateMs: number;
  readonly lastedMs: number;
  readonly requests: number;
}

interface Engine {
  /** How long a round takes: a rest of a second, and what is done in it. */
  readonly roundMs?: (random: number) => number;
  /** Then what OCP says of times is worth nothing. */
  readonly clockStandsStill?: boolean;
}
const EPOCH = Date.parse("2026-01-02T03:04:05Z");

/** The hook waits for a task of that length; how late it noticed the end, and what it asked OCP for. */
async function measure(
  version: string,
  ticks: number,
  subtaskName: string | RegExp,
  seed: number,
  { roundMs = () => 1000, clockStandsStill = false }: Engine = {},
): Promise<Measured> {
  let state = seed;
  let ended: number | undefined;
  const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  const clock = new MockedClock(
    () => {
      ocp.tick();
      if (ended === undefined && ocp.tasks[0]?.status === "SUCCESSFUL") ended = clock.now();
    },
    random,
    () => roundMs(random()),
  );
  const ocp = await startSimulator({
    version,
    tickMs: "manual",
    clock: () => EPOCH + (clockStandsStill ? 0 : clock.now()),
    clusters: [{ id: 27, name: "orders", obproxies: [3] }],
  });
  try {
    ocp.planWork({ subtaskName, ticks });
    // Not always in step with the ticks of OCP's engine.
    await clock.sleep(seed % 1000);
    const began = clock.now();
    const { code } = await reconcile({ kind: "obproxy", clusterId: 27, obproxyId: 3 }, { url: ocp.url, clock });
    expect(code).toBe(0);
    const polls = ocp.requests.filter(({ path }) => /tasks\/instances\/\d+$/.test(path));
    return { lateMs: clock.now() - (ended ?? NaN), lastedMs: (ended ?? NaN) - began, requests: polls.length };
  } finally {
    await ocp.stop();
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const SEEDS = Array.from({ length: 10 }, (_, index) => 17 + 97 * index);
const MORE_SEEDS = Array.from({ length: 40 }, (_, index) => 17 + 97 * index);

describe("the pace of looking at a task", () => {
  const long = [
    ["4.2.2", "Stop and uninstall obproxy"],
    ["4.2.2", "Unreserve host"],
    ["4.4.0", "Inactive agent modules"],
  ] as const;
  test.each(some(long))(
    "(OCP %s, %s) notices the end of ten minutes at most 1 %% late on average, and never 2 %%",
    async (version, name) => {
      const all = await Promise.all(MORE_SEEDS.map((seed) => measure(version, 580, name, seed)));
      expect(mean(all.map(({ lateMs, lastedMs }) => lateMs / lastedMs))).toBeLessThanOrEqual(0.01);
      for (const { lateMs, lastedMs } of all) expect(lateMs / lastedMs).toBeLessThan(0.02);
      for (const { requests, lastedMs } of all) expect(requests).toBeLessThan(lastedMs / 3000);
    },
  );

  const LENGTHS: readonly (readonly [string, number])[] = [
    ["4.2.2", 0],
    ["4.2.2", 20],
    ["4.2.2", 45],
    ["4.4.0", 0],
    ["4.4.0", 30],
  ];
  const measured = (version: string, ticks: number, engine: Engine): Promise<Measured[]> =>
    Promise.all(SEEDS.map((seed) => measure(version, ticks, /^(Stop and uninstall|Inactive agent)/, seed, engine)));
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

  describe.each([
    ["takes a second to the millisecond", {}],
    ["takes 1.015 to 1.045 s, as was published", { roundMs: (random) => 1015 + 30 * random }],
  ] satisfies [string, Engine][])("where a round %s", (_, engine: Engine) => {
    test.each(half(LENGTHS))(
      "(OCP %s, %d s of work) sees the end 0.15 s late on average, with no more requests than a fixed poll",
      async (version, ticks) => {
        const all = await measured(version, ticks, engine);
        expect(mean(all.map(({ lateMs }) => lateMs))).toBeLessThanOrEqual(150);
        expect(sum(all.map(({ requests }) => requests))).toBeLessThanOrEqual(
          sum(all.map(({ lastedMs }) => lastedMs / 1000)) * (ticks >= 30 ? 0.5 : 1),
        );
      },
    );
  });

  test.each(half(LENGTHS))(
    "(OCP %s, %d s of work) is no worse than a fixed poll of 1 s where OCP's clock stands still",
    async (version, ticks) => {
      const all = await measured(version, ticks, { clockStandsStill: true });
      for (const { requests, lastedMs } of all) expect(requests).toBeLessThanOrEqual(Math.ceil(lastedMs / 1000) + 1);
      expect(mean(all.map(({ lateMs }) => lateMs))).toBeLessThanOrEqual(550);
    },
  );
});

describe("the pace, where a node lasts that is quick by its name,", () => {
  test.each([
    ["4.2.2", "Finish node"],
    ["4.4.0", "Finish node"],
    ["4.4.0", "Update obproxy cluster lock status"],
  ])("(OCP %s, %s) is no faster than a fixed poll of 1 s", async (version, name) => {
    const { requests, lastedMs } = await measure(version, 55, name, 17);
    expect(requests).toBeLessThanOrEqual(Math.ceil(lastedMs / 1000) + 1);
  });
});

describe("nextPause", () => {
  const chain = (...statuses: readonly string[]): Task => ({
    id: "1",
    name: "Offline obproxy",
    status: "RUNNING",
    subtasks: statuses.map((status, index) => ({
      id: String(index + 1),
      name: index === statuses.length - 1 ? "Finish node" : "Unreserve host",
      status,
      timeoutSeconds: index === statuses.length - 1 ? 0 : 1800,
      parallelIdx: -1,
      runTime: 1,
      upstreams: index === 0 ? [] : [String(index)],
      downstreams: [],
    })),
  });
  const pause = (task: Task, more: object = {}): ReturnType<typeof nextPause> =>
    nextPause({ task, waitedMs: 0, quickLooks: 0, isClockStill: false, tickMs: 1000, random: 0.5, ...more });

  test("is between one tick and ten, whatever is left to do", () => {
    expect(pause(chain("RUNNING", "PENDING")).milliseconds).toBe(1000);
    expect(pause(chain(...Array.from({ length: 100 }, () => "PENDING"))).milliseconds).toBe(10_000);
    expect(pause(chain("RUNNING", "PENDING"), { waitedMs: 10_000_000 }).milliseconds).toBe(10_000);
  });

  test("grows to 2 % of the time waited", () => {
    expect(pause(chain("RUNNING", "PENDING"), { waitedMs: 200_000 }).milliseconds).toBe(4000);
  });

  test("is never sooner than the next node can be done", () => {
    expect(pause(chain("RUNNING", "PENDING", "PENDING", "PENDING")).milliseconds).toBeGreaterThanOrEqual(1000);
  });

  test("is less than a tick when only the last, quick node is at work, a bounded number of times", () => {
    expect(pause(chain("SUCCESSFUL", "RUNNING"))).toMatchObject({ quick: true });
    expect(pause(chain("SUCCESSFUL", "RUNNING")).milliseconds).toBeLessThan(1000);
    expect(pause(chain("SUCCESSFUL", "RUNNING"), { quickLooks: 8 })).toMatchObject({
      quick: false,
      milliseconds: 1000,
    });
  });

  test("is not shorter for a round that was seen to begin, though it was read sooner than was planned", () => {
    const [first, last] = chain("SUCCESSFUL", "RUNNING").subtasks;
    const at = (ms: number): { readonly startTime: string } => ({ startTime: new Date(EPOCH + ms).toISOString() });
    const seenAt = (ms: number): Task => ({
      ...chain(),
      subtasks: [first, last].flatMap((each, index) => (each === undefined ? [] : { ...each, ...at(1030 * index) })),
      answeredAt: new Date(EPOCH + ms).toISOString(),
    });
    expect(pause(seenAt(1050)).milliseconds).toBeGreaterThan(1000);
    expect(pause(seenAt(1100)).milliseconds).toBeGreaterThan(900);
  });

  test("scales with the tick and jitters a little", () => {
    expect(pause(chain("RUNNING", "PENDING"), { tickMs: 10 }).milliseconds).toBe(10);
    expect(pause(chain("RUNNING", "PENDING"), { random: 0 }).milliseconds).toBe(950);
    expect(pause(chain("RUNNING", "PENDING"), { random: 0.999 }).milliseconds).toBeCloseTo(1050, -1);
  });
});

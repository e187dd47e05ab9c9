import { ENV } from "../../../src/contract/names.js";
import { OcpError } from "../../../src/ocp/errors.js";
import type { OcpApi } from "../../../src/ocp/api.js";
import { longestPathSeconds } from "../../../src/ocp/task.js";
import type { Subtask } from "../../../src/ocp/model.js";
import type { Fault, RecordedRequest, Simulator, SimulatorOptions } from "../../../src/simulator/index.js";
import { type HookCall, type HookRun, settingsWith, other } from "../hook-process.js";
import { MockedClock, reconcile } from "../in-process.js";
import { startGateway } from "./gateway.js";
import {
  another,
  cluster,
  CLUSTER,
  CLUSTERS,
  failureIn,
  inMockedTime,
  isDelete,
  LATE,
  proxy,
  Stage,
  TASK,
  TASKS,
  withRetry,
  withTimeout,
} from "./stage.js";
import { half } from "../../support/thorough.js";

/** Deadlines, ways and settings. */

const stage = new Stage();

describe("a run whose time is limited ends in time, and says what it saw last", () => {
  const LIMIT_MS = 2_000;
  const SLACK_MS = 2_500;
  const limited = (call: HookCall): HookCall => withTimeout(call, `${LIMIT_MS / 1000}s`);
  const hang = { kind: "hang" } as const;
  const slow = { kind: "slow", ms: 150 } as const;
  const get = (path: string | RegExp, does: Fault["does"] = hang): Fault => ({
    method: "GET",
    path,
    times: Infinity,
    does,
  });
  const isRetry = ({ path }: RecordedRequest): boolean => path.endsWith("/retry");
  const failLate = (ocp: Simulator): void => {
    ocp.planWork({ subtaskName: LATE, fail: "always" });
  };
  const manyClusters = Array.from({ length: 100 }, (_, index) => ({ id: index + 100, name: `c${index}` }));

  /** Killed where it goes on for too long. */
  async function timed(call: HookCall): Promise<HookRun & { readonly late: boolean }> {
    const hook = stage.start(limited(call));
    const timer = setTimeout(hook.kill, LIMIT_MS + SLACK_MS);
    const run = await hook.done;
    clearTimeout(timer);
    return { ...run, late: run.code === null };
  }

  type Row = readonly [
    string,
    { readonly call?: HookCall; readonly ocp?: SimulatorOptions; readonly before?: (ocp: Simulator) => void },
    readonly Fault[],
  ];
  const rows: readonly Row[] = [
    ["the cluster's detail hangs", {}, [get(CLUSTER)]],
    ["the list of tasks hangs", {}, [get(TASKS)]],
    ["the list of clusters hangs", { ocp: { clusters: [] } }, [get(CLUSTERS)]],
    ["the task's detail hangs", {}, [get(TASK)]],
    ["the delete hangs", {}, [{ when: isDelete, times: Infinity, does: hang }]],
    ["the cluster's delete hangs", { call: cluster }, [{ when: isDelete, times: Infinity, does: hang }]],
    ["the retry hangs", { call: withRetry(proxy), before: failLate }, [{ when: isRetry, times: Infinity, does: hang }]],
    ["the log of a failed subtask hangs", { before: failLate }, [get(/\/log$/)]],
    ["everything is slow", {}, [{ times: Infinity, does: { kind: "slow", ms: 1500 } }]],
    [
      "the list of clusters has many slow pages",
      { ocp: { clusters: manyClusters, maxPageSize: 1 } },
      [get(CLUSTERS, slow)],
    ],
    [
      "the list of tasks has many slow pages",
      {
        ocp: { maxPageSize: 1 },
        before: (ocp) => {
          ocp.addPastTasks(100, { name: "Offline obproxy", status: "FAILED" });
        },
      },
      [get(TASKS, slow)],
    ],
    ["OCP asks for an hour of patience", {}, [get(TASKS, { kind: "tooManyRequests", retryAfter: 3600 })]],
    [
      "OCP answers 500 to everything",
      {},
      [{ times: Infinity, after: 1, does: { kind: "error", status: 500, code: 0 } }],
    ],
    ["the delete gets no connection", {}, [{ when: isDelete, times: Infinity, does: { kind: "reset" } }]],
  ];

  /** By the row's name: a run lasts as long as its limit, and tells all that is asked of it below. */
  const runs = new Map<string, ReturnType<typeof timed>>();
  function runOf([what, { call = proxy, ocp, before }, faults]: Row): ReturnType<typeof timed> {
    const run = runs.get(what) ?? begun();
    runs.set(what, run);
    return run;

    async function begun(): ReturnType<typeof timed> {
      await stage.given(ocp);
      before?.(stage.ocp);
      for (const fault of faults) stage.ocp.inject(fault);
      return timed(call);
    }
  }

  test.each(half(rows))("where %s, it ends in time", async (...row) => {
    const { code, late } = await runOf(row);
    expect({ code, late }).toEqual({ code: 1, late: false });
  });

  test.each(half(rows))("where %s, it does not say that nothing was asked", async (...row) => {
    const { lines, output } = await runOf(row);
    expect(failureIn(lines)).not.toBe("");
    expect(output).not.toContain("nothing had been asked yet");
  });

  const withTask = ["the task's detail hangs", "the log of a failed subtask hangs", "the retry hangs"];
  test.each(rows.filter(([what]) => withTask.includes(what)))("where %s, it names the task", async (...row) => {
    const { lines } = await runOf(row);
    expect(failureIn(lines)).toContain("31440");
  });

  test("where the version hangs, it ends in time, well or badly", async () => {
    await stage.given();
    stage.ocp.inject(get("/api/v2/info"));
    const { late } = await timed(proxy);
    expect(late).toBe(false);
  });

  test("where OCP is gone when the delete is to be sent, it ends in time", async () => {
    await stage.given();
    const listed = stage.ocp.nextRequest(({ path }) => path === TASKS);
    const running = timed(proxy);
    await listed;
    await stage.ocp.down();
    const { code, late } = await running;
    expect({ code, late }).toEqual({ code: 1, late: false });
  });
});

describe("without a limit of its own", () => {
  test("a delete that cannot be reached is not tried for longer than a read would be", async () => {
    const ocp = await another({ tickMs: "manual" });
    const clock = new MockedClock(() => {
      ocp.tick();
    });
    const unreachable = new OcpError("DELETE http://ocp/x could not be sent", {
      kind: "unreachable",
      method: "DELETE",
      url: "http://ocp/x",
    });
    const wrap = (api: OcpApi): OcpApi => ({
      ...boundMethods(api),
      deleteObproxies: () => Promise.reject(unreachable),
    });
    try {
      const { code, tookMs } = await reconcile(proxy, { url: ocp.url, clock, wrap });
      expect(code).toBe(1);
      expect(tookMs).toBeLessThan(20 * 60_000);
    } finally {
      await ocp.stop();
    }
  });
});

function boundMethods(api: OcpApi): OcpApi {
  const names = ["version", "cluster", "clusters", "tasks", "task", "subtaskLog", "retryTask", "close"] as const;
  const bound = Object.fromEntries(names.map((name) => [name, (api[name] as () => unknown).bind(api)]));
  return Object.assign(Object.create(api) as OcpApi, bound, { baseUrl: api.baseUrl });
}

describe("a lock that is refused until the deadline", () => {
  describe.each([
    [400, 21010],
    [400, "ODP21010"],
    [409, 21010],
  ])("with %d and code %j", (status, code) => {
    const refused = (before: (ocp: Simulator) => void): ReturnType<typeof inMockedTime> =>
      inMockedTime(withTimeout(proxy, "40s"), { lockRefusal: { status, code } }, { before });
    const reasons: readonly (readonly [string, (ocp: Simulator) => void])[] = [
      [
        "which no task explains",
        (ocp) => {
          ocp.lock(27);
        },
      ],
      [
        "which a task at work explains",
        (ocp) => {
          const subtasks = Array.from({ length: 200 }, () => "step");
          ocp.startTask({ name: "Restart obproxy", clusterId: 27, subtasks });
        },
      ],
    ];

    test.each(reasons)("is told with OCP's code, words and trace id, %s", async (_why, before) => {
      const run = await refused(before);
      const told = failureIn(run.lines);
      expect(run.code).toBe(1);
      expect(told).toContain(String(code));
      expect(told).toContain("in the OPERATING state");
      expect(told).toMatch(/trace id [0-9a-f]{16}/);
    });
  });
});

describe("a fan-out that is wider than ten", () => {
  const STOP_SECONDS = 1800;
  const node = (id: string, more: Partial<Subtask>): Subtask => ({
    id,
    name: "node",
    status: "PENDING",
    operation: "EXECUTE",
    timeoutSeconds: 30,
    parallelIdx: -1,
    runTime: 1,
    upstreams: [],
    downstreams: [],
    ...more,
  });
  const fanOut = (width: number): number => {
    const stops = Array.from({ length: width }, (_, index) => `s${index}`);
    return longestPathSeconds({
      id: "1",
      name: "Offline obproxy",
      status: "RUNNING",
      subtasks: [
        node("a", { downstreams: stops }),
        ...stops.map((id, parallelIdx) =>
          node(id, { timeoutSeconds: STOP_SECONDS, parallelIdx, upstreams: ["a"], downstreams: ["z"] }),
        ),
        node("z", { upstreams: stops }),
      ],
    });
  };

  test.each([
    [1, 1],
    [10, 1],
    [11, 2],
    [25, 3],
    [100, 10],
  ])("of %d takes %d times as long as one of them may", (width, times) => {
    expect(fanOut(width)).toBeGreaterThanOrEqual(60 + times * STOP_SECONDS);
  });

  test("does not make the run end before OCP's own limits do", async () => {
    const obproxies = Array.from({ length: 25 }, (_, index) => index + 1);
    const run = await inMockedTime(
      cluster,
      { clusters: [{ id: 27, name: "orders", obproxies }] },
      { before: (ocp) => ocp.planWork({ subtaskName: /^(Prepare|Stop)/, ticks: 1700 }) },
    );
    expect({ code: run.code, changes: run.changes }).toEqual({ code: 0, changes: ["delete cluster 27"] });
  });
});

describe("a settings file that is not as the constructs write it", () => {
  const whole = settingsWith({
    clusters: { "27": { path: "app/c" } },
    obproxies: { "27/3": { path: "app/p" } },
    others: [other({ clusters: { "28": "app/o" }, obproxies: { "28/1": "app/o" } })],
  });
  const inProvider = (change: object): object => ({ ...whole, provider: { ...whole.provider, ...change } });
  const inCluster = (change: unknown): object => ({ ...whole, clusters: { "27": change } });
  const inObproxy = (change: unknown): object => ({ ...whole, obproxies: { "27/3": change } });
  const ofCluster = (change: object): object => inCluster({ ...whole.clusters["27"], ...change });
  const ofObproxy = (change: object): object => inObproxy({ ...whole.obproxies["27/3"], ...change });
  const inOther = (change: object): object => ({ ...whole, others: [{ ...other(), ...change }] });

  const files: readonly (readonly [string, object])[] = [
    ["formatVersion", { ...whole, formatVersion: "1" }],
    ["provider", { ...whole, provider: null }],
    ["url", inProvider({ url: 5 })],
    ["url", inProvider({ url: null })],
    ["url", inProvider({ url: ["http://ocp"] })],
    ["alias", inProvider({ alias: 5 })],
    ["envPrefix", inProvider({ envPrefix: 5 })],
    ["envPrefix", inProvider({ envPrefix: undefined })],
    ["hasCaFile", inProvider({ hasCaFile: "false" })],
    ["insecureSkipVerify", inProvider({ insecureSkipVerify: "false" })],
    ["insecureSkipVerify", inProvider({ insecureSkipVerify: undefined })],
    ["timeouts", inProvider({ timeouts: null })],
    ["timeouts", inProvider({ timeouts: "2h" })],
    ["delete", inProvider({ timeouts: { delete: 5 } })],
    ["delete", inProvider({ timeouts: { delete: "soon" } })],
    ["delete", inProvider({ timeouts: { delete: "" } })],
    ["delete", inProvider({ timeouts: { delete: {} } })],
    ["taskRetries", inProvider({ taskRetries: "1" })],
    ["taskRetries", inProvider({ taskRetries: -1 })],
    ["taskRetries", inProvider({ taskRetries: 1.5 })],
    ["waitFor", inProvider({ waitFor: "nothing" })],
    ["clusters", { ...whole, clusters: [] }],
    ["clusters", inCluster(null)],
    ["clusters", inCluster("app/c")],
    ["clusterName", ofCluster({ clusterName: 5 })],
    ["clusterName", ofCluster({ clusterName: "" })],
    ["forceDestroy", ofCluster({ forceDestroy: "false" })],
    ["skipDestroy", ofCluster({ skipDestroy: "true" })],
    ["preventDestroy", ofCluster({ preventDestroy: 1 })],
    ["timeouts", ofCluster({ timeouts: 5 })],
    ["delete", ofCluster({ timeouts: { delete: 5 } })],
    ["path", ofCluster({ path: 5 })],
    ["obproxies", { ...whole, obproxies: "27/3" }],
    ["obproxies", inObproxy(3)],
    ["clusterName", ofObproxy({ clusterName: {} })],
    ["skipHostOperation", ofObproxy({ skipHostOperation: "false" })],
    ["skipDestroy", ofObproxy({ skipDestroy: "true" })],
    ["preventDestroy", ofObproxy({ preventDestroy: "true" })],
    ["delete", ofObproxy({ timeouts: { delete: true } })],
    ["path", ofObproxy({ path: undefined })],
    ["stack", { ...whole, stack: 5 }],
    ["tokens", { ...whole, tokens: {} }],
    ["tokens", { ...whole, tokens: [{ kind: "host", path: "app/p" }] }],
    ["others", { ...whole, others: {} }],
    ["others", inOther({ url: 5 })],
    ["others", inOther({ clusters: 5 })],
    ["others", inOther({ clusters: { "28": 5 } })],
    ["others", inOther({ obproxies: { "28/1": { path: "app/o" } } })],
  ];
  const rows = files.map(([member, file], index) => [index, member, JSON.stringify(file)] as const);

  beforeEach(() => stage.given());

  test.each(rows)("is told as that (no. %d, a wrong `%s`)", async (_index, member, settingsText) => {
    const { code, lines, output } = await stage.run({ ...proxy, settingsText });
    expect(code).toBe(1);
    expect(output).not.toContain("the hook itself has a defect");
    expect(lines.find((line) => line.includes("FAILED: "))).toContain(member);
    expect(output).toContain("nothing was sent");
    expect(stage.ocp.requests).toEqual([]);
  });

  test("holds for a cluster's hook as well as for an OBProxy's", async () => {
    const settingsText = JSON.stringify(ofObproxy({ skipDestroy: "true" }));
    const { code } = await stage.run({ ...cluster, settingsText });
    expect({ code, requests: stage.ocp.requests.length }).toEqual({ code: 1, requests: 0 });
  });
});

describe(`${ENV.tickMs} where OCP is not on this machine`, () => {
  /** By a proxy, so that OCP's host is none of this machine's. */
  async function runFarAway(host: string): Promise<HookRun> {
    await stage.given();
    const way = await startGateway(() => stage.ocp);
    try {
      return await stage.run({ ...proxy, env: { OCP_URL: `http://${host}:8080`, HTTP_PROXY: way.url } });
    } finally {
      await way.stop();
    }
  }
  const hosts = ["ocp.example.com", "10.0.0.1", "127.0.0.1.example.com"];

  test.each(half(hosts))("does not make the hook wait for less than it would in life (%s)", async (host) => {
    await runFarAway(host);
    const sent = stage.ocp.requests.find(isDelete)!;
    const asked = stage.ocp.requests.find(({ path, time }) => TASK.test(path) && time >= sent.time)!;
    expect(asked.time - sent.time).toBeGreaterThanOrEqual(1_000);
  });

  test.each(half(hosts))("is told of (%s)", async (host) => {
    const { lines } = await runFarAway(host);
    expect(lines.filter((line) => line.includes(ENV.tickMs))).toHaveLength(1);
  });

  test.each(["127.0.0.1", "localhost"])("is obeyed without a word where it is (%s)", async (host) => {
    await stage.given();
    const { port } = new URL(stage.ocp.url);
    const { code, output } = await stage.run({ ...proxy, env: { OCP_URL: `http://${host}:${port}` } });
    expect(code).toBe(0);
    expect(output).not.toContain(ENV.tickMs);
  });
});

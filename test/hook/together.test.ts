import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  startSimulator,
  type RecordedRequest,
  type Simulator,
  type SimulatorOptions,
} from "../../src/simulator/index.js";
import { temporaryDirectory } from "../support/temporary.js";
import { until } from "../support/until.js";
import { Barrier, type Gate, startGate } from "./gate.js";
import { type HookCall, HookRunner, type HookRun, type StartedHook, TICK_MS } from "./hook-process.js";
import { some } from "../support/thorough.js";

/** Hooks of one cluster's OBProxies that Terraform runs at the same time. */

const runner = new HookRunner();
const places: { remove(): void }[] = [];
const gates: Gate[] = [];
const simulators: Simulator[] = [];
let ocp: Simulator;

afterAll(() => {
  runner.dispose();
});
afterEach(async () => {
  for (const gate of gates.splice(0)) gate.close();
  await Promise.all(simulators.splice(0).map((each) => each.stop()));
  for (const place of places.splice(0)) place.remove();
});

async function simulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const started = await startSimulator({
    tickMs: TICK_MS,
    clusters: [{ id: 1, name: "orders", obproxies: [1, 2, 3, 4] }],
    ...options,
  });
  simulators.push(started);
  return started;
}

async function given(options: SimulatorOptions = {}): Promise<void> {
  ocp = await simulator(options);
}

async function gate(...args: Parameters<typeof startGate>): Promise<string> {
  const started = await startGate(...args);
  gates.push(started);
  return started.url;
}

/** A directory of this name in one of its own. */
function place(name = "d"): string {
  const directory = temporaryDirectory();
  places.push(directory);
  const path = join(directory.path, name);
  mkdirSync(path);
  return path;
}

const isDelete = ({ method, path }: RecordedRequest): boolean => method !== "GET" && !path.endsWith("/retry");
const deletesOf = (simulator: Simulator): string[] =>
  simulator.requests.filter(isDelete).map(({ path, body }) => /obproxies\/([\d,]+)/.exec(path)?.[1] ?? body);
const deletes = (): string[] => deletesOf(ocp);
const retries = (): number => ocp.requests.filter(({ path }) => path.endsWith("/retry")).length;
const hook = (obproxyId: number, more: Partial<HookCall> = {}): HookCall => ({
  kind: "obproxy",
  clusterId: 1,
  obproxyId,
  ...more,
});
/** All of them have looked at OCP before the first goes on. */
async function together(
  ids: readonly number[],
  more: (id: number) => Partial<HookCall> = () => ({}),
): Promise<HookRun[]> {
  const OCP_URL = await gate(new Barrier(ids.length), () => ocp.url);
  const call = (id: number): HookCall => ({ ...hook(id, more(id)), env: { OCP_URL, ...more(id).env } });
  return Promise.all(ids.map((id) => runner.run(ocp, call(id))));
}
const codes = (runs: readonly HookRun[]): (number | null)[] => runs.map(({ code }) => code);
const leftOf = (simulator: Simulator): string[] | undefined => simulator.cluster(1)?.obproxies.map(({ id }) => id);
const left = (): string[] | undefined => leftOf(ocp);

const meetings = (): string[] => {
  const directory = join(runner.machine().runtime, "cdktf-obproxy");
  return existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith(".sock")) : [];
};

/** Hooks that have come together, the leader first; it has yet to hear OCP's version before it counts the others. */
async function gathered(leader: number, ...followers: readonly number[]): Promise<StartedHook[]> {
  ocp.inject({ path: "/api/v2/info", does: { kind: "hang", ms: 1_500 } });
  const barrier = new Barrier(followers.length, "by hand");
  const env = { OCP_URL: await gate(barrier, () => ocp.url) };
  const hooks = followers.map((id) => runner.start(ocp, hook(id, { env })));
  await until(() => barrier.allHaveCome);
  const first = runner.start(ocp, hook(leader, { env }));
  await until(() => meetings().length === 1);
  barrier.open();
  // The leader has left its place: nobody joins any more, and nothing has been sent.
  await until(() => meetings().length === 0);
  expect(deletes()).toEqual([]);
  return [first, ...hooks];
}
const ends = (...hooks: readonly StartedHook[]): Promise<HookRun[]> => Promise.all(hooks.map(({ done }) => done));

describe("hooks of one cluster at the same time", () => {
  test("send one call, which leaves the others' OBProxies alone", async () => {
    await given({ version: "4.4.0" });
    const runs = await together([1, 2, 4]);
    expect(codes(runs)).toEqual([0, 0, 0]);
    expect(deletes()).toEqual(['{"obproxyServerIds":[1,2,4]}']);
    expect(left()).toEqual(["3"]);
  });

  test("look once for all at what has become of the OBProxies", async () => {
    await given();
    expect(codes(await together([1, 2, 3]))).toEqual([0, 0, 0]);
    const since = ocp.requests.findIndex(isDelete);
    const looks = ocp.requests.slice(since).filter(({ path }) => path.endsWith("/clusters/1"));
    expect(looks).toHaveLength(1);
  });

  test("all fail with the task's id where the one task fails", async () => {
    await given();
    ocp.planWork({ subtaskName: "Unreserve host", fail: "always" });
    const runs = await together([1, 2]);
    expect(codes(runs)).toEqual([1, 1]);
    expect(deletes()).toEqual(["1,2"]);
    for (const { output } of runs) expect(output).toContain("FAILED: OCP's task 31440");
  });

  test("have a failed task retried once, and all see how it ends, however slowly OCP takes the retry", async () => {
    await given();
    ocp.planWork({ subtaskName: "Stop and uninstall obproxy", parallelIdx: 0, fail: 1 });
    ocp.inject({ path: /\/retry$/, does: { kind: "hang", ms: 500 } });
    const runs = await together([1, 2, 3], () => ({ settings: { provider: { taskRetries: 1 } } }));
    expect(codes(runs)).toEqual([0, 0, 0]);
    expect(retries()).toBe(1);
  });

  test("do not have a task retried more often than the policy says", async () => {
    await given();
    ocp.planWork({ subtaskName: "Stop and uninstall obproxy", parallelIdx: 0, fail: "always" });
    const runs = await together([1, 2, 3], () => ({ settings: { provider: { taskRetries: 1 } } }));
    expect(codes(runs)).toEqual([1, 1, 1]);
    expect(retries()).toBe(1);
  });

  test("let only the one fail that wants a host skipped which this OCP cannot skip", async () => {
    await given();
    const skip = { settings: { obproxies: { "1/2": { path: "app/p", skipHostOperation: true } } } };
    const runs = await together([1, 2, 3], (id) => (id === 2 ? skip : {}));
    expect(codes(runs)).toEqual([0, 1, 0]);
    expect(left()).toEqual(["2", "4"]);
    expect(runs[1]?.output).toContain("skipHostOperation needs OCP 4.3.5");
  });

  test("go on one by one where OCP refuses the call for all", async () => {
    await given();
    ocp.inject({
      when: (request) => isDelete(request) && request.path.includes(","),
      does: { kind: "error", status: 400, code: 21015 },
    });
    const runs = await together([1, 2]);
    expect(codes(runs)).toEqual([0, 0]);
    expect(left()).toEqual(["3", "4"]);
  });

  test("meet also where they may wait for longer than a timer can", async () => {
    await given();
    const runs = await together([1, 2], () => ({ settings: { provider: { timeouts: { delete: "2000h" } } } }));
    expect(codes(runs)).toEqual([0, 0]);
    expect(deletes()).toEqual(["1,2"]);
    for (const { output } of runs) expect(output).not.toContain("still trying");
  });

  test("survive that the answer to the call for all is lost", async () => {
    await given({ version: "4.4.0" });
    ocp.inject({ when: isDelete, does: { kind: "lostAnswer" } });
    const runs = await together([1, 2, 3]);
    expect(codes(runs)).toEqual([0, 0, 0]);
    expect(deletes()).toHaveLength(1);
  });

  test.each([
    ["4.2.2", "1,3"],
    ["4.4.0", '{"obproxyServerIds":[1,3]}'],
  ])("(OCP %s) leave out who was killed before the call is sent", async (version, call) => {
    await given({ version });
    const [first, second, third] = await gathered(1, 2, 3);
    second!.kill();
    expect(codes(await ends(first!, third!))).toEqual([0, 0]);
    expect(deletes()).toEqual([call]);
    expect(left()).toEqual(["2", "4"]);
  });

  test("leave out who is stopped when the call is sent; it goes on alone when it can", async () => {
    await given();
    const [first, second, third] = await gathered(1, 2, 3);
    const sent = ocp.nextRequest(isDelete);
    second!.kill("SIGSTOP");
    await sent;
    second!.kill("SIGCONT");
    expect(codes(await ends(first!, second!, third!))).toEqual([0, 0, 0]);
    expect([deletes()[0], deletes().at(-1)]).toEqual(["1,3", "2"]);
  });

  test.each([
    ["4.2.2", "2,3"],
    ["4.4.0", '{"obproxyServerIds":[2,3]}'],
  ])("(OCP %s) meet anew where the one that leads is killed before the call is sent", async (version, call) => {
    await given({ version });
    const [first, second, third] = await gathered(1, 2, 3);
    first!.kill();
    expect(codes(await ends(second!, third!))).toEqual([0, 0]);
    expect(deletes()).toEqual([call]);
    expect(left()).toEqual(["1", "4"]);
  });

  test("do not wait for one that leads and is stopped, and are in no call of its own when it goes on", async () => {
    await given();
    const first = runner.start(ocp, hook(1));
    await until(() => meetings().length === 1);
    first.kill("SIGSTOP");
    const start = Date.now();
    const second = await runner.run(ocp, hook(2));
    expect(Date.now() - start).toBeLessThan(30_000);
    expect(second.code).toBe(0);
    expect(deletes()).toEqual(["2"]);
    first.kill("SIGCONT");
    expect((await first.done).code).toBe(0);
    expect(deletes()).toEqual(["2", "1"]);
  });

  test.each(some(["4.2.2", "4.4.0"]))(
    "(OCP %s) go on where one of them is killed after the call was sent",
    async (version) => {
      await given({ version });
      ocp.planWork({ subtaskName: "Unreserve host", ticks: 10 });
      const sent = ocp.nextRequest(isDelete);
      const first = runner.start(ocp, hook(1));
      const second = runner.start(ocp, hook(2));
      await sent;
      first.kill();
      const [, survivor] = await Promise.all([first.done, second.done]);
      expect(survivor.code).toBe(0);
      expect(deletes().filter((ids) => ids.includes("2"))).toHaveLength(1);
      expect(ocp.tasks.every(({ status }) => status === "SUCCESSFUL")).toBe(true);
    },
  );
});

describe("hooks that mean different objects", () => {
  test("of two OCPs do not meet where a temporary directory has more bytes than characters", async () => {
    await given();
    const other = await simulator();
    const TMPDIR = place("任".repeat(28));
    expect([TMPDIR.length < 60, Buffer.byteLength(TMPDIR) > 95]).toEqual([true, true]);
    const barrier = new Barrier(2);
    const run = async (target: Simulator, id: number): Promise<HookRun> => {
      const env = { XDG_RUNTIME_DIR: undefined, TMPDIR, OCP_URL: await gate(barrier, () => target.url) };
      return runner.run(target, hook(id, { env }));
    };
    const runs = await Promise.all([run(ocp, 1), run(other, 2)]);
    expect(codes(runs)).toEqual([0, 0]);
    expect([deletes(), deletesOf(other)]).toEqual([["1"], ["2"]]);
  });

  test("do not meet where the same URL leads to another OCP by another proxy", async () => {
    await given();
    const other = await simulator();
    const barrier = new Barrier(2);
    const env = async (target: Simulator): Promise<Record<string, string>> => ({
      OCP_URL: "http://ocp.internal:8080",
      HTTP_PROXY: await gate(barrier, () => target.url),
    });
    const runs = await Promise.all([
      runner.run(ocp, hook(1, { env: await env(ocp) })),
      runner.run(other, hook(2, { env: await env(other) })),
    ]);
    expect(codes(runs)).toEqual([0, 0]);
    expect([deletes(), deletesOf(other)]).toEqual([["1"], ["2"]]);
  });

  test("are not in one call where nothing but what OCP shows tells its OBProxies apart", async () => {
    const credentials = { username: "admin", password: "other-password-of-the-test" };
    await given();
    const obproxies = [1, 2, 3, 4].map((id) => ({ id, ip: `10.9.0.${id}` }));
    const other = await simulator({ credentials, clusters: [{ id: 1, name: "orders", obproxies }] });
    const HTTP_PROXY = await gate(new Barrier(2), ({ headers: { authorization } }) =>
      authorization === `Basic ${btoa(`${credentials.username}:${credentials.password}`)}` ? other.url : ocp.url,
    );
    const env = { OCP_URL: "http://ocp.internal:8080", HTTP_PROXY, OCP_USERNAME: credentials.username };
    const runs = await Promise.all([
      runner.run(ocp, hook(1, { env })),
      runner.run(other, hook(2, { env: { ...env, OCP_PASSWORD: credentials.password } })),
    ]);
    expect(codes(runs)).toEqual([0, 0]);
    expect([deletes(), deletesOf(other)]).toEqual([["1"], ["2"]]);
  });
});

describe("hooks meet wherever the job keeps its temporary files:", () => {
  test.each<[string, () => string]>([
    ["below a path too long for a socket", () => place("x".repeat(90))],
    ["nowhere", () => "/dev/null"],
  ])("%s", async (_what, directory) => {
    await given();
    const TMPDIR = directory();
    const runs = await together([1, 2, 3], () => ({ env: { TMPDIR, XDG_RUNTIME_DIR: undefined } }));
    expect(codes(runs)).toEqual([0, 0, 0]);
    expect(deletes()).toEqual(["1,2,3"]);
    for (const { output } of runs) expect(output).not.toContain("cannot meet");
  });

  test("each in a place of its own", async () => {
    await given();
    const runs = await together([1, 2], () => ({ env: { TMPDIR: place(), XDG_RUNTIME_DIR: undefined } }));
    expect(codes(runs)).toEqual([0, 0]);
    expect(deletes()).toEqual(["1,2"]);
  });
});

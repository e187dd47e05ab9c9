import {
  startSimulator,
  type RecordedRequest,
  type Simulator,
  type SimulatorOptions,
} from "../../src/simulator/index.js";
import { type HookCall, HookRunner, type HookRun, TICK_MS } from "./hook-process.js";

/** Hooks of one cluster's OBProxies that Terraform runs at the same time. */

// Whether hooks meet in one call depends on how soon after one another they start, which a busy machine does not promise.
jest.retryTimes(2);

const runner = new HookRunner();
let ocp: Simulator;

afterAll(() => {
  runner.dispose();
});
afterEach(() => ocp.stop());

async function given(options: SimulatorOptions = {}): Promise<void> {
  ocp = await startSimulator({
    tickMs: TICK_MS,
    clusters: [{ id: 1, name: "orders", obproxies: [1, 2, 3, 4] }],
    ...options,
  });
}

const isDelete = ({ method, path }: RecordedRequest): boolean => method !== "GET" && !path.endsWith("/retry");
const deletes = (): string[] =>
  ocp.requests.filter(isDelete).map(({ path, body }) => /obproxies\/([\d,]+)/.exec(path)?.[1] ?? body);
const retries = (): number => ocp.requests.filter(({ path }) => path.endsWith("/retry")).length;
const hook = (obproxyId: number, more: Partial<HookCall> = {}): HookCall => ({
  kind: "obproxy",
  clusterId: 1,
  obproxyId,
  ...more,
});
const together = (ids: readonly number[], more: (id: number) => Partial<HookCall> = () => ({})): Promise<HookRun[]> =>
  Promise.all(ids.map((id) => runner.run(ocp, hook(id, more(id)))));
const codes = (runs: readonly HookRun[]): (number | null)[] => runs.map(({ code }) => code);
const left = (): string[] | undefined => ocp.cluster(1)?.obproxies.map(({ id }) => id);

describe("hooks of one cluster at the same time", () => {
  it("send one call, which leaves the others' OBProxies alone", async () => {
    await given({ version: "4.4.0" });
    const runs = await together([1, 2, 4]);
    expect(codes(runs)).toEqual([0, 0, 0]);
    expect(deletes()).toEqual(['{"obproxyServerIds":[1,2,4]}']);
    expect(left()).toEqual(["3"]);
  });

  it("all fail with the task's id where the one task fails", async () => {
    await given();
    ocp.planWork({ subtaskName: "Unreserve host", fail: "always" });
    const runs = await together([1, 2]);
    expect(codes(runs)).toEqual([1, 1]);
    expect(deletes()).toEqual(["1,2"]);
    for (const { output } of runs) expect(output).toContain("FAILED: OCP's task 31440");
  });

  it("have a failed task retried once, and all see how it ends, however slowly OCP takes the retry", async () => {
    await given();
    ocp.planWork({ subtaskName: "Stop and uninstall obproxy", parallelIdx: 0, fail: 1 });
    ocp.inject({ path: /\/retry$/, does: { kind: "hang", ms: 500 } });
    const runs = await together([1, 2, 3], () => ({ settings: { provider: { taskRetries: 1 } } }));
    expect(codes(runs)).toEqual([0, 0, 0]);
    expect(retries()).toBe(1);
  });

  it("do not have a task retried more often than the policy says", async () => {
    await given();
    ocp.planWork({ subtaskName: "Stop and uninstall obproxy", parallelIdx: 0, fail: "always" });
    const runs = await together([1, 2, 3], () => ({ settings: { provider: { taskRetries: 1 } } }));
    expect(codes(runs)).toEqual([1, 1, 1]);
    expect(retries()).toBe(1);
  });

  it("let only the one fail that wants a host skipped which this OCP cannot skip", async () => {
    await given();
    const skip = { settings: { obproxies: { "1/2": { path: "app/p", skipHostOperation: true } } } };
    const runs = await together([1, 2, 3], (id) => (id === 2 ? skip : {}));
    expect(codes(runs)).toEqual([0, 1, 0]);
    expect(left()).toEqual(["2", "4"]);
    expect(runs[1]?.output).toContain("skipHostOperation needs OCP 4.3.5");
  });

  it("go on one by one where OCP refuses the call for all", async () => {
    await given();
    ocp.inject({
      when: (request) => isDelete(request) && request.path.includes(","),
      does: { kind: "error", status: 400, code: 21015 },
    });
    const runs = await together([1, 2]);
    expect(codes(runs)).toEqual([0, 0]);
    expect(left()).toEqual(["3", "4"]);
  });

  it("work each alone where no directory can be had for them to meet in", async () => {
    await given();
    const runs = await together([1, 2], () => ({ env: { TMPDIR: "/dev/null" } }));
    expect(codes(runs)).toEqual([0, 0]);
    expect(left()).toEqual(["3", "4"]);
    // One of them found the cluster locked by the other's task, and waited.
    expect(deletes().filter((ids) => ids === "1" || ids === "2").length).toBeGreaterThanOrEqual(2);
  });

  it("meet also where they may wait for longer than a timer can", async () => {
    await given();
    const runs = await together([1, 2], () => ({ settings: { provider: { timeouts: { delete: "2000h" } } } }));
    expect(codes(runs)).toEqual([0, 0]);
    expect(deletes()).toEqual(["1,2"]);
    for (const { output } of runs) expect(output).not.toContain("still trying");
  });

  it("survive that the answer to the call for all is lost", async () => {
    await given({ version: "4.4.0" });
    ocp.inject({ when: isDelete, does: { kind: "lostAnswer" } });
    const runs = await together([1, 2, 3]);
    expect(codes(runs)).toEqual([0, 0, 0]);
    expect(deletes()).toHaveLength(1);
  });

  it.each(["4.2.2", "4.4.0"])(
    "(OCP %s) go on where the one that speaks for all is killed before it has sent",
    async (version) => {
      await given({ version });
      // The version is asked for when all have gathered, right before the delete.
      const gathered = new Promise<void>((resolve) => {
        const when = (): boolean => {
          resolve();
          return true;
        };
        ocp.inject({ path: "/api/v2/info", when, does: { kind: "hang", ms: 1_000 } });
      });
      const listed = ocp.nextRequest(({ path }) => path.endsWith("/tasks/instances"));
      const first = runner.start(ocp, hook(1));
      // From here on it takes the first a moment to be there, and the other much longer.
      await listed;
      const second = runner.start(ocp, hook(2));
      await gathered;
      first.kill();
      const [killed, survivor] = await Promise.all([first.done, second.done]);
      expect(killed.code).toBeNull();
      expect(survivor.code).toBe(0);
      expect(left()).not.toContain("2");
      for (const ids of deletes()) expect(ids).toMatch(/2/);
    },
  );

  it.each(["4.2.2", "4.4.0"])("(OCP %s) go on where one of them is killed after the call was sent", async (version) => {
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
  });
});

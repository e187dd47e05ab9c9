import {
  startSimulator,
  type RecordedRequest,
  type Simulator,
  type SimulatorOptions,
} from "../../src/simulator/index.js";
import { type HookCall, HookRunner, TICK_MS } from "./hook-process.js";

/** What a second run of the hook makes of what a first one left behind. */

const runner = new HookRunner();
let ocp: Simulator;

afterAll(() => {
  runner.dispose();
});
afterEach(() => ocp.stop());

async function given(options: SimulatorOptions = {}): Promise<void> {
  ocp = await startSimulator({
    tickMs: TICK_MS,
    clusters: [{ id: 27, name: "orders", obproxies: [3, 4] }],
    ...options,
  });
}

const proxy: HookCall = { kind: "obproxy", clusterId: 27, obproxyId: 3 };
const changes = (): RecordedRequest[] => ocp.requests.filter(({ method }) => method !== "GET");
const early = /^(Prepare offline obproxy|Prepare delete obproxy)$/;

describe.each(["3.1.1", "4.4.0"])("a second run (OCP %s)", (version) => {
  test("waits for the task of a first run that was killed, and deletes nothing again", async () => {
    await given({ version });
    ocp.planWork({ subtaskName: "Unreserve host", ticks: 25 });
    const first = runner.start(ocp, proxy);
    await ocp.nextRequest(({ path }) => /tasks\/instances\/\d+$/.test(path));
    first.kill();
    await first.done;
    const second = await runner.run(ocp, proxy);
    expect(second.code).toBe(0);
    expect(second.output).toContain("31440");
    expect(changes()).toHaveLength(1);
    expect(ocp.task(31440)?.status).toBe("SUCCESSFUL");
  });

  test("fails with the id of the first one's failed task where the object is gone", async () => {
    await given({ version });
    ocp.planWork({ subtaskName: "Unreserve host", fail: "always" });
    expect((await runner.run(ocp, proxy)).code).toBe(1);
    const second = await runner.run(ocp, proxy);
    expect(second.code).toBe(1);
    expect(second.output).toMatch(/OCP's task 31440 .*FAILED \(in an earlier run\)/);
    expect(second.lines.at(-1)).toMatch(/retry task 31440 .*this is not "already gone"/);
    expect(changes()).toHaveLength(1);
  });

  test("has the failed task retried where the policy says so", async () => {
    await given({ version });
    ocp.planWork({ subtaskName: "Unreserve host", fail: 1 });
    expect((await runner.run(ocp, proxy)).code).toBe(1);
    const second = await runner.run(ocp, { ...proxy, settings: { provider: { taskRetries: 1 } } });
    expect(second.code).toBe(0);
    expect(changes().map(({ path }) => path)).toEqual([expect.anything(), "/api/v2/tasks/instances/31440/retry"]);
  });

  test("is content where somebody has retried the failed task meanwhile", async () => {
    await given({ version });
    ocp.planWork({ subtaskName: "Unreserve host", fail: 1 });
    expect((await runner.run(ocp, proxy)).code).toBe(1);
    ocp.retry(31440);
    expect((await runner.run(ocp, proxy)).code).toBe(0);
    expect(changes()).toHaveLength(1);
  });

  test("deletes anew where the object is still there after the failure and nothing holds it", async () => {
    await given({ version, unlockOnFailure: true });
    ocp.planWork({ subtaskName: early, fail: "always", tasks: 1 });
    expect((await runner.run(ocp, proxy)).code).toBe(1);
    expect((await runner.run(ocp, proxy)).code).toBe(0);
    expect(changes()).toHaveLength(2);
  });

  test("names the failed task that still holds the cluster's lock", async () => {
    await given({ version });
    ocp.planWork({ subtaskName: early, fail: "always", tasks: 1 });
    expect((await runner.run(ocp, proxy)).code).toBe(1);
    const second = await runner.run(ocp, proxy);
    expect(second.code).toBe(1);
    expect(second.output).toMatch(/locked, and task 31440 .*has FAILED/);
    expect(second.lines.at(-1)).toContain("retry task 31440");
  });

  test("deletes anew what was rolled back", async () => {
    await given({ version });
    ocp.planWork({ subtaskName: early, fail: "always", tasks: 1 });
    expect((await runner.run(ocp, proxy)).code).toBe(1);
    ocp.rollback(31440);
    ocp.runToEnd(31440);
    expect((await runner.run(ocp, proxy)).code).toBe(0);
    expect(changes()).toHaveLength(2);
  });

  test("says that what it deleted before is gone, with its note removed", async () => {
    await given({ version });
    expect((await runner.run(ocp, proxy)).code).toBe(0);
    const second = await runner.run(ocp, proxy);
    expect(second.code).toBe(0);
    expect(second.lines).toEqual([expect.stringMatching(/already gone/)]);
  });
});

describe("a second run", () => {
  test("takes no notice of a note about another OCP that had the same URL", async () => {
    await given();
    ocp.planWork({ subtaskName: "Unreserve host", fail: "always" });
    expect((await runner.run(ocp, proxy)).code).toBe(1);
    const { port } = new URL(ocp.url);
    await ocp.stop();
    // Set up anew, a week and some minutes later: it counts its tasks from the beginning again.
    await given({ port: Number(port), clock: () => Date.now() + 7 * 24 * 3_600_000 + 400_000 });
    ocp.planWork({ subtaskName: "Unreserve host", fail: "always", tasks: 1 });
    ocp.runToEnd(ocp.submitDeleteObproxies(27, [4]).id);
    ocp.removeObproxy(27, 3);
    const second = await runner.run(ocp, proxy);
    expect(second.code).toBe(0);
    expect(second.output).toContain("already gone");
  });

  test("does without notes where there is no directory for them", async () => {
    await given();
    const nowhere = { TMPDIR: "/dev/null", HOME: "/dev/null", XDG_STATE_HOME: "/dev/null/state" };
    const call: HookCall = { ...proxy, env: nowhere };
    ocp.planWork({ subtaskName: early, ticks: 15 });
    const first = runner.start(ocp, call);
    await ocp.nextRequest(({ path }) => /tasks\/instances\/\d+$/.test(path));
    first.kill();
    await first.done;
    const second = await runner.run(ocp, call);
    expect(second.code).toBe(0);
    expect(
      second.output.match(/no note of OCP's task can be kept on this machine: \/dev\/null is no directory/g),
    ).toHaveLength(1);
    expect(changes().filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

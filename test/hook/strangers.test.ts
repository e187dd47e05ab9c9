import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/index.js";
import { HookRunner, TICK_MS } from "./hook-process.js";

const runner = new HookRunner();
let ocp: Simulator;

afterAll(() => {
  runner.dispose();
});
afterEach(() => ocp.stop());

async function given(options: SimulatorOptions): Promise<void> {
  ocp = await startSimulator({ tickMs: TICK_MS, ...options });
}

const changes = (): string[] =>
  ocp.requests.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`);

const declared = { clusters: { "27": { path: "app/c" } }, obproxies: { "27/1": { path: "app/p" } } };
const retrying = { provider: { taskRetries: 1 } } as const;

describe("a failed task whose tags name the object, on a machine without notes", () => {
  test.each(["4.3.6", "4.4.0"])(
    "is not called gone where the cluster went before it failed (OCP %s)",
    async (version) => {
      await given({ version, clusters: [{ id: 27, name: "orders", obproxies: [1, 2] }] });
      ocp.planWork({ subtaskName: "Unreserve host", fail: "always" });
      const settings = { clusters: { "27": { path: "app/c", forceDestroy: true } } };
      const call = { kind: "cluster", clusterId: 27, settings } as const;
      expect((await runner.run(ocp, { ...call, machine: `first-${version}` })).code).toBe(1);
      expect(ocp.cluster(27)).toBeUndefined();
      const { code, output } = await runner.run(ocp, { ...call, machine: `second-${version}` });
      expect(output).toMatch(/task \d+ "Offline obproxy" FAILED \(in an earlier run\)/);
      expect(code).toBe(1);
      expect(changes()).toEqual(["DELETE /api/v2/obproxy/clusters/27"]);
    },
  );

  test("is not retried in a cluster of another name", async () => {
    await given({ version: "4.3.6", clusters: [{ id: 27, name: "payments", obproxies: [1] }] });
    ocp.planWork({ subtaskName: "Unreserve host", fail: 1 });
    ocp.planWork({ subtaskName: "Stop and uninstall obproxy", fail: 1 });
    ocp.runToEnd(ocp.submitDeleteCluster(27).id);
    const settings = { ...declared, ...retrying };
    const { code, output } = await runner.run(ocp, { kind: "cluster", clusterId: 27, settings });
    expect(output).toMatch(/is called "payments" in OCP, not "orders"/);
    expect(code).toBe(1);
    expect(changes()).toEqual([]);
  });

  test("is not retried where it would take undeclared OBProxies along", async () => {
    await given({ version: "4.3.6", clusters: [{ id: 27, name: "orders", obproxies: [1, 2] }] });
    ocp.planWork({ subtaskName: /Stop obproxy|Stop and uninstall obproxy/, fail: "always" });
    ocp.runToEnd(ocp.submitDeleteObproxies(27, [1, 2]).id);
    const settings = { ...declared, ...retrying };
    const { code } = await runner.run(ocp, { kind: "obproxy", clusterId: 27, obproxyId: 1, settings });
    expect(code).toBe(1);
    expect(changes().filter((change) => change.includes("retry"))).toEqual([]);
    expect(ocp.cluster(27)?.obproxies.map(({ id }) => id)).toEqual(["1", "2"]);
  });
});

test("an OCP that cannot tell its version is asked in the dialect that all of them know", async () => {
  await given({ version: "4.2.2", clusters: [{ id: 27, name: "orders", obproxies: [1] }] });
  ocp.inject({ method: "GET", path: "/api/v2/info", times: 1000, does: { kind: "error", status: 500, code: 0 } });
  const { code, output } = await runner.run(ocp, { kind: "obproxy", clusterId: 27, obproxyId: 1 });
  expect(output).not.toMatch(/what became of the delete/);
  expect(code).toBe(0);
  expect(changes()).toEqual(["DELETE /api/v2/obproxy/clusters/27/obproxies/1"]);
});

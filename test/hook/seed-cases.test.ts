import { startSimulator, type Simulator, type SimulatorOptions } from "../../src/simulator/index.js";
import { ENV } from "../../src/contract/names.js";
import { HookRunner, TICK_MS } from "./hook-process.js";

/** So that hooks wait for each other long enough also where four processes start slowly. */
const PATIENT_TICK_MS = "500";

const runner = new HookRunner();
let simulator: Simulator;

afterAll(() => {
  runner.dispose();
});
afterEach(() => simulator.stop());

async function given(options: SimulatorOptions): Promise<void> {
  simulator = await startSimulator({ tickMs: TICK_MS, ...options });
}

const deletes = (): string[] =>
  simulator.requests.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`);

describe("the hook, in the cases of OCP's own documentation", () => {
  test("deletes cluster 27, which has no proxies", async () => {
    await given({ clusters: [{ id: 27, name: "orders" }] });
    const { code } = await runner.run(simulator, { kind: "cluster", clusterId: 27 });
    expect(code).toBe(0);
    expect(deletes()).toEqual(["DELETE /api/v2/obproxy/clusters/27"]);
    expect(simulator.cluster(27)).toBeUndefined();
  });

  test("deletes proxy 2 of cluster 1", async () => {
    await given({ clusters: [{ id: 1, name: "orders", obproxies: [1, 2] }] });
    const { code } = await runner.run(simulator, { kind: "obproxy", clusterId: 1, obproxyId: 2 });
    expect(code).toBe(0);
    expect(deletes()).toEqual(["DELETE /api/v2/obproxy/clusters/1/obproxies/2"]);
    expect(simulator.cluster(1)?.obproxies.map(({ id }) => id)).toEqual(["1"]);
  });

  test("deletes proxies 1, 2, 3 and 4 of cluster 1 in one call", async () => {
    await given({ clusters: [{ id: 1, name: "orders", obproxies: [1, 2, 3, 4] }] });
    const runs = await Promise.all(
      [1, 2, 3, 4].map((obproxyId) =>
        runner.run(simulator, { kind: "obproxy", clusterId: 1, obproxyId, env: { [ENV.tickMs]: PATIENT_TICK_MS } }),
      ),
    );
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(deletes()).toEqual(["DELETE /api/v2/obproxy/clusters/1/obproxies/1,2,3,4"]);
    expect(simulator.cluster(1)?.obproxies).toEqual([]);
  });
});

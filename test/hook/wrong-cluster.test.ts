import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import { reconcile, MockedClock } from "./in-process.js";

/** An id belongs to one cluster. Where a look at OCP shows it in another one, that one may have been meant. */

let ocp: Simulator;
beforeEach(async () => {
  ocp = await startSimulator({ tickMs: "manual", clusters: [{ id: 27, name: "orders", obproxies: [5] }] });
});
afterEach(() => ocp.stop());

async function lastLine(obproxyId: number): Promise<string | undefined> {
  const clock = new MockedClock(() => {
    ocp.tick();
  });
  const { code, lines } = await reconcile(
    { kind: "obproxy", clusterId: 28, obproxyId, clusterName: "reports" },
    { url: ocp.url, clock },
  );
  expect(code).toBe(0);
  return lines.at(-1);
}

test("what is already gone is told with the cluster that has an OBProxy of that id", async () => {
  expect(await lastLine(5)).toContain(
    "does not list it (OBProxy cluster 27 has an OBProxy 5: see whether that one was meant), and no task",
  );
});

test("what no cluster has is told without one", async () => {
  expect(await lastLine(6)).toContain("does not list it, and no task");
});

test("nothing is asked for that", async () => {
  await lastLine(5);
  const paths = ocp.requests.map(({ path }) => path);
  expect(paths.filter((path) => path === "/api/v2/obproxy/clusters")).toHaveLength(1);
});

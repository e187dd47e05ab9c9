import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ENV, FIRST_NAME, TODAY } from "../../../src/contract/names.js";
import { DEFAULT_CREDENTIALS, type Simulator, startSimulator } from "../../../src/simulator/index.js";
import { type HookCall, HookRunner, other, TICK_MS } from "../hook-process.js";

/** What has left for a stack that was not deployed with it: nobody would delete it, unless it is gone. */

const runner = new HookRunner();
let ocp: Simulator;
beforeEach(async () => {
  ocp = await startSimulator({ tickMs: TICK_MS, clusters: [{ id: 27, name: "orders", obproxies: [1, 3] }] });
});
afterEach(() => ocp.stop());
afterAll(() => {
  runner.dispose();
});

const BESIDE = {
  [ENV.kind]: undefined,
  [ENV.memoryOf]: "obproxy",
  [ENV.lastDeploy]: JSON.stringify({ [TODAY.clusterName]: "orders", [FIRST_NAME]: "staging" }),
};

function leave(env: HookCall["env"], obproxyId = 3, simulator: Simulator | undefined = ocp) {
  const states = join(runner.directory, "states");
  mkdirSync(states, { recursive: true });
  const stateFile = join(states, "other.tfstate");
  writeFileSync(stateFile, JSON.stringify({ version: 4, resources: [] }));
  const others = [other({ obproxies: { [`27/${obproxyId}`]: "other/p" }, stateFile })];
  return runner.run(simulator, { kind: "obproxy", clusterId: 27, obproxyId, settings: { others }, env: env ?? {} });
}

const sent = () => ocp.requests.filter(({ method }) => method !== "GET");

describe.each([
  ["the object itself", {}],
  ["what is remembered beside a null_resource", BESIDE],
])("the hook of %s", (_, kind) => {
  test("refuses, and deletes nothing", async () => {
    const { code, output } = await leave(kind);
    expect(output).toContain("not deleted: other/p of the stack other declares OBProxy 27/3 now, but is not deployed");
    expect(output).toContain("deploy the stack other first");
    expect(code).toBe(1);
    expect(sent()).toEqual([]);
  });

  test("has nothing to refuse where OCP has it no longer", async () => {
    ocp.removeCluster(27);
    const { code, output } = await leave(kind, 9);
    expect(output).toContain("already gone");
    expect(code).toBe(0);
  });

  test.each<[string, NodeJS.ProcessEnv, string]>([
    ["has no credentials", { OCP_USERNAME: "", OCP_PASSWORD: "" }, "no credentials for OCP"],
    [
      "has wrong credentials",
      { OCP_PASSWORD: `not ${DEFAULT_CREDENTIALS.password}` },
      "does not accept the credentials",
    ],
  ])("tells what to do also where it %s: a deploy may have none", async (_what, env, why) => {
    const { code, output } = await leave({ ...kind, ...env });
    expect(output).toContain("but is not deployed with it");
    expect(output).toContain(`whether OCP has it at all could not be seen: `);
    expect(output).toContain(why);
    expect(output).toMatch(/deploy the stack other first, then repeat the command\s*$/);
    expect(code).toBe(1);
  });
});

/** Deployed as "staging", which the null_resource alone knows; declared as "orders" since. */
describe("an object that is gone from a cluster that is still there, under the name", () => {
  test.each<[string, number, string]>([
    ["staging", 0, "already gone"],
    ["orders", 1, "is not deployed with it"],
  ])("%s: both of its hooks end alike, so that nothing is forgotten in between", async (name, expected, says) => {
    ocp.renameCluster(27, name);
    for (const kind of [BESIDE, { [ENV.clusterName]: "staging" }]) {
      const { code, output } = await leave(kind, 9);
      expect(output).toContain(says);
      expect(code).toBe(expected);
    }
  });
});

import { preflight } from "../../src/cli/preflight.js";
import { Carrier } from "../../src/index.js";
import type { FaultAction, PastTask } from "../../src/simulator/index.js";
import { type CommandRun, commandRun, placeIn } from "../support/command-run.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { everything, World } from "../support/world.js";

/** Preflight proves what it says, like the hook. */

let terraform: Terraform;
let world: World;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());
beforeEach(async () => {
  world = await World.open(terraform, Carrier.TERRAFORM_DATA, { version: "4.3.6", tickMs: "manual" });
  await world.deploy(everything);
});
afterEach(() => world.close());

const run = (): Promise<CommandRun> => commandRun(preflight, ["out"], placeIn(world));

const CLUSTER = "/api/v2/obproxy/clusters/27";
const own: PastTask = { name: "Offline obproxy", status: "FAILED", clusterId: 27, obproxyIds: [1] };
const anothers: PastTask = { name: "Offline obproxy", status: "FAILED", clusterId: 99, obproxyIds: [7] };

describe.each(["COM10002", "CMP07001", 0, undefined])("a 404 in general words (code %j)", (code) => {
  const hide = (): void => {
    const does: FaultAction = { kind: "error", status: 404, ...(code === undefined ? {} : { code }) };
    world.ocp.inject({ method: "GET", path: CLUSTER, times: Infinity, does });
  };

  test("about a cluster that the list holds is a problem", async () => {
    hide();
    expect((await run()).code).toBe(1);
  });

  test("about a cluster that the list does not hold is a problem, and not already gone", async () => {
    hide();
    world.ocp.removeCluster(27);
    const { code: exit, out } = await run();
    expect(exit).toBe(1);
    expect(out).toMatch(/\b0 already gone/);
  });
});

describe("a failed deletion", () => {
  beforeEach(() => {
    world.ocp.addPastTask(own);
    world.ocp.removeObproxy(27, 1);
  });

  test.each([
    ["with the same name", anothers],
    ["with other names", { ...anothers, name: "Upgrade obproxy" }],
  ])("is told of though 450 newer failed tasks %s stand before it", async (_what, other) => {
    world.ocp.addPastTasks(450, other);
    expect((await run()).out).toContain("31440");
  });

  test("is no problem where a later one succeeded, though 450 newer successes stand before that", async () => {
    world.ocp.addPastTask({ ...own, status: "SUCCESSFUL" });
    world.ocp.addPastTasks(450, { name: "Restart host", status: "SUCCESSFUL" });
    expect((await run()).code).toBe(0);
  });
});

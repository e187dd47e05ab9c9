import { Carrier, Obproxy, ObproxyCluster } from "../../src/index.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { type Declare, PATIENT, World } from "../support/world.js";

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

const clusterIds = [1, 2, 3, 4, 5];
const obproxyIds = Array.from({ length: 20 }, (_, index) => index + 1);
const everything: Declare = (ocp, stack) => {
  for (const clusterId of clusterIds) {
    const cluster = new ObproxyCluster(stack, `c${clusterId}`, { ocp, clusterId, clusterName: `cluster-${clusterId}` });
    for (const id of obproxyIds) new Obproxy(stack, `p${clusterId}-${id}`, { cluster, obproxyIds: [id] });
  }
};

test("a hundred OBProxies, each a construct of its own, live and die like three", async () => {
  const world = await World.open(terraform, Carrier.NULL_RESOURCE, {
    clusters: clusterIds.map((id) => ({ id, name: `cluster-${id}`, obproxies: obproxyIds })),
  });
  expect(await world.deploy(everything)).toContain("105 added");
  expect(await world.project.plan()).toMatchObject({ changes: [], moved: [] });
  expect((await world.project.preflight()).output).toContain("105 objects: 105 ready");

  const { code, output } = await world.project.destroy(["-parallelism=25"], PATIENT);
  expect(output).toContain("Destroy complete! Resources: 105 destroyed.");
  expect(code).toBe(0);
  expect(world.held()).toEqual([]);
  expect(world.deletedObproxies()).toHaveLength(100);
  // Hooks that start at the same time share a task.
  expect(world.changes().length).toBeLessThan(50);
  await world.close();
});

import { DataResource } from "cdktf";
import { Obproxy, ObproxyCluster } from "../../src/index.js";
import type { SimulatorOptions } from "../../src/simulator/index.js";
import { withEachCarrier } from "../support/carriers.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { type Declare, orders, PATIENT, World } from "../support/world.js";

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

const everything: Declare = (_ocp, stack) => {
  const cluster = new ObproxyCluster(stack, "orders", { clusterId: 27, clusterName: "orders" });
  const proxies = new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
  new DataResource(stack, "dns", { dependsOn: [proxies] });
};

withEachCarrier("a whole life with %s", (carrier) => {
  let world: World;
  const open = async (options: SimulatorOptions = {}) => {
    world = await World.open(terraform, carrier, options);
    await world.deploy(everything);
  };
  afterEach(() => world.close());

  test("asks nothing of OCP when it is deployed", async () => {
    await open();
    expect(world.ocp.requests).toEqual([]);
  });

  test("names every object in the plan of the destruction", async () => {
    await open();
    const plan = await world.project.plan("-destroy");
    expect(plan.deleted).toEqual(
      [
        world.address("27"),
        world.address("27/1"),
        world.address("27/2"),
        world.address("27/3"),
        "terraform_data.dns",
      ].sort(),
    );
  });

  test("plans nothing when it is deployed again", async () => {
    await open();
    expect(await world.project.plan()).toMatchObject({ changes: [], moved: [] });
  });

  test("leaves nothing behind, neither in OCP nor in the state", async () => {
    await open();
    const { code, output } = await world.project.destroy();
    expect(output).toContain("Destroy complete! Resources: 5 destroyed.");
    expect(code).toBe(0);
    expect(world.held()).toEqual([]);
    expect(await world.project.addresses()).toEqual([]);
    expect(world.ocp.tasks.map(({ status }) => status)).not.toContain("RUNNING");
  });

  test("deletes what depends on the OBProxies, then each OBProxy once, then the cluster", async () => {
    await open();
    const { output } = await world.project.destroy();
    expect(world.changes().at(-1)).toBe("DELETE /clusters/27");
    expect(world.deletedObproxies()).toEqual(["1", "2", "3"]);
    expect(output.indexOf("terraform_data.dns: Destruction complete")).toBeGreaterThan(-1);
    expect(output.indexOf("terraform_data.dns: Destruction complete")).toBeLessThan(
      output.indexOf(`${carrier}.ocp_obproxies["27/1"]: Destroying`),
    );
  });

  test("deletes all OBProxies of a cluster in one task, although each has a hook of its own", async () => {
    await open();
    await world.project.destroy([], PATIENT);
    expect(world.changes()).toEqual(["DELETE /clusters/27/obproxies/1,2,3", "DELETE /clusters/27"]);
  });

  test("does not touch the cluster before OCP has finished with the OBProxies", async () => {
    let unfinished: readonly string[] | undefined;
    await open({
      clusters: [orders()],
      onRequest: ({ method, path }) => {
        if (method !== "DELETE" || !path.endsWith("/clusters/27")) return;
        unfinished = world.ocp.tasks
          .filter(({ obproxyIds, status }) => obproxyIds.length > 0 && status === "RUNNING")
          .map(({ id }) => id);
      },
    });
    world.ocp.planWork({ subtaskName: /Unreserve host/, ticks: 5 });
    await world.project.destroy();
    expect(unfinished).toEqual([]);
  });

  test("speaks the dialect of OCP 4.3.5 and later", async () => {
    await open({ version: "4.3.6" });
    const { code } = await world.project.destroy();
    expect(code).toBe(0);
    expect(world.changes()[0]).toMatch(/^POST \/clusters\/27\/servers\/delete \{"obproxyServerIds":\[/);
    expect(world.held()).toEqual([]);
  });
});

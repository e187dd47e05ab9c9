import { Carrier, Obproxy, ObproxyCluster, type OcpProviderProps } from "../../src/index.js";
import type { SimulatorOptions } from "../../src/simulator/index.js";
import { withEachCarrier } from "../support/carriers.js";
import type { Finished } from "../support/process.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { type Declare, World } from "../support/world.js";
import { half } from "../support/thorough.js";

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

let world: World;
afterEach(() => world.close());

const everything: Declare = (_ocp, stack) => {
  const cluster = new ObproxyCluster(stack, "orders", { clusterId: 27, clusterName: "orders" });
  new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
};
const all = ["27", "27/1", "27/2", "27/3"];

async function open(carrier: Carrier, options: SimulatorOptions = {}, props: OcpProviderProps = {}): Promise<void> {
  world = await World.open(terraform, carrier, options);
  await world.deploy(everything, props);
}

/** Terraform ends with an error, everything is still in the state, and OCP was not asked to delete anything. */
async function expectNothingDone(destroyed: Finished): Promise<void> {
  expect(destroyed.code).toBe(1);
  expect(world.changes()).toEqual([]);
  expect(world.held()).toEqual(all);
  expect(await world.project.addresses()).toEqual(all.map((key) => world.address(key)).sort());
}

withEachCarrier("with %s, a task of OCP that fails", (carrier) => {
  test("fails the destroy, stays in the state, and leaves the cluster alone", async () => {
    await open(carrier);
    world.ocp.planWork({ subtaskName: "Stop and uninstall obproxy", fail: "always", error: "no space left on host" });
    const { code, output } = await world.project.destroy();
    expect(code).toBe(1);
    expect(output).toContain("Stop and uninstall obproxy");
    expect(output).toContain("no space left on host");
    expect(world.changes()).not.toContain("DELETE /clusters/27");
    expect(await world.project.addresses()).toContain(world.address("27"));
    expect(await world.project.addresses()).toContain(world.address("27/1"));
  });

  test("is no hindrance any more once somebody has made it succeed in OCP", async () => {
    await open(carrier);
    const plan = world.ocp.planWork({ subtaskName: "Stop and uninstall obproxy", fail: 1, tasks: 1 });
    expect((await world.project.destroy()).code).toBe(1);
    expect(plan.hits).toBeGreaterThan(0);
    for (const { id } of world.ocp.tasks.filter(({ status }) => status === "FAILED")) {
      world.ocp.retry(id);
      world.ocp.runToEnd(id);
    }
    const { code, output } = await world.project.destroy();
    expect(output).toContain("Destroy complete!");
    expect(code).toBe(0);
    expect(world.held()).toEqual([]);
    expect(world.deletedObproxies()).toEqual(["1", "2", "3"]);
  });
});

describe("with null_resource", () => {
  test("a failed task whose lock OCP has released does not keep the next destroy from deleting", async () => {
    await open(Carrier.NULL_RESOURCE, { unlockOnFailure: true });
    const fault = world.ocp.planWork({ subtaskName: "Stop and uninstall obproxy", fail: "always" });
    expect((await world.project.destroy()).code).toBe(1);
    fault.remove();
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.held()).toEqual([]);
  });

  const carrier = Carrier.NULL_RESOURCE;

  test("a failed task is retried through OCP where the provider says so", async () => {
    await open(carrier, {}, { taskRetries: 1 });
    world.ocp.planWork({ subtaskName: "Stop and uninstall obproxy", fail: 1 });
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.held()).toEqual([]);
  });

  test("a cluster of another name than declared is not touched, nor are its OBProxies", async () => {
    await open(carrier);
    world.ocp.renameCluster(27, "payments");
    const destroyed = await world.project.destroy();
    await expectNothingDone(destroyed);
    expect(destroyed.output).toContain("payments");
    expect(destroyed.output).toContain("orders");
  });

  test("an id that OCP does not know while it knows the name is no reason to say gone", async () => {
    await open(carrier);
    world.ocp.removeCluster(27);
    world.ocp.addCluster({ id: 28, name: "orders", obproxies: [1, 2, 3] });
    const { code, output } = await world.project.destroy();
    expect(code).toBe(1);
    expect(output).toContain("28");
    expect(world.held()).toEqual(["28", "28/1", "28/2", "28/3"]);
  });

  test("OCP that cannot be reached fails the destroy and says where it was looked for", async () => {
    await open(carrier);
    await world.ocp.down();
    const destroyed = await world.project.destroy();
    await world.ocp.up();
    await expectNothingDone(destroyed);
    expect(destroyed.output).toContain(world.ocp.url);
  });

  test.each(
    half([
      ["credentials are missing", { OCP_USERNAME: "", OCP_PASSWORD: "" }, "OCP_USERNAME"],
      ["credentials are half set", { OCP_PASSWORD: "" }, "OCP_PASSWORD"],
      [
        "two kinds of credentials are set",
        { OCP_ACCESS_KEY_ID: "id", OCP_ACCESS_KEY_SECRET: "s" },
        "OCP_ACCESS_KEY_ID",
      ],
    ]),
  )("nothing is sent when %s", async (_, env, named) => {
    await open(carrier);
    const destroyed = await world.project.destroy([], env);
    await expectNothingDone(destroyed);
    expect(destroyed.output).toContain(named);
    expect(world.ocp.requests).toEqual([]);
  });

  test("a wrong password fails the destroy and does not lock the account", async () => {
    await open(carrier);
    const destroyed = await world.project.destroy([], { OCP_PASSWORD: "another-password" });
    await expectNothingDone(destroyed);
    expect(destroyed.output).toContain("OCP_PASSWORD");
    expect(destroyed.output).not.toContain("another-password");
    // OCP locks an account after five. The three OBProxies have a hook each.
    expect(world.ocp.requests.length).toBeLessThan(5);
  });

  test("objects that are gone already are as good as deleted", async () => {
    await open(carrier);
    world.ocp.removeCluster(27);
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.changes()).toEqual([]);
    expect(await world.project.addresses()).toEqual([]);
  });

  test("an OBProxy that is gone already does not keep the others", async () => {
    await open(carrier);
    world.ocp.removeObproxy(27, 2);
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.deletedObproxies()).toEqual(["1", "3"]);
    expect(world.held()).toEqual([]);
  });

  test("a lost answer to the delete does not make it be sent twice", async () => {
    await open(carrier);
    world.ocp.inject({ method: "DELETE", does: { kind: "lostAnswer" } });
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.held()).toEqual([]);
    const submitted = world.ocp.tasks.flatMap(({ obproxyIds }) => obproxyIds);
    expect([...submitted].sort()).toEqual(["1", "2", "3"]);
  });

  test("the account needs no more than what it was given", async () => {
    await open(carrier, { permissions: { manageTasks: false } });
    expect((await world.project.destroy()).code).toBe(0);
  });

  test("a user who may not read tasks is told so before anything is deleted", async () => {
    await open(carrier, { permissions: { readTasks: false } });
    await expectNothingDone(await world.project.destroy());
  });

  test("signs its requests with an access key where it has one", async () => {
    await open(carrier, { accessKeys: [{ id: "key-of-the-test", secret: "secret-of-the-test" }] });
    const { code } = await world.project.destroy([], {
      OCP_USERNAME: "",
      OCP_PASSWORD: "",
      OCP_ACCESS_KEY_ID: "key-of-the-test",
      OCP_ACCESS_KEY_SECRET: "secret-of-the-test",
    });
    expect(code).toBe(0);
    expect(world.ocp.requests.every(({ credentials }) => credentials === "accessKey")).toBe(true);
  });
});

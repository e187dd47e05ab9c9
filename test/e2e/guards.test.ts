import { Carrier, Obproxy, ObproxyCluster, OcpProvider } from "../../src/index.js";
import { withEachCarrier } from "../support/carriers.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { type Declare, World } from "../support/world.js";
import { some } from "../support/thorough.js";

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

const cluster: (...parameters: Parameters<Declare>) => ObproxyCluster = (ocp, stack) =>
  new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders" });

withEachCarrier("with %s", (carrier) => {
  let world: World;
  beforeEach(async () => {
    world = await World.open(terraform, carrier);
  });
  afterEach(() => world.close());

  /** OBProxies 1 and 2 as usual, OBProxy 3 to be let go. */
  const letGo: Declare = (ocp, stack) => {
    const orders = cluster(ocp, stack);
    new Obproxy(stack, "proxies", { cluster: orders, obproxyIds: [1, 2] });
    new Obproxy(stack, "kept", { cluster: orders, obproxyIds: [3], skipDestroy: true });
  };
  const withoutIt: Declare = (ocp, stack) => {
    new Obproxy(stack, "proxies", { cluster: cluster(ocp, stack), obproxyIds: [1, 2] });
  };
  const asUsual: Declare = (ocp, stack) => {
    new Obproxy(stack, "proxies", { cluster: cluster(ocp, stack), obproxyIds: [1, 2, 3] });
  };

  test("skipDestroy lets an object go: it stays in OCP after its construct has left", async () => {
    await world.deploy(asUsual);
    await world.deploy(letGo);
    await world.deploy(withoutIt);
    expect(world.ocp.requests).toEqual([]);
    expect(await world.project.addresses()).toEqual(
      [world.address("27"), world.address("27/1"), world.address("27/2")].sort(),
    );
  });

  test.each(some([true, false]))(
    "a cluster that leaves alone takes no declared OBProxy with it (protected: %s)",
    async (preventDestroy) => {
      const alone: Declare = (ocp, stack) => {
        const proxies = { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [1, 2, 3], preventDestroy };
        new Obproxy(stack, "proxies", proxies);
      };
      const both: Declare = (ocp, stack) => {
        cluster(ocp, stack);
        alone(ocp, stack);
      };
      await world.deploy(both);
      world.synth(alone);
      const { code, output } = await world.project.apply();
      expect(code).toBe(1);
      expect(output).toMatch(/OBProxy cluster 27: FAILED: .* still holds OBProxies/);
      expect(world.changes()).toEqual([]);
      expect(await world.project.addresses()).toContain(world.address("27"));
      if (preventDestroy) return;
      expect((await world.project.destroy()).code).toBe(0);
      expect(world.held()).toEqual([]);
    },
  );

  test("skipDestroy holds without a deploy between", async () => {
    await world.deploy(asUsual);
    world.synth(letGo);
    await world.project.destroy();
    expect(world.held()).toContain("27/3");
    expect(world.deletedObproxies()).toEqual(["1", "2"]);
  });

  test("skipDestroy that is taken off again has no effect, also without a deploy between", async () => {
    await world.deploy(letGo);
    world.synth(asUsual);
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.held()).toEqual([]);
  });

  test("preventDestroy refuses the plan of a destruction, and asks nothing of OCP", async () => {
    await world.deploy((ocp, stack) => {
      new Obproxy(stack, "proxies", { cluster: cluster(ocp, stack), obproxyIds: [1, 2, 3], preventDestroy: true });
    });
    const { code, output } = await world.project.destroy();
    expect(code).toBe(1);
    expect(output).toContain("ocp_protected_27_1");
    expect(world.ocp.requests).toEqual([]);
  });

  test("a cluster with an OBProxy that nobody declared is not deleted without forceDestroy", async () => {
    await world.deploy(asUsual);
    world.ocp.addObproxy(27, 4);
    const { code, output } = await world.project.destroy();
    expect(code).toBe(1);
    expect(output).toContain("forceDestroy");
    expect(world.held()).toEqual(["27", "27/4"]);
    expect(await world.project.addresses()).toEqual([world.address("27")]);
  });

  test("forceDestroy deletes such a cluster, also where it is set only now", async () => {
    await world.deploy(asUsual);
    world.ocp.addObproxy(27, 4);
    world.synth((ocp, stack) => {
      const orders = new ObproxyCluster(stack, "orders", {
        ocp,
        clusterId: 27,
        clusterName: "orders",
        forceDestroy: true,
      });
      new Obproxy(stack, "proxies", { cluster: orders, obproxyIds: [1, 2, 3] });
    });
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.held()).toEqual([]);
  });

  test("a change of the provider moves the object and changes nothing", async () => {
    const other = (stack: Parameters<Declare>[1]) =>
      new OcpProvider(stack, "other", { alias: "other", url: world.ocp.url, carrier });
    await world.deploy((ocp, stack) => {
      new Obproxy(stack, "proxies", { cluster: cluster(ocp, stack), obproxyIds: [1, 2, 3] });
      other(stack);
    });
    world.synth((ocp, stack) => {
      new Obproxy(stack, "proxies", { cluster: cluster(ocp, stack), ocp: other(stack), obproxyIds: [1, 2, 3] });
    });
    const plan = await world.project.plan();
    expect(plan.changes).toEqual([]);
    expect(plan.moved).toContainEqual([world.address("27/3"), `${carrier}.other_obproxies["27/3"]`]);
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.held()).toEqual([]);
  });
});

test("an object of a cluster that the stack does not manage is deleted alone", async () => {
  const world = await World.open(terraform, Carrier.TERRAFORM_DATA);
  await world.deploy((ocp, stack) => {
    new Obproxy(stack, "proxies", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [2] });
  });
  expect((await world.project.destroy()).code).toBe(0);
  expect(world.held()).toEqual(["27", "27/1", "27/3"]);
  await world.close();
});

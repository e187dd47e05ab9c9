import { App, DataResource, TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { Carrier, Obproxy, ObproxyCluster, OcpProvider } from "../../src/index.js";
import { withEachCarrier } from "../support/carriers.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { type Declare, World } from "../support/world.js";

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

const cluster = (scope: Construct, id = "orders") =>
  new ObproxyCluster(scope, id, { clusterId: 27, clusterName: "orders" });

const oneConstruct: Declare = (_ocp, stack) => {
  new Obproxy(stack, "proxies", { cluster: cluster(stack), obproxyIds: [1, 2, 3] });
};

withEachCarrier("an app that changes after it was deployed with %s", (carrier) => {
  let world: World;
  beforeEach(async () => {
    world = await World.open(terraform, carrier);
    await world.deploy(oneConstruct);
  });
  afterEach(() => world.close());

  describe("deletes nothing and plans nothing when", () => {
    test("the name changes: terraform_data is updated in place, and beside null_resource it is remembered", async () => {
      world.synth((_ocp, stack) => {
        const orders = new ObproxyCluster(stack, "orders", { clusterId: 27, clusterName: "orders-eu" });
        new Obproxy(stack, "proxies", { cluster: orders, obproxyIds: [1, 2, 3] });
      });
      const { changes, updated } = await world.project.plan();
      if (carrier === Carrier.TERRAFORM_DATA) {
        expect(updated).toHaveLength(4);
        expect(changes).toHaveLength(4);
        return;
      }
      const created = changes.map(({ actions, address }) => `${actions.join()} ${address}`);
      expect(created).toEqual([
        ...["1", "2", "3"].map((id) => `create terraform_data.ocp_obproxies_remembered["27/${id}"]`),
        'create terraform_data.ocp_obproxy_clusters_remembered["27"]',
      ]);
    });

    test.each<[string, Declare]>([
      [
        "constructs get other names",
        (_ocp, stack) => {
          new Obproxy(stack, "renamed", { cluster: cluster(stack, "renamed-too"), obproxyIds: [1, 2, 3] });
        },
      ],
      [
        "constructs move to another scope",
        (_ocp, stack) => {
          const scope = new Construct(stack, "database");
          new Obproxy(scope, "proxies", { cluster: cluster(scope), obproxyIds: [1, 2, 3] });
        },
      ],
      [
        "an OBProxy moves from one construct to another",
        (_ocp, stack) => {
          const orders = cluster(stack);
          new Obproxy(stack, "proxies", { cluster: orders, obproxyIds: [1, 2] });
          new Obproxy(stack, "more-proxies", { cluster: orders, obproxyIds: [3] });
        },
      ],
      [
        "the order of ids changes",
        (_ocp, stack) => {
          new Obproxy(stack, "proxies", { cluster: cluster(stack), obproxyIds: [3, 1, 2] });
        },
      ],
      [
        "guards are set",
        (_ocp, stack) => {
          const props = { clusterId: 27, clusterName: "orders", forceDestroy: true };
          new Obproxy(stack, "proxies", { cluster: new ObproxyCluster(stack, "orders", props), obproxyIds: [1, 2, 3] });
        },
      ],
    ])("%s", async (_, changed) => {
      world.synth(changed);
      expect(await world.project.plan()).toMatchObject({ changes: [], moved: [] });
    });

    test("OCP gets another address and the hook other settings", async () => {
      world.synth(oneConstruct, { url: "https://ocp.example.com", timeouts: { delete: "3h" }, taskRetries: 2 });
      expect(await world.project.plan()).toMatchObject({ changes: [], moved: [] });
    });
  });

  test("deletes only the OBProxy whose id leaves the list, and says so in the plan", async () => {
    const changed: Declare = (_ocp, stack) => {
      new Obproxy(stack, "proxies", { cluster: cluster(stack), obproxyIds: [1, 3] });
    };
    world.synth(changed);
    expect((await world.project.plan()).changes).toEqual([
      { address: world.address("27/2"), actions: ["delete"], reason: "delete_because_each_key" },
    ]);
    await world.project.deploy();
    expect(world.changes()).toEqual(["DELETE /clusters/27/obproxies/2"]);
    expect(world.held()).toEqual(["27", "27/1", "27/3"]);
  });

  test("deletes only the objects of the construct that is taken out, on the next deploy", async () => {
    await world.deploy((_ocp, stack) => void cluster(stack));
    expect(world.held()).toEqual(["27"]);
    expect(await world.project.addresses()).toEqual([world.address("27")]);
  });

  test("also deletes what was taken out when it is destroyed without a deploy between", async () => {
    world.synth(() => undefined);
    const { code } = await world.project.destroy();
    expect(code).toBe(0);
    expect(world.held()).toEqual([]);
    expect(world.changes().at(-1)).toBe("DELETE /clusters/27");
  });

  test("also deletes what was renamed when it is destroyed without a deploy between", async () => {
    world.synth((_ocp, stack) => {
      new Obproxy(stack, "renamed", { cluster: cluster(stack, "renamed-too"), obproxyIds: [1, 2, 3] });
    });
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.held()).toEqual([]);
  });

  test("deletes what left the list although a dependent is created before it is destroyed", async () => {
    const withDependent =
      (obproxyIds: number[], generation: string): Declare =>
      (_ocp, stack) => {
        const proxies = new Obproxy(stack, "proxies", { cluster: cluster(stack), obproxyIds });
        new DataResource(stack, "dns", {
          triggersReplace: { generation },
          dependsOn: [proxies],
          lifecycle: { createBeforeDestroy: true },
        });
      };
    await world.deploy(withDependent([1, 2, 3], "first"));
    await world.deploy(withDependent([1, 2], "second"));
    expect(world.held()).toEqual(["27", "27/1", "27/2"]);
  });

  test("leaves alone what another stack of the same app declares now and is deployed with", async () => {
    const other = world.project.another("other");
    world.synth((_ocp, stack) => {
      new Obproxy(stack, "proxies", { cluster: cluster(stack), obproxyIds: [1, 2] });
      const otherStack = other.addStack(App.of(stack));
      const sameOcp = new OcpProvider(otherStack, "ocp", { url: world.ocp.url, carrier });
      new Obproxy(otherStack, "proxies", { ocp: sameOcp, clusterId: 27, clusterName: "orders", obproxyIds: [3] });
    });
    await other.deploy();
    await world.project.deploy();
    expect(world.ocp.requests).toEqual([]);
    expect(await world.project.addresses()).not.toContain(world.address("27/3"));
  });

  test("knows ids from variables, and deletes them too", async () => {
    const withVariable: Declare = (ocp, stack) => {
      const id = new TerraformVariable(stack, "id", { type: "number", default: 2 });
      new Obproxy(stack, "proxies", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [id.numberValue] });
    };
    world.synth(withVariable);
    const plan = await world.project.plan();
    expect(plan.deleted).toEqual([world.address("27"), world.address("27/1"), world.address("27/3")].sort());
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.held()).toEqual([]);
  });

  test("leaves alone what `terraform state rm` has let go", async () => {
    await world.project.run(["state", "rm", world.address("27/2")]);
    world.synth((_ocp, stack) => void cluster(stack));
    await world.project.deploy();
    expect(world.held()).toEqual(["27", "27/2"]);
  });
});

describe("a switch of the carrier from null_resource to terraform_data", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.open(terraform, Carrier.NULL_RESOURCE);
    await world.deploy(oneConstruct);
    world.synth(oneConstruct, { carrier: Carrier.TERRAFORM_DATA });
  });
  afterEach(() => world.close());

  test("moves every object, and replaces and deletes none", async () => {
    const plan = await world.project.plan();
    expect(plan.updated).toHaveLength(4);
    expect(plan.changes).toHaveLength(4);
    expect(plan.moved).toHaveLength(4);
  });

  test("keeps the hooks, also without a deploy between", async () => {
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.held()).toEqual([]);
  });
});

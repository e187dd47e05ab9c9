import { App } from "cdktf";
import { Carrier, Obproxy, ObproxyCluster, OcpProvider } from "../../src/index.js";
import { withEachCarrier } from "../support/carriers.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { ALL, type Declare, everything, onlyObproxies, World } from "../support/world.js";
import { half } from "../support/thorough.js";

/** Objects that are kept, that change their provider, their stack or their carrier, and those that are protected. */

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

let world: World;
afterEach(() => world.close());

const destroy = async () => {
  const { code, output } = await world.project.destroy();
  expect(output).toContain("Destroy complete!");
  expect(code).toBe(0);
  expect(await world.project.addresses()).toEqual([]);
};

const kept = onlyObproxies([3], { skipDestroy: true });
const live = onlyObproxies([3]);

withEachCarrier("with %s", (carrier) => {
  beforeEach(async () => {
    world = await World.open(terraform, carrier);
  });

  describe("an object with skipDestroy", () => {
    test("stays in OCP when its construct leaves and everything is destroyed without a deploy between", async () => {
      await world.deploy(kept);
      world.synth(() => undefined);
      await destroy();
      expect(world.ocp.requests).toEqual([]);
    });

    test("is deleted again once the flag was taken off and deployed, when its construct leaves", async () => {
      await world.deploy(kept);
      await world.deploy(live);
      await world.deploy(() => undefined);
      expect(world.held()).toEqual(["27", "27/1", "27/2"]);
    });
  });

  describe("between two providers of a stack, without a deploy before the destroy:", () => {
    type Flag = "deleted" | "kept";
    const declareUnder =
      (alias: "ocp" | "other", flag: Flag): Declare =>
      (ocp, stack) => {
        const other = new OcpProvider(stack, "other", { alias: "other", url: world.ocp.url, carrier });
        (flag === "kept" ? kept : live)(alias === "ocp" ? ocp : other, stack);
      };

    test.each<[Flag, Flag]>(
      half([
        ["deleted", "deleted"],
        ["deleted", "kept"],
        ["kept", "deleted"],
        ["kept", "kept"],
      ]),
    )("an object that was to be %s moves and is %s; the plan changes nothing", async (before, after) => {
      await world.deploy(declareUnder("ocp", before));
      world.synth(declareUnder("other", after));
      const { changes, moved } = await world.project.plan();
      expect(changes).toEqual([]);
      expect(moved).toHaveLength(1);
      await destroy();
      expect(world.held()).toEqual(after === "kept" ? ALL : ["27", "27/1", "27/2"]);
    });

    test("an object whose name was corrected moves, and a destroy forgets what was remembered of it where it was", async () => {
      const corrected =
        (alias: "ocp" | "other", clusterName: string): Declare =>
        (ocp, stack) => {
          const other = new OcpProvider(stack, "other", { alias: "other", url: world.ocp.url, carrier });
          const props = { clusterId: 27, clusterName, obproxyIds: [3] };
          new Obproxy(stack, "proxies", { ocp: alias === "ocp" ? ocp : other, ...props });
        };
      await world.deploy(corrected("ocp", "staging"));
      await world.deploy(corrected("ocp", "orders"));
      world.synth(corrected("other", "orders"));
      await destroy();
      expect(world.held()).toEqual(["27", "27/1", "27/2"]);
    });

    test("an object may go there and back", async () => {
      await world.deploy(declareUnder("ocp", "deleted"));
      await world.deploy(declareUnder("other", "kept"));
      await world.deploy(declareUnder("ocp", "deleted"));
      expect(world.ocp.requests).toEqual([]);
      await destroy();
      expect(world.held()).toEqual(["27", "27/1", "27/2"]);
    });
  });

  test("an object that another stack of the app declares now is left to it once that is deployed, and not before", async () => {
    await world.deploy(live);
    const other = world.project.another("other");
    world.synth((_ocp, stack) => {
      const otherStack = other.addStack(App.of(stack));
      live(new OcpProvider(otherStack, "ocp", { url: world.ocp.url, carrier }), otherStack);
    });
    expect((await world.project.destroy()).code).toBe(1);
    expect(await world.project.addresses()).toEqual([world.address("27/3")]);
    await other.deploy();
    await destroy();
    expect(world.changes()).toEqual([]);
    expect((await other.destroy()).code).toBe(0);
    expect(world.held()).toEqual(["27", "27/1", "27/2"]);
  });

  describe("preventDestroy", () => {
    const protectedOne: Declare = (ocp, stack) => {
      live(ocp, stack);
      new Obproxy(stack, "protected", {
        ...{ ocp, clusterId: 27, clusterName: "orders", obproxyIds: [1] },
        preventDestroy: true,
      });
    };

    test("refuses `-replace`, `destroy -target` of the object and of its neighbours, and names what stands for it", async () => {
      await world.deploy(protectedOne);
      for (const refused of [
        await world.project.apply(`-replace=${world.address("27/1")}`),
        await world.project.destroy([`-target=${world.address("27/1")}`]),
        await world.project.destroy([`-target=${world.address("27/3")}`]),
      ]) {
        expect(refused.code).toBe(1);
        expect(refused.output).toContain("terraform_data.ocp_protected_27_1");
      }
      expect(world.ocp.requests).toEqual([]);
      expect(await world.project.addresses()).toEqual(
        [...world.addressesOf(["27/1", "27/3"]), "terraform_data.ocp_protected_27_1"].sort(),
      );
    });

    test("does not stand against a new name of the cluster", async () => {
      await world.deploy(protectedOne);
      world.synth((ocp, stack) => {
        const proxies = { ocp, clusterId: 27, clusterName: "orders-eu", obproxyIds: [1], preventDestroy: true };
        new Obproxy(stack, "protected", proxies);
        new Obproxy(stack, "proxies", { ...proxies, obproxyIds: [3], preventDestroy: false });
      });
      expect((await world.project.plan()).deleted).toEqual([]);
      expect((await world.project.apply()).code).toBe(0);
    });

    test("is told by the preflight", async () => {
      await world.deploy(protectedOne);
      const { code, output } = await world.project.preflight(["--strict"]);
      expect(code).toBe(1);
      expect(output).toContain("take preventDestroy off and deploy");
    });

    test("ends with the declaration: an object that leaves the code is deleted", async () => {
      await world.deploy(protectedOne);
      await world.deploy(live);
      expect(world.held()).toEqual(["27", "27/2", "27/3"]);
    });

    test("that is taken off is off, also without a deploy between", async () => {
      await world.deploy(protectedOne);
      world.synth(onlyObproxies([1, 3]));
      await destroy();
      expect(world.held()).toEqual(["27", "27/2"]);
    });
  });
});

describe("from null_resource to terraform_data", () => {
  beforeEach(async () => {
    world = await World.open(terraform, Carrier.NULL_RESOURCE);
  });
  const switched = { carrier: Carrier.TERRAFORM_DATA };

  const renamed: Declare = (ocp, stack) => {
    const cluster = new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders-eu" });
    new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
  };

  test("after the cluster was renamed nothing is replaced and nothing deleted, then or by the next plan", async () => {
    await world.deploy(everything);
    world.ocp.renameCluster(27, "orders-eu");
    world.synth(renamed, switched);
    const { changes, moved, updated } = await world.project.plan();
    expect(updated).toEqual(changes.map(({ address }) => address).sort());
    expect(moved).toHaveLength(4);
    expect((await world.project.preflight()).code).toBe(0);
    world.ocp.clearRequests();
    await world.project.deploy();
    expect(await world.project.plan()).toMatchObject({ changes: [], moved: [] });
    expect(world.ocp.requests).toEqual([]);
    await destroy();
    expect(world.held()).toEqual([]);
  });

  test("an OBProxy that has left the code in the same change is deleted, and nothing else", async () => {
    await world.deploy(onlyObproxies([1, 3]));
    await world.deploy(onlyObproxies([1]), switched);
    expect(world.held()).toEqual(["27", "27/1", "27/2"]);
    expect(await world.project.addresses()).toEqual(['terraform_data.ocp_obproxies["27/1"]']);
  });

  // The state still says that they depend on blocks of null_resource, so Terraform does not see their order any more.
  test("a cluster that has left the code together with its OBProxies in the same change goes at the second try", async () => {
    await world.deploy(everything);
    world.synth(() => undefined, switched);
    expect((await world.project.preflight()).output).toContain("deploy the switch of the carrier alone");
    const first = await world.project.destroy();
    if (first.code !== 0) {
      expect(first.output).toContain("still holds OBProxies that this configuration does not declare");
      expect(await world.project.addresses()).toEqual(['terraform_data.ocp_obproxy_clusters["27"]']);
      await destroy();
    }
    expect(world.held()).toEqual([]);
    expect(world.deletedObproxies()).toEqual(["1", "2", "3"]);
  });

  test("a name that was corrected guards after the switch, which preflight wants in a deploy of its own", async () => {
    const named =
      (clusterName: string): Declare =>
      (ocp, stack) => {
        new Obproxy(stack, "p", { ocp, clusterId: 27, clusterName, obproxyIds: [1] });
      };
    await world.deploy(named("orders"));
    await world.deploy(named("sales"));
    world.synth(() => undefined, switched);
    const { code, output } = await world.project.preflight();
    expect(output).toContain("deploy the switch of the carrier alone, and take it out after that");
    expect(code).toBe(1);
    await world.deploy(named("sales"), switched);
    world.synth(() => undefined, switched);
    expect((await world.project.destroy()).code).toBe(1);
    expect(world.held()).toEqual(ALL);
  });

  test("what was kept stays kept, also when its construct leaves later", async () => {
    await world.deploy(kept);
    world.synth(kept, switched);
    expect(await world.project.plan()).toMatchObject({ deleted: [], updated: [expect.stringContaining("kept")] });
    await world.project.deploy();
    await world.deploy(() => undefined, switched);
    await destroy();
    expect(world.ocp.requests).toEqual([]);
  });

  test.each<[string, Declare, readonly string[]]>(
    half([
      ["is to be deleted in the same change is deleted", live, ["27", "27/1", "27/2"]],
      ["has left the code in the same change stays in OCP", () => undefined, ALL],
    ]),
  )("what was kept and %s, without a deploy before the destroy", async (_, after, left) => {
    await world.deploy(kept);
    world.synth(after, switched);
    await destroy();
    expect(world.held()).toEqual(left);
  });

  test("what was to be deleted and is kept in the same change stays in OCP, without a deploy before the destroy", async () => {
    await world.deploy(live);
    world.synth(kept, switched);
    await destroy();
    expect(world.ocp.requests).toEqual([]);
  });

  test("is foretold by the preflight", async () => {
    await world.deploy(live);
    world.synth(live, switched);
    const finished = await world.project.preflight();
    expect(finished.code).toBe(0);
    expect(finished.output).toContain("moves to terraform_data.ocp_obproxies");
  });
});

describe("back from terraform_data to null_resource", () => {
  beforeEach(async () => {
    world = await World.open(terraform, Carrier.TERRAFORM_DATA);
    await world.deploy(everything);
    world.synth(everything, { carrier: Carrier.NULL_RESOURCE });
  });

  test("every plan is refused, a destroy without a deploy between as well, and everything stays", async () => {
    for (const refused of [await world.project.apply(), await world.project.destroy()]) {
      expect(refused.code).toBe(1);
      // In the words of Terraform, and of OpenTofu.
      expect(refused.output).toMatch(
        /Instance cannot be destroyed|lifecycle\.prevent_destroy|Resource instance cannot be destroyed/,
      );
      expect(refused.output).toContain("terraform_data.ocp_obproxies");
    }
    expect(world.ocp.requests).toEqual([]);
    expect(await world.project.addresses()).toEqual(world.addressesOf(ALL));
  });

  test("the preflight says what to do, and after that everything can be destroyed", async () => {
    const { code, output } = await world.project.preflight();
    expect(code).toBe(1);
    expect(output).toContain("set `carrier: Carrier.TERRAFORM_DATA` on the OcpProvider again");
    world.synth(everything);
    await destroy();
    expect(world.held()).toEqual([]);
  });
});

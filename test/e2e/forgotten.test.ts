import { DataResource } from "cdktf";
import { Construct } from "constructs";
import { Obproxy, ObproxyCluster } from "../../src/index.js";
import { withEachCarrier } from "../support/carriers.js";
import { terraformProgram } from "../support/program.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { ALL, type Declare, everything, World } from "../support/world.js";
import { half } from "../support/thorough.js";

/** Where Terraform would let an object go without running its hook. */

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

withEachCarrier("with %s", (carrier) => {
  let world: World;
  beforeEach(async () => {
    world = await World.open(terraform, carrier);
  });
  afterEach(() => world.close());

  const destroyEverything = async () => {
    const { code, output } = await world.project.destroy();
    expect(output).toContain("Destroy complete!");
    expect(code).toBe(0);
    expect(world.held()).toEqual([]);
    expect(await world.project.addresses()).toEqual([]);
  };

  describe("a tainted instance, which has no hook any more,", () => {
    beforeEach(async () => {
      await world.deploy(everything);
      await world.project.run(["taint", world.address("27/2")]);
    });

    test("fails the preflight; after the command that it names, nothing is left behind", async () => {
      const { code, output } = await world.project.preflight();
      expect(code).toBe(1);
      const untaint = `${terraformProgram()} -chdir=${world.project.stackPath} untaint`;
      expect(output).toContain(`${untaint} '${world.address("27/2")}'`);
      await world.project.run(["untaint", world.address("27/2")]);
      expect((await world.project.preflight()).code).toBe(0);
      await destroyEverything();
    });

    test("is replaced by a deploy without anything being deleted, and has its hook again", async () => {
      await world.project.deploy();
      expect(world.ocp.requests).toEqual([]);
      expect((await world.project.preflight()).code).toBe(0);
      await destroyEverything();
    });
  });

  describe("an OcpProvider that is taken out together with its objects", () => {
    beforeEach(async () => {
      await world.deploy(everything);
      world.project.synth(() => undefined);
    });

    test("fails the preflight, which says what to do first", async () => {
      const { code, output } = await world.project.preflight();
      expect(code).toBe(1);
      expect(output).toContain("Terraform would forget them without running their hooks");
      expect(output).toContain(
        "declare their OcpProvider again (with the same alias), take out only the objects, deploy",
      );
      expect(output).toContain(`${terraformProgram()} -chdir=`);
      expect(output).toMatch(/ -chdir=\S+ state rm '/);
      for (const key of ALL) expect(output).toContain(` '${world.address(key)}'`);
    });

    test("loses nothing when it is declared again and the objects go first", async () => {
      await world.deploy(() => undefined);
      expect(world.held()).toEqual([]);
      await world.project.deploy(() => undefined);
      expect(await world.project.addresses()).toEqual([]);
    });

    test("is all that Terraform needs to forget the objects: nobody is asked, and nothing is deleted", async () => {
      expect((await world.project.destroy()).code).toBe(0);
      expect(world.ocp.requests).toEqual([]);
      expect(world.held()).toEqual(ALL);
    });
  });

  test("another alias after a deploy fails the preflight, for every object", async () => {
    await world.deploy(everything);
    world.synth(everything, { alias: "renamed" });
    const { code, output } = await world.project.preflight();
    expect(code).toBe(1);
    expect(output).toContain("are in the state, but their blocks");
    for (const key of ALL) expect(output).toContain(` '${world.address(key)}'`);
    expect(output).toContain("with the same alias");
    world.synth(everything);
    await destroyEverything();
  });

  describe("a `removed` block", () => {
    const removed = (from: string) => [{ from, lifecycle: { destroy: false } }];

    test("for blocks whose provider has left means forget, as everywhere", async () => {
      await world.deploy(everything);
      await world.project.deploy((stack) => {
        stack.addOverride("removed", [
          ...removed(`${carrier}.ocp_obproxies`),
          ...removed(`${carrier}.ocp_obproxy_clusters`),
        ]);
      });
      expect(world.ocp.requests).toEqual([]);
      expect(await world.project.addresses()).toEqual([]);
    });

    test.each(half(["the whole block", "one object"]))(
      "for %s that is declared is refused before anything happens",
      async (what) => {
        await world.deploy(everything);
        world.synth((ocp, stack) => {
          everything(ocp, stack);
          stack.addOverride(
            "removed",
            removed(what === "one object" ? world.address("27/2") : `${carrier}.ocp_obproxies`),
          );
        });
        const { code, output } = await world.project.destroy();
        expect(code).toBe(1);
        expect(output).toMatch(
          /Removed resource (block )?still exists|Resource instance (keys not|address with keys is not) allowed/,
        );
        expect(world.ocp.requests).toEqual([]);
      },
    );
  });

  describe("a dependent that is created before it is destroyed, which makes Terraform do so with the objects too,", () => {
    const withDependent =
      (generation: string, obproxyIds = [1, 2, 3]): Declare =>
      (ocp, stack) => {
        const cluster = new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders" });
        const proxies = new Obproxy(stack, "proxies", { cluster, obproxyIds });
        new DataResource(stack, "dns", {
          triggersReplace: { generation },
          dependsOn: [proxies],
          lifecycle: { createBeforeDestroy: true },
        });
      };

    test("is replaced without anything being deleted", async () => {
      await world.deploy(withDependent("first"));
      await world.deploy(withDependent("second"));
      expect(world.ocp.requests).toEqual([]);
    });

    test("does not keep a destroy from deleting everything", async () => {
      await world.deploy(withDependent("first"));
      world.synth(withDependent("second"));
      await destroyEverything();
    });

    test("does not keep what has left the code from being deleted, without a deploy between", async () => {
      await world.deploy(withDependent("first"));
      world.synth(withDependent("second", [1]));
      await destroyEverything();
    });

    test("takes the hook from `-replace=`: nothing is deleted, and the object keeps its place in the state", async () => {
      await world.deploy(withDependent("first"));
      expect((await world.project.apply(`-replace=${world.address("27/2")}`)).code).toBe(0);
      expect(world.held()).toEqual(ALL);
      expect(await world.project.addresses()).toContain(world.address("27/2"));
      await destroyEverything();
    });
  });

  test("constructs that have moved to another scope are deleted by a destroy without a deploy between", async () => {
    await world.deploy(everything);
    world.synth((ocp, stack) => {
      const scope = new Construct(stack, "database");
      const cluster = new ObproxyCluster(scope, "moved", { ocp, clusterId: 27, clusterName: "orders" });
      new Obproxy(scope, "moved-too", { cluster, obproxyIds: [3, 2, 1] });
    });
    await destroyEverything();
  });
});

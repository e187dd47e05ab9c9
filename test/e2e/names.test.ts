import { type TerraformStack, TerraformVariable } from "cdktf";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Carrier, Obproxy, ObproxyCluster, OcpProvider } from "../../src/index.js";
import { withEachCarrier } from "../support/carriers.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { type Declare, World } from "../support/world.js";
import { half } from "../support/thorough.js";

/** The name, the ids and the settings of today's declaration, where only Terraform knows it or where it has left. */

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

let world: World;
afterEach(() => world.close());

const flat = (text: string): string => text.replace(/[\s│╷╵]+/g, " ");

function variable(stack: TerraformStack, name: string, value: unknown): TerraformVariable {
  return new TerraformVariable(stack, name, { type: "any", default: value });
}

interface Unchecked {
  readonly resource: Readonly<
    Record<string, Readonly<Record<string, { readonly lifecycle?: Record<string, unknown> }>>>
  >;
}

type Known = "by Terraform alone" | "at synth";

interface Form {
  readonly ids: Known;
  readonly name: Known;
}

/** One cluster without OBProxies, with its id and its name in one form. */
function named(clusterName: string, { ids, name }: Form, id = 27): Declare {
  return (ocp, stack) => {
    const clusterId = ids === "at synth" ? id : variable(stack, "id", id).numberValue;
    const text = name === "at synth" ? clusterName : variable(stack, "name", clusterName).stringValue;
    new ObproxyCluster(stack, "orders", { ocp, clusterId, clusterName: text });
  };
}

const nothing: Declare = () => undefined;
const emptyCluster = { clusters: [{ id: 27, name: "staging" }] };

const FORMS: readonly Form[] = [
  { ids: "by Terraform alone", name: "at synth" },
  { ids: "at synth", name: "by Terraform alone" },
  { ids: "by Terraform alone", name: "by Terraform alone" },
];

withEachCarrier("with %s", (carrier) => {
  describe.each(half(FORMS))("a cluster whose ids are known $ids and whose name is known $name", (form) => {
    beforeEach(async () => {
      world = await World.open(terraform, carrier, emptyCluster);
      await world.deploy(named("staging", form));
    });

    test("is not deleted under a name that was corrected since, and the correction is not without effect", async () => {
      world.synth(named("orders", form));
      const { code, output } = await world.project.apply();
      if (carrier === Carrier.NULL_RESOURCE) {
        expect(code).toBe(1);
        expect(flat(output)).toMatch(
          /stack\/orders: 27 was deployed with the cluster's name 'staging' and is declared with 'orders' now/,
        );
        expect(flat(output)).toContain("terraform state rm, which deletes nothing");
        await world.project.run(["state", "rm", world.address("27")]);
        await world.project.deploy();
      } else {
        expect(code).toBe(0);
        expect(output).toContain("0 added, 1 changed, 0 destroyed");
      }
      for (const declare of [named("orders", form), nothing]) {
        world.synth(declare);
        const destroyed = await world.project.destroy();
        expect(flat(destroyed.output)).toContain('is called "staging" in OCP, not "orders"');
        expect(destroyed.code).toBe(1);
      }
      expect(world.held()).toEqual(["27"]);
    });

    test("is not deleted by a destroy that follows the correction at once, or by the name that was deployed", async () => {
      world.synth(named("orders", form));
      if (carrier === Carrier.TERRAFORM_DATA && form.name === "by Terraform alone") {
        // A destroy knows no variables, and a deploy updates the name: so the last deploy's guards.
        world.ocp.renameCluster(27, "orders");
        const refused = await world.project.destroy();
        expect(refused.code).toBe(1);
        expect(flat(refused.output)).toContain('is called "orders" in OCP, not "staging"');
        expect(flat(refused.output)).toContain('"staging" is the name of the last deploy');
        expect(flat(refused.output)).toContain("if a variable gives another name by now, deploy it, then destroy");
        expect(world.held()).toEqual(["27"]);
        await world.project.deploy();
        expect((await world.project.destroy()).code).toBe(0);
        expect(world.held()).toEqual([]);
        return;
      }
      const { code, output } = await world.project.destroy();
      expect(code).toBe(1);
      expect(flat(output)).toMatch(
        carrier === Carrier.NULL_RESOURCE
          ? /27 was deployed with the cluster's name 'staging' and is declared with 'orders'/
          : /is called "staging" in OCP, not "orders"/,
      );
      expect(world.held()).toEqual(["27"]);
      expect(await world.project.addresses()).toEqual([world.address("27")]);
    });

    test("is deleted after it was renamed in OCP and in the code", async () => {
      world.ocp.renameCluster(27, "orders");
      world.synth(named("orders", form));
      if (carrier === Carrier.NULL_RESOURCE) {
        expect((await world.project.apply()).code).toBe(1);
        await world.project.run(["state", "rm", world.address("27")]);
      }
      await world.project.deploy();
      expect((await world.project.destroy()).code).toBe(0);
      expect(world.held()).toEqual([]);
    });

    test("goes as it came where nothing has changed", async () => {
      expect(await world.project.plan()).toMatchObject({ changes: [], moved: [] });
      await world.deploy(nothing);
      expect(world.held()).toEqual([]);
    });
  });

  test("the last name guards what has left the code, also where the first one was none", async () => {
    world = await World.open(terraform, carrier, emptyCluster);
    const form: Form = { ids: "at synth", name: "at synth" };
    await world.deploy(named(ObproxyCluster.ANY_NAME, form));
    world.synth(named("orders", form));
    const { code, output } = await world.project.apply();
    if (carrier === Carrier.NULL_RESOURCE) {
      expect(code).toBe(1);
      expect(flat(output)).toContain("27 was deployed with the cluster's name '*' and is declared with 'orders' now");
      return;
    }
    expect(code).toBe(0);
    world.synth(nothing);
    expect((await world.project.apply()).code).toBe(1);
    expect(world.held()).toEqual(["27"]);
  });

  describe("a literal name that was corrected and deployed", () => {
    const form: Form = { ids: "at synth", name: "at synth" };
    const next = (output: string) => /destroy it while it is declared/.exec(flat(output));

    beforeEach(async () => {
      world = await World.open(terraform, carrier, emptyCluster);
      await world.deploy(named("staging", form));
      await world.deploy(named("orders", form));
    });

    test.each(["apply", "destroy"] as const)(
      "guards what has left the code since, in the next %s, and not the first deploy's name",
      async (command) => {
        world.synth(nothing);
        const { code, output } = await (command === "apply" ? world.project.apply() : world.project.destroy());
        expect(code).toBe(1);
        expect(flat(output)).toContain('"orders"');
        expect(next(output)).not.toBeNull();
        expect(world.held()).toEqual(["27"]);
        expect(await world.project.addresses()).toContain(world.address("27"));
      },
    );

    test("guards it also where it is the name in OCP: what the failure says to do ends well", async () => {
      world.ocp.renameCluster(27, "orders");
      world.synth(nothing);
      const { code, output } = await world.project.apply();
      expect(code).toBe(carrier === Carrier.NULL_RESOURCE ? 1 : 0);
      if (carrier === Carrier.NULL_RESOURCE) {
        expect(flat(output)).toContain('declare OBProxy cluster 27 again with clusterName: "orders"');
        await world.deploy(named("orders", form));
        expect((await world.project.destroy([`-target=${world.address("27")}`])).code).toBe(0);
        await world.deploy(nothing);
      }
      expect(world.held()).toEqual([]);
      expect(await world.project.addresses()).toEqual([]);
    });

    test("guards it also after a destroy that was refused while it was declared", async () => {
      for (const declare of [named("orders", form), nothing, named("orders", form)]) {
        world.synth(declare);
        const { code, output } = await world.project.destroy();
        expect(flat(output)).toMatch(/is called "staging" in OCP, not "orders"|last declared as "orders"/);
        expect(code).toBe(1);
      }
      expect(world.held()).toEqual(["27"]);
      world.ocp.renameCluster(27, "orders");
      expect((await world.project.destroy()).code).toBe(0);
      expect(world.held()).toEqual([]);
    });

    test("guards it also after a destroy that was refused because OCP knows the name by another id", async () => {
      world.ocp.removeCluster(27);
      world.ocp.addCluster({ id: 99, name: "orders", obproxies: [] });
      for (const declare of [named("orders", form), nothing]) {
        world.synth(declare);
        const { code, output } = await world.project.destroy();
        expect(flat(output)).toMatch(/knows "orders" as cluster 99|last declared as "orders"/);
        expect(code).toBe(1);
      }
      expect(world.held()).toEqual(["99"]);
    });

    test("is forgotten when it is corrected back, also of what is protected: nothing is deleted", async () => {
      const protectedAs =
        (clusterName: string, skipHostOperation: boolean): Declare =>
        (ocp, stack) => {
          const guards = { preventDestroy: true, skipHostOperation };
          new ObproxyCluster(stack, "cluster", { ocp, clusterId: 27, clusterName, preventDestroy: true });
          new Obproxy(stack, "proxies", { ocp, clusterId: 27, clusterName, obproxyIds: [1], ...guards });
        };
      await world.deploy(protectedAs("orders", true));
      world.synth(protectedAs("staging", false));
      expect(flat((await world.project.apply()).output)).not.toContain("Error");
      expect(world.ocp.requests).toEqual([]);
    });

    test("is remembered for as long as it differs, and no longer", async () => {
      await world.deploy(named("staging", form));
      expect(await world.project.addresses()).toEqual([world.address("27")]);
      await world.deploy(nothing);
      expect(world.held()).toEqual([]);
    });

    test("does not stand against a destroy of what is declared, nor against letting it go", async () => {
      await world.deploy((ocp, stack) => {
        const props = { ocp, clusterId: 27, clusterName: "orders", skipDestroy: true };
        new ObproxyCluster(stack, "orders", props);
      });
      await world.deploy(nothing);
      expect(world.held()).toEqual(["27"]);
      expect(await world.project.addresses()).toEqual([]);
    });
  });

  test("a name that is a secret fails nothing, beside a literal one that was corrected", async () => {
    world = await World.open(terraform, carrier);
    const declare =
      (clusterName: string): Declare =>
      (ocp, stack) => {
        const props = { type: "string", default: "orders", sensitive: true };
        const secret = new TerraformVariable(stack, "name", props).stringValue;
        new Obproxy(stack, "secret", { ocp, clusterId: 27, clusterName: secret, obproxyIds: [1] });
        new Obproxy(stack, "literal", { ocp, clusterId: 28, clusterName, obproxyIds: [4, 5], skipHostOperation: true });
      };
    await world.deploy(declare("sales"));
    await world.deploy(declare("billing"));
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.held()).toEqual(["27", "27/2", "27/3"]);
  });

  test("an OBProxy that leaves is guarded by the name that its cluster has in the code", async () => {
    world = await World.open(terraform, carrier);
    const declare =
      (clusterName: string, ...obproxyIds: number[]): Declare =>
      (ocp, stack) => {
        const cluster = new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName });
        new Obproxy(stack, "proxies", { cluster, obproxyIds });
      };
    await world.deploy(declare("orders", 1, 2));
    world.ocp.renameCluster(27, "orders-eu");
    await world.deploy(declare("orders-eu", 1, 2));
    await world.deploy(declare("orders-eu", 1));
    expect(world.held()).toEqual(["27", "27/1", "27/3"]);
  });

  test("a name that a variable gives guards what it is given for, whatever the code calls the cluster elsewhere", async () => {
    world = await World.open(terraform, carrier);
    await world.deploy((ocp, stack) => {
      new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders" });
      const clusterName = variable(stack, "name", "staging").stringValue;
      new Obproxy(stack, "proxies", { ocp, clusterId: 27, clusterName, obproxyIds: [1] });
    });
    const { code, output } = await world.project.destroy();
    expect(flat(output)).toContain('OBProxy cluster 27 is called "orders" in OCP, not "staging"');
    expect(code).toBe(1);
    expect(world.changes()).toEqual([]);
  });

  describe("what cannot be an id or a name", () => {
    const declare =
      (id: unknown, name: unknown): Declare =>
      (ocp, stack) => {
        new Obproxy(stack, "proxies", {
          ...{ ocp, clusterId: 27, clusterName: variable(stack, "name", name).stringValue },
          obproxyIds: [variable(stack, "id", id).numberValue],
        });
      };

    beforeEach(async () => {
      world = await World.open(terraform, carrier);
    });

    test.each(half([["0"], ["abc"], ["01"], [""], ["-3"], ["3.5"], ["1,2"], ["9223372036854775808"]]))(
      "fails the plan with the construct and the value: the id %j",
      async (id) => {
        world.synth(declare(id, "orders"));
        const { code, output } = await world.project.apply();
        expect(code).toBe(1);
        expect(flat(output)).toContain(`stack/proxies: the id of an OBProxy cluster and that of an OBProxy`);
        expect(flat(output)).toContain(`would be '27/${id}'`);
        expect(await world.project.addresses()).toEqual([]);
      },
    );

    test.each(half([[""], [" "], [" orders"], ["or\nders"]]))(
      "fails the plan with the construct: the name %j",
      async (name) => {
        world.synth(declare("3", name));
        const { code, output } = await world.project.apply();
        expect(code).toBe(1);
        expect(flat(output)).toMatch(/stack\/proxies: `clusterName` would be '.*' for 27\/3/);
      },
    );

    test("is corrected by the next plan", async () => {
      world.synth(declare("0", ""));
      expect((await world.project.apply()).code).toBe(1);
      await world.deploy(declare("3", "orders"));
      expect((await world.project.destroy()).code).toBe(0);
      expect(world.held()).toEqual(["27", "27/1", "27/2"]);
    });

    test("and was deployed before Terraform checked it ends with the next plan, because nothing of it can be there", async () => {
      world.synth(declare("0", "orders"));
      const file = join(world.project.stackPath, "cdk.tf.json");
      const configuration = JSON.parse(readFileSync(file, "utf8")) as Unchecked;
      for (const block of Object.values(configuration.resource[carrier]!)) delete block.lifecycle!["precondition"];
      writeFileSync(file, JSON.stringify(configuration));
      expect((await world.project.apply()).code).toBe(0);
      expect(await world.project.addresses()).toEqual([world.address("27/0")]);
      world.synth(nothing);
      const { code, output } = await world.project.destroy();
      expect(code).toBe(0);
      expect(flat(output)).toContain('OBProxy 27/0: nothing to delete: "0" is no id that OCP can have given');
      expect(await world.project.addresses()).toEqual([]);
      expect(world.ocp.requests).toEqual([]);
    });

    test("that is in HCL fails the plan as well", async () => {
      world.project.synth(
        (stack) => {
          declare("0", "orders")(new OcpProvider(stack, "ocp", { url: world.ocp.url, carrier }), stack);
        },
        { hclOutput: true },
      );
      const { code, output } = await world.project.apply();
      expect(code).toBe(1);
      expect(flat(output)).toContain("would be '27/0'");
    });
  });

  describe("settings that matter for the delete itself", () => {
    const offline = { id: 27, name: "orders", obproxies: [{ id: 1 }, { id: 3, hostOffline: true }] };
    const declare =
      (...obproxyIds: number[]): Declare =>
      (ocp, stack) => {
        const home = { ocp, clusterId: 27, clusterName: "orders" };
        new Obproxy(stack, "proxies", { ...home, obproxyIds: [1] });
        if (obproxyIds.length > 0) new Obproxy(stack, "offline", { ...home, obproxyIds, skipHostOperation: true });
      };

    beforeEach(async () => {
      world = await World.open(terraform, carrier, { version: "4.3.6", clusters: [offline] });
    });

    test("are those of the last deploy for what has left the code, or it is not deleted without them", async () => {
      await world.deploy(declare(3));
      world.synth(declare());
      const plan = await world.project.run(["plan", "-no-color"]);
      if (carrier === Carrier.NULL_RESOURCE) {
        expect(flat(plan.output)).toMatch(/- "OBProxy 27\/3" = "skipHostOperation: lost when it leaves the code/);
        const { code, output } = await world.project.apply();
        expect(code).toBe(1);
        expect(flat(output)).toContain("its null_resource does not know that it was declared with skipHostOperation");
        expect(world.changes()).toEqual([]);
        // As the failure says.
        await world.deploy(declare(3));
        expect((await world.project.destroy([`-target=${world.address("27/3")}`])).code).toBe(0);
        world.synth(declare());
      }
      await world.project.deploy();
      expect(world.held()).toEqual(["27", "27/1"]);
      expect(world.changes()).toEqual([expect.stringContaining('"skipHostOperationServerIds":[3]')]);
    });

    test("and how long it may take is the last deploy's too, or the plan says that it is lost", async () => {
      const hasty = (...obproxyIds: number[]): Declare => {
        return (ocp, stack) => {
          const home = { ocp, clusterId: 27, clusterName: "orders", timeouts: { delete: "1s" } };
          if (obproxyIds.length > 0) new Obproxy(stack, "hasty", { ...home, obproxyIds });
        };
      };
      await world.deploy(hasty(1));
      world.synth(hasty());
      // Longer than the one second.
      world.ocp.planWork({ subtaskName: "Stop obproxy", ticks: 55 });
      const { code, output } = await world.project.apply();
      if (carrier === Carrier.NULL_RESOURCE) {
        expect(flat(output)).toMatch(/- "OBProxy 27\/1" = "timeouts.delete 1s: lost when it leaves the code/);
        expect(code).toBe(0);
        expect(world.held()).toEqual(["27", "27/3"]);
        return;
      }
      expect(flat(output)).toContain("not finished after 1 s (timeouts.delete)");
      expect(code).toBe(1);
      expect(await world.project.addresses()).toEqual([world.address("27/1")]);
    });
  });
});

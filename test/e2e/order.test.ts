import { DataResource } from "cdktf";
import { Obproxy, ObproxyCluster, OcpProvider } from "../../src/index.js";
import { withEachCarrier } from "../support/carriers.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { type Declare, everything, orders, World } from "../support/world.js";

/** Who goes when, and what happens to the others when one of them cannot go or is not asked to. */

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

const cluster = (...[ocp, stack]: Parameters<Declare>) =>
  new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders" });

withEachCarrier("with %s", (carrier) => {
  let world: World;
  beforeEach(async () => {
    world = await World.open(terraform, carrier, {
      clusters: [orders(), { id: 28, name: "payments", obproxies: [1] }],
    });
  });
  afterEach(() => world.close());

  const destroyed = (key: string) => `${world.address(key)}: Destruction complete`;
  const starts = (key: string) => `${world.address(key)}: Destroying`;
  const expectInOrder = (output: string, ...texts: readonly string[]) => {
    const found = texts.map((text) => [text, output.indexOf(text)] as const);
    expect(found.filter(([, at]) => at === -1)).toEqual([]);
    expect([...found].sort(([, a], [, b]) => a - b)).toEqual(found);
  };

  describe("a dependent", () => {
    const dependent =
      (ids: readonly number[], config: ConstructorParameters<typeof DataResource>[2] = {}): Declare =>
      (ocp, stack) => {
        const proxies = new Obproxy(stack, "proxies", { cluster: cluster(ocp, stack), obproxyIds: [...ids] });
        new DataResource(stack, "dns", { ...config, dependsOn: [proxies] });
      };

    test("that is replaced goes before the OBProxy that has left the list", async () => {
      await world.deploy(dependent([1, 2, 3], { triggersReplace: { generation: "1" } }));
      const output = await world.deploy(dependent([1, 2], { triggersReplace: { generation: "2" } }));
      expectInOrder(output, "terraform_data.dns: Destruction complete", starts("27/3"));
      expect(world.changes()).toEqual(["DELETE /clusters/27/obproxies/3"]);
    });

    test("that is updated in place is updated when the OBProxy is gone", async () => {
      await world.deploy(dependent([1, 2, 3], { input: { addresses: "1, 2, 3" } }));
      const output = await world.deploy(dependent([1, 2], { input: { addresses: "1, 2" } }));
      expectInOrder(output, destroyed("27/3"), "terraform_data.dns: Modifying");
    });

    test("that leaves the code with them goes first, then the OBProxies, then their cluster", async () => {
      await world.deploy(dependent([1, 2, 3]));
      const output = await world.deploy(() => undefined);
      expectInOrder(output, "terraform_data.dns: Destruction complete", starts("27/1"), destroyed("27/1"));
      expectInOrder(output, destroyed("27/2"), starts("27"), destroyed("27"));
    });
  });

  describe("`-target`", () => {
    test("of something else leaves alone what has left the code, until the next deploy", async () => {
      const declare =
        (...ids: readonly number[]): Declare =>
        (ocp, stack) => {
          new Obproxy(stack, "proxies", { cluster: cluster(ocp, stack), obproxyIds: [...ids] });
          new DataResource(stack, "other", { input: { count: `${ids.length}` } });
        };
      await world.deploy(declare(1, 2, 3));
      world.synth(declare(1, 2));
      expect((await world.project.apply("-target=terraform_data.other")).code).toBe(0);
      expect(world.ocp.requests).toEqual([]);
      expect(await world.project.addresses()).toContain(world.address("27/3"));
      await world.project.deploy();
      expect(world.changes()).toEqual(["DELETE /clusters/27/obproxies/3"]);
    });

    test("of one object destroys that one", async () => {
      await world.deploy(everything);
      expect((await world.project.destroy([`-target=${world.address("27/2")}`])).code).toBe(0);
      expect(world.changes()).toEqual(["DELETE /clusters/27/obproxies/2"]);
      expect(await world.project.addresses()).toEqual(world.addressesOf(["27", "27/1", "27/3"]));
    });
  });

  describe("an OBProxy that cannot be deleted", () => {
    const stuck = () => world.ocp.planWork({ clusterId: 27, subtaskName: "Stop and uninstall obproxy", fail: 1 });
    const mend = (fault: { remove(): void }) => {
      fault.remove();
      for (const { id } of world.ocp.tasks.filter(({ status }) => status === "FAILED")) {
        world.ocp.retry(id);
        world.ocp.runToEnd(id);
      }
    };
    const payments: Declare = (ocp, stack) => {
      const other = new ObproxyCluster(stack, "payments", { ocp, clusterId: 28, clusterName: "payments" });
      new Obproxy(stack, "payments-proxies", { cluster: other, obproxyIds: [1] });
    };

    test("holds back all clusters of its provider, not the OBProxies; mended, the next destroy takes the rest", async () => {
      await world.deploy((ocp, stack) => {
        everything(ocp, stack);
        payments(ocp, stack);
      });
      const fault = stuck();
      expect((await world.project.destroy()).code).toBe(1);
      expect(world.held()).toEqual(expect.arrayContaining(["27", "28"]));
      expect(world.held()).not.toContain("28/1");
      expect(await world.project.addresses()).toEqual(world.addressesOf(["27", "27/1", "27/2", "27/3", "28"]));
      mend(fault);
      expect((await world.project.destroy()).code).toBe(0);
      expect(world.held()).toEqual([]);
      expect(world.deletedObproxies()).toEqual(["1", "1", "2", "3"]);
    });

    test("holds back nothing of another provider", async () => {
      await world.deploy((ocp, stack) => {
        everything(ocp, stack);
        payments(new OcpProvider(stack, "other", { alias: "other", url: world.ocp.url, carrier }), stack);
      });
      stuck();
      expect((await world.project.destroy()).code).toBe(1);
      expect(world.held()).not.toContain("28");
      expect(world.held()).toContain("27");
    });
  });

  describe("a cycle of dependencies", () => {
    const chain =
      (providerOfSecond: (ocp: OcpProvider, stack: Parameters<Declare>[1]) => OcpProvider): Declare =>
      (ocp, stack) => {
        const of27 = cluster(ocp, stack);
        const first = new Obproxy(stack, "first", { cluster: of27, obproxyIds: [1, 3] });
        const between = new DataResource(stack, "between", { dependsOn: [first] });
        new Obproxy(stack, "second", {
          cluster: of27,
          ocp: providerOfSecond(ocp, stack),
          obproxyIds: [2],
          dependsOn: [between],
        });
      };

    test("through one block is told at synth, with its links and the way out", () => {
      expect(() => {
        world.synth(chain((ocp) => ocp));
      }).toThrow(
        /cycle of dependencies[^]*terraform_data\.between[^]*because stack\/second does[^]*Declare a second OcpProvider with its own `alias`/,
      );
    });

    test("is none with a second provider, and everything goes in the order that was meant", async () => {
      await world.deploy(
        chain((_ocp, stack) => new OcpProvider(stack, "other", { alias: "other", url: world.ocp.url, carrier })),
      );
      const { code, output } = await world.project.destroy();
      expect(code).toBe(0);
      const second = `${carrier}.other_obproxies["27/2"]: Destruction complete`;
      expectInOrder(output, second, "terraform_data.between: Destruction complete", starts("27/1"));
      expectInOrder(output, destroyed("27/3"), starts("27"));
      expect(world.held()).toEqual(["28", "28/1"]);
    });
  });
});

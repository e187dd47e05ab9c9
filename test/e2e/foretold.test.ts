import { App, type TerraformStack, TerraformVariable } from "cdktf";
import { Carrier, Obproxy, ObproxyCluster, OcpProvider } from "../../src/index.js";
import { startSimulator } from "../../src/simulator/index.js";
import { withEachCarrier } from "../support/carriers.js";
import type { Project } from "../support/project.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { ALL, CREDENTIALS, type Declare, everything, orders, World } from "../support/world.js";
import { some } from "../support/thorough.js";

/** What the preflight says, beside the real run that follows it. */

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

const flat = (text: string): string => text.replace(/[\s│╷╵]+/g, " ");
const nothing: Declare = () => undefined;

const cluster: Declare = (ocp, stack) => {
  new ObproxyCluster(stack, `${ocp.alias}-orders`, { ocp, clusterId: 27, clusterName: "orders" });
};
const proxies =
  (...obproxyIds: number[]): Declare =>
  (ocp, stack) => {
    const home = { ocp, clusterId: 27, clusterName: "orders" };
    new Obproxy(stack, `${ocp.alias}-proxies`, { ...home, obproxyIds });
  };
const both =
  (...declares: Declare[]): Declare =>
  (ocp, stack) => {
    for (const declare of declares) declare(ocp, stack);
  };

withEachCarrier("with %s", (carrier) => {
  let world: World;
  beforeEach(async () => {
    world = await World.open(terraform, carrier);
  });
  afterEach(() => world.close());

  /** Two providers in the one stack. */
  const pair =
    (first: Declare, second: Declare, url = world.ocp.url): Declare =>
    (ocp, stack) => {
      const other = new OcpProvider(stack, "other", { alias: "other", url, carrier });
      first(ocp, stack);
      second(other, stack);
    };

  /** Stacks `stack` and then those that are named, each of which depends on the one before. */
  const chain = (first: Declare, ...others: readonly (readonly [name: string, declare: Declare])[]): Declare => {
    return (ocp, stack) => {
      first(ocp, stack);
      let before: TerraformStack = stack;
      for (const [name, declare] of others) {
        const next = world.project.another(name).addStack(App.of(stack));
        declare(new OcpProvider(next, "ocp", { url: world.ocp.url, carrier }), next);
        next.addDependency(before);
        before = next;
      }
    };
  };

  const preflight = async (options: readonly string[] = [], env = {}) => {
    const { code, output } = await world.project.preflight(options, env);
    return { code, output: flat(output) };
  };

  /** Terraform may come to the cluster first, which is refused then; the OBProxies go in any case. */
  const goesWithTheNextRun = async (env = {}) => {
    const first = await world.project.destroy([], env);
    if (first.code !== 0) {
      expect(flat(first.output)).toMatch(/OBProxy cluster 27 \(orders\) still holds OBProxies that/);
      expect(world.held()).toEqual(["27"]);
      expect((await world.project.destroy([], env)).code).toBe(0);
    }
    expect(world.held()).toEqual([]);
  };

  /** The state of another stack can only be read after this. */
  const initialized = async (...names: readonly string[]): Promise<Project[]> => {
    const projects = names.map((name) => world.project.another(name));
    for (const project of projects) await project.run(["version"]);
    return projects;
  };

  test("a cluster under a URL from the environment and its OBProxies under a literal one have no order", async () => {
    const env = { OCP_URL: world.ocp.url };
    world.project.synth((stack) => {
      pair(cluster, proxies(1, 2, 3))(new OcpProvider(stack, "ocp", { carrier }), stack);
    });
    expect((await world.project.run(["apply", "-auto-approve"], env)).code).toBe(0);
    const { code, output } = await preflight([], env);
    expect(output).toContain(
      "OBProxy cluster 27 may be tried before OBProxies of it that the same run deletes (1, 2, 3)",
    );
    expect(code).toBe(1);
    await goesWithTheNextRun(env);
  });

  test("a cluster that moves to another provider while its OBProxies leave has no order with them", async () => {
    await world.deploy(pair(both(cluster, proxies(1, 2, 3)), nothing));
    world.synth(pair(nothing, cluster));
    const { code, output } = await preflight();
    expect(output).toContain("may be tried before OBProxies of it");
    expect(code).toBe(1);
    await goesWithTheNextRun();
  });

  test("a cluster with an id of a variable and foreign OBProxies of another provider have no order", async () => {
    const unknown: Declare = (ocp, stack) => {
      const id = new TerraformVariable(stack, "id", { type: "number", default: 27 }).numberValue;
      new ObproxyCluster(stack, "orders", { ocp, clusterId: id, clusterName: "orders" });
    };
    await world.deploy(pair(unknown, proxies(1, 2, 3)));
    const { code, output } = await preflight();
    expect(output).toContain("may be tried before OBProxies of it");
    expect(code).toBe(1);
    await goesWithTheNextRun();
  });

  test("a cluster that leaves the code while its OBProxies stay fails a deploy, not a destroy", async () => {
    await world.deploy(everything);
    world.synth(proxies(1, 2, 3));
    const { code, output } = await preflight();
    expect(output).toContain(
      "a deploy would fail: OBProxy cluster 27 (orders) still holds OBProxies that the app declares",
    );
    expect(code).toBe(1);
    expect((await preflight(["--deploy"])).code).toBe(1);
    expect((await preflight(["--destroy"])).code).toBe(0);
    expect((await world.project.apply()).code).toBe(1);
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.held()).toEqual([]);
  });

  test.each(some([false, true]))(
    "a cluster that is to be replaced, while its OBProxies stay (forceDestroy %s)",
    async (forced) => {
      await world.deploy((ocp, stack) => {
        const props = { ocp, clusterId: 27, clusterName: "orders", forceDestroy: forced };
        new Obproxy(stack, "p", { cluster: new ObproxyCluster(stack, "c", props), obproxyIds: [1, 2, 3] });
      });
      const { code, output } = await preflight(["--replace", world.address("27")]);
      expect(output).toContain(
        "a deploy would fail to replace it: OBProxy cluster 27 (orders) still holds OBProxies that the app declares: 1 ",
      );
      expect(code).toBe(1);
      expect((await world.project.apply(`-replace=${world.address("27")}`)).code).toBe(1);
      expect(world.changes()).toEqual([]);
    },
  );

  test("OBProxies that are to be replaced, alone and together with their cluster", async () => {
    await world.deploy(everything);
    const replace = (of: readonly string[]): string[] => of.map((key) => `-replace=${world.address(key)}`);
    const asked = (of: readonly string[]): string[] => of.flatMap((key) => ["--replace", world.address(key)]);
    expect((await preflight(asked(["27/2"]))).code).toBe(0);
    expect((await world.project.apply(...replace(["27/2"]))).code).toBe(0);
    expect(world.held()).toEqual(["27", "27/1", "27/3"]);
    expect((await preflight(asked(ALL))).code).toBe(0);
    expect((await world.project.apply(...replace(ALL))).code).toBe(0);
    expect(world.held()).toEqual([]);
  });

  test("what is no object of the state, and what is protected, cannot be replaced", async () => {
    const guarded: Declare = (ocp, stack) => {
      new Obproxy(stack, "p", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [1], preventDestroy: true });
    };
    await world.deploy(guarded);
    const wrong = await preflight(["--replace", world.address("27")]);
    expect(wrong.output).toContain(`the state holds no object of OCP as ${world.address("27")}`);
    expect(wrong.code).toBe(2);
    expect((await preflight(["--deploy"])).code).toBe(0);
    expect((await preflight(["--replace", world.address("27/1")])).code).toBe(1);
    expect((await world.project.apply(`-replace=${world.address("27/1")}`)).code).toBe(1);
    expect(world.changes()).toEqual([]);
  });

  test("an object with preventDestroy fails a destroy, not a deploy", async () => {
    await world.deploy((ocp, stack) => {
      new Obproxy(stack, "p", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [1], preventDestroy: true });
    });
    expect((await preflight()).code).toBe(1);
    expect((await preflight(["--destroy"])).output).toContain("a destroy of OBProxy 27/1 would be refused");
    expect((await preflight(["--deploy"])).code).toBe(0);
    expect((await world.project.destroy()).code).toBe(1);
    expect((await world.project.apply()).code).toBe(0);
  });

  test("OBProxies that are deployed by half hold the cluster of another stack", async () => {
    await world.deploy(chain(cluster, ["proxies", proxies(1, 2)]));
    const [other] = await initialized("proxies");
    await other!.deploy();
    world.synth(chain(cluster, ["proxies", proxies(1, 2, 3)]));
    await initialized("proxies");
    const { code, output } = await preflight();
    expect(output).toContain("PROBLEM proxies: OBProxy 27/3 (proxies/ocp-proxies) is declared but not in the state");
    expect(output).toContain("OBProxy cluster 27: held back");
    expect(code).toBe(1);
    expect((await world.project.another("proxies").destroy()).code).toBe(0);
    expect((await world.project.destroy()).code).toBe(1);
    expect(world.held()).toEqual(["27", "27/3"]);
  });

  test("stacks that depend on each other by way of a third are in order", async () => {
    await world.deploy(chain(cluster, ["between", nothing], ["proxies", proxies(1, 2, 3)]));
    const [between, last] = await initialized("between", "proxies");
    await last!.deploy();
    const { code, output } = await preflight();
    expect(output).toContain("4 objects: 4 ready");
    expect(code).toBe(0);
    for (const project of [last!, between!, world.project]) expect((await project.destroy()).code).toBe(0);
    expect(world.held()).toEqual([]);
  });

  describe("what is declared elsewhere:", () => {
    test("by ids of variables, in another provider", async () => {
      const unknown: Declare = (ocp, stack) => {
        const id = new TerraformVariable(stack, "id", { type: "number", default: 3 }).numberValue;
        new Obproxy(stack, "p", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [id] });
      };
      await world.deploy(pair(proxies(3), nothing));
      world.synth(pair(nothing, unknown));
      const { code, output } = await preflight();
      expect(output).toContain("OBProxy 27/3 would not be deleted: OBProxy 27/3 has left ocp, but stack/p");
      expect(code).toBe(1);
      expect((await world.project.destroy()).code).toBe(1);
    });

    test("under another address", async () => {
      const eu = await startSimulator({ credentials: CREDENTIALS, tickMs: 20, clusters: [orders()] });
      try {
        await world.deploy(proxies(3));
        world.synth(pair(nothing, proxies(3), eu.url));
        const { code, output } = await preflight();
        expect(output).toContain(`for the OCP at ${eu.url}, while this hook would ask the one at ${world.ocp.url}`);
        expect(code).toBe(1);
        expect((await world.project.destroy()).code).toBe(1);
      } finally {
        await eu.stop();
      }
    });

    test("in another stack, deployed there or not", async () => {
      await world.deploy(chain(proxies(3), ["other", nothing]));
      world.synth(chain(nothing, ["other", proxies(3)]));
      const [other] = await initialized("other");
      const { code, output } = await preflight();
      expect(output).toContain(
        "is not deployed with it: if Terraform forgot it here, nothing would delete it any more",
      );
      expect(code).toBe(1);
      expect((await world.project.destroy()).code).toBe(1);
      await other!.deploy();
      expect((await preflight()).code).toBe(0);
      expect((await world.project.destroy()).code).toBe(0);
      expect(world.held()).toContain("27/3");
    });
  });

  test("a cluster that is deleted by force, while another stack declares its OBProxy by a variable", async () => {
    const forced: Declare = (ocp, stack) => {
      new ObproxyCluster(stack, "c", { ocp, clusterId: 27, clusterName: "orders", forceDestroy: true });
    };
    const unknown: Declare = (ocp, stack) => {
      const id = new TerraformVariable(stack, "id", { type: "number", default: 3 }).numberValue;
      new Obproxy(stack, "p", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [id] });
    };
    await world.deploy(chain(forced, ["other", unknown]));
    const [other] = await initialized("other");
    await other!.deploy();
    const { code, output } = await preflight();
    expect(output).toContain("of which the app may declare some, by ids that only Terraform knows (other/p)");
    expect(code).toBe(1);
    expect((await world.project.destroy()).code).toBe(1);
    expect(world.changes()).toEqual([]);
  });

  test("what is protected and moves from a URL of the environment to the same as a literal", async () => {
    const env = { OCP_URL: world.ocp.url };
    const guarded: Declare = (ocp, stack) => {
      new Obproxy(stack, "p", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [1], preventDestroy: true });
    };
    const apply = () => world.project.run(["apply", "-auto-approve", "-no-color"], env);
    const at = (first: Declare, second: Declare): void => {
      world.project.synth((stack) => {
        pair(first, second)(new OcpProvider(stack, "ocp", { carrier }), stack);
      });
    };
    at(guarded, nothing);
    expect((await apply()).code).toBe(0);
    at(nothing, guarded);
    const { code, output } = await preflight([], env);
    expect(output).toContain("declares OBProxy 27/1 now, but is not deployed with it");
    expect(code).toBe(1);
    expect((await world.project.destroy([], env)).code).toBe(1);
    if ((await apply()).code !== 0) expect((await apply()).code).toBe(0);
    expect(world.changes()).toEqual([]);
  });

  test("a literal name that was corrected, and is lost with null_resource", async () => {
    const named =
      (clusterName: string): Declare =>
      (ocp, stack) => {
        new Obproxy(stack, "p", { ocp, clusterId: 27, clusterName, obproxyIds: [1] });
      };
    await world.deploy(named("sales"));
    await world.deploy(named("orders"));
    expect((await preflight()).code).toBe(0);
    world.synth(nothing);
    const { code, output } = await preflight();
    if (carrier === Carrier.NULL_RESOURCE) {
      expect(output).toContain('its cluster was last declared as "orders", and not as in the first deploy');
      expect(code).toBe(1);
      expect((await world.project.apply()).code).toBe(1);
      expect((await world.project.destroy()).code).toBe(1);
      world.synth(named("orders"));
    }
    expect((await preflight()).code).toBe(0);
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.held()).toEqual(["27", "27/2", "27/3"]);
  });

  test("a name of what may be several, and settings that are lost with null_resource", async () => {
    const declare =
      (clusterName: string, ...obproxyIds: number[]): Declare =>
      (ocp, stack) => {
        const id = new TerraformVariable(stack, "id", { type: "number", default: 27 }).numberValue;
        new Obproxy(stack, "p", { ocp, clusterId: id, clusterName, obproxyIds: [1] });
        const skipHostOperation = true;
        if (obproxyIds.length > 0) {
          new Obproxy(stack, "q", { ocp, clusterId: 27, clusterName, obproxyIds, skipHostOperation });
        }
      };
    await world.deploy(declare("orders", 3));
    world.synth(declare("orders"));
    const lost = await preflight();
    expect(lost.output.includes("its null_resource does not know that it was declared with skipHostOperation")).toBe(
      carrier === Carrier.NULL_RESOURCE,
    );
    if (carrier === Carrier.NULL_RESOURCE) {
      expect(lost.code).toBe(1);
      expect((await world.project.apply()).code).toBe(1);
    }
    await world.project.run(["state", "rm", world.address("27/3")]);
    world.ocp.renameCluster(27, "orders-eu");
    world.synth(declare("orders-eu"));
    const renamed = await preflight();
    expect(renamed.code).toBe(carrier === Carrier.NULL_RESOURCE ? 1 : 0);
    expect((await world.project.apply()).code).toBe(renamed.code);
  });
});

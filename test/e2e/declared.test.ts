import { App, type TerraformStack, TerraformVariable } from "cdktf";
import { Carrier, Obproxy, ObproxyCluster, OcpProvider, type OcpProviderProps } from "../../src/index.js";
import { startSimulator } from "../../src/simulator/index.js";
import { withEachCarrier } from "../support/carriers.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { ALL, CREDENTIALS, type Declare, everything, onlyObproxies, orders, World } from "../support/world.js";
import { half } from "../support/thorough.js";

/** A declaration protects wherever it stands, and today's declaration counts. */

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

/** A number that only Terraform knows. */
function variable(stack: TerraformStack, value: number): number {
  const name = `id-${value}`;
  const found = stack.node.tryFindChild(name);
  const known = found instanceof TerraformVariable ? found : undefined;
  return (known ?? new TerraformVariable(stack, name, { type: "number", default: value })).numberValue;
}

interface Shape {
  readonly ids?: "numbers" | "variables";
  readonly clusterName?: string;
  readonly forceDestroy?: boolean;
}

/** Cluster 27 with all of its OBProxies. */
function whole({ clusterName = "orders", forceDestroy = false, ids = "numbers" }: Shape = {}): Declare {
  return (ocp, stack) => {
    const id = (value: number): number => (ids === "numbers" ? value : variable(stack, value));
    const cluster = new ObproxyCluster(stack, `${ocp.alias}-orders`, {
      ...{ ocp, clusterId: id(27), clusterName },
      ...(forceDestroy ? { forceDestroy } : {}),
    });
    new Obproxy(stack, `${ocp.alias}-proxies`, { cluster, obproxyIds: [1, 2, 3].map(id) });
  };
}

/** Some OBProxies of cluster 27. */
function some(obproxyIds: readonly number[], { clusterName = "orders", ids = "numbers" }: Shape = {}): Declare {
  return (ocp, stack) => {
    const id = (value: number): number => (ids === "numbers" ? value : variable(stack, value));
    const proxies = { ocp, clusterId: id(27), clusterName, obproxyIds: obproxyIds.map(id) };
    new Obproxy(stack, `${ocp.alias}-${obproxyIds.join("-")}`, proxies);
  };
}

const nothing: Declare = () => undefined;

/** What Terraform wraps at eighty columns, in one line. */
const flat = (text: string): string => text.replace(/[\s│╷╵]+/g, " ");

withEachCarrier("with %s", (carrier) => {
  let world: World;
  beforeEach(async () => {
    world = await World.open(terraform, carrier);
  });
  afterEach(() => world.close());

  /** One stack with two providers, which both stand for `world.ocp` unless `props` say otherwise. */
  const pair =
    (first: Declare, second: Declare, props: OcpProviderProps = {}): Declare =>
    (ocp, stack) => {
      const other = new OcpProvider(stack, "other", { alias: "other", url: world.ocp.url, carrier, ...props });
      first(ocp, stack);
      second(other, stack);
    };

  /** Two stacks of one app. */
  const stacks =
    (first: Declare, second: Declare, name = "other"): Declare =>
    (ocp, stack) => {
      const other = world.project.another(name).addStack(App.of(stack));
      first(ocp, stack);
      second(new OcpProvider(other, "ocp", { url: world.ocp.url, carrier }), other);
    };

  const refuses = async (text: RegExp, command: "apply" | "destroy" = "apply") => {
    const { code, output } = await (command === "apply" ? world.project.apply() : world.project.destroy());
    expect(flat(output)).toMatch(text);
    expect(code).toBe(1);
    expect(world.changes()).toEqual([]);
  };

  /** What has been created elsewhere may not be in the state yet when the first hook looks; the next time it is. */
  const settles = async () => {
    if ((await world.project.apply()).code === 0) return;
    const { code, output } = await world.project.apply();
    expect(flat(output)).toContain("left alone:");
    expect(code).toBe(0);
  };

  const destroys = async () => {
    const { code, output } = await world.project.destroy();
    expect(output).toContain("Destroy complete!");
    expect(code).toBe(0);
  };

  describe("ids that only Terraform knows", () => {
    test.each(half(["variables", "numbers"] as const))(
      "protect what was declared by %s in another provider: left alone where the state says that it is there",
      async (ids) => {
        await world.deploy(pair(whole({ ids }), nothing));
        world.synth(pair(nothing, whole({ ids: "variables" })));
        await refuses(
          /has left ocp, but stack\/other-\w+ .* declares something by ids that only Terraform knows/,
          "destroy",
        );
        await settles();
        expect(world.changes()).toEqual([]);
        expect((await world.project.addresses()).filter((address) => address.includes(".ocp_"))).toEqual([]);
        await destroys();
        expect(world.held()).toEqual([]);
      },
    );

    test("refuse with a remedy that works", async () => {
      await world.deploy(pair(whole(), nothing));
      world.synth(pair(nothing, whole({ ids: "variables" })));
      await refuses(/write the ids there as numbers/, "destroy");
      world.synth(pair(nothing, whole({ ids: "numbers" })));
      await destroys();
      expect(world.held()).toEqual([]);
    });

    test.each(half(["variables", "numbers"] as const))(
      "protect what was declared by %s in another stack, until that is deployed with it",
      async (ids) => {
        await world.deploy(stacks(whole({ ids }), nothing));
        world.synth(stacks(nothing, whole({ ids: "variables" })));
        await refuses(/other\/ocp-\w+ of the stack other declares something by ids that only Terraform knows/);
        await refuses(/which may be OBProxy (cluster )?27/, "destroy");
        await world.project.another("other").deploy();
        await destroys();
        expect(world.held()).toEqual(ALL);
        expect((await world.project.another("other").destroy()).code).toBe(0);
        expect(world.held()).toEqual([]);
      },
    );

    test("protect what may be one of several that stay", async () => {
      const moved = pair(some([1], { ids: "variables" }), some([2], { ids: "variables" }));
      await world.deploy(pair(some([1, 2], { ids: "variables" }), nothing));
      world.synth(moved);
      await refuses(/which may be OBProxy 27\/2/, "destroy");
      await settles();
      expect(world.changes()).toEqual([]);
    });

    test("do not stand against a destroy of what is declared by numbers elsewhere", async () => {
      await world.deploy(stacks(some([1, 2]), some([3], { ids: "variables" })));
      await destroys();
      expect(world.held()).toEqual(["27", "27/3"]);
    });

    test("do not stand against their own removal and destroy, in an app with one provider that has such", async () => {
      await world.deploy(pair(whole({ ids: "variables" }), nothing));
      await world.deploy(
        pair((ocp, stack) => {
          const cluster = new ObproxyCluster(stack, "c", {
            ...{ ocp, clusterId: variable(stack, 27), clusterName: "orders" },
          });
          new Obproxy(stack, "p", { cluster, obproxyIds: [variable(stack, 1)] });
        }, nothing),
      );
      expect(world.held()).toEqual(["27", "27/1"]);
      await destroys();
      expect(world.held()).toEqual([]);
    });

    test("are swept by no deletion of a cluster from another stack, not even by force", async () => {
      await world.deploy(
        stacks(
          (ocp, stack) => {
            new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders", forceDestroy: true });
          },
          some([3], { ids: "variables" }),
        ),
      );
      await world.project.another("other").deploy();
      await refuses(/may declare some, by ids that only Terraform knows \(other\/ocp-3\)/, "destroy");
      expect((await world.project.another("other").destroy()).code).toBe(0);
    });

    test("do not keep two providers of one OCP from their destroy for good: the remedy of the refusal ends well", async () => {
      const aliased = (first: Declare, second: Declare): Declare => pair(first, second, { url: `${world.ocp.url}/.` });
      const [a, b] = [some([1], { ids: "variables" }), some([2, 3], { ids: "variables" })];
      await world.deploy(aliased(a, b));
      await refuses(/write the ids of one of the two as numbers \(this plans nothing new\)/, "destroy");
      world.synth(aliased(a, some([2, 3])));
      expect(await world.project.plan()).toMatchObject({ deleted: [] });
      await destroys();
      expect(world.held()).toEqual(["27"]);
    });

    test("are not taken for those of a cluster with another name", async () => {
      await world.deploy(stacks(whole({ ids: "variables" }), whole({ ids: "variables", clusterName: "billing" })));
      await destroys();
      expect(world.held()).toEqual([]);
    });
  });

  describe("a cluster", () => {
    test.each(half(["variables", "numbers"] as const))(
      "that is deleted by force takes no OBProxy along that is declared by %s under another name of the same host",
      async (ids) => {
        const url = world.ocp.url.replace("127.0.0.1", "localhost");
        const forced: Declare = (ocp, stack) => {
          new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders", forceDestroy: true });
        };
        const other: Declare = (ocp, stack) => {
          const id = ids === "numbers" ? 3 : variable(stack, 3);
          new Obproxy(stack, "other-3", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [id] });
        };
        await world.deploy(pair(forced, other, { url }));
        const { code, output } = await world.project.destroy([`-target=${world.address("27")}`]);
        expect(code).toBe(1);
        expect(flat(output)).toMatch(
          ids === "numbers"
            ? /still holds OBProxies that the app declares: 3 .*, for the OCP at http:\/\/localhost/
            : /may declare some, by ids that only Terraform knows \(stack\/other-3\)/,
        );
        expect(world.held()).toEqual(ALL);
        if ((await world.project.destroy()).code === 0) return;
        expect(world.held()).toEqual(["27", "27/1", "27/2"]);
        // As the failure says: what nobody declares any more goes by force.
        world.synth(pair(forced, nothing, { url }));
        await destroys();
        expect(world.held()).toEqual([]);
      },
    );

    test("that is to be replaced takes no declared OBProxy along", async () => {
      await world.deploy(everything);
      const { code, output } = await world.project.apply(`-replace=${world.address("27")}`);
      expect(code).toBe(1);
      expect(flat(output)).toContain("still holds OBProxies that the app declares: 1 ");
      expect(world.held()).toEqual(ALL);
      await destroys();
      expect(world.held()).toEqual([]);
    });

    test.each(half(["variables", "numbers"] as const))(
      "that is to be replaced by force takes none along that is declared by %s",
      async (ids) => {
        const forced: Declare = (ocp, stack) => {
          new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders", forceDestroy: true });
          some([1, 2, 3], { ids })(ocp, stack);
        };
        await world.deploy(forced);
        expect((await world.project.apply(`-replace=${world.address("27")}`)).code).toBe(1);
        expect(world.held()).toEqual(ALL);
        await destroys();
        expect(world.held()).toEqual([]);
      },
    );
  });

  describe("the same key under another address", () => {
    const elsewhere = async (test: (url: string) => Promise<void>) => {
      const eu = await startSimulator({ credentials: CREDENTIALS, tickMs: 20, clusters: [orders()] });
      try {
        await test(eu.url);
        expect(eu.requests.filter(({ method }) => method !== "GET")).toEqual([]);
      } finally {
        await eu.stop();
      }
    };

    test("is a question where the objects have moved with their address, with both addresses", () =>
      elsewhere(async (url) => {
        await world.deploy(everything);
        // The provider becomes another OCP's, and its objects go on with a new provider.
        world.synth(pair(nothing, everything), { url });
        await refuses(/it may have moved there, or be another one with the same id/, "destroy");
        await refuses(new RegExp(`for the OCP at ${world.ocp.url}, while this hook would ask the one at ${url}`));
      }));

    test("is a question where two aliases have been swapped", () =>
      elsewhere(async (url) => {
        await world.deploy(pair(some([1]), some([2]), { url }));
        world.synth(pair(some([2]), some([1]), {}), { url });
        await refuses(/it may have moved there/);
      }));

    test("is nothing against a destroy of what is declared for both", () =>
      elsewhere(async (url) => {
        await world.deploy(
          pair(
            everything,
            (ocp, stack) => {
              some([1, 2])(ocp, stack);
            },
            { url },
          ),
        );
        const { code } = await world.project.destroy([`-target=${world.address("27/3")}`]);
        expect(code).toBe(0);
        expect(world.held()).toEqual(["27", "27/1", "27/2"]);
      }));
  });

  describe("the same address, written in the code and taken from the environment,", () => {
    const env = () => ({ OCP_URL: `${world.ocp.url}/` });
    const apply = () => world.project.run(["apply", "-auto-approve", "-no-color"], env());

    test("is one OCP: what has moved is not deleted, and is left alone once it is deployed there", async () => {
      const before: Declare = (ocp, stack) => {
        onlyObproxies([3], { preventDestroy: true })(ocp, stack);
      };
      world.project.synth((stack) => {
        pair(before, nothing)(new OcpProvider(stack, "ocp", { carrier }), stack);
      });
      expect((await apply()).code).toBe(0);
      world.project.synth((stack) => {
        pair(nothing, before)(new OcpProvider(stack, "ocp", { carrier }), stack);
      });
      const destroyed = await world.project.destroy([], env());
      expect(flat(destroyed.output)).toMatch(/declares OBProxy 27\/3 now, but is not deployed with it/);
      expect(destroyed.code).toBe(1);
      if ((await apply()).code !== 0) expect((await apply()).code).toBe(0);
      expect(world.changes()).toEqual([]);
      expect(await world.project.addresses()).toContain(`${carrier}.other_obproxies["27/3"]`);
    });
  });

  describe("what has moved to another stack", () => {
    test("is not forgotten before it is deployed there, and both say so", async () => {
      await world.deploy(stacks(everything, nothing));
      world.synth(stacks(nothing, everything));
      await refuses(/declares OBProxy (cluster )?27\S* now, but is not deployed with it/, "destroy");
      await refuses(/deploy the stack other first, then repeat the command/);
      expect(await world.project.addresses()).toEqual(world.addressesOf(ALL));
      await world.project.another("other").deploy();
      await destroys();
      expect(world.changes()).toEqual([]);
      expect((await world.project.another("other").destroy()).code).toBe(0);
      expect(world.held()).toEqual([]);
    });

    test("is gone where that was destroyed first, which preflight says too", async () => {
      await world.deploy(stacks(everything, nothing));
      world.synth(stacks(nothing, everything));
      const other = world.project.another("other");
      await other.deploy();
      expect((await other.destroy()).code).toBe(0);
      expect(world.held()).toEqual([]);
      const foretold = await world.project.preflight(["--destroy"]);
      expect(foretold.output).toContain("8 objects: 0 ready, 8 already gone");
      expect(foretold.code).toBe(0);
      await destroys();
    });

    test("is not forgotten in part where its own hook, by the name of the first deploy, could not tell that it is gone", async () => {
      await world.deploy(stacks(some([3], { clusterName: "staging" }), nothing));
      await world.deploy(stacks(some([3]), nothing));
      const addresses = await world.project.addresses();
      world.synth(stacks(nothing, some([3])));
      const other = world.project.another("other");
      await other.deploy();
      expect((await other.destroy()).code).toBe(0);
      if (carrier === Carrier.NULL_RESOURCE) {
        const { code, output } = await world.project.destroy();
        expect(flat(output)).toContain("deploy the stack other first, then repeat the command");
        expect(code).toBe(1);
        expect(await world.project.addresses()).toEqual(addresses);
        await other.deploy();
      }
      await destroys();
      expect(world.held()).toEqual(["27", "27/1", "27/2"]);
    });

    test("is left to a stack whose name is written in the other form of Unicode than that of its state file", async () => {
      const name = "cafe\u0301";
      await world.deploy(stacks(everything, nothing, name));
      world.synth(stacks(nothing, everything, name));
      await refuses(/is not deployed with it/, "destroy");
      await world.project.another(name).deploy();
      await destroys();
      expect(world.changes()).toEqual([]);
      expect((await world.project.another(name).destroy()).code).toBe(0);
      expect(world.held()).toEqual([]);
    });

    test.each<[string, Shape, Shape]>(
      half([
        ["it is declared there by ids that only Terraform knows", {}, { ids: "variables" }],
        ["its name was corrected, which is remembered beside a null_resource", { clusterName: "staging" }, {}],
      ]),
    )("is gone where that was destroyed first, also where %s", async (_, first, then) => {
      await world.deploy(stacks(whole(first), nothing));
      await world.deploy(stacks(whole(), nothing));
      world.synth(stacks(nothing, whole(then)));
      await refuses(/not deleted: .*other\/ocp-\w+ /, "destroy");
      const other = world.project.another("other");
      await other.deploy();
      expect((await other.destroy()).code).toBe(0);
      expect((await world.project.preflight(["--destroy"])).code).toBe(0);
      await destroys();
      expect(await world.project.addresses()).toEqual([]);
    });
  });
});

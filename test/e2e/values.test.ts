import {
  DataResource,
  Fn,
  TerraformCount,
  TerraformHclModule,
  TerraformIterator,
  TerraformOutput,
  TerraformVariable,
  Token,
} from "cdktf";
import { NullProvider } from "@cdktf/provider-null/lib/provider/index.js";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Carrier, Obproxy, ObproxyCluster, OcpProvider } from "../../src/index.js";
import { startSimulator } from "../../src/simulator/index.js";
import { withEachCarrier } from "../support/carriers.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { ALL, type Declare, everything, orders, World } from "../support/world.js";

/** Ids and names that Terraform computes or that look like its own syntax, and what else stands in a stack. */

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

let world: World;
afterEach(() => world.close());

const destroyEverything = async () => {
  const { code, output } = await world.project.destroy();
  expect(output).toContain("Destroy complete!");
  expect(code).toBe(0);
  expect(world.held()).toEqual([]);
  expect(await world.project.addresses()).toEqual([]);
};

withEachCarrier("with %s", (carrier) => {
  const open = async (options: Parameters<typeof World.open>[2] = {}) => {
    world = await World.open(terraform, carrier, options);
  };

  describe("ids from variables", () => {
    const variable = (stack: Parameters<Declare>[1], name: string, value: number) =>
      new TerraformVariable(stack, name, { type: "number", default: value }).numberValue;
    const declare =
      (...ids: readonly number[]): Declare =>
      (ocp, stack) => {
        const cluster = new ObproxyCluster(stack, "orders", {
          ...{ ocp, clusterName: "orders" },
          clusterId: variable(stack, "cluster", 27),
        });
        const obproxyIds = ids.map((id) => variable(stack, `proxy-${id}`, id));
        new Obproxy(stack, "proxies", { cluster, obproxyIds });
      };

    test("make the same addresses as numbers do, so that one may become the other", async () => {
      await open();
      await world.deploy(declare(1, 2, 3));
      expect(await world.project.addresses()).toEqual(world.addressesOf(ALL));
      world.synth(everything);
      expect(await world.project.plan()).toMatchObject({ changes: [], moved: [] });
    });

    test("are deleted when they leave the code or get another value, with and without a deploy between", async () => {
      await open();
      await world.deploy(declare(1, 2, 3));
      await world.deploy(declare(1, 2));
      expect(world.held()).toEqual(["27", "27/1", "27/2"]);
      expect((await world.project.apply("-var=proxy-1=4")).code).toBe(0);
      expect(world.held()).toEqual(["27", "27/2"]);
      world.synth(() => undefined);
      await destroyEverything();
    });
  });

  test("a variable that is no id fails the plan, and nothing happens", async () => {
    await open();
    await world.deploy((ocp, stack) => {
      const id = new TerraformVariable(stack, "id", { type: "any", default: 3 });
      new Obproxy(stack, "proxies", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [id.numberValue] });
    });
    for (const value of ["-3", "3.5", "3/1", "*"]) {
      const { code, output } = await world.project.apply(`-var=id=${value.includes("/") ? `"${value}"` : value}`);
      expect(output).toContain("Error:");
      expect(code).toBe(1);
    }
    expect(world.ocp.requests).toEqual([]);
    expect(await world.project.addresses()).toEqual([world.address("27/3")]);
  });

  test("ids that are only known after apply fail the plan; Terraform says where, and nothing happens", async () => {
    await open();
    world.synth((ocp, stack) => {
      const source = new DataResource(stack, "source", { input: { id: "3" } });
      const id = Token.asNumber(Fn.tonumber(Fn.lookupNested(source.interpolationForAttribute("output"), ["id"])));
      new Obproxy(stack, "proxies", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [id] });
    });
    const { code, output } = await world.project.apply();
    expect(code).toBe(1);
    expect(output).toContain("Invalid for_each argument");
    expect(output).toContain(`in resource.${carrier}.ocp_obproxies`);
    expect(output).toMatch(/that\s+cannot\s+be\s+determined\s+until\s+apply/);
    expect(await world.project.addresses()).toEqual([]);
    expect(world.ocp.requests).toEqual([]);
  });

  describe("ids of a loop that only Terraform runs are refused at synth:", () => {
    const declare =
      (id: (stack: Parameters<Declare>[1]) => number): Declare =>
      (ocp, stack) => {
        new Obproxy(stack, "proxies", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [id(stack)] });
      };

    test.each<[string, () => number, RegExp]>([
      [
        "an iterator",
        () => Token.asNumber(TerraformIterator.fromList(["1", "2"]).value),
        /each\.value.*Use a variable or a local for each id, or a loop of the programming language/,
      ],
      ["a count", () => TerraformCount.of(3).index, /count\.index.*Use a variable or a local for each id/],
    ])("%s", async (_, id, text) => {
      await open();
      expect(() => {
        world.synth(declare(id));
      }).toThrow(text);
    });
  });

  test("modules, and resources with a count or an iterator, may give ids, be waited for, and wait", async () => {
    await open();
    const module = join(world.project.path, "network");
    mkdirSync(module);
    const content = {
      resource: { terraform_data: { gateway: { input: "a gateway" } } },
      output: { last_proxy: { value: 3 } },
    };
    writeFileSync(join(module, "main.tf.json"), JSON.stringify(content));
    await world.deploy((ocp, stack) => {
      const network = new TerraformHclModule(stack, "network", { source: module });
      const cluster = new ObproxyCluster(stack, "orders", {
        ...{ ocp, clusterId: 27, clusterName: "orders" },
        dependsOn: [network],
      });
      const id = Token.asNumber(network.get("last_proxy"));
      const proxies = new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, id] });
      new DataResource(stack, "counted", { count: TerraformCount.of(2), dependsOn: [proxies] });
      new DataResource(stack, "each", { forEach: TerraformIterator.fromList(["a", "b"]), dependsOn: [proxies] });
      new TerraformHclModule(stack, "clients", { source: module, dependsOn: [proxies] });
    });
    const { code, output } = await world.project.destroy();
    expect(code).toBe(0);
    const at = (text: string) => output.indexOf(text);
    const hooks = [1, 2, 3].map((id) => at(`${world.address(`27/${id}`)}: Destroying`));
    const dependents = ["counted[0]", "counted[1]", 'each["a"]', 'each["b"]'].map((name) => `terraform_data.${name}`);
    for (const dependent of [...dependents, "module.clients.terraform_data.gateway"]) {
      expect(at(`${dependent}: Destruction complete`)).toBeGreaterThan(-1);
      expect(at(`${dependent}: Destruction complete`)).toBeLessThan(Math.min(...hooks));
    }
    const lastOfOurs = at(`${world.address("27")}: Destruction complete`);
    expect(at("module.network.terraform_data.gateway: Destroying")).toBeGreaterThan(lastOfOurs);
    expect(world.held()).toEqual([]);
  });

  test("names that look like templates guard and are guarded, letter by letter", async () => {
    const name = 'a${b} %{c} $${d} $%{ "e" \\n ünï\'; `f`';
    await open({ clusters: [{ ...orders(), name }] });
    const declare =
      (clusterName: string): Declare =>
      (ocp, stack) => {
        const cluster = new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName });
        new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
      };
    await world.deploy(declare(name));
    world.ocp.renameCluster(27, name.replace("$${d}", "${d}"));
    expect((await world.project.destroy()).code).toBe(1);
    expect(world.held()).toEqual(ALL);
    world.ocp.renameCluster(27, name);
    // What has left the code is guarded by the name in the state.
    world.synth(() => undefined);
    await destroyEverything();
  });

  test("a letter with an accent is the same letter, in one character or in two: Terraform makes one of them", async () => {
    const name = "cafe\u0301";
    await open({ clusters: [{ ...orders(), name }] });
    const project = world.project.another(name);
    const declare = (...obproxyIds: number[]): void => {
      project.synth((stack) => {
        const ocp = new OcpProvider(stack, "ocp", { url: world.ocp.url, carrier });
        const cluster = new ObproxyCluster(stack, "cluster", { ocp, clusterId: 27, clusterName: name });
        new Obproxy(stack, "proxies", { cluster, obproxyIds });
      });
    };
    declare(1, 2, 3);
    await project.deploy();
    project.synth((stack) => {
      new OcpProvider(stack, "ocp", { url: world.ocp.url, carrier });
    });
    // By the name in the state.
    const gone = await project.apply(`-target=${world.address("27/1")}`);
    expect(gone.output).not.toContain("FAILED");
    declare(2, 3);
    const foretold = await project.preflight(["--destroy"]);
    expect(foretold.output).toContain("3 objects: 3 ready");
    expect((await project.destroy()).code).toBe(0);
    expect(world.held()).toEqual([]);
  });

  test("two providers are two OCPs with the same ids, each with its own credentials", async () => {
    await open();
    const credentials = { username: "eu", password: "another-pass-word" };
    const eu = await startSimulator({ credentials, tickMs: 20, clusters: [{ ...orders(), name: "orders-eu" }] });
    try {
      await world.deploy((ocp, stack) => {
        everything(ocp, stack);
        const second = new OcpProvider(stack, "eu", { alias: "eu", envPrefix: "OCP_EU", url: eu.url, carrier });
        const cluster = new ObproxyCluster(stack, "eu-orders", {
          ...{ ocp: second, clusterId: 27, clusterName: "orders-eu" },
        });
        new Obproxy(stack, "eu-proxies", { cluster, obproxyIds: [1, 2, 3] });
      });
      const without = await world.project.destroy();
      expect(without.code).toBe(1);
      expect(without.output).toContain("OCP_EU_USERNAME");
      expect(eu.requests).toEqual([]);
      expect(world.held()).toEqual([]);
      const env = { OCP_EU_USERNAME: credentials.username, OCP_EU_PASSWORD: credentials.password };
      expect((await world.project.destroy([], env)).code).toBe(0);
      expect(eu.clusters).toEqual([]);
      expect(await world.project.addresses()).toEqual([]);
    } finally {
      await eu.stop();
    }
  });

  test("HCL output is deployed, planned and destroyed as JSON is", async () => {
    await open();
    const build = (stack: Parameters<Declare>[1]) => {
      const ocp = new OcpProvider(stack, "ocp", { url: world.ocp.url, carrier });
      const cluster = new ObproxyCluster(stack, "orders", {
        ...{ ocp, clusterId: 27, clusterName: "orders" },
        preventDestroy: true,
      });
      new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2] });
      new Obproxy(stack, "kept", { cluster, obproxyIds: [3], skipDestroy: true });
    };
    world.project.synth(build, { hclOutput: true });
    await world.project.deploy();
    expect(await world.project.plan()).toMatchObject({ changes: [], moved: [] });
    expect((await world.project.destroy()).output).toContain("terraform_data.ocp_protected_27");
    world.project.synth(
      (stack) => {
        everything(new OcpProvider(stack, "ocp", { url: world.ocp.url, carrier }), stack);
      },
      { hclOutput: true },
    );
    await destroyEverything();
  });
});

test("an app's own null provider serves the objects too", async () => {
  world = await World.open(terraform, Carrier.NULL_RESOURCE);
  await world.deploy((ocp, stack) => {
    everything(ocp, stack);
    new NullProvider(stack, "null");
    new TerraformOutput(stack, "out", { value: "something" });
  });
  await destroyEverything();
});

import { App, Aspects, TerraformResource, type TerraformResourceLifecycle, type TerraformStack } from "cdktf";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Carrier, Obproxy, ObproxyCluster, OcpProvider } from "../../src/index.js";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import { withEachCarrier } from "../support/carriers.js";
import { succeeded } from "../support/process.js";
import { REPOSITORY } from "../support/repository.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { ALL, CREDENTIALS, type Declare, everything, World } from "../support/world.js";

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

let world: World;
afterEach(() => world.close());

/** As companies have it for all resources of their stacks. */
function rule(stack: TerraformStack, lifecycle: TerraformResourceLifecycle): void {
  Aspects.of(stack).add({
    visit: (node) => {
      if (TerraformResource.isTerraformResource(node)) node.lifecycle = lifecycle;
    },
  });
}

const named =
  (clusterName: string): Declare =>
  (ocp, stack) => {
    rule(stack, { preventDestroy: false, ignoreChanges: ["tags"] });
    const cluster = new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName });
    new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
  };

withEachCarrier("with %s", (carrier) => {
  test("an Aspect on all resources does not let a change of the name replace anything", async () => {
    world = await World.open(terraform, carrier, { clusters: [{ id: 27, name: "renamed", obproxies: [1, 2, 3] }] });
    await world.deploy(named("orders"));
    world.synth(named("renamed"));
    const { resource_changes: changes } = JSON.parse(await world.project.planJson()) as {
      resource_changes: readonly { change: { actions: readonly string[] } }[];
    };
    expect(changes.flatMap(({ change }) => change.actions)).not.toContain("delete");
    succeeded(await world.project.apply());
    expect(world.held()).toEqual(ALL);
    succeeded(await world.project.destroy());
    expect(world.held()).toEqual([]);
  });

  test("preflight tells a configuration whose plans would replace", async () => {
    world = await World.open(terraform, carrier);
    await world.deploy(everything);
    const file = join(world.project.stackPath, "cdk.tf.json");
    const text = readFileSync(file, "utf8");
    const changed = JSON.parse(text) as { resource: Record<string, Record<string, { lifecycle: unknown }>> };
    changed.resource[carrier]!["ocp_obproxies"]!.lifecycle = { create_before_destroy: true };
    writeFileSync(file, JSON.stringify(changed));
    const { code, output } = await world.project.preflight();
    expect(output).toContain("`ignore_changes` does not hold");
    expect(output).toContain("`create_before_destroy` is set");
    expect(code).toBe(1);
  });

  test("an instance whose key was changed in the state is not deleted", async () => {
    world = await World.open(terraform, carrier);
    await world.deploy((ocp, stack) => {
      new Obproxy(stack, "proxies", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [1] });
    });
    succeeded(await world.project.run(["state", "mv", world.address("27/1"), world.address("27/2")]));
    const preflight = await world.project.preflight();
    expect(preflight.output).toMatch(/\["27\/2"\] was deployed as OBProxy 27\/1/);
    expect(preflight.code).toBe(1);
    const { code, output } = await world.project.destroy();
    expect(code).toBe(1);
    expect(output).toContain("was deployed as 27/1");
    expect(world.changes()).toEqual([]);
  });
});

describe("what was imported", () => {
  beforeEach(async () => {
    world = await World.open(terraform, Carrier.TERRAFORM_DATA);
  });

  async function importAll(): Promise<void> {
    for (const key of ALL) succeeded(await world.project.run(["import", "-no-color", world.address(key), "any"]));
  }

  test("is destroyed by the name that is declared, and preflight tells it", async () => {
    world.synth(everything);
    await importAll();
    const preflight = await world.project.preflight();
    expect(preflight.output).toContain("imported: the state holds no name");
    expect(preflight.code).toBe(0);
    succeeded(await world.project.destroy());
    expect(world.held()).toEqual([]);
  });

  test("is not destroyed where nothing says the name any more", async () => {
    world.synth(everything);
    await importAll();
    world.synth(() => undefined);
    const preflight = await world.project.preflight();
    expect(preflight.output).toContain("no clusterName says what it has to be called");
    expect(preflight.code).toBe(1);
    const { code, output } = await world.project.destroy();
    expect(code).toBe(1);
    expect(output.replace(/\s*\n│?\s*/g, " ")).toContain("no clusterName says what it has to be called");
    expect(world.held()).toEqual(ALL);
  });

  test("changes nothing by the next deploy, which writes the name", async () => {
    world.synth(everything);
    await importAll();
    succeeded(await world.project.apply());
    expect(world.changes()).toEqual([]);
    expect((await world.project.preflight()).output).toContain("4 ready");
  });
});

describe("a hook's file that two stacks share", () => {
  let other: Simulator;
  beforeEach(async () => {
    world = await World.open(terraform, Carrier.TERRAFORM_DATA);
    other = await startSimulator({
      credentials: CREDENTIALS,
      tickMs: 20,
      clusters: [{ id: 27, name: "orders", obproxies: [1, 2, 3] }],
    });
  });
  afterEach(() => other.stop());

  /** Two stacks alike but for their OCP. */
  function synth(): { readonly a: string; readonly b: string; readonly project: World["project"] } {
    const b = world.project.another("b");
    const app = new App({ outdir: world.project.outPath });
    for (const [project, url] of [
      [world.project, other.url],
      [b, world.ocp.url],
    ] as const) {
      const stack = project.addStack(app);
      everything(new OcpProvider(stack, "ocp", { url, carrier: Carrier.TERRAFORM_DATA }), stack);
    }
    app.synth();
    const hook = "assets/ocp_obproxy_hook/v1/obproxy-hook.cjs";
    return { a: join(world.project.stackPath, hook), b: join(b.stackPath, hook), project: b };
  }

  test("reads the settings that lie where it was called", async () => {
    const { a, b, project } = synth();
    rmSync(b);
    symlinkSync(a, b);
    await project.deploy();
    succeeded(await project.destroy());
    expect(world.held()).toEqual([]);
    expect(other.clusters).toHaveLength(1);
  });

  test("does nothing with the settings of the other one", async () => {
    const { a, b, project } = synth();
    rmSync(dirname(b), { recursive: true });
    symlinkSync(dirname(a), dirname(b));
    await project.deploy();
    const { code, output } = await project.destroy();
    expect(code).toBe(1);
    expect(output.replace(/\s*\n│?\s*/g, " ")).toContain("but the hook was called for the stack b");
    expect(world.held()).toEqual(ALL);
    expect(other.clusters).toHaveLength(1);
    const preflight = await project.preflight();
    expect(preflight.output).toContain("the settings beside the hook are those of the stack stack");
    expect(preflight.code).not.toBe(0);
    const asked = other.requests.length;
    for (const command of [
      ["retry", "31440"],
      ["generate", "--check"],
    ]) {
      const args = [join(REPOSITORY, "dist/cli/main.js"), ...command, project.stackPath];
      const told = await terraform.node(project.path, args, project.env);
      expect(told.output).toContain("the settings beside the hook are those of the stack stack");
      expect(told.code).toBe(2);
    }
    expect(other.requests).toHaveLength(asked);
  });
});

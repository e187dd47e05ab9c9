import { PgBackend } from "cdktf";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Carrier, OcpProvider } from "../../src/index.js";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import { type Postgres, startPostgres } from "../support/postgres.js";
import { Project } from "../support/project.js";
import { temporaryDirectory } from "../support/temporary.js";
import { type Environment, startTerraform, type Terraform } from "../support/terraform.js";
import { CREDENTIALS, everything, hookEnvironment, onlyObproxies, orders, World } from "../support/world.js";

/** Two destroys at the same time, on one machine and on two, and states and stacks that are shared or carried about. */

const carrier = Carrier.NULL_RESOURCE;

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

/** OCP takes a while over each deletion, so that the second destroy comes in its middle. */
function isSlow(ocp: Simulator): void {
  ocp.planWork({ subtaskName: "Stop and uninstall obproxy", ticks: 25 });
}

/** What a machine has of its own, by which hooks find one another and what earlier ones have noted. */
function machine(path: string): Environment {
  const [TMPDIR, HOME, XDG_RUNTIME_DIR] = ["tmp", "home", "run"].map((name) => {
    const directory = join(path, name);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return directory;
  });
  return { TMPDIR: TMPDIR!, HOME: HOME!, XDG_RUNTIME_DIR: XDG_RUNTIME_DIR! };
}

/** OCP has taken up a delete, and gets no further with it until it is let go. */
async function holdDelete(ocp: Simulator): Promise<{ letGo: () => void }> {
  await ocp.nextRequest(({ method, status }) => method === "DELETE" && status === 200);
  const { id } = ocp.tasks.at(-1)!;
  ocp.suspend(id, "RUNNING");
  return {
    letGo: () => {
      ocp.resume(id);
    },
  };
}

function submitted(ocp: Simulator): readonly string[] {
  return ocp.tasks.flatMap(({ obproxyIds }) => obproxyIds).sort();
}

describe("with the state in a file", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.open(terraform, carrier);
    isSlow(world.ocp);
  });
  afterEach(() => world.close());

  test("a second destroy of the same state is refused by its lock, or waits for it, and changes nothing", async () => {
    await world.deploy(everything);
    const held = holdDelete(world.ocp);
    const destroying = await world.project.startDestroy();
    const { letGo } = await held;
    const refused = await world.project.destroy();
    expect(refused.code).toBe(1);
    expect(refused.output).toContain("Error acquiring the state lock");
    const waiting = world.project.destroy(["-lock-timeout=60s"]);
    letGo();
    expect((await waiting).output).toContain("No objects need to be destroyed");
    expect((await destroying.finished).code).toBe(0);
    expect(world.held()).toEqual([]);
    expect(submitted(world.ocp)).toEqual(["1", "2", "3"]);
  });

  test.each([
    ["one machine, whose hooks meet", false],
    ["two machines, that only OCP's lock keeps apart", true],
  ])("two stacks with OBProxies of one cluster go at once, on %s", async (_, apart) => {
    const declare = (ids: readonly number[]) => onlyObproxies(ids);
    const other = world.project.another("other");
    world.project.synth((stack) => {
      declare([1, 2])(new OcpProvider(stack, "ocp", { url: world.ocp.url, carrier }), stack);
      const second = other.addStack(stack.node.scope as never);
      declare([3])(new OcpProvider(second, "ocp", { url: world.ocp.url, carrier }), second);
    });
    await world.project.deploy();
    await other.deploy();
    const [here, there] = apart ? ["a", "b"].map((name) => machine(join(world.project.path, name))) : [{}, {}];
    const destroyed = await Promise.all([world.project.destroy([], here), other.destroy([], there)]);
    expect(destroyed.map(({ output }) => output)).toEqual(Array(2).fill(expect.stringContaining("Destroy complete!")));
    expect(world.held()).toEqual(["27"]);
    expect(submitted(world.ocp)).toEqual(["1", "2", "3"]);
  });

  test("a job that runs twice, on two machines with a copy of the state each, ends well on both", async () => {
    await world.deploy(everything);
    const copy = temporaryDirectory();
    cpSync(world.project.path, copy.path, { recursive: true });
    const stack = join(copy.path, "out/stacks/stack");
    const state = ["-state", join(copy.path, "terraform.tfstate")];
    const environment = { ...hookEnvironment(), ...machine(join(copy.path, "machine")) };
    const args = ["destroy", "-auto-approve", "-input=false", "-no-color", "-lock=false", ...state];
    const [first, second] = await Promise.all([
      world.project.destroy(["-lock=false"]),
      terraform.terraform(stack, args, environment),
    ]);
    expect([first.output, second.output]).toEqual(Array(2).fill(expect.stringContaining("Destroy complete!")));
    expect(world.held()).toEqual([]);
    expect(submitted(world.ocp)).toEqual(["1", "2", "3"]);
    copy.remove();
  });

  test("a synthesized stack is destroyed from a copy of its directory, where the first one is gone", async () => {
    await world.deploy(everything);
    const copy = temporaryDirectory();
    cpSync(world.project.stackPath, join(copy.path, "a stack"), { recursive: true });
    rmSync(world.project.outPath, { recursive: true });
    const args = ["destroy", "-auto-approve", "-input=false", "-no-color"];
    const { code, output } = await terraform.terraform(join(copy.path, "a stack"), args, world.project.env);
    expect(output).toContain("Destroy complete!");
    expect(code).toBe(0);
    expect(world.held()).toEqual([]);
    copy.remove();
  });
});

describe("with the state in a PostgreSQL", () => {
  let postgres: Postgres;
  let ocp: Simulator;
  beforeAll(async () => {
    postgres = await startPostgres();
    // Where the package has to be installed first.
  }, 600_000);
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    ocp = await startSimulator({ credentials: CREDENTIALS, tickMs: 20, clusters: [orders()] });
    isSlow(ocp);
  });
  afterEach(() => ocp.stop());

  /** A checkout of the app on a machine of its own. */
  function checkout(schemaName: string): Project {
    const directory = temporaryDirectory();
    const project = new Project(
      terraform,
      { ...hookEnvironment(), ...machine(directory.path) },
      {
        ...{ directory, stack: "stack", state: "", initialized: new Map() },
        backend: (stack) => new PgBackend(stack, { connStr: postgres.connStr, schemaName }),
      },
    );
    project.synth((stack) => {
      everything(new OcpProvider(stack, "ocp", { url: ocp.url, carrier }), stack);
    });
    return project;
  }

  test("two machines destroy one after the other, by its lock, and each object is deleted once", async () => {
    const [here, there] = [checkout("first"), checkout("first")];
    await here.deploy();
    expect(await there.addresses()).toHaveLength(4);
    const held = holdDelete(ocp);
    const destroying = await here.startDestroy();
    const { letGo } = await held;
    const refused = await there.destroy();
    expect(refused.output).toContain("Error acquiring the state lock");
    const waiting = there.destroy(["-lock-timeout=60s"]);
    letGo();
    expect((await waiting).output).toContain("No objects need to be destroyed");
    expect((await destroying.finished).code).toBe(0);
    expect(ocp.clusters).toEqual([]);
    expect(submitted(ocp)).toEqual(["1", "2", "3"]);
    here.remove();
    there.remove();
  });

  test("a destroy that is killed leaves no lock, and another machine finishes it", async () => {
    const [here, there] = [checkout("second"), checkout("second")];
    await here.deploy();
    const first = ocp.nextRequest(({ method, status }) => method === "DELETE" && status === 200);
    const destroying = await here.startDestroy();
    await first;
    destroying.signal("SIGKILL");
    await destroying.finished;
    const { code, output } = await there.destroy(["-lock-timeout=60s"]);
    expect(output).toContain("Destroy complete!");
    expect(code).toBe(0);
    expect(ocp.clusters).toEqual([]);
    expect(submitted(ocp)).toEqual(["1", "2", "3"]);
    here.remove();
    there.remove();
  });
});

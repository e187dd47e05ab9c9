import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { preflight } from "../../src/cli/preflight.js";
import type { JsonReport } from "../../src/preflight/report/json.js";
import { Carrier, Obproxy, ObproxyCluster, OcpProvider } from "../../src/index.js";
import { temporaryDirectory } from "../support/temporary.js";
import { type CommandRun, commandRun, placeIn } from "../support/command-run.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { CREDENTIALS, type Declare, World } from "../support/world.js";

let terraform: Terraform;
let world: World;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());
beforeEach(async () => {
  // Its tasks say which OBProxies they are about.
  world = await World.open(terraform, Carrier.TERRAFORM_DATA, { version: "4.3.6", tickMs: "manual" });
});
afterEach(async () => {
  const methods = new Set(world.ocp.requests.map(({ method }) => method));
  await world.close();
  expect([...methods].filter((method) => method !== "GET")).toEqual([]);
});

const asUsual: Declare = (ocp, stack) => {
  const cluster = new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders" });
  new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
};

const run = (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<CommandRun> =>
  commandRun(preflight, args.length > 0 && !args[0]!.startsWith("-") ? args : ["out", ...args], placeIn(world, env));

async function findings(
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number; readonly found: readonly string[] }> {
  const { code, out } = await run(["--json"], env);
  const report = JSON.parse(out) as JsonReport;
  return {
    code,
    found: report.findings.map(
      (each) => `${each.level} ${each.code}${each.objects.length === 0 ? "" : `: ${each.objects.join(", ")}`}`,
    ),
  };
}

function lastLine(text: string): string | undefined {
  return text.trimEnd().split("\n").at(-1);
}

const ALL = "OBProxy cluster 27, OBProxy 27/1, OBProxy 27/2, OBProxy 27/3";

describe("in a good world", () => {
  beforeEach(() => world.deploy(asUsual));

  test("finds all ready, and foretells the order of a destroy", async () => {
    const { code, out } = await run();
    expect(code).toBe(0);
    expect(lastLine(out)).toBe("4 objects: 4 ready, 0 already gone, 0 warnings, 0 problems");
    expect(out).toContain("1. OBProxy 27/1, OBProxy 27/2, OBProxy 27/3 (about 1 OCP task)");
    expect(out).toContain("2. OBProxy cluster 27 (about 1 OCP task)");
  });

  test("shows no secret", async () => {
    const { out } = await run(["--json"]);
    expect(out).not.toContain(CREDENTIALS.password);
  });

  test("accepts an access key", async () => {
    world.ocp.setAccessKeys([{ id: "AKID", secret: "secret-of-the-key" }]);
    const env = {
      OCP_USERNAME: "",
      OCP_PASSWORD: "",
      OCP_ACCESS_KEY_ID: "AKID",
      OCP_ACCESS_KEY_SECRET: "secret-of-the-key",
    };
    const { code, out } = await run([], env);
    expect(code).toBe(0);
    expect(out).toContain("accepts the access key AKID");
    expect(out).not.toContain("secret-of-the-key");
  });

  test("takes one stack's directory, and a state file", async () => {
    const { code, out } = await run(["out/stacks/stack", "--state", "terraform.tfstate"]);
    expect(code).toBe(0);
    expect(lastLine(out)).toContain("4 ready");
  });

  test("takes the output of terraform show -json as a state", async () => {
    writeFileSync(join(world.project.path, "shown.json"), await world.project.stateJson());
    expect((await run(["out", "--state", "shown.json"])).code).toBe(0);
  });

  test("asks each question once, however many objects there are", async () => {
    await run();
    const paths = world.ocp.requests.map(({ path, query }) => `${path}?${JSON.stringify(query)}`);
    expect(paths).toHaveLength(new Set(paths).size);
    expect(paths.length).toBeLessThanOrEqual(4);
  });

  test("foretells the removal of an object that has left the code", async () => {
    world.synth((ocp, stack) => {
      const cluster = new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders" });
      new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2] });
    });
    await world.project.state();
    const { code, out } = await run();
    expect(code).toBe(0);
    expect(out).toContain("OBProxy 27/3: ready (10.0.0.3:2883 RUNNING; no longer declared)");
    expect(out).toContain("  deploy would delete: OBProxy 27/3\n");
  });
});

describe("in a bad world", () => {
  beforeEach(() => world.deploy(asUsual));

  test("tells of a cluster that was renamed", async () => {
    world.ocp.renameCluster(27, "billing");
    expect(await findings()).toEqual({ code: 1, found: [`problem cluster-name: ${ALL}`] });
  });

  test("tells of a cluster that is known under another id", async () => {
    world.ocp.removeCluster(27);
    world.ocp.addCluster({ id: 28, name: "orders" });
    expect(await findings()).toEqual({ code: 1, found: [`problem cluster-name-elsewhere: ${ALL}`] });
  });

  test("tells of what is gone already", async () => {
    world.ocp.removeCluster(27);
    expect(lastLine((await run()).out)).toBe("4 objects: 0 ready, 4 already gone, 1 warning, 0 problems");
  });

  test("tells of a task at work", async () => {
    const { id } = world.ocp.startTask({ name: "Restart obproxy", clusterId: 27, obproxyIds: [1] });
    const { code, out } = await run();
    expect(code).toBe(0);
    expect(out).toContain(`WARNING stack: task ${id} "Restart obproxy" of`);
    expect(lastLine(out)).toBe("4 objects: 4 ready, 0 already gone, 1 warning, 0 problems");
  });

  test("tells of a failed task", async () => {
    world.ocp.planWork({ fail: "always" });
    const { id } = world.ocp.startTask({ name: "Restart obproxy", clusterId: 27, obproxyIds: [1] });
    world.ocp.runToEnd(id);
    expect(await findings()).toEqual({ code: 0, found: [`warning locked: ${ALL}`] });
  });

  test("tells of an OBProxy that nobody declared", async () => {
    world.ocp.addObproxy(27, 4);
    const { code, out } = await run();
    expect(code).toBe(1);
    expect(out).toContain(
      "PROBLEM stack: OBProxy cluster 27 (orders) still holds OBProxies that this configuration does not declare: 4",
    );
  });

  test("tells of the missing right to read tasks, in both of OCP's models", async () => {
    world.ocp.setPermissions({ readTasks: false });
    const { code, out } = await run();
    expect(code).toBe(1);
    expect(out).toContain("may read tasks: no");
    expect(out).toMatch(/TASK_VIEWER.*"Task Center > All"/);
  });

  test("tells of the missing right to read OBProxy clusters", async () => {
    world.ocp.setPermissions({ readObproxy: false });
    expect(await findings()).toEqual({ code: 1, found: ["problem clusters-forbidden"] });
  });

  test("tells of a tainted instance, and how to mend it", async () => {
    await world.project.run(["taint", world.address("27/2")]);
    const { code, out } = await run();
    expect(code).toBe(1);
    expect(out).toContain(`what to do: terraform -chdir=out/stacks/stack untaint '${world.address("27/2")}'`);
  });

  test("tells of a provider that was taken out with its objects", async () => {
    world.project.synth(() => undefined);
    await world.project.state();
    const { code, found } = await findings();
    expect(code).toBe(1);
    expect(found).toEqual([`problem no-block: ${ALL}`]);
  });

  test("tells of a hook that is missing", async () => {
    rmSync(join(world.project.stackPath, "assets/ocp_obproxy_hook/v1/obproxy-hook.cjs"));
    expect(await findings()).toEqual({ code: 1, found: ["problem hook-files"] });
  });

  test("tells of settings that cannot be used", async () => {
    writeFileSync(join(world.project.stackPath, "assets/ocp_obproxy_hook/v1/settings.json"), "{");
    const { code, found } = await findings();
    expect({ code, found }).toEqual({ code: 1, found: ["problem hook-files"] });
  });

  test("tells of a wrong password, and tries it once", async () => {
    const { code, out } = await run([], { OCP_PASSWORD: "not-the-password" });
    expect(code).toBe(2);
    expect(out).toContain("CANNOT LOOK stack, provider ocp: OCP does not accept the credentials (401)");
    expect(world.ocp.requests).toHaveLength(1);
  });

  test("tells of missing credentials, and asks nothing", async () => {
    const { code, out } = await run([], { OCP_USERNAME: "", OCP_PASSWORD: "" });
    expect(code).toBe(2);
    expect(out).toContain("no credentials for OCP: neither OCP_USERNAME and OCP_PASSWORD");
    expect(world.ocp.requests).toEqual([]);
  });

  test("tells of an OCP that cannot be reached", async () => {
    world.synth(asUsual, { url: "http://127.0.0.1:1" });
    await world.project.state();
    const { code, out } = await run();
    expect(code).toBe(2);
    expect(out).toContain("CANNOT LOOK stack, provider ocp: OCP cannot be reached");
  });

  test("tells of an OCP in lasting trouble, after trying again", async () => {
    world.ocp.inject({ path: /clusters/, times: 99, does: { kind: "error", status: 500, code: 1999 } });
    expect(await findings()).toEqual({ code: 2, found: ["cannot-look ocp-not-reached"] });
  });

  test("bears passing trouble", async () => {
    world.ocp.inject({ path: /clusters/, times: 2, does: { kind: "reset" } });
    expect(await findings()).toEqual({ code: 0, found: [] });
  });
});

test("names a directory as it was given, for Terraform's own commands", async () => {
  await world.deploy(asUsual);
  await world.project.run(["taint", world.address("27/2")]);
  const { out } = await run([join(world.project.path, "out")]);
  expect(out).toContain(`terraform -chdir=${world.project.stackPath} untaint '${world.address("27/2")}'`);
});

test("does not call ready what a failed deletion may have left locked", async () => {
  await world.deploy(asUsual);
  world.ocp.planWork({ fail: "always" });
  const { id } = world.ocp.startTask({ name: "Offline obproxy", clusterId: 27, obproxyIds: [1, 2] });
  world.ocp.runToEnd(id);
  const { code, out } = await run();
  expect(code).toBe(1);
  expect(out).toContain(`PROBLEM stack: the last deletion of OBProxy 27/1, OBProxy 27/2, task ${id} "Offline obproxy"`);
  expect(out).toContain("OBProxy 27/1: PROBLEM (10.0.0.1:2883 RUNNING)");
});

test("judges a move to skipDestroy that is not deployed yet", async () => {
  await world.deploy(asUsual);
  world.synth((ocp, stack) => {
    const cluster = new ObproxyCluster(stack, "orders", {
      ocp,
      clusterId: 27,
      clusterName: "orders",
      skipDestroy: true,
    });
    new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3], skipDestroy: true });
  });
  await world.project.state();
  expect(lastLine((await run()).out)).toBe("4 objects: 0 ready, 0 already gone, 4 left alone, 0 warnings, 0 problems");
});

test("judges a change of the provider that is not deployed yet", async () => {
  await world.deploy(asUsual);
  world.project.synth((stack) => {
    const other = new OcpProvider(stack, "other", { alias: "other", url: world.ocp.url, carrier: world.carrier });
    new OcpProvider(stack, "ocp", { url: world.ocp.url, carrier: world.carrier });
    asUsual(other, stack);
  });
  await world.project.state();
  const { code, out } = await run();
  expect(code).toBe(0);
  expect(out).toContain(`OBProxy 27/1: ready (10.0.0.1:2883 RUNNING; moves to terraform_data.other_obproxies["27/1"])`);
});

describe("before the first deploy", () => {
  beforeEach(() => {
    world.synth(asUsual);
  });

  test("refuses a state that it cannot read, and says what to do", async () => {
    const { code, out } = await run();
    expect(code).toBe(2);
    expect(out).toContain("what to do: run terraform -chdir=out/stacks/stack init first; ");
  });

  test("looks at OCP all the same with --no-state", async () => {
    const { code, out } = await run(["--no-state"]);
    expect(code).toBe(0);
    expect(lastLine(out)).toBe("4 objects: 0 ready, 0 already gone, 4 not deployed, 0 warnings, 0 problems");
  });

  test("calls an empty state a problem while OCP lists what is declared", async () => {
    await world.project.state();
    const { code, out } = await run();
    expect(code).toBe(1);
    expect(out).toContain("PROBLEM stack: the state of the stack stack holds nothing of what the stack declares");
    expect(out).toContain("configure a state backend that all machines share");
    expect(out).toContain("  destroy would delete nothing\n");
  });

  test("warns of it before a deploy, which may be the first one", async () => {
    await world.project.state();
    const { code, out } = await run(["--deploy"]);
    expect(code).toBe(0);
    expect(out).toContain(
      "WARNING stack: the state of the stack stack holds nothing of what the stack declares, and OCP",
    );
    expect(out).not.toContain("PROBLEM");
  });

  test("warns of an empty state when OCP lists nothing of it either, which --strict calls a problem", async () => {
    await world.project.state();
    world.ocp.removeCluster(27);
    expect(await findings()).toEqual({ code: 0, found: ["warning nothing-deployed"] });
    expect((await run(["--strict"])).code).toBe(1);
  });

  test("finds a wrong name before anything is deployed", async () => {
    world.ocp.renameCluster(27, "billing");
    expect((await run(["--no-state"])).code).toBe(1);
  });

  test("says when there is no terraform", async () => {
    const { code, out } = await run([], { TERRAFORM_BINARY_NAME: "no-such-terraform" });
    expect(code).toBe(2);
    expect(out).toContain("no-such-terraform cannot be started");
  });
});

test("asks for the version of the program where the carrier is to be switched", async () => {
  const program = join(world.project.path, "old-terraform");
  const state = join(world.project.path, "old.json");
  const triggers = { cluster_id: "27", cluster_name: "orders" };
  const resource = {
    address: 'null_resource.ocp_obproxy_clusters["27"]',
    mode: "managed",
    type: "null_resource",
    values: { triggers },
  };
  writeFileSync(state, JSON.stringify({ format_version: "1.0", values: { root_module: { resources: [resource] } } }));
  writeFileSync(program, `#!/bin/sh\nif [ "$1" = version ]; then echo "Terraform v1.5.7"; else cat ${state}; fi\n`, {
    mode: 0o755,
  });
  world.synth((ocp, stack) => {
    new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders", forceDestroy: true });
  });
  const { code, out } = await run([], { TERRAFORM_BINARY_NAME: program });
  expect(code).toBe(1);
  expect(out).toContain("Terraform 1.5 cannot move null_resource to terraform_data");
});

describe("the command line", () => {
  test("shows its help", async () => {
    const { code, out } = await run(["--help"]);
    expect(code).toBe(0);
    expect(out).toContain("Usage: cdktf-obproxy preflight");
    for (const word of ["--deploy --no-state", "WARNING", "CANNOT LOOK", "Exit code: 0", "OBPROXY_EVENTS"]) {
      expect(out).toContain(word);
    }
  });

  test.each([
    [["--strct"], "cdktf-obproxy preflight: there is no option `--strct`.\n"],
    [["out", "--state"], "`--state` needs a value"],
    [["out", "--state", "a", "--no-state"], "exclude each other"],
    [["no-such-directory"], "there is no directory"],
    [["."], "neither a synthesized app"],
  ])("refuses %j with exit code 2 and nothing on stdout", async (args, text) => {
    const { code, err, out } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(text);
  });

  test("refuses HCL", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory.path, "cdk.tf"), "");
    const { code, err } = await run([directory.path]);
    directory.remove();
    expect(code).toBe(2);
    expect(err).toContain("--hcl");
  });

  test("refuses a state that is none", async () => {
    world.synth(asUsual);
    writeFileSync(join(world.project.path, "plan.json"), '{"format_version":"1.2","planned_values":{}}');
    const { code, out } = await run(["out", "--state", "plan.json"]);
    expect(code).toBe(2);
    expect(out).toContain("is not a state of Terraform");
  });
});

test.each(["cli", "preflight", "survey"])("%s imports nothing of cdktf", (room) => {
  const directory = join(__dirname, "../../src", room);
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(5);
  const texts = files.map((file) => readFileSync(join(directory, file), "utf8"));
  expect(texts.join("\n")).not.toMatch(/from "(cdktf|constructs|@cdktf)/);
});

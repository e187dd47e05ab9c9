import { App, DataResource, S3Backend, TerraformStack } from "cdktf";
import { chmodSync, mkdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { preflight } from "../../src/cli/preflight.js";
import { Carrier, OcpProvider } from "../../src/index.js";
import { REPOSITORY } from "../support/repository.js";
import { type CommandRun, commandRun, placeIn } from "../support/command-run.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { everything, World } from "../support/world.js";
import { half } from "../support/thorough.js";

/** Preflight among the directories, programs and variables that other people have. */
let terraform: Terraform;
let world: World;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());
beforeEach(async () => {
  world = await World.open(terraform, Carrier.TERRAFORM_DATA);
});
afterEach(() => world.close());

const run = (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<CommandRun> =>
  commandRun(preflight, args, placeIn(world, env));

function file(name: string, text: string): string {
  const path = join(world.project.path, name);
  writeFileSync(path, text);
  return path;
}

describe("the directory that is looked at", () => {
  const places: readonly (readonly [string, string, readonly string[], NodeJS.ProcessEnv, string])[] = [
    ["--output", "{}", ["--output", "out"], { CDKTF_OUTDIR: "elsewhere" }, "by --output"],
    ["-o", "{}", ["-o", "out"], {}, "by --output"],
    ["CDKTF_OUTDIR", '{"output":"elsewhere"}', [], { CDKTF_OUTDIR: "out" }, "by CDKTF_OUTDIR"],
    ["CDKTF_OUTPUT", '{"output":"elsewhere"}', [], { CDKTF_OUTPUT: "out" }, "by CDKTF_OUTPUT"],
    ["cdktf.json", '{"output":"out"}', [], {}, 'by "output" in cdktf.json'],
  ];
  test.each(places)("is the one of %s, and is named", async (_what, configuration, args, env, from) => {
    await world.deploy(everything);
    // Of an earlier synth, and of no use any more.
    mkdirSync(join(world.project.path, "cdktf.out"));
    file("cdktf.out/manifest.json", '{"stacks":{}}');
    file("cdktf.json", configuration);
    const { code, out } = await run(args, env);
    expect(out).toContain("4 ready");
    expect(out).toMatch(new RegExp(`^app in out \\(${from}; synthesized \\d+ m?s ago\\)`));
    expect(code).toBe(0);
  });

  test("is told by its name where it is missing", async () => {
    file("cdktf.json", '{"output":"somewhere/else"}');
    const { code, err } = await run();
    expect(err).toContain("somewhere/else");
    expect(code).toBe(2);
  });

  test("is refused where what is in it is no configuration", async () => {
    world.synth(everything);
    file("out/stacks/stack/cdk.tf.json", "[]");
    const { code, err } = await run(["out"]);
    expect(err).toContain("cdk.tf.json holds no configuration of Terraform");
    expect(code).toBe(2);
  });

  test("cannot be known by a cdktf.json that cannot be read", async () => {
    file("cdktf.json", "{");
    const { code, err } = await run();
    expect(err).toContain("cdktf.json cannot be read");
    expect(code).toBe(2);
  });

  test("is told as outdated where the app has changed since", async () => {
    await world.deploy(everything);
    file("cdktf.json", '{"output":"out"}');
    const source = file("main.ts", "// changed");
    const later = new Date(Date.now() + 60_000);
    utimesSync(source, later, later);
    const { code, out } = await run();
    expect(out).toMatch(/WARNING out: out was synthesized .* ago, and main\.ts has changed since/);
    expect(code).toBe(0);
    utimesSync(source, new Date(0), new Date(0));
    expect((await run()).out).not.toContain("has changed since");
  });
});

describe("a local state that no stack of the app uses any more", () => {
  test("is a problem where it holds objects of OCP", async () => {
    await world.deploy(everything);
    file("cdktf.json", '{"output":"out"}');
    expect((await run()).out).not.toContain("no stack of the app uses");
    file("terraform.reports.tfstate", readFileSync(join(world.project.path, "terraform.tfstate"), "utf8"));
    const { code, out } = await run();
    expect(out).toContain("PROBLEM reports: no stack of the app uses the local state terraform.reports.tfstate");
    expect(out).toContain("OBProxy 27/3");
    expect(code).toBe(1);
    expect(out).toContain("one environment at a time, name the directory of the stack that is meant");
    const named = await run(["out/stacks/stack"]);
    expect(named.out).not.toContain("no stack of the app uses");
    expect(named.code).toBe(0);
  });

  test("is nothing where it holds none", async () => {
    world.synth(everything);
    file("cdktf.json", '{"output":"out"}');
    file("terraform.old.tfstate", '{"version":4,"resources":[]}');
    file("terraform.odd.tfstate", "no JSON");
    expect((await run(["--no-state"])).out).not.toContain("no stack of the app uses");
  });
});

describe("stacks of others in the same app", () => {
  test("that are not initialized are noted, and the others looked at", async () => {
    const app = new App({ outdir: world.project.outPath });
    const own = world.project.addStack(app);
    everything(new OcpProvider(own, "ocp", { url: world.ocp.url, carrier: Carrier.TERRAFORM_DATA }), own);
    const foreign = new TerraformStack(app, "network");
    new DataResource(foreign, "vpc");
    new S3Backend(foreign, { bucket: "b", key: "k", region: "eu-west-1" });
    app.synth();
    await world.project.deploy();
    const { code, out } = await run(["out"]);
    expect(out).toContain("note network: the stack network holds no OcpProvider, and its state was not looked at");
    expect(out).toContain("4 ready");
    expect(code).toBe(0);
  });
});

describe("variables that are meant for other commands", () => {
  beforeEach(() => world.deploy(everything));

  test.each([
    { TF_CLI_ARGS: "-input=false" },
    { TF_CLI_ARGS_show: "-nonsense" },
    { TF_CLI_ARGS: "-nonsense", TF_CLI_ARGS_version: "-nonsense" },
    { TF_LOG: "TRACE", TF_LOG_CORE: "TRACE" },
  ])("do not reach the calls of preflight: %j", async (env) => {
    const { code, out } = await run(["out"], env);
    expect(out).toContain("4 ready");
    expect(code).toBe(0);
  });

  test("but the workspace and the data directory do", async () => {
    const elsewhere = await run(["out"], { TF_WORKSPACE: "other" });
    expect(elsewhere.out).not.toContain("4 ready");
    const stack = world.project.stackPath;
    renameSync(join(stack, ".terraform"), join(stack, "data"));
    expect((await run(["out"], { TF_DATA_DIR: "data" })).out).toContain("4 ready");
  });

  test("and what Terraform says is quoted whole", async () => {
    const text = readFileSync(join(world.project.stackPath, "cdk.tf.json"), "utf8");
    writeFileSync(join(world.project.stackPath, "cdk.tf.json"), text.replace('"path": "/', '"path": 7, "x": "/'));
    const { code, out } = await run(["out"]);
    expect(out).toMatch(
      /terraform show -json says: Error: .*Reason: Backend configuration block has changed .*terraform init/,
    );
    expect(code).toBe(2);
  });
});

describe("the node that Terraform would start", () => {
  function nodeThatSays(script: string): string {
    const bin = join(world.project.path, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "node"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, "node"), 0o755);
    return `${bin}:${process.env["PATH"] ?? ""}`;
  }

  test.each([
    ["echo v18.19.1", "is v18.19.1; hooks need Node.js 20.18.1 or later"],
    ["echo v20.18.0", "is v20.18.0; hooks need Node.js 20.18.1 or later"],
    ["exit 1", "no `node` on the PATH can be started"],
  ])("is a problem where it cannot run a hook: %s", async (script, words) => {
    await world.deploy(everything);
    const { code, out } = await run(["out"], { PATH: nodeThatSays(script) });
    expect(out).toContain(words);
    expect(code).toBe(1);
  });

  test.each(half(["v20.18.1", "v22.0.0", "v100.0.0"]))("is none where it can: %s", async (version) => {
    await world.deploy(everything);
    expect((await run(["out"], { PATH: nodeThatSays(`echo ${version}`) })).code).toBe(0);
  });
});

describe("the program that reads the state", () => {
  test.each([
    ["Terraform v1.8.5", "this is Terraform 1.8; the carrier terraform_data needs Terraform 1.9 or OpenTofu 1.10"],
    ["OpenTofu v1.9.0", "this is OpenTofu 1.9; the carrier terraform_data needs Terraform 1.9 or OpenTofu 1.10"],
  ])("is a problem where it is too old: %s", async (version, words) => {
    await world.deploy(everything);
    const program = file("old", `#!/bin/sh\n[ "$1" = version ] && echo "${version}" && exit\nexec terraform "$@"\n`);
    chmodSync(program, 0o755);
    const { code, out } = await run(["out"], { TERRAFORM_BINARY_NAME: program });
    expect(out).toContain(words);
    expect(code).toBe(1);
  });
});

test("ends quietly where nobody reads on, with the exit code that it has", async () => {
  world.synth(everything);
  const program = join(REPOSITORY, "dist/cli/main.js");
  const env = { ...process.env, ...world.project.env };
  const child = spawn(process.execPath, [program, "preflight", "out", "--no-state", "--json"], {
    cwd: world.project.path,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  let err = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(err).toBe("");
  expect(code).toBe(0);
});

import { build } from "esbuild";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { REPOSITORY } from "../support/repository.js";
import { temporaryDirectory, type TemporaryDirectory } from "../support/temporary.js";
import { half } from "../support/thorough.js";

/** Synth of the built package as a process, on machines that are set up in other ways than usual. */
let place: TemporaryDirectory;
beforeEach(() => {
  place = temporaryDirectory();
});
afterEach(() => {
  makeWritable(place.path);
  place.remove();
});

const APP = `
const { App, TerraformStack } = require("cdktf");
const { Carrier, Obproxy, ObproxyCluster, OcpProvider } = require("cdktf-obproxy");

const app = new App();
const stack = new TerraformStack(app, "mine");
new OcpProvider(stack, "ocp", { carrier: Carrier.TERRAFORM_DATA });
const cluster = new ObproxyCluster(stack, "orders", { clusterId: 27, clusterName: "orders" });
new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
app.synth();
`;

const HOOK = "cdktf.out/stacks/mine/assets/ocp_obproxy_hook/v1/obproxy-hook.cjs";

/** A project with a copy of the package. */
function project(): string {
  const directory = join(place.path, "project with 空格");
  const modules = join(directory, "node_modules");
  mkdirSync(join(modules, "@cdktf"), { recursive: true });
  for (const name of ["cdktf", "constructs", "@cdktf/provider-null"]) {
    symlinkSync(join(REPOSITORY, "node_modules", name), join(modules, name), "junction");
  }

  const own = join(modules, "cdktf-obproxy");
  cpSync(join(REPOSITORY, "dist"), join(own, "dist"), { recursive: true });
  cpSync(join(REPOSITORY, "package.json"), join(own, "package.json"));
  writeFileSync(join(directory, "main.js"), APP);
  writeFileSync(join(directory, "cdktf.json"), JSON.stringify({ language: "typescript", app: "node main.js" }));
  return directory;
}

interface Run {
  readonly code: number | null;
  readonly output: string;
}

/** As a user who may not write everywhere: root may. */
function node(directory: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  const isRoot = process.getuid?.() === 0;
  const child = spawn(process.execPath, args, {
    cwd: directory,
    env: { PATH: process.env["PATH"], HOME: directory, CHECKPOINT_DISABLE: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, output });
    });
  });
}

const NOBODY = 65_534;

function everythingBelow(path: string): readonly string[] {
  return [path, ...readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => join(path, name))];
}

/** Directories that anybody may write to. */
function makeWritable(path: string): void {
  for (const each of everythingBelow(path)) {
    if (existsSync(each) && statSync(each).isDirectory()) chmodSync(each, 0o777);
  }
}

test("a package in a store that nobody may write to, again and again", async () => {
  const directory = project();
  chmodSync(place.path, 0o777);
  chmodSync(directory, 0o777);
  const store = join(directory, "node_modules/cdktf-obproxy");
  for (const each of everythingBelow(store).toReversed()) chmodSync(each, statSync(each).isDirectory() ? 0o555 : 0o444);
  const twice = [await node(directory, ["main.js"]), await node(directory, ["main.js"])];
  expect(twice).toEqual(Array(2).fill({ code: 0, output: "" }));
  expect(statSync(join(directory, HOOK)).mode & 0o200).toBe(0o200);
});

test.each(half(["/nonexistent/tmp", "/proc"]))("no temporary directory that can be written to: %s", async (TMPDIR) => {
  const directory = project();
  makeWritable(place.path);
  const { code, output } = await node(directory, ["main.js"], { TMPDIR });
  expect(output).toBe("");
  expect(code).toBe(0);
  expect(readFileSync(join(directory, HOOK), "utf8")).toContain("obproxy");
  // Nothing of it stays behind.
  expect(readdirSync(join(directory, "cdktf.out")).sort()).toEqual(["manifest.json", "stacks"]);
});

test.each(half(["cjs", "esm"] as const))(
  "an app that is bundled into one file (%s) is told what to leave out",
  async (format) => {
    const directory = project();
    const outfile = join(directory, format === "cjs" ? "bundle.cjs" : "bundle.mjs");
    await build({
      absWorkingDir: directory,
      entryPoints: ["main.js"],
      outfile,
      bundle: true,
      platform: "node",
      format,
      external: ["cdktf", "constructs", "@cdktf/provider-null"],
      logLevel: "silent",
      ...(format === "esm"
        ? {
            banner: {
              js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
            },
          }
        : {}),
    });
    makeWritable(place.path);
    const { code, output } = await node(directory, [outfile]);
    expect(code).not.toBe(0);
    expect(output).toContain("--external:cdktf-obproxy");
  },
);

test("the demo, in a directory with blanks and Chinese characters, beside a proxy that is not there, without a temporary directory", async () => {
  const directory = join(place.path, "示例 项目");
  mkdirSync(directory);
  for (const name of ["cdktf.json", "dist", "main.ts", "package.json", "scripts", "src", "tsconfig.json"]) {
    cpSync(join(REPOSITORY, name), join(directory, name), { recursive: true });
  }

  symlinkSync(join(REPOSITORY, "node_modules"), join(directory, "node_modules"), "junction");
  chmodSync(place.path, 0o777);
  chmodSync(directory, 0o777);
  const proxy = "http://127.0.0.1:1";
  const env = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy, TMPDIR: "/nonexistent" };
  const { code, output } = await node(directory, ["--import", "./scripts/typescript.mjs", "scripts/demo.ts"], env);
  expect(output).toContain("Done: what was declared is gone");
  expect(code).toBe(0);
});

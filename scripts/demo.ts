// Shows the whole life of this repository's example, `main.ts`: an OCP with three OBProxies, `cdktf deploy`, the plan of
// the destruction, `cdktf destroy`, and OCP again. OCP is the simulator of this package; Terraform and CDKTF are real.
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type * as SimulatorModule from "../src/simulator/index.js";
import { type FoundProgram, findProgram, neededFor } from "./programs.js";

const repository = resolve(__dirname, "..");
// State and everything else that the demo writes; the tree stays as it is.
const directory = join(repository, ".demo");
const stackDirectory = join(directory, "cdktf.out/stacks/database-proxies");

const TICK_MS = 200;
const DOWNLOAD_TIMEOUT_MS = 30_000;
const DEADLINE = Date.now() + 120_000;
const credentials = { username: "demo", password: "demo-password" };
const cluster = { id: 27, name: "orders", obproxies: [1, 2, 3] };

interface ProviderPackage {
  readonly cdktf: { readonly provider: { readonly name: string; readonly version: string } };
}

interface ClusterInOcp {
  readonly id: number;
  readonly name: string;
  readonly obproxies: readonly { readonly id: number }[];
}

async function main(): Promise<void> {
  const found = findProgram();
  const terraform = found.program;
  prepareDirectory();

  headline(`An OCP with OBProxy cluster ${cluster.name} and its OBProxies`);
  const simulator = await startOcp();
  try {
    await showOcp(simulator.url);
    const env = environment(terraform, simulator.url);
    await useBuiltInCarrierWithoutDownload(found, env);

    headline("cdktf deploy: nothing happens in OCP, Terraform takes note of what to delete one day");
    report(await cdktf("deploy", env), /Apply complete/);

    headline(`${terraform} plan -destroy: what would go`);
    const plan = await run(terraform, ["plan", "-destroy", "-no-color", "-input=false"], stackDirectory, env);
    report(plan, /will be destroyed|^Plan:/);

    headline("cdktf destroy: the hooks delete through OCP, in order, and wait until OCP has finished");
    await cdktf("destroy", env, showProgress);

    headline("OCP after that");
    const left = await showOcp(simulator.url);
    if (left.length > 0) {
      throw new Error("OCP still holds OBProxy clusters after `cdktf destroy` said that it had finished.");
    }
  } finally {
    await simulator.stop();
  }
  console.log("\nDone: what was declared is gone, and OCP has finished all of its tasks.");
}

/** `cdktf` runs here, so that its output and Terraform's state do not land in the root of the repository. */
function prepareDirectory(): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const config = JSON.parse(readFileSync(join(repository, "cdktf.json"), "utf8")) as { app: string };
  const app = config.app.replace("main.ts", "../main.ts");
  writeFileSync(join(directory, "cdktf.json"), JSON.stringify({ ...config, app, output: "cdktf.out" }, null, 2));
}

async function startOcp(): Promise<SimulatorModule.Simulator> {
  const entry = join(repository, "dist/simulator/index.js");
  if (!existsSync(entry)) {
    throw new Error("The package is not built. Run `npm run build`, or `npm run demo`, which does it.");
  }
  const { startSimulator } = (await import(entry)) as typeof SimulatorModule;
  return startSimulator({ credentials, clusters: [cluster], tickMs: TICK_MS });
}

function environment(terraform: string, url: string): NodeJS.ProcessEnv {
  const cache = join(directory, "plugins");
  mkdirSync(cache);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    CI: "1",
    NO_COLOR: "1",
    CHECKPOINT_DISABLE: "1",
    DISABLE_VERSION_CHECK: "1",
    TERRAFORM_BINARY_NAME: terraform,
    TF_PLUGIN_CACHE_DIR: cache,
    OCP_URL: url,
    OCP_USERNAME: credentials.username,
    OCP_PASSWORD: credentials.password,
    OBPROXY_CLUSTER_ID: String(cluster.id),
    OBPROXY_CLUSTER_NAME: cluster.name,
    OBPROXY_IDS: cluster.obproxies.join(","),
    // The simulator's engine is faster than that of a real OCP.
    OBPROXY_HOOK_TICK_MS: String(TICK_MS),
  };
  if (!canWriteTo(tmpdir())) {
    env.TMPDIR = join(directory, "tmp");
    mkdirSync(env.TMPDIR);
  }
  const notForTheDemo =
    /^(TF_(CLI_ARGS|LOG|WORKSPACE|DATA_DIR).*|CDKTF_(OUTDIR|OUTPUT)|OCP_ACCESS_KEY_(ID|SECRET)|FORCE_COLOR)$/;
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name, value]) =>
        !notForTheDemo.test(name) && (name !== "TF_CLI_CONFIG_FILE" || (value !== undefined && existsSync(value))),
    ),
  );
}

function canWriteTo(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The example's default carrier is a resource of a provider that Terraform has to download. */
async function useBuiltInCarrierWithoutDownload(found: FoundProgram, env: NodeJS.ProcessEnv): Promise<void> {
  if (env.OBPROXY_CARRIER) return;
  const probe = join(directory, "probe");
  mkdirSync(probe);
  const { name, version } = (
    JSON.parse(readFileSync(require.resolve("@cdktf/provider-null/package.json"), "utf8")) as ProviderPackage
  ).cdktf.provider;
  const required = { null: { source: name.split("/").slice(-2).join("/"), version } };
  writeFileSync(join(probe, "main.tf.json"), JSON.stringify({ terraform: { required_providers: required } }));
  try {
    await run(found.program, ["init", "-input=false", "-no-color"], probe, env, undefined, DOWNLOAD_TIMEOUT_MS);
  } catch {
    if (!found.runs("terraform_data")) {
      throw new Error(
        `The null provider cannot be downloaded here, and the carrier that needs none takes ${neededFor("terraform_data")} or later; this is ${found.name} ${found.version}.`,
      );
    }
    env.OBPROXY_CARRIER = "terraform_data";
    print("The null provider cannot be downloaded here, so the example uses terraform_data, which is built in.");
  }
}

function cdktf(command: string, env: NodeJS.ProcessEnv, onLine?: (line: string) => void): Promise<readonly string[]> {
  const program = join(dirname(require.resolve("cdktf-cli/package.json")), "bundle/bin/cdktf.js");
  // The lock of provider checksums needs the registry, even where a mirror serves the provider.
  const args = [program, command, "--auto-approve", "--skip-provider-lock"];
  return run(process.execPath, args, directory, env, onLine);
}

/** Resolves with the lines that a program prints; rejects with all of them where it fails. */
function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  onLine: (line: string) => void = () => undefined,
  limit = Infinity,
): Promise<readonly string[]> {
  const timeout = Math.max(1, Math.min(limit, DEADLINE - Date.now()));
  return new Promise((fulfil, reject) => {
    const child = spawn(command, args, { cwd, env, timeout, killSignal: "SIGKILL", stdio: ["ignore", "pipe", "pipe"] });
    const lines: string[] = [];
    let rest = "";
    const take = (text: string) => {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts.map(stripVTControlCharacters)) {
        lines.push(line);
        onLine(line);
      }
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) {
        fulfil(lines);
        return;
      }
      const how = signal
        ? `was ended by ${signal} (its time limit was ${Math.round(timeout / 1000)} s)`
        : `failed with exit status ${String(code)}`;
      const said = lines.map((line) => `  ${line}`).join("\n");
      reject(new Error(`${[command, ...args].join(" ")} ${how}:\n${said}`));
    });
  });
}

/** Asks OCP itself, as anybody could. */
async function showOcp(url: string): Promise<readonly ClusterInOcp[]> {
  const authorization = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
  const response = await fetch(`${url}/api/v2/obproxy/clusters?size=100`, { headers: { authorization } });
  const { data } = (await response.json()) as { data: { contents: readonly ClusterInOcp[] } };
  if (data.contents.length === 0) print("no OBProxy clusters");
  for (const { id, name, obproxies } of data.contents) {
    print(`OBProxy cluster ${id} (${name}) with OBProxies ${obproxies.map((obproxy) => obproxy.id).join(", ")}`);
  }

  return data.contents;
}

function report(lines: readonly string[], wanted: RegExp): void {
  for (const line of lines) if (wanted.test(line)) print(line.trim());
}

/** What happens to objects and what their hooks say; the plan has been shown before. */
function showProgress(line: string): void {
  const text = line.replace(/^database-proxies/, "").trim();
  if (/: (Destroying\.\.\.|Destruction complete)|\(local-exec\): (?!Executing)|^Destroy complete/.test(text)) {
    print(text);
  }
}

function headline(text: string): void {
  console.log(`\n== ${text}`);
}

function print(line: string): void {
  console.log(`   ${line}`);
}

main().catch((error: unknown) => {
  console.error(`\nThe demo failed. ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});

/**
 * 30 OBProxies of one cluster, each its own resource, destroyed by real Terraform: how many tasks OCP runs and how long
 * it takes, at Terraform's default parallelism, with all hooks at once, and, for comparison, where the hooks cannot meet.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, LocalBackend, TerraformStack } from "cdktf";
import { ENV } from "../src/contract/names.js";
import { Carrier, Obproxy, OcpProvider } from "../src/index.js";
import { DEFAULT_CREDENTIALS, startSimulator } from "../src/simulator/index.js";
import { judge, mean, row, terraform } from "./measure.js";
import { TaskTimes } from "./task-times.js";

const PROXIES = 30;
const TICK_MS = Number(process.env["TICK_MS"] ?? "1000");

interface Result {
  readonly tasks: number;
  readonly requests: number;
  readonly wallSeconds: number;
  readonly taskSeconds: number;
}

async function main(): Promise<void> {
  const together = await measure([], true);
  const atOnce = await measure(["-parallelism=31"], true);
  const alone = await measure([], false);
  const widths = [36, 8, 10, 10, 12];
  console.log(row([`${PROXIES} proxies of one cluster`, "tasks", "requests", "wall s", "a task, s"], widths));
  for (const [name, { tasks, requests, wallSeconds, taskSeconds }] of [
    ["default parallelism (10)", together],
    ["-parallelism=31", atOnce],
    ["default, each hook for itself", alone],
  ] as const) {
    console.log(row([name, String(tasks), String(requests), wallSeconds, taskSeconds], widths));
  }

  judge("tasks at default parallelism", together.tasks, 3);
  judge("tasks with -parallelism=31", atOnce.tasks, 1);
  const limit = 1.3 * 3 * together.taskSeconds + 3;
  judge(
    "wall seconds at default parallelism, 1.3 × three task times + 3 s",
    together.wallSeconds,
    Number(limit.toFixed(1)),
  );
}

async function measure(options: readonly string[], mayMeet: boolean): Promise<Result> {
  const ids = Array.from({ length: PROXIES }, (_, index) => index + 1);
  const simulator = await startSimulator({ tickMs: TICK_MS, clusters: [{ id: 1, name: "orders", obproxies: ids }] });
  const directory = mkdtempSync(join(tmpdir(), "b"));
  const temporary = join(directory, "t");
  mkdirSync(temporary, { mode: 0o700 });
  const times = new TaskTimes(simulator);
  try {
    const stack = synth(join(directory, "out"), join(directory, "terraform.tfstate"), simulator.url, ids);
    writeFileSync(join(directory, "terraform.rc"), "");
    const env = {
      ...process.env,
      CHECKPOINT_DISABLE: "1",
      TF_CLI_CONFIG_FILE: join(directory, "terraform.rc"),
      TMPDIR: temporary,
      XDG_RUNTIME_DIR: temporary,
      XDG_STATE_HOME: temporary,
      ...(mayMeet ? {} : { PATH: `${strangers(directory)}:${process.env["PATH"] ?? ""}` }),
      OCP_USERNAME: DEFAULT_CREDENTIALS.username,
      OCP_PASSWORD: DEFAULT_CREDENTIALS.password,
      [ENV.tickMs]: String(TICK_MS),
    };
    await terraform(stack, ["init", "-input=false"], env);
    await terraform(stack, ["apply", "-auto-approve", "-input=false"], env);
    const start = Date.now();
    await terraform(stack, ["destroy", "-auto-approve", "-input=false", ...options], env);
    const wallSeconds = (Date.now() - start) / 1000;
    if (simulator.cluster(1)?.obproxies.length !== 0) throw new Error("OBProxies are left in OCP");
    const durations = times.seconds;
    return { tasks: durations.length, requests: simulator.requests.length, wallSeconds, taskSeconds: mean(durations) };
  } finally {
    times.stop();
    await simulator.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function synth(outdir: string, state: string, url: string, ids: readonly number[]): string {
  const app = new App({ outdir });
  const stack = new TerraformStack(app, "stack");
  new LocalBackend(stack, { path: state });
  const ocp = new OcpProvider(stack, "ocp", { url, carrier: Carrier.TERRAFORM_DATA });
  for (const id of ids) new Obproxy(stack, `p${id}`, { ocp, clusterId: 1, clusterName: "orders", obproxyIds: [id] });
  app.synth();
  return join(outdir, "stacks/stack");
}

/**
 * A directory with a `node` that gives each hook a place of its own to meet others in: so they do not meet.
 */
function strangers(directory: string): string {
  const bin = join(directory, "bin");
  mkdirSync(bin);
  const script = `#!/bin/sh\nXDG_RUNTIME_DIR="$(mktemp -d)" exec ${process.execPath} "$@"\n`;
  writeFileSync(join(bin, "node"), script, { mode: 0o755 });
  return bin;
}

void main();

/**
 * Three OBProxies of one cluster, then the cluster, destroyed by real Terraform: our hooks beside what people would write
 * instead, a hook in bash with curl and jq that polls once a second, and beside the floor, a hook that does nothing. By
 * turns, against one OCP each, at the speed of life. What counts is the overhead: the whole of `terraform destroy` less the
 * two tasks' own time.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, LocalBackend, TerraformStack } from "cdktf";
import { Carrier, Obproxy, ObproxyCluster, OcpProvider } from "../src/index.js";
import { DEFAULT_CREDENTIALS, type Simulator, startSimulator } from "../src/simulator/index.js";
import { judge, median, row, terraform } from "./measure.js";
import { TaskTimes } from "./task-times.js";

const RUNS = Number(process.env["RUNS"] ?? "5");
const LIMIT = 0.6;

/** As a careful person writes it: it stops at the first failure, and a task that fails fails the hook. */
const BASH = `set -euo pipefail
ask() { curl -sS --fail --max-time 60 -u "$OCP_USERNAME:$OCP_PASSWORD" "$@"; }
task=$(ask -X DELETE "$OCP_URL/api/v2/obproxy/clusters/$WHAT" | jq -er .data.id)
while :; do
  status=$(ask "$OCP_URL/api/v2/tasks/instances/$task" | jq -er .data.status)
  case "$status" in
    SUCCESSFUL) exit 0 ;;
    FAILED) echo "task $task has failed" >&2; exit 1 ;;
  esac
  sleep 1
done`;

interface Side {
  readonly name: string;
  /** Whether OCP is to have nothing left. */
  readonly deletes: boolean;
  /** Writes a stack with a local state, and returns its directory. */
  readonly write: (directory: string, ocp: Simulator) => string;
}

const SIDES: readonly Side[] = [
  { name: "ours, terraform_data", deletes: true, write: ours },
  { name: "bash, curl and jq", deletes: true, write: (directory) => byHand(directory, ["bash", "-c"], BASH) },
  { name: "node -e 0", deletes: false, write: (directory) => byHand(directory, [process.execPath, "-e"], "0") },
];

interface Result {
  readonly overhead: number;
  readonly requests: number;
}

async function main(): Promise<void> {
  const results = new Map<string, Result[]>(SIDES.map(({ name }) => [name, []]));
  for (let turn = 0; turn < RUNS; turn += 1) {
    for (const side of SIDES) results.get(side.name)?.push(await measure(side));
  }
  const widths = [26, 14, 10];
  console.log(row([`medians of ${RUNS} runs`, "overhead s", "requests"], widths));
  for (const [name, all] of results) {
    const overhead = median(all.map((each) => each.overhead));
    console.log(row([name, overhead, median(all.map((each) => each.requests))], widths));
  }
  const [own = [], bash = []] = [...results.values()];
  const ratios = own.map(({ overhead }, turn) => overhead / (bash[turn]?.overhead ?? NaN));
  judge("overhead, ours / bash, median of the turns", median(ratios), LIMIT);
}

async function measure({ deletes, write }: Side): Promise<Result> {
  const ocp = await startSimulator({ clusters: [{ id: 27, name: "orders", obproxies: [1, 2, 3] }] });
  const directory = mkdtempSync(join(tmpdir(), "b"));
  const times = new TaskTimes(ocp);
  try {
    const temporary = join(directory, "t");
    mkdirSync(temporary, { mode: 0o700 });
    writeFileSync(join(directory, "terraform.rc"), "");
    const env = {
      ...process.env,
      CHECKPOINT_DISABLE: "1",
      TF_CLI_CONFIG_FILE: join(directory, "terraform.rc"),
      ...{ TMPDIR: temporary, XDG_RUNTIME_DIR: temporary, XDG_STATE_HOME: temporary },
      ...{ OCP_URL: ocp.url, OCP_USERNAME: DEFAULT_CREDENTIALS.username, OCP_PASSWORD: DEFAULT_CREDENTIALS.password },
    };
    const stack = write(directory, ocp);
    await terraform(stack, ["init", "-input=false"], env);
    await terraform(stack, ["apply", "-auto-approve", "-input=false"], env);
    const start = Date.now();
    await terraform(stack, ["destroy", "-auto-approve", "-input=false"], env);
    const wall = (Date.now() - start) / 1000;
    if (deletes && ocp.clusters.length > 0) throw new Error("the cluster is left in OCP");
    const worked = times.seconds.reduce((sum, each) => sum + each, 0);
    return { overhead: wall - worked, requests: ocp.requests.length };
  } finally {
    times.stop();
    await ocp.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function ours(directory: string): string {
  const outdir = join(directory, "out");
  const app = new App({ outdir });
  const stack = new TerraformStack(app, "stack");
  new LocalBackend(stack, { path: join(directory, "terraform.tfstate") });
  const ocp = new OcpProvider(stack, "ocp", { carrier: Carrier.TERRAFORM_DATA });
  const cluster = new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders" });
  new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
  app.synth();
  return join(outdir, "stacks/stack");
}

/** One hook for the three OBProxies, and one for the cluster after it. */
function byHand(directory: string, interpreter: readonly string[], command: string): string {
  const stack = join(directory, "stack");
  mkdirSync(stack);
  const hook = (what: string) => ({
    provisioner: [{ "local-exec": { when: "destroy", interpreter, command, environment: { WHAT: what } } }],
  });
  const terraform_data = {
    cluster: hook("27"),
    proxies: { ...hook("27/obproxies/1,2,3"), depends_on: ["terraform_data.cluster"] },
  };
  writeFileSync(join(stack, "main.tf.json"), JSON.stringify({ resource: { terraform_data } }));
  return stack;
}

void main();

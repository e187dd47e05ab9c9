/**
 * Three OBProxies of one cluster, then the cluster, destroyed by real Terraform with either carrier: our hooks beside what
 * people would write instead, a hook in bash with curl and jq that polls once a second, and beside the floor, a hook that
 * does nothing. By turns, against one OCP each, at the speed of life. What counts is the overhead: the whole of
 * `terraform destroy` less the two tasks' own time. The OBProxies' task has eight nodes and so takes some 9 s; the
 * cluster's has two and takes 2 s; where their last nodes are given work, both take 8 s longer.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, LocalBackend, TerraformStack } from "cdktf";
import { Carrier, Obproxy, ObproxyCluster, OcpProvider } from "../src/index.js";
import { DEFAULT_CREDENTIALS, startSimulator } from "../src/simulator/index.js";
import { startTerraform, type Terraform } from "../test/support/terraform.js";
import { judge, median, row } from "./measure.js";
import { TaskTimes } from "./task-times.js";

const RUNS = Number(process.env["RUNS"] ?? "5");
const LIMIT = 0.6;
const TICK_MS = 1000;

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

interface Kind {
  readonly name: string;
  readonly carrier: Carrier;
  /** How long the last node of each task works. */
  readonly ticks: number;
}

const KINDS: readonly Kind[] = [Carrier.TERRAFORM_DATA, Carrier.NULL_RESOURCE].flatMap((carrier) => [
  { name: `${carrier}, tasks of 9 and 2 s`, carrier, ticks: 0 },
  { name: `${carrier}, tasks of 17 and 10 s`, carrier, ticks: 8 },
]);

interface Side {
  readonly name: string;
  /** Whether OCP is to have nothing left. */
  readonly deletes: boolean;
  /** Writes a stack with a local state, and returns its directory. */
  readonly write: (directory: string, carrier: Carrier) => string;
}

const SIDES: readonly Side[] = [
  { name: "ours", deletes: true, write: ours },
  { name: "bash, curl and jq", deletes: true, write: byHand("bash", "-c", BASH) },
  { name: "node -e 0", deletes: false, write: byHand(process.execPath, "-e", "0") },
];

interface Result {
  readonly overhead: number;
  readonly requests: number;
}

async function main(): Promise<void> {
  const terraform = await startTerraform();
  try {
    for (const kind of KINDS) await compare(kind, terraform);
  } finally {
    await terraform.stop();
  }
}

async function compare(kind: Kind, terraform: Terraform): Promise<void> {
  const results = SIDES.map((side) => ({ side, all: [] as Result[] }));
  for (let turn = 0; turn < RUNS; turn += 1) {
    for (const { side, all } of results) {
      all.push(await measure(side, kind, (turn / RUNS) * TICK_MS, terraform));
    }
  }
  const widths = [42, 14, 10];
  console.log(row([kind.name, "overhead s", "requests"], widths));
  for (const { side, all } of results) {
    const overhead = median(all.map((each) => each.overhead));
    console.log(
      row([`  ${side.name}, median of ${RUNS} runs`, overhead, median(all.map((each) => each.requests))], widths),
    );
  }
  const [own = NaN, bash = NaN] = results.map(({ all }) => median(all.map(({ overhead }) => overhead)));
  judge(`${kind.name}: overhead, ours / bash, of the medians`, own / bash, LIMIT);
}

async function measure(side: Side, kind: Kind, phaseMs: number, terraform: Terraform): Promise<Result> {
  const { carrier, ticks } = kind;
  const ocp = await startSimulator({ clusters: [{ id: 27, name: "orders", obproxies: [1, 2, 3] }] });
  const started = Date.now();
  ocp.planWork({ subtaskName: "Finish node", ticks });
  const directory = mkdtempSync(join(tmpdir(), "b"));
  const times = new TaskTimes(ocp);
  try {
    const { username: OCP_USERNAME, password: OCP_PASSWORD } = DEFAULT_CREDENTIALS;
    const stack = side.write(directory, carrier);
    const run = async (...args: readonly string[]): Promise<void> => {
      const { code, output } = await terraform.terraform(stack, args, { OCP_URL: ocp.url, OCP_USERNAME, OCP_PASSWORD });
      if (code !== 0) throw new Error(output);
    };
    await run("init", "-input=false");
    await run("apply", "-auto-approve", "-input=false");
    // A poll once a second is as late all along as it was lucky at first: every side meets the same ticks, each turn others.
    await new Promise((resolve) =>
      setTimeout(resolve, (TICK_MS + phaseMs - ((Date.now() - started) % TICK_MS)) % TICK_MS),
    );
    const start = Date.now();
    await run("destroy", "-auto-approve", "-input=false");
    const wall = (Date.now() - start) / 1000;
    if (side.deletes && ocp.clusters.length > 0) throw new Error("the cluster is left in OCP");
    const worked = times.seconds.reduce((sum, each) => sum + each, 0);
    return { overhead: wall - worked, requests: ocp.requests.length };
  } finally {
    times.stop();
    await ocp.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function ours(directory: string, carrier: Carrier): string {
  const outdir = join(directory, "out");
  const app = new App({ outdir });
  const stack = new TerraformStack(app, "stack");
  new LocalBackend(stack, { path: join(directory, "terraform.tfstate") });
  const ocp = new OcpProvider(stack, "ocp", { carrier });
  const cluster = new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders" });
  new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
  app.synth();
  return join(outdir, "stacks/stack");
}

/** One hook for the three OBProxies, and one for the cluster after it. */
function byHand(...[program, flag, command]: readonly [program: string, flag: string, command: string]): Side["write"] {
  const hook = (what: string) => ({
    provisioner: [
      { "local-exec": { when: "destroy", interpreter: [program, flag], command, environment: { WHAT: what } } },
    ],
  });
  return (directory, carrier) => {
    const stack = join(directory, "stack");
    mkdirSync(stack);
    const resources = {
      cluster: hook("27"),
      proxies: { ...hook("27/obproxies/1,2,3"), depends_on: [`${carrier}.cluster`] },
    };
    writeFileSync(join(stack, "main.tf.json"), JSON.stringify({ resource: { [carrier]: resources } }));
    return stack;
  };
}

void main();

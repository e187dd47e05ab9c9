/** A stack that is deployed with real Terraform against a simulated OCP, and destroyed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, LocalBackend, TerraformStack } from "cdktf";
import { ENV } from "../src/contract/names.js";
import { Carrier, Obproxy, ObproxyCluster, OcpProvider } from "../src/index.js";
import { DEFAULT_CREDENTIALS, type Simulator, startSimulator } from "../src/simulator/index.js";
import { startNullProvider } from "../test/support/null-provider/server.js";
import { terraform } from "./measure.js";
import { type TaskTime, TaskTimes } from "./task-times.js";

export interface Wanted {
  readonly carrier: Carrier;
  readonly clusters: number;
  readonly proxiesPerCluster: number;
  /** Of `terraform destroy`. */
  readonly options?: readonly string[];
  /** Default: in life's. */
  readonly tickMs?: number;
  /** What else the hooks' environment holds. */
  readonly env?: (directory: string) => NodeJS.ProcessEnv;
  /** Called when Terraform begins to destroy, in this directory; what it returns, when it has ended. */
  readonly watch?: (directory: string) => () => void;
}

export interface Destroyed {
  readonly wallSeconds: number;
  /** In the order in which OCP began them. */
  readonly tasks: readonly TaskTime[];
  readonly requests: number;
  /** When Terraform began with each object, by its key, in milliseconds since the epoch. */
  readonly began: ReadonlyMap<string, number>;
}

/** @throws Error where Terraform fails, or something is left in OCP */
export async function destroyed(wanted: Wanted): Promise<Destroyed> {
  const { carrier, options = [], tickMs = 1000, env: more, watch } = wanted;
  const directory = mkdtempSync(join(tmpdir(), "b"));
  const ocp = await startSimulator({ tickMs, clusters: clustersOf(wanted) });
  const provider = carrier === Carrier.NULL_RESOURCE ? await startNullProvider() : undefined;
  const times = new TaskTimes(ocp);
  try {
    const temporary = join(directory, "t");
    mkdirSync(temporary, { mode: 0o700 });
    writeFileSync(join(directory, "terraform.rc"), "");
    const env = {
      ...process.env,
      CHECKPOINT_DISABLE: "1",
      TF_CLI_CONFIG_FILE: join(directory, "terraform.rc"),
      ...(provider && { TF_REATTACH_PROVIDERS: provider.reattach }),
      ...{ TMPDIR: temporary, XDG_RUNTIME_DIR: temporary, XDG_STATE_HOME: temporary },
      ...{ OCP_USERNAME: DEFAULT_CREDENTIALS.username, OCP_PASSWORD: DEFAULT_CREDENTIALS.password },
      [ENV.tickMs]: String(tickMs),
      ...more?.(directory),
    };
    const stack = synthesized(directory, ocp, wanted);
    await terraform(stack, ["init", "-input=false"], env);
    await terraform(stack, ["apply", "-auto-approve", "-input=false"], env);
    const ended = watch?.(stack);
    const start = Date.now();
    const began = new Map<string, number>();
    await terraform(stack, ["destroy", "-auto-approve", "-input=false", "-no-color", ...options], env, (text) => {
      for (const [, key = ""] of text.matchAll(/\["([\d/]+)"\]: Destroying\.\.\./g)) began.set(key, Date.now());
    });
    const wallSeconds = (Date.now() - start) / 1000;
    ended?.();
    if (ocp.clusters.length > 0) throw new Error("something is left in OCP");
    return { wallSeconds, tasks: times.ended, requests: ocp.requests.length, began };
  } finally {
    times.stop();
    await ocp.stop();
    await provider?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

function clustersOf({ clusters, proxiesPerCluster }: Wanted) {
  return upTo(clusters).map((id) => ({ id, name: `c${id}`, obproxies: upTo(proxiesPerCluster) }));
}

/** Each OBProxy a construct of its own. */
function synthesized(directory: string, { url }: Simulator, wanted: Wanted): string {
  const outdir = join(directory, "out");
  const app = new App({ outdir, skipValidation: true });
  const stack = new TerraformStack(app, "stack");
  new LocalBackend(stack, { path: join(directory, "terraform.tfstate") });
  const ocp = new OcpProvider(stack, "ocp", { url, carrier: wanted.carrier });
  for (const { id, name, obproxies } of clustersOf(wanted)) {
    const cluster = new ObproxyCluster(stack, name, { ocp, clusterId: id, clusterName: name });
    for (const proxy of obproxies) new Obproxy(stack, `${name}p${proxy}`, { cluster, obproxyIds: [proxy] });
  }
  app.synth();
  return join(outdir, "stacks/stack");
}

/**
 * What the constructs cost at synth and at plan, against what people write by hand: a `null_resource` with a destroy
 * provisioner for each object. Ten OBProxies in each cluster, each a construct of its own; each synth a process of its
 * own, the two sides by turns in one run. `npm run build` first.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judge, median, row, run, terraform } from "./measure.js";

const SIZES = [100, 500, 1000];
const JUDGED = 500;
const PAIRS = Number(process.env["PAIRS"] ?? "9");

type Side = "ours" | "by hand";
type Carrier = "null_resource" | "terraform_data";

/** The same stack twice; the programs are plain JavaScript, so that nothing but cdktf and the constructs is measured. */
const PROGRAMS: Readonly<Record<Side, string>> = {
  ours: `
    const { Obproxy, ObproxyCluster, OcpProvider } = require(ROOT + "/dist/index.js");
    declare = (stack) => {
      const ocp = new OcpProvider(stack, "ocp", { url: "https://ocp.example.com", carrier: CARRIER });
      for (let c = 1; c <= PROXIES / 10; c += 1) {
        const cluster = new ObproxyCluster(stack, "cluster-" + c, { ocp, clusterId: c, clusterName: "cluster-" + c });
        for (let p = 1; p <= 10; p += 1) new Obproxy(stack, "proxy-" + c + "-" + p, { cluster, obproxyIds: [p] });
      }
    };`,
  "by hand": `
    const { Resource } = require("@cdktf/provider-null/lib/resource");
    const { NullProvider } = require("@cdktf/provider-null/lib/provider");
    const isNull = CARRIER === "null_resource";
    const block = (stack, id, triggers, dependsOn) => {
      const provisioners = [{ type: "local-exec", when: "destroy", interpreter: ["node", "hook.js"],
        command: "delete " + id, environment: { URL: "https://ocp.example.com" } }];
      return isNull
        ? new Resource(stack, id, { triggers, dependsOn, provisioners })
        : new cdktf.DataResource(stack, id, { triggersReplace: triggers, dependsOn, provisioners });
    };
    declare = (stack) => {
      if (isNull) new NullProvider(stack, "null");
      for (let c = 1; c <= PROXIES / 10; c += 1) {
        const name = { cluster_id: String(c), cluster_name: "cluster-" + c };
        const cluster = block(stack, "cluster-" + c, name, undefined);
        for (let p = 1; p <= 10; p += 1)
          block(stack, "proxy-" + c + "-" + p, { ...name, obproxy_id: String(p) }, [cluster]);
      }
    };`,
};

function program(side: Side, carrier: Carrier, proxies: number, outdir: string): string {
  return `
    const ROOT = ${JSON.stringify(join(__dirname, ".."))}, CARRIER = "${carrier}", PROXIES = ${proxies};
    const cdktf = require("cdktf");
    let declare;
    ${PROGRAMS[side]}
    const start = process.hrtime.bigint();
    // cdktf's own construct for terraform_data asks \`terraform version\` once for each.
    const skipValidation = CARRIER === "terraform_data";
    const app = new cdktf.App({ outdir: ${JSON.stringify(outdir)}, skipValidation });
    declare(new cdktf.TerraformStack(app, "stack"));
    app.synth();
    const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
    console.log(JSON.stringify({ milliseconds, megabytes: process.resourceUsage().maxRSS / 1024 }));`;
}

interface Synth {
  /** The whole process. */
  readonly process: number;
  /** From the first construct to the last file, without the loading of cdktf. */
  readonly synth: number;
  /** The most memory that the process held. */
  readonly megabytes: number;
}

async function synth(side: Side, carrier: Carrier, proxies: number, outdir: string): Promise<Synth> {
  const env = { ...process.env, CHECKPOINT_DISABLE: "1" };
  const { code, milliseconds, output } = await run(["-e", program(side, carrier, proxies, outdir)], env);
  if (code !== 0) throw new Error(output);
  const inside = JSON.parse(output) as { readonly milliseconds: number; readonly megabytes: number };
  return { process: milliseconds, synth: inside.milliseconds, megabytes: inside.megabytes };
}

/** Where nothing is in the state yet: everything is to be created. With the carrier that needs no download. */
async function preparePlan(side: Side, proxies: number, directory: string): Promise<() => Promise<number>> {
  const outdir = join(directory, `plan-${side.replace(" ", "-")}-${proxies}`);
  await synth(side, "terraform_data", proxies, outdir);
  const stack = join(outdir, "stacks/stack");
  await timed(stack, "init", "-input=false");
  return () => timed(stack, "plan", "-input=false", "-out=plan.bin");
}

/** @returns milliseconds */
async function timed(directory: string, ...args: readonly string[]): Promise<number> {
  const config = join(directory, "empty.tfrc");
  writeFileSync(config, "");
  const env = { ...process.env, CHECKPOINT_DISABLE: "1", TF_CLI_CONFIG_FILE: config };
  return (await terraform(directory, args, env)).milliseconds;
}

interface Pair<T> {
  readonly ours: readonly T[];
  readonly byHand: readonly T[];
}

/** By turns, after one of each that does not count. */
async function pairs<T>(ours: () => Promise<T>, byHand: () => Promise<T>): Promise<Pair<T>> {
  await ours();
  await byHand();
  const result = { ours: [] as T[], byHand: [] as T[] };
  for (let pair = 0; pair < PAIRS; pair += 1) {
    result.ours.push(await ours());
    result.byHand.push(await byHand());
  }
  return result;
}

interface Figure {
  readonly ours: number;
  readonly byHand: number;
  /** The median of the pairs' ratios. */
  readonly ratio: number;
}

function figure<T>({ byHand, ours }: Pair<T>, of: (each: T) => number): Figure {
  return {
    ours: median(ours.map(of)),
    byHand: median(byHand.map(of)),
    ratio: median(ours.map((each, index) => of(each) / of(byHand[index]!))),
  };
}

async function measure(proxies: number, directory: string): Promise<ReadonlyMap<string, Figure>> {
  const side = (name: Side) => () => synth(name, "null_resource", proxies, join(directory, name.replace(" ", "-")));
  const synths = await pairs(side("ours"), side("by hand"));
  const plans = await pairs(
    await preparePlan("ours", proxies, directory),
    await preparePlan("by hand", proxies, directory),
  );
  return new Map([
    ["synth, whole process, ms", figure(synths, (each) => each.process)],
    ["synth, constructs alone, ms", figure(synths, (each) => each.synth)],
    ["synth, peak memory, MB", figure(synths, (each) => each.megabytes)],
    [PLAN, figure(plans, (each) => each)],
  ]);
}

const PLAN = "terraform plan, ms";
const SYNTH_LIMIT = 1.5;
const PLAN_LIMIT = 2;

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "bench-"));
  const judged = new Map<string, Figure>();
  const widths = [10, 36, 10, 10, 8];
  try {
    console.log(`medians of ${PAIRS} pairs`);
    console.log(row(["OBProxies", "", "ours", "by hand", "ratio"], widths));
    for (const proxies of SIZES) {
      for (const [name, each] of await measure(proxies, directory)) {
        console.log(row([String(proxies), name, each.ours.toFixed(0), each.byHand.toFixed(0), each.ratio], widths));
        if (proxies === JUDGED) judged.set(name, each);
      }
    }
    for (const [name, { ratio }] of judged) {
      judge(`${JUDGED} OBProxies, ${name}: ours / by hand`, ratio, name === PLAN ? PLAN_LIMIT : SYNTH_LIMIT);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

void main();

/**
 * 100 OBProxies in 10 clusters and 500 in 50, destroyed by real Terraform, at the speed of life: how long it takes, and what
 * the hooks need meanwhile. Ten minutes and more, so that it is not among those that run with all others:
 * `npm run build && npx tsx bench/hundreds.ts`, `SIZES=10` for the smaller one alone.
 *
 * The bounds. Terraform runs ten hooks at once and takes the objects in an order of its own, which mixes the clusters. A hook
 * keeps its place until the task that deletes its object has ended, because its exit code says how that went. OCP works on
 * one task of a cluster at a time. So the least that an object holds a place for is its task's own time and, where OCP was at
 * work on its cluster when Terraform began with it, what was left of that task. The sum of that over all objects, divided
 * by the ten places, is the bound that is judged. "Without locks" is the sum of the tasks' own times alone: what is between
 * the two comes from hooks of one cluster that Terraform did not start at the same moment.
 *
 * One task for each cluster would take much less time; but a hook deletes nothing whose own hook has not come, because nobody
 * knows whether that would (docs/decisions/0023-whom-terraform-has-started.md). `-parallelism` of Terraform divides both.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { HOOK_FILE } from "../src/contract/names.js";
import { Carrier } from "../src/index.js";
import { type Destroyed, destroyed } from "./destroy.js";
import { judge, row } from "./measure.js";

const SIZES = (process.env["SIZES"] ?? "10,50").split(",").map(Number);
const PROXIES_PER_CLUSTER = 10;
const AT_ONCE = 10;
const WALL_LIMIT = 1.3;
const MEMORY_LIMIT_MIB = 1024;
const SAMPLE_MS = 250;

async function main(): Promise<void> {
  const widths = [22, 8, 8, 14, 8, 9, 11, 6, 12];
  const head = ["", "wall s", "bound s", "without locks", "CPU s", "peak MiB", "most hooks", "tasks", "requests / s"];
  console.log(row(head, widths));
  for (const clusters of SIZES) {
    let peak = { mebibytes: 0, hooks: 0 };
    let cpu = 0;
    const run = await destroyed({
      carrier: Carrier.TERRAFORM_DATA,
      clusters,
      proxiesPerCluster: PROXIES_PER_CLUSTER,
      watch: (directory) => {
        const deployed = cpuSecondsOfChildren();
        const timer = setInterval(() => {
          const found = hooksIn(directory);
          if (found.mebibytes > peak.mebibytes) peak = found;
        }, SAMPLE_MS);
        return () => {
          clearInterval(timer);
          cpu = cpuSecondsOfChildren() - deployed;
        };
      },
    });
    const { bound, withoutLocks } = boundsOf(run);
    const name = `${clusters * PROXIES_PER_CLUSTER} in ${clusters}`;
    const perSecond = run.requests / run.wallSeconds;
    const cells = [
      run.wallSeconds,
      bound,
      withoutLocks,
      cpu,
      peak.mebibytes,
      String(peak.hooks),
      String(run.tasks.length),
      perSecond,
    ];
    console.log(row([`${name} clusters`, ...cells], widths));
    judge(`${name}: wall, as a multiple of the bound`, run.wallSeconds / bound, WALL_LIMIT);
    judge(`${name}: MiB of all hooks at once`, peak.mebibytes, MEMORY_LIMIT_MIB);
  }
}

/** In seconds. */
function boundsOf({ began, tasks }: Destroyed): { readonly bound: number; readonly withoutLocks: number } {
  let [own, locked] = [0, 0];
  for (const { clusterId, obproxyIds, seconds } of tasks) {
    const keys = obproxyIds.length === 0 ? [clusterId] : obproxyIds.map((id) => `${clusterId}/${id}`);
    for (const key of keys) {
      const at = began.get(key) ?? NaN;
      const atWork = tasks.find((task) => task.clusterId === clusterId && task.start <= at && at < task.end);
      own += seconds;
      locked += atWork === undefined ? 0 : (atWork.end - at) / 1000;
    }
  }
  return { bound: (own + locked) / AT_ONCE, withoutLocks: own / AT_ONCE };
}

/** In seconds, of all that this process has started and that has ended. Source: proc(5), fields 16 and 17 in ticks of 10 ms. */
function cpuSecondsOfChildren(): number {
  const stat = readFileSync("/proc/self/stat", "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** What the hooks of this stack hold at this moment; memory that several share is counted once. */
function hooksIn(directory: string): { readonly mebibytes: number; readonly hooks: number } {
  const sizes = readdirSync("/proc").flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid) || !readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(HOOK_FILE)) return [];
      if (readlinkSync(`/proc/${pid}/cwd`) !== directory) return [];
      const [, kibibytes = "0"] = /^Pss: +(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8")) ?? [];
      return [Number(kibibytes) / 1024];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
  return { mebibytes: sizes.reduce((sum, each) => sum + each, 0), hooks: sizes.length };
}

void main();

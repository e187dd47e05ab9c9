/**
 * 30 OBProxies of one cluster, each its own resource, and the cluster, destroyed by real Terraform with either carrier: how
 * many tasks OCP runs and how long it takes, at Terraform's default parallelism and with all hooks at once. The best that
 * Terraform allows is a task for each ten OBProxies, because it starts ten hooks at once, and one for the cluster. The tasks
 * of each run are judged, because one that takes a task more says more than a median; of the time the median. `ALONE=1`: for
 * comparison, once where the hooks cannot meet, which takes five minutes.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Carrier } from "../src/index.js";
import { type Destroyed, destroyed } from "./destroy.js";
import { judge, median, row } from "./measure.js";

const PROXIES = 30;
const TICK_MS = Number(process.env["TICK_MS"] ?? "1000");
const RUNS = Number(process.env["RUNS"] ?? "10");

interface Way {
  readonly name: string;
  readonly options: readonly string[];
  /** At best. */
  readonly tasks: number;
}

const WAYS: readonly Way[] = [
  { name: "default parallelism (10)", options: [], tasks: 4 },
  { name: "-parallelism=31", options: ["-parallelism=31"], tasks: 2 },
];
const WIDTHS = [16, 32, 26, 10, 10, 10];

async function main(): Promise<void> {
  console.log(
    row([`${PROXIES} proxies, a cluster`, "", "OBProxies of each task", "requests", "wall s", "tasks s"], WIDTHS),
  );
  const results = new Map<string, { readonly way: Way; readonly runs: Destroyed[] }>();
  for (let turn = 0; turn < RUNS; turn += 1) {
    for (const carrier of [Carrier.TERRAFORM_DATA, Carrier.NULL_RESOURCE]) {
      for (const way of WAYS) {
        const run = await destroyed({ ...what(carrier), options: way.options });
        print(carrier, way.name, run);
        const key = `${carrier}, ${way.name}`;
        const known = results.get(key) ?? { way, runs: [] };
        results.set(key, known);
        known.runs.push(run);
      }
    }
  }
  if (process.env["ALONE"] === "1") {
    print(Carrier.TERRAFORM_DATA, "default, each hook for itself", await destroyed({ ...what(), env: strangers }));
  }

  for (const [name, { way, runs }] of results) {
    const [wall, tasks] = [median(runs.map(({ wallSeconds }) => wallSeconds)), median(runs.map(taskSeconds))];
    console.log(`${name}: medians of ${RUNS} runs: ${wall.toFixed(1)} s, of which tasks ${tasks.toFixed(1)} s`);
    judge(`${name}, tasks, most of all runs`, Math.max(...runs.map((run) => run.tasks.length)), way.tasks);
    // Where all hooks start at once, how soon they have started is a matter of the machine's processors.
    if (way.options.length > 0) continue;
    judge(
      `${name}, wall seconds beyond 1.1 × the tasks' own, median`,
      median(runs.map((run) => run.wallSeconds - 1.1 * taskSeconds(run))),
      1,
    );
  }
}

function what(carrier = Carrier.TERRAFORM_DATA) {
  return { carrier, clusters: 1, proxiesPerCluster: PROXIES, tickMs: TICK_MS };
}

function print(carrier: Carrier, name: string, run: Destroyed): void {
  const tasks = run.tasks
    .map(({ obproxyIds }) => (obproxyIds.length === 0 ? "cluster" : String(obproxyIds.length)))
    .join(" ");
  const shown = tasks.length > 25 ? `${run.tasks.length} tasks` : tasks;
  console.log(row([carrier, name, shown, String(run.requests), run.wallSeconds, taskSeconds(run)], WIDTHS));
}

/** OCP locks a cluster for each task, so that none of them overlap. */
function taskSeconds({ tasks }: Destroyed): number {
  return tasks.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** A `node` that gives each hook a place of its own to meet others in: so they do not meet. */
function strangers(directory: string): NodeJS.ProcessEnv {
  const bin = join(directory, "bin");
  mkdirSync(bin);
  const script = `#!/bin/sh\nXDG_RUNTIME_DIR="$(mktemp -d)" exec ${process.execPath} "$@"\n`;
  writeFileSync(join(bin, "node"), script, { mode: 0o755 });
  return { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
}

void main();

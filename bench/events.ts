/**
 * What writing events costs hooks: whole processes from start to end, with events and without, by turns, against one
 * simulator. A hook that finds its object gone, whose share of it is largest; one that deletes; and ten at once, which
 * also read what the others write.
 */
import { rmSync } from "node:fs";
import { devNull } from "node:os";
import { join } from "node:path";
import { EVENTS_VARIABLE } from "../src/contract/events.js";
import { ENV } from "../src/contract/names.js";
import { type Simulator, startSimulator } from "../src/simulator/index.js";
import { type HookPlace, hookPlace } from "./hook-place.js";
import { judge, median, row, run } from "./measure.js";

const PAIRS = Number(process.env["PAIRS"] ?? "21");
const TICK_MS = 50;
const MOST_SLOWER = 1.05;

interface Kind {
  readonly name: string;
  /** Of the OBProxies whose hooks run at once. */
  readonly ids: readonly number[];
  readonly isThere: boolean;
}

const KINDS: readonly Kind[] = [
  { name: "an object that is gone", ids: [1], isThere: false },
  { name: "an object that is deleted", ids: [1], isThere: true },
  { name: "ten that are deleted at once", ids: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], isThere: true },
];

async function main(): Promise<void> {
  const place = hookPlace();
  const widths = [32, 14, 14];
  console.log(row([`median of ${PAIRS} pairs`, "with, ms", "without, ms"], widths));
  try {
    for (const kind of KINDS) {
      const times = { with: [] as number[], without: [] as number[] };
      const ratios: number[] = [];
      for (let pair = 0; pair < PAIRS; pair += 1) {
        // Whichever comes second finds warmer caches.
        for (const which of pair % 2 === 0 ? (["with", "without"] as const) : (["without", "with"] as const)) {
          times[which].push(await measure(kind, place, which === "with"));
        }
        ratios.push((times.with.at(-1) ?? NaN) / (times.without.at(-1) ?? NaN));
      }
      console.log(row([kind.name, median(times.with), median(times.without)], widths));
      judge(`${kind.name}: with events / without, median of the pairs`, median(ratios), MOST_SLOWER);
    }
  } finally {
    place.remove();
  }
}

/** Milliseconds from the start of the first hook to the end of the last. */
async function measure({ ids, isThere }: Kind, place: HookPlace, writes: boolean): Promise<number> {
  const clusters = [{ id: 1, name: "orders", obproxies: isThere ? ids : [] }];
  const simulator = await startSimulator({ tickMs: TICK_MS, clusters });
  const file = join(place.program, "../events.jsonl");
  try {
    const start = process.hrtime.bigint();
    await Promise.all(ids.map((id) => hook(String(id), simulator, place, writes ? file : devNull)));
    return Number(process.hrtime.bigint() - start) / 1e6;
  } finally {
    await simulator.stop();
    rmSync(file, { force: true });
  }
}

async function hook(obproxyId: string, simulator: Simulator, place: HookPlace, events: string): Promise<void> {
  const env = place.env(simulator, { clusterId: "1", obproxyId, clusterName: "orders" });
  const own = { ...env, [ENV.tickMs]: String(TICK_MS), [EVENTS_VARIABLE]: events };
  const { code, output } = await run([place.program, `delete OBProxy ${obproxyId}`], own);
  if (code !== 0) throw new Error(output);
}

void main();

import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { BUILT_HOOK } from "../hook/hook-process.js";
import { temporaryDirectory } from "../support/temporary.js";
import { type Counts, live, type Programs, type Told } from "./history.js";

export interface ChaosResult {
  readonly histories: number;
  readonly broken: readonly Told[];
  readonly counts: Counts;
  readonly seconds: number;
}

export interface ChaosOptions {
  /** This one alone. */
  readonly only?: number;
  /** So many at a time; most of a history is waiting. */
  readonly sideBySide?: number;
  /** End with the first one that breaks an invariant. */
  readonly untilBroken?: boolean;
  /** Default: as it is published. */
  readonly hook?: string;
  readonly onTold?: (told: Told) => void;
}

/** Lives histories, a few of them at a time; the nth has the seed `seed * 100000 + n`. */
export async function chaos(seed: number, histories: number, options: ChaosOptions = {}): Promise<ChaosResult> {
  const { only, sideBySide = 6, untilBroken = false, hook = BUILT_HOOK, onTold } = options;
  if (!existsSync(hook)) throw new Error(`${hook} is not there: run \`npm run build\` first`);
  const began = Date.now();
  const directory = temporaryDirectory();
  const programs: Programs = { hook, preload: buildPreload(directory.path) };
  const broken: Told[] = [];
  let counts: Counts = { hooks: 0, killed: 0, stopped: 0, successes: 0, failures: 0, troubles: 0 };
  const waiting = only === undefined ? Array.from({ length: histories }, (_, index) => index + 1) : [only];
  let lived = 0;
  const work = async (): Promise<void> => {
    for (let nth = waiting.shift(); nth !== undefined; nth = waiting.shift()) {
      const told = await live(seed * 100_000 + nth, programs);
      lived += 1;
      counts = added(counts, told.counts);
      if (told.broken.length > 0) broken.push(told);
      if (told.broken.length > 0 && untilBroken) waiting.length = 0;
      onTold?.(told);
    }
  };
  try {
    await Promise.all(Array.from({ length: sideBySide }, work));
  } finally {
    directory.remove();
  }
  return { histories: lived, broken, counts, seconds: (Date.now() - began) / 1000 };
}

function buildPreload(directory: string): string {
  const outfile = join(directory, "name-connections.cjs");
  const entryPoints = [join(__dirname, "name-connections.ts")];
  buildSync({ entryPoints, outfile, bundle: true, platform: "node", target: "node20.18", format: "cjs" });
  return outfile;
}

function added(a: Counts, b: Counts): Counts {
  return {
    hooks: a.hooks + b.hooks,
    killed: a.killed + b.killed,
    stopped: a.stopped + b.stopped,
    successes: a.successes + b.successes,
    failures: a.failures + b.failures,
    troubles: a.troubles + b.troubles,
  };
}

export function numberOf({ seed }: Told): number {
  return seed % 100_000;
}

export function storyOf(told: Told): string {
  const head = `history ${numberOf(told)} of seed ${Math.floor(told.seed / 100_000)}`;
  return [head, ...told.sentences.map((each) => `  ${each}`)].join("\n");
}

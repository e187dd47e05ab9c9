import { HookRunner } from "../hook/hook-process.js";
import { live, type Told } from "./history.js";

export interface ChaosResult {
  readonly histories: number;
  readonly broken: readonly Told[];
  readonly counts: Told["counts"];
  readonly seconds: number;
}

/** Lives histories, a few of them at a time; the nth has the seed `seed * 100000 + n`. */
export async function chaos(
  seed: number,
  histories: number,
  { only, sideBySide = 4, onBroken }: { only?: number; sideBySide?: number; onBroken?: (told: Told) => void } = {},
): Promise<ChaosResult> {
  const began = Date.now();
  const runner = new HookRunner();
  const broken: Told[] = [];
  const counts = { hooks: 0, killed: 0, successes: 0, failures: 0 };
  const waiting = only === undefined ? Array.from({ length: histories }, (_, index) => index + 1) : [only];
  const all = waiting.length;
  const work = async (): Promise<void> => {
    for (let nth = waiting.shift(); nth !== undefined; nth = waiting.shift()) {
      const told = await live(seed * 100_000 + nth, runner);
      for (const name of ["hooks", "killed", "successes", "failures"] as const) counts[name] += told.counts[name];
      if (told.broken.length > 0 || only !== undefined) {
        if (told.broken.length > 0) broken.push(told);
        onBroken?.(told);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: sideBySide }, work));
  } finally {
    runner.dispose();
  }
  return { histories: all, broken, counts, seconds: (Date.now() - began) / 1000 };
}

export function storyOf({ seed, sentences }: Told): string {
  return [
    `history ${seed % 100_000} of seed ${Math.floor(seed / 100_000)}`,
    ...sentences.map((each) => `  ${each}`),
  ].join("\n");
}

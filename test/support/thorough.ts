import { basename } from "node:path";

/**
 * `THOROUGH=1`, as in CI: every combination, as many random runs as find what is rare, and each hook a process of its own.
 * Otherwise of the combinations that cost most one is tried for each case, and what is random is tried less often.
 */
export const isThorough = process.env["THOROUGH"] === "1";

/** Of things that the cases of a file hold for alike: all of them, or one, which depends on the file. */
export function some<T>(all: readonly T[]): readonly T[] {
  const file = basename(expect.getState().testPath ?? "");
  const one = file.length % all.length;
  return isThorough ? all : all.slice(one, one + 1);
}

/** Of a table whose rows cost seconds: all of them, or the first and every second one after it. */
export function half<T>(rows: readonly T[]): readonly T[] {
  return rows.filter((_, row) => isThorough || row % 2 === 0);
}

/** @param runs in CI */
export function randomRuns(runs: number): number {
  return isThorough ? runs : Math.ceil(runs / 4);
}

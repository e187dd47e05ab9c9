import { basename } from "node:path";

/**
 * `THOROUGH=1`, as in CI: every combination, and as many random runs as find what is rare. Otherwise every case is tried
 * once, with one carrier and one version of OCP, and what is random is tried less often.
 */
export const isThorough = process.env["THOROUGH"] === "1";

/** Of things that the cases of a file hold for alike: all of them, or one, half of the files with this and half with that. */
export function some<T>(all: readonly T[]): readonly T[] {
  const file = basename(expect.getState().testPath ?? "");
  const one = file.length % all.length;
  return isThorough ? all : all.slice(one, one + 1);
}

/** @param runs in CI */
export function randomRuns(runs: number): number {
  return isThorough ? runs : Math.ceil(runs / 4);
}

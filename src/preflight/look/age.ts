import { statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { formatDuration } from "../../contract/duration.js";
import { CONFIGURATION, configurationIn } from "../../survey/output.js";
import { type Source, sourcesOf } from "./sources.js";

/** When an app was synthesized, and whether it has changed since. */

export interface Age {
  /** `synthesized 3 min ago`, for people. */
  readonly text: string;
  /** The file of the app that was changed last, where that was after the synth. */
  readonly changedSince: string | undefined;
}

/** Undefined: nothing tells when it was synthesized. */
export function ageOf(output: string, cwd: string, now: number): Age | undefined {
  const written = ["manifest.json", "cdk.tf.json"]
    .map((name) => statSync(join(output, name), { throwIfNoEntry: false })?.mtimeMs)
    .find((time) => time !== undefined);
  if (written === undefined) return undefined;
  const newest = newestSource(cwd, resolve(output));
  return {
    text: `synthesized ${formatDuration(Math.max(0, now - written))} ago`,
    // The clock of a file system may be coarse.
    changedSince: newest !== undefined && newest.time > written + 1_000 ? relative(cwd, newest.path) : undefined,
  };
}

/** Undefined: there is no app in the directory. */
function newestSource(directory: string, output: string): Source | undefined {
  const path = join(directory, CONFIGURATION);
  const time = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (time === undefined) return undefined;
  const sources = sourcesOf(directory, output, readable(directory));
  return sources.reduce((newest, source) => (source.time > newest.time ? source : newest), { path, time });
}

/** Who names the output on the command line need not have a configuration that can be read. */
function readable(directory: string): unknown {
  try {
    return configurationIn(directory);
  } catch {
    return undefined;
  }
}

import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { formatDuration } from "../../contract/duration.js";
import { CONFIGURATION } from "../../survey/output.js";

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
  const newest = existsSync(join(cwd, CONFIGURATION)) ? newestSource(cwd, resolve(output)) : undefined;
  return {
    text: `synthesized ${formatDuration(Math.max(0, now - written))} ago`,
    // The clock of a file system may be coarse.
    changedSince: newest !== undefined && newest.time > written + 1_000 ? relative(cwd, newest.path) : undefined,
  };
}

const SOURCE = /\.(?:[cm]?[jt]sx?|py|java|kt|go|cs|fs)$/;
/** More are not looked through: the age is a hint. */
const MOST_ENTRIES = 20_000;

interface Source {
  readonly path: string;
  readonly time: number;
}

/** Of what the app may be made of; packages, hidden directories and what is synthesized are no part of it. */
function newestSource(root: string, output: string): Source | undefined {
  const directories = [root];
  let newest: Source | undefined;
  let left = MOST_ENTRIES;
  for (const directory of directories) {
    for (const entry of entriesOf(directory)) {
      left -= 1;
      if (left < 0) return newest;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        if (!/^(?:\..*|node_modules|cdktf\.out)$/.test(entry.name) && path !== output) directories.push(path);
      } else if (entry.isFile() && (SOURCE.test(entry.name) || path === join(root, CONFIGURATION))) {
        const time = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
        if (newest === undefined || time > newest.time) newest = { path, time };
      }
    }
  }
  return newest;
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

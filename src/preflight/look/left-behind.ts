import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { labelOf } from "../../contract/object.js";
import { isObject } from "../../survey/json.js";
import type { Stack } from "../../survey/stack.js";
import { readInstances } from "../../survey/state.js";

/** A local state that no stack of the app uses. */
export interface LeftState {
  readonly file: string;
  /** The stack that it was of, by the name of the file. */
  readonly stack: string;
  /** Labels of the objects of OCP in it. */
  readonly holds: readonly string[];
}

/**
 * Local states beside the app that none of its stacks uses, and that hold objects of OCP: cdktf no longer knows a stack
 * that has left the app, deploys and destroys what is left, and ends well.
 */
export function leftBehind(stacks: readonly Stack[], cwd: string): readonly LeftState[] {
  // Terraform normalizes the path.
  const used = new Set(stacks.flatMap(({ stateFile }) => stateFile?.normalize() ?? []));
  return filesIn(cwd)
    .filter((name) => name.endsWith(".tfstate") && !used.has(join(cwd, name).normalize()))
    .map((name) => ({
      file: name,
      stack: /^terraform\.(.+)\.tfstate$/.exec(name)?.[1] ?? basename(name, ".tfstate"),
      holds: (readInstances(readJson(join(cwd, name))) ?? []).map(({ triggers }) => labelOf(triggers.target)),
    }))
    .filter(({ holds }) => holds.length > 0);
}

function filesIn(directory: string): readonly string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  } catch {
    return [];
  }
}

function readJson(path: string): unknown {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isObject(value) ? value : undefined;
  } catch {
    // Being written, or encrypted.
    return undefined;
  }
}

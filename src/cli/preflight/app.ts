import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { formatDuration } from "../../contract/duration.js";
import { labelOf } from "../../contract/object.js";
import { CannotLook, messageOf } from "./cannot-look.js";
import { at, isObject, textAt } from "./json.js";
import { listed } from "./listed.js";
import type { Finding } from "./report.js";
import type { Stack } from "./stack.js";
import { readInstances } from "./state.js";

/** What there is to know of the app around its stacks: where it was synthesized to, when, and what it has left behind. */

export interface Output {
  readonly directory: string;
  /** What names it. */
  readonly from: string;
}

const CONFIGURATION = "cdktf.json";

/**
 * Where cdktf puts what it synthesizes: its option, the variables that it and the app itself read, its configuration, its
 * default.
 *
 * @throws CannotLook
 */
export function outputOf(option: string | undefined, env: NodeJS.ProcessEnv, cwd: string): Output {
  if (option !== undefined) return { directory: option, from: "--output" };
  for (const variable of ["CDKTF_OUTDIR", "CDKTF_OUTPUT"]) {
    const directory = env[variable];
    if (directory !== undefined && directory !== "") return { directory, from: variable };
  }
  const configured = textAt(configurationIn(cwd), "output");
  if (configured !== undefined && configured !== "") {
    return { directory: configured, from: `"output" in ${CONFIGURATION}` };
  }
  return { directory: "cdktf.out", from: "cdktf's default" };
}

function configurationIn(cwd: string): unknown {
  const path = join(cwd, CONFIGURATION);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8")) as unknown;
  } catch (error) {
    throw new CannotLook(`${CONFIGURATION} cannot be read: ${messageOf(error)}`, "mend it, or give --output");
  }
}

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

export function staleFinding(shown: string, changedSince: string, age: string): Finding {
  return {
    code: "synth-outdated",
    level: "warning",
    stack: shown,
    provider: undefined,
    objects: [],
    message: `${shown} was ${age}, and ${changedSince} has changed since: what was looked at may not be what the next deploy or destroy takes`,
    next: "run cdktf synth, then preflight again",
  };
}

/**
 * Local states beside the app that none of its stacks uses: cdktf no longer knows a stack that has left the app, deploys
 * and destroys what is left, and ends well.
 */
export function leftBehind(stacks: readonly Stack[], cwd: string): readonly Finding[] {
  const used = new Set(stacks.flatMap(({ stateFile }) => stateFile ?? []));
  return entriesOf(cwd)
    .filter((entry) => entry.isFile() && entry.name.endsWith(".tfstate") && !used.has(join(cwd, entry.name)))
    .flatMap(({ name }) => {
      const instances = readInstances(readJson(join(cwd, name))) ?? [];
      if (instances.length === 0) return [];
      const stack = /^terraform\.(.+)\.tfstate$/.exec(name)?.[1] ?? basename(name, ".tfstate");
      const labels = instances.map(({ triggers }) => labelOf(triggers.target));
      return [
        {
          code: "stack-left",
          level: "problem",
          stack,
          provider: undefined,
          objects: labels,
          message: `no stack of the app uses the local state ${name}, which holds ${listed(labels)}: a stack that has left the app is deployed and destroyed no more, and all of it stays in OCP`,
          next: `put the stack ${stack} back into the app, destroy it (cdktf destroy ${stack}), and take it out after that; if the state is of no use any more, remove the file`,
        },
      ];
    });
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

/** Undefined: another backend. */
export function stateFileOf(configuration: unknown, directory: string): string | undefined {
  const path = at(configuration, "terraform", "backend", "local", "path");
  return typeof path === "string" ? resolve(directory, path) : undefined;
}

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { inShell } from "../hook/tell/shell.js";
import { cut } from "../ocp/text.js";
import { CannotLook, messageOf } from "./cannot-look.js";
import type { Stack } from "./stack.js";
import { type Instance, readInstances, readSettingsRecords } from "./state.js";

export interface StateSource {
  /** What read it, for people: `terraform show -json`, or the file. */
  readonly from: string;
  /** The program that read it; undefined for a file. */
  readonly program?: string;
  readonly instances: readonly Instance[];
  /** See {@link readSettingsRecords}. */
  readonly recorded: ReadonlyMap<string, string>;
}

const LARGEST_STATE = 1 << 30;

/**
 * The state of a stack, as the program that runs it shows it.
 *
 * @param elseSay what else a person could do on this command line where that fails
 * @throws CannotLook
 */
export async function stateFromTerraform(stack: Stack, env: NodeJS.ProcessEnv, elseSay = ""): Promise<StateSource> {
  const programs = programsFrom(env);
  for (const program of programs) {
    const shown = await show(program, stack, env, elseSay);
    if (shown === undefined) continue;
    const from = `${program} show -json`;
    return { from, program, ...parse(shown, from) };
  }
  throw new CannotLook(
    `the state cannot be read: ${programs.join(" and ")} cannot be started`,
    "put terraform or tofu on the PATH, name it in TERRAFORM_BINARY_NAME, or give the state with --state FILE",
  );
}

/** What may be there to read a state with, the first choice first. */
export function programsFrom(env: NodeJS.ProcessEnv): readonly [string, ...string[]] {
  const chosen = env["TERRAFORM_BINARY_NAME"];
  return chosen === undefined || chosen === "" ? ["terraform", "tofu"] : [chosen];
}

/** How a command on the stack begins, for people to copy. */
export function terraformIn(program: string, directory: string): string {
  return `${inShell(program)} -chdir=${inShell(directory)}`;
}

/** @throws CannotLook */
export async function stateFromFile(path: string): Promise<StateSource> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new CannotLook(`the state file ${path} cannot be read: ${messageOf(error)}`, "correct --state");
  }
  return { from: path, ...parse(text, path) };
}

export interface ProgramVersion {
  readonly name: "Terraform" | "OpenTofu";
  readonly major: number;
  readonly minor: number;
}

/** Undefined where the program does not tell. */
export function versionOfProgram(program: string, env: NodeJS.ProcessEnv): Promise<ProgramVersion | undefined> {
  return new Promise((resolve) => {
    execFile(program, ["version"], { env: { ...ownCalls(env), CHECKPOINT_DISABLE: "1" } }, (_error, stdout) => {
      const [, name, major, minor] = /^(Terraform|OpenTofu) v(\d+)\.(\d+)/m.exec(stdout) ?? [];
      const known = name === "Terraform" || name === "OpenTofu";
      resolve(known ? { name, major: Number(major), minor: Number(minor) } : undefined);
    });
  });
}

/**
 * The environment of calls of our own: without the arguments that somebody adds to each command (TF_CLI_ARGS counts for
 * `show` too, which may not know them) and without logs. Which workspace and which data directory are meant stays.
 */
function ownCalls(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^TF_(?:CLI_ARGS(?:_.*)?|LOG(?:_.*)?)$/.test(name)),
  );
}

/** Undefined: there is no such program. */
function show(
  program: string,
  { directory, shown }: Stack,
  env: NodeJS.ProcessEnv,
  elseSay: string,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const options = { cwd: directory, env: { ...ownCalls(env), TF_IN_AUTOMATION: "1" }, maxBuffer: LARGEST_STATE };
    execFile(program, ["show", "-json", "-no-color"], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === "ENOENT") resolve(undefined);
      else reject(refused(program, shown, `${stderr}\n${stdout}`.trim() || messageOf(error), elseSay));
    });
  });
}

function refused(program: string, directory: string, output: string, elseSay: string): CannotLook {
  // Without colours, and without the frame that Terraform draws around each line.
  const said = output
    .replaceAll("\u001b", "")
    .replace(/\[\d+(?:;\d+)*m/g, "")
    .split(/\r?\n/)
    .map((line) => line.replace(/^[│╷╵\s]+/, "").trimEnd())
    .filter((line) => line !== "")
    .join("\n");
  const what = `the state cannot be read: ${program} show -json says: ${cut(said, LONGEST_QUOTE)}`;
  const uninitialized = /\binit\b|initiali[sz]/i.test(output);
  return new CannotLook(
    what,
    uninitialized
      ? `run ${terraformIn(program, directory)} init first; or give --state FILE${elseSay}`
      : `mend what ${program} names; or give the state with --state FILE${elseSay}`,
  );
}

const LONGEST_QUOTE = 4_000;

function parse(text: string, from: string): Pick<StateSource, "instances" | "recorded"> {
  let value: unknown;
  try {
    value = JSON.parse(withoutWarnings(text));
  } catch (error) {
    throw new CannotLook(`the state from ${from} is not JSON: ${messageOf(error)}`, HOW_TO_GIVE_IT);
  }
  const instances = readInstances(value);
  if (instances === undefined) throw new CannotLook(`what ${from} holds is not a state of Terraform`, HOW_TO_GIVE_IT);

  return { instances, recorded: readSettingsRecords(value) };
}

/** OpenTofu prints warnings, as of its own settings, in front of what it shows; and Windows marks a text's beginning. */
function withoutWarnings(text: string): string {
  const start = text.search(/^\ufeff?\{/m);
  return text.slice(Math.max(start, 0)).replace(/^\ufeff/, "");
}

const HOW_TO_GIVE_IT = "give the output of terraform show -json, or a state file of format 4";

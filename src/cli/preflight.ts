import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { maskSecrets } from "../ocp/mask.js";
import { jsonForLog } from "../ocp/text.js";
import { readEvents } from "../report/events.js";
import { checkArguments, UsageError } from "./arguments.js";
import { type CommandIo, runCommand } from "./command.js";
import { ageOf, leftBehind, type Output, outputOf, staleFinding } from "./preflight/app.js";
import { type Answers, Inquiry } from "./preflight/ask.js";
import { CannotLook } from "./preflight/cannot-look.js";
import { examine, type OfTheApp, type Scene, type StateKnown } from "./preflight/examine.js";
import { jsonReport } from "./preflight/json-report.js";
import type { Command } from "./preflight/judge.js";
import { nodeFindings } from "./preflight/programs.js";
import { exitCodeOf, type Report, strictly } from "./preflight/report.js";
import type { Stack } from "./preflight/stack.js";
import type { Instance } from "./preflight/state.js";
import { survey, type Surveyed } from "./preflight/survey.js";
import {
  programsFrom,
  stateFromFile,
  stateFromTerraform,
  terraformIn,
  versionOfProgram,
} from "./preflight/terraform.js";
import { textReport } from "./preflight/text-report.js";
import { stacksAt } from "./stacks.js";

export const PREFLIGHT_HELP = `Usage: cdktf-obproxy preflight [directory …] [options]

Tells what a deploy or a destroy would meet, and deletes nothing: it compares what is synthesized, what Terraform's
state holds and what OCP says. Run cdktf synth first. A directory is a synthesized app (default: where cdktf puts it,
by --output, CDKTF_OUTDIR, CDKTF_OUTPUT, "output" in cdktf.json, or cdktf.out) or one stack of it
(cdktf.out/stacks/<stack>). OCP's URL and credentials come from the environment, as for the destroy.

  -o, --output <directory>
                  as cdktf was given it
  --state <file>  take the state from a file (terraform show -json, or a state file), for one stack
  --no-state      the stacks were never deployed; look at OCP all the same
  --json          print one JSON document instead of text
  --deploy        a deploy is to follow: leave out what only a destroy would meet, such as preventDestroy
  --destroy       a destroy is to follow: leave out what only a deploy would meet
  --replace <address>
                  a deploy is to follow that replaces this instance of the state (terraform apply -replace=<address>),
                  which deletes it in OCP; may be given several times, for one stack
  --strict        count warnings as problems
  --help

Without --state it runs terraform show -json (or tofu, or what TERRAFORM_BINARY_NAME names) in each stack's directory.

Exit code: 0 all may go ahead, perhaps with warnings; 1 there are problems, also when the state lacks what OCP lists, so
that a destroy would delete nothing; 2 something cannot be looked at (OCP does not answer, credentials are missing or
wrong, the state cannot be read), or the command line is wrong.`;

/**
 * `cdktf-obproxy preflight`
 *
 * @param args what follows `preflight` on the command line
 * @returns the exit code; see {@link PREFLIGHT_HELP}
 */
export function preflight(args: readonly string[], io: CommandIo): Promise<number> {
  const command = { name: "preflight", help: PREFLIGHT_HELP, io };
  return runCommand(
    command,
    () => readOptions(args),
    (options) => run(options, io),
  );
}

interface Options {
  /** Empty: where cdktf puts it. */
  readonly directories: readonly string[];
  readonly output: string | undefined;
  readonly state: string | undefined;
  readonly noState: boolean;
  readonly json: boolean;
  readonly strict: boolean;
  /** Addresses. */
  readonly replace: readonly string[];
  /** Undefined: what either of them would meet. */
  readonly command: Command | undefined;
}

async function run(options: Options, io: CommandIo): Promise<number> {
  const output = options.directories.length === 0 ? outputOf(options.output, io.env, io.cwd) : undefined;
  const directories = output === undefined ? options.directories : [output.directory];
  const stacks = stacksAt(directories, io, options.state);
  const ofTheApp = await lookAtApp(stacks, output, io);
  const inquiry = new Inquiry(io.env, io.pause ?? ((milliseconds) => sleep(milliseconds)));
  try {
    const scenes: Scene[] = [];
    // One after another: Terraform may lock what stacks share, such as a plugin cache.
    for (const stack of stacks) scenes.push(await lookAt(stack, options, io, inquiry));
    checkReplaced(options.replace, scenes);
    const examined = examine(scenes, options.command, ofTheApp);
    const strict = options.strict ? strictly(examined) : examined;
    const report = masked(strict, inquiry.secrets);
    io.stdout.write(options.json ? `${jsonForLog(jsonReport(report))}\n` : textReport(report));
    return exitCodeOf(report);
  } finally {
    await inquiry.close();
  }
}

async function lookAtApp(
  stacks: readonly Stack[],
  output: Output | undefined,
  { cwd, env }: CommandIo,
): Promise<OfTheApp> {
  const node = await nodeFindings(stacks, env);
  if (output === undefined) return { findings: node };
  const { directory, from } = output;
  const age = ageOf(resolve(cwd, directory), cwd, Date.now());
  const stale = age?.changedSince === undefined ? [] : [staleFinding(directory, age.changedSince, age.text)];
  return {
    app: { directory, from, age: age?.text },
    findings: [...stale, ...leftBehind(stacks, cwd), ...node],
  };
}

function checkReplaced(replace: readonly string[], [scene]: readonly Scene[]): void {
  // What cannot be read is told, and that is what matters then.
  if (scene?.state.kind !== "read") return;
  const unknown = replace.find((address) => scene.objects.every(({ instance }) => instance?.address !== address));
  if (unknown !== undefined) throw new UsageError(`\`--replace\`: the state holds no object of OCP as ${unknown}.`);
}

async function lookAt(stack: Stack, options: Options, io: CommandIo, inquiry: Inquiry): Promise<Scene> {
  const { instances, program, recorded, state: known } = await stateOf(stack, options, io);
  const objects = survey(stack, instances, new Set(options.replace));
  const isRead = program !== undefined && known.kind === "read" && stack.providers.length > 0;
  const state = isRead ? { ...known, program: await versionOfProgram(program, io.env) } : known;
  const answers = new Map<string, Answers>();
  for (const provider of stack.providers) {
    const own = objects.filter((object) => object.provider === provider.alias && isWorthAsking(object));
    if (provider.settings === undefined || own.length === 0) continue;
    answers.set(provider.alias, await inquiry.ask(provider, provider.settings, own));
  }
  const terraform = terraformIn(program ?? programsFrom(io.env)[0], stack.shown);
  const gone = goneBefore(stack, io.env);
  return { stack, state, terraform, objects, answers, gone, ...(recorded === undefined ? {} : { recorded }) };
}

/** What hooks of the stack have written down as gone, in whichever run; see `Scene.gone`. */
function goneBefore({ name }: Stack, env: NodeJS.ProcessEnv): ReadonlySet<string> {
  const { events } = readEvents(name, env);
  const ended = events.filter(({ event }) => event === "deleted" || event === "already-gone");
  return new Set(ended.map(({ object, provider }) => `${provider} ${object}`));
}

function isWorthAsking({ fate }: Surveyed): boolean {
  return fate === "hook" || fate === "not-deployed";
}

async function stateOf(
  stack: Stack,
  { noState, state }: Options,
  { cwd, env }: CommandIo,
): Promise<{
  readonly instances: readonly Instance[];
  readonly program?: string | undefined;
  readonly recorded?: ReadonlyMap<string, string>;
  readonly state: StateKnown;
}> {
  if (noState) return { instances: [], state: { kind: "none" } };
  try {
    const { from, instances, program, recorded } = await (state === undefined
      ? stateFromTerraform(stack, env)
      : stateFromFile(resolve(cwd, state)));
    return { instances, program, recorded, state: { kind: "read", from } };
  } catch (error) {
    if (!(error instanceof CannotLook)) throw error;
    if (stack.providers.length === 0 && state === undefined) {
      return { instances: [], state: { kind: "none", because: notLookedAt(stack, error.message) } };
    }

    return { instances: [], state: { kind: "unreadable", message: error.message, next: error.next } };
  }
}

/** Such as a stack of others in the same app, which this machine has not initialized. */
function notLookedAt({ name }: Stack, why: string): string {
  return `the stack ${name} holds no OcpProvider, and its state was not looked at (${why}); objects of a provider that was taken out together with them would go unseen there`;
}

/** No text of a report shows a secret, wherever it came from. */
function masked(report: Report, secrets: readonly string[]): Report {
  const findings = report.findings.map((finding) => ({
    ...finding,
    message: maskSecrets(finding.message, secrets),
    next: finding.next === undefined ? undefined : maskSecrets(finding.next, secrets),
  }));
  const stacks = report.stacks.map((stack) => ({
    ...stack,
    objects: stack.objects.map((object) => ({
      ...object,
      detail: object.detail === undefined ? undefined : maskSecrets(object.detail, secrets),
    })),
  }));
  return { ...report, stacks, findings };
}

function readOptions(args: readonly string[]): "help" | Options {
  const { positionals, values } = parse(args);
  if (values.help === true) return "help";
  if (values.state !== undefined && values["no-state"] === true) {
    throw new UsageError("`--state` and `--no-state` exclude each other.");
  }

  if (values.deploy === true && values.destroy === true) {
    throw new UsageError("`--deploy` and `--destroy` exclude each other; without either, both are looked at.");
  }

  const { replace = [] } = values;
  if (replace.length > 0 && values.destroy === true) {
    throw new UsageError("`--replace` and `--destroy` exclude each other: what replaces is a deploy.");
  }

  if (values.output !== undefined && positionals.length > 0) {
    throw new UsageError("`--output` and a directory exclude each other.");
  }

  return {
    directories: positionals,
    output: values.output,
    state: values.state,
    noState: values["no-state"] === true,
    json: values.json === true,
    strict: values.strict === true,
    replace,
    command: values.deploy === true || replace.length > 0 ? "deploy" : values.destroy === true ? "destroy" : undefined,
  };
}

const OPTIONS = {
  output: { type: "string", short: "o" },
  state: { type: "string" },
  "no-state": { type: "boolean" },
  json: { type: "boolean" },
  strict: { type: "boolean" },
  deploy: { type: "boolean" },
  destroy: { type: "boolean" },
  replace: { type: "string", multiple: true },
  help: { type: "boolean", short: "h" },
} as const;

function parse(args: readonly string[]) {
  checkArguments(args, OPTIONS, { positionals: true });
  return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
}

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { jsonForLog } from "../ocp/text.js";
import {
  type Command,
  exitCodeOf,
  jsonReport,
  lookAt,
  type LookOptions,
  reportOn,
  type Scene,
  textReport,
} from "../preflight/preflight.js";
import { Inquiry } from "../survey/inquiry.js";
import { outputOf } from "../survey/output.js";
import { checkArguments, UsageError } from "./arguments.js";
import { type CommandIo, runCommand } from "./command.js";
import { stacksAt } from "./stacks.js";

export const PREFLIGHT_HELP = `Usage: cdktf-obproxy preflight [directory …] [options]

Tells what a deploy or a destroy would meet, and deletes nothing: it compares what is synthesized, what Terraform's
state holds and what OCP says. Run cdktf synth first. A directory is a synthesized app (default: where cdktf puts it,
by --output, CDKTF_OUTDIR, CDKTF_OUTPUT, "output" in cdktf.json, or cdktf.out) or one stack of it
(cdktf.out/stacks/<stack>). OCP's URL and credentials come from the environment, as for the destroy.

  npx cdktf-obproxy preflight --deploy --no-state     before the very first deploy
  npx cdktf-obproxy preflight --destroy               before a destroy
  npx cdktf-obproxy preflight --destroy --strict      the same in CI, where nobody reads warnings
  npx cdktf-obproxy preflight cdktf.out/stacks/proxies --replace 'null_resource.ocp_obproxies["27/3"]'

It prints each object and what would become of it, in which order a destroy would delete what it would delete, and then
what there is to know, each cause once and the worst last:

  note            nothing has to be done
  WARNING         all may go ahead, and a person should know it
  PROBLEM         it would fail, or leave something behind without a word
  CANNOT LOOK     something could not be seen, so nothing is promised

Options:
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
What hooks of earlier runs have written down (OBPROXY_EVENTS, as for the destroy) tells what they have deleted.

Exit code: 0 all may go ahead, perhaps with warnings; 1 there are problems, also when the state lacks what OCP lists, so
that a destroy would delete nothing (before a deploy that is a warning); 2 something cannot be looked at (OCP does not answer, credentials are missing or
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

interface Options extends LookOptions {
  /** Empty: where cdktf puts it. */
  readonly directories: readonly string[];
  readonly output: string | undefined;
  readonly json: boolean;
  readonly strict: boolean;
  /** Undefined: what either of them would meet. */
  readonly command: Command | undefined;
}

async function run(options: Options, io: CommandIo): Promise<number> {
  const { command, strict } = options;
  const output = options.directories.length === 0 ? outputOf(options.output, io.env, io.cwd) : undefined;
  const directories = output === undefined ? options.directories : [output.directory];
  const stacks = stacksAt(directories, io, options.state);
  const inquiry = new Inquiry(io.env, io.pause ?? ((milliseconds) => sleep(milliseconds)));
  try {
    const seen = await lookAt(stacks, output, options, io, inquiry);
    checkReplaced(options.replace, seen.scenes);
    const report = reportOn(seen, { command, strict, secrets: inquiry.secrets });
    io.stdout.write(options.json ? `${jsonForLog(jsonReport(report))}\n` : textReport(report));
    return exitCodeOf(report);
  } finally {
    await inquiry.close();
  }
}

function checkReplaced(replace: readonly string[], [scene]: readonly Scene[]): void {
  // What cannot be read is told, and that is what matters then.
  if (scene?.state.kind !== "read") return;
  const unknown = replace.find((address) => scene.objects.every(({ instance }) => instance?.address !== address));
  if (unknown !== undefined) throw new UsageError(`\`--replace\`: the state holds no object of OCP as ${unknown}.`);
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

import { appendFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { jsonForLog, oneLine } from "../ocp/text.js";
import { reportOn } from "../report/build.js";
import { annotations, azureSummary, ciSystemOf, gitLabText } from "../report/ci.js";
import { harmless } from "../report/harmless.js";
import { htmlReport } from "../report/html.js";
import { jsonReport } from "../report/json.js";
import { junitReport } from "../report/junit.js";
import { learn } from "../report/learn.js";
import { markdownReport } from "../report/markdown.js";
import { exitCodeOf, type Report } from "../report/report.js";
import { textReport } from "../report/text.js";
import { checkArguments, UsageError } from "./arguments.js";
import { type CommandIo, runCommand } from "./command.js";
import { outputOf } from "../survey/output.js";
import { Inquiry } from "../survey/inquiry.js";
import { CannotLook, messageOf } from "../survey/cannot-look.js";
import { stacksAt } from "./stacks.js";

/** What the command reads and writes: the process, or what a test hands in. */
export interface ReportIo extends CommandIo {
  /** Default: the time of day. */
  readonly now?: () => number;
}
export const REPORT_HELP = `Usage: cdktf-obproxy report [directory …] [options]

Tells what has become of a destroy, whatever came of it: what is deleted, what is not and why, what waits for what, and
what to do next. It reads what the hooks have written down (see OBPROXY_EVENTS), Terraform's state and, with the
credentials of the destroy, OCP; it changes nothing. A directory is a synthesized app (default: where cdktf puts it) or
one stack of it (cdktf.out/stacks/<stack>).

  npx cdktf destroy proxies --auto-approve; npx cdktf-obproxy report
  npx cdktf-obproxy report cdktf.out/stacks/proxies --html report.html --junit report.xml

  -o, --output <directory>
                  as cdktf was given it
  --state <file>  take the state from a file (terraform show -json, or a state file), for one stack
  --deploy        it was a deploy: leave out what is declared, and was not to go
  --no-ocp        do not ask OCP how things stand now
  --json          print one JSON document instead of text
  --markdown      print Markdown instead of text: a table, and a timeline that Mermaid draws
  --junit <file>  write JUnit's XML too
  --html <file>   write a page with a timeline too, which needs no network
  --help

In GitHub Actions the Markdown is appended to GITHUB_STEP_SUMMARY, and errors become annotations; in Azure Pipelines the
like; in GitLab the text is a section of the log.

Environment: OBPROXY_EVENTS names the file of the hooks' events, as for the destroy; without it they are in the user's
state directory ($XDG_STATE_HOME or ~/.local/state, cdktf-obproxy/events). OCP_URL, OCP_USERNAME, OCP_PASSWORD and the
like as for the destroy; without them the report is of events and state alone.

Exit code: 0 nothing is left; 1 something is left, has failed, is still at work or cannot be known (the state cannot be
read, and the like); 2 the command line is wrong, there is no such stack, or a file cannot be written.`;

/**
 * `cdktf-obproxy report`
 *
 * @param args what follows `report` on the command line
 * @returns the exit code; see {@link REPORT_HELP}
 */
export function report(args: readonly string[], io: ReportIo): Promise<number> {
  const command = { name: "report", help: REPORT_HELP, io };
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
  readonly isOfDeploy: boolean;
  readonly askOcp: boolean;
  readonly form: "text" | "json" | "markdown";
  readonly junit: string | undefined;
  readonly html: string | undefined;
}

async function run(options: Options, io: ReportIo): Promise<number> {
  const given = options.directories;
  const directories = given.length > 0 ? given : [outputOf(options.output, io.env, io.cwd).directory];
  const stacks = stacksAt(directories, io, options.state);
  const inquiry = new Inquiry(io.env, io.pause ?? ((milliseconds) => sleep(milliseconds)));
  const now = io.now ?? Date.now;
  try {
    const reported = [];
    const sources = { env: io.env, isOfDeploy: options.isOfDeploy, at: now() };
    for (const stack of stacks) {
      const asked = options.askOcp ? inquiry : undefined;
      const state = options.state === undefined ? undefined : resolve(io.cwd, options.state);
      reported.push(reportOn(await learn(stack, { ...sources, state, inquiry: asked })));
    }
    const made = harmless<Report>({ at: now(), stacks: reported }, inquiry.secrets);
    tell(made, options, io);
    return exitCodeOf(made);
  } finally {
    await inquiry.close();
  }
}

function tell(made: Report, { form, html, junit }: Options, io: ReportIo): void {
  const system = ciSystemOf(io.env);
  const commands = [...annotations(made, system)];
  if (system === "azure") commands.push(...azureSummaryOf(made, io));
  // What another program reads holds nothing else; CI systems read both streams.
  const beside = form === "text" ? io.stdout : io.stderr;
  switch (form) {
    case "json":
      io.stdout.write(`${jsonForLog(jsonReport(made))}\n`);
      break;
    case "markdown":
      io.stdout.write(markdownReport(made, { mermaid: true }));
      break;
    case "text":
      io.stdout.write(system === "gitlab" ? gitLabText(made) : textReport(made));
  }
  if (commands.length > 0) beside.write(`${commands.join("\n")}\n`);
  appendToSummary(made, io);
  if (junit !== undefined) write("--junit", resolve(io.cwd, junit), junitReport(made));
  if (html !== undefined) write("--html", resolve(io.cwd, html), htmlReport(made));
}

/** A summary that cannot be written is no reason to tell less, or to fail. */
function appendToSummary(made: Report, { env, stderr }: ReportIo): void {
  const path = env["GITHUB_STEP_SUMMARY"];
  if (path === undefined || path === "") return;
  try {
    appendFileSync(path, markdownReport(made, { mermaid: true }));
  } catch (error) {
    stderr.write(`cdktf-obproxy report: GITHUB_STEP_SUMMARY cannot be written: ${oneLine(messageOf(error))}\n`);
  }
}

/** Azure's summary is a file that a command names; it draws no Mermaid. */
function azureSummaryOf(made: Report, { env, stderr }: ReportIo): readonly string[] {
  const directory = env["AGENT_TEMPDIRECTORY"];
  if (directory === undefined || directory === "") return [];
  const path = join(directory, "obproxy-teardown.md");
  try {
    writeFileSync(path, markdownReport(made, { mermaid: false }));
    return [azureSummary(path)];
  } catch (error) {
    stderr.write(`cdktf-obproxy report: ${oneLine(path)} cannot be written: ${oneLine(messageOf(error))}\n`);
    return [];
  }
}

function write(option: string, path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new CannotLook(`\`${option}\`: ${path} cannot be written: ${messageOf(error)}`, "name a file that can be");
  }
}

function readOptions(args: readonly string[]): "help" | Options {
  const { positionals, values } = parse(args);
  if (values.help === true) return "help";
  if (values.json === true && values.markdown === true) {
    throw new UsageError("`--json` and `--markdown` exclude each other.");
  }

  if (values.output !== undefined && positionals.length > 0) {
    throw new UsageError("`--output` and a directory exclude each other.");
  }

  return {
    directories: positionals,
    output: values.output,
    state: values.state,
    isOfDeploy: values.deploy === true,
    askOcp: values["no-ocp"] !== true,
    form: values.json === true ? "json" : values.markdown === true ? "markdown" : "text",
    junit: values.junit,
    html: values.html,
  };
}

const OPTIONS = {
  output: { type: "string", short: "o" },
  state: { type: "string" },
  deploy: { type: "boolean" },
  "no-ocp": { type: "boolean" },
  json: { type: "boolean" },
  markdown: { type: "boolean" },
  junit: { type: "string" },
  html: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

function parse(args: readonly string[]) {
  checkArguments(args, OPTIONS, { positionals: true });
  return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
}

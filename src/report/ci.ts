import type { Cause, Report } from "./report.js";
import { type Line, linesOf, summaryText } from "./text.js";
import { listOf } from "./words.js";

/**
 * What CI systems are told in their own form. Sources: GitHub, "Workflow commands for GitHub Actions"; GitLab, "Custom
 * collapsible sections" of job logs; Azure Pipelines, "Logging commands". All that stands in a report is on one line and
 * holds no command, so that only ours are obeyed.
 */
export type CiSystem = "github" | "gitlab" | "azure";

/** Undefined: none that we know. */
export function ciSystemOf(env: NodeJS.ProcessEnv): CiSystem | undefined {
  const isSet = (name: string): boolean => /^true$/i.test(env[name] ?? "");
  if (isSet("GITHUB_ACTIONS")) return "github";
  if (isSet("GITLAB_CI")) return "gitlab";
  return isSet("TF_BUILD") ? "azure" : undefined;
}

/** More GitHub does not show of one step. */
const MOST_ANNOTATIONS = 10;

/** What is wrong, for GitHub's and Azure's list of errors and warnings. */
export function annotations(report: Report, system: CiSystem | undefined): readonly string[] {
  const causes = report.stacks.flatMap((stack) => stack.causes.map((cause) => ({ stack: stack.name, cause })));
  const having = (level: Cause["level"]) =>
    causes.filter(({ cause }) => cause.level === level).slice(-MOST_ANNOTATIONS);
  const worst = [...having("warning"), ...having("error")];
  switch (system) {
    case "github":
      return worst.map(({ cause, stack }) => gitHubCommand(stack, cause));
    case "azure":
      return worst.map(({ cause, stack }) => azureCommand(stack, cause));
    case "gitlab":
    case undefined:
      return [];
  }
}

function gitHubCommand(stack: string, cause: Cause): string {
  const { details, next, what } = cause;
  const message = [what, ...details, ...(next === undefined ? [] : [`what to do: ${next}`])].join("\n");
  const data = percent(message, { "%": "%25", "\r": "%0D", "\n": "%0A" });
  const title = percent(titleOf(stack, cause), { "%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C" });
  return `::${cause.level === "error" ? "error" : "warning"} title=${title}::${data}`;
}

function azureCommand(stack: string, cause: Cause): string {
  const { details, next, what } = cause;
  // The list shows one line, so that only the deepest cause has room in it.
  const said = [what, ...details.slice(-1), ...(next === undefined ? [] : [`what to do: ${next}`])].join("; ");
  const data = percent(`${titleOf(stack, cause)}: ${said}`, { "%": "%AZP25", "\r": "%0D", "\n": "%0A" });
  return `##vso[task.logissue type=${cause.level === "error" ? "error" : "warning"}]${data}`;
}

function titleOf(stack: string, { head, objects }: Cause): string {
  return objects.length === 0 ? `${head}: stack ${stack}` : `${head}: ${listOf(objects)}`;
}

function percent(text: string, escapes: Readonly<Record<string, string>>): string {
  return text.replace(/[%\r\n:,]/g, (character) => escapes[character] ?? character);
}

/** Has Azure show a file of Markdown with the run. */
export function azureSummary(path: string): string {
  return `##vso[task.uploadsummary]${percent(path, { "%": "%AZP25", "\r": "%0D", "\n": "%0A" })}`;
}

const COLOURS: Readonly<Record<Line["tone"], string>> = { plain: "", good: "32", bad: "31;1", warning: "33" };

/** A section of a GitLab job's log, which a person can fold, in the colours that it shows. */
export function gitLabText(report: Report): string {
  const second = Math.floor(report.at / 1000);
  const mark = (what: "start" | "end"): string => `\u001b[0Ksection_${what}:${second}:obproxy_report\r\u001b[0K`;
  const lines = linesOf(report).map(({ text, tone }) => {
    const colour = COLOURS[tone];
    return colour === "" || text === "" ? text : `\u001b[${colour}m${text}\u001b[0m`;
  });
  return `${[`${mark("start")}OBProxy teardown: ${summaryText(report)}`, ...lines, mark("end")].join("\n")}\n`;
}

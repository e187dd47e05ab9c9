import { count } from "../contract/count.js";
import { cut } from "../ocp/text.js";
import {
  bestTimes,
  type Cause,
  type Report,
  type ReportedObject,
  type ReportedStack,
  type ReportedTask,
  type Status,
} from "./report.js";
import { noRun, reasonsOf, summaryText, WORDS } from "./text.js";
import { inPieces, listOf, runText } from "./words.js";

/** For a job's summary or a comment: a table of what became of what, why, and a timeline where Mermaid is drawn. */
export function markdownReport(report: Report, { mermaid }: { readonly mermaid: boolean }): string {
  const parts = report.stacks.flatMap((stack) => [
    `## OBProxy teardown: stack ${text(stack.name)}`,
    text(stack.run === undefined ? `Last run: ${noRun(stack)}` : `Last run: ${runText(stack.run, report.at)}`),
    ...table(stack),
    ...stack.causes.map(causePart),
    ...(mermaid ? timeline(stack) : []),
  ]);
  return `${[...parts, `**${text(summaryText(report))}**`].join("\n\n")}\n`;
}

const SIGNS: Readonly<Record<Status, string>> = {
  deleted: "✅",
  gone: "✅",
  "left-alone": "➖",
  running: "⏳",
  unknown: "❓",
  left: "❌",
  waits: "⏸️",
  interrupted: "❌",
  failed: "❌",
};

function table({ objects }: ReportedStack): readonly string[] {
  if (objects.length === 0) return [];
  const rows = WORDS.flatMap(([status, word]) => {
    const own = objects.filter((object) => object.status === status);
    if (own.length === 0) return [];
    return reasonsOf(own, objects).map(
      (reason) =>
        `| ${SIGNS[status]} ${word} | ${reason.objects.length} | ${text(listOf(reason.objects))} | ${prose(reason.why)} |`,
    );
  });
  return [["| | | objects | |", "| --- | ---: | --- | --- |", ...rows].join("\n")];
}

function causePart({ details, head, level, next, objects, what }: Cause): string {
  const about = objects.length === 0 ? "" : ` ${listOf(objects)}`;
  const sign = level === "error" ? "❌" : level === "warning" ? "⚠️" : "ℹ️";
  const lines = details.length === 0 ? [] : [`<pre>${details.map(html).join("\n")}</pre>`];
  const todo = next === undefined ? [] : [`What to do: ${prose(next)}`];
  return [`${sign} **${text(`${head}${about}`)}**: ${prose(what)}`, ...lines, ...todo].join("\n\n");
}

/** More makes a picture that nobody can read. */
const MOST_BARS = 40;

function timeline(stack: ReportedStack): readonly string[] {
  const { run, tasks } = stack;
  if (run === undefined) return [];
  const bars = [...tasks.map((task) => taskBar(task)), ...failedHooks(stack)].sort((a, b) => a.from - b.from);
  if (bars.length === 0) return [];
  const shown = bars.slice(0, MOST_BARS);
  const lines = shown.flatMap(({ from, name, section, tag, to }, index) => [
    ...(section === shown[index - 1]?.section ? [] : [`  section ${section}`]),
    `  ${name} :${tag}${from}, ${Math.max(to, from + 1)}`,
  ]);
  const hidden = bars.length - shown.length;
  return [
    ["```mermaid", "gantt", "  dateFormat x", "  axisFormat %H:%M:%S", ...lines, "```"].join("\n"),
    ...(hidden > 0 ? [`${count(hidden, "more bar")} not shown; the page of \`--html\` has them all.`] : []),
  ];
}

interface Bar {
  readonly section: string;
  readonly name: string;
  /** Of Mermaid, with its comma. */
  readonly tag: string;
  readonly from: number;
  readonly to: number;
}

function taskBar(task: ReportedTask): Bar {
  const { id, lastSeenAt, name, objects, ours, status, statusNow } = task;
  const { from, to } = bestTimes(task);
  const tag = status === "FAILED" ? "crit, " : status === "SUCCESSFUL" ? "done, " : "active, ";
  const what = ours && objects.length > 0 ? `${count(objects.length, "object")}, ` : "";
  const now = statusNow === undefined ? "" : `, now ${statusNow}`;
  return {
    section: ours ? "Deletions" : "Waited for",
    name: mermaidText(`task ${id} ${name} (${what}${status}${now})`),
    tag,
    from,
    to: to ?? lastSeenAt,
  };
}

/** What failed before it came to a task of its own. */
function failedHooks({ objects }: ReportedStack): readonly Bar[] {
  return objects.flatMap(({ endedAt, label, startedAt, status, task }: ReportedObject): Bar[] => {
    if (status !== "failed" || task !== undefined || startedAt === undefined) return [];
    return [
      { section: "Without a task", name: mermaidText(label), tag: "crit, ", from: startedAt, to: endedAt ?? startedAt },
    ];
  });
}

const LONGEST_NAME = 80;

/** Mermaid gives a meaning to colons, semicolons, hashes and percent signs, and has no escape for them. */
function mermaidText(words: string): string {
  const harmless = words.replace(/[^\p{L}\p{N} .,()/_-]/gu, " ");
  return cut(harmless.replace(/ {2,}/g, " ").trim(), LONGEST_NAME);
}

/**
 * Nothing that Markdown, its tables, its links of all kinds (`@somebody`, `#12`, `www.`), its emoji or HTML could take for
 * its own. A reader of the source still reads the words.
 */
export function text(words: string): string {
  return (
    words
      // A colon before a space is no emoji's, and no URL's.
      .replace(/:(?! |$)|[^\p{L}\p{M}\p{N} ,.:;()/'–…×-]/gu, (character) => `&#${character.codePointAt(0) ?? 0xfffd};`)
      .replace(/(?<=www)\./gi, "&#46;")
  );
}

/** Sentences; what stands in backticks is code. */
function prose(words: string): string {
  return inPieces(words)
    .map(({ isCode, text: piece }) => (isCode ? `<code>${text(piece)}</code>` : text(piece)))
    .join("");
}

function html(words: string): string {
  return words.replace(/[&<>"'\\`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

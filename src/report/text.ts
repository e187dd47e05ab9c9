import { count } from "../contract/count.js";
import { oneLine } from "../ocp/text.js";
import {
  type Cause,
  exitCodeOf,
  type Report,
  type ReportedObject,
  type ReportedStack,
  type Status,
  summarize,
} from "./report.js";
import { listOf, runText } from "./words.js";

/** How a status is said of objects, in the order in which they are told. */
export const WORDS: readonly (readonly [Status, string])[] = [
  ["deleted", "deleted"],
  ["gone", "already gone"],
  ["left-alone", "left alone"],
  ["running", "at work"],
  ["unknown", "unknown"],
  ["left", "left"],
  ["waits", "waiting"],
  ["interrupted", "interrupted"],
  ["failed", "failed"],
];

export function wordFor(status: Status): string {
  return WORDS.find(([each]) => each === status)?.[1] ?? status;
}

/** A line of the report, and what it is for those who can show that. */
export interface Line {
  readonly text: string;
  readonly tone: "plain" | "good" | "bad" | "warning";
}

/** For a person, or the log of a CI system: what is gone, what is not, why, and what to do, what failed last. */
export function textReport(report: Report): string {
  return `${linesOf(report)
    .map(({ text }) => text)
    .join("\n")}\n`;
}

export function linesOf(report: Report): readonly Line[] {
  return [...report.stacks.flatMap((stack) => stackLines(stack, report.at)), summaryLine(report)].map(
    ({ text, tone }) => ({ text: oneLine(text), tone }),
  );
}

function stackLines(stack: ReportedStack, at: number): readonly Line[] {
  const withDetails = stack.causes.filter(({ details }) => details.length > 0);
  const mostDetails = withDetails.length > MOST_WHOLE ? 1 : MOST_DETAILS;
  return [
    plain(`stack ${stack.name} (${stack.directory})`),
    plain(`  last run: ${stack.run === undefined ? noRun(stack) : runText(stack.run, at)}`),
    ...WORDS.flatMap(([status, word]) => statusLines(stack, status, word)),
    plain(""),
    ...stack.causes.flatMap((cause) => causeLines(cause, mostDetails)),
    ...(stack.causes.length > 0 ? [plain("")] : []),
  ];
}

export function noRun({ eventsFile }: ReportedStack): string {
  return `none that has told anything${eventsFile === undefined ? "" : ` (${eventsFile})`}`;
}

function statusLines({ objects }: ReportedStack, status: Status, word: string): readonly Line[] {
  const own = objects.filter((object) => object.status === status);
  if (own.length === 0) return [];
  const tone = status === "deleted" || status === "gone" ? "good" : status === "left-alone" ? "plain" : "bad";
  return reasonsOf(own, objects).map(({ objects: some, why }) => ({
    text: `  ${word}: ${listOf(some)}${why === "" ? "" : ` (${why})`}`,
    tone,
  }));
}

const MOST_REASONS = 4;

/** Those that are what they are for the same reason; what failed and the like is told below. */
export function reasonsOf(
  own: readonly ReportedObject[],
  all: readonly ReportedObject[],
): readonly { readonly objects: readonly ReportedObject[]; readonly why: string }[] {
  const groups = new Map<string, ReportedObject[]>();
  for (const object of own) {
    const why = shortWhy(object, all);
    const group = groups.get(why);
    if (group === undefined) groups.set(why, [object]);
    else group.push(object);
  }
  if (groups.size > MOST_REASONS) return [{ objects: own, why: "" }];
  return [...groups].map(([why, objects]) => ({ objects, why }));
}

export function shortWhy({ status, task, waitsFor, why }: ReportedObject, all: readonly ReportedObject[]): string {
  switch (status) {
    case "deleted":
      return task === undefined ? "" : `task ${task}`;
    case "gone":
    case "left-alone":
      return why ?? "";
    case "waits": {
      const keys = new Set(waitsFor);
      return `for ${listOf(all.filter(({ key }) => keys.has(key)))}; goes with the next destroy once those are gone`;
    }
    case "failed":
    case "interrupted":
    case "left":
    case "running":
    case "unknown":
      return "";
  }
}

const MOST_DETAILS = 6;
/** Where more causes than this are to be read, of each the last word has to do. */
const MOST_WHOLE = 3;

function causeLines({ details, head, level, next, objects, what }: Cause, most: number): readonly Line[] {
  const about = objects.length === 0 ? "" : ` ${listOf(objects)}`;
  const hidden = details.length - most;
  const tone = level === "error" ? "bad" : level === "warning" ? "warning" : "plain";
  return [
    { text: `${head}${about}: ${what}`, tone },
    ...(hidden > 0
      ? [
          plain(
            `  (${count(hidden, "line")} before ${most === 1 ? "this" : "these"}; --html shows ${hidden === 1 ? "it" : "them"})`,
          ),
        ]
      : []),
    // The deepest cause stands last.
    ...details.slice(-most).map((line) => plain(`  ${line}`)),
    ...(next === undefined ? [] : [plain(`  what to do: ${next}`)]),
  ];
}

export function summaryText(report: Report): string {
  const { objects, ...counts } = summarize(report.stacks);
  const parts = WORDS.flatMap(([status, word]) => (counts[status] === 0 ? [] : [`${counts[status]} ${word}`]));
  if (objects === 0) {
    return exitCodeOf(report) === 0 ? "no objects: there was nothing to delete" : "no objects are known";
  }
  return `${count(objects, "object")}: ${parts.join(", ")}`;
}

function summaryLine(report: Report): Line {
  return { text: summaryText(report), tone: exitCodeOf(report) === 0 ? "good" : "bad" };
}

function plain(text: string): Line {
  return { text, tone: "plain" };
}

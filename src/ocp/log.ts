import { maskSecrets } from "./mask.js";
import { clean } from "./text.js";

const MOST_LINES = 12;
/** Of a log in which no line says what failed. */
const MOST_LAST_LINES = 6;
const LONGEST_LINE = 300;
/** A line is cut here before it is searched; OCP breaks its lines at some 4,000 characters. */
const LONGEST_RAW_LINE = 8_000;

/** `############{RETRY}{2026-11-22T13:10:01.860482460Z}############` begins each attempt. */
const ATTEMPT = /^#{6,}\{[^{}]*\}\{[^{}]*\}#{6,}\s*$/;
/** `2026-11-22 13:09:59.316  WARN 31192 --- [thread,…] logger : message` */
const LOG_LINE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*\s+([A-Z]+)\s/;
const LOG_PREFIX = /^\S+ \S+\s+[A-Z]+ .{0,400}?\]\s+\S+\s*: /;
const STATE_LINE = /^Set state for subtask/;
const FRAME =
  /^\s+at\s|^\s*\.\.\. \d+ (more|common frames)|\([\w$]+\.(java|kt|scala|groovy):\d+\)|\((Native Method|Unknown Source)\)/;
const CAUSE = /^\s*(Caused by|Suppressed): /;
/** What OCP writes before every stack trace; it names the subtask, which the reader knows. */
const EMPTY_FAILURE = /Execute task failed, subtask=/;

/**
 * Why a subtask failed, out of its log: of the last attempt the lines between "failed" and the stack frames, and every
 * "Caused by". The last lines of the log would be frames, since the cause stands before them. Without secrets: `mask`
 * takes them out before lines are cut, for half a secret would no longer be known for one.
 */
export function relevantLines(log: string, mask: (text: string) => string = maskSecrets): string[] {
  const attempt = lastAttempt(linesOf(log));
  const causes = causesIn(attempt);
  const lines = causes.length > 0 ? causes : attempt.filter(isTrouble);
  if (lines.length === 0 && !attempt.some((line) => LOG_LINE.test(line))) return lastOf(attempt, mask);
  return readable(lines, mask);
}

/** Like {@link relevantLines}; where nothing in the log speaks of trouble its last lines, for a subtask that has failed. */
export function failureLines(log: string, mask: (text: string) => string = maskSecrets): string[] {
  const relevant = relevantLines(log, mask);
  return relevant.length > 0 ? relevant : lastOf(lastAttempt(linesOf(log)), mask);
}

function lastOf(attempt: readonly string[], mask: (text: string) => string): string[] {
  const told = attempt.filter((line) => !FRAME.test(line) && !STATE_LINE.test(line) && line.trim() !== "");
  return readable(told.slice(-MOST_LAST_LINES), mask);
}

function readable(lines: readonly string[], mask: (text: string) => string): string[] {
  const shown = lines.map((line) => clean(line.replace(LOG_PREFIX, ""), LONGEST_LINE, mask));
  return bounded([...new Set(shown)].filter((line) => line !== ""));
}

function linesOf(log: string): readonly string[] {
  return log.split(/\r\n|[\n\r\u2028\u2029]/).map((line) => line.slice(0, LONGEST_RAW_LINE));
}

function lastAttempt(lines: readonly string[]): readonly string[] {
  let start = 0;
  for (const [index, line] of lines.entries()) if (ATTEMPT.test(line)) start = index + 1;
  return lines.slice(start);
}

function causesIn(lines: readonly string[]): readonly string[] {
  const causes: string[] = [];
  let reading = false;
  for (const line of lines) {
    if (LOG_LINE.test(line)) {
      reading = /failed/i.test(line.replace(/\{.*$/, ""));
      if (reading && !EMPTY_FAILURE.test(line)) causes.push(line);
    } else if (CAUSE.test(line)) {
      reading = true;
      causes.push(line);
    } else if (FRAME.test(line) || STATE_LINE.test(line)) {
      // Also ends the reading before frames that OCP broke in two.
      reading = false;
    } else if (reading) {
      causes.push(line);
    }
  }
  return causes.filter((line) => line.trim() !== "");
}

/** For logs without a stack trace: what the log itself calls a warning or an error. */
function isTrouble(line: string): boolean {
  const level = LOG_LINE.exec(line)?.[1];
  return level === "ERROR" || level === "WARN" || /^[\w.$]+(Exception|Error)\b/.test(line);
}

/** The first lines say what failed, the last ones why. */
function bounded(lines: readonly string[]): string[] {
  if (lines.length <= MOST_LINES) return [...lines];
  return [...lines.slice(0, MOST_LINES / 2), ...lines.slice(-MOST_LINES / 2)];
}

import { count } from "../contract/count.js";
import { escapeMarkup as escape } from "./escape.js";
import {
  type Attempt,
  bestTimes,
  causeOf,
  type ReportedObject,
  type ReportedStack,
  type ReportedSubtask,
  type ReportedTask,
  type Status,
  type Times,
  WELL,
} from "./report.js";
import { wordFor } from "./text.js";
import { duration, timeOfDay } from "./words.js";

/*
 * A table whose last column is drawn: a line for each object, task and subtask, and in it a bar from its beginning to its
 * end. What a bar shows stands beside it in words too, for who does not see it. Positions are parts of the whole, so that
 * the page zooms by making the column wider.
 */

/** Time, as a part of a picture's width. */
interface Scale {
  readonly from: number;
  readonly to: number;
}

/** Where the page says why an object is left. */
export function causeId(stack: string, index: number): string {
  return `${stack}-cause-${index}`;
}

/** A picture of more is no help to anybody. */
const MOST_TASKS = 500;
const MOST_SUBTASKS = 500;
/** More objects of one cluster are folded away where all is well. */
const MOST_OPEN = 12;

export function timeline(stack: ReportedStack, id: string): string {
  const { run } = stack;
  if (run === undefined) return "";
  const ends = stack.tasks.map((task) => bestTimes(task).to ?? task.lastSeenAt);
  const scale = { from: run.startedAt, to: ends.reduce((most, end) => Math.max(most, end), run.lastAt) };
  const tasks = stack.tasks.slice(0, MOST_TASKS);
  const hidden = stack.tasks.length - tasks.length;
  return `<h3 id="${id}-timeline">Timeline</h3>
<p class="quiet">Times of tasks and subtasks are OCP's own; “seen” stands before those of the hooks' looks, where OCP tells none.</p>
<div class="zoom" role="group" aria-label="Zoom of the timeline">
<button type="button" data-zoom="out" aria-label="Zoom out">−</button>
<button type="button" data-zoom="in" aria-label="Zoom in">+</button>
<button type="button" data-zoom="fit">Fit</button>
<output aria-live="polite">100 %</output>
<span class="quiet">${escape(duration(scale.to - scale.from))} in all; keys + − 0 and arrows</span>
</div>
<div class="scroller" role="region" tabindex="0" aria-labelledby="${id}-timeline">
<table data-from="${scale.from}" data-to="${scale.to}">
<caption class="unseen">Objects, tasks and subtasks, each from its beginning to its end</caption>
<thead><tr><th scope="col">Object or task</th><td class="track axis" aria-hidden="true">${axis(scale)}</td></tr></thead>
${tasks.map((task, index) => taskGroup(task, scale, `${id}-t${index}`)).join("\n")}
${groupsOf(stack.objects)
  .map((group, index) => objectGroup(stack, group, scale, `${id}-o${index}`, id))
  .join("\n")}
</table>
</div>${hidden > 0 ? `\n<p class="quiet">${count(hidden, "more task")} not drawn.</p>` : ""}`;
}

const TICKS = 4;

function axis({ from, to }: Scale): string {
  const marks = Array.from({ length: TICKS }, (_, index) => {
    const part = (index / TICKS) * 100;
    return `<text x="${part}%" y="16">${timeOfDay(from + ((to - from) * index) / TICKS)}</text>`;
  });
  return svg(marks.join(""));
}

interface Group {
  readonly name: string;
  readonly objects: readonly ReportedObject[];
}

/** The objects of one cluster of one provider, what is left first. */
function groupsOf(objects: readonly ReportedObject[]): readonly Group[] {
  const groups = new Map<string, ReportedObject[]>();
  for (const object of objects) {
    const provider = object.provider === undefined ? "" : `${object.provider}: `;
    const name = `${provider}cluster ${object.target.clusterId}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [object]);
    else group.push(object);
  }
  const isWell = ({ status }: ReportedObject): boolean => WELL.has(status);
  return [...groups].map(([name, own]) => ({
    name,
    objects: [...own.filter((object) => !isWell(object)), ...own.filter(isWell)],
  }));
}

function objectGroup(
  stack: ReportedStack,
  { name, objects }: Group,
  scale: Scale,
  id: string,
  section: string,
): string {
  const isOpen = objects.length <= MOST_OPEN || objects.some(({ status }) => !WELL.has(status));
  const left = objects.filter(({ status }) => !WELL.has(status)).length;
  const facts = [count(objects.length, "object"), ...(left === 0 ? [] : [`${left} left`])].join(", ");
  const times = objects.flatMap(({ endedAt, startedAt }) =>
    startedAt === undefined ? [] : [startedAt, endedAt ?? startedAt],
  );
  const span = times.length === 0 ? "" : bar(scale, Math.min(...times), Math.max(...times), "whole", facts);
  return folding(
    { id, isOpen, label: `${escape(name)} <small>${escape(facts)}</small>`, picture: span },
    objects.map((object) => objectRow(stack, object, scale, section)),
  );
}

function objectRow(stack: ReportedStack, object: ReportedObject, scale: Scale, section: string): string {
  const { endedAt, label, startedAt, status, task, why } = object;
  const cause = causeOf(stack, object);
  const index = cause === undefined ? -1 : stack.causes.indexOf(cause);
  const facts = [
    ...(startedAt === undefined ? ["no hook has told of it"] : [span(startedAt, endedAt, "no end seen")]),
    ...(task === undefined ? [] : [`task ${task}`]),
  ];
  const end = endedAt ?? stack.run?.lastAt ?? startedAt ?? 0;
  const title = `${label}: ${wordFor(status)}${why === undefined ? "" : `, ${why}`}`;
  const drawn = startedAt === undefined ? "" : bar(scale, startedAt, end, classOf(status, endedAt), title);
  const link =
    index < 0
      ? ""
      : ` <a href="#${causeId(section, index)}">why<span class="unseen"> ${escape(label)} is left</span></a>`;
  return row(
    `${escape(label)} <span class="status ${status}">${escape(wordFor(status))}</span>${link} <small>${escape(facts.join(", "))}</small>`,
    drawn,
  );
}

function classOf(status: Status, endedAt: number | undefined): string {
  return endedAt === undefined ? `${status} open` : status;
}

function taskGroup(task: ReportedTask, scale: Scale, id: string): string {
  const { creator, done, lastSeenAt, name, objects, ours, retries, status, statusNow, total } = task;
  const { from, to } = bestTimes(task);
  const facts = [
    spanOf(task),
    `${done} of ${total} subtasks done`,
    ...(retries === 0 ? [] : [`retried ${retries === 1 ? "once" : `${retries} times`}`]),
    ...(ours ? (objects.length === 0 ? [] : [`deletes ${count(objects.length, "object")}`]) : ["waited for"]),
    ...(creator === undefined ? [] : [`by ${creator}`]),
    ...(statusNow === undefined ? [] : [`now ${statusNow}`]),
  ].join(", ");
  const title = `task ${task.id}${name === "" ? "" : ` "${name}"`}`;
  const tone = ours || status === "FAILED" ? toneOf(status) : "waited";
  const kind = to === undefined ? `${tone} open` : tone;
  return folding(
    {
      id,
      isOpen: status === "FAILED" || to === undefined,
      label: `${escape(title)} <span class="status ${toneOf(status)}">${escape(status)}</span> <small>${escape(facts)}</small>`,
      picture: bar(scale, from, to ?? lastSeenAt, kind, `${title}: ${status}`),
    },
    task.subtasks.slice(0, MOST_SUBTASKS).map((subtask) => subtaskRow(subtask, task, scale)),
  );
}

function subtaskRow({ attempts, id, index, name }: ReportedSubtask, task: ReportedTask, scale: Scale): string {
  const title = `${name}${index === undefined ? "" : ` #${index}`}`;
  const last = attempts.at(-1);
  const endOf = (attempt: Attempt, at: number): number =>
    bestTimes(attempt).to ?? attempts[at + 1]?.startedAt ?? task.endedAt ?? task.lastSeenAt;
  const bars = attempts.map((attempt, at) => {
    const words = `${title}: ${attempt.status}${attempt.number > 1 ? `, attempt ${attempt.number}` : ""}`;
    return bar(scale, bestTimes(attempt).from, endOf(attempt, at), toneOf(attempt.status), words);
  });
  const status = last?.status ?? "";
  const facts = [
    `subtask ${id}`,
    ...attempts.map((attempt) => `${attempt.number > 1 ? `attempt ${attempt.number} ` : ""}${spanOf(attempt)}`),
  ].join(", ");
  const label = `${escape(title)} <span class="status ${toneOf(status)}">${escape(status)}</span>`;
  return row(`${label} <small>${escape(facts)}</small>`, bars.join(""));
}

/** OCP's words for tasks and subtasks, in the colours of objects. */
function toneOf(status: string): string {
  if (status === "SUCCESSFUL") return "deleted";
  return status === "FAILED" ? "failed" : "running";
}

function spanOf(times: Times): string {
  const { areOcps, from, to } = bestTimes(times);
  return `${areOcps ? "" : "seen "}${span(from, to, "no end seen")}`;
}

function span(from: number, to: number | undefined, open: string): string {
  return to === undefined ? `from ${timeOfDay(from)}, ${open}` : `from ${timeOfDay(from)}, ${duration(to - from)}`;
}

interface Head {
  readonly id: string;
  readonly isOpen: boolean;
  /** HTML. */
  readonly label: string;
  readonly picture: string;
}

function folding({ id, isOpen, label, picture }: Head, rows: readonly string[]): string {
  if (rows.length === 0) return `<tbody>${row(label, picture, "head")}</tbody>`;
  const button = `<button type="button" class="fold" aria-expanded="${isOpen}" aria-controls="${id}">${label}</button>`;
  // Without the script nothing unfolds what is hidden, so that only the script hides it.
  return `<tbody>${row(button, picture, "head")}</tbody>
<tbody id="${id}"${isOpen ? "" : " data-folded"}>
${rows.join("\n")}
</tbody>`;
}

function row(label: string, picture: string, kind = ""): string {
  const className = kind === "" ? "" : ` class="${kind}"`;
  return `<tr${className}><th scope="row">${label}</th><td class="track">${picture === "" ? "" : svg(picture)}</td></tr>`;
}

function svg(content: string): string {
  return `<svg width="100%" height="24" aria-hidden="true" focusable="false">${content}</svg>`;
}

const SMALLEST = 0.25;

function bar({ from, to }: Scale, start: number, end: number, kind: string, title: string): string {
  const whole = Math.max(1, to - from);
  const part = (time: number): number => Math.min(100, Math.max(0, ((time - from) / whole) * 100));
  const width = Math.max(SMALLEST, part(end) - part(start));
  const x = Math.min(part(start), 100 - width);
  return `<rect class="bar ${kind}" x="${x.toFixed(3)}%" y="5" width="${width.toFixed(3)}%" height="14" rx="3"><title>${escape(title)}</title></rect>`;
}

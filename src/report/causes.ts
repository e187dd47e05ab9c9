import { classify } from "../ocp/task.js";
import type { Surveyed } from "../survey/survey.js";
import { hookOf, type Known, taskNow, taskText } from "./known.js";
import type { Cause, Level, ReportedObject } from "./report.js";
import type { HookStory } from "./story.js";

/** Why something is left and what else is to be known, each once for all objects that it is true of. */

const AGAIN = "run destroy again: it goes on from where things stand";
const RESUME = "run destroy again: it finds the task, and waits for it";

/** What is to be said of one object, before it is known of how many others it is to be said too. */
interface Remark {
  readonly object: ReportedObject;
  readonly level: Level;
  readonly head: string;
  readonly what: string;
  readonly details?: readonly string[];
  readonly next?: string | undefined;
}

export function causesOf(known: Known, objects: readonly ReportedObject[]): readonly Cause[] {
  const remarks = objects.flatMap((object, index) => {
    const surveyed = known.objects[index];
    return surveyed === undefined ? [] : remarksOn(known, object, surveyed);
  });
  return [...aboutStack(known, objects), ...together(remarks)].sort((a, b) => rank(a) - rank(b));
}

const ORDER: readonly string[] = ["note", "warning", "UNKNOWN", "STATE", "LEFT", "AT WORK", "INTERRUPTED", "FAILED"];

/** What failed stands last, where a reader of a log begins. */
function rank({ head, level }: Cause): number {
  return ORDER.indexOf(level === "error" ? head : level);
}

function remarksOn(known: Known, object: ReportedObject, surveyed: Surveyed): readonly Remark[] {
  const hook = hookOf(known, surveyed);
  const warnings = (hook?.warnings ?? []).map((what): Remark => ({ object, level: "warning", head: "WARNING", what }));
  const doubt = hook?.end?.event === "left-alone" ? hook.end.doubt : undefined;
  return [
    ...warnings,
    ...(typeof doubt === "string" ? [{ object, level: "warning", head: "WARNING", what: doubt } as const] : []),
    ...remarkOn(known, object, surveyed, hook),
  ];
}

function remarkOn(
  known: Known,
  object: ReportedObject,
  surveyed: Surveyed,
  hook: HookStory | undefined,
): readonly Remark[] {
  const error = { object, level: "error" } as const;
  switch (object.status) {
    case "failed":
      return hook === undefined ? [] : [{ ...error, head: "FAILED", ...failure(known, hook) }];
    case "interrupted":
      return hook === undefined ? [] : [{ ...error, head: "INTERRUPTED", ...interruption(known, hook) }];
    case "running":
      return [
        {
          ...error,
          head: "AT WORK",
          what: `a hook is still at work${object.why === undefined ? "" : `: ${object.why}`}`,
          next: "wait for its end, then ask for this report again",
        },
      ];
    case "left":
      return [{ ...error, head: "LEFT", what: object.why ?? "left", next: nextForLeft(object) }];
    case "unknown":
      return [
        {
          ...error,
          head: "UNKNOWN",
          what: `not known whether gone: ${object.why ?? "nothing tells"}`,
          next: refusalNext(known, surveyed) ?? "give OCP's credentials to this command, as to the destroy",
        },
      ];
    case "deleted":
    case "gone":
      if (object.inState !== true) return [];
      return [
        {
          ...error,
          head: "STATE",
          what: "gone, but still in the state",
          next: "run destroy again, which empties the state",
        },
      ];
    case "left-alone":
    case "waits":
      return [];
  }
}

function failure(known: Known, hook: HookStory): Pick<Remark, "what" | "details" | "next"> {
  const { end } = hook;
  if (end?.event !== "failed") return { what: "the hook failed" };
  const now = taskNow(known, hook)?.task;
  const told = known.runs.story?.tasks.find(({ id, provider }) => id === hook.task && provider === hook.provider);
  if (now === undefined || now.status === (told?.status ?? "FAILED")) {
    return { what: end.what, details: end.details, next: end.next };
  }

  return {
    what: end.what,
    details: [...end.details, `task ${now.id} is ${now.status} in OCP now`],
    next: now.status === "FAILED" ? end.next : AGAIN,
  };
}

function interruption(known: Known, hook: HookStory): Pick<Remark, "what" | "details" | "next"> {
  const killed = "the hook was killed before it came to an end";
  const task = taskText(known, hook);
  if (task === undefined) return { what: `${killed}; no delete that it had sent is known`, next: AGAIN };

  const now = taskNow(known, hook);
  if (now === undefined) return { what: `${killed}; ${task} may go on in OCP`, next: RESUME };
  const verdict = classify(now.task);
  const what = `${killed}; ${task} in OCP now: ${verdict.reason}`;
  switch (verdict.kind) {
    case "running":
    case "settling":
      return { what, next: RESUME };
    case "succeeded":
      return { what, next: AGAIN };
    case "failed":
      return {
        what,
        details: now.log.map((line) => `log: ${line}`),
        next: `mend the cause and retry task ${now.task.id} in OCP's console (Task Center); then ${AGAIN}`,
      };
    case "rolled-back":
    case "incomplete":
      return { what, next: `look at task ${now.task.id} in OCP's console (Task Center); then ${AGAIN}` };
  }
}

function nextForLeft({ inState, path, why }: ReportedObject): string {
  if (why?.startsWith("preventDestroy") === true) return "take `preventDestroy` off, deploy, then destroy";
  if (inState === true) return AGAIN;
  if (inState === undefined) return "see the state, then run destroy again";
  const declared =
    path === undefined
      ? "declare it, deploy, then destroy"
      : "if it was never deployed, deploy it first, then destroy; a destroy takes only what its state holds";
  return `if it was deployed from another machine, its state is there: configure a state backend that all machines share; ${declared}`;
}

function refusalNext({ answers }: Known, { provider }: Surveyed): string | undefined {
  const asked = answers.get(provider ?? "");
  return asked?.kind === "blind" ? asked.refusal.next : undefined;
}

function aboutStack(known: Known, objects: readonly ReportedObject[]): readonly Cause[] {
  const { answers, events, runs, state } = known;
  const about = { objects: [], details: [] } as const;
  const note = (what: string): Cause => ({ ...about, level: "note", head: "note", what, next: undefined });
  const causes: Cause[] = [];
  if (runs.isOfElsewhere && runs.story !== undefined) {
    const [directory] = runs.story.directories;
    const where = directory === undefined ? "nothing tells where its hooks lay" : `its hooks lay in ${directory}`;
    causes.push(
      note(`no hook of this directory has told anything; this is the newest run of a stack of that name (${where})`),
    );
  }
  if (events.unread > 0) {
    const lines = events.unread === 1 ? "1 line of the events is" : `${events.unread} lines of the events are`;
    causes.push(
      note(`${lines} none that this version can read: torn, as by a hook that was killed, or of a later version`),
    );
  }
  if (events.trouble !== undefined) {
    causes.push({
      ...{ ...about, level: "warning", head: "WARNING", what: `the events cannot be read: ${events.trouble}` },
      next: "name the file of the hooks' events in OBPROXY_EVENTS",
    });
  }
  for (const [alias, asked] of answers) {
    if (asked.kind !== "blind" || objects.some(({ provider, status }) => provider === alias && status === "unknown")) {
      continue;
    }

    causes.push(note(`OCP could not be asked how things stand now (provider ${alias}): ${asked.refusal.message}`));
  }
  if (state.kind === "unneeded") causes.push(note(state.because));
  if (state.kind === "unreadable") {
    causes.push({ ...about, level: "error", head: "STATE", what: state.message, next: state.next });
  }

  return causes;
}

/** What is said of several in the same words, but for their names, is said once. */
function together(remarks: readonly Remark[]): readonly Cause[] {
  const same = grouped(remarks, (remark) => {
    const { head, level, next = "", what } = remark;
    return [level, head, nameless(what, remark), nameless(next, remark)];
  });
  // One cause may stop several tasks.
  return grouped(same, ([first]) => (first === undefined ? [] : taskless(first))).map((groups) => told(groups));
}

function grouped<T>(all: readonly T[], idOf: (each: T) => readonly string[]): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const id = JSON.stringify(idOf(each));
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [each]);
    else group.push(each);
  }
  return [...groups.values()];
}

/** What is said, without which task it is said of; the deepest cause is OCP's last word. */
function taskless(remark: Remark): readonly string[] {
  const { details = [], head, level, next = "", object, what } = remark;
  const without = (text: string): string => ofTasks(nameless(text, remark), object.task, "");
  const lastWord = object.task === undefined ? "" : (details.at(-1) ?? "").replace(/ \(trace id [^)]*\)$/, "");
  return [level, head, without(what), without(next), without(lastWord)];
}

const MOST_NAMED = 12;

/** `groups`: of one task each. */
function told(groups: readonly (readonly Remark[])[]): Cause {
  const all = groups.flat();
  const longest = (groups[0] ?? all).reduce((most, each) =>
    (each.details?.length ?? 0) > (most.details?.length ?? 0) ? each : most,
  );
  const { details, head, level, next, object, what } = longest;
  const tasks = [...new Set(groups.flatMap((group) => group[0]?.object.task ?? []))];
  const names = tasks.slice(0, MOST_NAMED).join(", ") + (tasks.length > MOST_NAMED ? " and more" : "");
  const say = (text: string): string => {
    const named = all.length === 1 ? text : nameless(text, longest);
    return tasks.length > 1 ? ofTasks(named, object.task, `tasks ${names}`) : named;
  };
  return {
    ...{ level, head, objects: all.map(({ object: { key, provider, target } }) => ({ key, provider, target })) },
    what: say(what),
    // Subtasks that are alike fail in the same words.
    details: [...(tasks.length > 1 ? [`of task ${object.task ?? ""}:`] : []), ...new Set(details)],
    next: next === undefined ? undefined : say(next),
  };
}

function nameless(text: string, { object: { label } }: Remark): string {
  return text.replace(new RegExp(`${label}(?![\\d/])`, "g"), "each of them");
}

function ofTasks(text: string, task: string | undefined, instead: string): string {
  return task === undefined || !/^\d+$/.test(task)
    ? text
    : text.replace(new RegExp(`\\btask ${task}\\b`, "g"), instead);
}

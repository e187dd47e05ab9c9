import { labelOfKey } from "../contract/object.js";
import { classify } from "../ocp/task.js";
import type { Surveyed } from "../survey/survey.js";
import { declarationOf, isRunning, NOT_TORN_DOWN } from "./judge.js";
import { hookOf, type Known, openTask, type OpenTask, presenceOf, taskNow, taskText } from "./known.js";
import type { Cause, Level, ReportedObject } from "./report.js";
import type { HookStory, TaskStory } from "./story.js";
import { lostHookOf } from "./without-hook.js";

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

const ORDER: readonly string[] = [
  "note",
  "warning",
  "UNKNOWN",
  "STATE",
  "DEPLOYED",
  "LEFT",
  "AT WORK",
  "INTERRUPTED",
  "FAILED",
];

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
    ...remarkOn(known, object, surveyed, hook).map((remark) =>
      withoutItsHook(remark, surveyed, insteadOfRetry(known, hook)?.next),
    ),
  ];
}

/**
 * Of what a destroy would let go without a word nobody is told to run one; what is gone it may let go.
 *
 * @param insteadOfRetry what to do about a failed task that is not to be retried
 */
function withoutItsHook(remark: Remark, surveyed: Surveyed, insteadOfRetry: string | undefined): Remark {
  const lost = remark.head === "STATE" || remark.head === "AT WORK" ? undefined : lostHookOf(surveyed);
  if (lost === undefined) return remark;
  const next = remark.head === "FAILED" && insteadOfRetry !== undefined ? `${lost.next}; ${insteadOfRetry}` : lost.next;
  return { ...remark, what: `${remark.what}; ${lost.what}`, next };
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
      return [{ ...error, head: "FAILED", ...failure(known, surveyed, hook, object), ...insteadOfRetry(known, hook) }];
    case "interrupted":
      return hook === undefined
        ? []
        : [{ ...error, head: "INTERRUPTED", ...interruption(known, surveyed, hook), ...insteadOfRetry(known, hook) }];
    case "running":
      return [
        {
          ...error,
          head: "AT WORK",
          what:
            hook === undefined
              ? (object.why ?? "its task is at work")
              : `a hook is still at work${object.why === undefined ? "" : `: ${object.why}`}`,
          next: "wait for its end, then ask for this report again",
        },
      ];
    case "left":
      return [left(object, hook)];
    case "unknown":
      return [unknown(known, object, surveyed, hook)];
    case "deleted":
    case "gone":
      // Terraform saves its state when its hooks are done.
      if (object.inState !== true || isRunning(known)) return [];
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

type Words = Pick<Remark, "what" | "details" | "next">;

function failure(known: Known, surveyed: Surveyed, hook: HookStory | undefined, object: ReportedObject): Words {
  const isHeld = object.inState !== false;
  const open = openTask(known, surveyed);
  const end = (hook && failedRetry(known, hook))?.end ?? hook?.end;
  if (hook === undefined || end?.event !== "failed") {
    const logs = open?.log.map((line) => `log: ${line}`) ?? [];
    return { what: object.why ?? "its task has failed", details: logs, next: nextForTask(open, isHeld) };
  }
  const now = taskNow(known, hook)?.task;
  const told = known.runs.story?.tasks.find(({ id, provider }) => id === hook.task && provider === hook.provider);
  // Hooks name the directory from its root, for they do not know where a person stands.
  const next = end.next.replaceAll(known.stack.directory, known.stack.shown);
  if (isHeld && (now === undefined || now.status === (told?.status ?? "FAILED"))) {
    return { what: end.what, details: end.details, next };
  }

  const details = now === undefined ? end.details : [...end.details, `task ${now.id} is ${now.status} in OCP now`];
  return {
    what: end.what,
    details,
    next: !isHeld ? nextForTask(open, false) : now?.status === "FAILED" ? next : AGAIN,
  };
}

/** Of what a task deletes: what was to go when it began, and is not any more. A retry would delete it. */
function staysNow(known: Known, { objects, provider }: TaskStory): readonly string[] {
  const own = known.objects.filter((object) => object.provider === provider && objects.has(object.key));
  // A state that holds nothing of all that the task deletes may be lost.
  const isStateOurs = own.some(({ instance }) => instance !== undefined);
  const isLetGo = (object: Surveyed): boolean =>
    known.state.kind === "read" &&
    object.instance === undefined &&
    (object.declaredBy === undefined || (isStateOurs && presenceOf(known, object).is === "listed"));
  const isToStay = (object: Surveyed): boolean => {
    const { preventDestroy, skipDestroy } = declarationOf(known, object) ?? {};
    return object.fate === "kept" || preventDestroy === true || skipDestroy === true || isLetGo(object);
  };
  return own
    .filter(isToStay)
    .filter((object) => presenceOf(known, object).is !== "absent")
    .map(({ key }) => labelOfKey(key));
}

/** What to do where a retry, which else is what to do, would delete what is to stay. */
function insteadOfRetry(known: Known, hook: HookStory | undefined): Pick<Words, "next"> | undefined {
  const task = known.runs.story?.tasks.find(({ id, provider }) => id === hook?.task && provider === hook.provider);
  if (hook === undefined || task?.ours !== true) return undefined;
  if ((taskNow(known, hook)?.task ?? task).status !== "FAILED") return undefined;
  const staying = staysNow(known, task);
  if (staying.length === 0) return undefined;
  return {
    next: `do not retry task ${task.id}, which deletes what by code and state is not to go any more (${staying.join(", ")}); roll it back or abandon it in OCP's console (Task Center), then ${AGAIN}`,
  };
}

/** A retry of its task from the command line, which has failed with another cause since. */
function failedRetry({ runs }: Known, { lastAt, provider, task }: HookStory): HookStory | undefined {
  return [...(runs.story?.hooks.values() ?? [])].find(
    (other) =>
      other.isRetry === true &&
      other.end?.event === "failed" &&
      other.provider === provider &&
      other.task === task &&
      other.lastAt > lastAt,
  );
}

/** What to do about a task that is not done. `isHeld`: the state holds the object, so that a destroy comes to it. */
function nextForTask(open: OpenTask | undefined, isHeld: boolean): string {
  const then = isHeld
    ? `then ${AGAIN}`
    : "the state holds it no more, so that no destroy comes to it; then ask for this report again";
  if (open === undefined) return `see its task in OCP's console (Task Center); ${then}`;
  const { task, verdict } = open;
  switch (verdict.kind) {
    case "running":
    case "settling":
      return isHeld ? RESUME : `wait for the end of task ${task.id}; ${then}`;
    case "failed":
      return `mend the cause and retry task ${task.id} in OCP's console (Task Center); ${then}`;
    case "rolled-back":
    case "incomplete":
      return `look at task ${task.id} in OCP's console (Task Center); ${then}`;
  }
}

function interruption(known: Known, surveyed: Surveyed, hook: HookStory): Words {
  const killed = "the hook was killed before it came to an end";
  const task = taskText(known, hook);
  if (task === undefined) return { what: `${killed}; no delete that it had sent is known`, next: AGAIN };

  const now = taskNow(known, hook);
  if (now === undefined) return interruptionTold(known, hook, killed, task);
  const verdict = classify(now.task);
  const what = `${killed}; ${task} in OCP now: ${verdict.reason}`;
  if (verdict.kind === "succeeded") return { what, next: AGAIN };
  const isHeld = surveyed.instance !== undefined || known.state.kind !== "read";
  return {
    what,
    ...(now.log.length === 0 ? {} : { details: now.log.map((line) => `log: ${line}`) }),
    next: nextForTask({ ...now, verdict }, isHeld),
  };
}

/** What the others that shared its task have told of it. */
function interruptionTold({ runs }: Known, { provider, task: id }: HookStory, killed: string, task: string): Words {
  const other = [...(runs.story?.hooks.values() ?? [])].find(
    (each) => each.provider === provider && each.task === id && each.end?.event === "failed",
  );
  const status = runs.story?.tasks.find((each) => each.provider === provider && each.id === id)?.status;
  if (other?.end?.event !== "failed" || status !== "FAILED") {
    return { what: `${killed}; ${task} may go on in OCP`, next: RESUME };
  }
  const { details, next } = other.end;
  return { what: `${killed}; ${task} FAILED, as the hook of ${labelOfKey(other.key)} tells`, details, next };
}

function left(object: ReportedObject, hook: HookStory | undefined): Remark {
  const about = { object, level: "error", what: object.why ?? "left" } as const;
  if (object.why === NOT_TORN_DOWN) {
    return {
      ...{ ...about, head: "DEPLOYED" },
      next: "nothing, if it is to stay; `cdktf destroy` deletes it, and where one was run and failed before its first hook, it says why",
    };
  }
  const isMadeAgain = hook?.end?.event === "deleted" || hook?.end?.event === "already-gone";
  if (hook?.end?.event === "left-alone") {
    return { ...about, head: "LEFT", next: "nothing, if it is to stay; if it is to go, run destroy" };
  }
  return { ...about, head: "LEFT", next: isMadeAgain ? nextForMadeAgain(object) : nextForLeft(object, hook) };
}

/** OCP gives no id twice, so that it may be the same object, too. */
function nextForMadeAgain({ inState }: ReportedObject): string {
  const see = "it was added anew, or its deletion was undone: see it in OCP's console; nothing, if it is to stay";
  return inState === false
    ? `${see}; if it is to go, declare it, deploy, then destroy`
    : `${see}; if it is to go, run destroy`;
}

function unknown(known: Known, object: ReportedObject, surveyed: Surveyed, hook: HookStory | undefined): Remark {
  const about = { object, level: "error", head: "UNKNOWN" } as const;
  const ask = refusalNext(known, surveyed) ?? "give OCP's credentials to this command, as to the destroy";
  if (hook?.end !== undefined) {
    return {
      ...about,
      what: `${object.why ?? "it was gone"}: it was deployed again since, or the state could not be saved`,
      next: `${ask}, so that OCP tells which; a destroy would delete what was deployed again`,
    };
  }
  return { ...about, what: `not known whether gone: ${object.why ?? "nothing tells"}`, next: ask };
}

/** @param hook of the run that is told of, which need not have been a destroy */
function nextForLeft({ inState, path, why }: ReportedObject, hook: HookStory | undefined): string {
  if (why?.startsWith("preventDestroy") === true) return "take `preventDestroy` off, deploy, then destroy";
  if (inState === true && hook === undefined && path !== undefined) {
    return "after a deploy, nothing (`--deploy` leaves it out); after a destroy, run it again: it goes on from where things stand";
  }
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
  const { answers, events, runs, stack, state } = known;
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
  for (const { alias, flaws, settings } of stack.providers) {
    if (settings !== undefined) continue;
    const flaw = flaws.find(({ code }) => code === undefined);
    causes.push({
      ...{ ...about, level: "error", head: "UNKNOWN" },
      what: `what provider ${alias} declares is not known: ${flaw?.message ?? "its settings cannot be used"}`,
      next: flaw?.next,
    });
  }
  for (const [alias, url] of runs.story?.otherOcps ?? []) {
    causes.push({
      ...{ ...about, level: "warning", head: "WARNING" },
      what: `the hooks of the last run worked at ${url}, and provider ${alias} is another OCP now; what they told does not count`,
      next: "give this command the URL of the destroy, if that run is meant",
    });
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
    // Terraform's own words take several lines.
    const [what = "", ...details] = state.message.split("\n");
    causes.push({ ...about, level: "error", head: "STATE", what, details, next: state.next });
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
    ...{
      level,
      head,
      objects: all.map(({ object: { key, of, provider, target } }) => ({ key, of, provider, target })),
    },
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

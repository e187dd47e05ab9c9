import type { Answers, Look, TaskNow } from "../survey/answers.js";
import type { Stack } from "../survey/stack.js";
import type { Surveyed } from "../survey/survey.js";
import { compareIds } from "../ocp/ids.js";
import type { Task } from "../ocp/model.js";
import { classify, type Verdict } from "../ocp/task.js";
import type { EventsRead } from "./events.js";
import type { Chosen } from "./runs.js";
import { type HookStory, nameOfHook } from "./story.js";

/** All that is known of one stack when everything has been read and asked. */
export interface Known {
  readonly stack: Stack;
  readonly state: StateKnown;
  /** What the stack declares, its state knows, or the run's events tell of. */
  readonly objects: readonly Surveyed[];
  readonly events: EventsRead;
  readonly runs: Chosen;
  /** By alias; absent: OCP was not asked. */
  readonly answers: ReadonlyMap<string, Answers>;
  /**
   * By `<provider> <task>`: those of hooks that did not end well, as they stand now; undefined: OCP does not know it any
   * more. Absent: it was not asked.
   */
  readonly tasksNow: ReadonlyMap<string, TaskNow | undefined>;
  /** Whether a hook is still at work. */
  readonly isAlive: (hook: HookStory) => boolean;
  readonly at: number;
}

export type StateKnown =
  | { readonly kind: "read"; readonly from: string }
  /** It need not be: `because`, for people. */
  | { readonly kind: "unneeded"; readonly because: string }
  | { readonly kind: "unreadable"; readonly message: string; readonly next: string };

export type Presence =
  { readonly is: "listed" } | { readonly is: "absent" } | { readonly is: "unknown"; readonly why: string };

/** Whether OCP lists an object, now. */
export function presenceOf({ answers }: Known, { key, provider }: Surveyed): Presence {
  const asked = answers.get(provider ?? "");
  if (asked === undefined) return { is: "unknown", why: "OCP was not asked" };
  if (asked.kind === "blind") return { is: "unknown", why: `OCP could not be asked: ${asked.refusal.message}` };
  const look = asked.objects.get(key);
  if (look === undefined) return { is: "unknown", why: asked.clustersRefusal?.message ?? "OCP was not asked for it" };

  if (look.kind === "failed") return { is: "unknown", why: look.refusal.message };
  if (look.seen.presence === "unknown") return { is: "unknown", why: look.seen.whyUnknown ?? "OCP does not tell" };
  return { is: look.seen.presence === "present" ? "listed" : "absent" };
}

/** In the run that is told of. */
export function hookOf({ runs }: Known, { key, provider }: Surveyed): HookStory | undefined {
  return runs.story?.hooks.get(nameOfHook(provider, key));
}

/** In the run that is told of, or the newest before it. */
export function lastHookOf({ runs }: Pick<Known, "runs">, { key, provider }: Surveyed): HookStory | undefined {
  const name = nameOfHook(provider, key);
  const stories = runs.story === undefined ? runs.earlier : [runs.story, ...runs.earlier];
  return stories.find(({ hooks }) => hooks.has(name))?.hooks.get(name);
}

export function hasEndedWell({ end }: HookStory): boolean {
  return end !== undefined && end.event !== "failed";
}

/** A deletion of an object that OCP has not brought to a good end, whatever has become of the object. */
export interface OpenTask {
  readonly task: Task;
  readonly verdict: Exclude<Verdict, { readonly kind: "succeeded" }>;
  readonly log: readonly string[];
}

/**
 * The newest deletion of the object, as it stands in OCP now: that of its last hook, or another that is proven to be the
 * object's. Undefined where it has ended well, or nothing is known of one.
 */
export function openTask(known: Known, object: Surveyed): OpenTask | undefined {
  const hook = lastHookOf(known, object);
  if (hook !== undefined && hasEndedWell(hook)) return undefined;
  const look = lookAt(known, object);
  const seen = look?.kind === "seen" ? look.seen.ours?.task : undefined;
  const told = hook === undefined ? undefined : taskNow(known, hook);
  const asked = [...(told === undefined ? [] : [told]), ...(seen === undefined ? [] : [{ task: seen, log: [] }])];
  // What is told of one task was asked for later than what was seen of it.
  const newest = asked.reduce<TaskNow | undefined>(
    (last, each) => (last === undefined || compareIds(last.task.id, each.task.id) < 0 ? each : last),
    undefined,
  );
  if (newest === undefined) return undefined;
  const verdict = classify(newest.task);
  return verdict.kind === "succeeded" ? undefined : { ...newest, verdict };
}

/**
 * Whether the task of a hook that told of no good end has come to one since: another hook, or a retry from the command
 * line, has told so, or OCP does now.
 */
export function hasTaskEndedWell(known: Known, { provider, task }: HookStory): boolean {
  if (task === undefined) return false;
  const hooks = [...(known.runs.story?.hooks.values() ?? [])];
  const isTold = hooks.some((other) => {
    const { end } = other;
    const isGone = end?.event === "deleted" || end?.event === "already-gone";
    return isGone && other.provider === provider && end.task === task;
  });
  const now = known.tasksNow.get(nameOfHook(provider, task));
  return now === undefined ? isTold : classify(now.task).kind === "succeeded";
}

/** Whether OCP was asked for all that may still be at work on what the hook was to delete. */
export function isTaskAsked({ tasksNow }: Known, { provider, task }: HookStory): boolean {
  return task === undefined || tasksNow.has(nameOfHook(provider, task));
}

export interface EarlierEnd {
  readonly how: "deleted" | "already-gone";
  readonly task: string | undefined;
  /** Of its run. */
  readonly startedAt: number;
}

/** The newest of the earlier runs that knew it gone. */
export function earlierEnd({ runs }: Known, { key, provider }: Surveyed): EarlierEnd | undefined {
  for (const { hooks, startedAt } of runs.earlier) {
    const hook = hooks.get(nameOfHook(provider, key));
    const end = hook?.end?.event;
    // Whatever became of it before that was made good, or undone, by a deploy.
    if (hook === undefined || end === undefined) continue;
    return end === "deleted" || end === "already-gone" ? { how: end, task: hook.task, startedAt } : undefined;
  }
  return undefined;
}

function lookAt({ answers }: Known, { key, provider }: Surveyed): Look | undefined {
  const asked = answers.get(provider ?? "");
  return asked?.kind === "seen" ? asked.objects.get(key) : undefined;
}

/** The task that a hook had to do with, as it stands now. */
export function taskNow({ tasksNow }: Known, { provider, task }: HookStory): TaskNow | undefined {
  return task === undefined ? undefined : tasksNow.get(nameOfHook(provider, task));
}

export function taskText({ runs }: Known, { provider, task }: HookStory): string | undefined {
  if (task === undefined) return undefined;
  const told = runs.story?.tasks.find((each) => each.id === task && each.provider === provider);
  return told === undefined || told.name === "" ? `task ${task}` : `task ${task} "${told.name}"`;
}

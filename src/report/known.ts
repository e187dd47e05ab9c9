import type { Answers, TaskNow } from "../survey/answers.js";
import type { Stack } from "../survey/stack.js";
import type { Surveyed } from "../survey/survey.js";
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
  /** By `<provider> <task>`: those of hooks that did not end well, as they stand now. */
  readonly tasksNow: ReadonlyMap<string, TaskNow>;
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

export function hookOf({ runs }: Known, { key, provider }: Surveyed): HookStory | undefined {
  return runs.story?.hooks.get(nameOfHook(provider, key));
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

/** The task that a hook had to do with, as it stands now. */
export function taskNow({ tasksNow }: Known, { provider, task }: HookStory): TaskNow | undefined {
  return task === undefined ? undefined : tasksNow.get(nameOfHook(provider, task));
}

export function taskText({ runs }: Known, { provider, task }: HookStory): string | undefined {
  if (task === undefined) return undefined;
  const told = runs.story?.tasks.find((each) => each.id === task && each.provider === provider);
  return told === undefined || told.name === "" ? `task ${task}` : `task ${task} "${told.name}"`;
}

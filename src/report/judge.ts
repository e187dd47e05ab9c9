import { labelOfKey } from "../contract/object.js";
import { type Surveyed, withoutKey } from "../survey/survey.js";
import {
  type EarlierEnd,
  earlierEnd,
  hasTaskEndedWell,
  hookOf,
  isTaskAsked,
  type Known,
  openTask,
  type OpenTask,
  presenceOf,
  type Presence,
} from "./known.js";
import { type ReportedObject, type Status, WELL } from "./report.js";
import type { HookStory } from "./story.js";
import { moment } from "./words.js";

/** What has become of each object, by the newest that is known of it. */

interface Verdict {
  readonly status: Status;
  readonly why?: string;
  /** Default: that of the hook. */
  readonly task?: string;
}

export function judge(known: Known): readonly ReportedObject[] {
  const judged = known.objects.map((object) => reported(known, object));
  return judged.map((object, index) => holdBack(known, object, index, judged));
}

function reported(known: Known, object: Surveyed): ReportedObject {
  const hook = hookOf(known, object);
  const presence = presenceOf(known, object);
  const { status, why, task } = verdictOn(known, object, hook, presence);
  return {
    key: object.key,
    target: object.target,
    label: labelOfKey(object.key),
    provider: object.provider,
    of: isOfSeveral(known, object) ? object.provider : undefined,
    path: object.declaredBy ?? hook?.path,
    status,
    why,
    task: task ?? hook?.task,
    startedAt: hook?.startedAt,
    endedAt: hook?.end === undefined ? undefined : hook.lastAt,
    waitsFor: [],
    inState: inState(known, object),
    inOcp: presence.is,
  };
}

/** Another provider of the stack has one with that id, at another OCP or the same. */
function isOfSeveral({ objects }: Known, { key, provider }: Surveyed): boolean {
  return objects.some((other) => other.key === key && other.provider !== provider);
}

function verdictOn(known: Known, object: Surveyed, hook: HookStory | undefined, presence: Presence): Verdict {
  switch (hook?.end?.event) {
    case "deleted":
      if (presence.is === "listed") return { status: "left", why: "listed by OCP, though this run deleted it" };
      return hook.isRetry !== true && mayBeDeployedAgain(known, object, presence)
        ? { status: "unknown", why: "this run deleted it, and the state holds it" }
        : { status: "deleted" };
    case "already-gone":
      if (presence.is === "listed") return { status: "left", why: "listed by OCP, though this run found it gone" };
      return mayBeDeployedAgain(known, object, presence)
        ? { status: "unknown", why: "this run found it gone, and the state holds it" }
        : { status: "gone", why: goneWhy(known, object, hook) };
    case "left-alone":
      return deployedSince(known, object, presence) ?? { status: "left-alone", why: hook.end.why };
    case "failed":
      return goneSince(known, object, hook, presence) ?? { status: "failed", why: hook.end.what };
    case undefined:
      if (hook === undefined) return withoutHook(known, object, presence);
      if (known.isAlive(hook)) {
        return { status: "running", ...(hook.waitingFor === undefined ? {} : { why: hook.waitingFor }) };
      }
      return (
        goneSince(known, object, hook, presence) ?? {
          status: "interrupted",
          why: "the hook was killed before it came to an end",
        }
      );
  }
}

/**
 * What a hook has deleted Terraform takes out of its state, so that what is still there was deployed anew, or the state
 * could not be saved. Only OCP can tell which, and a destroy would delete the new one. While hooks are at work Terraform
 * has not yet saved all of its state.
 */
function mayBeDeployedAgain(known: Known, object: Surveyed, { is }: Presence): boolean {
  return inState(known, object) === true && is === "unknown" && !isRunning(known);
}

/** What a hook has left alone Terraform lets go; what it holds is there for a hook again, which would delete it. */
function deployedSince(known: Known, object: Surveyed, presence: Presence): Verdict | undefined {
  const isWanted = object.fate !== "hook" || declarationOf(known, object)?.skipDestroy === true;
  if (isWanted || inState(known, object) !== true || isRunning(known)) return undefined;
  if (presence.is === "absent") return withoutHook(known, object, presence);
  return {
    status: "left",
    why: "in the state, though this run left it alone: it was deployed again since, or the state could not be saved",
  };
}

export function isRunning({ isAlive, runs }: Known): boolean {
  return [...(runs.story?.hooks.values() ?? [])].some((hook) => hook.end === undefined && isAlive(hook));
}

/** Gone, though the hook came to no good end: its task has come to one since, or somebody has made it good. */
function goneSince(known: Known, object: Surveyed, hook: HookStory, { is }: Presence): Verdict | undefined {
  if (is === "listed" || openTask(known, object) !== undefined) return undefined;
  // What a hook could not take for gone though it had seen that end, that end says nothing new of.
  const isKnownToIt = hook.end?.event === "failed" && hook.hasSeenSuccess === true;
  if (hasTaskEndedWell(known, hook) && (is === "absent" || !isKnownToIt)) {
    return { status: "gone", why: `task ${hook.task ?? "?"}, which deletes it, has ended well since` };
  }
  // What the state has let go and OCP does not list is gone, unless a task of which nothing is known is at work on it.
  const isSettled = inState(known, object) === false && is === "absent" && isTaskAsked(known, hook);
  return isSettled ? { status: "gone", why: "neither in the state nor in OCP any more" } : undefined;
}

function goneWhy(known: Known, object: Surveyed, hook: HookStory): string {
  const earlier = earlierEnd(known, object);
  if (earlier !== undefined) return earlierText(earlier);
  return hook.task === undefined ? "gone before" : `task ${hook.task} had deleted it before`;
}

function earlierText({ how, startedAt, task }: EarlierEnd): string {
  const by = task === undefined ? "" : `, task ${task}`;
  const run = `the run of ${moment(startedAt)}`;
  return how === "deleted" ? `deleted by ${run}${by}` : `found gone by ${run}${by}`;
}

/** Terraform has not come to it in the run that is told of. */
function withoutHook(known: Known, object: Surveyed, presence: Presence): Verdict {
  const { skipDestroy, preventDestroy, path = "" } = declarationOf(known, object) ?? {};
  const isInState = inState(known, object);
  if (object.fate === "kept" || (skipDestroy === true && isInState !== true)) {
    return { status: "left-alone", why: `skipDestroy is set on ${path === "" ? "it" : path}` };
  }

  const earlier = earlierEnd(known, object);
  const open = openTask(known, object);
  // Until it has ended well OCP may hold a host, or the cluster's lock.
  if (presence.is === "absent" && open !== undefined) return ofOpenTask(open);
  if (presence.is === "absent") {
    return {
      status: "gone",
      why: earlier === undefined ? "OCP does not list it" : earlierText(earlier),
      ...taskOf(earlier),
    };
  }
  if (isInState === true) {
    if (preventDestroy === true) return { status: "left", why: `preventDestroy is set on ${path}` };
    const why = known.runs.story === undefined ? NOT_TORN_DOWN : "in the state, and no hook has told of it";
    return { status: "left", why };
  }
  if (presence.is === "listed") {
    const why = isInState === false ? "listed by OCP, and not in the state" : "listed by OCP";
    return { status: "left", why };
  }
  if (isInState === false && earlier !== undefined) {
    return { status: "gone", why: earlierText(earlier), ...taskOf(earlier) };
  }
  return { status: "unknown", why: presence.why };
}

/** No destroy has come to any object of the stack. */
export const NOT_TORN_DOWN = "deployed, and nothing of the stack was torn down yet";

function ofOpenTask({ task, verdict }: OpenTask): Verdict {
  const isAtWork = verdict.kind === "running" || verdict.kind === "settling";
  return {
    status: isAtWork ? "running" : "failed",
    why: `OCP does not list it any more, and its deletion, task ${task.id} "${task.name}", is not done: ${verdict.reason}`,
    task: task.id,
  };
}

function taskOf(earlier: EarlierEnd | undefined): { readonly task?: string } {
  return earlier?.task === undefined ? {} : { task: earlier.task };
}

export function declarationOf({ stack }: Known, { key, provider }: Surveyed) {
  const settings = stack.providers.find(({ alias }) => alias === provider)?.settings;
  return settings?.clusters[key] ?? settings?.obproxies[key];
}

/** Undefined: the state was not read. */
function inState({ state }: Known, { instance }: Surveyed): boolean | undefined {
  return state.kind === "read" ? instance !== undefined : undefined;
}

/** Terraform comes to an object only when all that needs it is gone. */
function holdBack(known: Known, object: ReportedObject, index: number, all: readonly ReportedObject[]): ReportedObject {
  if (object.status !== "left" || object.inState !== true || object.startedAt !== undefined) return object;
  const own = blockOf(known.objects[index]);
  const before = all.filter((other, at) => {
    // What is gone goes out of the state with the next destroy, before what waits for it.
    const isGone = other.status === "deleted" || other.status === "gone";
    if (other.inState === false || (isGone ? other.inState !== true : WELL.has(other.status))) return false;
    return known.stack.blocks.get(blockOf(known.objects[at]))?.needs.has(own) === true;
  });
  // Of what Terraform was not asked to take at all nothing waits.
  if (!before.some(({ startedAt }) => startedAt !== undefined)) return object;
  return { ...object, status: "waits", why: undefined, waitsFor: before.map(({ key }) => key) };
}

function blockOf(object: Surveyed | undefined): string {
  return withoutKey(object?.movesTo ?? object?.instance?.address ?? "");
}

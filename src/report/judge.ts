import { type Surveyed, withoutKey } from "../survey/survey.js";
import { type EarlierEnd, earlierEnd, hookOf, type Known, presenceOf, type Presence } from "./known.js";
import { type ReportedObject, type Status, WELL } from "./report.js";
import type { HookStory } from "./story.js";
import { labelOf, moment } from "./words.js";

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
    label: labelOf(object.key),
    provider: object.provider,
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

function verdictOn(known: Known, object: Surveyed, hook: HookStory | undefined, presence: Presence): Verdict {
  // What the state has let go and OCP does not list is gone, whatever came before: somebody has made it good.
  const isGone = inState(known, object) === false && presence.is === "absent";
  switch (hook?.end?.event) {
    case "deleted":
      return presence.is === "listed"
        ? { status: "left", why: "listed by OCP, though this run deleted it: it has been made again" }
        : { status: "deleted" };
    case "already-gone":
      return presence.is === "listed"
        ? { status: "left", why: "listed by OCP, though this run found it gone: it has been made again" }
        : { status: "gone", why: goneWhy(known, object, hook) };
    case "left-alone":
      return { status: "left-alone", why: hook.end.why };
    case "failed":
      return isGone ? GONE_SINCE : { status: "failed", why: hook.end.what };
    case undefined:
      if (hook === undefined) return withoutHook(known, object, presence);
      if (known.isAlive(hook)) {
        return { status: "running", ...(hook.waitingFor === undefined ? {} : { why: hook.waitingFor }) };
      }
      return isGone ? GONE_SINCE : { status: "interrupted", why: "the hook was killed before it came to an end" };
  }
}

const GONE_SINCE: Verdict = { status: "gone", why: "neither in the state nor in OCP any more" };

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
  if (presence.is === "absent") {
    return {
      status: "gone",
      why: earlier === undefined ? "OCP does not list it" : earlierText(earlier),
      ...taskOf(earlier),
    };
  }
  if (isInState === true) {
    if (preventDestroy === true) return { status: "left", why: `preventDestroy is set on ${path}` };
    return { status: "left", why: "in the state, and no hook has told of it" };
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
    if (WELL.has(other.status) || other.inState === false) return false;
    return known.stack.blocks.get(blockOf(known.objects[at]))?.needs.has(own) === true;
  });
  // Of what Terraform was not asked to take at all nothing waits.
  if (!before.some(({ startedAt }) => startedAt !== undefined)) return object;
  return { ...object, status: "waits", why: undefined, waitsFor: before.map(({ key }) => key) };
}

function blockOf(object: Surveyed | undefined): string {
  return withoutKey(object?.movesTo ?? object?.instance?.address ?? "");
}

import type { Cluster } from "../../ocp/model.js";
import { classify } from "../../ocp/task.js";
import type { Action } from "../decide/decide.js";
import type { Situation } from "../decide/situation.js";
import type { Intent } from "../intent.js";
import { describeSubtask } from "../tell/failures.js";
import type { Tools } from "./tools.js";

export interface Outcome {
  readonly how: "already-gone" | "deleted";
  /** OCP's task that did it, where it is known. */
  readonly task?: string;
}

/** Tells how it went well, and what a person ended by hand on the way. */
export function finish(action: Extract<Action, { do: "finish" }>, seen: Situation, tools: Tools): Outcome {
  const { notes, reporter } = tools;
  warnOfWhatIsUndone(seen, tools);
  // A note about another OCP's task is for whoever asks that one.
  if (!seen.noteIsOfAnother || action.how === "deleted") notes.remove();
  reporter.line(action.how === "already-gone" ? alreadyGone(action, seen, tools) : deleted(action, tools));
  return { how: action.how, ...(action.task !== undefined && { task: action.task.id }) };
}

function warnOfWhatIsUndone({ endedByHand }: Situation, { chronicle, reporter }: Tools): void {
  const warn = (text: string): void => {
    reporter.warn(text);
    chronicle.warned(text);
  };
  for (const task of endedByHand) {
    const verdict = classify(task);
    if (verdict.kind === "incomplete") {
      const names = verdict.undone.map((subtask) => describeSubtask(subtask, task)).join(", ");
      warn(`somebody ended task ${task.id} by hand in OCP; what it has not done: ${names}`);
    }
    if (verdict.kind === "succeeded") {
      const names = verdict.skipped.map((subtask) => describeSubtask(subtask, task)).join(", ");
      warn(`somebody skipped in OCP: ${names} (task ${task.id}); what it would have done is not done`);
    }
  }
}

function alreadyGone(
  { task }: { readonly task?: { readonly id: string } },
  { heldBy = [] }: Situation,
  { api, intent }: Tools,
): string {
  const where = `already gone: OCP at ${api.baseUrl} does not list it${alsoSeen(heldBy, intent)}`;
  if (intent.waitFor === "object") return where;
  const by = task === undefined ? "" : `; task ${task.id} deleted it`;
  return `${where}, and no task is at work on it${by}`;
}

/** An id belongs to one cluster, so another one may be meant. */
function alsoSeen(heldBy: readonly Cluster[], { target }: Intent): string {
  const [other] = heldBy;
  if (other === undefined || target.kind === "cluster") return "";
  return ` (OBProxy cluster ${other.id} has an OBProxy ${target.obproxyId}: see whether that one was meant)`;
}

function deleted({ task }: { readonly task?: { readonly id: string } }, { intent, reporter }: Tools): string {
  const took = reporter.elapsed();
  if (task !== undefined) return `deleted: task ${task.id} ended SUCCESSFUL and OCP no longer lists it (${took})`;
  return intent.waitFor === "object"
    ? `deleted: OCP no longer lists it; nobody looked at the task (waitFor: object) (${took})`
    : `deleted: OCP no longer lists it, and no task is at work on it (${took})`;
}

import { compareIds } from "../../ocp/ids.js";
import type { OcpId, Task } from "../../ocp/model.js";
import { classify, isProxiesDeletion } from "../../ocp/task.js";
import { mayNameObject } from "./evidence.js";
import { tasksIn } from "./look.js";
import { type Deletion, laterFirst, type Memory, newestFirst } from "./memory.js";

/** Which of the deletions that are remembered speaks for our object. */

/** Proven to be about our object; `clusterGone`: its cluster is known to be gone. */
function isProven({ proof }: Deletion, clusterGone: boolean): boolean {
  switch (proof) {
    case "sent":
    case "note":
    case "tags":
      return true;
    case "cluster-tags":
      // A cluster that is gone went, with its proxies, with the last deletion on it, whether or not that names OBProxies.
      return clusterGone;
    case "unsure":
    case "maybe":
      return false;
  }
}

/**
 * The newest first. A deletion of OBProxies alone says nothing of their cluster, which goes by another one. The newer
 * dialect has a name for it; by the older one what names OBProxies may be either, but not what had begun before a
 * deletion of the cluster that is known to be ours.
 */
function ofObject({ deletions, target }: Memory): Deletion[] {
  const all = newestFirst(deletions.values());
  if (target.kind !== "cluster") return all;
  const own = all.filter(({ proof }) => proof === "sent" || proof === "note");
  const isBeforeOwn = ({ task }: Deletion): boolean => own.some((each) => compareIds(task.id, each.task.id) < 0);
  return all.filter(
    (deletion) => !isProxiesDeletion(deletion.task) && !(deletion.proof === "cluster-tags" && isBeforeOwn(deletion)),
  );
}

/** The newest one that is proven: what came later has the last word. */
export function ourDeletion(memory: Memory, clusterGone: boolean): Deletion | undefined {
  // Who may not read tasks cannot see how they end.
  if (memory.waitFor === "object") return undefined;
  return ofObject(memory).find((deletion) => isProven(deletion, clusterGone));
}

/**
 * What stands against "already gone", the newest first: deletions that are, or may be, about our object, and ended
 * badly. Of those whose tags and notes say nothing only what this run has seen at work, or what began after a delete
 * whose answer nobody heard: a stranger's old failure is not ours. Where tags say what was not understood it may be. One
 * that ended well later has made it good; what a person ended by hand has made good nothing but itself.
 */
export function badEnds(memory: Memory, clusterGone: boolean): Deletion[] {
  const all = ofObject(memory);
  const isNamed = ({ task }: Deletion): boolean => mayNameObject(task, memory.target);
  const good = all.filter(
    (deletion) => isProven(deletion, clusterGone) && classify(deletion.task).kind === "succeeded",
  );
  return all.filter(
    (deletion) =>
      (deletion.watched || deletion.proof === "unsure" || isProven(deletion, clusterGone) || isNamed(deletion)) &&
      isBad(deletion) &&
      good.every(({ task }) => laterFirst(deletion.task, task) < 0),
  );
}

/** What was rolled back before this run began has not removed the object, whoever did so since. */
function isBad({ task, watched }: Deletion): boolean {
  const { kind } = classify(task);
  return kind === "failed" || (kind === "rolled-back" && watched);
}

/** Deletions that a person ended by hand, or skipped a part of: told, whatever comes of it. */
export function endedByHand({ deletions }: Memory, clusterGone: boolean): Task[] {
  return newestFirst(deletions.values())
    .filter((deletion) => deletion.watched || deletion.proof === "unsure" || isProven(deletion, clusterGone))
    .map(({ task }) => task)
    .filter((task) => {
      const verdict = classify(task);
      return verdict.kind === "incomplete" || (verdict.kind === "succeeded" && verdict.skipped.length > 0);
    });
}

/** Whether this run's own deletion has ended well: then only the object itself is in question. */
export function hasSucceeded(memory: Memory): boolean {
  const ours = ourDeletion(memory, false);
  return ours !== undefined && ours.watched && ours.detailed && classify(ours.task).kind === "succeeded";
}

/**
 * Deletions that were seen at work, or failed, and have left OCP's list of what runs or has failed, or are on it though
 * OCP does not know them any more: how they ended is to be read. What had failed somebody has retried, or ended.
 */
export function endUnknown({ deletions, round, finished }: Memory): OcpId[] {
  if (round?.tasks === undefined) return [];
  const seen = new Set(tasksIn(round).map(({ id }) => id));
  return [...deletions.values()]
    .filter(({ task, watched }) => {
      const { kind } = classify(task);
      const isOpen = kind === "failed" || (watched && (kind === "running" || kind === "settling"));
      return isOpen && (!seen.has(task.id) || finished.has(task.id));
    })
    .map(({ task }) => task.id);
}

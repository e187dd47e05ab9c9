import { compareIds } from "../../ocp/ids.js";
import type { OcpId, Task } from "../../ocp/model.js";
import { classify } from "../../ocp/task.js";
import { endedWell } from "./evidence.js";
import { type Deletion, type Memory, newestFirst } from "./memory.js";

/** Which of the deletions that are remembered speaks for our object. */

/** Proven to be about our object; `absent`: it is known to be gone. */
function isProven({ proof }: Deletion, absent: boolean): boolean {
  switch (proof) {
    case "sent":
    case "note":
    case "tags":
      return true;
    case "cluster-tags":
      // A cluster that is gone went with the newest deletion on it, whether or not that names OBProxies too.
      return absent;
    case "unsure":
    case "maybe":
      return false;
  }
}

/** The newest one that is proven: what came later has the last word. */
export function ourDeletion({ deletions, waitFor }: Memory, absent: boolean): Deletion | undefined {
  // Who may not read tasks cannot see how they end.
  if (waitFor === "object") return undefined;
  return newestFirst(deletions.values()).find((deletion) => isProven(deletion, absent));
}

/**
 * What stands against "already gone", the newest first: deletions that are, or may be, about our object, and ended
 * badly. Of those whose tags and notes say nothing only what this run has seen at work; a stranger's old failure is not
 * ours. A later deletion that ended well has made an earlier one good.
 */
export function badEnds({ deletions }: Memory, absent: boolean): Deletion[] {
  const all = newestFirst(deletions.values());
  const lastGood = all.find((deletion) => isProven(deletion, absent) && endedWell(deletion.task))?.task.id ?? "0";
  return all.filter(
    (deletion) =>
      compareIds(deletion.task.id, lastGood) > 0 &&
      (deletion.watched || deletion.proof === "unsure" || isProven(deletion, absent)) &&
      isBad(deletion),
  );
}

/** What was rolled back before this run began has not removed the object, whoever did so since. */
function isBad({ task, watched }: Deletion): boolean {
  const { kind } = classify(task);
  return kind === "failed" || (kind === "rolled-back" && watched);
}

/** Deletions that a person ended by hand, or skipped a part of: told, whatever comes of it. */
export function endedByHand({ deletions }: Memory, absent: boolean): Task[] {
  return newestFirst(deletions.values())
    .filter((deletion) => deletion.watched || deletion.proof === "unsure" || isProven(deletion, absent))
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
 * Deletions that were seen at work, or to fail, and have left OCP's list of what runs or has failed: how they ended is
 * to be read. What had failed somebody has retried, or ended.
 */
export function endUnknown({ deletions, round }: Memory): OcpId[] {
  const listed = round?.tasks;
  if (listed === undefined) return [];
  const stillListed = new Set(listed.entries.map(({ id }) => id));
  return [...deletions.values()]
    .filter(({ task, watched }) => {
      const { kind } = classify(task);
      return watched && ["running", "settling", "failed"].includes(kind) && !stillListed.has(task.id);
    })
    .map(({ task }) => task.id);
}

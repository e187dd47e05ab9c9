import { compareIds } from "../../ocp/ids.js";
import type { OcpId } from "../../ocp/model.js";
import { badEnds, endUnknown, hasSucceeded, ourDeletion } from "./deletions.js";
import { endedWell, isClusterGone, presenceOf } from "./evidence.js";
import type { Look, Questions } from "./look.js";
import type { Memory } from "./memory.js";

/**
 * What has to be asked next, and nothing that could not change the decision. The order in which it is asked matters: the
 * object first, then the tasks, so that a deletion that begins in between is seen.
 *
 * @returns undefined where nothing is to be asked: a task is followed, or the round is whole
 */
export function questions(memory: Memory): Questions | undefined {
  if (memory.following !== undefined) return undefined;
  return memory.round === undefined ? wholeRound(memory) : supplement(memory, memory.round);
}

function wholeRound(memory: Memory): Questions {
  const { note, readUpTo, waiting } = memory;
  const isForTurn = waiting?.because === "lock" || waiting?.because === "busy";
  const isNoteOpen = note?.state === "unread" || note?.state === "unclear";
  return {
    cluster: memory.target.clusterId,
    tasks: readsTasks(memory) ? (readUpTo === undefined ? "all" : "newer") : "none",
    newerThan: readUpTo ?? "0",
    anyName: isForTurn,
    details: readsTasks(memory) && isNoteOpen ? [note.note.taskId] : [],
    // Something unseen holds the lock, or keeps the cluster busy: perhaps in a status that cannot be asked for.
    anyStatusSince: isForTurn && readsTasks(memory) ? "0" : undefined,
  };
}

function supplement(memory: Memory, round: Look): Questions | undefined {
  if (!readsTasks(memory)) return undefined;
  const absent = presenceOf(round, memory.target).is === "absent";
  const clusterGone = isClusterGone(round, memory.target);
  const details = unread(memory, clusterGone).filter((id) => !round.details.has(id));
  const since = details.length > 0 || !absent ? undefined : endedQuestion(memory, clusterGone);
  const anyStatusSince = since === undefined || isRead(round.anyStatus?.since, since) ? undefined : since;
  if (details.length === 0 && anyStatusSince === undefined) return undefined;
  return { cluster: undefined, tasks: "none", newerThan: "0", anyName: false, details, anyStatusSince };
}

/** `"0"` is the newest page: less than what reaches down to a task. */
function isRead(asked: OcpId | undefined, since: OcpId): boolean {
  if (asked === undefined) return false;
  return since === "0" || (asked !== "0" && compareIds(asked, since) <= 0);
}

function readsTasks(memory: Memory): boolean {
  return memory.waitFor === "task" && !hasSucceeded(memory);
}

/** A list says too little of our own task, and nothing of one that has left it. */
function unread(memory: Memory, clusterGone: boolean): OcpId[] {
  const ours = ourDeletion(memory, clusterGone);
  const own = ours === undefined || ours.detailed ? [] : [ours.task.id];
  return [...new Set([...own, ...endUnknown(memory)])];
}

/**
 * Where the object is gone: has a later deletion made good what failed, and how did the last one end? Without a failure
 * the newest page will do; all that hangs on it is a warning about what a person skipped.
 */
function endedQuestion(memory: Memory, clusterGone: boolean): OcpId | undefined {
  const bad = badEnds(memory, clusterGone).map(({ task }) => task.id);
  if (bad.length > 0) return bad.reduce((oldest, id) => (compareIds(id, oldest) < 0 ? id : oldest));
  const ours = ourDeletion(memory, clusterGone);
  return ours === undefined || !endedWell(ours.task) ? "0" : undefined;
}

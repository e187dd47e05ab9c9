import type { Target } from "../../contract/object.js";
import type { OcpError } from "../../ocp/errors.js";
import { compareIds } from "../../ocp/ids.js";
import type { Cluster, OcpId, Task, Unread } from "../../ocp/model.js";
import { classify, type Verdict } from "../../ocp/task.js";
import type { Intent } from "../intent.js";
import { badEnds, endedByHand, endUnknown, ourDeletion } from "./deletions.js";
import {
  endedWell,
  findNameElsewhere,
  findObproxyElsewhere,
  isClusterGone,
  isOurDeletionAtWork,
  mayBeOurDeletion,
  type Presence,
  presenceOf,
  whyNamesUnknown,
} from "./evidence.js";
import { type Look, NO_LOOK, tasksIn } from "./look.js";
import { type Deletion, type Following, laterFirst, type Memory, newestFirst, type Sent } from "./memory.js";
import { isAfterLoss, isLongAfterLoss, isUnreadWatched } from "./digest.js";
import { failedOnCluster, isOnCluster, mayHold, type TaskAtWork, tasksAtWork } from "./on-cluster.js";
import { whyNotRetry } from "./retry.js";
import { TOLERANCES, TRIES } from "./tolerances.js";

/** The newest deletion that is proven to be our object's: we started it, a note names it, or its tags do. */
export interface OurTask {
  readonly task: Task;
  readonly verdict: Verdict;
  /**
   * `true`: it was at work, or was started, while this hook watched, so its end is this run's end. `false`: it had come
   * to its end before.
   */
  readonly ofThisRun: boolean;
  /** We started it, in this run or, as a note says, in an earlier one; tags alone do not tell who did. */
  readonly own: boolean;
  /** Everything that it deletes, where that is proven by more than tags. */
  readonly deletes: Deletion["deletes"];
  /** Why a failure of it must not be retried by us; undefined: it may be. */
  readonly whyNotRetry: string | undefined;
  /** Why its verdict is no longer to be relied on: it was retried, or ended by hand, and OCP does not tell how it ended. */
  readonly endUnknown: string | undefined;
}

/** A deletion that ended badly and may have been about our object. */
export interface BadEnd {
  readonly task: Task;
  /** It began after a delete of ours whose answer was lost. */
  readonly afterLoss: boolean;
}

/** Everything that a decision rests on: what is seen, and what is remembered of it. */
export interface Situation {
  readonly following: Following | undefined;
  readonly presence: Presence["is"];
  /** What cannot be known, for people: of the object itself, */
  readonly whyUnknown: string | undefined;
  /** of the tasks on the cluster, */
  readonly tasksUnknown: string | undefined;
  /** and of a deletion that may still be at work on an object that is gone. */
  readonly endUnknown: string | undefined;
  /** The cluster behind the id, where OCP shows it. */
  readonly cluster: Cluster | undefined;
  /** The cluster id under which OCP knows the guard's name, where it is another one than ours. */
  readonly nameElsewhere: OcpId | undefined;
  /** Other clusters that are seen to hold an OBProxy of this id; absent: nobody looked, or none does. */
  readonly heldBy?: readonly Cluster[];
  readonly ours: OurTask | undefined;
  /** The newest first. */
  readonly badEnds: readonly BadEnd[];
  /** Deletions that a person ended by hand, or skipped a part of. */
  readonly endedByHand: readonly Task[];
  readonly atWork: readonly TaskAtWork[];
  /** Tasks at work that may hold the cluster's lock, also such as nothing ties to it but a name; the oldest first. */
  readonly mayHold: readonly Task[];
  /** FAILED tasks at rest that may hold the cluster's lock; our own first. */
  readonly failedOnCluster: readonly Task[];
  readonly sent: Sent;
  /**
   * The newest delete whose answer was lost. `settled`: what it began would be seen by now. `mayBeAtWork`: something that
   * is at work began early enough.
   */
  readonly loss:
    | {
        readonly error: OcpError;
        readonly times: number;
        readonly settled: boolean;
        readonly mayBeAtWork: boolean;
      }
    | undefined;
  /** An earlier run sent a delete and heard no answer, and what it began may be at work. */
  readonly unheard: boolean;
  /** The newest task that OCP has listed. */
  readonly newestListed: OcpId;
  /** The note that was found is about another OCP's task. */
  readonly noteIsOfAnother: boolean;
  readonly retriesLeft: number;
  /** How long nothing has been done but waiting for one thing, in ticks. */
  readonly waitedTicks: number;
  /** What is still worth waiting for. */
  readonly patience: Patience;
  /** What a person should know, whatever comes of it. */
  readonly remarks: readonly string[];
}

export interface Patience {
  /** A lock, or a busy cluster, that no visible task explains. */
  readonly lock: boolean;
  /** What OCP leaves open. */
  readonly unknown: boolean;
  /** An object that is still listed after its task's success. */
  readonly verify: boolean;
  /** A delete that does not get through. */
  readonly undelivered: boolean;
  /** The task that is followed and whose state OCP does not tell. */
  readonly unclear: boolean;
}

/** What is known at this moment, out of what was seen and what is remembered. */
export function situation(memory: Memory, intent: Intent): Situation {
  const round = memory.round ?? NO_LOOK;
  const listed = tasksIn(round).filter(({ status }) => status !== "SUCCESSFUL");
  const clusterGone = isClusterGone(round, memory.target);
  const deletion = ourDeletion(memory, clusterGone);
  const presence = presenceByName(round, intent, deletion);
  const atWork = atWorkIn(memory, listed, deletion?.task.id);
  // The oldest comes first.
  const mayBeLost = atWork.slice(0, 1).some(({ task }) => !isLongAfterLoss(memory, task));
  const open = endUnknown(memory);
  return {
    following: memory.following,
    presence: presence.is,
    whyUnknown: presence.is === "unknown" ? presence.why : undefined,
    tasksUnknown: whyTasksUnknown(round, memory.target),
    endUnknown: whyEndUnknown(memory, round, deletion),
    cluster: round.cluster?.says === "there" ? round.cluster.cluster : undefined,
    heldBy: findObproxyElsewhere(round.clusters, memory.target),
    nameElsewhere: findNameElsewhere(round.clusters, intent.clusterName, memory.target.clusterId),
    ours: deletion === undefined ? undefined : ourTask(deletion, memory, intent, open),
    badEnds: badEnds(memory, clusterGone)
      .filter(({ task }) => !open.includes(task.id))
      .map(({ task }) => ({ task, afterLoss: isAfterLoss(memory, task) })),
    endedByHand: endedByHand(memory, clusterGone),
    atWork,
    mayHold: mayHold(listed, memory.target),
    failedOnCluster: holders(memory, listed, round),
    sent: memory.sent,
    loss: lossOf(memory, mayBeLost),
    unheard: memory.unheardSince !== undefined && mayBeLost,
    newestListed: memory.newestListed,
    noteIsOfAnother: memory.note?.state === "other",
    retriesLeft: Math.max(0, intent.taskRetries - Math.max(memory.retriesUsed, retriesSeen(deletion))),
    waitedTicks: memory.waiting === undefined ? 0 : (memory.at - memory.waiting.since) / memory.tickMs,
    patience: patienceOf(memory),
    remarks: remarksOf(memory, round),
  };
}

/** As long as the guard's name may be that of another cluster the object is not gone, unless we have deleted it. */
function presenceByName(round: Look, { clusterName, target }: Intent, deletion: Deletion | undefined): Presence {
  const presence = presenceOf(round, target);
  if (presence.is !== "absent" || (deletion !== undefined && isOwn(deletion) && endedWell(deletion.task))) {
    return presence;
  }
  const why = whyNamesUnknown(round.clusters, clusterName, target.clusterId);
  return why === undefined ? presence : { is: "unknown", why };
}

function isOwn({ proof }: Deletion): boolean {
  return proof === "sent" || proof === "note";
}

function ourTask(deletion: Deletion, memory: Memory, intent: Intent, open: readonly OcpId[]): OurTask {
  return {
    task: deletion.task,
    verdict: classify(deletion.task),
    ofThisRun: deletion.watched,
    own: isOwn(deletion),
    deletes: deletion.deletes,
    whyNotRetry: whyNotRetry(deletion, memory.user, intent),
    endUnknown: open.includes(deletion.task.id) ? describeOpen(deletion.task.id) : undefined,
  };
}

/**
 * How often the task that this run has begun was retried, whoever asked for it: hooks that share a task may see its
 * second failure first. Each retry counts up the attempts of what had failed.
 */
function retriesSeen(deletion: Deletion | undefined): number {
  if (deletion?.proof !== "sent" || deletion.task.operation !== "RETRY") return 0;
  return deletion.task.subtasks.reduce((most, { runTime }) => Math.max(most, runTime - 1), 0);
}

function whyTasksUnknown({ tasks }: Look, target: Target): string | undefined {
  if (tasks === undefined) return undefined;
  if (!tasks.complete) {
    return `OCP's list of tasks could not be read whole: ${tasks.why ?? "its pages do not fit together"}`;
  }
  // Nothing is deleted beside it: OCP's lock need not hold until its end.
  const atWork = tasks.unread.find((entry) => isOurDeletionAtWork(entry, target));
  return atWork === undefined
    ? undefined
    : `OCP lists ${describeUnread(atWork)} and by its tags it deletes this, or may`;
}

/** A deletion that may be at work on our object though nobody sees it there. `ours`: the newest that is proven. */
function whyEndUnknown(memory: Memory, round: Look, ours: Deletion | undefined): string | undefined {
  const { note, deletions } = memory;
  if (note?.state === "unclear" && !deletions.has(note.note.taskId)) {
    return `an earlier run started task ${note.note.taskId}, and OCP does not say in its own word whether it still knows it`;
  }

  const [lost] = endUnknown(memory);
  if (lost !== undefined) return describeOpen(lost);
  const any = round.anyStatus?.tasks;
  if (any !== undefined && !any.complete) {
    return `OCP's list of tasks could not be read: ${any.why ?? "its pages do not fit together"}`;
  }

  const unread = [...(round.tasks?.unread ?? []), ...(any?.unread ?? [])].find(
    (entry) => mayBeOurs(memory, round, entry) && !isMadeGood(entry, ours),
  );
  return unread === undefined ? undefined : `OCP lists ${describeUnread(unread)} which may be a deletion of it`;
}

function mayBeOurs(memory: Memory, round: Look, entry: Unread): boolean {
  return mayBeOurDeletion(entry, memory.target, isClusterGone(round, memory.target), isUnreadWatched(memory, entry));
}

function describeOpen(id: OcpId): string {
  return `task ${id} was at work on it, and OCP does not tell how it ended`;
}

/** It has failed before ours ended well. */
function isMadeGood({ id, status }: Unread, ours: Deletion | undefined): boolean {
  if (status !== "FAILED" || id === undefined || ours === undefined) return false;
  return endedWell(ours.task) && compareIds(id, ours.task.id) < 0;
}

function describeUnread({ id, why }: Unread): string {
  return `a task${id === undefined ? "" : ` (${id})`} that cannot be understood (${why}),`;
}

/** Our own failed deletions of earlier runs, and what by its tags works on the cluster. */
function holders({ deletions, target }: Memory, listed: readonly Task[], { anyStatus }: Look): Task[] {
  const own = newestFirst(deletions.values())
    .filter((deletion) => isOwn(deletion) && classify(deletion.task).kind === "failed")
    .map(({ task }) => task);
  const ownIds = new Set(own.map(({ id }) => id));
  const done = (anyStatus?.tasks.entries ?? []).filter(
    (task) => task.status === "SUCCESSFUL" && isOnCluster(task, target),
  );
  // What has been done on the cluster since had the lock.
  const mayHold = (task: Task): boolean => done.every((each) => laterFirst(task, each) < 0);
  return [...own, ...failedOnCluster(listed, target).filter((task) => !ownIds.has(task.id))].filter(mayHold);
}

/**
 * What began when the object was seen to be gone already is not about it, unless a delete of ours may have begun it. So
 * a stranger's deletions that follow one upon the other do not keep a run from its end.
 */
function atWorkIn(memory: Memory, listed: readonly Task[], ours: OcpId | undefined): TaskAtWork[] {
  const { target, finished, goneSince } = memory;
  const all = tasksAtWork(listed, target, ours).filter(({ task }) => !finished.has(task.id));
  if (goneSince === undefined) return all;
  const isLater = (task: Task): boolean => compareIds(task.id, goneSince.task) > 0 && !isAfterLoss(memory, task);
  return all.map((each) => (each.onObject === "maybe" && isLater(each.task) ? { ...each, onObject: "no" } : each));
}

function lossOf({ loss, at, tickMs }: Memory, mayBeAtWork: boolean): Situation["loss"] {
  if (loss === undefined) return undefined;
  return { error: loss.error, times: loss.times, settled: at - loss.at >= TOLERANCES.settle * tickMs, mayBeAtWork };
}

function patienceOf(memory: Memory): Patience {
  const { waiting, following, sent, at, tickMs } = memory;
  const isWithin = (since: number | undefined, ticks: number): boolean =>
    since === undefined || at - since < ticks * tickMs;
  const waits = (...reasons: readonly string[]): number | undefined =>
    waiting !== undefined && reasons.includes(waiting.because) ? waiting.since : undefined;
  return {
    lock: isWithin(waits("lock", "busy"), TOLERANCES.lock),
    unknown: isWithin(waits("unknown"), TOLERANCES.unknown),
    verify: waits("verify") === undefined || (waiting?.times ?? 0) < TRIES.verify,
    undelivered: sent.state !== "undelivered" || mayDeliver(sent, at, tickMs),
    unclear: isWithin(
      following?.unclear?.since,
      following?.unclear?.answer.says === "purged" ? TOLERANCES.unknownTask : TOLERANCES.unknown,
    ),
  };
}

/** A delete that OCP has certainly not carried out is sent again for as long as a read would be. */
function mayDeliver(
  { error, since, times }: Extract<Sent, { state: "undelivered" }>,
  at: number,
  tickMs: number,
): boolean {
  if (error.kind === "unauthenticated") return times <= TRIES.repeated401;
  if (error.kind === "not-found" || error.kind === "refused") return times <= TRIES.unfound;
  return at - since < (error.kind === "throttled" ? TOLERANCES.throttled : TOLERANCES.trouble) * tickMs;
}

function remarksOf(memory: Memory, round: Look): string[] {
  const { note } = memory;
  const purged =
    note?.state === "purged"
      ? [`OCP does not know task ${note.note.taskId} of an earlier run any more: it has purged it`]
      : [];
  const unread = (round.tasks?.unread ?? [])
    .filter((entry) => mayBeOurs(memory, round, entry))
    .map((entry) => `OCP lists ${describeUnread(entry)} which may be about this`);
  return [...purged, ...unread];
}

import type { OcpError } from "../../ocp/errors.js";
import type { Cluster, Task } from "../../ocp/model.js";
import type { Intent } from "../intent.js";
import { deletionBreach, type GuardBreach, nameBreach } from "./guards.js";
import type { Following, Sent, WaitReason } from "./memory.js";
import { isBusy, type TaskAtWork } from "./on-cluster.js";
import type { BadEnd, OurTask, Situation } from "./situation.js";
import { TRIES } from "./tolerances.js";

export type Action =
  /** `task`: the deletion whose end this is, where one is known. */
  | { readonly do: "finish"; readonly how: "already-gone" | "deleted"; readonly task?: Task }
  /** Read a task again after a while; `ours` says whose end it will be. */
  | {
      readonly do: "follow";
      readonly task: Task;
      readonly ours: boolean;
      readonly certain: boolean;
      readonly since: number | undefined;
      readonly quickLooks: number;
    }
  /** Look again after a while. */
  | { readonly do: "wait"; readonly because: WaitReason }
  | { readonly do: "delete"; readonly cluster: Cluster }
  | { readonly do: "retry"; readonly task: Task }
  | { readonly do: "fail"; readonly why: Failing };

export type Failing =
  | { readonly reason: "guard"; readonly breach: GuardBreach }
  | { readonly reason: "task-failed"; readonly ours: OurTask }
  | { readonly reason: "still-there"; readonly task: Task }
  | { readonly reason: "task-vanished"; readonly task: Task }
  /** `what`: what could not be known. */
  | { readonly reason: "unknown"; readonly what: string }
  | { readonly reason: "bad-end"; readonly end: BadEnd }
  | { readonly reason: "lock-not-released"; readonly holder: Task | undefined; readonly error: OcpError }
  | { readonly reason: "call-failed"; readonly error: OcpError }
  | { readonly reason: "refused"; readonly error: OcpError }
  | { readonly reason: "answer-lost"; readonly error: OcpError };

/**
 * What to do next: the whole behaviour of the hook in one pure function of what is known and what is wanted.
 *
 * The order of the questions is the order of their weight: how our own task ended; then, where none is ours, whether
 * the object is gone; then what stands against deleting it.
 */
export function decide(seen: Situation, intent: Intent): Action {
  if (seen.following !== undefined) return judgeFollowing(seen.following, seen);
  if (seen.nameElsewhere !== undefined && !hasDeletedIt(seen.ours)) {
    return guarded(claimOr({ guard: "clusterNameElsewhere", otherId: seen.nameElsewhere }, intent));
  }

  const own = seen.ours === undefined ? undefined : judgeOwnTask(seen.ours, seen, intent);
  if (own !== undefined) return own;
  const name = nameBreach(seen.cluster, intent);
  if (name !== undefined) return guarded(claimOr(name, intent));
  switch (seen.presence) {
    case "absent":
      return judgeAbsence(seen);
    case "unknown":
      return judgeUnknown(seen, seen.whyUnknown);
    case "present":
      return judgePresence(seen, intent);
  }
}

/** Then the name under another id is of a cluster that was made since. */
function hasDeletedIt(ours: OurTask | undefined): boolean {
  return ours?.own === true && (ours.verdict.kind === "succeeded" || ours.verdict.kind === "incomplete");
}

function judgeFollowing(following: Following, { patience }: Situation): Action {
  const { task, unclear } = following;
  if (unclear === undefined || patience.unclear) return { do: "follow", ...following };
  return unclear.answer.says === "purged"
    ? fail({ reason: "task-vanished", task })
    : fail({ reason: "unknown", what: `OCP does not say in its own word whether it still knows task ${task.id}` });
}

/** Undefined: the task says nothing about what has to be done now. */
function judgeOwnTask(ours: OurTask, seen: Situation, intent: Intent): Action | undefined {
  const { verdict, task } = ours;
  switch (verdict.kind) {
    case "running":
    case "settling":
      return follow(task, true, true);
    case "failed":
      if (ours.endUnknown !== undefined) return judgeUnknown(seen, ours.endUnknown);
      if (seen.retriesLeft > 0 && !verdict.rollbackFailed && ours.whyNotRetry === undefined) {
        return judgeRetry(task, seen, intent);
      }

      return mattersStill(ours, seen) ? fail({ reason: "task-failed", ours }) : undefined;
    case "rolled-back":
      // Rolled back before this run began: whatever removed the object since, it was not that task.
      return ours.ofThisRun ? fail({ reason: "task-failed", ours }) : undefined;
    case "incomplete":
      // Somebody ended it by hand. That is a person's word, and the object is gone or it is not.
      if (seen.presence === "present") return ours.ofThisRun ? fail({ reason: "task-failed", ours }) : undefined;
      return judgeOwnEnd(ours, seen);
    case "succeeded":
      return judgeOwnEnd(ours, seen);
  }
}

/** A retry deletes, so it needs what a delete needs, and waits for what works on the cluster. */
function judgeRetry(task: Task, seen: Situation, intent: Intent): Action {
  const breach = nameBreach(seen.cluster, intent) ?? deletionBreach(seen.cluster, intent);
  if (breach !== undefined) return guarded(breach);
  if (seen.presence === "unknown") return judgeUnknown(seen, seen.whyUnknown);
  const busy = seen.atWork.find(({ onCluster }) => onCluster === "yes");
  if (busy !== undefined) return followOther(busy);
  return seen.tasksUnknown === undefined ? { do: "retry", task } : judgeUnknown(seen, seen.tasksUnknown);
}

/**
 * An end that an earlier run left behind is history once the object is there and can be deleted anew. Where the object
 * is gone it is not: OCP removes the information about a proxy early in its task, and what failed later left a host
 * reserved and a cluster locked.
 */
function mattersStill(ours: OurTask, seen: Situation): boolean {
  return ours.ofThisRun || seen.presence !== "present";
}

function judgeOwnEnd(ours: OurTask, seen: Situation): Action | undefined {
  switch (seen.presence) {
    case "absent":
      return (
        judgeOthers(seen) ?? {
          do: "finish",
          how: ours.ofThisRun || ours.own ? "deleted" : "already-gone",
          task: ours.task,
        }
      );
    case "unknown":
      return judgeUnknown(seen, seen.whyUnknown);
    case "present":
      if (!ours.ofThisRun) return undefined;
      return seen.patience.verify ? wait("verify") : fail({ reason: "still-there", task: ours.task });
  }
}

/**
 * Whether something else has the last word: a delete of which no answer, or no note, tells the task, or an older one
 * that somebody retries. Without tags nothing proves that one is ours, and nothing that it is not. A run that has seen
 * its own deletion end well does not ask for others. Undefined: ours has it.
 */
function judgeOthers(seen: Situation): Action | undefined {
  const atWork = seen.atWork.find(({ onObject }) => onObject !== "no");
  if (atWork !== undefined) return followOther(atWork);
  const bad = seen.badEnds[0];
  if (bad !== undefined) return fail({ reason: "bad-end", end: bad });
  const unknown = seen.tasksUnknown ?? seen.endUnknown;
  return unknown === undefined ? undefined : judgeUnknown(seen, unknown);
}

function judgeAbsence(seen: Situation): Action {
  const other = judgeOthers(seen);
  if (other !== undefined) return other;
  // A delete whose answer was lost may have begun only now; its task has to show up before "gone" means anything.
  if (seen.loss?.settled === false) return wait("settle");
  return { do: "finish", how: seen.sent.state === "accepted" || seen.loss !== undefined ? "deleted" : "already-gone" };
}

/** Unknown is neither "there" nor "gone". */
function judgeUnknown({ patience }: Situation, what: string | undefined): Action {
  return patience.unknown
    ? wait("unknown")
    : fail({ reason: "unknown", what: what ?? "what OCP answers leaves it open" });
}

function judgePresence(seen: Situation, intent: Intent): Action {
  // Only for what may delete it there is something to wait for.
  if (intent.claimed !== undefined && seen.atWork.every(({ onObject }) => onObject === "no")) {
    return guarded({ guard: "claimed", by: intent.claimed });
  }
  const certain = seen.atWork.find((each) => each.onCluster === "yes");
  if (certain !== undefined) return followOther(certain);
  const { sent, loss } = seen;
  if (sent.state === "accepted") return judgeAccepted(seen);
  const unresolved = loss === undefined ? judgeUnheard(seen) : judgeLoss(loss, seen);
  if (unresolved !== undefined) return unresolved;
  if (sent.state === "locked" && !sent.due) return judgeLock(seen, sent, intent);
  if (sent.state === "undelivered" && !sent.due) {
    return seen.patience.undelivered ? wait("undelivered") : fail({ reason: "call-failed", error: sent.error });
  }

  if (seen.tasksUnknown !== undefined) return judgeUnknown(seen, seen.tasksUnknown);
  // Without tags the cluster's own state tells whether something works on it.
  // A failed task explains a busy cluster too, and no waiting ends that.
  if (isBusy(seen.cluster) && seen.patience.lock && seen.failedOnCluster.length === 0) {
    const [only, another] = seen.atWork;
    return only !== undefined && another === undefined ? followOther(only) : wait("busy");
  }
  return judgeDelete(seen, intent);
}

/**
 * Who may read tasks knows what became of the accepted delete, unless another deletion of the object has ended since: then
 * that one has the last word, and the object is there nevertheless.
 */
function judgeAccepted({ ours, patience }: Situation): Action {
  if (ours === undefined) return wait("object");
  return patience.verify ? wait("verify") : fail({ reason: "still-there", task: ours.task });
}

/** Where an earlier run sent a delete and heard no answer, what may be its task is waited for. */
function judgeUnheard({ unheard, atWork }: Situation): Action | undefined {
  const [first] = atWork;
  return unheard && first !== undefined ? followOther(first) : undefined;
}

/** Undefined: OCP was seen to have done nothing about the delete whose answer was lost. */
function judgeLoss(loss: NonNullable<Situation["loss"]>, seen: Situation): Action | undefined {
  // Without tags: what may be ours is waited for, so that the same delete is not sent beside it.
  const [first] = seen.atWork;
  if (first !== undefined && loss.mayBeAtWork) return followOther(first);
  if (!loss.settled) return wait("settle");
  const bad = seen.badEnds.find(({ afterLoss }) => afterLoss);
  return bad === undefined ? undefined : fail({ reason: "bad-end", end: bad });
}

function judgeLock(seen: Situation, sent: Extract<Sent, { state: "locked" }>, intent: Intent): Action {
  if (seen.atWork.length > 0) return wait("lock");
  const holder = seen.failedOnCluster[0];
  // A failed task keeps the lock until somebody acts on it: waiting would only burn the deadline. The first refusal may
  // have come from a task that has ended since.
  if (holder !== undefined && sent.refusals > 1) {
    return fail({ reason: "lock-not-released", holder, error: sent.error });
  }

  // Who may not read tasks sees none of those that hold the lock for good reason; then only the deadline ends the wait.
  return seen.patience.lock || intent.waitFor === "object"
    ? wait("lock")
    : fail({ reason: "lock-not-released", holder: undefined, error: sent.error });
}

function judgeDelete({ cluster, sent, loss }: Situation, intent: Intent): Action {
  const breach = deletionBreach(cluster, intent);
  if (breach !== undefined) return guarded(breach);
  if (sent.state === "refused") return fail({ reason: "refused", error: sent.error });
  // An answer that is not OCP's (a login page, a gateway's page) would come again.
  if (loss !== undefined && (loss.times > TRIES.sendsAfterLoss || loss.error.kind === "not-ocp")) {
    return fail({ reason: "answer-lost", error: loss.error });
  }

  if (cluster === undefined) return fail({ reason: "unknown", what: "OCP does not show the cluster" });
  return { do: "delete", cluster };
}

/** What another declares has its name from there, and what is to be done for it there comes first. */
function claimOr(breach: GuardBreach, { claimed }: Intent): GuardBreach {
  return claimed === undefined ? breach : { guard: "claimed", by: claimed };
}

function guarded(breach: GuardBreach): Action {
  return fail({ reason: "guard", breach });
}

function fail(why: Failing): Action {
  return { do: "fail", why };
}

function wait(because: WaitReason): Action {
  return { do: "wait", because };
}

function follow(task: Task, ours: boolean, certain: boolean): Action {
  return { do: "follow", task, ours, certain, since: undefined, quickLooks: 0 };
}

function followOther({ task, onCluster }: TaskAtWork): Action {
  return follow(task, false, onCluster === "yes");
}

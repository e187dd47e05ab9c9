import type { Cluster, Task } from "../../ocp/model.js";
import type { OcpError } from "../../ocp/errors.js";
import type { Intent } from "../intent.js";
import { contentBreach, type GuardBreach, nameBreach } from "./guards.js";
import type { Observation, OurTask, Sent, TaskAtWork } from "./observation.js";

export type Action =
  | { readonly do: "finish"; readonly how: "already-gone" | "deleted"; readonly task?: Task }
  /** Follow a task until its state changes for good; `ours` says whose end it will be. */
  | { readonly do: "follow"; readonly task: Task; readonly ours: boolean; readonly certain: boolean }
  /** Look again after a while. */
  | { readonly do: "look-again"; readonly because: LookAgainReason }
  | { readonly do: "delete" }
  | { readonly do: "retry"; readonly task: Task }
  | { readonly do: "fail"; readonly why: Failing };

export type Failing =
  | { readonly reason: "guard"; readonly breach: GuardBreach }
  | { readonly reason: "task-failed"; readonly ours: OurTask }
  | { readonly reason: "still-there"; readonly task: Task }
  | { readonly reason: "task-vanished"; readonly task: Task }
  | { readonly reason: "silent-about-obproxies" }
  | { readonly reason: "suspect-failed"; readonly task: Task }
  | { readonly reason: "lock-not-released"; readonly holder: Task | undefined; readonly error: OcpError }
  | { readonly reason: "refused"; readonly error: OcpError }
  | { readonly reason: "answer-lost"; readonly error: OcpError };

/**
 * - `lock`: OCP refused the delete because something works on the cluster
 * - `busy`: the cluster says so itself, before a delete was sent
 * - `settle`: what became of a delete whose answer was lost is not to be seen yet
 * - `verify`: our task has ended well; another of OCP's nodes may still list the object
 * - `silence`: OCP does not say which OBProxies the cluster holds
 * - `object`: nobody may read the task; only the object's absence ends the wait
 */
export type LookAgainReason = "lock" | "busy" | "settle" | "verify" | "silence" | "object";

/** How often a delete whose answer was lost is sent again, each time only after OCP was seen to have done nothing. */
export const MAX_SENDS_AFTER_LOSS = 2;

/**
 * What to do next: the whole behaviour of the hook in one pure function of what was observed and what is wanted.
 *
 * The order of the questions is the order of their weight: how our own task ended; then, where none is ours, whether
 * the object is gone; then what stands against deleting it.
 */
export function decide(seen: Observation, intent: Intent): Action {
  if (seen.nameElsewhere !== undefined && !hasDeletedIt(seen.ours)) {
    return guarded({ guard: "clusterNameElsewhere", otherId: seen.nameElsewhere });
  }
  const own = seen.ours === undefined ? undefined : judgeOwnTask(seen.ours, seen, intent);
  if (own !== undefined) return own;
  if (seen.vanished !== undefined) return { do: "fail", why: { reason: "task-vanished", task: seen.vanished } };
  const name = nameBreach(seen.cluster, intent);
  if (name !== undefined) return guarded(name);
  if (seen.presence === "absent") return judgeAbsence(seen);
  if (seen.presence === "unknown") return judgeSilence(seen);
  return judgePresence(seen, intent);
}

/** Then the name under another id is of a cluster that was made since. */
function hasDeletedIt(ours: OurTask | undefined): boolean {
  return ours?.own === true && ours.verdict.kind === "succeeded";
}

/** Undefined: the task says nothing about what has to be done now. */
function judgeOwnTask(ours: OurTask, seen: Observation, intent: Intent): Action | undefined {
  const { verdict, task } = ours;
  switch (verdict.kind) {
    case "running":
    case "settling":
      return { do: "follow", task, ours: true, certain: true };
    case "failed":
      if (seen.retriesLeft > 0 && !verdict.rollbackFailed && ours.mayRetry) return judgeRetry(task, seen, intent);
      return mattersStill(ours, seen) ? failedTask(ours) : undefined;
    case "rolled-back":
      // Rolled back before this run began: whatever removed the object since, it was not that task.
      return ours.ofThisRun ? failedTask(ours) : undefined;
    case "incomplete":
      return mattersStill(ours, seen) ? failedTask(ours) : undefined;
    case "succeeded":
      return judgeOwnSuccess(ours, seen);
  }
}

/** A retry deletes, so it needs what a delete needs. */
function judgeRetry(task: Task, { cluster }: Observation, intent: Intent): Action {
  const breach = nameBreach(cluster, intent) ?? contentBreach(cluster, intent);
  return breach === undefined ? { do: "retry", task } : guarded(breach);
}

/**
 * An end that an earlier run left behind is history once the object is there and can be deleted anew. Where the object
 * is gone it is not: OCP removes the information about a proxy early in its task, and what failed later left a host
 * reserved and a cluster locked.
 */
function mattersStill(ours: OurTask, seen: Observation): boolean {
  return ours.ofThisRun || seen.presence !== "present";
}

function judgeOwnSuccess(ours: OurTask, seen: Observation): Action | undefined {
  switch (seen.presence) {
    case "absent":
      return { do: "finish", how: "deleted", task: ours.task };
    case "unknown":
      return judgeSilence(seen);
    case "present":
      if (!ours.ofThisRun) return undefined;
      return seen.mayStillVanish
        ? { do: "look-again", because: "verify" }
        : { do: "fail", why: { reason: "still-there", task: ours.task } };
  }
}

function judgeAbsence(seen: Observation): Action {
  const onObject = seen.atWork.filter((each) => each.onObject !== "no");
  if (onObject.length > 0) return followFirst(onObject);
  const suspect = seen.suspects[0];
  if (suspect !== undefined) return { do: "fail", why: { reason: "suspect-failed", task: suspect } };
  // A delete whose answer was lost may have begun only now; its task has to show up before "gone" means anything.
  if (seen.sent.state === "lost" && !seen.sent.settled) return { do: "look-again", because: "settle" };
  return { do: "finish", how: seen.sent.state === "not-sent" ? "already-gone" : "deleted" };
}

/** A cluster's detail without its list of OBProxies proves neither that the proxy is there nor that it is gone. */
function judgeSilence(seen: Observation): Action {
  return seen.mayStillVanish
    ? { do: "look-again", because: "silence" }
    : { do: "fail", why: { reason: "silent-about-obproxies" } };
}

function judgePresence(seen: Observation, intent: Intent): Action {
  const certain = seen.atWork.filter((each) => each.onCluster === "yes");
  if (certain.length > 0) return followFirst(certain);
  const { sent } = seen;
  if (sent.state === "accepted") return { do: "look-again", because: "object" };
  if (sent.state === "lost") {
    // Without tags: what may be ours is waited for, so that the same delete is not sent beside it.
    if (seen.atWork.length > 0) return followFirst(seen.atWork);
    if (!sent.settled) return { do: "look-again", because: "settle" };
    const suspect = seen.suspects[0];
    if (suspect !== undefined) return { do: "fail", why: { reason: "suspect-failed", task: suspect } };
  }
  if (sent.state === "locked" && !sent.due) return judgeLock(seen, sent, intent);
  // Without tags the cluster's own state tells whether something works on it.
  // A failed task explains a busy cluster too, and no waiting ends that.
  if (isBusy(seen.cluster) && seen.patienceLeft && seen.failedOnCluster.length === 0) {
    return seen.atWork.length === 1 ? followFirst(seen.atWork) : { do: "look-again", because: "busy" };
  }
  const breach = contentBreach(seen.cluster, intent);
  if (breach !== undefined) return guarded(breach);
  switch (sent.state) {
    case "not-sent":
    case "locked":
      return { do: "delete" };
    case "lost":
      // An answer that is not OCP's (a login page, a gateway's page) would come again.
      return sent.times <= MAX_SENDS_AFTER_LOSS && sent.error.kind !== "not-ocp"
        ? { do: "delete" }
        : { do: "fail", why: { reason: "answer-lost", error: sent.error } };
    case "refused":
      return { do: "fail", why: { reason: "refused", error: sent.error } };
  }
}

function judgeLock(seen: Observation, sent: Extract<Sent, { state: "locked" }>, intent: Intent): Action {
  if (seen.atWork.length > 0) return { do: "look-again", because: "lock" };
  const holder = seen.failedOnCluster[0];
  // A failed task keeps the lock until somebody acts on it: waiting would only burn the deadline. The first refusal may
  // have come from a task that has ended since.
  if (holder !== undefined && sent.refusals > 1) {
    return { do: "fail", why: { reason: "lock-not-released", holder, error: sent.error } };
  }
  // Who may not read tasks sees none of those that hold the lock for good reason; then only the deadline ends the wait.
  return seen.patienceLeft || intent.waitFor === "object"
    ? { do: "look-again", because: "lock" }
    : { do: "fail", why: { reason: "lock-not-released", holder: undefined, error: sent.error } };
}

/** Whether the cluster itself says that a task works on it. */
export function isBusy(cluster: Cluster | undefined): boolean {
  if (cluster === undefined) return false;
  if (cluster.status !== undefined && BUSY_STATUS.has(cluster.status)) return true;
  return (cluster.obproxies ?? []).some(
    (server) => server.operateStatus === "OPERATING" || (server.status !== undefined && BUSY_STATUS.has(server.status)),
  );
}

const BUSY_STATUS = new Set([
  ...["OPERATING", "CREATING", "DELETING", "RESTARTING", "UPGRADING", "REFRESHING", "TAKINGOVER"],
  ...["STARTING", "STOPPING", "MOVINGOUT"],
]);

function guarded(breach: GuardBreach): Action {
  return { do: "fail", why: { reason: "guard", breach } };
}

function failedTask(ours: OurTask): Action {
  return { do: "fail", why: { reason: "task-failed", ours } };
}

function followFirst(atWork: readonly TaskAtWork[]): Action {
  const first = atWork[0];
  if (first === undefined) return { do: "look-again", because: "busy" };
  return { do: "follow", task: first.task, ours: false, certain: first.onCluster === "yes" };
}

import type { Situation } from "../../hook/decide/situation.js";
import type { Intent } from "../../hook/intent.js";
import { skipHostOperationUnsupported } from "../../hook/tell/failures.js";
import { formatVersion } from "../../ocp/version.js";
import { refusalBy } from "../../survey/refusal.js";
import type { Status } from "../report/report.js";
import { hostOperation, mayHoldLock, strangerMayHoldLock, sweptAway } from "../words/in-ocp.js";
import type { Circumstances } from "./circumstances.js";
import { type Judgement, type Remark, shared } from "./judgement.js";

/** What OCP shows beside what decides, and a person would want to know before. */

/**
 * The object is there and would be deleted anew, but its last deletion has failed. OCP keeps the cluster locked for such
 * a task until somebody acts on it, and the hook does not.
 */
export function ownFailureRemarks(
  { cluster, ours, presence }: Situation,
  intent: Intent,
  decision: Judgement,
): Remark[] {
  if (ours?.verdict.kind !== "failed" || presence === "absent") return [];
  if (decision.remarks.some(({ code }) => code === "task-failed")) return [];
  const { task, verdict, whyNotRetry } = ours;
  const mayBeRetried = whyNotRetry === undefined && !verdict.rollbackFailed && intent.taskRetries === 0;
  const remark = shared("task-failed", "problem", `${task.id} ${mayBeRetried}`, intent, (sharers) =>
    mayHoldLock(sharers, task, cluster?.id, mayBeRetried),
  );
  return [{ ...remark, failedTask: task.id }];
}

/** A failed task of somebody else may hold the lock; only the refusal of a delete would prove it. */
export function lockRemarks({ cluster, failedOnCluster, ours, presence }: Situation, status: Status): Remark[] {
  if (presence === "absent" || status === "problem") return [];
  const others = failedOnCluster.filter(({ id }) => id !== ours?.task.id);
  return others.slice(0, 1).map((task) => ({
    code: "locked",
    level: "warning",
    failedTask: task.id,
    ...strangerMayHoldLock(task, cluster?.id),
  }));
}

export function hostRemarks({ object, answers }: Circumstances, intent: Intent, seen: Situation): Remark[] {
  if (!intent.skipHostOperation || answers?.kind !== "seen" || answers.dialect === "POST") return [];
  if (seen.presence === "absent") return [];
  const refusal = refusalBy(skipHostOperationUnsupported(formatVersion(answers.version)));
  return [shared("skip-host-operation", "problem", "", object, (sharers) => hostOperation(sharers, refusal))];
}

/** What nobody declared, and what goes with the cluster all the same because forceDestroy says so. */
export function sweepRemarks(
  { forceDestroy, declaredObproxyIds, label }: Intent,
  seen: Situation,
  status: Status,
): Remark[] {
  if (!forceDestroy || status === "problem") return [];
  const swept = (seen.cluster?.obproxies ?? []).filter(({ id }) => !declaredObproxyIds.has(id));
  return swept.length === 0 ? [] : [{ code: "swept-away", level: "warning", ...sweptAway(label, swept) }];
}

import { type Action, decide, type Failing } from "../../hook/decide/decide.js";
import type { GuardBreach } from "../../hook/decide/guards.js";
import type { WaitReason } from "../../hook/decide/memory.js";
import type { Situation } from "../../hook/decide/situation.js";
import type { Intent } from "../../hook/intent.js";
import type { HookFailure } from "../../hook/tell/failure.js";
import * as failures from "../../hook/tell/failures.js";
import type { OcpId, Task } from "../../ocp/model.js";
import { refusalBy } from "../../survey/refusal.js";
import type { Code } from "../report/report.js";
import { unclear, waitsForTask, waitsWithoutTask, wouldBeRetried } from "../words/in-ocp.js";
import type { Circumstances } from "./circumstances.js";
import { type Judgement, problem, type Remark, shared } from "./judgement.js";

/** What the hook would decide, as a judgement. */

type Known = Pick<Circumstances, "stackDirectory" | "tasks">;

export const GUARD_CODES: Readonly<Record<GuardBreach["guard"], Code>> = {
  clusterName: "cluster-name",
  clusterNameElsewhere: "cluster-name-elsewhere",
  forceDestroy: "undeclared-obproxies",
  declaredElsewhere: "declared-elsewhere",
  mayBeDeclared: "declared-elsewhere",
  claimed: "declared-elsewhere",
  forceDestroyUnknown: "obproxies-unknown",
  skipDestroy: "kept-obproxies",
};

/** What a cluster still holds stands against its deletion. */
export const CONTENT_CODES: ReadonlySet<Code> = new Set([
  "undeclared-obproxies",
  "declared-elsewhere",
  "kept-obproxies",
]);

/** A hook that has waited for somebody else's task decides again; what it would meet then is known already. */
export function judgeNowAndLater(seen: Situation, intent: Intent, known: Known): Judgement {
  const now = judgeAction(decide(seen, intent), seen, intent, known);
  if (now.status !== "waits") return now;
  const atRest = { ...seen, atWork: [], patience: { ...seen.patience, lock: false } };
  const later = judgeAction(decide(atRest, intent), atRest, intent, known);
  return later.status === "problem" ? { status: "problem", remarks: [...now.remarks, ...later.remarks] } : now;
}

function judgeAction(action: Action, seen: Situation, intent: Intent, known: Known): Judgement {
  switch (action.do) {
    case "delete":
      return { status: "ready", remarks: [] };
    case "finish":
      return { status: "gone", remarks: [] };
    case "follow":
      return { status: "waits", remarks: [waitRemark(action.task, action.ours, action.certain, intent)] };
    case "wait":
      return { status: "waits", remarks: [busyRemark(action.because, intent)] };
    case "retry":
      return { status: "waits", remarks: [retryRemark(action.task, intent)] };
    case "fail":
      return judgeFailing(action.why, seen, intent, known);
  }
}

function judgeFailing(why: Failing, { cluster }: Situation, intent: Intent, known: Known): Judgement {
  switch (why.reason) {
    case "guard":
      return told(GUARD_CODES[why.breach.guard], failures.guardBroken(why.breach, intent, cluster));
    case "task-failed": {
      const { task, verdict, ofThisRun, whyNotRetry: whyNot } = why.ours;
      const own = { taskRetries: intent.taskRetries, whyNot, stackDirectory: known.stackDirectory };
      const failure = failures.taskFailed(task, verdict, ofThisRun, known.tasks.get(task.id)?.log ?? [], CONSOLE, own);
      return told("task-failed", failure, task.id);
    }
    case "unknown": {
      const code = cluster === undefined ? "unknown" : "obproxies-unknown";
      const remark = shared(code, "problem", why.what, intent, (sharers) => unclear(sharers, why.what));
      return { status: "problem", remarks: [remark] };
    }
    case "still-there":
      return told("task-failed", failures.stillThere(why.task, intent.label), why.task.id);
    case "task-vanished":
      return told("task-failed", failures.taskVanished(why.task));
    case "bad-end":
      return told("task-failed", failures.badEnd(why.end, intent.label, [], CONSOLE), why.end.task.id);
    case "lock-not-released":
      return told(
        "locked",
        why.holder === undefined
          ? failures.lockedByNobodySeen([], why.error, intent, CONSOLE)
          : failures.lockNotReleased(why.holder, NOT_OURS, [], why.error, intent, CONSOLE),
        why.holder?.id,
      );
    case "call-failed":
      return problem("cannot-be-looked-at", { message: why.error.message, next: "see what OCP answers" });
    case "refused":
      return told("cannot-be-looked-at", failures.deleteRefused(why.error));
    case "answer-lost":
      return told("cannot-be-looked-at", failures.answerLost(why.error));
  }
}

const CONSOLE = "OCP's console";
const NOT_OURS: failures.OwnRetries = { taskRetries: undefined, whyNot: undefined };

function told(code: Code, failure: HookFailure, failedTask?: OcpId): Judgement {
  return problem(code, refusalBy(failure), failedTask);
}

/** Of a task that does not say what it is about, whatever waits for it is told together. */
function waitRemark(task: Task, ours: boolean, certain: boolean, { target, label }: Intent): Remark {
  const affected = ours ? "deleted" : certain ? "locked" : "perhaps";
  const sharer = { label, clusterId: target.clusterId, affected } as const;
  return shared("busy", "warning", task.id, sharer, (sharers) => waitsForTask(sharers, task));
}

function busyRemark(because: WaitReason, { target }: Intent): Remark {
  return { code: "busy", level: "warning", ...waitsWithoutTask(target.clusterId, because === "busy") };
}

function retryRemark(task: Task, { label }: Intent): Remark {
  const remark = shared("task-failed", "warning", task.id, { label }, (sharers) => wouldBeRetried(sharers, task));
  return { ...remark, failedTask: task.id };
}

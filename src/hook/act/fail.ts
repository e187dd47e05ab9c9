import { formatDuration } from "../../contract/duration.js";
import { obproxyKey } from "../../contract/object.js";
import { failureLines } from "../../ocp/log.js";
import type { OcpId, Task } from "../../ocp/model.js";
import type { Failing } from "../decide/decide.js";
import type { OurTask, Situation } from "../decide/situation.js";
import { TOLERANCES, TRIES } from "../decide/tolerances.js";
import type { HookFailure } from "../tell/failure.js";
import * as failures from "../tell/failures.js";
import type { Tools } from "./tools.js";

const MAX_LOGS = 3;

/** What a person will read, with the logs that it takes. */
export async function failureFor(why: Failing, seen: Situation, tools: Tools): Promise<HookFailure | Error> {
  const { intent, api, chronicle, stackDirectory, tickMs } = tools;
  switch (why.reason) {
    case "guard":
      return failures.guardBroken(why.breach, intent, seen.cluster);
    case "task-failed": {
      const { task, verdict, ofThisRun, whyNotRetry: whyNot } = why.ours;
      const deletes = keysOf(why.ours, intent.target.clusterId);
      const own = { taskRetries: intent.taskRetries, whyNot, deletes, stackDirectory };
      return failures.taskFailed(task, verdict, ofThisRun, await failedLogs(task, tools), api.baseUrl, own);
    }
    case "still-there":
      return failures.stillThere(why.task, intent.label);
    case "task-vanished":
      return failures.taskVanished(why.task);
    case "unknown":
      return failures.unknownToUs(why.what, intent, formatDuration(TOLERANCES.unknown * tickMs));
    case "bad-end":
      return failures.badEnd(
        why.end,
        intent.label,
        await failedLogs(why.end.task, tools),
        api.baseUrl,
        seen.presence === "absent",
      );
    case "lock-not-released": {
      const log = why.holder === undefined ? [] : await failedLogs(why.holder, tools);
      const isOurs = why.holder !== undefined && why.holder.id === seen.ours?.task.id;
      const own = isOurs
        ? { taskRetries: intent.taskRetries, whyNot: seen.ours.whyNotRetry, stackDirectory }
        : { taskRetries: undefined, whyNot: undefined };
      if (why.holder === undefined) {
        const ofRun = chronicle.failedOfRun(intent.target.clusterId);
        return failures.lockedByNobodySeen(ofRun, why.error, intent, api.baseUrl);
      }
      return failures.lockNotReleased(why.holder, own, log, why.error, intent, api.baseUrl);
    }
    case "call-failed":
      // The loop knows what has been sent, and tells an `OcpError` with it.
      return why.error.kind === "unauthenticated"
        ? failures.refusedAfterAccepted(why.error, TRIES.repeated401)
        : why.error;
    case "refused":
      return failures.deleteRefused(why.error);
    case "answer-lost":
      return failures.answerLost(why.error);
  }
}

/** Of a single object the failure's own line tells. */
function keysOf({ deletes }: OurTask, clusterId: OcpId): string[] | undefined {
  return deletes === undefined || deletes === "cluster" || deletes.length < 2
    ? undefined
    : deletes.map((id) => obproxyKey(clusterId, id));
}

/** The lines that matter of the failed subtasks' logs; a log that cannot be had is no second failure. */
async function failedLogs(task: Task, { api, reporter, deadline }: Tools): Promise<string[]> {
  const failed = task.subtasks.filter((subtask) => subtask.status === "FAILED").slice(0, MAX_LOGS);
  const lines: string[] = [];
  for (const subtask of failed) {
    if (deadline.left() <= 0) break;
    try {
      lines.push(...failureLines(await api.subtaskLog(task.id, subtask.id), reporter.mask));
    } catch (error) {
      lines.push(`(the log of ${failures.describeSubtask(subtask, task)} could not be read: ${String(error)})`);
    }
  }
  return lines;
}

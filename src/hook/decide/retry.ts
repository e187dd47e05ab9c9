import type { OcpId, Task } from "../../ocp/model.js";
import { isNameless, isProxiesDeletion } from "../../ocp/task.js";
import type { Intent } from "../intent.js";
import { serversNamed } from "./evidence.js";
import type { Deletion } from "./memory.js";

/**
 * A retry is a delete: it deletes whatever the task deletes, perhaps more than our object, and perhaps what has been
 * protected since. So everything that the task deletes must be known, and all of it must be allowed to go now. What of
 * it is no longer declared may be leaving, or may have been let go on purpose: nobody can tell, so it does not count.
 * What is declared goes where ours does so too, in a destroy of both; a deploy that takes ours out of the code leaves it.
 *
 * What a person has canceled goes on only when a person says so.
 *
 * @returns why the failed deletion must not be retried; undefined: it may be
 */
export function whyNotRetry(deletion: Deletion, user: string, intent: Intent): string | undefined {
  const { task, proof } = deletion;
  if (proof === "tags" || proof === "cluster-tags") {
    if (task.creator !== user) return `${task.creator ?? "nobody knows who"} started it, not this job`;
  } else if (proof !== "sent" && proof !== "note") {
    return "nothing proves that it is about this object";
  }
  if (intent.claimed !== undefined) return "it deletes what is declared elsewhere in the app";
  const canceled = task.subtasks.find(({ status, operation }) => status === "FAILED" && operation === "CANCEL");
  if (canceled !== undefined) return `its subtask "${canceled.name}" was canceled in OCP`;
  const deletes = deletion.deletes ?? deletesByTags(task, intent);
  if (deletes === undefined) return "nobody can tell what else it would delete";
  if (deletes === "cluster") {
    return intent.target.kind === "cluster" ? undefined : "it deletes the whole OBProxy cluster";
  }

  // What was sent in this run was asked for by the hooks of all of it.
  const mustStay = deletes.filter((id) => (proof === "sent" ? isProtected(id, intent) : !mayGo(id, intent)));
  return mustStay.length === 0
    ? undefined
    : `it would also delete ${mustStay.map((id) => `OBProxy ${intent.target.clusterId}/${id}`).join(", ")}`;
}

/**
 * OCP's two deletions of old are both called "Offline obproxy" and both may carry the tags of proxies, so only the
 * cluster's own hook, which answers for all that the cluster holds, may take one for what its tags say.
 */
function deletesByTags(task: Task, { target }: Intent): Deletion["deletes"] {
  const named = serversNamed(task, target.clusterId);
  if (isNameless(task)) return undefined;
  if (target.kind === "cluster") return "cluster";
  return isProxiesDeletion(task) && named !== undefined && named.length >= width(task) ? named : undefined;
}

/** How many objects the task works on side by side: not fewer must be named by its tags. */
function width({ subtasks }: Task): number {
  return subtasks.reduce((most, { parallelIdx }) => Math.max(most, parallelIdx + 1), 0);
}

function mayGo(id: OcpId, intent: Intent): boolean {
  if (isProtected(id, intent)) return false;
  const isTarget = intent.target.kind === "obproxy" && intent.target.obproxyId === id;
  // Where ours has left the code, only it goes: what the code still declares stays.
  return isTarget || (intent.declared && intent.declaredObproxyIds.has(id));
}

function isProtected(id: OcpId, intent: Intent): boolean {
  return intent.keptObproxyIds.has(id) || intent.elsewhereObproxies.has(id);
}

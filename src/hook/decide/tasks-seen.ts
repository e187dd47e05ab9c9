import type { OcpId, Task } from "../../ocp/model.js";
import { classify, concerns, isDeletionTask } from "../../ocp/task.js";
import type { Intent, Target } from "../intent.js";
import type { TaskAtWork } from "./observation.js";
import { compareIds } from "../../ocp/ids.js";

/** What OCP's list of tasks means for one object. */

/** Tasks not at rest that are, or may be, about the object's cluster; the oldest first, because they run in that order. */
export function tasksAtWork(listed: readonly Task[], target: Target, except: OcpId | undefined): TaskAtWork[] {
  return listed
    .filter((task) => task.id !== except && isAtWork(task))
    .flatMap((task) => {
      const onCluster = concerns(task, target.clusterId);
      if (onCluster === "no" || (onCluster === "unknown" && !isDeletionTask(task))) return [];
      const onObject = onCluster === "yes" ? aboutObject(task, target) : "maybe";
      return [{ task, onCluster: onCluster === "yes" ? ("yes" as const) : ("maybe" as const), onObject }];
    })
    .sort((a, b) => compareIds(a.task.id, b.task.id));
}

/**
 * Whether a task at work may be what holds the cluster's lock. Without tags only its name tells what it is about, and
 * OCP names all that is done to OBProxies so: "Restart obproxy", "Upgrade obproxy".
 */
export function mayExplainLock(listed: readonly Task[], target: Target): boolean {
  return listed.some((task) => {
    if (!isAtWork(task)) return false;
    const onCluster = concerns(task, target.clusterId);
    return onCluster === "yes" || (onCluster === "unknown" && /obproxy/i.test(task.name));
  });
}

/**
 * The newest deletion whose tags name the object itself, whoever started it. A cluster that is gone went with the newest
 * deletion on it, whether or not that names OBProxies too.
 */
export function taskOfOurs(listed: readonly Task[], target: Target, objectGone: boolean): Task | undefined {
  return newest(
    listed.filter((task) => {
      if (!isDeletionTask(task)) return false;
      const about = aboutObject(task, target);
      return about === "yes" || (about === "maybe" && objectGone && target.kind === "cluster");
    }),
  );
}

/** Whether all OBProxies that the task's tags name may go: then a retry of it deletes nothing that must stay. */
export function deletesOnlyOurs(task: Task, intent: Intent): boolean {
  return (task.tags ?? []).every(({ obproxyServerId: id }) => {
    if (id === undefined) return true;
    if (intent.keptObproxyIds.has(id) || intent.elsewhereObproxies.has(id)) return false;
    const isTarget = intent.target.kind === "obproxy" && intent.target.obproxyId === id;
    return isTarget || intent.declaredObproxyIds.has(id) || intent.forceDestroy;
  });
}

/** FAILED tasks at rest whose tags name the cluster, the newest first. */
export function failedOnCluster(listed: readonly Task[], target: Target): Task[] {
  return listed
    .filter((task) => classify(task).kind === "failed" && concerns(task, target.clusterId) === "yes")
    .sort((a, b) => compareIds(b.id, a.id));
}

/** FAILED deletions that are newer than `watermark` and may be about the object, as far as their tags tell. */
export function suspectsSince(listed: readonly Task[], target: Target, watermark: OcpId): Task[] {
  return listed.filter((task) => {
    if (!isDeletionTask(task) || classify(task).kind !== "failed" || compareIds(task.id, watermark) <= 0) return false;
    const onCluster = concerns(task, target.clusterId);
    return onCluster === "unknown" || (onCluster === "yes" && aboutObject(task, target) !== "no");
  });
}

function isAtWork(task: Task): boolean {
  const { kind } = classify(task);
  return kind === "running" || kind === "settling";
}

function aboutObject(task: Task, target: Target): "yes" | "maybe" | "no" {
  if (target.kind === "cluster") {
    // A proxy's deletion carries its cluster's tag too; only a task without proxies in its tags is the cluster's own.
    if (concerns(task, target.clusterId) !== "yes") return "no";
    return namesServers(task) ? "maybe" : "yes";
  }
  const verdict = concerns(task, target.clusterId, target.obproxyId);
  if (verdict === "yes") return namesServers(task) ? "yes" : "maybe";
  return verdict === "unknown" ? "maybe" : "no";
}

function namesServers(task: Task): boolean {
  return (task.tags ?? []).some((tag) => tag.obproxyServerId !== undefined);
}

function newest(tasks: readonly Task[]): Task | undefined {
  return tasks.reduce<Task | undefined>(
    (best, task) => (best === undefined || compareIds(task.id, best.id) > 0 ? task : best),
    undefined,
  );
}

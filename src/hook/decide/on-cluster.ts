import type { Target } from "../../contract/object.js";
import { compareIds } from "../../ocp/ids.js";
import type { Cluster, OcpId, Task } from "../../ocp/model.js";
import { classify, concerns, isDeletionTask, isNameless } from "../../ocp/task.js";
import { aboutObject, isAtWork } from "./evidence.js";

/** What goes on on the cluster besides our own deletion. */

/**
 * A task of somebody else, or of nobody knows whom, that is not at rest and may be about our cluster. Before 4.3.6
 * tasks carry no tags: then both members are `maybe`.
 */
export interface TaskAtWork {
  readonly task: Task;
  readonly onCluster: "yes" | "maybe";
  readonly onObject: "yes" | "maybe" | "no";
}

/** Tasks not at rest that are, or may be, about the object's cluster; the oldest first, because they run in that order. */
export function tasksAtWork(listed: readonly Task[], target: Target, except: OcpId | undefined): TaskAtWork[] {
  return listed
    .filter((task) => task.id !== except && isAtWork(task))
    .flatMap((task): TaskAtWork[] => {
      const onCluster = concerns(task, target.clusterId);
      if (onCluster === "no" || (onCluster === "unknown" && !isDeletionTask(task))) return [];
      if (onCluster === "unknown") return [{ task, onCluster: "maybe", onObject: "maybe" }];
      return [{ task, onCluster: "yes", onObject: aboutObject(task, target) }];
    })
    .sort((a, b) => compareIds(a.task.id, b.task.id));
}

/** Whether a task at work may be what holds the cluster's lock. */
export function mayExplainLock(listed: readonly Task[], target: Target): boolean {
  return mayHold(listed, target).length > 0;
}

/** Tasks at work that may hold the cluster's lock; the oldest first. */
export function mayHold(listed: readonly Task[], target: Target): Task[] {
  return listed.filter((task) => isAtWork(task) && mayLock(task, target)).sort((a, b) => compareIds(a.id, b.id));
}

/**
 * Whether a task holds the cluster's lock while it is at work. Without tags only its name tells what it is about, and
 * OCP names all that is done to OBProxies so: "Restart obproxy", "Upgrade obproxy".
 */
export function mayLock(task: Task, target: Target): boolean {
  const onCluster = concerns(task, target.clusterId);
  return onCluster === "yes" || (onCluster === "unknown" && (/obproxy/i.test(task.name) || isNameless(task)));
}

/** Whether the task's tags name the cluster. */
export function isOnCluster(task: Task, target: Target): boolean {
  return concerns(task, target.clusterId) === "yes";
}

/** FAILED tasks at rest whose tags name the cluster, the newest first: they may hold its lock. */
export function failedOnCluster(listed: readonly Task[], target: Target): Task[] {
  return listed
    .filter((task) => classify(task).kind === "failed" && isOnCluster(task, target))
    .sort((a, b) => compareIds(b.id, a.id));
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

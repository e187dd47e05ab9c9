import { hasEdges, heaviestPath, timeAtWidth } from "./graph.js";
import type { OcpId, Subtask, Task, TaskStatus } from "./model.js";

/** What a task's detail means. Every verdict has its reason, for people. */
export type Verdict =
  | { readonly kind: "running"; readonly reason: string; readonly failedSubtasks: readonly Subtask[] }
  /** FAILED, but subtasks of it still run or are about to: not yet to be reported, retried or let go. */
  | { readonly kind: "settling"; readonly reason: string; readonly failedSubtasks: readonly Subtask[] }
  | {
      readonly kind: "failed";
      readonly reason: string;
      readonly failedSubtasks: readonly Subtask[];
      /** It failed on the way back; OCP then accepts neither retry nor another rollback. */
      readonly rollbackFailed: boolean;
    }
  /** SUCCESSFUL in OCP's words, but what succeeded is the rollback. */
  | { readonly kind: "rolled-back"; readonly reason: string }
  /** SUCCESSFUL in OCP's words, but not everything was done. */
  | { readonly kind: "incomplete"; readonly reason: string; readonly undone: readonly Subtask[] }
  | {
      readonly kind: "succeeded";
      readonly reason: string;
      /** What a person skipped in OCP. */
      readonly skipped: readonly Subtask[];
    };

const ALIVE = new Set(["READY", "RUNNING", "CANCELING"]);
const ROLLBACKS = new Set(["ROLLBACK", "ROLLBACK_SKIP"]);

/** Whether OCP documents it as a status of tasks. */
export function isDocumented(taskStatus: TaskStatus): boolean {
  return taskStatus === "RUNNING" || taskStatus === "FAILED" || taskStatus === "SUCCESSFUL";
}

/** Reads the detail of a task. An entry of the task list may say too little: see the last lines of `classifySuccess`. */
export function classify(task: Task): Verdict {
  switch (task.status) {
    case "SUCCESSFUL":
      return classifySuccess(task);
    case "FAILED":
      return classifyFailure(task);
    case "RUNNING":
      return { kind: "running", reason: reasonForRunning(task), failedSubtasks: failedOf(task) };
    default:
      return {
        kind: "running",
        reason: `OCP says ${task.status}, which it does not document; that is no end`,
        failedSubtasks: failedOf(task),
      };
  }
}

/**
 * OCP's documentation itself shows a SUCCESSFUL task that was rolled back: its subtasks are PENDING again, and in the
 * task list only their operation tells.
 */
function classifySuccess(task: Task): Verdict {
  const { subtasks } = task;
  const rolledBack = subtasks.filter(({ operation }) => operation !== undefined && ROLLBACKS.has(operation));
  if (task.operation === "ROLLBACK") return { kind: "rolled-back", reason: "SUCCESSFUL with operation ROLLBACK" };
  if (rolledBack.length > 0) {
    return { kind: "rolled-back", reason: `SUCCESSFUL, but rolled back: ${names(rolledBack)}` };
  }

  const alive = subtasks.filter(({ status }) => ALIVE.has(status));
  if (alive.length > 0) {
    const reason = `SUCCESSFUL, but with subtasks that are not at rest: ${names(alive)}`;
    return { kind: "running", reason, failedSubtasks: failedOf(task) };
  }
  // Also what is in a state that OCP does not document: the task itself has ended.
  const undone = subtasks.filter(({ status }) => status !== "SUCCESSFUL");
  if (undone.length > 0) return { kind: "incomplete", reason: `SUCCESSFUL, but not done: ${names(undone)}`, undone };
  const skipped = subtasks.filter(({ operation }) => operation === "SKIP");
  // Where OCP tells neither operation nor subtasks only the object itself can show whether the task was rolled back.
  const reason = skipped.length === 0 ? "SUCCESSFUL" : `SUCCESSFUL; skipped in OCP: ${names(skipped)}`;
  return { kind: "succeeded", reason, skipped };
}

function classifyFailure(task: Task): Verdict {
  const failedSubtasks = failedOf(task);
  const alive = task.subtasks.filter(({ status }) => ALIVE.has(status));
  const failing = failedSubtasks.length === 0 ? "FAILED" : `FAILED: ${names(failedSubtasks)}`;
  if (alive.length > 0) {
    return { kind: "settling", reason: `${failing}; not at rest yet: ${names(alive)}`, failedSubtasks };
  }

  const rollbackFailed = task.operation === "ROLLBACK";
  return {
    kind: "failed",
    reason: rollbackFailed ? `${failing}, in the rollback` : failing,
    failedSubtasks,
    rollbackFailed,
  };
}

function reasonForRunning(task: Task): string {
  const { done, total } = progress(task);
  const failed = failedOf(task);
  const doing = task.operation === "ROLLBACK" ? "RUNNING, rolling back" : `RUNNING, ${done} of ${total} subtasks done`;
  return failed.length === 0 ? doing : `${doing}; failed so far: ${names(failed)}`;
}

function failedOf(task: Task): readonly Subtask[] {
  return task.subtasks.filter(({ status }) => status === "FAILED");
}

function names(subtasks: readonly Subtask[]): string {
  const shown = subtasks.slice(0, 5).map(({ id, name, status }) => `“${name}” (${id}, ${status})`);
  return shown.join(", ") + (subtasks.length > 5 ? ` and ${subtasks.length - 5} more` : "");
}

export function progress(task: Task): { readonly done: number; readonly total: number } {
  return { done: task.subtasks.filter(isDone).length, total: task.subtasks.length };
}

/** How many nodes still have to run one after another. Each costs OCP's engine at least one tick. */
export function longestRemainingPath(task: Task): number {
  return heaviestPath(task.subtasks, (subtask) => (isDone(subtask) ? 0 : 1));
}

/** OCP's engine runs no more subtasks of one task at a time. */
const AT_ONCE = 10;

/**
 * How long the task may legitimately take: the time-outs along its heaviest path, more where it is wider than what OCP
 * runs at a time; those of all its nodes where it has no graph.
 */
export function longestPathSeconds(task: Task): number {
  if (hasEdges(task.subtasks)) return timeAtWidth(task.subtasks, ({ timeoutSeconds }) => timeoutSeconds, AT_ONCE);
  return task.subtasks.reduce((sum, { timeoutSeconds }) => sum + timeoutSeconds, 0);
}

/** `Finish node`, `Wait`, `Wait node`, `Update obproxy cluster lock status`: they do nothing that takes time. */
const BOOKKEEPING = /\bfinish|lock status|^\s*wait(\s+node)?\s*$/i;
const REAL_WORK =
  /stop|uninstall|install|delete|offline|unreserve|clean|clear|remove|prepare|inactive|agent|host|exporter/i;
const SHORT_SECONDS = 60;

/** Only quick last nodes are left, or none: the end is near. */
export function isQuickTail(task: Task): boolean {
  if (task.status !== "RUNNING" || task.subtasks.length === 0) return false;
  return task.subtasks.filter((subtask) => !isDone(subtask)).every(isQuick);
}

function isQuick({ name, status, timeoutSeconds }: Subtask): boolean {
  if (status === "FAILED") return false;
  return BOOKKEEPING.test(name) || (timeoutSeconds <= SHORT_SECONDS && !REAL_WORK.test(name));
}

function isDone({ status }: Subtask): boolean {
  return status === "SUCCESSFUL";
}

/** The names that OCP gives to the tasks of its three delete calls; one whose name OCP leaves out may be any of them. */
export function isDeletionTask(task: Task): boolean {
  return isNameless(task) || /^\s*(offline obproxy|delete obproxy server)\s*$/i.test(task.name);
}

/** OCP has left its name out. */
export function isNameless({ name }: Pick<Task, "name">): boolean {
  return name.trim() === "";
}

/** `POST …/servers/delete`, which cannot delete a cluster. */
export function isProxiesDeletion(task: Task): boolean {
  return /^\s*delete obproxy server\s*$/i.test(task.name);
}

/**
 * Whether the task works on this OBProxy cluster, or on this OBProxy of it, as far as its tags tell (4.3.6 and later).
 * A task on the cluster that names no OBProxies concerns them all.
 */
export function concerns(task: Task, clusterId: OcpId, obproxyId?: OcpId): "yes" | "no" | "unknown" {
  const tags = task.tags ?? [];
  const clusterIds = tags.map((tag) => tag.obproxyClusterId).filter((id) => id !== undefined);
  const servers = tags.filter((tag) => (tag.obproxyClusterId ?? clusterId) === clusterId);
  const serverIds = servers.map((tag) => tag.obproxyServerId).filter((id) => id !== undefined);
  if (obproxyId !== undefined && serverIds.includes(obproxyId)) return "yes";
  const no = task.unreadTags === undefined ? "no" : "unknown";
  if (clusterIds.length === 0) {
    // A deletion whose tags name no OBProxy cluster may be anybody's; other tasks are about what their tags name.
    return tags.length === 0 || serverIds.length > 0 || isDeletionTask(task) ? "unknown" : no;
  }
  if (!clusterIds.includes(clusterId)) return no;
  if (obproxyId === undefined) return "yes";
  // A task on the cluster whose tags were not all understood may name any OBProxy of it, or none and so all.
  if (serverIds.length === 0) return task.unreadTags === undefined ? "yes" : "unknown";
  return no;
}

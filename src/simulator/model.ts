import type { Effect } from "./graphs.js";
import type { Id } from "./ids.js";
import type { Work } from "./plans.js";

export type TaskStatus = "RUNNING" | "FAILED" | "SUCCESSFUL";
export type SubtaskStatus = "PENDING" | "READY" | "RUNNING" | "CANCELING" | "FAILED" | "SUCCESSFUL";
export type TaskOperation = "EXECUTE" | "RETRY" | "ROLLBACK";
export type SubtaskOperation = TaskOperation | "SKIP" | "CANCEL" | "ROLLBACK_SKIP";

export interface User {
  readonly id: number;
  readonly name: string;
}

/** What can be changed is what OCP's engine changes; times are milliseconds since the epoch. */
export interface Subtask {
  readonly id: Id;
  readonly name: string;
  readonly className: string;
  readonly seriesId: number;
  readonly timeout: number;
  readonly parallelIdx: number;
  readonly prohibitRollback: boolean;
  readonly prohibitSkip: boolean;
  readonly upstreams: readonly Id[];
  readonly downstreams: readonly Id[];
  readonly createTime: number;
  readonly effects: readonly Effect[];
  readonly work: Work;
  status: SubtaskStatus;
  operation: SubtaskOperation;
  runTime: number;
  startTime?: number;
  finishTime?: number;
  executor?: string;
  log: string;
  /** Forward attempts so far. */
  attempts: number;
  /** Backward attempts so far. */
  rollbacks: number;
  /** Ticks in the present status. */
  ticks: number;
  /** The node that ran it has died: nobody works on it any more. */
  orphaned: boolean;
}

export interface Task {
  readonly id: Id;
  readonly name: string;
  readonly creator: User;
  readonly executor: string;
  createTime: number;
  startTime: number;
  readonly context: TaskContext;
  /** The cluster it works on. */
  readonly clusterId?: Id;
  readonly clusterName?: string;
  readonly obproxies: readonly TaskObproxy[];
  readonly deletesCluster: boolean;
  /** Answers about it carry `prohibitSkip`, `taskId` and, on submission, `prohibitRollback`: the POST dialect. */
  readonly newFields: boolean;
  /** In the order of the published answers. */
  readonly subtasks: readonly Subtask[];
  status: TaskStatus;
  operation: TaskOperation;
  prohibitRollback: boolean;
  finishTime?: number;
  /** Nothing of it goes on, as long as this holds. */
  suspended: boolean;
  /** Merged into every answer about the task; undefined takes a field away. */
  override: Readonly<Record<string, unknown>>;
  subtaskOverrides: Readonly<Record<Id, Readonly<Record<string, unknown>>>>;
}

/** An OBProxy that a task works on, as it was before. */
export type TaskObproxy = Pick<Obproxy, "id" | "hostId" | "ip" | "status">;

export interface TaskContext {
  readonly listMap: Readonly<Record<string, readonly string[]>>;
  readonly stringMap: Readonly<Record<string, string>>;
}

export interface Obproxy {
  readonly id: Id;
  readonly hostId: Id;
  readonly ip: string;
  readonly hostOffline: boolean;
  readonly details: Readonly<Record<string, unknown>>;
  readonly status: string;
  readonly operateStatus: string;
}

export interface Cluster {
  readonly id: Id;
  name: string;
  details: Readonly<Record<string, unknown>>;
  obproxies: readonly Obproxy[];
  /** The task that holds the cluster's lock, or `"console"`. */
  lockedBy?: Id;
  readonly addedAt: number;
}

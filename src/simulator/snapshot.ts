import type { Id } from "./ids.js";
import type { Cluster, SubtaskOperation, SubtaskStatus, Task, TaskOperation, TaskStatus } from "./model.js";

/** A task at one moment. Ids are decimal digits. */
export interface TaskSnapshot {
  readonly id: Id;
  readonly name: string;
  readonly status: TaskStatus;
  readonly operation: TaskOperation;
  readonly prohibitRollback: boolean;
  /** The OBProxy cluster that it works on, if any. */
  readonly clusterId: Id | undefined;
  readonly obproxyIds: readonly Id[];
  readonly creator: string;
  /** In the order of the graph's published answer. */
  readonly subtasks: readonly SubtaskSnapshot[];
}

export interface SubtaskSnapshot {
  readonly id: Id;
  readonly name: string;
  readonly parallelIdx: number;
  readonly status: SubtaskStatus;
  readonly operation: SubtaskOperation;
  readonly runTime: number;
}

/** An OBProxy cluster at one moment. */
export interface ClusterSnapshot {
  readonly id: Id;
  readonly name: string;
  /** The task that holds its lock; `"console"` where `lock()` took it. */
  readonly lockedBy: Id | undefined;
  readonly obproxies: readonly {
    readonly id: Id;
    readonly status: string;
    readonly operateStatus: string;
  }[];
}

export function taskSnapshot(task: Task): TaskSnapshot {
  const { id, name, status, operation, prohibitRollback } = task;
  return {
    id,
    name,
    status,
    operation,
    prohibitRollback,
    clusterId: task.clusterId,
    obproxyIds: task.obproxies.map((obproxy) => obproxy.id),
    creator: task.creator.name,
    subtasks: task.subtasks.map((subtask) => ({
      id: subtask.id,
      name: subtask.name,
      parallelIdx: subtask.parallelIdx,
      status: subtask.status,
      operation: subtask.operation,
      runTime: subtask.runTime,
    })),
  };
}

export function clusterSnapshot(cluster: Cluster): ClusterSnapshot {
  return {
    id: cluster.id,
    name: cluster.name,
    lockedBy: cluster.lockedBy,
    obproxies: cluster.obproxies.map(({ id, status, operateStatus }) => ({ id, status, operateStatus })),
  };
}

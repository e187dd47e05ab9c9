import type { Stage } from "./graphs.js";
import type { Task } from "./model.js";
import { type TaskSnapshot, taskSnapshot } from "./snapshot.js";

/** A task of somebody else, of which the simulator only knows how it goes. */
export interface OtherTask {
  /** For example `"Restart obproxy"`. */
  readonly name: string;
  /** The OBProxy cluster that it works on; default none. */
  readonly clusterId?: number | string;
  /** The OBProxies of that cluster that it works on; default none. */
  readonly obproxyIds?: readonly (number | string)[];
  /** Names of its subtasks, one after the other; default `["Start node", "Finish node"]`. */
  readonly subtasks?: readonly string[];
  /** Holds the cluster's lock until its last subtask has succeeded; default true. */
  readonly lock?: boolean;
  /** Name of the user who started it; default `"operator"`. */
  readonly creator?: string;
  /** What its answers have as `tags`, also before 4.3.6; default, from 4.3.6 on, the cluster and those OBProxies. */
  readonly tags?: readonly Readonly<Record<string, unknown>>[];
}

/** A task of somebody else that came to rest before. It holds no lock, and has changed nothing that the simulator knows. */
export interface PastTask extends Omit<OtherTask, "lock"> {
  readonly status: "FAILED" | "SUCCESSFUL";
  /** As the tags tell it; default that of `clusterId`, which OCP need not know any more. */
  readonly clusterName?: string;
  /** Milliseconds since the epoch; default now. */
  readonly startTime?: number;
}

/** Its graph: one subtask after the other. */
export function stagesOf({ subtasks: names = ["Start node", "Finish node"] }: OtherTask | PastTask): readonly Stage[] {
  return names.map((name, step): Stage => {
    const isLast = step === names.length - 1;
    return { name, className: "", timeout: 1800, ...(isLast ? { effects: ["unlock"] } : {}) };
  });
}

/** As it is told, with the tags that it was given. */
export function tagged(task: Task, { tags }: OtherTask | PastTask): TaskSnapshot {
  if (tags !== undefined) task.override = { ...task.override, tags };

  return taskSnapshot(task);
}

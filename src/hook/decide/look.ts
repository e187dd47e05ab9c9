import type { Listing } from "../../ocp/list.js";
import type { Cluster, OcpId, Task } from "../../ocp/model.js";
import type { OcpError } from "../../ocp/errors.js";

/** What OCP said when it was asked for the cluster behind the id. */
export type ClusterAnswer =
  | { readonly says: "there"; readonly cluster: Cluster }
  /** In OCP's own word for an OBProxy cluster that does not exist. */
  | { readonly says: "missing" }
  /** A 404 in general words, which is no witness of anything. */
  | { readonly says: "unclear"; readonly error: OcpError };

/** What OCP said when it was asked for a task. */
export type TaskAnswer =
  | { readonly says: "there"; readonly task: Task }
  /** In OCP's own word for a task that it does not know: OCP has purged it, or another of its nodes answers. */
  | { readonly says: "purged" }
  | { readonly says: "unclear"; readonly error: OcpError };

/** What is to be asked in one look; see `questions.ts`. */
export interface Questions {
  /** The cluster to ask for. */
  readonly cluster: OcpId | undefined;
  /** `all`: whatever runs or has failed. `newer`: whatever runs, and what has failed since `newerThan`. */
  readonly tasks: "none" | "all" | "newer";
  readonly newerThan: OcpId;
  /** Also tasks whose names do not speak of OBProxies: something unseen holds the cluster's lock. */
  readonly anyName: boolean;
  /** Tasks to read one by one. */
  readonly details: readonly OcpId[];
  /**
   * Tasks in any status, also ended ones and such as OCP does not document: all that began after this task; `"0"`: the
   * newest page. Undefined: not asked.
   */
  readonly anyStatusSince: OcpId | undefined;
}

/** What one look found, in the order in which it was asked. Undefined: it was not asked. */
export interface Look {
  readonly cluster: ClusterAnswer | undefined;
  /** The second witness; asked where the first does not show the cluster. */
  readonly clusters: Listing<Cluster> | undefined;
  readonly tasks: Listing<Task> | undefined;
  readonly details: ReadonlyMap<OcpId, TaskAnswer>;
  /** Tasks in any status; `since`: how far back. */
  readonly anyStatus: { readonly since: OcpId; readonly tasks: Listing<Task> } | undefined;
}

/** Every task that a look shows, each as it was read last. */
export function tasksIn({ tasks, details, anyStatus }: Look): Task[] {
  const read = [...details.values()].flatMap((answer) => (answer.says === "there" ? [answer.task] : []));
  const all = [...(anyStatus?.tasks.entries ?? []), ...(tasks?.entries ?? []), ...read];
  return [...new Map(all.map((task) => [task.id, task])).values()];
}

export const NO_LOOK: Look = {
  cluster: undefined,
  clusters: undefined,
  tasks: undefined,
  details: new Map(),
  anyStatus: undefined,
};

import type { OcpError } from "../../ocp/errors.js";
import type { Cluster, OcpId, Task } from "../../ocp/model.js";
import type { Verdict } from "../../ocp/task.js";

/** What OCP says about the object itself. `unknown`: it answers, but is silent about OBProxies. */
export type Presence = "present" | "absent" | "unknown";

/** A task that we hold for ours: we started it, a note of an earlier run names it, or its tags name our object. */
export interface OurTask {
  readonly task: Task;
  readonly verdict: Verdict;
  /**
   * `true`: it was at work, or was started, while this hook watched, so its end is this run's end. `false`: it had come
   * to its end before.
   */
  readonly ofThisRun: boolean;
  /** We started it, in this run or, as a note says, in an earlier one; tags alone do not tell who did. */
  readonly own: boolean;
  /** Whether it is ours to retry: it deletes nothing but what may go. */
  readonly mayRetry: boolean;
}

/**
 * A task of somebody else, or of nobody knows whom, that is not at rest and may be about our cluster. Before 4.3.6
 * tasks carry no tags: then both members are `maybe`.
 */
export interface TaskAtWork {
  readonly task: Task;
  readonly onCluster: "yes" | "maybe";
  readonly onObject: "yes" | "maybe" | "no";
}

/** How our last delete call ended. */
export type Sent =
  | { readonly state: "not-sent" }
  | { readonly state: "accepted" }
  /** The answer was lost or unreadable; what OCP did must be seen from what happens. */
  | { readonly state: "lost"; readonly error: OcpError; readonly settled: boolean; readonly times: number }
  /** OCP refused it because something else works on the cluster; `due`: it is time to try again. */
  | {
      readonly state: "locked";
      readonly error: OcpError;
      readonly refusals: number;
      readonly due: boolean;
    }
  /** OCP refused it for another reason. */
  | { readonly state: "refused"; readonly error: OcpError };

/** Everything that one look at the world found. */
export interface Observation {
  readonly presence: Presence;
  /** The task that OCP accepted from this run, where OCP has forgotten it since. */
  readonly vanished: Task | undefined;
  /** The cluster behind the id, where OCP knows it. */
  readonly cluster: Cluster | undefined;
  /** The cluster id under which OCP knows the guard's name, where it is another one than ours. */
  readonly nameElsewhere: OcpId | undefined;
  readonly ours: OurTask | undefined;
  readonly atWork: readonly TaskAtWork[];
  /** Tasks that began after our delete was sent, whose answer was lost, that may be what became of it, and that ended badly. */
  readonly suspects: readonly Task[];
  /** FAILED tasks at rest whose tags name our cluster: they may hold its lock. */
  readonly failedOnCluster: readonly Task[];
  readonly sent: Sent;
  readonly retriesLeft: number;
  /** Whether a lock, or a busy cluster, that no visible task explains is still worth waiting for. */
  readonly patienceLeft: boolean;
  /** Whether it is worth looking again before the object's presence after a successful end is called a failure. */
  readonly mayStillVanish: boolean;
}

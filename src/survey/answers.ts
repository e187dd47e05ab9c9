import type { Situation } from "../hook/decide/situation.js";
import type { Intent } from "../hook/intent.js";
import type { Cluster, Dialect, OcpVersion, Task } from "../ocp/model.js";

/** What OCP says to the user of one provider. */
export type Answers = Blind | Seen;

/** OCP could not be asked. */
export interface Blind {
  readonly kind: "blind";
  /** Undefined where not even that is known. */
  readonly url: string | undefined;
  readonly refusal: Refusal;
}

export interface Seen {
  readonly kind: "seen";
  readonly url: string;
  readonly signIn: "password" | "access key";
  /** User name or access key id. */
  readonly user: string;
  /** What was taken off a secret. */
  readonly remarks?: readonly string[];
  /** Undefined: OCP does not tell. */
  readonly version: OcpVersion | undefined;
  readonly dialect: Dialect;
  readonly clockSkewMs: number | undefined;
  /** Undefined: the user may read them. */
  readonly clustersRefusal: Refusal | undefined;
  readonly tasksRefusal: Refusal | undefined;
  /** By key; empty where OBProxy clusters may not be read. */
  readonly objects: ReadonlyMap<string, Look>;
}

export interface Refusal {
  readonly message: string;
  readonly next: string;
}

/** What the hook of one object would see and want, or why it would fail before. */
export type Look =
  | { readonly kind: "seen"; readonly seen: Situation; readonly intent: Intent }
  | { readonly kind: "failed"; readonly refusal: Refusal };

/** A task as it stands now. */
export interface TaskNow {
  readonly task: Task;
  /** Where it has failed: the lines of its failed subtasks' logs that matter. */
  readonly log: readonly string[];
}

/** The cluster as OCP shows it, where the object could be looked at. */
export function clusterOf(look: Look | undefined): Cluster | undefined {
  return look?.kind === "seen" ? look.seen.cluster : undefined;
}

import type { OcpId } from "../contract/object.js";

/**
 * What OCP's REST API speaks of, after its answers have been checked. Nothing here knows HTTP.
 *
 * Ids are strings of decimal digits: OCP writes ids above 2^53−1 as JSON strings and smaller ones as numbers.
 */
export type { OcpId };

/** Values that OCP documents. Others occur; they are kept as they came, in upper case. */
export type TaskStatus = "RUNNING" | "FAILED" | "SUCCESSFUL" | (string & {});
export type SubtaskStatus = "PENDING" | "READY" | "RUNNING" | "CANCELING" | "FAILED" | "SUCCESSFUL" | (string & {});
/** Upper case, also where OCP's lists write it in lower case. */
export type Operation = "EXECUTE" | "RETRY" | "ROLLBACK" | "SKIP" | "CANCEL" | "ROLLBACK_SKIP" | (string & {});

export interface Subtask {
  readonly id: OcpId;
  readonly name: string;
  readonly status: SubtaskStatus;
  /** Absent in some list entries. */
  readonly operation?: Operation;
  /** Seconds per attempt; 0 for nodes without a limit of their own. */
  readonly timeoutSeconds: number;
  /** −1: not parallel. */
  readonly parallelIdx: number;
  /** Attempts so far, starting at 1. */
  readonly runTime: number;
  /** Of the first attempt, as OCP wrote it (ISO 8601 with offset); absent: it has not begun, or OCP does not tell. */
  readonly startTime?: string;
  /** Of the newest that has ended. */
  readonly finishTime?: string;
  readonly upstreams: readonly OcpId[];
  readonly downstreams: readonly OcpId[];
}

/** What a tag of a task (4.3.6 and later) says about OBProxies. */
export interface TaskTag {
  readonly obproxyClusterId?: OcpId;
  readonly obproxyClusterName?: string;
  readonly obproxyServerId?: OcpId;
}

export interface Task {
  readonly id: OcpId;
  readonly name: string;
  readonly status: TaskStatus;
  /** Absent in list entries before 4.3.6. */
  readonly operation?: Operation;
  /** User name, from a string or from `{id, name}`. */
  readonly creator?: string;
  /** As OCP wrote it (ISO 8601 with offset). Measure durations with one's own clock. */
  readonly startTime?: string;
  readonly finishTime?: string;
  /** Order means nothing; see `upstreams`. Empty where the list entry has none. */
  readonly subtasks: readonly Subtask[];
  /** Undefined: OCP did not send tags at all (before 4.3.6). */
  readonly tags?: readonly TaskTag[];
  /** How many tags, or ids in them, could not be understood and are left out there; absent: none. */
  readonly unreadTags?: number;
  /** OCP's trace id of the answer that this was read from. */
  readonly traceId?: string;
  /** When OCP gave that answer, by its own clock and as it wrote it. */
  readonly answeredAt?: string;
}

export interface ObproxyServer {
  readonly id: OcpId;
  /** The host that it runs on. */
  readonly hostId?: OcpId;
  readonly ip?: string;
  readonly sqlPort?: number;
  /** For example RUNNING, UNAVAILABLE, DELETING; upper case. */
  readonly status?: string;
  /** NORMAL or OPERATING. */
  readonly operateStatus?: string;
}

export interface Cluster {
  readonly id: OcpId;
  readonly name: string;
  /** Undocumented, seen by some clients; upper case. */
  readonly status?: string;
  /** As OCP wrote it. Tells a cluster from a later one that has been given the same id. */
  readonly createTime?: string;
  /** Undefined: OCP said nothing about OBProxies, which is not the same as "none". */
  readonly obproxies?: readonly ObproxyServer[];
  /** How many entries of `obproxies` could not be understood and are left out there; absent: none, the list is whole. */
  readonly unreadObproxies?: number;
}

/** One page of a list. */
export interface Page<T> {
  readonly entries: readonly T[];
  /** Entries that are there and could not be understood. */
  readonly unread: readonly Unread[];
  /** Of the whole list, as OCP counts it. */
  readonly totalElements?: number;
  readonly totalPages?: number;
}

/** An entry of a list that could not be understood: whatever of it can be read. */
export interface Unread {
  readonly id?: OcpId;
  readonly name?: string;
  /** Upper case. */
  readonly status?: string;
  readonly tags?: readonly TaskTag[];
  /** As of a {@link Task}. */
  readonly unreadTags?: number;
  /** Why it could not be understood, in a sentence without a full stop. */
  readonly why: string;
}

export interface OcpVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** As OCP wrote it, for example `4.3.6-SNAPSHOT`. */
  readonly text: string;
}

/** `DELETE …/obproxies/{ids}` (all versions) or `POST …/servers/delete` (4.3.5 and later). */
export type Dialect = "DELETE" | "POST";

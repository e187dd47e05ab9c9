import type { RecordedRequest } from "./recorder.js";

/** An OBProxy to start with. */
export interface SeedObproxy {
  /** Positive integer below 2^63; a string where it is above 2^53. */
  readonly id: number | string;
  /** Default the OBProxy's own id. */
  readonly hostId?: number | string;
  /** Default an address of 10.0.0.0/8 made from the host's id. */
  readonly ip?: string;
  /** Default `"RUNNING"`. */
  readonly status?: string;
  /** Default `"NORMAL"`. */
  readonly operateStatus?: string;
  /**
   * Its host does not answer: subtasks that work on the host fail, unless the deletion names the OBProxy in
   * `skipHostOperationServerIds`, or its whole cluster is deleted. Default false.
   */
  readonly hostOffline?: boolean;
  /** Other members of OCP's answer, for example `{ idcName: "am171" }`; undefined takes a member away. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An OBProxy cluster to start with. */
export interface SeedCluster {
  /** Positive integer below 2^63; a string where it is above 2^53. */
  readonly id: number | string;
  readonly name: string;
  /** Ids, or OBProxies in detail; default none. */
  readonly obproxies?: readonly (number | string | SeedObproxy)[];
  /** Other members of OCP's answer, for example `{ workMode: "RS_LIST" }`; undefined takes a member away, also `obproxies`. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** One server of a distributed OCP. */
export interface SimulatedNode {
  /** As the `server` of answers writes it: an address in 3.x, a short host name since. */
  readonly server: string;
  /** As the `executor` of tasks and subtasks writes it: an address. */
  readonly executor: string;
}

/** Rights of the user; the calls of a missing one are refused with 403. Each default true. */
export interface Permissions {
  /** `GET` of OBProxy clusters. */
  readonly readObproxy?: boolean;
  /** Deletion of OBProxies and OBProxy clusters. */
  readonly deleteObproxy?: boolean;
  /** `GET` of tasks and logs: OCP's default role for OBProxies lacks it. */
  readonly readTasks?: boolean;
  /** Retry, rollback, skip and cancel. */
  readonly manageTasks?: boolean;
}

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface SimulatorOptions {
  /** Default `"127.0.0.1"`. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Version of OCP, 3.1.1 to 4.4.0; decides paths, members of answers, graphs and error codes. Default `"4.2.2"`. */
  readonly version?: string;
  /**
   * How the task engine moves. A number: length of a tick in milliseconds, 1000 in a real OCP. `"manual"` (or 0): only
   * by `tick()`. `"poll"`: one tick before each answer about a task or an OBProxy cluster. A tick always stands for one
   * second of OCP's time, also for the timeouts of subtasks. Default 1000.
   */
  readonly tickMs?: number | "manual" | "poll";
  /** Let the process end while the simulator still runs. Default false. */
  readonly unref?: boolean;
  /** For HTTP Basic. Default {@link DEFAULT_CREDENTIALS}. */
  readonly credentials?: Credentials;
  /** For signed requests, from version 4.0.2 on. Default none. */
  readonly accessKeys?: readonly AccessKey[];
  /** Default none. */
  readonly clusters?: readonly SeedCluster[];
  /** Makes trace ids, cookies and the order of subtasks repeat themselves. Default 1. */
  readonly seed?: number;
  readonly permissions?: Permissions;
  /**
   * How a deletion is refused while a task holds the cluster's lock. What a real OCP answers is not documented.
   * Default `{ status: 400, code: 21010 }`.
   */
  readonly lockRefusal?: { readonly status: number; readonly code: number | string };
  /** A task that failed releases the lock of its cluster. Default false: it stays, as the last subtask would release it. */
  readonly unlockOnFailure?: boolean;
  /** PEM texts. Default plain HTTP. */
  readonly https?: { readonly key: string; readonly cert: string };
  /** OCP below a path, for example `"/ocp"`. Default `""`. */
  readonly pathPrefix?: string;
  /** Id of the first task. Default 31440. */
  readonly firstTaskId?: number | string;
  /** Id of the first subtask. Default 33147. */
  readonly firstSubtaskId?: number | string;
  /** The largest page of a list that it gives, whatever is asked for. Default 2000, as documented. */
  readonly maxPageSize?: number;
  /** Servers that answer in turn. Default one, named as in the documentation of the version. */
  readonly nodes?: readonly SimulatedNode[];
  /** Offset of OCP's times: `"Z"` or like the default, `"+08:00"`. */
  readonly utcOffset?: string;
  /** Language of messages without a (known) `Accept-Language`. Default `"en-US"`. */
  readonly locale?: "en-US" | "zh-CN";
  /** Milliseconds since the epoch, for all times in answers and for the age of signatures. Default `Date.now`. */
  readonly clock?: () => number;
  /** Requests that a user may send in a window of seconds; more are refused with 429. Default no limit. */
  readonly rateLimit?: { readonly limit: number; readonly windowSeconds: number };
  /** Called when a request has been answered, or its connection cut. */
  readonly onRequest?: (request: RecordedRequest) => void;
}

/** Of a simulator whose `credentials` are not given. */
export const DEFAULT_CREDENTIALS: Credentials = { username: "admin", password: "simulator" };

/** An end of OCP's process. */
export interface Outage {
  /**
   * `"kill"`: subtasks at work stay RUNNING until their timeout and eleven ticks have passed. `"term"`: they are FAILED
   * at once, their task some time after the engine's start. Default `"kill"`.
   */
  readonly manner?: "kill" | "term";
}

/** A start of OCP's process. */
export interface Start {
  /** Ticks until the task engine starts; 60 in a real OCP. Default 0. */
  readonly engineDelayTicks?: number;
}

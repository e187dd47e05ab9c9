import type { Cluster, Dialect, OcpId, OcpVersion, Page, Task, TaskStatus } from "./model.js";

/** Every call of OCP's API that this project makes. Each rejects with an `OcpError`, never with anything else. */
export interface OcpApi {
  /** Base URL without credentials and trailing slash, for messages. */
  readonly baseUrl: string;
  /** OCP's clock (the `Date` of its last answer) minus this machine's, in milliseconds; undefined before any answer. */
  readonly clockSkewMs?: number | undefined;
  /** `GET /api/v2/info`. Undefined: OCP answered, but its version cannot be read. */
  version(): Promise<OcpVersion | undefined>;
  /** `GET /api/v2/obproxy/clusters/{id}` */
  cluster(id: OcpId): Promise<Cluster>;
  /** `GET /api/v2/obproxy/clusters?sort=id,desc`, one page, the newest first; `readToEnd` reads them all. */
  clusters(request: PageRequest): Promise<Page<Cluster>>;
  /** `GET /api/v2/tasks/instances?status=…&sort=id,desc`, one page, the newest first. */
  tasks(request: TasksRequest): Promise<Page<Task>>;
  /** `GET /api/v2/tasks/instances/{id}` */
  task(id: OcpId): Promise<Task>;
  /** `GET /api/v2/tasks/instances/{id}/subtasks/{subtaskId}/log`, as OCP wrote it; mask before showing. */
  subtaskLog(taskId: OcpId, subtaskId: OcpId): Promise<string>;
  /** `POST /api/v2/tasks/instances/{id}/retry`. The answer is not needed: read the task afterwards. */
  retryTask(id: OcpId): Promise<void>;
  /** `DELETE /api/v2/obproxy/clusters/{id}`, on a connection of its own. */
  deleteCluster(id: OcpId): Promise<Task>;
  /**
   * `DELETE …/obproxies/{ids}` or `POST …/servers/delete`, on a connection of its own. `ids` are de-duplicated and
   * sorted by number. `skipHostOperationIds` needs the POST dialect.
   */
  deleteObproxies(request: DeleteObproxiesRequest): Promise<Task>;
  /** Closes idle connections so that the process can end. */
  close(): Promise<void>;
}

export interface PageRequest {
  /** The first is 1. */
  readonly page: number;
  /** Entries per page; OCP sends 2000 at most. */
  readonly size: number;
}

export interface TasksRequest extends PageRequest {
  /** Empty: tasks in any status. */
  readonly status: readonly TaskStatus[];
  /** A part of their name. */
  readonly name?: string;
}

export interface DeleteObproxiesRequest {
  readonly dialect: Dialect;
  readonly clusterId: OcpId;
  readonly obproxyIds: readonly OcpId[];
  readonly skipHostOperationIds?: readonly OcpId[];
}

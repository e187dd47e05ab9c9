import type { ApiErrors } from "./api-error.js";
import { setStatus } from "./engine.js";
import { DELETE_SERVER_STAGES, EMPTY_CLUSTER_STAGES, fanOut, OFFLINE_OBPROXY_STAGES, type Stage } from "./graphs.js";
import { type Id, Sequence } from "./ids.js";
import type { Inventory } from "./inventory.js";
import type { Cluster, Obproxy, Subtask, Task, TaskContext, User } from "./model.js";
import { NO_WORK, type Plans, type Work } from "./plans.js";

/** Statuses in which the console offers no deletion (constants of ocp-express's front end, inherited from OCP). */
const BUSY = new Set([
  "CREATING",
  "RESTARTING",
  "UPGRADING",
  "REFRESHING",
  "DELETING",
  "TAKINGOVER",
  "STARTING",
  "STOPPING",
  "MOVINGOUT",
]);

export interface Submitter {
  readonly user: User;
  readonly executor: string;
}

export interface SubmissionSettings {
  readonly clock: () => number;
  readonly firstTaskId: Id;
  readonly firstSubtaskId: Id;
  readonly lockRefusal: { readonly status: number; readonly code: number | string };
}

interface Draft {
  readonly name: string;
  readonly stages: readonly Stage[];
  readonly context: TaskContext;
  readonly cluster: Cluster | undefined;
  readonly obproxies: readonly Obproxy[];
  /** OBProxies whose host is not to be touched. */
  readonly skipHost: readonly Id[];
  readonly deletesCluster: boolean;
  readonly newFields: boolean;
  readonly locks: boolean;
}

interface PastDraft {
  readonly name: string;
  readonly stages: readonly Stage[];
  readonly status: "FAILED" | "SUCCESSFUL";
  readonly clusterId: Id | undefined;
  readonly clusterName: string | undefined;
  readonly obproxyIds: readonly Id[];
  readonly startTime: number | undefined;
}

/** Checks what is asked for, takes the cluster's lock and makes the task. */
export class Submissions {
  readonly tasks = new Map<Id, Task>();
  private readonly taskIds: Sequence;
  private readonly subtaskIds: Sequence;

  constructor(
    private readonly inventory: Inventory,
    private readonly plans: Plans,
    private readonly errors: ApiErrors,
    private readonly settings: SubmissionSettings,
  ) {
    this.taskIds = new Sequence(settings.firstTaskId);
    this.subtaskIds = new Sequence(settings.firstSubtaskId);
  }

  deleteCluster(id: Id, submitter: Submitter): Task {
    const cluster = this.unlockedCluster(id);
    const { obproxies } = cluster;
    // That a cluster with OBProxies goes through the OBProxies' graph is inferred from the context key
    // `obproxy_need_delete_cluster`; only the deletion of an empty one is published.
    return this.submit(submitter, {
      name: "Offline obproxy",
      stages: obproxies.length === 0 ? EMPTY_CLUSTER_STAGES : OFFLINE_OBPROXY_STAGES,
      context: obproxies.length === 0 ? EMPTY_CONTEXT : offlineContext(cluster, obproxies, true),
      cluster,
      obproxies,
      // Hosts that are offline are skipped and have to be cleaned by hand (user guide).
      skipHost: obproxies.map((obproxy) => obproxy.id),
      deletesCluster: true,
      newFields: false,
      locks: true,
    });
  }

  /** `dialect` as in `DELETE …/obproxies/{ids}` and `POST …/servers/delete`. Ids may repeat and may be null, as Spring reads them. */
  deleteObproxies(
    dialect: "DELETE" | "POST",
    clusterId: Id,
    ids: readonly (Id | null)[],
    skipHost: readonly Id[],
    submitter: Submitter,
  ): Task {
    // What is missing is told before what is locked: an unknown cluster has no lock.
    const known = this.cluster(clusterId);
    const obproxies = this.obproxiesOf(known, ids);
    const cluster = this.unlockedCluster(clusterId);
    for (const obproxy of obproxies) {
      if (BUSY.has(obproxy.status)) throw this.errors.obproxyBusy(obproxy.id, obproxy.status);
    }

    return this.submit(submitter, {
      name: dialect === "DELETE" ? "Offline obproxy" : "Delete obproxy server",
      stages: dialect === "DELETE" ? OFFLINE_OBPROXY_STAGES : DELETE_SERVER_STAGES,
      context: offlineContext(cluster, obproxies, false),
      cluster,
      obproxies,
      skipHost,
      deletesCluster: false,
      newFields: dialect === "POST",
      locks: true,
    });
  }

  /** Any other task, for example a restart of OBProxies by somebody else: the simulator knows only how it goes. */
  start(
    submitter: Submitter,
    task: {
      readonly name: string;
      readonly cluster: Cluster | undefined;
      readonly obproxyIds: readonly Id[];
      readonly stages: readonly Stage[];
      readonly locks: boolean;
    },
  ): Task {
    const { cluster, obproxyIds } = task;
    const obproxies = cluster === undefined ? [] : cluster.obproxies.filter(({ id }) => obproxyIds.includes(id));
    return this.submit(submitter, {
      name: task.name,
      stages: task.stages,
      context: EMPTY_CONTEXT,
      cluster,
      obproxies,
      skipHost: obproxyIds,
      deletesCluster: false,
      newFields: false,
      locks: task.locks,
    });
  }

  private cluster(id: Id): Cluster {
    const cluster = this.inventory.find(id);
    if (cluster === undefined) throw this.errors.clusterNotFound(id);

    return cluster;
  }

  private unlockedCluster(id: Id): Cluster {
    const cluster = this.cluster(id);
    if (cluster.lockedBy !== undefined) throw this.errors.clusterLocked(this.settings.lockRefusal);

    return cluster;
  }

  /** All or nothing; that an id given twice is refused is an assumption: what OCP does with it is not documented. */
  private obproxiesOf(cluster: Cluster, ids: readonly (Id | null)[]): readonly Obproxy[] {
    const seen = new Set<Id>();
    return ids.map((id) => {
      if (id === null || seen.has(id)) throw this.errors.obproxyNotFound(String(id));

      seen.add(id);
      const found = cluster.obproxies.find((obproxy) => obproxy.id === id);
      if (found !== undefined) return found;

      throw this.inventory.isElsewhere(id, cluster.id)
        ? this.errors.obproxyOfOtherCluster(id, cluster.id)
        : this.errors.obproxyNotFound(id);
    });
  }

  /** A task that has come to rest already; what it worked on need not be known any more, and nothing is done to it. */
  record(submitter: Submitter, past: PastDraft): Task {
    const made = this.made(submitter, {
      ...past,
      context: EMPTY_CONTEXT,
      cluster: undefined,
      obproxies: [],
      skipHost: [],
      deletesCluster: false,
      newFields: false,
      locks: false,
    });
    const { clusterId, clusterName, obproxyIds, status, startTime } = past;
    const task: Task = {
      ...made,
      ...(clusterId === undefined ? {} : { clusterId, clusterName: clusterName ?? "" }),
      obproxies: obproxyIds.map((id) => ({ id, hostId: id, ip: "10.0.0.1", status: "RUNNING" })),
      status,
      createTime: startTime ?? made.createTime,
      startTime: startTime ?? made.startTime,
      finishTime: made.startTime,
    };
    for (const subtask of task.subtasks) {
      const isLast = subtask === task.subtasks.at(-1);
      setStatus(subtask, isLast ? status : "SUCCESSFUL");
      subtask.attempts = 1;
    }
    this.tasks.set(task.id, task);
    return task;
  }

  private submit(submitter: Submitter, draft: Draft): Task {
    const { cluster, obproxies } = draft;
    const task = this.made(submitter, draft);
    this.tasks.set(task.id, task);
    if (cluster !== undefined && draft.locks) {
      cluster.lockedBy = task.id;
      const ids = obproxies.map(({ id }) => id);
      const status =
        task.deletesCluster || task.context.listMap["obproxy_server_ids"] !== undefined ? "DELETING" : undefined;
      this.inventory.updateObproxies(cluster.id, ids, (obproxy) => ({
        ...obproxy,
        status: status ?? obproxy.status,
        operateStatus: "OPERATING",
      }));
    }
    return task;
  }

  private made(submitter: Submitter, draft: Draft): Task {
    const now = this.settings.clock();
    const { cluster, obproxies } = draft;
    return {
      id: this.taskIds.take(),
      name: draft.name,
      creator: submitter.user,
      executor: submitter.executor,
      createTime: now,
      startTime: now,
      context: draft.context,
      ...(cluster === undefined ? {} : { clusterId: cluster.id, clusterName: cluster.name }),
      obproxies: obproxies.map(({ id, hostId, ip, status }) => ({ id, hostId, ip, status })),
      deletesCluster: draft.deletesCluster,
      newFields: draft.newFields,
      subtasks: this.subtasks(draft, now),
      status: "RUNNING",
      operation: "EXECUTE",
      prohibitRollback: false,
      suspended: false,
      override: {},
      subtaskOverrides: {},
    };
  }

  private subtasks(draft: Draft, now: number): readonly Subtask[] {
    const nodes = fanOut(draft.stages, draft.obproxies.length);
    const ids = new Map(
      [...nodes].sort((one, other) => one.idPlace - other.idPlace).map((node) => [node, this.subtaskIds.take()]),
    );
    const idsAt = (places: readonly number[]): readonly Id[] =>
      nodes.filter((_, place) => places.includes(place)).map((node) => ids.get(node) ?? "");
    const plan = this.plans.forTask();
    const subtasks = nodes.map((node): Subtask => {
      const { stage } = node;
      const planned = plan.workOf({
        taskName: draft.name,
        clusterId: draft.cluster?.id,
        subtaskName: stage.name,
        parallelIdx: node.parallelIdx,
      });
      const obproxy = draft.obproxies[node.parallelIdx];
      const unreachable =
        stage.onHost === true && obproxy?.hostOffline === true && !draft.skipHost.includes(obproxy.id);
      return {
        id: ids.get(node) ?? "",
        name: stage.name,
        className: stage.className,
        seriesId: node.seriesId,
        timeout: stage.timeout,
        parallelIdx: node.parallelIdx,
        prohibitRollback: stage.prohibitRollback ?? false,
        prohibitSkip: stage.prohibitSkip ?? false,
        upstreams: idsAt(node.upstreams),
        downstreams: idsAt(node.downstreams),
        createTime: now,
        effects: stage.effects ?? [],
        work: unreachable ? unreachableHost(planned, obproxy) : planned,
        status: node.upstreams.length === 0 ? "READY" : "PENDING",
        operation: "EXECUTE",
        runTime: 1,
        log: "",
        attempts: 0,
        rollbacks: 0,
        ticks: 0,
        orphaned: false,
      };
    });
    plan.done();
    return subtasks;
  }
}

function unreachableHost(planned: Work, obproxy: Obproxy): Work {
  return { ...NO_WORK, ...planned, fail: "always", error: `Host ${obproxy.ip} is offline: OCP agent does not answer` };
}

const EMPTY_CONTEXT: TaskContext = { listMap: {}, stringMap: { prohibit_rollback: "false" } };

function offlineContext(cluster: Cluster, obproxies: readonly Obproxy[], deletesCluster: boolean): TaskContext {
  return {
    listMap: {
      obproxy_server_ids: obproxies.map(({ id }) => id),
      host_ids: obproxies.map(({ hostId }) => hostId),
    },
    stringMap: {
      service_type: "OB_PROXY",
      obproxy_need_delete_cluster: String(deletesCluster),
      prohibit_rollback: "false",
      service_name: cluster.name,
    },
  };
}

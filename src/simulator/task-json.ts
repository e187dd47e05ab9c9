import { type Id, wireId } from "./ids.js";
import type { Subtask, Task } from "./model.js";
import type { Random } from "./random.js";
import { formatInstant, formatSecond } from "./time.js";
import type { Traits } from "./version.js";

type Json = Readonly<Record<string, unknown>>;

/** Writes tasks as the published answers of a version do. Members without a value are absent, never null. */
export class TaskJson {
  constructor(
    private readonly traits: Traits,
    private readonly utcOffsetMinutes: number,
    private readonly random: Random,
  ) {}

  /** The answer to a deletion: `creator` is a string, subtasks have no times yet. */
  submitted(task: Task): Json {
    const { contextAndClassName } = this.traits;
    return {
      ...(contextAndClassName ? { context: { ...task.context, parallel: false, parallelIdx: -1 } } : {}),
      creator: task.creator.name,
      executor: task.executor,
      id: wireId(task.id),
      name: task.name,
      operation: task.operation,
      ...(task.newFields ? { prohibitRollback: task.prohibitRollback } : {}),
      startTime: this.instant(task.startTime),
      status: task.status,
      subtasks: task.subtasks.map((subtask) => ({
        ...(contextAndClassName ? { className: subtask.className } : {}),
        ...this.graphNode(task, subtask),
        ...task.subtaskOverrides[subtask.id],
      })),
      taskDefinitionId: -1,
      type: "MANUAL",
      ...task.override,
    };
  }

  detail(task: Task): Json {
    return {
      createTime: this.second(task.createTime),
      creator: task.creator,
      executor: task.executor,
      ...this.optional("finishTime", task.finishTime),
      id: wireId(task.id),
      name: task.name,
      operation: task.operation,
      prohibitRollback: task.prohibitRollback,
      startTime: this.instant(task.startTime),
      status: task.status,
      // A set in OCP: the order changes from answer to answer.
      subtasks: this.random.shuffled(task.subtasks).map((subtask) => this.subtask(task, subtask)),
      ...(this.traits.tags ? { tags: tags(task) } : {}),
      taskDefinitionId: -1,
      type: "MANUAL",
      ...task.override,
    };
  }

  subtask(task: Task, subtask: Subtask): Json {
    return {
      createTime: this.second(subtask.createTime),
      ...this.graphNode(task, subtask),
      ...(subtask.executor === undefined ? {} : { executor: subtask.executor }),
      ...this.optional("finishTime", subtask.finishTime),
      ...this.optional("startTime", subtask.startTime),
      ...task.subtaskOverrides[subtask.id],
    };
  }

  listEntry(task: Task): Json {
    return {
      creator: task.creator,
      ...this.optional("finishTime", task.finishTime),
      id: wireId(task.id),
      name: task.name,
      // Lower case, as published; lists before 4.3.6 do not tell a task's operation at all.
      ...(this.traits.tags ? { operation: task.operation.toLowerCase() } : {}),
      startTime: this.instant(task.startTime),
      status: task.status,
      ...(task.subtasks.length === 0
        ? {}
        : { subtasks: this.random.shuffled(task.subtasks).map((subtask) => listedSubtask(task, subtask)) }),
      ...(this.traits.tags ? { tags: tags(task) } : {}),
      ...task.override,
    };
  }

  private graphNode(task: Task, subtask: Subtask): Json {
    return {
      description: subtask.name,
      downstreams: subtask.downstreams.map(wireId),
      id: wireId(subtask.id),
      name: subtask.name,
      nodeType: "JAVA_TASK",
      operation: subtask.operation,
      parallelIdx: subtask.parallelIdx,
      prohibitRollback: subtask.prohibitRollback,
      ...(task.newFields ? { prohibitSkip: subtask.prohibitSkip } : {}),
      runTime: subtask.runTime,
      seriesId: subtask.seriesId,
      status: subtask.status,
      ...(task.newFields ? { taskId: wireId(task.id) } : {}),
      timeout: subtask.timeout,
      upstreams: subtask.upstreams.map(wireId),
    };
  }

  private optional(name: string, time: number | undefined): Json {
    return time === undefined ? {} : { [name]: this.instant(time) };
  }

  private instant(time: number): string {
    return formatInstant(time, this.utcOffsetMinutes);
  }

  private second(time: number): string {
    return formatSecond(time, this.utcOffsetMinutes);
  }
}

function listedSubtask(task: Task, subtask: Subtask): Json {
  return {
    description: subtask.name,
    id: wireId(subtask.id),
    name: subtask.name,
    operation: subtask.operation,
    status: subtask.status,
    ...task.subtaskOverrides[subtask.id],
  };
}

/** Members as the table of `InstanceFullTag` (4.3.6) names them; which of them an OBProxy's task carries is inferred. */
function tags(task: Task): readonly Json[] {
  if (task.clusterId === undefined) return [];

  const cluster = { obproxyClusterId: wireId(task.clusterId), obproxyClusterName: task.clusterName };
  return [
    { deleted: false, objectType: "OBPROXY_CLUSTER", ...cluster },
    ...task.obproxies.map((obproxy: { id: Id; hostId: Id; ip: string }) => ({
      deleted: false,
      hostId: wireId(obproxy.hostId),
      objectType: "OBPROXY_SERVER",
      ...cluster,
      obproxyServerId: wireId(obproxy.id),
      svrIp: obproxy.ip,
    })),
  ];
}

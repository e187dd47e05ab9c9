import {
  array,
  describe,
  id,
  isAbsent,
  isObject,
  object,
  optionalArray,
  optionalId,
  optionalNumber,
  optionalText,
  optionalUpperCase,
  ShapeError,
  text,
  upperCase,
} from "./fields.js";
import type { JsonObject } from "./fields.js";
import type { Cluster, ObproxyServer, OcpId, Subtask, Task, TaskTag } from "./model.js";

/*
 * From what stands in an answer's `data` to the model. Unknown fields are ignored, unknown statuses kept; a wrong type
 * in a field that decides something throws a `ShapeError`.
 */

/** The answer to a delete, a task's detail or an entry of the task list: one shape, differently complete. */
export function parseTask(value: unknown, path = "data"): Task {
  const task = object(value, path);
  const operation = optionalUpperCase(task["operation"]);
  const creator = parseCreator(task["creator"]);
  const startTime = optionalText(task["startTime"]);
  const finishTime = optionalText(task["finishTime"]);
  const tags = parseTags(task["tags"]);
  return {
    id: id(task["id"], `${path}.id`),
    name: optionalText(task["name"]) ?? "",
    status: upperCase(task["status"], `${path}.status`),
    ...(operation !== undefined && { operation }),
    ...(creator !== undefined && { creator }),
    ...(startTime !== undefined && { startTime }),
    ...(finishTime !== undefined && { finishTime }),
    subtasks: (optionalArray(task["subtasks"], `${path}.subtasks`) ?? []).map((entry, index) =>
      parseSubtask(entry, `${path}.subtasks[${index}]`),
    ),
    ...(tags !== undefined && { tags }),
  };
}

function parseSubtask(value: unknown, path: string): Subtask {
  const subtask = object(value, path);
  const operation = optionalUpperCase(subtask["operation"]);
  return {
    id: id(subtask["id"], `${path}.id`),
    name: optionalText(subtask["name"]) ?? "",
    status: upperCase(subtask["status"], `${path}.status`),
    ...(operation !== undefined && { operation }),
    timeoutSeconds: Math.max(0, optionalNumber(subtask["timeout"]) ?? 0),
    parallelIdx: optionalNumber(subtask["parallelIdx"]) ?? -1,
    runTime: optionalNumber(subtask["runTime"]) ?? 1,
    upstreams: parseNeighbours(subtask["upstreams"]),
    downstreams: parseNeighbours(subtask["downstreams"]),
  };
}

/** The graph only helps to estimate how long to wait, so what cannot be read there is left out. */
function parseNeighbours(value: unknown): readonly OcpId[] {
  if (!Array.isArray(value)) return [];
  return value.map(optionalId).filter((neighbour) => neighbour !== undefined);
}

/** A string in the answer to a delete, `{id, name}` in detail and list. */
function parseCreator(value: unknown): string | undefined {
  return optionalText(isObject(value) ? value["name"] : value);
}

function parseTags(value: unknown): readonly TaskTag[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter(isObject).map((tag) => {
    const obproxyClusterId = optionalId(tag["obproxyClusterId"]);
    const obproxyClusterName = optionalText(tag["obproxyClusterName"]);
    const obproxyServerId = optionalId(tag["obproxyServerId"]);
    return {
      ...(obproxyClusterId !== undefined && { obproxyClusterId }),
      ...(obproxyClusterName !== undefined && { obproxyClusterName }),
      ...(obproxyServerId !== undefined && { obproxyServerId }),
    };
  });
}

/**
 * A cluster's detail: `data` itself, as in OCP's examples, or the only entry of `data.contents`, as in the newest table
 * of its documentation.
 */
export function parseClusterDetail(value: unknown): Cluster {
  const data = object(value, "data");
  if (!isAbsent(data["id"]) || isAbsent(data["contents"])) return parseCluster(data);
  const contents = array(data["contents"], "data.contents");
  if (contents.length !== 1) {
    throw new ShapeError(`\`data.contents\` holds ${contents.length} entries instead of one cluster`);
  }
  return parseCluster(contents[0], "data.contents[0]");
}

export function parseCluster(value: unknown, path = "data"): Cluster {
  const cluster = object(value, path);
  const createTime = optionalText(cluster["createTime"]);
  const status = optionalUpperCase(cluster["status"]);
  const obproxies = optionalArray(cluster["obproxies"], `${path}.obproxies`);
  return {
    id: id(cluster["id"], `${path}.id`),
    name: text(cluster["name"], `${path}.name`),
    ...(createTime !== undefined && { createTime }),
    ...(status !== undefined && { status }),
    // Silence about OBProxies is not the same as an empty list.
    ...(obproxies !== undefined && {
      obproxies: obproxies.map((entry, index) => parseObproxy(entry, `${path}.obproxies[${index}]`)),
    }),
  };
}

function parseObproxy(value: unknown, path: string): ObproxyServer {
  const server = object(value, path);
  const hostId = optionalId(server["hostId"]);
  const ip = optionalText(server["ip"]);
  const sqlPort = optionalNumber(server["sqlPort"]);
  const status = optionalUpperCase(server["status"]);
  const operateStatus = optionalUpperCase(server["operateStatus"]);
  return {
    id: id(server["id"], `${path}.id`),
    ...(hostId !== undefined && { hostId }),
    ...(ip !== undefined && { ip }),
    ...(sqlPort !== undefined && { sqlPort }),
    ...(status !== undefined && { status }),
    ...(operateStatus !== undefined && { operateStatus }),
  };
}

export interface Page<T> {
  readonly entries: readonly T[];
  readonly totalElements?: number;
  readonly totalPages?: number;
}

/** One page of a list. The documentation's tables say `totalPage`, its examples `totalPages`. */
export function parsePage<T>(value: unknown, parseEntry: (entry: unknown, path: string) => T): Page<T> {
  const data = object(value, "data");
  // A list without `contents` must not read as "nothing there".
  const contents = array(data["contents"], "data.contents");
  const page: JsonObject = isObject(data["page"]) ? data["page"] : {};
  const totalElements = optionalNumber(page["totalElements"]);
  const totalPages = optionalNumber(page["totalPages"] ?? page["totalPage"]);
  return {
    entries: contents.map((entry, index) => parseEntry(entry, `data.contents[${index}]`)),
    ...(totalElements !== undefined && { totalElements }),
    ...(totalPages !== undefined && { totalPages }),
  };
}

export function parseLog(value: unknown): string {
  const log = object(value, "data")["log"];
  if (typeof log === "string") return log;
  throw new ShapeError(`\`data.log\` is ${describe(log)} instead of a text`);
}

import {
  array,
  describe,
  id,
  isAbsent,
  isObject,
  type JsonObject,
  object,
  optionalArray,
  optionalId,
  optionalNumber,
  ShapeError,
  shownText,
  shownUpperCase,
  text,
  upperCase,
} from "./fields.js";
import { cut } from "./text.js";
import type { Cluster, ObproxyServer, OcpId, Page, Subtask, Task, TaskTag, Unread } from "./model.js";

/*
 * From what stands in an answer's `data` to the model. Unknown fields are ignored, unknown statuses kept; a wrong type
 * in a field that decides something throws a `ShapeError`.
 */

/** Names of clusters are compared with those that were declared, so they are cut where no name of OCP's ends. */
const LONGEST_COMPARED = 1_000;

/** The answer to a delete, a task's detail or an entry of the task list: one shape, differently complete. */
export function parseTask(value: unknown, path = "data"): Task {
  const task = object(value, path);
  const operation = shownUpperCase(task["operation"]);
  const creator = parseCreator(task["creator"]);
  const startTime = shownText(task["startTime"]);
  const finishTime = shownText(task["finishTime"]);
  const tags = parseTags(task["tags"]);
  const unreadTags = countUnreadTags(task["tags"]);
  return {
    id: id(task["id"], `${path}.id`),
    name: shownText(task["name"]) ?? "",
    status: upperCase(task["status"], `${path}.status`),
    ...(operation !== undefined && { operation }),
    ...(creator !== undefined && { creator }),
    ...(startTime !== undefined && { startTime }),
    ...(finishTime !== undefined && { finishTime }),
    subtasks: (optionalArray(task["subtasks"], `${path}.subtasks`) ?? []).map((entry, index) =>
      parseSubtask(entry, `${path}.subtasks[${index}]`),
    ),
    ...(tags !== undefined && { tags }),
    ...(unreadTags > 0 && { unreadTags }),
  };
}

function parseSubtask(value: unknown, path: string): Subtask {
  const subtask = object(value, path);
  const operation = shownUpperCase(subtask["operation"]);
  const startTime = shownText(subtask["startTime"]);
  const finishTime = shownText(subtask["finishTime"]);
  return {
    id: id(subtask["id"], `${path}.id`),
    name: shownText(subtask["name"]) ?? "",
    status: upperCase(subtask["status"], `${path}.status`),
    ...(operation !== undefined && { operation }),
    timeoutSeconds: Math.max(0, optionalNumber(subtask["timeout"]) ?? 0),
    parallelIdx: optionalNumber(subtask["parallelIdx"]) ?? -1,
    runTime: optionalNumber(subtask["runTime"]) ?? 1,
    ...(startTime !== undefined && { startTime }),
    ...(finishTime !== undefined && { finishTime }),
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
  return shownText(isObject(value) ? value["name"] : value);
}

function parseTags(value: unknown): readonly TaskTag[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter(isObject).map((tag) => {
    const obproxyClusterId = namedId(tag["obproxyClusterId"]);
    const obproxyClusterName = shownText(tag["obproxyClusterName"]);
    const obproxyServerId = namedId(tag["obproxyServerId"]);
    return {
      ...(obproxyClusterId !== undefined && { obproxyClusterId }),
      ...(obproxyClusterName !== undefined && { obproxyClusterName }),
      ...(obproxyServerId !== undefined && { obproxyServerId }),
    };
  });
}

/** OCP counts from 1: a 0 names nothing that is there. */
function namedId(value: unknown): OcpId | undefined {
  const found = optionalId(value);
  return found === "0" ? undefined : found;
}

/** A tag that cannot be understood may name anything: what a task is about is then known in part only. */
function countUnreadTags(value: unknown): number {
  if (isAbsent(value)) return 0;
  if (!Array.isArray(value)) return 1;
  const isUnread = (id: unknown): boolean => !isAbsent(id) && id !== "" && namedId(id) === undefined;
  return value.filter((tag) => !isObject(tag) || isUnread(tag["obproxyClusterId"]) || isUnread(tag["obproxyServerId"]))
    .length;
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
  const createTime = shownText(cluster["createTime"]);
  const status = shownUpperCase(cluster["status"]);
  const obproxies = optionalArray(cluster["obproxies"], `${path}.obproxies`);
  return {
    id: id(cluster["id"], `${path}.id`),
    // As Terraform writes every text, with which it is compared.
    name: cut(text(cluster["name"], `${path}.name`).normalize(), LONGEST_COMPARED),
    ...(createTime !== undefined && { createTime }),
    ...(status !== undefined && { status }),
    // Silence about OBProxies is not the same as an empty list.
    ...(obproxies !== undefined && parseObproxies(obproxies, `${path}.obproxies`)),
  };
}

function parseObproxies(values: readonly unknown[], path: string): Pick<Cluster, "obproxies" | "unreadObproxies"> {
  const read = values.map((value, index) => attempt(() => parseObproxy(value, `${path}[${index}]`)));
  const obproxies = read.flatMap((each) => (each.ok ? [each.value] : []));
  const unreadObproxies = values.length - obproxies.length;
  return { obproxies, ...(unreadObproxies > 0 && { unreadObproxies }) };
}

function parseObproxy(value: unknown, path: string): ObproxyServer {
  const server = object(value, path);
  const hostId = optionalId(server["hostId"]);
  const ip = shownText(server["ip"]);
  const sqlPort = optionalNumber(server["sqlPort"]);
  const status = shownUpperCase(server["status"]);
  const operateStatus = shownUpperCase(server["operateStatus"]);
  return {
    id: id(server["id"], `${path}.id`),
    ...(hostId !== undefined && { hostId }),
    ...(ip !== undefined && { ip }),
    ...(sqlPort !== undefined && { sqlPort }),
    ...(status !== undefined && { status }),
    ...(operateStatus !== undefined && { operateStatus }),
  };
}

/**
 * One page of a list. The documentation's tables say `totalPage`, its examples `totalPages`. An entry that cannot be
 * understood spoils neither the others nor the page.
 */
export function parsePage<T>(value: unknown, parseEntry: (entry: unknown, path: string) => T): Page<T> {
  const data = object(value, "data");
  // A list without `contents` must not read as "nothing there".
  const contents = array(data["contents"], "data.contents");
  const page: JsonObject = isObject(data["page"]) ? data["page"] : {};
  const totalElements = parseTotal(page["totalElements"]);
  const totalPages = parseTotal(page["totalPages"] ?? page["totalPage"]);
  const read = contents.map((entry, index) => ({
    entry,
    outcome: attempt(() => parseEntry(entry, `data.contents[${index}]`)),
  }));
  return {
    entries: read.flatMap(({ outcome }) => (outcome.ok ? [outcome.value] : [])),
    unread: read.flatMap(({ entry, outcome }) => (outcome.ok ? [] : [glimpse(entry, outcome.why)])),
    ...(totalElements !== undefined && { totalElements }),
    ...(totalPages !== undefined && { totalPages }),
  };
}

/** A total that is no count tells nothing. */
function parseTotal(value: unknown): number | undefined {
  const total = optionalNumber(value);
  return total !== undefined && Number.isInteger(total) && total >= 0 ? total : undefined;
}

/** Whatever can be read of an entry, of a task or a cluster, that cannot be understood. */
function glimpse(value: unknown, why: string): Unread {
  if (!isObject(value)) return { why };
  const readId = namedId(value["id"]);
  const name = shownText(value["name"]);
  const status = shownUpperCase(value["status"]);
  const tags = parseTags(value["tags"]);
  const unreadTags = countUnreadTags(value["tags"]);
  return {
    ...(readId !== undefined && { id: readId }),
    ...(name !== undefined && name.trim() !== "" && { name }),
    ...(status !== undefined && { status }),
    ...(tags !== undefined && { tags }),
    ...(unreadTags > 0 && { unreadTags }),
    why,
  };
}

type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

function attempt<T>(read: () => T): Outcome<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (error instanceof ShapeError) return { ok: false, why: error.message };
    throw error;
  }
}

export function parseLog(value: unknown): string {
  const log = object(value, "data")["log"];
  if (typeof log === "string") return log;
  throw new ShapeError(`\`data.log\` is ${describe(log)} instead of a text`);
}

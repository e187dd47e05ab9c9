import { isId } from "../../contract/object.js";
import type { OcpErrorDetails, OcpErrorKind } from "../../ocp/errors.js";
import { compareIds } from "../../ocp/ids.js";
import type { OcpId, Subtask, Task, TaskTag } from "../../ocp/model.js";
import type { Member, Route, Sight } from "./member.js";

/**
 * What hooks that met tell each other. Whoever speaks there may be of another release, or no hook at all: each message
 * is checked whole, and nothing that was not checked is passed on.
 */

export type FollowerSays =
  /** The first thing: who I am. */
  | { readonly says: "join"; readonly member: Member }
  /** The answer to `count`. */
  | { readonly says: "here" };

export type LeaderSays =
  /** The call is about to be sent: who is still there? From the answer on, silence may mean that it was. */
  | { readonly says: "count" }
  | {
      readonly says: "sent";
      readonly task: Task;
      /** All that the call deletes, sorted. */
      readonly obproxyIds: readonly OcpId[];
      /** The OBProxy of the hook that sent it. */
      readonly sentBy: OcpId;
    }
  | { readonly says: "failed"; readonly message: string; readonly details: OcpErrorDetails }
  /** You are not in the call, or OCP refused it for all: everybody for himself. */
  | { readonly says: "alone" }
  | { readonly says: "task"; readonly task: Task };

/** In characters. A follower has little to say; a task may have thousands of subtasks. */
export const LONGEST_OF_FOLLOWER = 16 * 1024;
export const LONGEST_OF_LEADER = 16 * 1024 * 1024;

/** Undefined: it is nothing that a follower says. */
export function readFollower(message: unknown): FollowerSays | undefined {
  return reading(() => {
    const { says, member } = record(message);
    if (says === "here") return { says };
    return says === "join" ? { says, member: readMember(member) } : undefined;
  });
}

/** Undefined: it is nothing that a leader says. */
export function readLeader(message: unknown): LeaderSays | undefined {
  return reading(() => {
    const { says, task, obproxyIds, sentBy, message: words, details } = record(message);
    switch (says) {
      case "count":
      case "alone":
        return { says };
      case "task":
        return { says, task: readTask(task) };
      case "sent":
        return { says, task: readTask(task), obproxyIds: sortedList(obproxyIds), sentBy: id(sentBy) };
      case "failed":
        return { says, message: text(words), details: readDetails(details) };
      default:
        return undefined;
    }
  });
}

/** What another hook has to know of an error; the rest of it does not survive the way. */
export function detailsOf(details: OcpErrorDetails): OcpErrorDetails {
  return readDetails(details);
}

function readMember(value: unknown): Member {
  const { route, sight, skipHostOperation } = record(value);
  return { route: readRoute(route), sight: readSight(sight), skipHostOperation: flag(skipHostOperation) };
}

function readRoute(value: unknown): Route {
  const { baseUrl, way, user } = record(value);
  return { baseUrl: text(baseUrl), way: text(way), user: text(user) };
}

function readSight(value: unknown): Sight {
  const sight = record(value);
  const clusterCreateTime = optional(sight["clusterCreateTime"], text);
  const hostId = optional(sight["hostId"], id);
  const address = optional(sight["address"], text);
  return {
    clusterId: id(sight["clusterId"]),
    clusterName: text(sight["clusterName"]),
    ...(clusterCreateTime !== undefined && { clusterCreateTime }),
    obproxyId: id(sight["obproxyId"]),
    ...(hostId !== undefined && { hostId }),
    ...(address !== undefined && { address }),
  };
}

function readTask(value: unknown): Task {
  const task = record(value);
  const operation = optional(task["operation"], text);
  const creator = optional(task["creator"], text);
  const startTime = optional(task["startTime"], text);
  const finishTime = optional(task["finishTime"], text);
  const tags = optional(task["tags"], (all) => list(all, readTag));
  const unreadTags = optional(task["unreadTags"], number);
  const traceId = optional(task["traceId"], text);
  const answeredAt = optional(task["answeredAt"], text);
  return {
    id: id(task["id"]),
    name: text(task["name"]),
    status: text(task["status"]),
    ...(operation !== undefined && { operation }),
    ...(creator !== undefined && { creator }),
    ...(startTime !== undefined && { startTime }),
    ...(finishTime !== undefined && { finishTime }),
    subtasks: list(task["subtasks"], readSubtask),
    ...(tags !== undefined && { tags }),
    ...(unreadTags !== undefined && { unreadTags }),
    ...(traceId !== undefined && { traceId }),
    ...(answeredAt !== undefined && { answeredAt }),
  };
}

function readSubtask(value: unknown): Subtask {
  const subtask = record(value);
  const operation = optional(subtask["operation"], text);
  const startTime = optional(subtask["startTime"], text);
  const finishTime = optional(subtask["finishTime"], text);
  return {
    id: id(subtask["id"]),
    name: text(subtask["name"]),
    status: text(subtask["status"]),
    ...(operation !== undefined && { operation }),
    timeoutSeconds: number(subtask["timeoutSeconds"]),
    parallelIdx: number(subtask["parallelIdx"]),
    runTime: number(subtask["runTime"]),
    ...(startTime !== undefined && { startTime }),
    ...(finishTime !== undefined && { finishTime }),
    upstreams: list(subtask["upstreams"], text),
    downstreams: list(subtask["downstreams"], text),
  };
}

function readTag(value: unknown): TaskTag {
  const tag = record(value);
  const obproxyClusterId = optional(tag["obproxyClusterId"], text);
  const obproxyClusterName = optional(tag["obproxyClusterName"], text);
  const obproxyServerId = optional(tag["obproxyServerId"], text);
  return {
    ...(obproxyClusterId !== undefined && { obproxyClusterId }),
    ...(obproxyClusterName !== undefined && { obproxyClusterName }),
    ...(obproxyServerId !== undefined && { obproxyServerId }),
  };
}

function readDetails(value: unknown): OcpErrorDetails {
  const details = record(value);
  const status = optional(details["status"], number);
  const code = optional(details["code"], number);
  const codeText = optional(details["codeText"], text);
  const ocpMessage = optional(details["ocpMessage"], text);
  const traceId = optional(details["traceId"], text);
  const retryAfterMs = optional(details["retryAfterMs"], number);
  const clockSkewMs = optional(details["clockSkewMs"], number);
  return {
    kind: errorKind(details["kind"]),
    method: text(details["method"]),
    url: text(details["url"]),
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(codeText !== undefined && { codeText }),
    ...(ocpMessage !== undefined && { ocpMessage }),
    ...(traceId !== undefined && { traceId }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(clockSkewMs !== undefined && { clockSkewMs }),
  };
}

/** A record, so that the compiler misses a kind that is missing here. */
const ERROR_KINDS: Readonly<Record<OcpErrorKind, true>> = {
  unreachable: true,
  lost: true,
  throttled: true,
  unauthenticated: true,
  forbidden: true,
  redirected: true,
  "not-found": true,
  refused: true,
  "server-error": true,
  "not-ocp": true,
};

function errorKind(value: unknown): OcpErrorKind {
  if (isErrorKind(value)) return value;
  throw new Unreadable();
}

function isErrorKind(value: unknown): value is OcpErrorKind {
  return typeof value === "string" && Object.hasOwn(ERROR_KINDS, value);
}

/** Thrown by the readers below, and nowhere else caught than in `reading`. */
class Unreadable extends Error {}

function reading<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Unreadable();
  return { ...value };
}

function list<T>(value: unknown, read: (entry: unknown) => T): readonly T[] {
  if (!Array.isArray(value)) throw new Unreadable();
  return value.map(read);
}

function sortedList(value: unknown): readonly OcpId[] {
  const ids = list(value, id);
  if (ids.some((each, index) => index > 0 && compareIds(ids[index - 1] ?? "", each) >= 0)) throw new Unreadable();
  return ids;
}

function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new Unreadable();
  return value;
}

function id(value: unknown): OcpId {
  if (typeof value !== "string" || !isId(value)) throw new Unreadable();
  return value;
}

function number(value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Unreadable();
  return value;
}

function flag(value: unknown): boolean {
  if (typeof value !== "boolean") throw new Unreadable();
  return value;
}

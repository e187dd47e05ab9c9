import type { OcpErrorDetails } from "../../ocp/errors.js";
import type { OcpId, Subtask, Task } from "../../ocp/model.js";

/** What hooks that met tell each other. */

export interface FollowerSays {
  readonly says: "join";
  readonly obproxyId: OcpId;
  readonly skipHostOperation: boolean;
}

export type LeaderSays =
  | { readonly says: "sent"; readonly task: Task; readonly obproxyIds: readonly OcpId[]; readonly sentBy: string }
  | { readonly says: "failed"; readonly message: string; readonly details: OcpErrorDetails }
  /** OCP refused the call for all: everybody for himself. */
  | { readonly says: "alone" }
  | { readonly says: "task"; readonly task: Task };

/** Undefined: it is nothing that a hook says. On Windows anybody may find the pipe. */
export function readFollower(message: unknown): FollowerSays | undefined {
  if (!isRecord(message) || message["says"] !== "join") return undefined;
  const { obproxyId, skipHostOperation } = message;
  if (typeof obproxyId !== "string" || !/^[1-9]\d{0,18}$/.test(obproxyId)) return undefined;
  return { says: "join", obproxyId, skipHostOperation: skipHostOperation === true };
}

/** Undefined: it is nothing that a hook says. */
export function readLeader(message: unknown): LeaderSays | undefined {
  return isLeaderSays(message) ? message : undefined;
}

function isLeaderSays(message: unknown): message is LeaderSays {
  if (!isRecord(message)) return false;
  switch (message["says"]) {
    case "alone":
      return true;
    case "task":
      return isTask(message["task"]);
    case "sent":
      return isTask(message["task"]) && isList(message["obproxyIds"], isText) && typeof message["sentBy"] === "string";
    case "failed":
      return typeof message["message"] === "string" && isDetails(message["details"]);
    default:
      return false;
  }
}

function isDetails(value: unknown): value is OcpErrorDetails {
  return isRecord(value) && ["kind", "method", "url"].every((name) => typeof value[name] === "string");
}

function isTask(value: unknown): value is Task {
  return isRecord(value) && hasTexts(value) && isList(value["subtasks"], isSubtask);
}

function isSubtask(value: unknown): value is Subtask {
  return (
    isRecord(value) &&
    hasTexts(value) &&
    ["timeoutSeconds", "parallelIdx", "runTime"].every((name) => typeof value[name] === "number") &&
    isList(value["upstreams"], isText) &&
    isList(value["downstreams"], isText)
  );
}

function hasTexts(value: Readonly<Record<string, unknown>>): boolean {
  return ["id", "name", "status"].every((name) => isText(value[name]));
}

function isList(value: unknown, isEntry: (entry: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isEntry);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

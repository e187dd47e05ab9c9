import { flag, listOf, number, object, objectOf, oneOf, string } from "../../contract/json.js";
import type { OcpId } from "../../contract/object.js";
import type { OcpErrorDetails, OcpErrorKind } from "../../ocp/errors.js";
import type { Cluster, ObproxyServer, Subtask, Task, TaskTag } from "../../ocp/model.js";
import type { Member, Route, Sight } from "./member.js";
import { id, readWhole, sortedIds } from "./readers.js";

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
  | { readonly says: "task"; readonly task: Task }
  /** What OCP has shown since the newest `task`; no cluster: see for yourself. */
  | { readonly says: "shown"; readonly cluster?: Cluster };

/** In characters. A follower has little to say; a task may have thousands of subtasks. */
export const LONGEST_OF_FOLLOWER = 16 * 1024;
export const LONGEST_OF_LEADER = 16 * 1024 * 1024;

/** Undefined: it is nothing that a follower says. */
export function readFollower(message: unknown): FollowerSays | undefined {
  return readWhole(() => {
    const { says } = followerSays(message, "");
    return says === "here" ? { says } : { says, ...join(message, "") };
  });
}

/** Undefined: it is nothing that a leader says. */
export function readLeader(message: unknown): LeaderSays | undefined {
  return readWhole(() => {
    const { says } = leaderSays(message, "");
    switch (says) {
      case "count":
      case "alone":
        return { says };
      case "task":
        return { says, ...news(message, "") };
      case "shown":
        return { says, ...shown(message, "") };
      case "sent":
        return { says, ...sent(message, "") };
      case "failed":
        return { says, ...failed(message, "") };
    }
  });
}

/** What another hook has to know of an error; the rest of it does not survive the way. */
export function detailsOf(given: OcpErrorDetails): OcpErrorDetails {
  return details(given, "");
}

const route = objectOf<Route>({ baseUrl: string, way: string, user: string }, {});

const sight = objectOf<Sight>(
  { clusterId: id, clusterName: string, obproxyId: id },
  { clusterCreateTime: string, hostId: id, address: string },
);

const member = objectOf<Member>({ route, sight, skipHostOperation: flag }, {});

const subtask = objectOf<Subtask>(
  {
    ...{ id, name: string, status: string },
    ...{ timeoutSeconds: number, parallelIdx: number, runTime: number },
    ...{ upstreams: listOf(string), downstreams: listOf(string) },
  },
  { operation: string, startTime: string, finishTime: string },
);

const tag = objectOf<TaskTag>({}, { obproxyClusterId: string, obproxyClusterName: string, obproxyServerId: string });

const task = objectOf<Task>(
  { id, name: string, status: string, subtasks: listOf(subtask) },
  {
    ...{ operation: string, creator: string, startTime: string, finishTime: string },
    ...{ tags: listOf(tag), unreadTags: number, traceId: string, answeredAt: string },
  },
);

const obproxy = objectOf<ObproxyServer>(
  { id },
  { hostId: id, ip: string, sqlPort: number, status: string, operateStatus: string },
);

const cluster = objectOf<Cluster>(
  { id, name: string },
  { status: string, createTime: string, obproxies: listOf(obproxy), unreadObproxies: number },
);

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

const details = objectOf<Omit<OcpErrorDetails, "cause">>(
  { kind: oneOf(...(Object.keys(ERROR_KINDS) as OcpErrorKind[])), method: string, url: string },
  {
    ...{ status: number, code: number, codeText: string, ocpMessage: string, traceId: string },
    ...{ retryAfterMs: number, clockSkewMs: number, proxyVariable: string },
  },
);

const followerSays = object({ says: oneOf("join", "here") }, {});
const join = object({ member }, {});

const leaderSays = object({ says: oneOf("count", "sent", "failed", "alone", "task", "shown") }, {});
const news = object({ task }, {});
const shown = object({}, { cluster });
const sent = object({ task, obproxyIds: sortedIds, sentBy: id }, {});
const failed = object({ message: string, details }, {});

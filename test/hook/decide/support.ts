import { begin, type Event, evolve } from "../../../src/hook/decide/evolve.js";
import type { Memory } from "../../../src/hook/decide/memory.js";
import { type Look, NO_LOOK, type TaskAnswer } from "../../../src/hook/decide/look.js";
import type { Note } from "../../../src/hook/decide/note.js";
import type { Intent } from "../../../src/hook/intent.js";
import type { Target } from "../../../src/contract/object.js";
import { OcpError, type OcpErrorDetails, type OcpErrorKind } from "../../../src/ocp/errors.js";
import type { Listing } from "../../../src/ocp/list.js";
import type { Cluster, Task, TaskTag, Unread } from "../../../src/ocp/model.js";

export const TICK = 1000;

export const proxy: Target = { kind: "obproxy", clusterId: "27", obproxyId: "3" };
export const cluster: Target = { kind: "cluster", clusterId: "27" };

export const error = (kind: OcpErrorKind, more: Partial<OcpErrorDetails> = {}): OcpError =>
  new OcpError(`DELETE http://ocp: ${kind}`, { kind, method: "DELETE", url: "http://ocp", ...more });

/** A 404 in OCP's envelope, in general words. */
export const general404 = error("refused", { status: 404, codeText: "COM10002" });

export const tag = (obproxyClusterId: string, obproxyServerId?: string): TaskTag => ({
  obproxyClusterId,
  ...(obproxyServerId === undefined ? {} : { obproxyServerId }),
});

export const task = (id: string, status = "RUNNING", over: Partial<Task> = {}): Task => ({
  id,
  name: "Offline obproxy",
  status,
  subtasks: [],
  ...over,
});

export const list = <T>(...entries: readonly T[]): Listing<T> => ({ entries, unread: [], complete: true });
export const halfList: Listing<never> = { entries: [], unread: [], complete: false, why: "page 2 is missing" };
export const listWithUnread = (...unread: readonly Unread[]): Listing<never> => ({
  entries: [],
  unread,
  complete: true,
});

export const orders = (...ids: readonly string[]): Cluster => ({
  id: "27",
  name: "orders",
  obproxies: ids.map((id) => ({ id })),
});

export const look = (over: Partial<Look> = {}): Look => ({
  ...NO_LOOK,
  cluster: { says: "there", cluster: orders("4") },
  tasks: list<Task>(),
  ...over,
});

export const details = (...all: readonly (readonly [string, TaskAnswer])[]): Look["details"] => new Map(all);

export const intent: Intent = {
  target: proxy,
  key: "27/3",
  label: "OBProxy 27/3",
  clusterName: "orders",
  nameFrom: "declaration",
  declared: true,
  forceDestroy: false,
  skipHostOperation: false,
  declaredObproxyIds: new Set(["3"]),
  elsewhereObproxies: new Map(),
  keptObproxyIds: new Set(),
  timeoutMs: undefined,
  taskRetries: 0,
  waitFor: "task",
};

export interface Begun {
  readonly target?: Target;
  readonly note?: Note;
  readonly unheardSince?: string;
  readonly waitFor?: "task" | "object";
}

/** What a run remembers after these events, a tick apart from each other. */
export function after(
  { target = proxy, note, unheardSince, waitFor = "task" }: Begun,
  ...events: readonly Untimed[]
): Memory {
  const recorded = { ...(note !== undefined && { task: note }), ...(unheardSince !== undefined && { unheardSince }) };
  const start = begin({ target, waitFor, user: "ci", tickMs: TICK, recorded, at: 0 });
  return events.reduce((memory, event) => evolve(memory, { ...event, at: memory.at + TICK }), start);
}

type WithoutTime<E> = E extends unknown ? Omit<E, "at"> : never;
export type Untimed = WithoutTime<Event>;

export const looked = (over: Partial<Look> = {}): Untimed => ({ event: "looked", look: look(over) });
export const waited: Untimed = { event: "waited", because: "unknown" };

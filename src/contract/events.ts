/**
 * What the hooks write down while they work, one JSON object a line, and what reads it afterwards. Documented for others
 * in `docs/events.md` and `docs/events.schema.json`.
 */

/** Names another file for the events; empty or unset: one in the user's state directory, by the name of the stack. */
export const EVENTS_VARIABLE = "OBPROXY_EVENTS";

/** Grows when a reader of the older one could misunderstand a newer file. New members and new events do not count. */
export const EVENTS_VERSION = 1;

/** Whose event it is, and when. */
export interface Stamp {
  readonly v: typeof EVENTS_VERSION;
  /** ISO 8601 in UTC, with milliseconds, by the clock of the machine that the hook runs on. */
  readonly at: string;
  /** One run of Terraform: the same for all its hooks, another for every other run. */
  readonly run: string;
  /** Process id of the hook. */
  readonly pid: number;
  readonly stack: string;
  /** Alias of the provider. */
  readonly provider: string;
  /** Key of the object: `"27"` for an OBProxy cluster, `"27/3"` for an OBProxy. */
  readonly object: string;
}

/** A task as it was seen at one moment. */
export interface TaskSeen {
  /** Id of OCP's task. */
  readonly task: string;
  readonly name: string;
  /** As OCP says it, in upper case. */
  readonly status: string;
  /** Subtasks that have ended well, of all. */
  readonly done: number;
  readonly total: number;
  /** Whether it deletes the object. */
  readonly ours: boolean;
  /** User of OCP who started it. */
  readonly creator?: string;
  /** As OCP wrote it. */
  readonly startTime?: string;
  readonly finishTime?: string;
}

export interface SubtaskSeen {
  readonly task: string;
  readonly subtask: string;
  readonly name: string;
  readonly status: string;
  /** Attempts so far. */
  readonly attempt: number;
  /** Which of several alike, from 0; absent: it is the only one. */
  readonly index?: number;
  /** Of this attempt, as OCP wrote it. */
  readonly startTime?: string;
  readonly finishTime?: string;
}

export type Happening =
  /**
   * `hook`: the directory of its program. `ocp`: OCP's base URL, absent before it is known. `path`: of the construct.
   * `retries`: the task that `cdktf-obproxy retry` retries for the object; absent: it is a hook of Terraform's.
   */
  | {
      readonly event: "started";
      readonly hook: string;
      readonly ocp?: string;
      readonly path?: string;
      readonly retries?: string;
    }
  /** OCP was asked whether the object is there. */
  | { readonly event: "looked"; readonly is: "there" | "gone" | "unknown" }
  /** OCP has accepted the deletion. `with`: keys of all objects that the call deletes. */
  | { readonly event: "sent"; readonly task: string; readonly with: readonly string[] }
  /** The call that deletes did not go well; what became of it is looked for. */
  | { readonly event: "send-failed"; readonly why: string }
  /** A task that is waited for has begun, moved or ended. */
  | ({ readonly event: "task" } & TaskSeen)
  /** A subtask of it has begun, moved or ended. */
  | ({ readonly event: "subtask" } & SubtaskSeen)
  /** Nothing is done for now. */
  | { readonly event: "waiting"; readonly for: string }
  /** OCP was asked to retry a failed task. */
  | { readonly event: "retried"; readonly task: string }
  | { readonly event: "warned"; readonly text: string }
  /** `task`: OCP's task that did it. */
  | { readonly event: "deleted" | "already-gone"; readonly task?: string }
  /** It goes on running in OCP, and this is no failure. */
  | { readonly event: "left-alone"; readonly why: string; readonly doubt?: string }
  /**
   * `what` failed; `details`, OCP's own words among them; what to do `next`. `hook`: the directory of its program, where it
   * has not told that it started; it is the hook of what is remembered of an object.
   */
  | {
      readonly event: "failed";
      readonly what: string;
      readonly details: readonly string[];
      readonly next: string;
      readonly hook?: string;
    };

export type HookEvent = Stamp & Happening;

/** After one of these a hook does nothing more. */
export const LAST_EVENTS: ReadonlySet<string> = new Set<Happening["event"]>([
  "deleted",
  "already-gone",
  "left-alone",
  "failed",
]);

/**
 * The events of a file, in the order in which they were written. What is no event is left out and counted: a hook that
 * was killed, or a full disk, may leave half a line.
 */
export function parseEvents(text: string): { readonly events: readonly HookEvent[]; readonly unread: number } {
  const events: HookEvent[] = [];
  let unread = 0;
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const event = parseEvent(line);
    if (event === undefined) unread += 1;
    else events.push(event);
  }
  return { events, unread };
}

/** Undefined: not an event of this version. */
function parseEvent(line: string): HookEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isEvent(value) ? value : undefined;
}

const TEXTS_OF: Readonly<Record<Happening["event"], readonly string[]>> = {
  started: ["hook"],
  looked: ["is"],
  sent: ["task"],
  "send-failed": ["why"],
  task: ["task", "name", "status"],
  subtask: ["task", "subtask", "name", "status"],
  waiting: ["for"],
  retried: ["task"],
  warned: ["text"],
  deleted: [],
  "already-gone": [],
  "left-alone": ["why"],
  failed: ["what", "next"],
};
/** Of all events, for whoever describes or reads them. */
export const EVENT_NAMES: readonly string[] = Object.keys(TEXTS_OF);
const STAMP_TEXTS = ["at", "run", "stack", "provider", "object", "event"];

function isEvent(value: unknown): value is HookEvent {
  if (typeof value !== "object" || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const areTexts = (names: readonly string[]): boolean => names.every((name) => typeof fields[name] === "string");
  if (fields["v"] !== EVENTS_VERSION || !areTexts(STAMP_TEXTS) || Number.isNaN(Date.parse(String(fields["at"])))) {
    return false;
  }

  const event = String(fields["event"]);
  if (!Object.hasOwn(TEXTS_OF, event) || !areTexts(TEXTS_OF[event as Happening["event"]])) return false;
  const isList = (name: string): boolean => Array.isArray(fields[name]) && fields[name].every(isText);
  if (event === "sent") return isList("with");
  if (event === "failed") return isList("details");
  if (event === "task") return typeof fields["done"] === "number" && typeof fields["total"] === "number";
  return true;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

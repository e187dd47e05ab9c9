import type { Target } from "./words.js";

/**
 * - `deleted`: this run has deleted it
 * - `gone`: it is not there any more, whoever deleted it
 * - `left-alone`: it stays in OCP, as the configuration wants
 * - `failed`: its hook has failed, or, where it is gone, its task in OCP has
 * - `interrupted`: its hook was killed before it came to an end
 * - `running`: its hook is still at work, or, where it is gone, its task in OCP is
 * - `waits`: nobody has come to it, because something that has to go before it is left
 * - `left`: it is there, and no hook of this run had to do with it
 * - `unknown`: nothing tells whether it is there
 */
export type Status =
  "deleted" | "gone" | "left-alone" | "failed" | "interrupted" | "running" | "waits" | "left" | "unknown";

/** Where nothing is left to do. */
export const WELL: ReadonlySet<Status> = new Set<Status>(["deleted", "gone", "left-alone"]);

export interface ReportedObject {
  /** `27` or `27/3` */
  readonly key: string;
  readonly target: Target;
  readonly label: string;
  /** Alias; undefined where no provider of the stack stands for it. */
  readonly provider: string | undefined;
  /** Of the construct. */
  readonly path: string | undefined;
  readonly status: Status;
  /** Alias to be told with it, where another provider of the stack has one with that id. */
  readonly of: string | undefined;
  /** In a sentence without a full stop, where there is something to say. */
  readonly why: string | undefined;
  /** OCP's task that deleted it, or was to. */
  readonly task: string | undefined;
  /** Of its hook. */
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** Keys of what it waits for. */
  readonly waitsFor: readonly string[];
  /** Undefined: the state was not read. */
  readonly inState: boolean | undefined;
  readonly inOcp: "listed" | "absent" | "unknown";
}

/** Which object of which provider. */
export type Named = Pick<ReportedObject, "key" | "of" | "provider" | "target">;

/** What the word for an object would be wrong without: told once for all objects that it is true of. */
export interface Cause {
  readonly level: Level;
  /** Of them all; empty: it is about the stack. */
  readonly objects: readonly Named[];
  /** `FAILED`, `INTERRUPTED`, … for people. */
  readonly head: string;
  /** In a sentence without a full stop. */
  readonly what: string;
  /** One thought a line; OCP's own words among them. */
  readonly details: readonly string[];
  /** What to do. */
  readonly next: string | undefined;
}

/** `error`: something is left, or cannot be known. */
export type Level = "note" | "warning" | "error";

/** When something in OCP began and ended. */
export interface Times {
  /** When a hook saw it first; it may have begun before. */
  readonly startedAt: number;
  /** When a hook saw its end first; undefined: none has. */
  readonly endedAt: number | undefined;
  /** By OCP's own clock; undefined: OCP does not tell. */
  readonly ocpStartedAt: number | undefined;
  readonly ocpEndedAt: number | undefined;
}

/** OCP's own times where it tells them, else those of the hooks' looks. */
export function bestTimes({ endedAt, ocpEndedAt, ocpStartedAt, startedAt }: Times): {
  readonly from: number;
  readonly to: number | undefined;
  readonly areOcps: boolean;
} {
  const areOcps = ocpStartedAt !== undefined && (endedAt === undefined || ocpEndedAt !== undefined);
  return areOcps
    ? { from: ocpStartedAt, to: endedAt === undefined ? undefined : ocpEndedAt, areOcps }
    : { from: startedAt, to: endedAt, areOcps };
}

export interface Attempt extends Times {
  readonly number: number;
  readonly status: string;
}

export interface ReportedSubtask {
  readonly id: string;
  readonly name: string;
  /** Which of several alike, from 0. */
  readonly index: number | undefined;
  readonly attempts: readonly Attempt[];
}

export interface ReportedTask extends Times {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly status: string;
  /** As OCP says it now, where that differs. */
  readonly statusNow: string | undefined;
  readonly done: number;
  readonly total: number;
  /** It deletes objects of this stack; else it was waited for. */
  readonly ours: boolean;
  readonly creator: string | undefined;
  readonly retries: number;
  readonly lastSeenAt: number;
  /** Keys of what it deletes. */
  readonly objects: readonly string[];
  readonly subtasks: readonly ReportedSubtask[];
}

export interface ReportedRun {
  readonly id: string;
  readonly startedAt: number;
  readonly lastAt: number;
  readonly hooks: number;
  /** Whether a hook of it is still at work. */
  readonly isRunning: boolean;
}

export interface ReportedOcp {
  readonly provider: string;
  readonly url: string | undefined;
  /** Whether it has answered. */
  readonly asked: boolean;
}

export interface ReportedStack {
  readonly name: string;
  readonly directory: string;
  /** Undefined: no events tell of one. */
  readonly run: ReportedRun | undefined;
  /** The file of the events; undefined: there is no place for one. */
  readonly eventsFile: string | undefined;
  /** What the state was read from; undefined: it could not be. */
  readonly stateFrom: string | undefined;
  readonly ocps: readonly ReportedOcp[];
  readonly objects: readonly ReportedObject[];
  /** Notes first, what failed last. */
  readonly causes: readonly Cause[];
  readonly tasks: readonly ReportedTask[];
}

export interface Report {
  readonly at: number;
  readonly stacks: readonly ReportedStack[];
}

export type Summary = { readonly objects: number } & Readonly<Record<Status, number>>;

export function summarize(stacks: readonly ReportedStack[]): Summary {
  const objects = stacks.flatMap((stack) => stack.objects);
  const counts: Record<Status, number> = {
    ...{ deleted: 0, gone: 0, "left-alone": 0, failed: 0, interrupted: 0 },
    ...{ running: 0, waits: 0, left: 0, unknown: 0 },
  };
  for (const { status } of objects) counts[status] += 1;
  return { objects: objects.length, ...counts };
}

/** 0: nothing is left. 1: something is left, has failed, or cannot be known. */
export function exitCodeOf({ stacks }: Report): 0 | 1 {
  const isLeft = stacks.some(
    ({ causes, objects }) =>
      objects.some(({ status }) => !WELL.has(status)) || causes.some(({ level }) => level === "error"),
  );
  return isLeft ? 1 : 0;
}

/** Why it is not gone. */
export function causeOf({ causes }: ReportedStack, { key, provider }: ReportedObject): Cause | undefined {
  return causes.find(
    ({ level, objects }) => level === "error" && objects.some((each) => each.key === key && each.provider === provider),
  );
}

import {
  exitCodeOf,
  type Level,
  type Report,
  type ReportedStack,
  type Status,
  summarize,
  type Summary,
  type Times,
} from "./report.js";
import { iso } from "./words.js";

/** What `--json` prints. Members are only ever added; null stands for what is not known. Times are ISO 8601 in UTC. */
export interface JsonReport {
  readonly formatVersion: 1;
  /** The exit code of the command. */
  readonly exitCode: 0 | 1;
  readonly at: string;
  readonly summary: Summary;
  readonly stacks: readonly JsonStack[];
}

export interface JsonStack {
  readonly name: string;
  readonly directory: string;
  /** Null: no events tell of one. */
  readonly run: {
    readonly id: string;
    readonly startedAt: string;
    readonly lastAt: string;
    readonly hooks: number;
    readonly running: boolean;
  } | null;
  readonly events: string | null;
  /** What the state was read from; null: it could not be. */
  readonly state: string | null;
  readonly ocp: readonly { readonly provider: string; readonly url: string | null; readonly answered: boolean }[];
  readonly objects: readonly JsonObject[];
  readonly causes: readonly JsonCause[];
  readonly tasks: readonly JsonTask[];
}

export interface JsonObject {
  readonly key: string;
  readonly kind: "cluster" | "obproxy";
  readonly label: string;
  readonly provider: string | null;
  readonly path: string | null;
  readonly status: Status;
  readonly why: string | null;
  readonly task: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly waitsFor: readonly string[];
  readonly inState: boolean | null;
  readonly inOcp: "listed" | "absent" | "unknown";
}

export interface JsonCause {
  readonly level: Level;
  readonly head: string;
  /** Keys; empty: it is about the stack. */
  readonly objects: readonly string[];
  readonly what: string;
  readonly details: readonly string[];
  readonly next: string | null;
}

export interface JsonTask {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly status: string;
  readonly statusNow: string | null;
  readonly done: number;
  readonly total: number;
  readonly ours: boolean;
  readonly creator: string | null;
  readonly retries: number;
  /** When the hooks saw its beginning and its end, by their clock. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** By OCP's clock; null: OCP does not tell. */
  readonly ocpStartedAt: string | null;
  readonly ocpEndedAt: string | null;
  readonly objects: readonly string[];
  readonly subtasks: readonly {
    readonly id: string;
    readonly name: string;
    readonly index: number | null;
    readonly attempts: readonly {
      readonly number: number;
      readonly status: string;
      readonly startedAt: string;
      readonly endedAt: string | null;
      readonly ocpStartedAt: string | null;
      readonly ocpEndedAt: string | null;
    }[];
  }[];
}

export function jsonReport(report: Report): JsonReport {
  return {
    formatVersion: 1,
    exitCode: exitCodeOf(report),
    at: iso(report.at),
    summary: summarize(report.stacks),
    stacks: report.stacks.map(stackJson),
  };
}

function stackJson({
  causes,
  directory,
  eventsFile,
  name,
  objects,
  ocps,
  run,
  stateFrom,
  tasks,
}: ReportedStack): JsonStack {
  return {
    name,
    directory,
    run:
      run === undefined
        ? null
        : {
            ...{ id: run.id, startedAt: iso(run.startedAt), lastAt: iso(run.lastAt) },
            ...{ hooks: run.hooks, running: run.isRunning },
          },
    events: eventsFile ?? null,
    state: stateFrom ?? null,
    ocp: ocps.map(({ asked, provider, url }) => ({ provider, url: url ?? null, answered: asked })),
    objects: objects.map(({ target, ...object }) => ({
      key: object.key,
      kind: target.kind,
      label: object.label,
      provider: object.provider ?? null,
      path: object.path ?? null,
      status: object.status,
      why: object.why ?? null,
      task: object.task ?? null,
      startedAt: isoOrNull(object.startedAt),
      endedAt: isoOrNull(object.endedAt),
      waitsFor: object.waitsFor,
      inState: object.inState ?? null,
      inOcp: object.inOcp,
    })),
    causes: causes.map((cause) => ({
      level: cause.level,
      head: cause.head,
      objects: cause.objects.map(({ key }) => key),
      what: cause.what,
      details: cause.details,
      next: cause.next ?? null,
    })),
    tasks: tasks.map((task) => ({
      ...{ id: task.id, name: task.name, provider: task.provider, status: task.status },
      statusNow: task.statusNow ?? null,
      ...{ done: task.done, total: task.total, ours: task.ours },
      creator: task.creator ?? null,
      retries: task.retries,
      ...times(task),
      objects: task.objects,
      subtasks: task.subtasks.map(({ attempts, id, index, name: subtask }) => ({
        ...{ id, name: subtask, index: index ?? null },
        attempts: attempts.map((attempt) => ({ number: attempt.number, status: attempt.status, ...times(attempt) })),
      })),
    })),
  };
}

function times({ endedAt, ocpEndedAt, ocpStartedAt, startedAt }: Times) {
  return {
    startedAt: iso(startedAt),
    endedAt: isoOrNull(endedAt),
    ocpStartedAt: isoOrNull(ocpStartedAt),
    ocpEndedAt: isoOrNull(ocpEndedAt),
  };
}

function isoOrNull(time: number | undefined): string | null {
  return time === undefined ? null : iso(time);
}

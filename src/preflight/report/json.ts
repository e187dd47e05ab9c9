import type { Answers } from "../../survey/answers.js";
import { deleteRight } from "../words/rights.js";
import type { Code, Level, Report, ReportedObject, ReportedProvider, ReportedStack, Status, Wave } from "./report.js";
import { exitCodeOf, summarize, type Summary } from "./summary.js";

/** What `--json` prints. Members are only ever added; null stands for what is not known. */
export interface JsonReport {
  readonly formatVersion: 1;
  /** The exit code of the command. */
  readonly exitCode: 0 | 1 | 2;
  readonly summary: Summary;
  /** Where the app was synthesized to, and what names that place; absent: directories were named on the command line. */
  readonly app?: { readonly directory: string; readonly from: string };
  readonly stacks: readonly JsonStack[];
  readonly findings: readonly JsonFinding[];
}

export interface JsonStack {
  readonly name: string;
  readonly directory: string;
  /** What the state was read from; null: it was not. */
  readonly state: string | null;
  readonly providers: readonly JsonProvider[];
  readonly objects: readonly JsonObject[];
  /** Labels of what the next deploy would delete, because it has left the code. */
  readonly deployDeletes: readonly string[];
  /** In the order of a destroy; with `--no-state` as if all that is declared were deployed. */
  readonly waves: readonly JsonWave[];
}

export interface JsonWave {
  readonly objects: readonly string[];
  /** How many tasks of OCP it takes with Terraform's default, ten hooks at a time: at least, and at most. */
  readonly estimatedTasks: number;
  readonly mostTasks: number;
  /** With which `-parallelism` it takes the fewest, and how many; null: it does already. */
  readonly fewest: { readonly parallelism: number; readonly tasks: number } | null;
}

export interface JsonProvider {
  readonly alias: string;
  /** False: OCP was not asked, or did not answer; then most of what follows is null. */
  readonly reached: boolean;
  readonly url: string | null;
  readonly signIn: "password" | "access key" | null;
  readonly user: string | null;
  readonly version: string | null;
  readonly dialect: "DELETE" | "POST" | null;
  readonly mayReadClusters: boolean | null;
  readonly mayReadTasks: boolean | null;
  /** Only a delete would tell. */
  readonly mayDelete: null;
  readonly deleteNeeds: string;
  readonly clockSkewMs: number | null;
}

export interface JsonObject {
  /** `27` or `27/3`. */
  readonly key: string;
  readonly kind: "cluster" | "obproxy";
  readonly label: string;
  readonly provider: string | null;
  readonly status: Status;
  /** Path of the construct; null: no longer declared. */
  readonly declaredBy: string | null;
  /** Address in the state; null: not in it. */
  readonly address: string | null;
  /** Where Terraform moves it first. */
  readonly movesTo: string | null;
  readonly detail: string | null;
}

export interface JsonFinding {
  readonly level: Level;
  readonly code: Code;
  readonly stack: string;
  readonly provider: string | null;
  readonly objects: readonly string[];
  readonly message: string;
  /** Of a failed task: the subtask that failed, and the lines of its log that matter. */
  readonly details: readonly string[];
  readonly next: string | null;
}

export function jsonReport(report: Report): JsonReport {
  return {
    formatVersion: 1,
    exitCode: exitCodeOf(report),
    summary: summarize(report),
    ...(report.app === undefined ? {} : { app: { directory: report.app.directory, from: report.app.from } }),
    stacks: report.stacks.map(stackJson),
    findings: report.findings.map(({ code, details = [], level, message, next, objects, provider, stack }) => ({
      level,
      code,
      stack,
      provider: provider ?? null,
      objects,
      message,
      details,
      next: next ?? null,
    })),
  };
}

function stackJson({ deployDeletes, directory, name, objects, providers, stateFrom, waves }: ReportedStack): JsonStack {
  return {
    name,
    directory,
    state: stateFrom ?? null,
    providers: providers.map(providerJson),
    objects: objects.map(objectJson),
    deployDeletes: deployDeletes.map(({ label }) => label),
    waves: waves.map((wave: Wave) => ({
      objects: wave.objects.map(({ label }) => label),
      estimatedTasks: wave.tasks,
      mostTasks: wave.mostTasks,
      fewest: wave.better ?? null,
    })),
  };
}

function providerJson({ answers, provider }: ReportedProvider): JsonProvider {
  const seen: Extract<Answers, { kind: "seen" }> | undefined = answers?.kind === "seen" ? answers : undefined;
  return {
    alias: provider.alias,
    reached: seen !== undefined,
    url: answers?.url ?? null,
    signIn: seen?.signIn ?? null,
    user: seen?.user ?? null,
    version: seen?.version?.text ?? null,
    dialect: seen?.dialect ?? null,
    mayReadClusters: seen === undefined ? null : seen.clustersRefusal === undefined,
    mayReadTasks: seen === undefined ? null : seen.tasksRefusal === undefined,
    mayDelete: null,
    deleteNeeds: deleteRight(seen?.version),
    clockSkewMs: seen?.clockSkewMs ?? null,
  };
}

function objectJson({ detail, status, surveyed }: ReportedObject): JsonObject {
  const { declaredBy, instance, key, label, movesTo, provider, target } = surveyed;
  return {
    key,
    kind: target.kind,
    label,
    provider: provider ?? null,
    status,
    declaredBy: declaredBy ?? null,
    address: instance?.address ?? null,
    movesTo: movesTo ?? null,
    detail: detail ?? null,
  };
}

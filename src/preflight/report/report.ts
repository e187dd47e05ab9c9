import type { Answers } from "../../survey/answers.js";
import type { StateKnown } from "../scene.js";
import type { Told } from "../words/told.js";
import type { Provider } from "../../survey/stack.js";
import type { Surveyed } from "../../survey/survey.js";

/**
 * - `ready`: a destroy would delete it
 * - `waits`: a destroy would wait for something else first
 * - `held-back`: nothing against it, but something that has to go before it has a problem
 * - `gone`: OCP does not know it any more
 * - `left-alone`: it stays in OCP, as the configuration wants
 * - `protected`: Terraform, or its hook, refuses to delete it, as the configuration wants
 * - `not-deployed`: declared, but not in the state
 * - `problem`: a destroy would fail at it, or leave it behind without a word
 * - `unknown`: it could not be looked at
 */
export type Status =
  "ready" | "waits" | "held-back" | "gone" | "left-alone" | "protected" | "not-deployed" | "problem" | "unknown";

/** `cannot-look`: something could not be seen, so that nothing can be promised. */
export type Level = "note" | "warning" | "problem" | "cannot-look";

export type Code =
  // what could not be looked at
  | "state-unreadable"
  | "ocp-not-reached"
  // the app and the machine
  | "synth-outdated"
  | "stack-left"
  | "node-unusable"
  | "program-too-old"
  // the stack and its providers
  | "no-provider"
  | "nothing-deployed"
  | "clusters-unknown"
  | "carrier-not-movable"
  | "hook-files"
  | "block-changed"
  | "ids-unknown"
  | "clusters-forbidden"
  | "tasks-forbidden"
  | "task-end-unseen"
  | "certificate-unverified"
  | "clock-skew"
  | "secret-trimmed"
  | "version-unknown"
  // objects, as OCP has them
  | "cluster-name"
  | "cluster-name-elsewhere"
  | "undeclared-obproxies"
  | "declared-elsewhere"
  | "obproxies-unknown"
  | "unknown"
  | "kept-obproxies"
  | "swept-away"
  | "task-failed"
  | "busy"
  | "locked"
  | "skip-host-operation"
  | "deleted-earlier"
  | "not-in-ocp"
  | "in-another-cluster"
  | "cannot-be-looked-at"
  | "name-changed"
  | "settings-lost"
  // objects, as the state has them
  | "not-deployed"
  | "tainted"
  | "deposed"
  | "no-block"
  | "carrier-switched-back"
  | "unknown-block"
  | "imported"
  | "key-differs"
  | "protected"
  | "left-alone"
  | "moves";

/** One thing to know, about one object or several. */
export interface Finding extends Told {
  readonly code: Code;
  readonly level: Level;
  readonly stack: string;
  /** Alias. */
  readonly provider: string | undefined;
  /** Labels such as `OBProxy 27/3`; empty: it is about the stack or the provider. */
  readonly objects: readonly string[];
}

export interface ReportedObject {
  readonly surveyed: Surveyed;
  readonly status: Status;
  /** As OCP shows it: the cluster's name, the OBProxy's address and status. */
  readonly detail: string | undefined;
}

export interface Wave {
  readonly number: number;
  readonly objects: readonly Surveyed[];
  /** How many tasks OCP would be given, as far as can be foretold: at least, and at most. */
  readonly tasks: number;
  readonly mostTasks: number;
  /** Where more hooks at a time would need fewer tasks: how many at a time, and how many tasks. */
  readonly better: { readonly parallelism: number; readonly tasks: number } | undefined;
}

export interface ReportedProvider {
  readonly provider: Provider;
  /** Undefined: there was nothing to ask. */
  readonly answers: Answers | undefined;
}

export interface ReportedStack {
  readonly name: string;
  readonly directory: string;
  /** What the state was read from; undefined: it was not, or could not be, read. */
  readonly stateFrom: string | undefined;
  /** `none`: the user says that the stack was never deployed. */
  readonly stateKind: StateKnown["kind"];
  readonly providers: readonly ReportedProvider[];
  readonly objects: readonly ReportedObject[];
  /** What the next deploy would set out to delete in OCP: it is in the state, and has left the code. */
  readonly deployDeletes: readonly Surveyed[];
  /** False: some objects are declared with ids that only Terraform knows, perhaps those. */
  readonly deployDeletesSurely: boolean;
  /** What a destroy would delete; before the first deploy, as the user says, what it would delete after that. */
  readonly waves: readonly Wave[];
}

/** Where the app was synthesized to. */
export interface ReportedApp {
  readonly directory: string;
  /** What names it. */
  readonly from: string;
  /** Undefined: nothing tells. */
  readonly age: string | undefined;
}

export interface Report {
  /** Undefined: stacks were named one by one. */
  readonly app?: ReportedApp;
  readonly stacks: readonly ReportedStack[];
  /** Notes first, then warnings, problems, and what could not be looked at. */
  readonly findings: readonly Finding[];
}

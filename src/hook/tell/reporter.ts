import { count } from "../../contract/count.js";
import { formatDuration } from "../../contract/duration.js";
import { inOrder } from "../../ocp/graph.js";
import type { Subtask, Task } from "../../ocp/model.js";
import { isDocumented, progress } from "../../ocp/task.js";
import { cut, oneLine } from "../../ocp/text.js";
import type { HookFailure } from "./failure.js";

const HEARTBEAT_TICKS = 60;
const MAX_NAMES_PER_LINE = 6;
/** Whatever a line is made of. */
const LONGEST_LINE = 4_000;

/** Where lines go; each gets its line feed from here, because the CDKTF command line holds unfinished lines back. */
export type Sink = (line: string) => void;

/**
 * What a person reads in a CI log: one thought per line with the object's name in it, because the lines of several
 * hooks interleave; changes, and a line a minute when nothing changes.
 */
export class Reporter {
  private lastLineAt: number;
  private readonly seen = new Map<string, string>();
  private readonly said = new Set<string>();
  private announced: string | undefined;
  private taskStatus: string | undefined;
  private readonly start: number;

  constructor(
    private readonly label: string,
    private readonly sink: Sink,
    private readonly now: () => number,
    private readonly tickMs: number,
    /** Takes secrets out of a text. */
    readonly mask: (text: string) => string,
  ) {
    this.start = now();
    this.lastLineAt = this.start;
  }

  line(text: string): void {
    this.lastLineAt = this.now();
    // Before and after: what is done to a line for its readers must neither hide a secret from the mask nor make one.
    this.sink(cut(this.mask(oneLine(this.mask(`${this.label}: ${text}`))), LONGEST_LINE));
  }

  warn(text: string): void {
    this.line(`WARNING: ${text}`);
  }

  /** Says something that stays true, the first time, with what is so at that moment; false: it has been said. */
  once(text: string, more = ""): boolean {
    if (this.said.has(text)) return false;
    this.said.add(text);
    this.line(`${text}${more}`);
    return true;
  }

  /** Says that nothing has changed, at most once a minute. */
  heartbeat(text: string): void {
    if (this.now() - this.lastLineAt >= HEARTBEAT_TICKS * this.tickMs) this.line(`${text} (${this.elapsed()})`);
  }

  /** `more`: what else a person wants to know of it. */
  taskStarted(task: Task, how: string, more = ""): void {
    if (this.announced === task.id) return;
    this.announced = task.id;
    this.line(`${how} task ${task.id} "${task.name}" (${count(task.subtasks.length, "subtask")})${more}`);
    for (const subtask of task.subtasks) this.seen.set(subtask.id, stateOf(subtask));
  }

  /** Tells the subtasks that started, ended or failed since the last look; `quiet`: the failed ones only. */
  progress(task: Task, quiet = false): void {
    const changed = inOrder(task.subtasks).filter((subtask) => this.seen.get(subtask.id) !== stateOf(subtask));
    for (const subtask of changed) this.seen.set(subtask.id, stateOf(subtask));
    const news = quiet ? NEWS.slice(0, 1) : NEWS;
    const parts = news.flatMap(({ word, of }) => {
      const names = grouped(changed.filter(of));
      return names.length === 0 ? [] : [`${word} ${names}`];
    });
    if (!quiet) parts.unshift(...this.oddStatus(task));
    const { done, total } = progress(task);
    const where = `task ${task.id}: ${done}/${total} done, ${this.elapsed()}`;
    if (parts.length > 0) this.line(`${where}: ${parts.join("; ")}`);
    else this.heartbeat(`${where}, still ${runningNames(task)}`);
  }

  /** A status that OCP does not document, such as SUSPENDED, when it begins and when it ends. */
  private oddStatus({ status }: Task): string[] {
    const before = this.taskStatus ?? "RUNNING";
    this.taskStatus = status;
    if (status === before) return [];
    if (!isDocumented(status)) return [`OCP says ${status}, which it does not document`];
    return isDocumented(before) ? [] : [`OCP says ${status}, no longer ${before}`];
  }

  failure(failure: HookFailure): void {
    this.line(`FAILED: ${failure.message}`);
    for (const detail of failure.details) this.line(`  ${detail}`);
    this.line(`  what to do: ${failure.next}`);
  }

  /** One line for a failure that the hook of another object tells whole in the same run of Terraform. */
  sameFailure(failure: HookFailure, teller: string): void {
    this.line(`FAILED: ${failure.message} (${teller} says more, and what to do)`);
  }

  elapsed(): string {
    return formatDuration(this.now() - this.start);
  }
}

const NEWS: readonly { readonly word: string; readonly of: (subtask: Subtask) => boolean }[] = [
  { word: "FAILED", of: (subtask) => subtask.status === "FAILED" },
  { word: "skipped", of: (subtask) => subtask.status === "SUCCESSFUL" && /SKIP/.test(subtask.operation ?? "") },
  { word: "ended", of: (subtask) => subtask.status === "SUCCESSFUL" && !/SKIP/.test(subtask.operation ?? "") },
  { word: "started", of: (subtask) => subtask.status === "RUNNING" },
  { word: "canceling", of: (subtask) => subtask.status === "CANCELING" },
  { word: "in a state unknown to us:", of: (subtask) => !KNOWN.has(subtask.status) },
];

const KNOWN = new Set(["PENDING", "READY", "RUNNING", "CANCELING", "FAILED", "SUCCESSFUL"]);

function stateOf(subtask: Subtask): string {
  return `${subtask.status} ${subtask.operation ?? ""} ${subtask.runTime}`;
}

/** `Stop obproxy ×3, Wait node`; statuses that nobody documents are named. */
function grouped(subtasks: readonly Subtask[]): string {
  const counts = new Map<string, number>();
  for (const { name, status } of subtasks) {
    const text = KNOWN.has(status) ? name : `${name} (${status})`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const names = [...counts].map(([name, times]) => (times === 1 ? name : `${name} ×${times}`));
  const hidden = names.length - MAX_NAMES_PER_LINE;
  return hidden > 0 ? `${names.slice(0, MAX_NAMES_PER_LINE).join(", ")} and ${hidden} more` : names.join(", ");
}

function runningNames(task: Task): string {
  const odd = isDocumented(task.status) ? [] : [`in state ${task.status}`];
  const running = grouped(task.subtasks.filter(({ status }) => status === "RUNNING" || !KNOWN.has(status)));
  if (running === "") return `in state ${task.status}`;
  return [...odd, `at ${running}`].join(", ");
}

import type { Clock } from "./clock.js";
import { formatDuration } from "../duration.js";
import { HookFailure } from "../tell/failure.js";

/**
 * Before OCP's own task tells its time limits: the longest sum of them that is documented (13 950 s, for the deletion
 * of a proxy in OCP 4.3.5 and later) and ten minutes, for tasks of others that hold the cluster.
 */
export const DEFAULT_BUDGET_MS = (13_950 + 600) * 1000;

/** What is added to the sum of the time limits along the task's longest path. */
const MARGIN_MS = 600_000;

/** The end of all waiting. Every pause of the hook goes through it. */
export class Deadline {
  private readonly start: number;
  private end: number;
  private lastSeen: string | undefined;
  private lastTrouble: string | undefined;
  private taskId: string | undefined;

  /** `timeoutMs` undefined: OCP's own time limits decide. */
  constructor(
    private readonly clock: Clock,
    private readonly timeoutMs: number | undefined,
  ) {
    this.start = clock.now();
    this.end = this.start + (timeoutMs ?? DEFAULT_BUDGET_MS);
  }

  /** Milliseconds since the hook began. */
  elapsed(): number {
    return this.clock.now() - this.start;
  }

  /** Milliseconds until it passes; negative afterwards. */
  left(): number {
    return this.end - this.clock.now();
  }

  /** Takes the time limits of our own task, which has just begun (or been retried), in place of the first guess. */
  adopt(longestPathSeconds: number): void {
    if (this.timeoutMs === undefined) this.end = this.clock.now() + longestPathSeconds * 1000 + MARGIN_MS;
  }

  /** What a message at the deadline will call the last state. */
  saw(state: string, taskId?: string): void {
    this.lastSeen = state;
    this.lastTrouble = undefined;
    this.taskId = taskId;
  }

  /** What has kept us from seeing anything newer. */
  met(trouble: string): void {
    this.lastTrouble = trouble;
  }

  /** Sleeps, at most until the deadline, so that the last look happens there; rejects when it has passed. */
  async pause(milliseconds: number): Promise<void> {
    const left = this.left();
    if (left <= 0) throw this.expired();
    await this.clock.sleep(Math.min(milliseconds, left));
  }

  private expired(): HookFailure {
    const limit = this.end - this.start;
    return new HookFailure({
      what: `not finished after ${formatDuration(limit)} (${this.timeoutMs === undefined ? "OCP's own time limits for the task, with a margin" : "timeouts.delete"})`,
      details: [
        ...(this.lastSeen === undefined ? [] : [`last seen: ${this.lastSeen}`]),
        ...(this.lastTrouble === undefined ? [] : [`met at last: ${this.lastTrouble}`]),
        ...((this.lastSeen ?? this.lastTrouble) === undefined ? ["nothing had been asked yet"] : []),
        ...(this.taskId === undefined ? [] : [`task ${this.taskId} goes on in OCP; nothing cancels it`]),
      ],
      next: `look at the task in OCP's console; run destroy again to resume waiting, with a longer \`timeouts: { delete: … }\` if it needs more time`,
    });
  }
}

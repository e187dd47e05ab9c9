import { formatDuration } from "../../contract/duration.js";
import { isTooLarge, OcpError } from "../../ocp/errors.js";
import type { Clock } from "./clock.js";
import type { Deadline } from "./deadline.js";
import { TOLERANCES, TRIES } from "../decide/tolerances.js";
import { refusedAfterAccepted } from "../tell/failures.js";
import type { Reporter } from "../tell/reporter.js";

/** A database that is away is back no sooner, and quick repetitions would count as guesses. */
export const PAUSE_AFTER_401_TICKS = 10;
const LONGEST_PAUSE_TICKS = 10;

/** Longer each time; `random` is from 0 up to 1. In ticks. */
export function backOff(attempt: number, random: number): number {
  return Math.min(2 ** Math.min(attempt, 10), LONGEST_PAUSE_TICKS) * (0.75 + random / 2);
}

/** Asks OCP, and asks again where the trouble is on the way and not in the question. Only for calls that change nothing. */
export class Caller {
  private accepted = false;
  private readonly answered = new Set<string>();
  private repeated401 = 0;

  constructor(
    private readonly clock: Clock,
    private readonly deadline: Deadline,
    private readonly reporter: Reporter,
    private readonly tickMs: number,
  ) {}

  /** Whether OCP has accepted our credentials at least once. */
  get hasBeenAccepted(): boolean {
    return this.accepted;
  }

  /** Called where OCP answered a call that did not go through {@link read}. */
  noteAnswer(): void {
    this.accepted = true;
    this.repeated401 = 0;
  }

  /**
   * Rejects with the {@link OcpError} that no repetition can mend, or with a `HookFailure` when time is up. `endpoint`
   * names what is asked: one that has never answered as OCP's does is sooner given up than one that did.
   */
  async read<T>(call: () => Promise<T>, endpoint?: string, budgetTicks = Number.POSITIVE_INFINITY): Promise<T> {
    let streakStart: number | undefined;
    for (let attempt = 0; ; attempt += 1) {
      try {
        this.deadline.check();
        const answer = await call();
        this.noteAnswer();
        if (endpoint !== undefined) this.answered.add(endpoint);
        if (streakStart !== undefined) {
          this.reporter.line(`OCP answers again after ${formatDuration(this.clock.now() - streakStart)}`);
        }

        return answer;
      } catch (error) {
        if (!(error instanceof OcpError)) throw error;
        if (isOcpsOwnWord(error)) {
          this.noteAnswer();
          if (endpoint !== undefined) this.answered.add(endpoint);
        }
        const spent = streakStart === undefined ? 0 : this.clock.now() - streakStart;
        // A 401 has a rule of its own.
        const inBudget = error.kind === "unauthenticated" || spent < budgetTicks * this.tickMs;
        const pause = inBudget ? this.pauseAfter(error, attempt, spent, endpoint) : undefined;
        if (pause === undefined) throw error;
        const text = `${error.message}; still trying`;
        if (streakStart === undefined) {
          streakStart = this.clock.now();
          this.reporter.line(text);
        } else {
          this.reporter.heartbeat(text);
        }
        await this.deadline.pause(pause, error);
      }
    }
  }

  /** Undefined: it is of no use to ask again. */
  private pauseAfter(
    error: OcpError,
    attempt: number,
    spentMs: number,
    endpoint: string | undefined,
  ): number | undefined {
    if (error.kind === "unauthenticated") return this.pauseAfter401(error);
    if (error.kind !== "throttled" && !isTroubleOnTheWay(error, this.accepted)) return undefined;
    if (spentMs >= this.budgetFor(error, endpoint) * this.tickMs) return undefined;
    return Math.max(error.retryAfterMs ?? 0, this.backOff(attempt));
  }

  /** In ticks. */
  private budgetFor(error: OcpError, endpoint: string | undefined): number {
    if (error.kind === "throttled") return TOLERANCES.throttled;
    if (!this.accepted) return TOLERANCES.firstContact;
    const neverAnswered = endpoint !== undefined && !this.answered.has(endpoint);
    return error.kind === "not-ocp" && neverAnswered ? TOLERANCES.firstContact : TOLERANCES.trouble;
  }

  private pauseAfter401(error: OcpError): number | undefined {
    if (!this.accepted) return undefined;
    this.repeated401 += 1;
    if (this.repeated401 > TRIES.repeated401) throw refusedAfterAccepted(error, TRIES.repeated401);
    return PAUSE_AFTER_401_TICKS * this.tickMs;
  }

  private backOff(attempt: number): number {
    return backOff(attempt, this.clock.random()) * this.tickMs;
  }
}

/** An answer that only an OCP which accepted the credentials gives. */
function isOcpsOwnWord(error: OcpError): boolean {
  return error.kind === "not-found" || error.kind === "refused" || error.kind === "forbidden";
}

/**
 * Whether another try may go better. At the first contact an address that does not resolve, a refused connection and
 * an HTML page mean a wrong URL.
 */
function isTroubleOnTheWay(error: OcpError, accepted: boolean): boolean {
  switch (error.kind) {
    case "lost":
    case "server-error":
      return true;
    case "unreachable":
      return accepted;
    case "not-ocp":
      return accepted && !isTooLarge(error);
    case "throttled":
    case "unauthenticated":
    case "forbidden":
    case "redirected":
    case "not-found":
    case "refused":
      return false;
  }
}

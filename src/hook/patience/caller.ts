import { OcpError } from "../../ocp/errors.js";
import type { Clock } from "./clock.js";
import type { Deadline } from "./deadline.js";
import { formatDuration } from "../duration.js";
import { refusedAfterAccepted } from "../tell/failures.js";
import type { Reporter } from "../tell/reporter.js";

/** How long trouble on the way is tolerated once OCP has answered: it restarts for minutes, its database for less. */
const TROUBLE_BUDGET_TICKS = 600;
/** Before OCP has answered at all, a wrong address is likelier than a restart. */
const FIRST_CONTACT_BUDGET_TICKS = 30;
/** OCP's limits are for windows of seconds to a day; whom an hour of patience does not help has to ask for more. */
const THROTTLED_BUDGET_TICKS = 3600;
/**
 * A 401 after accepted calls is sent by an OCP whose database is away; an account is locked by the fifth wrong login.
 * Source: observed on OCP's open sibling.
 */
const MAX_REPEATED_401 = 3;
const PAUSE_AFTER_401_TICKS = 10;
const LONGEST_PAUSE_TICKS = 10;

/** Asks OCP, and asks again where the trouble is on the way and not in the question. Only for calls that change nothing. */
export class Caller {
  private accepted = false;
  private readonly answered = new Set<string>();
  private repeated401 = 0;
  /** Of calls that change something: reads that are accepted between them do not make them better. */
  private tolerated401 = 0;

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
        this.deadline.met(error.message);
        const text = `${error.message}; ${this.deadline.left() > 0 ? "still trying" : "no time is left"}`;
        if (streakStart === undefined) {
          streakStart = this.clock.now();
          this.reporter.line(text);
        } else {
          this.reporter.heartbeat(text);
        }
        await this.deadline.pause(pause);
      }
    }
  }

  /**
   * After a call that OCP has certainly not carried out: waits as long as {@link read} would, or rejects as it would.
   * Trouble that lasts is met again, and its time counted, by the reads that follow.
   */
  async tolerate(error: OcpError): Promise<void> {
    if (error.kind === "unauthenticated" && (this.tolerated401 += 1) > MAX_REPEATED_401) {
      throw refusedAfterAccepted(error, MAX_REPEATED_401);
    }
    const pause = this.pauseAfter(error, 0, 0, undefined);
    if (pause === undefined) throw error;
    this.deadline.met(error.message);
    this.reporter.line(`${error.message}; still trying`);
    await this.deadline.pause(pause);
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
    if (error.kind === "throttled") return error.retryAfterMs ?? this.backOff(attempt);
    return Math.max(error.retryAfterMs ?? 0, this.backOff(attempt));
  }

  /** In ticks. */
  private budgetFor(error: OcpError, endpoint: string | undefined): number {
    if (error.kind === "throttled") return THROTTLED_BUDGET_TICKS;
    if (!this.accepted) return FIRST_CONTACT_BUDGET_TICKS;
    const neverAnswered = endpoint !== undefined && !this.answered.has(endpoint);
    return error.kind === "not-ocp" && neverAnswered ? FIRST_CONTACT_BUDGET_TICKS : TROUBLE_BUDGET_TICKS;
  }

  private pauseAfter401(error: OcpError): number | undefined {
    if (!this.accepted) return undefined;
    this.repeated401 += 1;
    if (this.repeated401 > MAX_REPEATED_401) throw refusedAfterAccepted(error, MAX_REPEATED_401);
    return PAUSE_AFTER_401_TICKS * this.tickMs;
  }

  private backOff(attempt: number): number {
    const ticks = Math.min(2 ** Math.min(attempt, 10), LONGEST_PAUSE_TICKS);
    return ticks * this.tickMs * (0.75 + this.clock.random() / 2);
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
    case "not-ocp":
      return accepted;
    case "throttled":
    case "unauthenticated":
    case "forbidden":
    case "redirected":
    case "not-found":
    case "refused":
      return false;
  }
}

import type { OcpError } from "../../ocp/errors.js";
import type { Clock } from "./clock.js";

/** Time is up. The loop tells what was seen last. */
export class DeadlinePassed extends Error {
  override readonly name = "DeadlinePassed";

  /** `trouble`: what kept OCP from answering at that moment. */
  constructor(readonly trouble?: OcpError) {
    super("the deadline has passed");
  }
}

/** Two ticks, with half a tick for each. */
const LOOKS_AFTER_A_CHANGE = 4;

/**
 * The end of all waiting: every pause goes through it, and every request is cut by it. When it comes is decided
 * elsewhere (see `endOf`); this is where those who wait find it.
 */
export class Deadline {
  private end = Infinity;

  /** `lastLookMs`: what is kept back for a last look before it passes. */
  constructor(
    private readonly clock: Clock,
    private readonly lastLookMs: number,
  ) {}

  moveTo(end: number): void {
    this.end = end;
  }

  /** Milliseconds until it passes; negative afterwards. */
  left(): number {
    return this.end - this.clock.now();
  }

  /** @throws DeadlinePassed */
  check(trouble?: OcpError): void {
    if (this.left() <= 0) throw new DeadlinePassed(trouble);
  }

  /**
   * For what must not be begun when there is hardly time to hear whether it has begun: it would only be known as lost.
   *
   * @throws DeadlinePassed
   */
  checkRoom(): void {
    if (this.left() < LOOKS_AFTER_A_CHANGE * this.lastLookMs) throw new DeadlinePassed();
  }

  /** Sleeps, at most until there is just time for a last look; rejects when that has been taken. */
  async pause(milliseconds: number, trouble?: OcpError): Promise<void> {
    const left = this.left() - this.lastLookMs;
    if (left <= 0) throw new DeadlinePassed(trouble);
    await this.clock.sleep(Math.min(milliseconds, left));
  }
}

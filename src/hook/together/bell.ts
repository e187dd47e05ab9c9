/** A longer one of Node's timers would end at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Waits for something that others bring about. */
export class Bell {
  private waiting: (() => void) | undefined;

  ring(): void {
    this.waiting?.();
  }

  /** Until it rings, `milliseconds` at most. */
  async wait(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(Math.max(1, milliseconds), LONGEST_TIMER_MS));
      this.waiting = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.waiting = undefined;
  }
}

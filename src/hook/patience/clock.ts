/** Time and chance, handed in so that tests take none. */
export interface Clock {
  /** Milliseconds, monotonic: never goes back when somebody sets the machine's clock. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** From 0 up to, not including, 1. */
  random(): number;
}

export const systemClock: Clock = {
  // `performance` would have to be loaded first.
  now: () => Number(process.hrtime.bigint()) / 1e6,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  random: Math.random,
};

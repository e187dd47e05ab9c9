/** Chance that can be had again by its seed. */
export class Random {
  private state: number;

  constructor(private readonly seed: number) {
    this.state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0;
    for (let turn = 0; turn < 8; turn += 1) this.next();
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /**
   * Chance of its own for one matter, so that it does not depend on how many draws other matters took meanwhile, which is
   * a question of time.
   */
  fork(matter: string): Random {
    let hash = this.seed;
    for (let at = 0; at < matter.length; at += 1) hash = Math.imul(hash ^ matter.charCodeAt(at), 0x01000193);
    return new Random(hash);
  }
}

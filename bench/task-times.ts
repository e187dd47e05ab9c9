import type { Simulator } from "../src/simulator/index.js";

export interface TaskTime {
  readonly seconds: number;
  /** How many OBProxies it deletes; 0: a cluster. */
  readonly obproxies: number;
}

/** Watches how long each of OCP's tasks takes by OCP's own account. */
export class TaskTimes {
  private readonly times = new Map<string, { readonly start: number; end: number; readonly obproxies: number }>();
  private readonly timer: NodeJS.Timeout;

  constructor(ocp: Simulator) {
    this.timer = setInterval(() => {
      for (const { id, status, obproxyIds } of ocp.tasks) {
        const known = this.times.get(id) ?? { start: Date.now(), end: 0, obproxies: obproxyIds.length };
        this.times.set(id, known);
        if (status === "SUCCESSFUL" && known.end === 0) known.end = Date.now();
      }
    }, 5);
  }

  /** Of each task that has ended, in the order in which they began. */
  get ended(): readonly TaskTime[] {
    return [...this.times.values()]
      .filter(({ end }) => end > 0)
      .map(({ start, end, obproxies }) => ({ seconds: (end - start) / 1000, obproxies }));
  }

  /** In seconds, of each task that has ended. */
  get seconds(): readonly number[] {
    return this.ended.map(({ seconds }) => seconds);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

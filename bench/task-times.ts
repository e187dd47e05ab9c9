import type { Simulator } from "../src/simulator/index.js";

/** Watches how long each of OCP's tasks takes by OCP's own account. */
export class TaskTimes {
  private readonly times = new Map<string, { readonly start: number; end: number }>();
  private readonly timer: NodeJS.Timeout;

  constructor(ocp: Simulator) {
    this.timer = setInterval(() => {
      for (const { id, status } of ocp.tasks) {
        const known = this.times.get(id) ?? { start: Date.now(), end: 0 };
        this.times.set(id, known);
        if (status === "SUCCESSFUL" && known.end === 0) known.end = Date.now();
      }
    }, 5);
  }

  /** In seconds, of each task that has ended. */
  get seconds(): readonly number[] {
    return [...this.times.values()].filter(({ end }) => end > 0).map(({ start, end }) => (end - start) / 1000);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

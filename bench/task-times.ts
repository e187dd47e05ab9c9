import type { Simulator } from "../src/simulator/index.js";

export interface TaskTime {
  readonly clusterId: string;
  /** Empty: the cluster. */
  readonly obproxyIds: readonly string[];
  /** In milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly seconds: number;
}

/** Watches how long each of OCP's tasks takes by OCP's own account. */
export class TaskTimes {
  private readonly times = new Map<string, Omit<TaskTime, "seconds">>();
  private readonly timer: NodeJS.Timeout;

  constructor(ocp: Simulator) {
    this.timer = setInterval(() => {
      for (const { id, status, clusterId = "", obproxyIds } of ocp.tasks) {
        const known = this.times.get(id) ?? { clusterId, obproxyIds, start: Date.now(), end: 0 };
        const hasEnded = status === "SUCCESSFUL" && known.end === 0;
        this.times.set(id, hasEnded ? { ...known, end: Date.now() } : known);
      }
    }, 5);
  }

  /** Of each task that has ended, in the order in which they began. */
  get ended(): readonly TaskTime[] {
    const ended = [...this.times.values()].filter(({ end }) => end > 0);
    return ended.map((time) => ({ ...time, seconds: (time.end - time.start) / 1000 }));
  }

  /** In seconds, of each task that has ended. */
  get seconds(): readonly number[] {
    return this.ended.map(({ seconds }) => seconds);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

import { badOption } from "./option-error.js";

/** How one subtask goes. All ticks are ticks of the engine. */
export interface Work {
  /** How long it runs; 0 ends within the tick in which it starts. */
  readonly ticks: number;
  /** How long it waits for a worker, READY, before it starts. */
  readonly readyTicks: number;
  /** Which attempts fail: the first so many, or every one. */
  readonly fail: number | "always";
  /** Which attempts to roll it back fail. */
  readonly failRollback: number | "always";
  /** Attempts that the engine makes by itself before the subtask counts as failed. */
  readonly tries: number;
  /** Text in the log of an attempt, before it ends. */
  readonly log: string;
  /** Message of the exception in the log of a failed attempt. */
  readonly error: string | undefined;
}

export const NO_WORK: Work = {
  ticks: 0,
  readyTicks: 0,
  fail: 0,
  failRollback: 0,
  tries: 1,
  log: "",
  error: undefined,
};

/** Which subtasks of coming tasks a plan is for, and how they go. Everything that is left out matches, or is as usual. */
export interface WorkPlan {
  /** Name of the task, exactly or by expression; default any. */
  readonly taskName?: string | RegExp;
  /** The OBProxy cluster that the task works on; default any. */
  readonly clusterId?: number | string;
  /** Name of the subtask, exactly or by expression; default any. */
  readonly subtaskName?: string | RegExp;
  /** Index inside the fan-out; default any. */
  readonly parallelIdx?: number;
  /** How many coming tasks it is for; default all. */
  readonly tasks?: number;
  /** How long the subtask runs, in ticks; default 0: it ends within the tick in which it starts. */
  readonly ticks?: number;
  /** The same in milliseconds, rounded up to ticks (a tick counts as 1000 ms while the clock is moved by hand). */
  readonly ms?: number;
  /** Ticks that it stays READY, waiting for a worker, before it starts; default 0. */
  readonly readyTicks?: number;
  /** Attempts that fail: the first so many, or `"always"`; default 0. */
  readonly fail?: number | "always";
  /** Attempts to roll it back that fail; default 0. */
  readonly failRollback?: number | "always";
  /** Attempts that the engine makes by itself; default 1, no automatic retry. */
  readonly tries?: number;
  /** Text that the subtask writes into its log. */
  readonly log?: string;
  /** Message of the exception that a failed attempt logs; default `planned failure of <name>`. */
  readonly error?: string;
}

/** A plan or fault that was set, to look at or to take back. */
export interface Registration {
  /** How often it has been applied. */
  readonly hits: number;
  remove(): void;
}

export interface PlanTarget {
  readonly taskName: string;
  readonly clusterId: string | undefined;
  readonly subtaskName: string;
  readonly parallelIdx: number;
}

interface Entry {
  readonly plan: WorkPlan;
  tasksLeft: number;
  hits: number;
}

/** The plans for coming tasks. Where several match, the later one wins, member by member. */
export class Plans {
  private entries: Entry[] = [];

  constructor(private readonly tickLengthMs: number) {}

  add(plan: WorkPlan): Registration {
    if (plan.ticks !== undefined && plan.ms !== undefined) {
      throw badOption("ms", plan.ms, "left out where `ticks` is given");
    }

    const entry: Entry = { plan, tasksLeft: plan.tasks ?? Infinity, hits: 0 };
    this.entries.push(entry);
    return {
      get hits() {
        return entry.hits;
      },
      remove: () => {
        this.entries = this.entries.filter((other) => other !== entry);
      },
    };
  }

  clear(): void {
    this.entries = [];
  }

  /** The work of each subtask of one new task; counts the task for every plan that it uses. */
  forTask(): { workOf(target: PlanTarget): Work; done(): void } {
    const used = new Set<Entry>();
    return {
      workOf: (target) => {
        const matching = this.entries.filter((entry) => entry.tasksLeft > 0 && matches(entry.plan, target));
        for (const entry of matching) {
          used.add(entry);
          entry.hits += 1;
        }
        return matching.reduce((work, { plan }) => this.overlay(work, plan), NO_WORK);
      },
      done: () => {
        for (const entry of used) entry.tasksLeft -= 1;
      },
    };
  }

  private overlay(work: Work, plan: WorkPlan): Work {
    return {
      ticks: plan.ticks ?? (plan.ms === undefined ? work.ticks : Math.ceil(plan.ms / this.tickLengthMs)),
      readyTicks: plan.readyTicks ?? work.readyTicks,
      fail: plan.fail ?? work.fail,
      failRollback: plan.failRollback ?? work.failRollback,
      tries: plan.tries ?? work.tries,
      log: plan.log ?? work.log,
      error: plan.error ?? work.error,
    };
  }
}

function matches(plan: WorkPlan, target: PlanTarget): boolean {
  return (
    matchesText(plan.taskName, target.taskName) &&
    matchesText(plan.subtaskName, target.subtaskName) &&
    (plan.clusterId === undefined || String(plan.clusterId) === target.clusterId) &&
    (plan.parallelIdx === undefined || plan.parallelIdx === target.parallelIdx)
  );
}

export function matchesText(wanted: string | RegExp | undefined, text: string): boolean {
  if (wanted instanceof RegExp) {
    // `search` ignores `lastIndex`, so that expressions with the flag g do not match every other time.
    return text.search(wanted) >= 0;
  }
  return wanted === undefined || wanted === text;
}

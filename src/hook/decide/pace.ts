import type { Task } from "../../ocp/model.js";
import { isQuickTail, longestRemainingPath } from "../../ocp/task.js";

const LONGEST_PAUSE_TICKS = 10;
const SHARE_OF_TIME_WAITED = 0.02;
const JITTER = 0.05;
const QUICK_TICKS = 0.4;
/** Nearer than that the end itself is waited for. */
const NEAR_TICKS = 4;
/** After so many quick looks at one task its last nodes are not as quick as their names. */
const MAX_QUICK_LOOKS = 8;

export interface PaceInput {
  readonly task: Task;
  /** Since the task began to be followed, in milliseconds. */
  readonly waitedMs: number;
  readonly quickLooks: number;
  readonly tickMs: number;
  /** From 0 up to 1. */
  readonly random: number;
}

export interface Pause {
  readonly milliseconds: number;
  readonly quick: boolean;
}

/**
 * How long to wait before the task is read again. OCP's engine ticks once a second and every node of the graph that
 * still has to run costs at least a tick, so that the earliest possible end is known and there is no use in asking for
 * it sooner. Where it is far, half of the way shows people that something moves. Between 1 and 10 ticks; a third of a
 * tick once the end may come at any moment.
 */
export function nextPause({ task, waitedMs, quickLooks, tickMs, random }: PaceInput): Pause {
  const ticksToGo = earliestEnd(task);
  if (ticksToGo === 0 && isQuickTail(task) && quickLooks < MAX_QUICK_LOOKS) {
    return { milliseconds: QUICK_TICKS * tickMs, quick: true };
  }

  const wanted = (ticksToGo > NEAR_TICKS ? ticksToGo / 2 : ticksToGo) * tickMs;
  const patient = Math.max(wanted, SHARE_OF_TIME_WAITED * waitedMs);
  const bounded = Math.min(Math.max(patient, tickMs), LONGEST_PAUSE_TICKS * tickMs);
  return { milliseconds: bounded * (1 + JITTER * (2 * random - 1)), quick: false };
}

/** In ticks from now. A node at work may end at once; one that waits for its turn needs a tick. */
function earliestEnd(task: Task): number {
  const remaining = longestRemainingPath(task);
  const atWork = task.subtasks.some(({ status }) => status === "RUNNING");
  return Math.max(0, atWork ? remaining - 1 : remaining);
}

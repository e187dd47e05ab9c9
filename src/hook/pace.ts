import type { Task } from "../ocp/model.js";
import { isQuickTail, longestRemainingPath } from "../ocp/task.js";

const LONGEST_PAUSE_TICKS = 10;
const SHARE_OF_TIME_WAITED = 0.02;
const JITTER = 0.05;
const QUICK_TICKS = 0.25;
/** After so many quick looks in a row the last nodes are not as quick as their names. */
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
 * still has to run costs at least a tick, so that the earliest possible end is known. Half of the way there is early
 * enough for the end and shows people that something moves. Between 1 and 10 ticks; a quarter of a tick when only the
 * quick last nodes are left.
 */
export function nextPause({ task, waitedMs, quickLooks, tickMs, random }: PaceInput): Pause {
  if (isQuickTail(task) && quickLooks < MAX_QUICK_LOOKS) return { milliseconds: QUICK_TICKS * tickMs, quick: true };
  // The node at work may end at once; the others, and the end of the task itself, cost a tick each.
  const earliestEnd = Math.max(0, longestRemainingPath(task) - 1) * tickMs;
  const wanted = Math.max(earliestEnd / 2, SHARE_OF_TIME_WAITED * waitedMs);
  const bounded = Math.min(Math.max(wanted, tickMs), LONGEST_PAUSE_TICKS * tickMs);
  return { milliseconds: bounded * (1 + JITTER * (2 * random - 1)), quick: false };
}

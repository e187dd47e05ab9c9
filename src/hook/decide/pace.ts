import type { Task } from "../../ocp/model.js";
import { isQuickTail, longestRemainingPath } from "../../ocp/task.js";
import { type Rhythm, rhythmOf } from "./rhythm.js";

const LONGEST_PAUSE_TICKS = 10;
const SHARE_OF_TIME_WAITED = 0.02;
const JITTER = 0.05;
const QUICK_TICKS = 0.4;
/** Nearer than that the end itself is waited for. */
const NEAR_TICKS = 4;
/** After so many quick looks at one task its last nodes are not as quick as their names. */
const MAX_QUICK_LOOKS = 8;
/** How long after it should have begun a round has surely begun, and how much later for each round that was not seen. */
const SURELY = { ticks: 0.05, perRound: 0.01 };
/** The same for a first look where the end may have come, which is worth a second one. */
const LIKELY = { ticks: 0.03, perRound: 0.002 };
/** Not worth a look of its own. */
const HARDLY_TICKS = 0.02;

/** A round that has to bring something new, and has not done so for so long, is only a little late, */
const A_LITTLE_LATE_TICKS = 0.3;
/** and is looked at again after so long. */
const OVERDUE_TICKS = 0.2;

export interface PaceInput {
  readonly task: Task;
  /** Since the task began to be followed, in milliseconds. */
  readonly waitedMs: number;
  readonly quickLooks: number;
  /** What OCP says of time is of no use. */
  readonly isClockStill: boolean;
  readonly tickMs: number;
  /** From 0 up to 1. */
  readonly random: number;
}

export interface Pause {
  readonly milliseconds: number;
  readonly quick: boolean;
}

/**
 * How long to wait before the task is read again. OCP's engine works in rounds of about a tick, and every node of the
 * graph that still has to run takes at least one of them, so that the earliest possible end is known and there is no use
 * in asking for it sooner. Where it is far, half of the way shows people that something moves. Ten ticks at most, or 2 %
 * of the time waited so far.
 *
 * Where the task shows when the rounds begin, it is read a little after one has begun. Otherwise after one tick at least,
 * and a third of a tick once the end may come at any moment.
 */
export function nextPause(input: PaceInput): Pause {
  const { random, task, tickMs } = input;
  const rhythm = task.status === "RUNNING" && !input.isClockStill ? rhythmOf(task, tickMs) : undefined;
  if (rhythm !== undefined) return { milliseconds: untilRound(rhythm, input), quick: false };
  const ticksToGo = earliestEnd(task);
  if (ticksToGo === 0 && isQuickTail(task) && input.quickLooks < MAX_QUICK_LOOKS) {
    return { milliseconds: QUICK_TICKS * tickMs, quick: true };
  }

  const pause = isAboutToShowRounds(task) ? tickMs : patient(ticksToGo, input);
  return { milliseconds: pause * (1 + JITTER * (2 * random - 1)), quick: false };
}

/** A task ends in the round after the one in which its last node has ended. */
function untilRound({ nextMs, roundMs, roundsUnseen }: Rhythm, input: PaceInput): number {
  const { random, task, tickMs } = input;
  const isOverdue = roundsUnseen === 2 && !isAtWork(task);
  if (isOverdue && roundMs - nextMs < A_LITTLE_LATE_TICKS * tickMs) return OVERDUE_TICKS * tickMs;
  const mayEnd = longestRemainingPath(task) <= 1;
  const laterMs = ({ ticks, perRound }: typeof SURELY, unseen: number): number =>
    (ticks + perRound * (unseen + random)) * tickMs;
  const againMs = laterMs(SURELY, roundsUnseen - 1) - (roundMs - nextMs);
  const isGuessed = roundsUnseen > 1;
  if (mayEnd && isGuessed && againMs > HARDLY_TICKS * tickMs) return againMs;
  const rounds = Math.max(1, Math.round(patient(longestRemainingPath(task) + 1, input) / roundMs));
  return nextMs + (rounds - 1) * roundMs + laterMs(mayEnd ? LIKELY : SURELY, roundsUnseen + rounds - 1);
}

/** In milliseconds. */
function patient(ticksToGo: number, { waitedMs, tickMs }: PaceInput): number {
  const wanted = (ticksToGo > NEAR_TICKS ? ticksToGo / 2 : ticksToGo) * tickMs;
  return Math.min(Math.max(wanted, SHARE_OF_TIME_WAITED * waitedMs, tickMs), LONGEST_PAUSE_TICKS * tickMs);
}

/** Nothing of it has begun, and its end is near: when its first node begins tells when it may end. */
function isAboutToShowRounds(task: Task): boolean {
  const isNew = task.subtasks.every(({ status }) => status === "PENDING" || status === "READY");
  return task.answeredAt !== undefined && isNew && longestRemainingPath(task) <= NEAR_TICKS;
}

/** In ticks from now. A node at work may end at once; one that waits for its turn needs a tick. */
function earliestEnd(task: Task): number {
  const remaining = longestRemainingPath(task);
  return Math.max(0, isAtWork(task) ? remaining - 1 : remaining);
}

function isAtWork(task: Task): boolean {
  return task.subtasks.some(({ status }) => status === "RUNNING");
}

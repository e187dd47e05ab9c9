import type { Task } from "../../ocp/model.js";

/**
 * The rounds of OCP's engine, as a task shows them: nodes begin when a round does, and nothing changes in between.
 * Source: published task details, whose nodes begin 1.015 to 1.045 s apart or a multiple of it, and what OCP's sibling
 * was observed to do.
 */
export interface Rhythm {
  readonly roundMs: number;
  /** From OCP's answer to the beginning of the round that is the next one. */
  readonly nextMs: number;
  /** How many rounds lie between the last one that was seen to begin and the next. */
  readonly roundsUnseen: number;
}

/** Nodes that begin in one round begin within this share of it. */
const ONE_ROUND = 0.4;
/** A round takes a tick of rest and what the engine does in it. */
const LONGEST_ROUND_TICKS = 1.06;
/** How far from whole rounds two beginnings may be apart. */
const TOLERANCE_TICKS = 0.15;
/** Over more of them nobody can tell how many there were, nor when the next will be. */
const MOST_ROUNDS = 12;

/** Undefined: the task does not show any, shows that there are none, or showed them too long ago. */
export function rhythmOf(task: Task, tickMs: number): Rhythm | undefined {
  const nowMs = Date.parse(task.answeredAt ?? "");
  const began = beginnings(task, nowMs, tickMs);
  const last = began.at(-1);
  if (last === undefined) return undefined;
  const roundMs = roundBetween(began, tickMs);
  if (roundMs === undefined) return undefined;
  const roundsUnseen = Math.floor((nowMs - last) / roundMs) + 1;
  if (roundsUnseen > MOST_ROUNDS) return undefined;
  return { roundMs, nextMs: last + roundsUnseen * roundMs - nowMs, roundsUnseen };
}

/** Of the rounds in which nodes began, the earliest first. */
function beginnings({ subtasks }: Task, nowMs: number, tickMs: number): readonly number[] {
  const times = subtasks.map(({ startTime }) => Date.parse(startTime ?? "")).filter((time) => time <= nowMs);
  return times
    .sort((a, b) => a - b)
    .filter((time, index, all) => index === 0 || time - (all[index - 1] ?? 0) > ONE_ROUND * tickMs);
}

/** How long a round takes, a tick where only one was seen; undefined: what was seen does not come in rounds. */
function roundBetween(began: readonly number[], tickMs: number): number | undefined {
  let rounds = 0;
  let lastedMs = 0;
  for (const [index, time] of began.entries()) {
    const apartMs = time - (began[index - 1] ?? time);
    const count = Math.round(apartMs / tickMs);
    if (count > MOST_ROUNDS) continue;
    const longestMs = count * LONGEST_ROUND_TICKS * tickMs;
    if (apartMs < (count - TOLERANCE_TICKS) * tickMs || apartMs > longestMs + TOLERANCE_TICKS * tickMs) {
      return undefined;
    }
    rounds += count;
    lastedMs += apartMs;
  }
  return rounds === 0 ? tickMs : Math.max(tickMs, lastedMs / rounds);
}

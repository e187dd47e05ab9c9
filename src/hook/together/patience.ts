/** How long hooks that meet wait for one another, in milliseconds. */
export interface Patience {
  /** The leader sends when no newcomer has come for so long, */
  readonly quietMs: number;
  /** or for so long, while somebody is missing whom Terraform may still be starting, */
  readonly missingMs: number;
  /** and in any case after so long. */
  readonly longestMs: number;
  /** How much longer the leader keeps the others waiting for OCP's version. */
  readonly versionMs: number;
  /** How long the leader waits for the others' answers when it counts them. */
  readonly countMs: number;
  /** How long a follower waits until the leader counts: as long as all of that may take, and a little more. */
  readonly untilCountMs: number;
  /** How long a follower waits after it was counted: as long as the call may take, and a little more. */
  readonly untilSentMs: number;
  /** How long a follower waits for the leader's news of a task, beyond the leader's pause, before it asks OCP itself. */
  readonly untilNewsMs: number;
  /** The same for what the leader is shown of the cluster after a task's end: it asks at once. */
  readonly untilShownMs: number;
}

const SHORTEST_QUIET_MS = 300;
const LONGEST_QUIET_TICKS = 2;
const LONGEST_GATHERING_MS = 1000;
const LONGEST_GATHERING_TICKS = 5;
const VERSION_MS = 5_000;
/** Who waits for nothing else answers within a few milliseconds, also where thirty hooks share two cores. */
const COUNT_MS = 500;
const A_LITTLE_MORE_MS = 2_000;
/** The client's limit for a delete. */
const CALL_MS = 60_000;
const NEWS_MS = 15_000;
const SHOWN_MS = 5_000;

/** How often a leader looks whom Terraform has started, where it can see that. */
export const LOOK_MS = 50;

/** Terraform's own `-parallelism`, where nobody can see it: of more than so many hooks the others come when these have ended. */
export const STARTED_AT_ONCE = 10;

/**
 * Hooks that Terraform started together come within about as much time as it took this one to come: a few milliseconds
 * apart on an idle machine, a second where thirty of them share two cores. Those that waited for the same lock come
 * within a tick or two.
 */
export function patienceAfter(lifetimeMs: number, tickMs: number): Patience {
  const longestMs = Math.max(LONGEST_GATHERING_MS, LONGEST_GATHERING_TICKS * tickMs);
  const quietMs = Math.max(SHORTEST_QUIET_MS, Math.min(lifetimeMs, LONGEST_QUIET_TICKS * tickMs));
  return {
    quietMs,
    missingMs: Math.max(quietMs, tickMs),
    longestMs,
    versionMs: VERSION_MS,
    countMs: COUNT_MS,
    untilCountMs: longestMs + VERSION_MS + A_LITTLE_MORE_MS,
    untilSentMs: COUNT_MS + CALL_MS + A_LITTLE_MORE_MS,
    untilNewsMs: NEWS_MS,
    untilShownMs: SHOWN_MS,
  };
}

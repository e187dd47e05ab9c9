import { ENV } from "../contract/names.js";
import { isLoopback } from "../ocp/loopback.js";

/** A tick of OCP's task engine: its coordinators move once a second. */
export const TICK_MS = 1000;
const LONGEST_TICK_MS = 60_000;

export interface Tick {
  readonly tickMs: number;
  /** Why what the environment asks for does not count, for people; undefined: it does, or asks for nothing. */
  readonly ignored: string | undefined;
}

/**
 * The length that every pause of the hook scales with. Shorter than life it is for tests against a simulator: with a
 * real OCP every safety wait would shrink, so it only counts where OCP is on this very machine.
 */
export function tickFor(env: NodeJS.ProcessEnv, baseUrl: string): Tick {
  const text = env[ENV.tickMs];
  if (text === undefined || text === "") return { tickMs: TICK_MS, ignored: undefined };
  const wanted = Number(text);
  if (!Number.isFinite(wanted) || wanted < 1 || wanted > LONGEST_TICK_MS) {
    return {
      tickMs: TICK_MS,
      ignored: `${ENV.tickMs} is no number from 1 to ${LONGEST_TICK_MS}; a tick is taken for a second`,
    };
  }
  if (wanted < TICK_MS && !isOnLoopback(baseUrl)) {
    return {
      tickMs: TICK_MS,
      ignored: `${ENV.tickMs} is set, which is for a simulator on this machine; it does not count for an OCP elsewhere, whose tick is a second: take it out of the environment`,
    };
  }
  return { tickMs: wanted, ignored: undefined };
}

function isOnLoopback(baseUrl: string): boolean {
  return URL.canParse(baseUrl) && isLoopback(new URL(baseUrl).hostname);
}

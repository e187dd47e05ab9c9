import type { Memory } from "./memory.js";

/**
 * Before OCP's own task tells its time limits: the longest sum of them that is documented (13 950 s, for the deletion
 * of a proxy in OCP 4.3.5 and later) and ten minutes, for tasks of others that hold the cluster.
 */
export const DEFAULT_BUDGET_MS = (13_950 + 600) * 1000;

/** What is added to the sum of the time limits along the task's longest path. */
const MARGIN_MS = 600_000;

/** When all waiting ends. `timeoutMs` undefined: OCP's own time limits decide. */
export function endOf({ began, allowance }: Memory, timeoutMs: number | undefined): number {
  if (timeoutMs !== undefined) return began + timeoutMs;
  if (allowance === undefined) return began + DEFAULT_BUDGET_MS;
  return allowance.from + (allowance.seconds === 0 ? DEFAULT_BUDGET_MS : allowance.seconds * 1000 + MARGIN_MS);
}

/** Hours, minutes and seconds, each at most once and in this order. */
const DURATION = /^(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?$/;

const UNIT_SECONDS = { h: 3600, m: 60, s: 1 } as const;

/**
 * Milliseconds of a duration in Terraform's manner: `"90s"`, `"30m"`, `"2h"`, `"1h30m"`. Undefined for anything else,
 * and for zero.
 */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null || text === "") return undefined;
  const [, hours = "0", minutes = "0", seconds = "0"] = match;
  const total = Number(hours) * UNIT_SECONDS.h + Number(minutes) * UNIT_SECONDS.m + Number(seconds) * UNIT_SECONDS.s;
  return total === 0 ? undefined : total * 1000;
}

/** A duration for people: `850 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return withRest(minutes, "min", seconds % 60, "s");
  return withRest(Math.floor(minutes / 60), "h", minutes % 60, "min");
}

function withRest(whole: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${restUnit}`;
}

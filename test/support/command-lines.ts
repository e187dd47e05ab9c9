import { readdirSync, readFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";

/** The command lines of all processes of this machine, as anybody on it can read them. Empty where there is no /proc. */
export function commandLines(): readonly string[] {
  return processIds()
    .map(commandLine)
    .filter((line) => line !== "");
}

/** Collects what is seen while something happens. */
export async function commandLinesDuring(work: Promise<unknown>): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  let working = true;
  const ended = work.finally(() => {
    working = false;
  });
  while (working) {
    commandLines().forEach((line) => seen.add(line));
    await nextTurn();
  }
  await ended;
  return seen;
}

function processIds(): readonly string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function commandLine(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}

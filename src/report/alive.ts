import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/**
 * Whether the hook, or the retry from the command line, with this process id is still at work. The run's id begins with the name of its machine; the ids of
 * another machine's processes say nothing here, and a dead hook's id may have gone to another program.
 */
export function isHookAlive(pid: number, run: string): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || !run.startsWith(`${hostname()}-`)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const command = commandOf(pid);
  return command === undefined || /obproxy-hook|\0retry\0/.test(command);
}

/** Undefined: the system does not tell (only Linux does). */
function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return undefined;
  }
}

import { readFileSync } from "node:fs";
import { hostname } from "node:os";

const MOST_ANCESTORS = 8;

/**
 * What all hooks of one run of Terraform have in common, and no other run has: its process. Where the system tells of
 * processes (Linux) it is looked for above what may stand in between, such as a version manager's `node`, and its start
 * tells it from another process with the same id; elsewhere the parent is taken for it.
 */
export function terraformRun(): string {
  let found = String(process.ppid);
  let pid = process.ppid;
  for (let step = 0; step < MOST_ANCESTORS && pid > 1; step += 1) {
    const ancestor = processOf(pid);
    if (ancestor === undefined) break;
    if (step === 0 || /terraform|tofu/i.test(ancestor.name)) found = `${pid}-${ancestor.start}`;
    if (/terraform|tofu/i.test(ancestor.name)) break;
    pid = ancestor.parent;
  }
  return `${hostname()}-${found}`;
}

/** Source: proc(5), `/proc/pid/stat`: the name stands in parentheses and may hold some; fields 4 and 22 follow it. */
function processOf(
  pid: number,
): { readonly name: string; readonly parent: number; readonly start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const end = stat.lastIndexOf(")");
    const rest = stat.slice(end + 2).split(" ");
    const start = rest[19];
    return start === undefined
      ? undefined
      : { name: stat.slice(stat.indexOf("(") + 1, end), parent: Number(rest[1]), start };
  } catch {
    return undefined;
  }
}

/** Whether a process of this machine is alive; one that may not be asked is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

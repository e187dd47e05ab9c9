import { readFileSync } from "node:fs";
import { hostname } from "node:os";

const MOST_ANCESTORS = 8;

/**
 * What all hooks of one run of Terraform have in common, and no other run has: its process. Where the system tells of
 * processes (Linux) it is looked for above what may stand in between, such as a version manager's `node`, and its start
 * tells it from another process with the same id; elsewhere the parent is taken for it.
 */
export function terraformRun(): string {
  const ancestors = ancestorsToTerraform();
  const found = ancestors.find(isTerraform) ?? ancestors[0];
  return `${hostname()}-${found === undefined ? process.ppid : `${found.pid}-${found.start}`}`;
}

/** Undefined: the system does not tell, or has another name for it. */
export function terraformPid(): number | undefined {
  return ancestorsToTerraform().find(isTerraform)?.pid;
}

interface Process {
  readonly pid: number;
  readonly name: string;
  readonly parent: number;
  readonly start: string;
}

function isTerraform({ name }: Process): boolean {
  return /terraform|tofu/i.test(name);
}

/** The parent first. */
function ancestorsToTerraform(): readonly Process[] {
  const found: Process[] = [];
  // Terraform may be the first process of a container, whose id each run of it has; its start tells them apart.
  for (let pid = process.ppid; found.length < MOST_ANCESTORS && pid > 0;) {
    const ancestor = processOf(pid);
    if (ancestor === undefined) break;
    found.push(ancestor);
    if (isTerraform(ancestor)) break;
    pid = ancestor.parent;
  }
  return found;
}

/** Source: proc(5), `/proc/pid/stat`: the name stands in parentheses and may hold some; fields 4 and 22 follow it. */
function processOf(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const end = stat.lastIndexOf(")");
    const rest = stat.slice(end + 2).split(" ");
    const start = rest[19];
    return start === undefined
      ? undefined
      : { pid, name: stat.slice(stat.indexOf("(") + 1, end), parent: Number(rest[1]), start };
  } catch {
    return undefined;
  }
}

/** Tells a process from another one that has its id later, or in another container; undefined: the system does not tell. */
export function startOf(pid: number): string | undefined {
  return processOf(pid)?.start;
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

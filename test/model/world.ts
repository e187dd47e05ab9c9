/*
 * A small OCP as a value: one OBProxy cluster, what it holds, and the tasks on it. Every step makes a new world. What a
 * task does is told in three parts: before the information about its objects is deleted, after it, and the end.
 */

/** What of OCP differs from one version, or one deployment, to another. */
export interface Manner {
  /** Tasks carry tags (4.3.6 and later). */
  readonly tags: boolean;
  /** The deletion of OBProxies has a name of its own (4.3.5 and later). */
  readonly ownName: boolean;
  /** A task that has failed lets its cluster go. */
  readonly unlockOnFailure: boolean;
  /** The cluster's own answer tells that something works on it. */
  readonly showsBusy: boolean;
  /** Entries of lists tell neither operations nor subtasks. */
  readonly bareLists: boolean;
  /** When a task ended is not told. */
  readonly hidesEnds?: boolean;
  /** A task's tags name only the first of several OBProxies. */
  readonly partialTags?: boolean;
  /** The tags of a cluster's deletion name the cluster alone. */
  readonly namesClusterAlone?: boolean;
  /** A delete does not lock the cluster: OCP's lock need not hold until its task's end. */
  readonly noLock?: boolean;
  /** Times are stored without a zone, and OCP was restarted under another one since it answered the delete. */
  readonly shiftsZone?: boolean;
}

export type Phase =
  // At work: before the information is deleted, after it, and with all done but the end.
  | "run0"
  | "run1"
  | "run2"
  | "done"
  // FAILED while another subtask has yet to come to rest.
  | "settling0"
  | "settling1"
  | "failed0"
  | "failed1"
  // A person has skipped what failed.
  | "skip0"
  | "skip1"
  | "skip2"
  | "skipped0"
  | "skipEnd"
  | "skippedEnd"
  // A person has rolled it back.
  | "back0"
  | "back1"
  | "rolledBack"
  | "backFailed0"
  | "backFailed1"
  // A person has ended it.
  | "ended0"
  | "ended1"
  // It had failed, and OCP's history of it has been cleared: no answer tells of it.
  | "forgotten";

export interface WorldTask {
  readonly id: number;
  readonly kind: "obproxies" | "cluster" | "restart";
  /** The OBProxies that it works on. */
  readonly obproxies: readonly number[];
  readonly by: "job" | "operator";
  /** The hooks whose runs have begun it, as long as these go on. */
  readonly runs: readonly number[];
  readonly phase: Phase;
  /** How often its parts were tried: what deletes the information, and the end. */
  readonly tries: Tries;
  /** Which end of all this one was; 0: it is at work. */
  readonly ended: number;
}

export type Tries = readonly [info: number, end: number];

export interface World {
  /** How often OCP has been set up anew, with the same ids. */
  readonly era: number;
  readonly cluster: { readonly name: string; readonly obproxies: readonly number[] } | undefined;
  /** The cluster's name is known under another id. */
  readonly elsewhere: boolean;
  /** The task that holds the cluster's lock. */
  readonly lock: number | undefined;
  /** The oldest first. */
  readonly tasks: readonly WorldTask[];
  readonly nextId: number;
  /** How many ends there have been. */
  readonly ends: number;
  /** Deletes that are on their way while their sender has given up waiting. */
  readonly late: readonly Submission[];
}

export interface Submission {
  readonly kind: WorldTask["kind"];
  readonly obproxies: readonly number[];
  readonly by: WorldTask["by"];
  /** The hooks that wait for it. */
  readonly runs: readonly number[];
}

export const NAME = "orders";
export const OTHER_NAME = "payments";

const RUNNING = new Set<Phase>([
  "run0",
  "run1",
  "run2",
  "settling0",
  "settling1",
  "skip0",
  "skip1",
  "skip2",
  "skipEnd",
  "back0",
  "back1",
]);
const FAILED = new Set<Phase>(["failed0", "failed1", "backFailed0", "backFailed1"]);

export function isAtWork({ phase }: WorldTask): boolean {
  return RUNNING.has(phase);
}

export function hasFailed({ phase }: WorldTask): boolean {
  return FAILED.has(phase);
}

/** It has deleted what it was to delete. */
export function hasDeleted({ phase }: WorldTask): boolean {
  return ["run1", "run2", "done", "settling1", "failed1", "backFailed1", "skipEnd", "skippedEnd", "ended1"].includes(
    phase,
  );
}

export function taskOf({ tasks }: World, id: number): WorldTask | undefined {
  return tasks.find((task) => task.id === id);
}

// ---- what happens by itself

const NEXT: Partial<Record<Phase, Phase>> = {
  ...{ run0: "run1", run1: "run2", run2: "done", settling0: "failed0", settling1: "failed1" },
  ...{ skip0: "skip1", skip1: "skip2", skip2: "skipped0", skipEnd: "skippedEnd" },
  ...{ back0: "rolledBack", back1: "rolledBack" },
};

/** The task goes on by a step. */
export function progress(world: World, id: number, { unlockOnFailure }: Manner): World {
  const task = taskOf(world, id);
  const next = task === undefined ? undefined : NEXT[task.phase];
  if (task === undefined || next === undefined) return world;
  if (task.kind === "restart") {
    return task.phase === "run0"
      ? unlocked(put(world, { ...task, phase: "run2" }), id)
      : put(world, { ...task, phase: next });
  }
  const moved = put(world, { ...task, phase: next });
  const { phase } = task;
  if (phase === "run0") return without(moved, task);
  if (phase === "back1") return unlocked(withAgain(moved, task), id);
  const letsGo = LETS_GO.has(phase) || (unlockOnFailure && SETTLING.has(phase));
  return letsGo ? unlocked(moved, id) : moved;
}

const LETS_GO = new Set<Phase>(["run1", "skip1", "back0"]);
const SETTLING = new Set<Phase>(["settling0", "settling1"]);

/** How it may fail from here; undefined: it cannot. */
export function failures(task: WorldTask): readonly Phase[] {
  const { phase, kind } = task;
  if (phase === "run0") return kind === "restart" ? ["failed0"] : ["failed0", "settling0"];
  if (phase === "run1") return kind === "restart" ? [] : ["failed1", "settling1"];
  if (phase === "back0") return ["backFailed0"];
  return phase === "back1" ? ["backFailed1"] : [];
}

export function fail(world: World, id: number, phase: Phase, { unlockOnFailure }: Manner): World {
  const task = taskOf(world, id);
  if (task === undefined) return world;
  const failed = put(world, { ...task, phase });
  return unlockOnFailure && !phase.startsWith("settling") ? unlocked(failed, id) : failed;
}

// ---- what is asked of it

export type Refusal = "missing" | "locked";

export function submit(
  world: World,
  { kind, obproxies, by, runs }: Submission,
  { noLock = false }: Partial<Manner> = {},
): World | Refusal {
  const { cluster } = world;
  if (cluster === undefined || obproxies.some((id) => !cluster.obproxies.includes(id))) return "missing";
  if (world.lock !== undefined) return "locked";
  const id = world.nextId;
  const all = kind === "cluster" ? cluster.obproxies : obproxies;
  const task: WorldTask = { id, kind, obproxies: all, by, runs, phase: "run0", tries: [1, 1], ended: 0 };
  return { ...world, tasks: [...world.tasks, task], nextId: id + 1, ...(noLock ? {} : { lock: id }) };
}

/** Undefined: OCP refuses. */
export function retry(world: World, id: number): World | undefined {
  const task = taskOf(world, id);
  if (task === undefined) return undefined;
  const [info, end] = task.tries;
  if (task.phase === "failed0") return lockedAgain(put(world, { ...task, phase: "run0", tries: [info + 1, end] }), id);

  if (task.phase === "failed1") return lockedAgain(put(world, { ...task, phase: "run1", tries: [info, end + 1] }), id);

  return undefined;
}

export function skip(world: World, id: number): World | undefined {
  const task = taskOf(world, id);
  if (task === undefined || task.kind === "restart") return undefined;
  if (task.phase === "failed0") return lockedAgain(put(world, { ...task, phase: "skip0" }), id);
  if (task.phase === "failed1") return lockedAgain(put(world, { ...task, phase: "skipEnd" }), id);
  // What is left of the way back is gone.
  if (task.phase === "backFailed0") return lockedAgain(put(world, { ...task, phase: "back0" }), id);
  if (task.phase === "backFailed1") return lockedAgain(put(world, { ...task, phase: "back1" }), id);
  return undefined;
}

export function rollBack(world: World, id: number): World | undefined {
  const task = taskOf(world, id);
  if (task === undefined || task.kind === "restart") return undefined;
  if (task.phase === "failed0") return lockedAgain(put(world, { ...task, phase: "back0" }), id);
  if (task.phase === "failed1") return lockedAgain(put(world, { ...task, phase: "back1" }), id);
  return undefined;
}

/** A person ends the failed task; its cluster is free. */
export function end(world: World, id: number): World | undefined {
  const task = taskOf(world, id);
  if (task?.phase === "failed0") return unlocked(put(world, { ...task, phase: "ended0" }), id);
  if (task?.phase === "failed1") return unlocked(put(world, { ...task, phase: "ended1" }), id);
  return undefined;
}

/** OCP has cleared its history of what is at rest. */
export function purge(world: World, id: number): World | undefined {
  const task = taskOf(world, id);
  if (task === undefined || isAtWork(task) || task.phase === "forgotten") return undefined;
  const free = unlocked(world, id);
  return hasFailed(task)
    ? put(free, { ...task, phase: "forgotten" })
    : { ...free, tasks: free.tasks.filter((each) => each.id !== id) };
}

/** Undefined: it has that name already, or something works on it. */
export function rename(world: World): World | undefined {
  const { cluster, lock } = world;
  if (cluster === undefined || cluster.name === OTHER_NAME || lock !== undefined) return undefined;
  return { ...world, cluster: { ...cluster, name: OTHER_NAME } };
}

/** OCP begins anew: the same ids, and a counter of tasks that begins again. */
export function setUpAnew(
  { era }: World,
  obproxies: readonly number[],
  how: "same-name" | "other-name" | "other-id",
): World {
  return {
    era: era + 1,
    cluster: how === "other-id" ? undefined : { name: how === "same-name" ? NAME : OTHER_NAME, obproxies },
    elsewhere: how === "other-id",
    lock: undefined,
    tasks: [],
    nextId: 1,
    ends: 0,
    late: [],
  };
}

/** The run of a hook is over. */
export function leftBy(world: World, hook: number): World {
  const isNoneOf = ({ runs }: { readonly runs: readonly number[] }): boolean => !runs.includes(hook);
  if (world.tasks.every(isNoneOf) && world.late.every(isNoneOf)) return world;
  const others = <T extends { readonly runs: readonly number[] }>(each: T): T => ({
    ...each,
    runs: each.runs.filter((other) => other !== hook),
  });
  return { ...world, tasks: world.tasks.map(others), late: world.late.map(others) };
}

/** Who comes to rest has ended now. What has failed and is ended by hand keeps the time of its failure. */
function put(world: World, task: WorldTask): World {
  const before = taskOf(world, task.id);
  const endsNow = !isAtWork(task) && before !== undefined && isAtWork(before);
  const ends = endsNow ? world.ends + 1 : world.ends;
  const ended = isAtWork(task) ? 0 : endsNow ? ends : task.ended;
  return { ...world, ends, tasks: world.tasks.map((each) => (each.id === task.id ? { ...task, ended } : each)) };
}

function unlocked(world: World, id: number): World {
  return world.lock === id ? { ...world, lock: undefined } : world;
}

function lockedAgain(world: World, id: number): World {
  return world.lock === undefined ? { ...world, lock: id } : world;
}

function without(world: World, task: WorldTask): World {
  const { cluster } = world;
  if (cluster === undefined || task.kind === "cluster") return { ...world, cluster: undefined };
  return {
    ...world,
    cluster: { ...cluster, obproxies: cluster.obproxies.filter((id) => !task.obproxies.includes(id)) },
  };
}

function withAgain(world: World, task: WorldTask): World {
  const cluster = world.cluster ?? (task.kind === "cluster" ? { name: NAME, obproxies: [] } : undefined);
  if (cluster === undefined) return world;
  const obproxies = [...new Set([...cluster.obproxies, ...task.obproxies])].sort((a, b) => a - b);
  return { ...world, cluster: { ...cluster, obproxies } };
}

import type { Failing } from "../../src/hook/decide/decide.js";
import type { Broken } from "./invariants.js";
import { describeFailing, holds, inOrderOfEnds, isMadeGood, type Model, touches } from "./model.js";
import {
  hasFailed,
  isAtWork,
  type Manner,
  NAME,
  progress,
  retry,
  skip,
  taskOf,
  type World,
  type WorldTask,
} from "./world.js";

/*
 * I4: from here on the world is quiet and answers well; what is at work goes on and ends well. A hook that is run, and
 * run again after somebody has done what its failure asks for, ends with success, or with a guard that is right.
 */

const MOST_STEPS = 200;
const MOST_RUNS = 4;

export interface Further {
  readonly broken: Broken;
  readonly told: readonly string[];
}

export function further(model: Model, hook: number, world: number, note: number, machine: number): Further {
  const told: string[] = [];
  let now = { world, note };
  const isDone = isAllDone(model, hook, model.worlds.at(world));
  for (let run = 1; run <= MOST_RUNS; run += 1) {
    const ended = runOnce(model, hook, now.world, now.note, machine, told);
    if (ended.is === "broken") return { broken: ended.broken, told };
    if (ended.is === "succeeded") return { broken: undefined, told };
    if (ended.is === "endless") {
      // Whoever may not read tasks waits for a lock until the deadline, whose failure sends a person to OCP's console.
      if (model.scene.waitFor !== "object") return { broken: "I4: a further run never ends", told };
      now = { world: model.world(quiet(freed(model.worlds.at(ended.world)), model.scene.manner)), note: ended.note };
      continue;
    }
    const isTrueGuard = ended.why.reason === "guard" && isRight(ended.why, model.worlds.at(ended.world), model, hook);
    if (isDone && !isTrueGuard) {
      return { broken: `I4: a run fails though all is done: ${describeFailing(ended.why)}`, told };
    }
    const remedy = whatToDo(ended.why, model.worlds.at(ended.world), model, hook);
    if (remedy === "a person decides") return { broken: undefined, told };
    if (remedy === "nothing to be done") {
      return { broken: `I4: what a failure asks for cannot be done: ${describeFailing(ended.why)}`, told };
    }

    told.push(`  somebody does what the failure asks for`);
    now = { world: model.world(quiet(remedy, model.scene.manner)), note: ended.note };
  }
  return { broken: "I4: run after run fails, whatever a person does", told };
}

/**
 * When all is quiet the object is gone by a deletion that ended well, or that a person has ended, and came last. Without
 * tags nobody can know that of a task as long as another deletion has failed, nor where that names the cluster alone.
 */
function isAllDone({ intents, scene }: Model, hook: number, now: World): boolean {
  const intent = intents[hook]!;
  const world = quiet(now, scene.manner);
  const last = inOrderOfEnds(world.tasks, scene.manner).findLast((task) => touches(task, intent));
  if (last === undefined || !isMadeGood(last) || holds(world, intent)) return false;
  const isNamed = !now.elsewhere && (now.cluster === undefined || now.cluster.name === NAME);
  const isNobodys = ({ kind, obproxies }: WorldTask): boolean =>
    !scene.manner.tags || (kind === "cluster" && obproxies.length === 0);
  const mayHaveFailed = now.tasks.some(
    (task) => (hasFailed(task) || /^(settling|back)/.test(task.phase)) && isNobodys(task),
  );
  const otherFailed = now.tasks.filter((task) => hasFailed(task) && task.id !== last.id);
  // What a person has ended has made good nothing but itself.
  if (last.phase !== "done" && otherFailed.length > 0) return false;
  // The list of ended tasks is read back to the one that has failed: what is older, and was retried since, is not seen.
  if (otherFailed.some((task) => task.id > last.id && touches(task, intent))) return false;
  return isNamed && !mayHaveFailed;
}

type Ended =
  | { readonly is: "succeeded" }
  | { readonly is: "broken"; readonly broken: string }
  | { readonly is: "endless"; readonly world: number; readonly note: number }
  | { readonly is: "failed"; readonly why: Failing; readonly world: number; readonly note: number };

/** A run that waits comes to an end, if the world is quiet from now on. */
export function goesOnToItsEnd(model: Model, hook: number, place: number, world: number): Further {
  const told: string[] = [];
  const ended = goOn(model, hook, place, { world, note: 0 }, told);
  if (ended.is === "broken") return { broken: ended.broken, told };
  const isEndless = ended.is === "endless" && model.scene.waitFor !== "object";
  return { broken: isEndless ? "I4: a run never ends" : undefined, told: isEndless ? told.slice(0, 12) : told };
}

function runOnce(model: Model, hook: number, from: number, noted: number, machine: number, told: string[]): Ended {
  told.push("  the world is quiet, and the hook is run again");
  return goOn(model, hook, model.begin(hook, 0, machine, noted), { world: from, note: noted }, told);
}

function goOn(
  model: Model,
  hook: number,
  at: number,
  from: { readonly world: number; readonly note: number },
  told: string[],
): Ended {
  let [place, { world, note }] = [at, from];
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const run = model.places.at(place);
    if (run.is === "running" && run.doing.does !== "ask") {
      world = model.world(quiet(model.worlds.at(world), model.scene.manner));
    }
    const outcome = model.outcomes(hook, place, world).find(({ isFault }) => !isFault);
    if (outcome === undefined) return { is: "broken", broken: "I4: a further run does not go on" };
    told.push(`  the hook ${outcome.words}`);
    if (outcome.broken !== undefined) return { is: "broken", broken: outcome.broken };
    ({ place, world } = outcome);
    if (outcome.note !== undefined) ({ note } = outcome);
    const next = model.places.at(place);
    if (next.is === "succeeded") return { is: "succeeded" };
    if (next.is === "resting") {
      if (outcome.why === undefined) throw new Error("a run that fails tells why");
      return { is: "failed", why: outcome.why, world, note };
    }
  }
  return { is: "endless", world, note };
}

/** What is at work goes on to its end, and what is on its way arrives. */
export function quiet(world: World, manner: Manner): World {
  let now: World = { ...world, late: [] };
  for (;;) {
    const working = now.tasks.find(isAtWork);
    if (working === undefined) return now;
    now = progress(now, working.id, manner);
  }
}

function whatToDo(
  why: Failing,
  world: World,
  model: Model,
  hook: number,
): World | "a person decides" | "nothing to be done" {
  const again = (id: string | undefined): World | "nothing to be done" =>
    (id === undefined ? undefined : goneOn(world, Number(id))) ?? "nothing to be done";
  switch (why.reason) {
    case "guard":
      if (!isRight(why, world, model, hook)) return "nothing to be done";
      // Where nothing tells that a deletion at work is about this cluster (no tags, a cluster that does not call itself
      // busy) a guard may speak of an OBProxy that is about to go. It tells the truth, deletes nothing, and has no more
      // to say to a further run.
      return isRight(why, quiet(world, model.scene.manner), model, hook) ? "a person decides" : world;
    case "task-failed":
      return why.ours.verdict.kind === "failed" ? again(why.ours.task.id) : world;
    case "bad-end":
      return why.end.task.status === "FAILED" ? again(why.end.task.id) : world;
    case "lock-not-released":
      return why.holder === undefined ? freed(world) : again(why.holder.id);
    case "still-there":
    case "task-vanished":
    case "unknown":
    case "call-failed":
    case "refused":
    case "answer-lost":
      return world;
  }
}

/** A failed task is retried; of a failed rollback only what has failed can be skipped, as the failure says. */
function goneOn(world: World, id: number): World | undefined {
  return taskOf(world, id)?.phase.startsWith("backFailed") === true ? skip(world, id) : retry(world, id);
}

/** A person looks for failed tasks on the cluster and retries them; a lock that nothing explains is taken off by OCP. */
function freed(world: World): World {
  const failed = world.tasks.find((task) => task.id === world.lock && hasFailed(task));
  return (failed === undefined ? undefined : goneOn(world, failed.id)) ?? { ...world, lock: undefined };
}

function isRight(
  { breach }: Extract<Failing, { reason: "guard" }>,
  world: World,
  { intents }: Model,
  hook: number,
): boolean {
  const intent = intents[hook]!;
  const { cluster, elsewhere } = world;
  const held = (cluster?.obproxies ?? []).map(String);
  switch (breach.guard) {
    case "clusterName":
      return cluster !== undefined && cluster.name !== NAME;
    case "clusterNameElsewhere":
      return cluster === undefined && elsewhere;
    case "skipDestroy":
      return held.some((id) => intent.keptObproxyIds.has(id));
    case "declaredElsewhere":
      return held.some((id) => intent.elsewhereObproxies.has(id) || intent.declaredObproxyIds.has(id));
    case "forceDestroy":
      return !intent.forceDestroy && held.some((id) => !intent.declaredObproxyIds.has(id));
    case "mayBeDeclared":
      return held.length > 0 && (intent.obproxyTokens ?? []).length > 0;
    case "claimed":
      return holds(world, intent) || elsewhere || (cluster !== undefined && cluster.name !== NAME);
    // A world that is quiet tells what the cluster holds.
    case "forceDestroyUnknown":
      return false;
  }
}

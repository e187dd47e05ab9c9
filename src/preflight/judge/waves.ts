import type { Surveyed } from "../../survey/survey.js";
import type { Status, Wave } from "../report/report.js";
import type { Scene } from "../scene.js";
import { type Entry, urlOf } from "./entry.js";

const GOING = new Set<Status>(["ready", "waits"]);
/** So many hooks Terraform runs at a time, where nobody says `-parallelism`. */
const AT_ONCE = 10;

/** In which order a destroy would take what it would delete; before the first deploy, what it would delete then. */
export function wavesOf(scene: Scene, entries: readonly Entry[]): readonly Wave[] {
  const ifDeployed = scene.state.kind === "none";
  const going = entries.filter(
    ({ object, judgement }) =>
      object.wave > 0 && (GOING.has(judgement.status) || (ifDeployed && judgement.status === "not-deployed")),
  );
  const numbers = [...new Set(going.map(({ object }) => object.wave))].sort((a, b) => a - b);
  return numbers.map((number, index) => {
    const objects = going.map(({ object }) => object).filter(({ wave }) => wave === number);
    return { number: index + 1, objects, ...tasksFor(scene, objects) };
  });
}

/** What has left the code and has a hook, unless that would find nothing to do. */
export function deployDeletes({ stack }: Scene, entries: readonly Entry[]): readonly Surveyed[] {
  return entries.flatMap(({ object, judgement: { status } }) => {
    const { declaredBy, fate, instance } = object;
    const provider = stack.providers.find(({ alias }) => alias === object.provider);
    // Without settings nobody knows what is declared.
    if (fate !== "hook" || declaredBy !== undefined || provider?.settings === undefined) return [];
    const hasHook = instance !== undefined && !instance.tainted && !instance.deposed;
    return hasHook && status !== "gone" && status !== "left-alone" ? [object] : [];
  });
}

/**
 * Hooks of one cluster that run at the same time share a task. Terraform starts ten at a time by default, and which ten
 * nobody can tell: those of one cluster may be spread over several rounds. In the first of them each cluster has one task
 * at most, and later each hook.
 */
function tasksFor(scene: Scene, objects: readonly Surveyed[]): Pick<Wave, "tasks" | "mostTasks" | "better"> {
  const proxies = new Map<string, number>();
  for (const { provider, target } of objects) {
    if (target.kind === "cluster") continue;
    const cluster = JSON.stringify([urlOf(scene, provider), target.clusterId]);
    proxies.set(cluster, (proxies.get(cluster) ?? 0) + 1);
  }
  const clusters = objects.filter(({ target }) => target.kind === "cluster").length;
  const rounds = Math.ceil(objects.length / AT_ONCE);
  const sum = (each: (amount: number) => number): number =>
    [...proxies.values()].reduce((total, amount) => total + each(amount), clusters);
  const fewest = sum(() => 1);
  const mostTasks = Math.min(
    sum((amount) => Math.min(amount, rounds)),
    fewest + Math.max(0, objects.length - AT_ONCE),
  );
  return {
    tasks: sum((amount) => Math.ceil(amount / AT_ONCE)),
    mostTasks,
    // One to spare for whatever else Terraform does.
    better: mostTasks === fewest ? undefined : { parallelism: objects.length + 1, tasks: fewest },
  };
}

import type { OcpId, Subtask } from "./model.js";

/**
 * The weight of the heaviest path through a task's graph. Edges are read from `upstreams` and `downstreams` alike;
 * neighbours that are not in the list are ignored, and a cycle, which OCP cannot run, is cut where it is met.
 */
export function heaviestPath(subtasks: readonly Subtask[], weigh: (subtask: Subtask) => number): number {
  const followers = edges(subtasks);
  const waitingFor = new Map<OcpId, number>(subtasks.map(({ id }) => [id, 0]));
  for (const nexts of followers.values()) {
    for (const next of nexts) waitingFor.set(next, (waitingFor.get(next) ?? 0) + 1);
  }
  const weights = new Map(subtasks.map((subtask) => [subtask.id, weigh(subtask)]));
  const heaviestBefore = new Map<OcpId, number>();
  const done = new Set<OcpId>();
  const ready = [...waitingFor.keys()].filter((id) => waitingFor.get(id) === 0);
  const rest = [...waitingFor.keys()];
  let heaviest = 0;
  while (done.size < waitingFor.size) {
    // Nothing ready though not all is done: a cycle. Start at any of its nodes.
    const id = ready.pop() ?? rest.pop();
    if (id === undefined) break;
    if (done.has(id)) continue;
    done.add(id);
    const weight = (heaviestBefore.get(id) ?? 0) + (weights.get(id) ?? 0);
    heaviest = Math.max(heaviest, weight);
    for (const next of followers.get(id) ?? []) {
      if (done.has(next)) continue;
      heaviestBefore.set(next, Math.max(heaviestBefore.get(next) ?? 0, weight));
      const left = (waitingFor.get(next) ?? 1) - 1;
      waitingFor.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return heaviest;
}

export function hasEdges(subtasks: readonly Subtask[]): boolean {
  return [...edges(subtasks).values()].some((nexts) => nexts.size > 0);
}

function edges(subtasks: readonly Subtask[]): ReadonlyMap<OcpId, ReadonlySet<OcpId>> {
  const followers = new Map<OcpId, Set<OcpId>>(subtasks.map(({ id }) => [id, new Set()]));
  for (const { id, upstreams, downstreams } of subtasks) {
    for (const before of upstreams) followers.get(before)?.add(id);
    for (const after of downstreams) if (followers.has(after)) followers.get(id)?.add(after);
  }
  return followers;
}

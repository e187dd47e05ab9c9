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

/**
 * The subtasks in an order in which they can run; that in which OCP lists them means nothing. Walks without recursion,
 * because a task may be thousands of subtasks long.
 */
export function inOrder(subtasks: readonly Subtask[]): readonly Subtask[] {
  const byId = new Map(subtasks.map((subtask) => [subtask.id, subtask]));
  const before = predecessors(subtasks);
  const ordered: Subtask[] = [];
  const met = new Set<OcpId>();
  for (const { id: start } of subtasks) {
    const path = met.has(start) ? [] : [{ id: start, left: [...(before.get(start) ?? [])].reverse() }];
    met.add(start);
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const next = last.left.pop();
      if (next === undefined) {
        path.pop();
        const subtask = byId.get(last.id);
        if (subtask !== undefined) ordered.push(subtask);
      } else if (!met.has(next)) {
        met.add(next);
        path.push({ id: next, left: [...(before.get(next) ?? [])].reverse() });
      }
    }
  }
  return ordered;
}

/**
 * How long the subtasks take together where no more than `width` of them run at a time: the shortest of those that are
 * ready first, so that long ones are left over. A cycle is cut where nothing else could run.
 */
export function timeAtWidth(subtasks: readonly Subtask[], weigh: (subtask: Subtask) => number, width: number): number {
  const followers = edges(subtasks);
  const waitingFor = new Map([...predecessors(subtasks)].map(([id, ids]) => [id, ids.size]));
  const weights = new Map(subtasks.map((subtask) => [subtask.id, weigh(subtask)]));
  const ready = new Queue<OcpId>();
  const running = new Queue<OcpId>();
  const begun = new Set<OcpId>();
  const rest = [...weights.keys()];
  const begin = (id: OcpId, at: number): void => {
    begun.add(id);
    running.push(id, at + (weights.get(id) ?? 0));
  };
  for (const [id, count] of waitingFor) if (count === 0) ready.push(id, weights.get(id) ?? 0);
  let now = 0;
  for (;;) {
    while (running.size < width) {
      const next = ready.pop();
      if (next === undefined) break;
      if (!begun.has(next.item)) begin(next.item, now);
    }
    if (running.size === 0) {
      const any = rest.pop();
      if (any === undefined) return now;
      if (!begun.has(any)) begin(any, now);
      continue;
    }
    const ended = running.pop();
    if (ended === undefined) return now;
    now = Math.max(now, ended.rank);
    for (const id of followers.get(ended.item) ?? []) {
      const left = (waitingFor.get(id) ?? 1) - 1;
      waitingFor.set(id, left);
      if (left === 0) ready.push(id, weights.get(id) ?? 0);
    }
  }
}

/** Gives the item of the lowest rank first. */
class Queue<T> {
  private readonly heap: { readonly item: T; readonly rank: number }[] = [];

  get size(): number {
    return this.heap.length;
  }

  push(item: T, rank: number): void {
    let at = this.heap.push({ item, rank }) - 1;
    for (let up = (at - 1) >> 1; at > 0 && this.rank(up) > rank; up = (at - 1) >> 1) {
      this.swap(at, up);
      at = up;
    }
  }

  pop(): { readonly item: T; readonly rank: number } | undefined {
    this.swap(0, this.size - 1);
    const first = this.heap.pop();
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const least = this.rank(right) < this.rank(left) ? right : left;
      if (this.rank(least) >= this.rank(at)) return first;
      this.swap(at, least);
      at = least;
    }
  }

  private rank(at: number): number {
    return this.heap[at]?.rank ?? Infinity;
  }

  private swap(a: number, b: number): void {
    const [one, other] = [this.heap[a], this.heap[b]];
    if (one === undefined || other === undefined) return;
    this.heap[a] = other;
    this.heap[b] = one;
  }
}

export function hasEdges(subtasks: readonly Subtask[]): boolean {
  return [...edges(subtasks).values()].some((nexts) => nexts.size > 0);
}

function predecessors(subtasks: readonly Subtask[]): ReadonlyMap<OcpId, ReadonlySet<OcpId>> {
  const before = new Map<OcpId, Set<OcpId>>(subtasks.map(({ id }) => [id, new Set()]));
  for (const [id, nexts] of edges(subtasks)) for (const next of nexts) before.get(next)?.add(id);
  return before;
}

function edges(subtasks: readonly Subtask[]): ReadonlyMap<OcpId, ReadonlySet<OcpId>> {
  const followers = new Map<OcpId, Set<OcpId>>(subtasks.map(({ id }) => [id, new Set()]));
  for (const { id, upstreams, downstreams } of subtasks) {
    for (const before of upstreams) followers.get(before)?.add(id);
    for (const after of downstreams) if (followers.has(after)) followers.get(id)?.add(after);
  }
  return followers;
}

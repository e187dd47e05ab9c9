import type { Id } from "./ids.js";
import type { Inventory } from "./inventory.js";
import type { Cluster, Obproxy, Subtask, Task } from "./model.js";
import type { LogWriter } from "./subtask-log.js";

/** READY and RUNNING subtasks of one task at a time (seen in ocp-express). */
const MAX_AT_WORK = 10;
/** Ticks after its timeout that a subtask fails whose node has died (seen in ocp-express). */
const SWEEP_DELAY = 11;

export interface EngineSettings {
  readonly clock: () => number;
  readonly unlockOnFailure: boolean;
}

/**
 * The task engine, as observed in ocp-express: each tick settles every task, goes on with its subtasks, and makes the
 * next ones ready. A chained subtask without work costs one tick; a task ends a tick after its last subtask.
 */
export class Engine {
  private pausedTicks = 0;
  private running = true;
  /** What finished deletions took away, by task, so that a rollback brings it back. */
  private readonly removed = new Map<Id, { readonly cluster: Cluster; readonly obproxies: readonly Obproxy[] }>();

  constructor(
    private readonly tasks: ReadonlyMap<Id, Task>,
    private readonly inventory: Inventory,
    private readonly log: LogWriter,
    private readonly settings: EngineSettings,
  ) {}

  /** One second of OCP's time. */
  tick(): void {
    for (const task of this.tasks.values()) for (const subtask of task.subtasks) subtask.ticks += 1;

    if (!this.running) return;

    if (this.pausedTicks > 0) {
      this.pausedTicks -= 1;
      return;
    }
    for (const task of this.tasks.values()) if (!task.suspended) this.advance(task);
  }

  /** The process ends. Nobody notices that the subtasks at work have lost their worker, unless it ends in good order. */
  halt(manner: "kill" | "term"): void {
    this.running = false;
    for (const subtask of this.subtasksAtWork()) {
      if (manner === "kill") subtask.orphaned = true;
      else this.fail(subtask, "java.lang.InterruptedException: sleep interrupted");
    }
  }

  /** The process is back; the engine itself starts some ticks later. */
  resume(delayTicks: number): void {
    this.running = true;
    this.pausedTicks = delayTicks;
  }

  private subtasksAtWork(): readonly Subtask[] {
    return [...this.tasks.values()].flatMap((task) => task.subtasks.filter(({ status }) => status === "RUNNING"));
  }

  private advance(task: Task): void {
    this.settle(task);
    if (task.status === "SUCCESSFUL") return;

    // Those that fail in this tick stay FAILED for its length, also where the engine tries again by itself.
    const failedBefore = task.subtasks.filter(({ status }) => status === "FAILED");
    for (const subtask of task.subtasks) this.goOn(task, subtask);

    if (task.status === "RUNNING") {
      for (const subtask of failedBefore) this.tryAgain(task, subtask);

      this.makeReady(task);
    }
  }

  private settle(task: Task): void {
    if (task.status !== "RUNNING") return;

    const statuses = task.subtasks.map(({ status }) => status);
    if (statuses.every((status) => status === (task.operation === "ROLLBACK" ? "PENDING" : "SUCCESSFUL"))) {
      task.status = "SUCCESSFUL";
      task.finishTime = this.settings.clock();
      if (task.operation === "ROLLBACK") this.unlock(task);

      return;
    }
    const failed = task.subtasks.some((subtask) => subtask.status === "FAILED" && !hasTriesLeft(task, subtask));
    // READY siblings do not keep a task from being FAILED: they go on afterwards (seen in ocp-express).
    if (failed && !statuses.includes("RUNNING") && !statuses.includes("CANCELING")) {
      task.status = "FAILED";
      task.finishTime = this.settings.clock();
      if (this.settings.unlockOnFailure) this.unlock(task);
    }
  }

  private goOn(task: Task, subtask: Subtask): void {
    switch (subtask.status) {
      case "READY":
        this.start(task, subtask);
        return;
      case "RUNNING":
        this.work(task, subtask);
        return;
      case "CANCELING":
        subtask.operation = "CANCEL";
        this.fail(subtask, "java.lang.InterruptedException: subtask was canceled");
        return;
      case "PENDING":
      case "FAILED":
      case "SUCCESSFUL":
        return;
    }
  }

  private start(task: Task, subtask: Subtask): void {
    if (subtask.operation === "SKIP" || subtask.operation === "ROLLBACK_SKIP") {
      this.rest(subtask, subtask.operation === "SKIP" ? "SUCCESSFUL" : "PENDING");
      return;
    }
    if (subtask.ticks <= subtask.work.readyTicks) return;

    const now = this.settings.clock();
    setStatus(subtask, "RUNNING");
    subtask.startTime ??= now;
    subtask.executor = task.executor;
    delete subtask.finishTime;
    if (subtask.operation === "ROLLBACK") {
      subtask.rollbacks += 1;
    } else {
      subtask.attempts += 1;
      task.prohibitRollback ||= subtask.prohibitRollback;
    }
    this.log.begin(task, subtask, now);
    this.work(task, subtask);
  }

  private work(task: Task, subtask: Subtask): void {
    if (subtask.orphaned) {
      if (subtask.ticks >= subtask.timeout + SWEEP_DELAY) {
        this.fail(subtask, "java.util.concurrent.TimeoutException: subtask timed out");
      }

      return;
    }
    // Work that planned for a forward attempt is not done again backwards.
    if (subtask.operation === "ROLLBACK" || subtask.ticks >= subtask.work.ticks) {
      this.complete(task, subtask);
    } else if (subtask.timeout > 0 && subtask.ticks >= subtask.timeout) {
      // The operation stays what it was (seen in ocp-express).
      this.fail(subtask, "java.util.concurrent.TimeoutException: subtask timed out");
    }
  }

  private complete(task: Task, subtask: Subtask): void {
    const backwards = subtask.operation === "ROLLBACK";
    const { work } = subtask;
    const failing = backwards ? work.failRollback : work.fail;
    const attempt = backwards ? subtask.rollbacks : subtask.attempts;
    if (failing === "always" || attempt <= failing) {
      this.fail(subtask, `java.lang.RuntimeException: ${work.error ?? `planned failure of ${subtask.name}`}`);
      return;
    }
    this.rest(subtask, backwards ? "PENDING" : "SUCCESSFUL");
    this.log.succeed(subtask, this.settings.clock());
    for (const effect of subtask.effects) {
      if (backwards) this.bringBack(task);
      else if (effect === "unlock") this.unlock(task);
      else this.takeAway(task);
    }
  }

  private fail(subtask: Subtask, exception: string): void {
    this.rest(subtask, "FAILED");
    this.log.fail(subtask, this.settings.clock(), exception);
  }

  private rest(subtask: Subtask, status: "PENDING" | "SUCCESSFUL" | "FAILED"): void {
    setStatus(subtask, status);
    subtask.orphaned = false;
    subtask.finishTime = this.settings.clock();
  }

  private tryAgain(task: Task, subtask: Subtask): void {
    if (subtask.status === "FAILED" && hasTriesLeft(task, subtask)) {
      setStatus(subtask, "READY");
      subtask.operation = "RETRY";
      subtask.runTime += 1;
      delete subtask.finishTime;
    }
  }

  private makeReady(task: Task): void {
    const byId = new Map(task.subtasks.map((subtask) => [subtask.id, subtask]));
    const backwards = task.operation === "ROLLBACK";
    const waiting = backwards ? "SUCCESSFUL" : "PENDING";
    const done = backwards ? "PENDING" : "SUCCESSFUL";
    const before = (subtask: Subtask): readonly Id[] => (backwards ? subtask.downstreams : subtask.upstreams);
    let room =
      MAX_AT_WORK - task.subtasks.filter(({ status }) => ["READY", "RUNNING", "CANCELING"].includes(status)).length;
    for (const subtask of task.subtasks) {
      if (room > 0 && subtask.status === waiting && before(subtask).every((id) => byId.get(id)?.status === done)) {
        room -= 1;
        setStatus(subtask, "READY");
        if (backwards) subtask.operation = "ROLLBACK";
      }
    }
  }

  /** "Delete obproxy info": from here on lists and details do not know the objects any more, though the task goes on. */
  private takeAway(task: Task): void {
    const cluster = task.clusterId === undefined ? undefined : this.inventory.find(task.clusterId);
    if (cluster === undefined) return;

    const ids = task.obproxies.map(({ id }) => id);
    this.removed.set(task.id, { cluster, obproxies: cluster.obproxies.filter(({ id }) => ids.includes(id)) });
    this.inventory.removeObproxies(cluster.id, ids);
    if (task.deletesCluster) this.inventory.remove(cluster.id);
  }

  private bringBack(task: Task): void {
    const removed = this.removed.get(task.id);
    if (removed === undefined) return;

    this.removed.delete(task.id);
    const ids = removed.obproxies.map(({ id }) => id);
    this.inventory.put(removed.cluster);
    removed.cluster.obproxies = [
      ...removed.obproxies,
      ...removed.cluster.obproxies.filter(({ id }) => !ids.includes(id)),
    ];
  }

  /** The cluster's lock is free, and its OBProxies are what they were, as far as they are still there. */
  unlock(task: Task): void {
    const cluster = task.clusterId === undefined ? undefined : this.inventory.find(task.clusterId);
    if (cluster === undefined || cluster.lockedBy !== task.id) return;

    delete cluster.lockedBy;
    for (const { id, status } of task.obproxies) {
      this.inventory.updateObproxies(cluster.id, [id], (obproxy) => ({ ...obproxy, status, operateStatus: "NORMAL" }));
    }
  }
}

export function setStatus(subtask: Subtask, status: Subtask["status"]): void {
  subtask.status = status;
  subtask.ticks = 0;
}

/** Retries by the engine itself go forward only (retry counts of ocp-express's subtask classes). */
function hasTriesLeft(task: Task, subtask: Subtask): boolean {
  return task.operation !== "ROLLBACK" && subtask.operation !== "CANCEL" && subtask.runTime < subtask.work.tries;
}

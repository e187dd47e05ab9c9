import type { ApiErrors } from "./api-error.js";
import { setStatus } from "./engine.js";
import type { Id } from "./ids.js";
import type { Inventory } from "./inventory.js";
import type { Subtask, Task } from "./model.js";

/** What a person or a program does to a task, with the rules seen in ocp-express. */
export class Actions {
  constructor(
    private readonly tasks: ReadonlyMap<Id, Task>,
    private readonly inventory: Inventory,
    private readonly errors: ApiErrors,
  ) {}

  task(id: Id): Task {
    const task = this.tasks.get(id);
    if (task === undefined) throw this.errors.taskNotFound();

    return task;
  }

  /** The task id of a subtask's path is not looked at (seen in ocp-express): the subtask's own id decides. */
  subtask(id: Id): { readonly task: Task; readonly subtask: Subtask } {
    for (const task of this.tasks.values()) {
      const subtask = task.subtasks.find((candidate) => candidate.id === id);
      if (subtask !== undefined) return { task, subtask };
    }
    throw this.errors.taskNotFound();
  }

  /** Runs every failed subtask again. The old finish time stays until the task ends once more. */
  retry(id: Id): Task {
    const task = this.task(id);
    if (task.status !== "FAILED" || task.operation === "ROLLBACK") {
      throw this.errors.wrongTaskState(task.id, task.status);
    }

    task.status = "RUNNING";
    task.operation = "RETRY";
    for (const subtask of task.subtasks.filter(({ status }) => status === "FAILED")) {
      setStatus(subtask, "READY");
      subtask.operation = "RETRY";
      subtask.runTime += 1;
    }
    this.lockAgain(task);
    return task;
  }

  rollback(id: Id): Task {
    const task = this.task(id);
    if (task.status !== "FAILED" || task.operation === "ROLLBACK") {
      throw this.errors.wrongTaskState(task.id, task.status);
    }

    if (task.prohibitRollback) throw this.errors.rollbackProhibited();

    task.status = "RUNNING";
    task.operation = "ROLLBACK";
    for (const subtask of task.subtasks) {
      switch (subtask.status) {
        case "FAILED":
          setStatus(subtask, "READY");
          subtask.operation = "ROLLBACK";
          break;
        case "SUCCESSFUL":
          subtask.operation = "ROLLBACK";
          break;
        case "READY":
          // Never started, so there is nothing to undo.
          setStatus(subtask, "PENDING");
          break;
        case "PENDING":
        case "RUNNING":
        case "CANCELING":
          break;
      }
    }
    this.lockAgain(task);
    return task;
  }

  /** Leaves the task's operation and the subtask's `runTime` as they are (seen in ocp-express). */
  retrySubtask(id: Id): Subtask {
    const { task, subtask } = this.failedSubtask(id);
    if (task.operation === "ROLLBACK") throw this.errors.wrongTaskState(subtask.id, subtask.status);

    task.status = "RUNNING";
    setStatus(subtask, "READY");
    subtask.operation = "RETRY";
    this.lockAgain(task);
    return subtask;
  }

  skip(id: Id): void {
    const { task, subtask } = this.failedSubtask(id);
    if (subtask.prohibitSkip) throw this.errors.skipProhibited();

    task.status = "RUNNING";
    setStatus(subtask, "READY");
    subtask.operation = task.operation === "ROLLBACK" ? "ROLLBACK_SKIP" : "SKIP";
    this.lockAgain(task);
  }

  cancel(id: Id): void {
    const { subtask } = this.subtask(id);
    if (subtask.status !== "RUNNING") throw this.errors.wrongTaskState(subtask.id, subtask.status);

    setStatus(subtask, "CANCELING");
  }

  private failedSubtask(id: Id): { readonly task: Task; readonly subtask: Subtask } {
    const found = this.subtask(id);
    if (found.subtask.status !== "FAILED") throw this.errors.wrongTaskState(found.subtask.id, found.subtask.status);

    return found;
  }

  /** Where a failed task had let its cluster go, it takes the lock back, if it is free. */
  private lockAgain(task: Task): void {
    const cluster = task.clusterId === undefined ? undefined : this.inventory.find(task.clusterId);
    if (cluster !== undefined) cluster.lockedBy ??= task.id;
  }
}

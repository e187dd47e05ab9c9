import type { Id } from "./ids.js";
import type { SubtaskStatus, Task } from "./model.js";
import { noSuch } from "./option-error.js";

/** What a test makes of tasks behind OCP's back, and how it names them. */
export class TaskTampering {
  constructor(private readonly tasks: Map<Id, Task>) {}

  known(id: number | string): Task {
    const task = this.tasks.get(String(id));
    if (task === undefined) throw noSuch("task", String(id));

    return task;
  }

  /** @param wanted an id, or a name; undefined: whichever has the status */
  subtaskId(taskId: number | string, wanted: number | string | undefined, status?: SubtaskStatus): Id {
    const { subtasks } = this.known(taskId);
    const named = subtasks.filter(({ id, name }) => wanted === undefined || String(wanted) === id || wanted === name);
    const found = named.find((subtask) => subtask.status === status) ?? named[0];
    if (found === undefined) throw noSuch("subtask", String(wanted));

    return found.id;
  }

  override(taskId: number | string, members: Readonly<Record<string, unknown>>): void {
    const task = this.known(taskId);
    task.override = { ...task.override, ...members };
  }

  overrideSubtask(taskId: number | string, subtask: number | string, members: Readonly<Record<string, unknown>>): void {
    const task = this.known(taskId);
    const id = this.subtaskId(taskId, subtask);
    task.subtaskOverrides = { ...task.subtaskOverrides, [id]: { ...task.subtaskOverrides[id], ...members } };
  }

  suspend(taskId: number | string, status: string): void {
    this.known(taskId).suspended = true;
    this.override(taskId, { status });
  }

  resume(taskId: number | string): void {
    const task = this.known(taskId);
    task.suspended = false;
    task.override = Object.fromEntries(Object.entries(task.override).filter(([member]) => member !== "status"));
  }

  shiftTimes(minutes: number): void {
    const shifted = (time: number): number => time + minutes * 60_000;
    for (const task of this.tasks.values()) {
      task.createTime = shifted(task.createTime);
      task.startTime = shifted(task.startTime);
      if (task.finishTime !== undefined) task.finishTime = shifted(task.finishTime);
    }
  }

  forget(taskId: number | string): void {
    this.tasks.delete(this.known(taskId).id);
  }
}

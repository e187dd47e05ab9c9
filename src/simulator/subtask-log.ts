import type { Subtask, Task } from "./model.js";
import { formatInstant, formatLogTime } from "./time.js";

/** Writes what a subtask's log holds, line by line as published for 4.2.2 and seen in ocp-express. */
export class LogWriter {
  constructor(private readonly utcOffsetMinutes: number) {}

  begin(task: Task, subtask: Subtask, now: number): void {
    const verb = subtask.operation === "RETRY" ? "Retry" : subtask.operation === "ROLLBACK" ? "Rollback" : "Run";
    subtask.log += `############{${subtask.operation}}{${this.instant(now)}}############\n`;
    this.line(
      subtask,
      now,
      "INFO",
      "c.o.o.t.engine.runner.JavaSubtaskRunner  ",
      `${verb} subtask, id=${subtask.id}, context=${this.context(task, subtask, now)}, executor=${subtask.executor ?? ""}`,
    );
    if (subtask.work.log !== "") subtask.log += `${subtask.work.log}\n`;
  }

  succeed(subtask: Subtask, now: number): void {
    this.line(subtask, now, "INFO", "c.a.o.c.m.t.model.SubtaskInstanceEntity  ", `${subtask.name} done`);
    this.close(subtask, subtask.status);
  }

  /** The cause stands before the stack frames: the last lines of a log say nothing (seen in ocp-express). */
  fail(subtask: Subtask, now: number, exception: string): void {
    this.line(
      subtask,
      now,
      "WARN",
      "c.o.o.task.engine.runner.RunnerFactory   ",
      `Execute task failed, subtask=SubtaskInstanceOverview{id=${subtask.id}, name=${subtask.name}, state=FAILED, operation=${subtask.operation}, className=${subtask.className}, seriesId=${subtask.seriesId}, startTime=${this.instant(subtask.startTime ?? now)}, endTime=null}`,
    );
    subtask.log += `${exception}\n${STACK.map((frame) => `\tat ${frame}\n`).join("")}\n\n`;
    this.close(subtask, "FAILED");
  }

  private close(subtask: Subtask, state: string): void {
    subtask.log += `Set state for subtask: ${subtask.id}, operation:${subtask.operation}, state: ${state}\n`;
  }

  private line(subtask: Subtask, now: number, level: "INFO" | "WARN", logger: string, text: string): void {
    const time = formatLogTime(now, this.utcOffsetMinutes);
    subtask.log += `${time}  ${level} 57200 --- [pool-manual-subtask-executor1,8ae3dcf2e4374658,d286cf9d6de4] ${logger}: ${text}\n\n`;
  }

  private context(task: Task, subtask: Subtask, now: number): string {
    const strings = {
      ...task.context.stringMap,
      task_instance_id: task.id,
      task_operation: task.operation.toLowerCase(),
      latest_execution_start_time: this.instant(now),
      sub_task_instance_id: subtask.id,
    };
    const lists = Object.entries(task.context.listMap).map(([key, values]) => `${key}=[${values.join(", ")}]`);
    const pairs = Object.entries(strings).map(([key, value]) => `${key}=${value}`);
    return `Context{parallelIdx=${subtask.parallelIdx}, stringMap={${pairs.join(", ")}}, listMap={${lists.join(", ")}}}`;
  }

  private instant(now: number): string {
    return formatInstant(now, this.utcOffsetMinutes);
  }
}

const STACK: readonly string[] = [
  "com.oceanbase.ocp.task.engine.runner.JavaSubtaskRunner.execute(JavaSubtaskRunner.java:63)",
  "com.oceanbase.ocp.task.engine.runner.JavaSubtaskRunner.doRun(JavaSubtaskRunner.java:35)",
  "com.oceanbase.ocp.task.engine.runner.JavaSubtaskRunner.run(JavaSubtaskRunner.java:29)",
  "com.oceanbase.ocp.task.engine.runner.RunnerFactory.doRun(RunnerFactory.java:114)",
  "com.oceanbase.ocp.task.engine.runner.RunnerFactory.run(RunnerFactory.java:104)",
  "java.base/java.util.concurrent.FutureTask.run(FutureTask.java:264) ~[na:na]",
  "java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1136) ~[na:na]",
  "java.base/java.lang.Thread.run(Thread.java:840) ~[na:na]",
];

import { type Happening, type HookEvent, LAST_EVENTS, type SubtaskSeen, type TaskSeen } from "../../contract/events.js";
import { type OcpId, targetOfKey } from "../../contract/object.js";
import type { Subtask, Task } from "../../ocp/model.js";
import { progress } from "../../ocp/task.js";
import { presenceOf } from "../decide/evidence.js";
import type { Event } from "../decide/evolve.js";
import type { Memory } from "../decide/memory.js";
import type { Journal } from "./journal.js";
import { isAlive } from "./terraform-run.js";

/** Everything that changes, only what fails, or nothing: another hook tells it. */
export type Telling = "all" | "failures" | "nothing";

/** What becomes of the object, told to the journal in the order in which it happens; and who else tells it. */
export class Chronicle {
  private lastPresence: string | undefined;
  private lastWait: string | undefined;
  private lastTask: Task | undefined;

  constructor(
    private readonly journal: Journal,
    private readonly key: string,
  ) {}

  /** After a look at the world. */
  looked({ round, target }: Memory): void {
    if (round === undefined) return;
    const { is } = presenceOf(round, target);
    if (is === this.lastPresence) return;
    this.lastPresence = is;
    this.journal.write({ event: "looked", is: WORDS[is] });
  }

  /** After something was done. */
  happened(event: Event, { target }: Memory): void {
    switch (event.event) {
      case "accepted": {
        const { deletes, task } = event;
        const keys = deletes === "cluster" ? [target.clusterId] : deletes.map((id) => `${target.clusterId}/${id}`);
        this.journal.write({ event: "sent", task: task.id, with: keys });
        this.task(task, true);
        return;
      }
      case "send-failed":
        this.journal.write({ event: "send-failed", why: event.error.message });
        return;
      case "retried":
        this.journal.write({ event: "retried", task: event.task.id });
        return;
      case "polled":
        if (event.answer.says === "there") this.task(event.answer.task, event.ours);
        return;
      case "noted":
      case "looked":
      case "waited":
    }
  }

  /** What a person should know, whatever comes of it. */
  warned(text: string): void {
    this.journal.write({ event: "warned", text });
  }

  /** Nothing is done for now; in words. */
  waiting(words: string): void {
    if (words === this.lastWait) return;
    this.lastWait = words;
    this.journal.write({ event: "waiting", for: words });
  }

  /** What has changed of a task since it was told last. */
  task(task: Task, ours: boolean): void {
    const before = this.lastTask?.id === task.id ? this.lastTask : undefined;
    this.lastTask = task;
    const seen = taskSeen(task, ours);
    if (before === undefined || JSON.stringify(taskSeen(before, ours)) !== JSON.stringify(seen)) {
      this.journal.write({ event: "task", ...seen });
    }

    if (this.speakerOf(task) !== undefined) return;
    for (const subtask of task.subtasks) {
      const earlier = before?.subtasks.find(({ id }) => id === subtask.id);
      const had = earlier === undefined ? NOT_BEGUN : stateOf(earlier);
      if (stateOf(subtask) !== had) this.journal.write({ event: "subtask", ...subtaskSeen(task, subtask) });
    }
  }

  /** The object whose hook tells how a task goes on, or has told how it ended; undefined: this one does. */
  private speakerOf({ id, status }: Task): string | undefined {
    const events = this.ofSameOcp();
    const ended = new Set(events.filter(({ event }) => LAST_EVENTS.has(event)).map(({ pid }) => pid));
    const ofTask = events.filter((event) => event.event === "task" && event.task === id);
    const first = ofTask.find(({ pid }) => !ended.has(pid) && isAlive(pid));
    if (first !== undefined && first.pid !== process.pid) return first.object;
    const isEnd = (event: HookEvent): boolean =>
      event.event === "task" && event.status === status && status !== "RUNNING";
    return ofTask.find((event) => ended.has(event.pid) && isEnd(event))?.object;
  }

  /** What this hook tells of a task's progress. Where no events are shared, one that is led leaves it to its leader. */
  telling(task: Task, isLed: boolean): Telling {
    if (!this.journal.isShared) return isLed ? "failures" : "all";
    return this.speakerOf(task) === undefined ? "all" : "nothing";
  }

  /** The object for which this run of Terraform has begun the task; undefined: nobody says so. */
  senderOf(task: string): string | undefined {
    return this.ofSameOcp().find((event) => event.event === "sent" && event.task === task)?.object;
  }

  /** Tasks that this run has begun for the cluster, and that have failed: what OCP's older tasks do not tell by tags. */
  failedOfRun(clusterId: OcpId): readonly FailedOfRun[] {
    const ends = new Map<OcpId, string>();
    for (const each of this.ofSameOcp()) if (each.event === "task") ends.set(each.task, each.status);
    return [...ends].flatMap(([task, status]) => {
      const sender = status === "FAILED" ? this.senderOf(task) : undefined;
      return sender !== undefined && targetOfKey(sender)?.clusterId === clusterId ? [{ task, sender }] : [];
    });
  }

  /** Writes a failure down. The object whose hook has told the very same; undefined: this one has to. */
  failed(failure: Failed): string | undefined {
    this.journal.write(failure);
    const events = this.ofSameOcp();
    const own = events.findLast(({ pid, object }) => pid === process.pid && object === this.key);
    if (own?.event !== "failed") return undefined;
    const first = events.find((other) => other.event === "failed" && isSame(other, own));
    return first === undefined || first.object === this.key ? undefined : first.object;
  }

  /** Of hooks of this run with the same provider and OCP: another OCP counts its tasks from 1, too. */
  private ofSameOcp(): readonly HookEvent[] {
    const events = this.journal.ofThisRun();
    const whose = new Map(
      events.flatMap((each) =>
        each.event === "started" ? [[each.pid, `${each.provider} ${each.ocp ?? ""}`] as const] : [],
      ),
    );
    return events.filter(({ pid }) => whose.get(pid) === whose.get(process.pid));
  }
}

export interface FailedOfRun {
  readonly task: OcpId;
  /** Key of the object whose hook has sent the delete. */
  readonly sender: string;
}

type Failed = Extract<Happening, { event: "failed" }>;

/** The same words, but for OCP's trace ids, which no two answers share. */
function isSame(one: Failed, other: Failed): boolean {
  const words = ({ what, details, next }: Failed): string => JSON.stringify([what, details, next]);
  return words(one).replace(TRACE_ID, "") === words(other).replace(TRACE_ID, "");
}

const TRACE_ID = /trace id [\w-]+/g;

const WORDS = { present: "there", absent: "gone", unknown: "unknown" } as const;

function taskSeen(task: Task, ours: boolean): TaskSeen {
  const { id, name, status, creator, startTime, finishTime } = task;
  return {
    ...{ task: id, name, status, ...progress(task), ours },
    ...(creator !== undefined && { creator }),
    ...(startTime !== undefined && { startTime }),
    ...(finishTime !== undefined && { finishTime }),
  };
}

function subtaskSeen({ id }: Task, seen: Subtask): SubtaskSeen {
  const { id: subtask, name, status, runTime, parallelIdx, startTime, finishTime } = seen;
  return {
    ...{ task: id, subtask, name, status, attempt: runTime },
    ...(startTime !== undefined && runTime === 1 && { startTime }),
    ...(parallelIdx >= 0 && { index: parallelIdx }),
    // OCP renews no beginning, and one that runs again may still have the end of its last attempt.
    ...(finishTime !== undefined && (status === "SUCCESSFUL" || status === "FAILED") && { finishTime }),
  };
}

const NOT_BEGUN = "PENDING";

function stateOf({ status, runTime }: Subtask): string {
  return runTime > 1 ? `${status} ${runTime}` : status;
}

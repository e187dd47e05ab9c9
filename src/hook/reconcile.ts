import type { OcpApi } from "../ocp/api.js";
import { OcpError } from "../ocp/errors.js";
import type { Cluster, OcpId, Task, TaskStatus } from "../ocp/model.js";
import { classify, longestPathSeconds, type Verdict } from "../ocp/task.js";
import { failureLines } from "../ocp/log.js";
import type { Caller } from "./patience/caller.js";
import type { Clock } from "./patience/clock.js";
import type { Courier, Dispatch } from "./together/courier.js";
import type { Deadline } from "./patience/deadline.js";
import { type Action, decide, type Failing, type LookAgainReason } from "./decide/decide.js";
import type { HookFailure } from "./tell/failure.js";
import * as failures from "./tell/failures.js";
import type { Intent } from "./intent.js";
import { compareIds } from "../ocp/ids.js";
import { type Listing, readToEnd } from "../ocp/list.js";
import { isNoted, type Notes } from "./together/notes.js";
import type { Observation, OurTask, Sent, TaskAtWork } from "./decide/observation.js";
import {
  deletesOnlyOurs,
  failedOnCluster,
  mayExplainLock,
  suspectsSince,
  tasksAtWork,
  taskOfOurs,
} from "./decide/tasks-seen.js";
import { nextPause } from "./decide/pace.js";
import { isLockRefusal } from "./decide/refusals.js";
import { count, type Reporter } from "./tell/reporter.js";

export interface Tools {
  readonly api: OcpApi;
  readonly courier: Courier;
  readonly caller: Caller;
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly reporter: Reporter;
  readonly notes: Notes;
  readonly intent: Intent;
  readonly tickMs: number;
  readonly envPrefix: string;
}

export type Outcome = "already-gone" | "deleted";

/** Entries per page of OCP's lists. */
export const PAGE_SIZE = 200;
const MAX_VERIFY_LOOKS = 5;
/** A request may still be on its way through OCP while its database hangs (12 s were seen). */
const SETTLE_TICKS = 20;
/** How long a lock is waited for that no visible task explains. */
const PATIENCE_TICKS = 60;
/** How long a task that OCP accepted may be unknown to it (another of its nodes may answer). */
const UNKNOWN_TASK_TICKS = 30;
const MAX_LOGS = 3;

interface Ours {
  readonly id: OcpId;
  readonly ofThisRun: boolean;
  /** How we know of it. */
  readonly from: "sent" | "note" | "tags";
  readonly task: Task | undefined;
}

/** What this run has done so far; everything else is read from OCP each time. */
interface Memory {
  ours: Ours | undefined;
  /** Undefined: not looked for yet. */
  nameElsewhere: { readonly id: OcpId | undefined } | undefined;
  vanished: Task | undefined;
  /** The failed task of an earlier run that was put aside to delete anew: it may hold the cluster's lock. */
  putAside: Task | undefined;
  /** The task whose beginning has been told. */
  announced: OcpId | undefined;
  sent: Sent;
  lostAt: number;
  /** The newest task that OCP listed before the delete was sent. */
  watermark: OcpId;
  /** Tasks that began after a delete whose answer was lost, and may be what became of it. */
  readonly suspected: Set<OcpId>;
  retriesUsed: number;
  verifyLooks: number;
  impatientSince: number | undefined;
  notFoundOnDelete: number;
  looks: number;
}

/**
 * Observe, decide, act, until the object is gone and OCP has really finished, or until it cannot be done. May die at
 * any point: nothing is remembered that a new run could not find out again (a note of the task's id only helps).
 */
export class Reconciler {
  private readonly memory: Memory = {
    ours: undefined,
    nameElsewhere: undefined,
    vanished: undefined,
    putAside: undefined,
    announced: undefined,
    sent: { state: "not-sent" },
    lostAt: 0,
    watermark: "0",
    suspected: new Set(),
    retriesUsed: 0,
    verifyLooks: 0,
    impatientSince: undefined,
    notFoundOnDelete: 0,
    looks: 0,
  };

  constructor(private readonly tools: Tools) {}

  async run(): Promise<Outcome> {
    try {
      for (;;) {
        const seen = await this.observe();
        const action = decide(seen, this.tools.intent);
        if (action.do === "finish") return this.finish(action, seen);
        await this.act(action, seen);
      }
    } catch (error) {
      throw error instanceof OcpError ? failures.callFailed(error, this.callContext()) : error;
    }
  }

  /** One look at the world. It changes nothing in OCP, so it also serves those who only want to know. */
  async observe(): Promise<Observation> {
    const { intent } = this.tools;
    const { memory } = this;
    const cluster = await this.readCluster();
    const presence = presenceOf(cluster, intent);
    const nameElsewhere =
      cluster === undefined && memory.sent.state === "not-sent" ? await this.findNameElsewhere() : undefined;
    const listed = this.needsTaskList() ? await this.listTasks() : [];
    memory.looks += 1;
    const ours = intent.waitFor === "task" ? await this.readOurs(listed, presence === "absent") : undefined;
    if (memory.sent.state === "not-sent") memory.watermark = newestId(listed, memory.watermark);
    if (memory.sent.state === "lost" && !memory.sent.settled) {
      const settled = this.tools.clock.now() - memory.lostAt >= SETTLE_TICKS * this.tools.tickMs;
      memory.sent = { ...memory.sent, settled };
    }
    const atWork = tasksAtWork(listed, intent.target, ours?.task.id);
    return {
      presence,
      cluster,
      nameElsewhere,
      ours,
      vanished: memory.vanished,
      atWork,
      suspects: memory.sent.state === "lost" ? await this.lookAtSuspects(listed, atWork) : [],
      failedOnCluster: this.failedHolders(listed, ours),
      sent: memory.sent,
      retriesLeft: Math.max(0, intent.taskRetries - memory.retriesUsed),
      patienceLeft: this.hasPatience(listed),
      mayStillVanish: memory.verifyLooks < MAX_VERIFY_LOOKS,
    };
  }

  private async act(action: Exclude<Action, { do: "finish" }>, seen: Observation): Promise<void> {
    switch (action.do) {
      case "follow":
        return this.follow(action);
      case "look-again":
        return this.lookAgain(action.because, seen);
      case "delete":
        return this.send(seen);
      case "retry":
        return this.retry(action.task);
      case "fail":
        throw await this.failureFor(action.why, seen);
    }
  }

  // ---- looking

  private async readCluster(): Promise<Cluster | undefined> {
    const { api, caller, intent } = this.tools;
    try {
      return await caller.read(() => api.cluster(intent.target.clusterId), "cluster");
    } catch (error) {
      if (error instanceof OcpError && error.kind === "not-found") return undefined;
      throw error;
    }
  }

  private async findNameElsewhere(): Promise<OcpId | undefined> {
    const { api, caller, intent } = this.tools;
    if (intent.clusterName === undefined) return undefined;
    if (this.memory.nameElsewhere === undefined) {
      const all = whole(
        "OBProxy clusters",
        await readToEnd((page) => caller.read(() => api.clusters({ page, size: PAGE_SIZE }), "clusters"), {
          size: PAGE_SIZE,
        }),
      );
      const other = all.find(({ id, name }) => name === intent.clusterName && id !== intent.target.clusterId);
      this.memory.nameElsewhere = { id: other?.id };
    }
    return this.memory.nameElsewhere.id;
  }

  private async listTasks(): Promise<readonly Task[]> {
    try {
      const listed = await this.readTasks(["RUNNING", "FAILED"]);
      // What has ended well was not asked for.
      return listed.filter(({ status }) => status !== "SUCCESSFUL");
    } catch (error) {
      const first = this.memory.sent.state === "not-sent";
      if (error instanceof OcpError && error.kind === "forbidden" && first) throw failures.mayNotReadTasks(error);
      throw error;
    }
  }

  private async readTasks(status: readonly TaskStatus[], name?: string): Promise<readonly Task[]> {
    const { api, caller } = this.tools;
    const request = { status, size: PAGE_SIZE, ...(name !== undefined && { name }) };
    return whole(
      "tasks",
      await readToEnd((page) => caller.read(() => api.tasks({ ...request, page }), "tasks"), { size: PAGE_SIZE }),
    );
  }

  /**
   * What may have become of the delete whose answer was lost, and did not end well. Once seen it is remembered: a task
   * that somebody abandons calls itself SUCCESSFUL and leaves the list of failed ones.
   */
  private async lookAtSuspects(listed: readonly Task[], atWork: readonly TaskAtWork[]): Promise<Task[]> {
    const { suspected, watermark } = this.memory;
    for (const { task, onObject } of atWork) {
      if (onObject !== "no" && compareIds(task.id, watermark) > 0) suspected.add(task.id);
    }
    for (const { id } of suspectsSince(listed, this.tools.intent.target, watermark)) suspected.add(id);
    const bad: Task[] = [];
    for (const id of suspected) {
      const task = listed.find((each) => each.id === id) ?? (await this.readTask(id));
      if (task === undefined) continue;
      const verdict = classify(task);
      if (isAtRest(verdict) && verdict.kind !== "succeeded") bad.push(task);
    }
    return bad;
  }

  /** FAILED tasks that may hold the cluster's lock, ours first. */
  private failedHolders(listed: readonly Task[], ours: OurTask | undefined): Task[] {
    const own = ours?.verdict.kind === "failed" ? ours.task : this.memory.putAside;
    return [...(own === undefined ? [] : [own]), ...failedOnCluster(listed, this.tools.intent.target)];
  }

  /** After the success of our own task of this run only the object itself is in question. */
  private needsTaskList(): boolean {
    const { ours } = this.memory;
    if (this.tools.intent.waitFor === "object") return false;
    return !(ours?.ofThisRun === true && ours.task !== undefined && classify(ours.task).kind === "succeeded");
  }

  /** Our own task as it is now: the one of this run, else the one that tags or a note of an earlier run name. */
  private async readOurs(listed: readonly Task[], objectGone: boolean): Promise<OurTask | undefined> {
    const { memory } = this;
    if (memory.vanished !== undefined) return undefined;
    if (memory.ours === undefined) await this.recallOurs(listed, objectGone);
    const { ours } = memory;
    if (ours === undefined) return undefined;
    const task = ours.task ?? (await this.readTask(ours.id));
    if (task === undefined) {
      if (ours.ofThisRun) memory.vanished = { id: ours.id, name: "?", status: "UNKNOWN", subtasks: [] };
      else memory.ours = undefined;
      return undefined;
    }
    const verdict = classify(task);
    const ofThisRun = ours.ofThisRun || !isAtRest(verdict);
    memory.ours = { ...ours, ofThisRun, task };
    const own = ours.from !== "tags";
    return { task, verdict, ofThisRun, own, mayRetry: own || deletesOnlyOurs(task, this.tools.intent) };
  }

  private async recallOurs(listed: readonly Task[], objectGone: boolean): Promise<void> {
    const { intent, notes } = this.tools;
    const tagged = taskOfOurs(listed, intent.target, objectGone);
    if (tagged !== undefined && tagged.status === "FAILED" && objectGone) {
      // A later task may have done what this one failed to do.
      const ended = await this.readTasks(["SUCCESSFUL"], "obproxy");
      const well = ended.filter((task) => classify(task).kind === "succeeded");
      const done = taskOfOurs(well, intent.target, objectGone);
      if (done !== undefined && compareIds(done.id, tagged.id) > 0) return;
    }
    if (tagged !== undefined) {
      this.adopt(tagged.id, "tags");
      return;
    }
    if (this.memory.looks > 1) return;
    const note = notes.read();
    if (note === undefined) return;
    const task = await this.readTask(note.taskId);
    if (task !== undefined && isNoted(task, note)) this.adopt(note.taskId, "note");
    else notes.remove();
  }

  private adopt(id: OcpId, from: "note" | "tags"): void {
    const { sent, watermark } = this.memory;
    // What began after a delete whose answer was lost is what became of it, also where it has failed already.
    const ofThisRun = sent.state === "lost" && compareIds(id, watermark) > 0;
    this.memory.ours = { id, ofThisRun, from: ofThisRun ? "sent" : from, task: undefined };
  }

  /** Undefined: OCP does not know the task, also after a while. */
  private async readTask(id: OcpId): Promise<Task | undefined> {
    const { api, caller, clock, deadline, tickMs } = this.tools;
    const start = clock.now();
    for (;;) {
      try {
        return await caller.read(() => api.task(id));
      } catch (error) {
        if (!(error instanceof OcpError) || error.kind !== "not-found") throw error;
        const mustExist = this.memory.ours?.id === id && this.memory.ours.ofThisRun;
        if (!mustExist || clock.now() - start >= UNKNOWN_TASK_TICKS * tickMs) return undefined;
        await deadline.pause(2 * tickMs);
      }
    }
  }

  // ---- acting

  private async follow(action: Omit<Extract<Action, { do: "follow" }>, "do">): Promise<void> {
    const { clock, deadline, reporter, tickMs } = this.tools;
    const ours = action.ours;
    const { memory } = this;
    memory.impatientSince = undefined;
    this.announce(action.task, ours ? "found at work:" : whoseTask(action.certain));
    const from = memory.ours?.id === action.task.id ? memory.ours.from : "tags";
    if (ours) memory.ours = { id: action.task.id, ofThisRun: true, from, task: action.task };
    const since = clock.now();
    let task: Task | undefined = action.task;
    let quickLooks = 0;
    for (;;) {
      reporter.progress(task, ours && this.tools.courier.isLed());
      const verdict = classify(task);
      deadline.saw(`task ${task.id} "${task.name}": ${verdict.reason}`, task.id);
      if (isAtRest(verdict)) break;
      const pause = nextPause({ task, waitedMs: clock.now() - since, quickLooks, tickMs, random: clock.random() });
      if (pause.quick) quickLooks += 1;
      task = await this.nextOf(task.id, pause.milliseconds, ours);
      if (task === undefined) break;
    }
    if (ours) {
      if (task === undefined) memory.vanished = action.task;
      else memory.ours = { id: task.id, ofThisRun: true, from, task };
    } else if (memory.sent.state === "locked") {
      memory.sent = { ...memory.sent, due: true };
    }
  }

  private announce(task: Task, how: string): void {
    if (this.memory.announced === task.id) return;
    this.memory.announced = task.id;
    this.tools.reporter.taskStarted(task, how);
  }

  /** The task after a pause; our own by the courier, who may have news from another hook. */
  private async nextOf(id: OcpId, pauseMs: number, ours: boolean): Promise<Task | undefined> {
    const { courier, caller, deadline } = this.tools;
    let left = pauseMs;
    if (ours) {
      try {
        // When the call has to be repeated its pause is over.
        return await caller.read(() => courier.next(id, left).finally(() => (left = 0)));
      } catch (error) {
        if (!(error instanceof OcpError) || error.kind !== "not-found") throw error;
      }
    }
    await deadline.pause(left);
    return this.readTask(id);
  }

  private async lookAgain(because: LookAgainReason, seen: Observation): Promise<void> {
    const { memory } = this;
    const { clock, deadline, reporter, intent, tickMs } = this.tools;
    const ticks = (amount: number): number => amount * tickMs * (0.9 + clock.random() / 5);
    const slowly = Math.min(10, Math.max(2, (0.02 * deadline.elapsed()) / tickMs));
    switch (because) {
      case "lock":
        this.beginImpatience(
          seen.failedOnCluster[0] === undefined
            ? `OCP is at work on OBProxy cluster ${intent.target.clusterId}; waiting for our turn`
            : `OCP keeps OBProxy cluster ${intent.target.clusterId} locked, and task ${seen.failedOnCluster[0].id} has FAILED; trying once more`,
        );
        await deadline.pause(ticks(slowly));
        if (memory.sent.state === "locked") memory.sent = { ...memory.sent, due: true };
        return;
      case "busy":
        this.beginImpatience(
          `OBProxy cluster ${intent.target.clusterId} says that it is being worked on; waiting for our turn`,
        );
        return deadline.pause(ticks(3));
      case "settle":
        deadline.saw("the answer to the delete was lost; looking for what became of it");
        return deadline.pause(ticks(2));
      case "verify":
      case "silence":
        memory.verifyLooks += 1;
        deadline.saw("OCP's task has ended; looking whether the object is gone");
        return deadline.pause(ticks(1));
      case "object":
        deadline.saw(`OCP still lists ${intent.label}`);
        reporter.heartbeat(`OCP still lists ${intent.label}`);
        return deadline.pause(ticks(slowly));
    }
  }

  private async send(seen: Observation): Promise<void> {
    const { courier, caller, deadline, notes, intent } = this.tools;
    const { memory } = this;
    if (memory.ours?.task?.status === "FAILED") memory.putAside = memory.ours.task;
    memory.ours = undefined;
    let dispatch: Dispatch;
    try {
      dispatch = await courier.send();
    } catch (error) {
      if (!(error instanceof OcpError)) throw error;
      return this.digestSendError(error, seen);
    }
    const { task, others, sentBy } = dispatch;
    notes.write(task);
    caller.noteAnswer();
    memory.ours = { id: task.id, ofThisRun: true, from: "sent", task };
    memory.sent = { state: "accepted" };
    deadline.adopt(longestPathSeconds(task));
    deadline.saw(`task ${task.id} "${task.name}" begun`, task.id);
    const together = others === 0 ? "" : ` with ${count(others, "other")}`;
    const how =
      sentBy === undefined ? `OCP deletes it${together} in` : `OCP deletes it${together}, told by ${sentBy}, in`;
    this.announce(task, how);
    if (intent.waitFor === "task") await this.follow({ task, ours: true, certain: true });
  }

  private async digestSendError(error: OcpError, seen: Observation): Promise<void> {
    const { memory } = this;
    const { clock, caller, deadline, reporter, tickMs } = this.tools;
    switch (error.kind) {
      case "unreachable":
      case "throttled":
      case "unauthenticated":
        // Not carried out. The same call as a read would be waits as long as it is worth waiting.
        return caller.tolerate(error);
      case "forbidden":
      case "redirected":
        throw error;
      case "not-found":
        memory.notFoundOnDelete += 1;
        if (memory.notFoundOnDelete > MAX_VERIFY_LOOKS && seen.presence === "present") throw error;
        return deadline.pause(tickMs);
      case "lost":
      case "not-ocp":
      case "server-error":
        if (isLockRefusal(error)) {
          this.noteLock(error);
          return;
        }
        reporter.line(`${error.message}; looking what became of the delete before anything is sent again`);
        memory.lostAt = clock.now();
        memory.sent = {
          state: "lost",
          error,
          settled: false,
          times: memory.sent.state === "lost" ? memory.sent.times + 1 : 1,
        };
        return;
      case "refused":
        if (isLockRefusal(error)) {
          this.noteLock(error);
          return;
        }
        memory.sent = { state: "refused", error };
        return;
    }
  }

  private noteLock(error: OcpError): void {
    const { memory } = this;
    const refusals = memory.sent.state === "locked" ? memory.sent.refusals + 1 : 1;
    memory.sent = { state: "locked", error, refusals, due: false };
  }

  private async retry(task: Task): Promise<void> {
    const { courier, caller, deadline, reporter, intent, tickMs } = this.tools;
    const { memory } = this;
    memory.retriesUsed += 1;
    this.announce(task, "found, of an earlier run:");
    reporter.progress(task);
    reporter.line(
      `task ${task.id} has failed; asking OCP to retry it (${memory.retriesUsed} of ${intent.taskRetries})`,
    );
    try {
      await courier.retry(task.id);
      caller.noteAnswer();
    } catch (error) {
      // Somebody else may have retried it at the same moment (400 or 500): the task itself tells.
      if (!(error instanceof OcpError) || error.kind === "forbidden" || error.kind === "redirected") throw error;
      reporter.line(`${error.message}; reading the task`);
      await deadline.pause(tickMs);
    }
    memory.ours = { id: task.id, ofThisRun: true, from: memory.ours?.from ?? "tags", task: undefined };
    deadline.adopt(longestPathSeconds(task));
  }

  // ---- ending

  private finish(action: Extract<Action, { do: "finish" }>, seen: Observation): Outcome {
    const { api, reporter, notes, intent } = this.tools;
    const verdict = seen.ours?.verdict;
    if (verdict?.kind === "succeeded" && verdict.skipped.length > 0) {
      const names = verdict.skipped.map(failures.describeSubtask).join(", ");
      reporter.warn(`somebody skipped in OCP: ${names}; what it would have done is not done`);
    }
    notes.remove();
    if (action.how === "already-gone") {
      reporter.line(
        intent.waitFor === "task"
          ? `already gone: OCP at ${api.baseUrl} does not list it, and no task is at work on it`
          : `already gone: OCP at ${api.baseUrl} does not list it`,
      );
    } else if (action.task !== undefined) {
      reporter.line(
        `deleted: task ${action.task.id} ended SUCCESSFUL and OCP no longer lists it (${reporter.elapsed()})`,
      );
    } else if (intent.waitFor === "object") {
      reporter.line(
        `deleted: OCP no longer lists it; nobody looked at the task (waitFor: object) (${reporter.elapsed()})`,
      );
    } else {
      reporter.line(`deleted: OCP no longer lists it, and no task is at work on it (${reporter.elapsed()})`);
    }
    return action.how;
  }

  private async failureFor(why: Failing, seen: Observation): Promise<HookFailure> {
    const { intent } = this.tools;
    switch (why.reason) {
      case "guard":
        return failures.guardBroken(why.breach, intent, seen.cluster);
      case "task-failed": {
        const { task, verdict, ofThisRun } = why.ours;
        return failures.taskFailed(task, verdict, ofThisRun, await this.failedLogs(task), this.tools.api.baseUrl);
      }
      case "still-there":
        return failures.stillThere(why.task, intent.label);
      case "task-vanished":
        return failures.taskVanished(why.task);
      case "silent-about-obproxies":
        return failures.silentAboutObproxies(intent);
      case "suspect-failed":
        return failures.suspectFailed(why.task);
      case "lock-not-released":
        return failures.lockNotReleased(
          why.holder,
          why.holder !== undefined && why.holder.id === this.memory.putAside?.id,
          why.holder === undefined ? [] : await this.failedLogs(why.holder),
          why.error,
          intent,
          this.tools.api.baseUrl,
        );
      case "refused":
        return failures.deleteRefused(why.error);
      case "answer-lost":
        return failures.answerLost(why.error);
    }
  }

  /** The lines that matter of the failed subtasks' logs; a log that cannot be had is no second failure. */
  private async failedLogs(task: Task): Promise<string[]> {
    const failed = task.subtasks.filter((subtask) => subtask.status === "FAILED").slice(0, MAX_LOGS);
    const lines: string[] = [];
    for (const subtask of failed) {
      try {
        lines.push(...failureLines(await this.tools.api.subtaskLog(task.id, subtask.id), this.tools.reporter.mask));
      } catch (error) {
        lines.push(`(the log of ${failures.describeSubtask(subtask)} could not be read: ${String(error)})`);
      }
    }
    return lines;
  }

  private callContext(): failures.CallContext {
    const { envPrefix, caller } = this.tools;
    return {
      envPrefix,
      accepted: caller.hasBeenAccepted,
      // One that was found at work counts too: what it does is done for this run as well.
      sent: ["accepted", "lost"].includes(this.memory.sent.state) || this.memory.ours?.ofThisRun === true,
      taskId: this.memory.ours?.id,
    };
  }

  private beginImpatience(text: string): void {
    const { clock, deadline, reporter } = this.tools;
    deadline.saw(text);
    if (this.memory.impatientSince === undefined) {
      this.memory.impatientSince = clock.now();
      reporter.line(text);
    } else {
      reporter.heartbeat(text);
    }
  }

  private hasPatience(listed: readonly Task[]): boolean {
    const { clock, intent, tickMs } = this.tools;
    const { memory } = this;
    if (memory.impatientSince !== undefined && mayExplainLock(listed, intent.target))
      memory.impatientSince = clock.now();
    const { impatientSince } = memory;
    return impatientSince === undefined || clock.now() - impatientSince < PATIENCE_TICKS * tickMs;
  }
}

function whole<T>(what: string, { entries, unread, complete, why }: Listing<T>): readonly T[] {
  if (complete && unread.length === 0) return entries;
  throw failures.listNotWhole(what, unread[0]?.why ?? why ?? "");
}

function presenceOf(cluster: Cluster | undefined, { target }: Intent): Observation["presence"] {
  if (cluster === undefined) return "absent";
  if (target.kind === "cluster") return "present";
  if (cluster.obproxies === undefined) return "unknown";
  return cluster.obproxies.some(({ id }) => id === target.obproxyId) ? "present" : "absent";
}

function isAtRest(verdict: Verdict): boolean {
  return verdict.kind !== "running" && verdict.kind !== "settling";
}

function whoseTask(certain: boolean): string {
  return certain
    ? "another task works on the cluster; waiting for"
    : "a task that may be about this cluster is at work (this OCP does not say); waiting for";
}

function newestId(tasks: readonly Task[], least: OcpId): OcpId {
  return tasks.reduce((newest, { id }) => (compareIds(id, newest) > 0 ? id : newest), least);
}

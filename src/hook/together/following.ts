import type { Socket } from "node:net";
import { labelOf } from "../../contract/object.js";
import { OcpError } from "../../ocp/errors.js";
import type { Cluster, OcpId, Task } from "../../ocp/model.js";
import { concerns } from "../../ocp/task.js";
import { Bell } from "./bell.js";
import type { CourierTools, Dispatch } from "./courier.js";
import type { Member } from "./member.js";
import { type FollowerSays, type LeaderSays, LONGEST_OF_LEADER, readLeader } from "./meeting-messages.js";
import { encode, onMessages, sendTo } from "./meeting-place.js";
import type { Patience } from "./patience.js";
import type { Clock } from "../patience/clock.js";

export interface FollowingOptions {
  readonly socket: Socket;
  readonly own: Member;
  readonly tools: CourierTools;
  readonly clock: Clock;
  readonly patience: Patience;
}

/**
 * Has the leader delete its OBProxy too. Before it has answered the leader's count it is certainly in no call; from
 * then on it may be in one, and whatever it is not told has to be seen in OCP.
 */
export class Following {
  private readonly inbox: LeaderSays[] = [];
  private readonly arrivals = new Bell();
  private newest: Task | undefined;
  private open = true;
  /** The leader has told of an end, and looks next what has become of the OBProxies. */
  private isLookDue = false;

  constructor(private readonly options: FollowingOptions) {
    const { socket } = options;
    const leave = (): void => {
      this.open = false;
      this.arrivals.ring();
    };
    socket.on("error", () => socket.destroy());
    socket.on("end", leave);
    socket.on("close", leave);
    onMessages(socket, LONGEST_OF_LEADER, (message) => {
      const says = readLeader(message);
      if (says === undefined) socket.destroy();
      else this.inbox.push(says);
      this.arrivals.ring();
    });
  }

  get isOpen(): boolean {
    return this.open;
  }

  /** `again`: the leader has gone before it could have sent anything for us. */
  async send(): Promise<Dispatch | "alone" | "again"> {
    const { own, patience } = this.options;
    this.say({ says: "join", member: own });
    const first = await this.receive(patience.untilCountMs);
    switch (first?.says) {
      case "count":
        this.checkRoom();
        this.say({ says: "here" });
        return this.digest(await this.receive(patience.untilSentMs));
      case "failed":
        throw new OcpError(first.message, first.details);
      case "alone":
        return "alone";
      case "sent":
      case "task":
      case "shown":
        // Without a count it cannot be about us.
        this.leave();
        return "alone";
      case undefined: {
        const isGone = !this.open;
        // A leader that is only stopped must not count us when it goes on.
        this.leave();
        return isGone ? "again" : "alone";
      }
    }
  }

  /** The newest state of the task; undefined: the leader is gone, or silent for too long. */
  async news(id: OcpId, pauseMs: number): Promise<Task | undefined> {
    const { clock, patience } = this.options;
    const overdue = clock.now() + pauseMs + patience.untilNewsMs;
    let message = await this.receive(overdue - clock.now());
    // A leader that waits for the object alone looks again and again, and never tells of the task.
    while (message?.says === "shown") message = await this.receive(overdue - clock.now());
    if (message?.says !== "task" || message.task.id !== id) return undefined;
    const last = this.inbox.findLastIndex((each) => each.says === "task" && each.task.id === id);
    const newer = this.inbox.splice(0, last + 1).at(-1);
    this.newest = newer?.says === "task" ? newer.task : message.task;
    this.isLookDue = this.newest.status !== "RUNNING";
    return this.newest;
  }

  /**
   * The cluster as OCP has shown it to the leader since the task's end: each judges for itself what that says of its own
   * OBProxy. Undefined: nobody has been shown it since.
   */
  async shown(id: OcpId): Promise<Cluster | undefined> {
    if (!this.isLookDue) return undefined;
    this.isLookDue = false;
    await this.arrival(this.options.patience.untilShownMs);
    const next = this.inbox[0];
    return next?.says === "shown" && next.cluster?.id === id ? next.cluster : undefined;
  }

  /**
   * Waits until the leader, who retries for all, has done so: else its old failure would be taken for the new end. False:
   * nobody has, and nobody will.
   */
  async sawRetry(id: OcpId): Promise<boolean> {
    const before = this.newest;
    if (before === undefined) return false;
    for (;;) {
      const news = await this.news(id, 0);
      if (news === undefined) return hasBeenRetried(await this.options.tools.api.task(id), before);
      if (hasBeenRetried(news, before)) return true;
    }
  }

  close(): void {
    this.options.socket.end();
    this.options.socket.unref();
  }

  private digest(answer: LeaderSays | undefined): Dispatch | "alone" {
    switch (answer?.says) {
      case "sent":
        if (!this.isPlausible(answer)) break;
        return {
          task: answer.task,
          obproxyIds: answer.obproxyIds,
          sentBy: labelOf({ kind: "obproxy", clusterId: this.options.own.sight.clusterId, obproxyId: answer.sentBy }),
        };
      case "failed":
        throw new OcpError(answer.message, answer.details);
      case "alone":
        return "alone";
      case "count":
      case "task":
      case "shown":
      case undefined:
        break;
    }
    this.leave();
    // It died or hangs, perhaps after it had sent the call for all.
    throw new OcpError("The hook that was to send the delete for several OBProxies did not tell how it went", {
      kind: "lost",
      method: "DELETE",
      url: this.options.tools.api.baseUrl,
    });
  }

  /** Whether the call that the leader tells of can be the one that we are in. */
  private isPlausible({ task, obproxyIds, sentBy }: Extract<LeaderSays, { says: "sent" }>): boolean {
    const { clusterId, obproxyId } = this.options.own.sight;
    const isForBoth = obproxyIds.includes(obproxyId) && obproxyIds.includes(sentBy) && sentBy !== obproxyId;
    return isForBoth && concerns(task, clusterId, obproxyId) !== "no";
  }

  /** @throws DeadlinePassed out of the leader's reach: a call that we are in is our own delete */
  private checkRoom(): void {
    try {
      this.options.tools.deadline.checkRoom();
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  private say(message: FollowerSays): void {
    sendTo(this.options.socket, encode(message));
  }

  private leave(): void {
    this.options.socket.destroy();
    this.open = false;
  }

  /** Undefined: the connection is closed, or the time is up. */
  private async receive(timeoutMs: number): Promise<LeaderSays | undefined> {
    await this.arrival(timeoutMs);
    return this.inbox.shift();
  }

  private async arrival(timeoutMs: number): Promise<void> {
    const timeout = Math.min(timeoutMs, this.options.tools.deadline.left());
    if (this.inbox.length === 0 && this.open) await this.arrivals.wait(timeout);
  }
}

/** Each attempt of a subtask counts up its `runTime`, so that a second failure is told from the first. */
function hasBeenRetried(task: Task, failed: Task): boolean {
  const attempts = ({ subtasks }: Task): number => subtasks.reduce((sum, { runTime }) => sum + runTime, 0);
  return task.status !== "FAILED" || attempts(task) > attempts(failed);
}

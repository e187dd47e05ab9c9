import type { Socket } from "node:net";
import { OcpError } from "../../ocp/errors.js";
import type { OcpId, Task } from "../../ocp/model.js";
import type { Clock } from "../patience/clock.js";
import {
  type Courier,
  type CourierTools,
  directCourier,
  type Dispatch,
  type Errand,
  proxyIds,
  sendFor,
} from "./courier.js";
import { HookFailure } from "../tell/failure.js";
import { isClusterLock } from "../decide/refusals.js";
import { type FollowerSays, type LeaderSays, readFollower, readLeader } from "./meeting-messages.js";
import { arrive, type Arrival, onMessages, sendTo } from "./meeting-place.js";

/** How long the leader waits for others, in milliseconds. */
export interface Gathering {
  /** It sends when no newcomer has come for so long, */
  readonly quietMs: number;
  /** and in any case after so long. */
  readonly longestMs: number;
}

const SHORTEST_QUIET_MS = 300;
const LONGEST_QUIET_TICKS = 2;
const LONGEST_GATHERING_MS = 1000;
const LONGEST_GATHERING_TICKS = 5;

/**
 * Hooks that Terraform started together come within about as much time as it took this one to come: a few milliseconds
 * apart on an idle machine, a second where thirty of them share two cores. Those that waited for the same lock come
 * within a tick or two.
 */
export function gatheringAfter(lifetimeMs: number, tickMs: number): Gathering {
  return {
    quietMs: Math.max(SHORTEST_QUIET_MS, Math.min(lifetimeMs, LONGEST_QUIET_TICKS * tickMs)),
    longestMs: Math.max(LONGEST_GATHERING_MS, LONGEST_GATHERING_TICKS * tickMs),
  };
}

/** How much longer than its own pause a follower waits for the leader's news before it asks OCP itself. */
const NEWS_OVERDUE_MS = 15_000;
/** A longer one of Node's timers would end at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How long a leader may take to send: as long as it puts up with trouble on its way to OCP, and a little more. */
const LEADER_PATIENCE_MS = 900_000;

/**
 * One call for many: the hooks of one cluster's OBProxies that run at the same time send one delete with all ids, and
 * OCP runs one task. The first leads; an open connection is an intent, so that a killed hook leaves none behind.
 */
export function meetingCourier(
  tools: CourierTools,
  address: () => string | undefined,
  clock: Clock,
  gathering: () => Gathering,
): Courier {
  const direct = directCourier(tools);
  let session: Leading | Following | undefined;
  const close = (): void => {
    session?.close();
    session = undefined;
  };
  return {
    send: async (saw) => {
      close();
      // Only now: most of what makes up an address is not needed for an object that is gone.
      const place = address();
      const arrival = place === undefined ? undefined : await arrive(place);
      if (arrival === undefined) return direct.send(saw);
      session =
        arrival.role === "leader"
          ? new Leading(arrival, tools, clock, gathering())
          : new Following(arrival.socket, tools);
      const dispatch = await session.send();
      if (dispatch !== "alone") return dispatch;
      close();
      return direct.send(saw);
    },
    next: async (id, pauseMs) => {
      if (session instanceof Following) {
        const news = await session.news(id, pauseMs + NEWS_OVERDUE_MS);
        if (news !== undefined) return news;
        close();
      }
      const task = await direct.next(id, pauseMs);
      if (session instanceof Leading) session.tell({ says: "task", task });
      return task;
    },
    isLed: () => session instanceof Following && session.isOpen,
    retry: async (id) => {
      if (!(session instanceof Following && (await session.sawRetry(id)))) await direct.retry(id);
    },
    close,
  };
}

class Leading {
  private readonly members = new Map<Socket, Errand>();
  private readonly sockets = new Set<Socket>();
  private lastArrival: number;
  private gathering = true;

  constructor(
    private readonly place: Extract<Arrival, { role: "leader" }>,
    private readonly tools: CourierTools,
    private readonly clock: Clock,
    private readonly patience: Gathering,
  ) {
    this.lastArrival = clock.now();
    place.server.on("connection", (socket) => {
      this.welcome(socket);
    });
  }

  async send(): Promise<Dispatch | "alone"> {
    await this.gather();
    const { intent } = this.tools;
    const errands = [intent, ...this.members.values()];
    try {
      const task = await sendFor(this.tools, errands);
      const obproxyIds = proxyIds(errands);
      this.tell({ says: "sent", task, obproxyIds, sentBy: intent.label });
      return { task, obproxyIds };
    } catch (error) {
      return this.digest(error, errands);
    }
  }

  tell(message: LeaderSays): void {
    for (const socket of this.members.keys()) sendTo(socket, message);
  }

  close(): void {
    if (this.gathering) this.place.leave();
    for (const socket of this.sockets) socket.end();
  }

  private async gather(): Promise<void> {
    const end = this.clock.now() + this.patience.longestMs;
    for (;;) {
      const quietAt = Math.min(this.lastArrival + this.patience.quietMs, end);
      const left = quietAt - this.clock.now();
      if (left <= 0) break;
      await this.tools.deadline.pause(left);
    }
    this.gathering = false;
    // Those who come now shall meet among themselves, not wait for us.
    this.place.leave();
  }

  private welcome(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.sockets.delete(socket);
      this.members.delete(socket);
    });
    // Nothing waits for followers: they look after themselves.
    socket.unref();
    onMessages(socket, (message) => {
      const says = readFollower(message);
      if (says === undefined) {
        socket.destroy();
        return;
      }
      if (!this.gathering) {
        // Too late for this call; OCP's lock will show the newcomer whose turn it is.
        sendTo(socket, { says: "alone" } satisfies LeaderSays);
        return;
      }
      this.lastArrival = this.clock.now();
      this.members.set(socket, this.errandOf(says));
    });
  }

  private errandOf({ obproxyId, skipHostOperation }: FollowerSays): Errand {
    const { clusterId } = this.tools.intent.target;
    return { target: { kind: "obproxy", clusterId, obproxyId }, skipHostOperation };
  }

  private digest(error: unknown, errands: readonly Errand[]): "alone" {
    const together = errands.length;
    // That this OCP cannot skip a host is a failure of those alone who want it.
    const isOfOthers =
      error instanceof HookFailure &&
      !this.tools.intent.skipHostOperation &&
      errands.some((each) => each.skipHostOperation);
    if (error instanceof OcpError && !isForEach(error)) {
      this.tell({ says: "failed", message: error.message, details: Object.assign({}, error) });
      throw error;
    }
    // One proxy of many may be what OCP objects to, and the others' deletes need not fail for it.
    this.tell({ says: "alone" });
    if (together === 1 || !(error instanceof OcpError || isOfOthers)) throw error;
    return "alone";
  }
}

class Following {
  private readonly inbox: LeaderSays[] = [];
  private waiting: (() => void) | undefined;
  private newest: Task | undefined;
  private open = true;

  constructor(
    private readonly socket: Socket,
    private readonly tools: CourierTools,
  ) {
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.open = false;
      this.waiting?.();
    });
    onMessages(socket, (message) => {
      const says = readLeader(message);
      if (says === undefined) socket.destroy();
      else this.inbox.push(says);
      this.waiting?.();
    });
  }

  get isOpen(): boolean {
    return this.open;
  }

  async send(): Promise<Dispatch | "alone"> {
    const { intent, api } = this.tools;
    if (intent.target.kind !== "obproxy") return "alone";
    const { obproxyId } = intent.target;
    sendTo(this.socket, {
      says: "join",
      obproxyId,
      skipHostOperation: intent.skipHostOperation,
    } satisfies FollowerSays);
    const answer = await this.receive(LEADER_PATIENCE_MS);
    switch (answer?.says) {
      case "sent":
        return { task: answer.task, obproxyIds: answer.obproxyIds, sentBy: answer.sentBy };
      case "failed":
        throw new OcpError(answer.message, answer.details);
      case "alone":
        return "alone";
      case "task":
      case undefined:
        // The leader died or hangs, perhaps after it had sent the call for all.
        throw new OcpError(
          "The hook that was to send the delete for several OBProxies ended before it told how it went",
          {
            kind: "lost",
            method: "DELETE",
            url: api.baseUrl,
          },
        );
    }
  }

  /** The newest state of the task; undefined: the leader is gone, or silent for too long. */
  async news(id: OcpId, timeoutMs: number): Promise<Task | undefined> {
    const message = await this.receive(timeoutMs);
    if (message?.says !== "task" || message.task.id !== id) return undefined;
    const newer = this.inbox.findLast((each) => each.says === "task" && each.task.id === id);
    this.inbox.length = 0;
    this.newest = newer?.says === "task" ? newer.task : message.task;
    return this.newest;
  }

  /**
   * Waits until the leader, who retries for all, has done so: else its old failure would be taken for the new end. False:
   * nobody has, and nobody will.
   */
  async sawRetry(id: OcpId): Promise<boolean> {
    const before = this.newest;
    if (before === undefined) return false;
    for (;;) {
      const news = await this.news(id, NEWS_OVERDUE_MS);
      if (news === undefined) return hasBeenRetried(await this.tools.api.task(id), before);
      if (hasBeenRetried(news, before)) return true;
    }
  }

  close(): void {
    this.socket.end();
    this.socket.unref();
  }

  /** Undefined: the connection is closed, or the time is up. */
  private async receive(timeoutMs: number): Promise<LeaderSays | undefined> {
    const timeout = Math.min(timeoutMs, this.tools.deadline.left());
    if (this.inbox.length === 0 && this.open) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(Math.max(1, timeout), LONGEST_TIMER_MS));
        this.waiting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.waiting = undefined;
    }
    return this.inbox.shift();
  }
}

/** Each attempt of a subtask counts up its `runTime`, so that a second failure is told from the first. */
function hasBeenRetried(task: Task, failed: Task): boolean {
  const attempts = ({ subtasks }: Task): number => subtasks.reduce((sum, { runTime }) => sum + runTime, 0);
  return task.status !== "FAILED" || attempts(task) > attempts(failed);
}

/** Whether a refusal of the call for all may be about one of its proxies. */
function isForEach(error: OcpError): boolean {
  return (error.kind === "refused" || error.kind === "not-found") && !isClusterLock(error);
}

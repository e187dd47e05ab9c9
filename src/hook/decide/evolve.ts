import type { Target } from "../../contract/object.js";
import type { OcpError } from "../../ocp/errors.js";
import type { OcpId, Task } from "../../ocp/model.js";
import { longestPathSeconds } from "../../ocp/task.js";
import { digestLook, digestNoted } from "./digest.js";
import { isAtWork } from "./evidence.js";
import type { Look, TaskAnswer } from "./look.js";
import { type Deletion, type Following, type Memory, type Sent, type WaitReason, withDeletion } from "./memory.js";
import { type Recorded, unansweredRuns } from "./note.js";
import { isLockRefusal } from "./refusals.js";

/* How what is remembered comes about: from a beginning, by one event after the other. */

export type Event = { readonly at: number } & (
  | { readonly event: "looked"; readonly look: Look }
  /** What others have noted about the object, as it stands now. `mayStillSend`: one that has noted a delete is at work. */
  | { readonly event: "noted"; readonly recorded: Recorded | undefined; readonly mayStillSend: boolean }
  /** OCP has accepted our delete. `deletes`: everything that the call deletes. */
  | { readonly event: "accepted"; readonly task: Task; readonly deletes: "cluster" | readonly OcpId[] }
  | { readonly event: "send-failed"; readonly error: OcpError }
  /** OCP was asked to retry a task, whatever it said. */
  | { readonly event: "retried"; readonly task: Task }
  /** The task that is waited for was read again. */
  | {
      readonly event: "polled";
      readonly task: Task;
      readonly ours: boolean;
      readonly certain: boolean;
      readonly quick: boolean;
      readonly answer: TaskAnswer;
    }
  | { readonly event: "waited"; readonly because: WaitReason }
);

export interface Beginning {
  readonly target: Target;
  readonly waitFor: "task" | "object";
  readonly user: string;
  readonly tickMs: number;
  /** What an earlier run has left. */
  readonly recorded: Recorded | undefined;
  readonly at: number;
}

export function begin({ target, waitFor, user, tickMs, recorded, at }: Beginning): Memory {
  const note = waitFor === "task" ? recorded?.task : undefined;
  return {
    ...{ target, waitFor, user, tickMs, began: at, at, round: undefined, rounds: 0 },
    note: note === undefined ? undefined : { note, state: "unread" },
    unheardSince: waitFor === "task" ? recorded?.unheardSince : undefined,
    unheardBy: waitFor === "task" ? unansweredRuns(recorded) : [],
    unheardAt: at,
    lossUpTo: undefined,
    goneSince: undefined,
    finished: new Set(),
    deletions: new Map(),
    unreadAtWork: new Set(),
    following: undefined,
    sent: { state: "not-sent" },
    loss: undefined,
    readUpTo: undefined,
    newestListed: "0",
    watermark: "0",
    retriesUsed: 0,
    waiting: undefined,
    allowance: undefined,
  };
}

/** What is remembered after an event. */
export function evolve(before: Memory, event: Event): Memory {
  const memory: Memory = { ...before, at: event.at };
  switch (event.event) {
    case "noted":
      return digestNoted(memory, event.recorded ?? {}, event.mayStillSend);
    case "looked":
      return digestLook(memory, event.look);
    case "accepted":
      return digestAcceptance(memory, event.task, event.deletes);
    case "send-failed":
      return { ...memory, round: undefined, ...digestSendFailure(memory, event.error) };
    case "retried":
      return digestRetry(memory, event.task);
    case "polled":
      return digestPoll(memory, event);
    case "waited":
      return digestPause(memory, event.because);
  }
}

function digestAcceptance(memory: Memory, task: Task, deletes: Deletion["deletes"]): Memory {
  const deletion: Deletion = { task, proof: "sent", deletes, watched: true, detailed: true };
  return {
    ...memory,
    round: undefined,
    waiting: undefined,
    deletions: withDeletion(memory.deletions, deletion),
    following: memory.waitFor === "task" && isAtWork(task) ? follow(memory, task, true, true) : undefined,
    sent: { state: "accepted" },
    loss: undefined,
    allowance: { from: memory.at, seconds: longestPathSeconds(task) },
  };
}

/** What a delete that gave no task has left behind: what OCP refuses is told from what may have got lost. */
function digestSendFailure({ sent, loss, at }: Memory, error: OcpError): Partial<Memory> {
  if (isLockRefusal(error)) {
    return { sent: { state: "locked", error, refusals: sent.state === "locked" ? sent.refusals + 1 : 1, due: false } };
  }

  switch (error.kind) {
    case "lost":
    case "not-ocp":
    case "server-error":
      return {
        sent: { state: "lost" },
        loss: { error, at, times: (loss?.times ?? 0) + 1 },
        lossUpTo: undefined,
      };
    case "unreachable":
    case "throttled":
    case "unauthenticated":
    case "not-found":
      return { sent: undelivered(sent, error, at) };
    case "refused":
      // A 404 in general words says nothing about the object.
      return { sent: error.status === 404 ? undelivered(sent, error, at) : { state: "refused", error } };
    case "forbidden":
    case "redirected":
      return { sent: { state: "refused", error } };
  }
}

function undelivered(sent: Sent, error: OcpError, at: number): Sent {
  const again = sent.state === "undelivered" ? sent : { since: at, times: 0 };
  return { state: "undelivered", error, since: again.since, times: again.times + 1, due: false };
}

/** The task has to be read again before anything is made of it: its old failure is not the new end. */
function digestRetry(memory: Memory, task: Task): Memory {
  const known = memory.deletions.get(task.id);
  return {
    ...memory,
    round: undefined,
    waiting: undefined,
    deletions:
      known === undefined
        ? memory.deletions
        : withDeletion(memory.deletions, { ...known, watched: true, detailed: false }),
    retriesUsed: memory.retriesUsed + 1,
    allowance: { from: memory.at, seconds: longestPathSeconds(task) },
  };
}

function digestPoll(memory: Memory, poll: Extract<Event, { event: "polled" }>): Memory {
  const { answer, ours, certain } = poll;
  const before = memory.following ?? follow(memory, poll.task, ours, certain);
  if (answer.says !== "there") {
    const unclear = { answer, since: before.unclear?.since ?? memory.at };
    // What OCP does not know any more cannot be followed; only of our own task it is odd.
    if (answer.says === "purged" && !ours) return endOfFollowing(memory, poll.task);
    return { ...memory, waiting: undefined, following: { ...before, unclear } };
  }
  const { task } = answer;
  const known = memory.deletions.get(task.id);
  const deletions =
    known === undefined
      ? memory.deletions
      : withDeletion(memory.deletions, { ...known, task, watched: true, detailed: true });
  const allowance = ours ? withLimitsOf(task, memory.allowance) : memory.allowance;
  if (!isAtWork(task)) return endOfFollowing({ ...memory, deletions, allowance }, task);
  const quickLooks = before.quickLooks + (poll.quick ? 1 : 0);
  const isClockStill = standsStill(before, task, memory.at);
  const following = { ...before, task, quickLooks, readAt: memory.at, isClockStill, unclear: undefined };
  return { ...memory, waiting: undefined, deletions, allowance, following };
}

/** The answer to a delete need not show all subtasks, or any. */
function withLimitsOf(task: Task, allowance: Memory["allowance"]): Memory["allowance"] {
  if (allowance === undefined) return undefined;
  return { ...allowance, seconds: Math.max(allowance.seconds, longestPathSeconds(task)) };
}

function follow({ at }: Memory, task: Task, ours: boolean, certain: boolean): Following {
  return { task, ours, certain, since: at, quickLooks: 0, readAt: at, isClockStill: false, unclear: undefined };
}

/** Also where it goes back. One that creeps would show the same moment of a round for ever. */
function standsStill(before: Following, { answeredAt }: Task, at: number): boolean {
  if (before.task.answeredAt === undefined || answeredAt === undefined) return false;
  const wentOnMs = Date.parse(answeredAt) - Date.parse(before.task.answeredAt);
  return !(wentOnMs > (at - before.readAt) / 2);
}

/** A failed task may be retried; the others are over. */
function endOfFollowing(memory: Memory, task: Task): Memory {
  const finished = task.status === "FAILED" ? memory.finished : new Set([...memory.finished, task.id]);
  return { ...memory, finished, round: undefined, waiting: undefined, following: undefined, sent: due(memory.sent) };
}

function digestPause(memory: Memory, because: WaitReason): Memory {
  const { waiting, at, sent } = memory;
  const goesOn = waiting !== undefined && isOneWait(waiting.because, because);
  return {
    ...memory,
    round: undefined,
    sent: because === "lock" || because === "undelivered" ? due(sent) : sent,
    waiting: { because, since: goesOn ? waiting.since : at, times: goesOn ? waiting.times + 1 : 1 },
  };
}

/** Both wait for the cluster to become free. */
function isOneWait(a: WaitReason, b: WaitReason): boolean {
  return a === b || (["lock", "busy"].includes(a) && ["lock", "busy"].includes(b));
}

function due(sent: Sent): Sent {
  return sent.state === "locked" || sent.state === "undelivered" ? { ...sent, due: true } : sent;
}

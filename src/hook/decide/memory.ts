import type { Target } from "../../contract/object.js";
import type { OcpError } from "../../ocp/errors.js";
import { compareIds } from "../../ocp/ids.js";
import type { OcpId, Task } from "../../ocp/model.js";
import { longestPathSeconds } from "../../ocp/task.js";
import { digestLook, digestNoted } from "./digest.js";
import type { Look, TaskAnswer } from "./look.js";
import { type Note, type Recorded, unansweredRuns } from "./note.js";
import { isLockRefusal } from "./refusals.js";
import { isAtWork } from "./evidence.js";

/*
 * What a run of the hook has learnt, as a value. Only `evolve` makes a new one; time is in it as a number that came with
 * an event. Ticks are those of OCP's engine.
 */

/** How we know that a deletion is about our object, the strongest first. */
export type Proof =
  /** Sent and accepted in this run. */
  | "sent"
  /** A note of an earlier run has its id, name, start, cluster and set of OBProxies, and no tag contradicts. */
  | "note"
  /** Its tags name our object. */
  | "tags"
  /** Its tags name our cluster, which it may or may not be the end of; it counts where the cluster is gone. */
  | "cluster-tags"
  /** A note has its id and name, but its start is missing or shifted by whole quarters of an hour. */
  | "unsure"
  /** It has no tags that tell; it was seen at work, or began after a delete whose answer was lost. */
  | "maybe";

/** A deletion that is, or may be, about our object. */
export interface Deletion {
  /** As it was read last. */
  readonly task: Task;
  readonly proof: Proof;
  /** Everything that it deletes, where that is proven by more than tags. */
  readonly deletes: "cluster" | readonly OcpId[] | undefined;
  /** It was at work while this run watched, or this run started it: its end is this run's end. */
  readonly watched: boolean;
  /** Read by itself, not only as an entry of a list. */
  readonly detailed: boolean;
}

/** The task that is waited for. */
export interface Following {
  readonly task: Task;
  /** Whether its end is ours. */
  readonly ours: boolean;
  /** Whether it is known to work on our cluster. */
  readonly certain: boolean;
  readonly since: number;
  readonly quickLooks: number;
  /** By our clock, when {@link task} was read. */
  readonly readAt: number;
  /** OCP's clock went on by less than half of the time between two answers: nothing that it says of time is of use. */
  readonly isClockStill: boolean;
  /** Why its newest state is not known, and since when; undefined: it is. */
  readonly unclear: { readonly answer: Exclude<TaskAnswer, { says: "there" }>; readonly since: number } | undefined;
}

/** How our last delete call ended. `due`: it is time to try again. */
export type Sent =
  | { readonly state: "not-sent" }
  | { readonly state: "accepted" }
  /** The answer was lost or unreadable; what OCP did must be seen from what happens: see {@link Memory.loss}. */
  | { readonly state: "lost" }
  /** OCP refused it because something else works on the cluster. */
  | { readonly state: "locked"; readonly error: OcpError; readonly refusals: number; readonly due: boolean }
  /** It did not get to OCP, or OCP did not take it up, in a way that may pass. */
  | {
      readonly state: "undelivered";
      readonly error: OcpError;
      readonly since: number;
      readonly times: number;
      readonly due: boolean;
    }
  /** OCP refused it for another reason. */
  | { readonly state: "refused"; readonly error: OcpError };

/** Why nothing is done for now. */
export type WaitReason = "lock" | "busy" | "undelivered" | "settle" | "verify" | "unknown" | "object";

export interface Memory {
  readonly target: Target;
  readonly waitFor: "task" | "object";
  /** Who signs in: name of the user, or the id of the access key. */
  readonly user: string;
  readonly tickMs: number;
  readonly began: number;
  /** When the newest event came. */
  readonly at: number;
  /** What is seen at present; undefined: the world may have moved on, so it has to be looked at anew. */
  readonly round: Look | undefined;
  readonly rounds: number;
  /** What is left of an earlier run. `unread` and `unclear`: nobody knows yet what it is worth. */
  readonly note:
    { readonly note: Note; readonly state: "unread" | "unclear" | "judged" | "other" | "purged" } | undefined;
  readonly deletions: ReadonlyMap<OcpId, Deletion>;
  readonly following: Following | undefined;
  readonly sent: Sent;
  /** The newest delete whose answer was lost, as long as OCP has accepted none since. */
  readonly loss: { readonly error: OcpError; readonly at: number; readonly times: number } | undefined;
  /** After this task a delete of another run may have begun one, of which nobody heard. */
  readonly unheardSince: OcpId | undefined;
  /** Which runs have sent such deletes, */
  readonly unheardBy: readonly string[];
  /** and when one of them, as far as this run has seen, may have sent its last one. */
  readonly unheardAt: number;
  /**
   * The newest task that OCP listed when everything that a delete without an answer could begin would have been seen:
   * what began later is somebody else's. Undefined: nothing is lost, or it is too early.
   */
  readonly lossUpTo: OcpId | undefined;
  /** The newest task that OCP listed in the round in which the object was first seen to be gone; undefined: it has not been. */
  readonly goneSince: { readonly task: OcpId; readonly round: number } | undefined;
  /** Tasks that were followed and have ended, or are not known any more, whatever a list goes on saying. */
  readonly finished: ReadonlySet<OcpId>;
  /** The newest task of a list that was read whole; undefined: none has been. What is older need not be read again. */
  readonly readUpTo: OcpId | undefined;
  /** The newest task that OCP has ever listed. */
  readonly newestListed: OcpId;
  /** The newest one that OCP listed before a delete was sent that may have begun a task. */
  readonly watermark: OcpId;
  readonly retriesUsed: number;
  /** What is waited for without anything to follow. */
  readonly waiting: { readonly because: WaitReason; readonly since: number; readonly times: number } | undefined;
  /** Our task's own time limits, in seconds from a moment; 0: it has not told them yet. */
  readonly allowance: { readonly from: number; readonly seconds: number } | undefined;
}

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

export function withDeletion(
  deletions: ReadonlyMap<OcpId, Deletion>,
  deletion: Deletion,
): ReadonlyMap<OcpId, Deletion> {
  return new Map([...deletions, [deletion.task.id, deletion]]);
}

/** What came later has the last word. */
export function newestFirst(deletions: Iterable<Deletion>): Deletion[] {
  return [...deletions].sort((a, b) => laterFirst(a.task, b.task));
}

/** Negative: `a` ended later. A task may be retried after a younger one has ended, so its number tells only how it began. */
export function laterFirst(a: Task, b: Task): number {
  const [endOfA, endOfB] = [whenEnded(a), whenEnded(b)];
  const apart = endOfB - endOfA;
  return Number.isNaN(apart) || apart === 0 ? compareIds(b.id, a.id) : apart;
}

/** NaN: OCP does not tell. */
function whenEnded(task: Task): number {
  return isAtWork(task) ? Infinity : Date.parse(task.finishTime ?? "");
}

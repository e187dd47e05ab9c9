import type { Target } from "../../contract/object.js";
import type { OcpError } from "../../ocp/errors.js";
import { compareIds } from "../../ocp/ids.js";
import type { OcpId, Task } from "../../ocp/model.js";
import { isAtWork } from "./evidence.js";
import type { Look, TaskAnswer } from "./look.js";
import type { Note } from "./note.js";

/*
 * What a run of the hook has learnt, as a value. Only `evolve` (evolve.ts) makes a new one; time is in it as a number that came with
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
  /** What could not be understood, may be a deletion of our object, and was at work while this run watched. */
  readonly unreadAtWork: ReadonlySet<OcpId>;
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

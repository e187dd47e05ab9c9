import type { Target } from "../../contract/object.js";
import { compareIds } from "../../ocp/ids.js";
import type { OcpId, Task } from "../../ocp/model.js";
import { isNameless } from "../../ocp/task.js";

/** The task that a run of the hook started for an object, as that run knew it. Files are a matter of `together/notes.ts`. */
export interface Note {
  readonly taskId: OcpId;
  readonly name: string;
  /** As OCP wrote it in the answer to the delete; absent where it wrote none. */
  readonly startTime?: string;
  readonly clusterId: OcpId;
  /** Everything that the call deletes, sorted; empty: the cluster itself. */
  readonly obproxyIds: readonly OcpId[];
}

/** What a run leaves for the next one on the same machine. */
export interface Recorded {
  readonly task?: Note;
  /** The newest task that OCP had listed before a delete was sent of which no answer has been heard. */
  readonly unheardSince?: OcpId;
  /** Which runs of the hook have sent such a delete. */
  readonly unheardBy?: readonly string[];
}

/** Runs of the hook whose delete may have begun a task, of which none of them has heard; "": one that is not named. */
export function unansweredRuns({ unheardSince, unheardBy }: Recorded = {}): readonly string[] {
  return unheardSince === undefined ? [] : (unheardBy ?? [""]);
}

/**
 * After which task an unheard delete may have begun one, of two that are noted. What an earlier run has noted may be of an OCP
 * that has been set up anew since, and counts its tasks from the beginning: the lower one holds for both.
 */
export function earlierMark(one: OcpId | undefined, other: OcpId): OcpId {
  return one === undefined || compareIds(other, one) < 0 ? other : one;
}

/** What is to be noted of a delete that OCP has accepted. */
export function noteOf(task: Task, obproxyIds: readonly OcpId[], { clusterId }: Target): Note {
  const { id: taskId, name, startTime } = task;
  return { taskId, name, ...(startTime !== undefined && { startTime }), clusterId, obproxyIds };
}

/**
 * What a note proves about the task that OCP shows under its id today.
 *
 * - `proven`: it is the task that the note speaks of
 * - `unsure`: nothing says that it is another one, and nothing proves that it is this one
 * - `other`: it is another one, of an OCP that was set up anew and counts its tasks from the beginning again, or the
 *   note is about another object
 */
export type NoteVerdict = "proven" | "unsure" | "other";

export function compareNote(task: Task, note: Note, target: Target): NoteVerdict {
  const verdict = compareAllButNames(task, note, target);
  if ([task, note].some(isNameless)) return verdict === "proven" ? "unsure" : verdict;
  return sameName(task.name, note.name) ? verdict : "other";
}

/** As deletions are known by their names, too: not by capitals or blanks. */
function sameName(one: string, other: string): boolean {
  const plain = (name: string): string => name.trim().replace(/\s+/g, " ").toLowerCase();
  return plain(one) === plain(other);
}

function compareAllButNames(task: Task, note: Note, target: Target): NoteVerdict {
  const fits = task.id === note.taskId && isAbout(note, target);
  return fits && !isContradictedByTags(task, note) ? compareStarts(task.startTime, note.startTime) : "other";
}

/** Whether what the note's call deleted is, or holds, the object. */
function isAbout({ clusterId, obproxyIds }: Note, target: Target): boolean {
  if (clusterId !== target.clusterId) return false;
  return target.kind === "cluster" ? obproxyIds.length === 0 : obproxyIds.includes(target.obproxyId);
}

/**
 * Tags (4.3.6 and later) that name another cluster or other OBProxies than the call did. A task without tags says
 * nothing, nor do those that were not understood; the deletion of a cluster may name the OBProxies that go with it.
 */
function isContradictedByTags({ tags = [], unreadTags }: Task, { clusterId, obproxyIds }: Note): boolean {
  const clusterIds = tags.flatMap((tag) => tag.obproxyClusterId ?? []);
  if (clusterIds.length > 0 && !clusterIds.includes(clusterId)) return true;
  const named = new Set(tags.flatMap((tag) => tag.obproxyServerId ?? []));
  if (named.size === 0 || obproxyIds.length === 0) return false;
  const namesLess = unreadTags === undefined && obproxyIds.some((id) => !named.has(id));
  return namesLess || [...named].some((id) => !obproxyIds.includes(id));
}

/** OCP stores task times without a zone: a restart under another one shifts them by whole quarters of an hour. */
const ZONE_STEP_MS = 15 * 60_000;
/** From UTC−12 to UTC+14, and one hour of summer time. */
const WIDEST_SHIFT_MS = 27 * 3_600_000;

function compareStarts(told: string | undefined, noted: string | undefined): NoteVerdict {
  const a = readInstant(told);
  const b = readInstant(noted);
  if (a === undefined || b === undefined) return "unsure";
  const apart = Math.abs(a.ms - b.ms);
  const precision = a.hasFraction && b.hasFraction ? STORED_MS : STORED_WITHOUT_FRACTION_MS;
  if (apart <= precision) return "proven";
  const offStep = Math.min(apart % ZONE_STEP_MS, ZONE_STEP_MS - (apart % ZONE_STEP_MS));
  return offStep <= precision && apart <= WIDEST_SHIFT_MS + precision ? "unsure" : "other";
}

/**
 * The answer to a delete carries up to nine digits of a second, stored times at most three, with trailing zeros cut: the
 * last one may be rounded, and one without any is as good as a second. Source: observed on OCP's open sibling.
 */
const STORED_MS = 1;
const STORED_WITHOUT_FRACTION_MS = 999;

interface Instant {
  readonly ms: number;
  readonly hasFraction: boolean;
}

/** A time without offset would mean something else on each machine, so it cannot be read. */
function readInstant(text: string | undefined): Instant | undefined {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/.exec(text?.trim() ?? "");
  if (parts === null) return undefined;
  const [, seconds = "", fraction = "", offset = ""] = parts;
  const ms = Date.parse(seconds + fraction.slice(0, 4) + offset);
  return Number.isNaN(ms) ? undefined : { ms, hasFraction: fraction !== "" };
}

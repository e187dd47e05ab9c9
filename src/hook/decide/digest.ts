import { compareIds } from "../../ocp/ids.js";
import type { OcpId, Task, Unread } from "../../ocp/model.js";
import { classify, concerns, isDeletionTask } from "../../ocp/task.js";
import { aboutObject, endedWell, isAtWork, mayBeOurDeletion, presenceOf } from "./evidence.js";
import type { Look, TaskAnswer } from "./look.js";
import { type Deletion, type Memory, type Proof, withDeletion } from "./memory.js";
import { compareNote, earlierMark, type Recorded, unansweredRuns } from "./note.js";
import { mayExplainLock, mayLock } from "./on-cluster.js";
import { TOLERANCES } from "./tolerances.js";

/** What a look adds to what is remembered. */
export function digestLook(before: Memory, look: Look): Memory {
  const begins = before.round === undefined;
  let memory: Memory = {
    ...before,
    round: begins ? look : joined(before.round, look),
    rounds: before.rounds + (begins ? 1 : 0),
    ...marks(before, look),
    unreadAtWork: new Set([...before.unreadAtWork, ...unreadAtWork(before, look)]),
  };
  for (const task of look.tasks?.entries ?? []) memory = digestListed(memory, task);
  for (const [id, answer] of look.details) memory = digestDetail(memory, id, answer);
  for (const task of look.anyStatus?.tasks.entries ?? []) memory = digestOfAnyStatus(memory, task);
  return refreshWait(noteAbsence(memory), before.newestListed, look);
}

/**
 * The newest task of the round in which the object was first seen to be gone. What a list does not tell whole may be
 * older than that without having been listed.
 */
function noteAbsence(memory: Memory): Memory {
  const { round, rounds, target, newestListed, goneSince } = memory;
  if (round?.tasks === undefined) return memory;
  if (presenceOf(round, target).is !== "absent") return { ...memory, goneSince: undefined };
  if (goneSince !== undefined && goneSince.round !== rounds) return memory;
  const lists = [round.tasks, ...(round.anyStatus === undefined ? [] : [round.anyStatus.tasks])];
  const isWhole = lists.every(({ complete, unread }) => complete && unread.every(({ id }) => id !== undefined));
  if (!isWhole) return { ...memory, goneSince: undefined };
  const unreadIds = lists.flatMap(({ unread }) => unread.flatMap(({ id }) => id ?? []));
  return { ...memory, goneSince: { task: newest(unreadIds, newestListed), round: rounds } };
}

function unreadAtWork({ target }: Memory, { tasks, anyStatus }: Look): readonly OcpId[] {
  return [...(tasks?.unread ?? []), ...(anyStatus?.tasks.unread ?? [])]
    .filter((entry) => entry.status !== "FAILED" && mayBeOurDeletion(entry, target, false, false))
    .flatMap(({ id }) => id ?? []);
}

/**
 * Whether its end counts for us though nothing of it says so: it was at work while this run watched, or began, as far as
 * can be told, after a delete of which nobody heard.
 */
export function isUnreadWatched(memory: Memory, { id }: Unread): boolean {
  if (id === undefined) return memory.loss !== undefined || memory.unheardSince !== undefined;
  return memory.unreadAtWork.has(id) || isAfterLoss(memory, { id });
}

/** One round may take several looks: what a first one shows may raise a question. */
function joined(round: Look, look: Look): Look {
  return {
    cluster: look.cluster ?? round.cluster,
    clusters: look.clusters ?? round.clusters,
    tasks: look.tasks ?? round.tasks,
    details: new Map([...round.details, ...look.details]),
    anyStatus: look.anyStatus ?? round.anyStatus,
  };
}

/** As long as no delete of ours may have begun a task, whatever is listed is older than what it will begin. */
function marks(memory: Memory, look: Look): Partial<Memory> {
  const { newestListed, readUpTo, watermark, sent, loss, lossUpTo } = memory;
  const { tasks, anyStatus } = look;
  const listed = newest([...idsIn(tasks), ...idsIn(anyStatus?.tasks)], newestListed);
  const nothingBegun = sent.state !== "accepted" && loss === undefined;
  return {
    newestListed: listed,
    readUpTo: tasks?.complete === true ? newestOf(tasks.entries, readUpTo ?? "0") : readUpTo,
    watermark: nothingBegun ? listed : watermark,
    lossUpTo: lossUpTo ?? (isLossSettled(memory) && isWhole(tasks) ? listed : undefined),
  };
}

/** Whether what a delete without an answer began would be seen by now. */
function isLossSettled({ loss, unheardSince, unheardAt, at, tickMs }: Memory): boolean {
  if (loss === undefined && unheardSince === undefined) return false;
  const last = Math.max(loss?.at ?? -Infinity, unheardSince === undefined ? -Infinity : unheardAt);
  return at - last >= TOLERANCES.settle * tickMs;
}

function isWhole(tasks: Look["tasks"]): boolean {
  return tasks?.complete === true && tasks.unread.length === 0;
}

/** Of what could not be understood, too. */
function idsIn(list: Look["tasks"]): readonly OcpId[] {
  return [...(list?.entries ?? []), ...(list?.unread ?? [])].flatMap(({ id }) => id ?? []);
}

function newestOf(tasks: readonly Task[], least: OcpId): OcpId {
  return newest(
    tasks.map(({ id }) => id),
    least,
  );
}

function newest(ids: readonly OcpId[], least: OcpId): OcpId {
  return ids.reduce((so, id) => (compareIds(id, so) > 0 ? id : so), least);
}

/**
 * A lock that a task at work explains is waited for with patience that begins anew; so is one that went from hand to
 * hand since the last look, though none of those tasks is at work just now.
 */
function refreshWait(memory: Memory, newestBefore: OcpId, { tasks, anyStatus }: Look): Memory {
  const { waiting, at, target } = memory;
  if (waiting === undefined || (waiting.because !== "lock" && waiting.because !== "busy")) return memory;
  const since = (anyStatus?.tasks.entries ?? []).filter(({ id }) => compareIds(id, newestBefore) > 0);
  const isExplained = mayExplainLock(tasks?.entries ?? [], target) || since.some((task) => mayLock(task, target));
  return isExplained ? { ...memory, waiting: { ...waiting, since: at } } : memory;
}

/** An entry of the list of what runs and what has failed. */
function digestListed(memory: Memory, task: Task): Memory {
  const known = memory.deletions.get(task.id);
  if (known !== undefined) return remember(memory, refreshed(known, task));
  if (memory.note?.note.taskId === task.id && isOpen(memory.note.state)) return judgeNote(memory, task, false);
  const proof = proofOf(memory, task);
  if (proof === undefined) return memory;
  const watched = isAtWork(task) || isAfterLoss(memory, task);
  return remember(memory, { task, proof, deletes: undefined, watched, detailed: false });
}

/** A list says less of a task than its detail; what it says later counts all the same. */
function refreshed(known: Deletion, task: Task): Deletion {
  // Nothing leads on from there, whatever a list says that another of OCP's nodes writes.
  if (known.detailed && known.task.status === "SUCCESSFUL") return known;
  const isNews =
    known.task.status !== task.status || isAtWork(known.task) !== isAtWork(task) || hasEndedAgain(known.task, task);
  if (!isNews) return known;
  return { ...known, task, watched: known.watched || isAtWork(task), detailed: false };
}

/** Somebody has retried it since, and it has failed once more. */
function hasEndedAgain(known: Task, { finishTime }: Task): boolean {
  return finishTime !== undefined && known.finishTime !== undefined && finishTime !== known.finishTime;
}

/** Undefined: it is not to be remembered. */
function proofOf(memory: Memory, task: Task): Proof | undefined {
  const { target } = memory;
  if (!isDeletionTask(task)) return undefined;
  const about = aboutObject(task, target);
  if (about === "yes") return "tags";
  if (about === "no") return undefined;
  if (concerns(task, target.clusterId) === "yes") return "cluster-tags";
  if (isAtWork(task)) return "maybe";
  // What was rolled back before this run began has removed nothing, whoever's it was.
  if (classify(task).kind === "rolled-back") return isAfterOwnLoss(memory, task) ? "maybe" : undefined;
  // What failed before this run began, and names nobody, is a stranger's as likely as anybody's.
  return isAfterLoss(memory, task) ? "maybe" : undefined;
}

/** What began after a delete whose answer was lost may be what became of it, unless it began much later. */
export function isAfterLoss(memory: Memory, task: Pick<Task, "id">): boolean {
  const { unheardSince } = memory;
  const isUnheard = unheardSince !== undefined && compareIds(task.id, unheardSince) > 0;
  return (isUnheard && !isLongAfterLoss(memory, task)) || isAfterOwnLoss(memory, task);
}

/** The same of a delete of this run alone. */
function isAfterOwnLoss(memory: Memory, task: Pick<Task, "id">): boolean {
  const { loss, watermark } = memory;
  return loss !== undefined && compareIds(task.id, watermark) > 0 && !isLongAfterLoss(memory, task);
}

export function isLongAfterLoss({ lossUpTo }: Memory, { id }: Pick<Task, "id">): boolean {
  return lossUpTo !== undefined && compareIds(id, lossUpTo) > 0;
}

function digestDetail(memory: Memory, id: OcpId, answer: TaskAnswer): Memory {
  const { note } = memory;
  const isNoted = note?.note.taskId === id && isOpen(note.state);
  if (answer.says !== "there") {
    if (!isNoted) return memory;
    return { ...memory, note: { ...note, state: answer.says } };
  }
  const known = memory.deletions.get(id);
  if (known === undefined) return isNoted ? judgeNote(memory, answer.task, true) : memory;
  const { task } = answer;
  return remember(memory, { ...known, task, watched: known.watched || isAtWork(task), detailed: true });
}

function isOpen(state: NonNullable<Memory["note"]>["state"]): boolean {
  return state === "unread" || state === "unclear";
}

/** Another hook of the same object may be at work, which Terraform did not wait for or another Terraform has started. */
export function digestNoted(before: Memory, recorded: Recorded, mayStillSend: boolean): Memory {
  const { task: note } = recorded;
  const memory = digestUnheard(before, recorded, mayStillSend);
  if (note === undefined || note.taskId === memory.note?.note.taskId) return memory;
  const noted: Memory = { ...memory, note: { note, state: "unread" }, round: undefined };
  const known = memory.deletions.get(note.taskId);
  if (known === undefined) return noted;
  const isNews = known.proof !== "sent" && compareNote(known.task, note, memory.target) === "proven";
  return isNews ? judgeNote(noted, known.task, known.detailed) : memory;
}

/** A run notes its delete before it sends it, and may send another one, as long as it is at work. */
function digestUnheard(memory: Memory, recorded: Recorded, mayStillSend: boolean): Memory {
  const runs = unansweredRuns(recorded);
  const isNew = runs.some((run) => !memory.unheardBy.includes(run));
  if (!isNew && !mayStillSend) return memory;
  // What that begins may come later than all that could have begun before.
  const open: Memory = { ...memory, unheardAt: memory.at, lossUpTo: undefined };
  const { unheardSince: noted } = recorded;
  const unheardSince = noted === undefined ? memory.unheardSince : earlierMark(memory.unheardSince, noted);
  return isNew ? { ...open, unheardSince, unheardBy: [...memory.unheardBy, ...runs], round: undefined } : open;
}

function judgeNote(memory: Memory, task: Task, detailed: boolean): Memory {
  const { note, target } = memory;
  if (note === undefined) return memory;
  const judged: Memory = { ...memory, note: { ...note, state: "judged" } };
  const verdict = compareNote(task, note.note, target);
  // Of another task, or one that tags give to somebody else: it is what it would be without a note.
  if (verdict === "other") return digestListed({ ...judged, note: { ...note, state: "other" } }, task);
  const { obproxyIds } = note.note;
  return remember(judged, {
    task,
    proof: verdict === "proven" ? "note" : "unsure",
    deletes: verdict === "proven" ? (obproxyIds.length === 0 ? "cluster" : obproxyIds) : undefined,
    watched: isAtWork(task),
    detailed,
  });
}

/** A deletion that OCP calls SUCCESSFUL, if its tags name our object; and what is at work in a status of its own. */
function digestOfAnyStatus(memory: Memory, task: Task): Memory {
  const known = memory.deletions.get(task.id);
  if (known !== undefined && saysLess(task, known, memory.round)) return memory;
  if (!endedWell(task)) return digestListed(memory, task);
  if (known !== undefined) return remember(memory, { ...refreshed(known, task), detailed: true });
  const proof = proofOf(memory, task);
  if (proof === undefined || proof === "maybe") return memory;
  return remember(memory, { task, proof, deletes: undefined, watched: false, detailed: true });
}

/** An entry without subtasks cannot take back what the task's detail said of them in the same round. */
function saysLess({ id, status, subtasks }: Task, { task, detailed }: Deletion, round: Look | undefined): boolean {
  return detailed && subtasks.length === 0 && status === task.status && round?.details.has(id) === true;
}

function remember(memory: Memory, deletion: Deletion): Memory {
  return { ...memory, deletions: withDeletion(memory.deletions, deletion) };
}

/**
 * The hook's safety rules, each switched off by a change of its source. The model has to find every one: a rule whose
 * absence breaks nothing is not needed, or the model lacks what it is needed for.
 */
export interface Mutant {
  /** The rule that is missing. */
  readonly without: string;
  /** Below `src/hook/decide`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const MUTANTS: readonly Mutant[] = [
  // ---- gone takes two witnesses
  {
    without: "a cluster that the list still holds is not gone",
    file: "evidence.ts",
    from: 'case "yes":\n      return unknown(',
    to: 'case "yes":\n      return ABSENT ?? unknown(',
  },
  {
    without: "a 404 in general words is no witness",
    file: "evidence.ts",
    from: 'if (answer.says === "unclear") {',
    to: 'if (answer.says === "unclear") {\n    return ABSENT;',
  },
  {
    without: "a list that is not whole says nothing of what is missing in it",
    file: "evidence.ts",
    from: 'return list.complete && list.unread.every((entry) => entry.id !== undefined) ? "no" : "unknown";',
    to: 'return "no";',
  },
  {
    without: "silence about OBProxies is not their absence",
    file: "evidence.ts",
    from: "if (obproxies === undefined) {",
    to: "if (obproxies === undefined) {\n    return ABSENT;",
  },
  {
    without: "an OBProxy that cannot be understood may be ours",
    file: "evidence.ts",
    from: "return unreadObproxies === 0",
    to: "return unreadObproxies >= 0",
  },
  {
    without: "the cluster's name under another id is not its absence",
    file: "evidence.ts",
    from: "if (name === undefined) return undefined;",
    to: "if (name !== id) return undefined;",
  },
  // ---- what ends a task
  {
    without: "FAILED is not quiet while a subtask has yet to come to rest",
    file: "evidence.ts",
    from: 'return kind !== "running" && kind !== "settling";',
    to: 'return kind !== "running";',
  },
  {
    without: "an entry that cannot be understood may be our deletion",
    file: "evidence.ts",
    from: 'if (entry.status === "SUCCESSFUL") return false;\n  const task = readable(entry);\n  if (!isDeletionTask(task)) return false;',
    to: 'if (entry.status !== "x") return false;\n  const task = readable(entry);\n  if (!isDeletionTask(task)) return false;',
  },
  {
    without: "the newest deletion has the last word",
    file: "deletions.ts",
    from: "return newestFirst(deletions.values()).find((deletion) => isProven(deletion, clusterGone));",
    to: "return newestFirst(deletions.values()).reverse().find((deletion) => isProven(deletion, clusterGone));",
  },
  {
    without: "what a run has watched it remembers",
    file: "deletions.ts",
    from: "const all = newestFirst(deletions.values());\n",
    to: "const all = newestFirst(deletions.values()).slice(9);\n",
  },
  {
    without: "a deletion that has left the list is asked for by itself",
    file: "deletions.ts",
    from: "return isOpen && (!seen.has(task.id) || finished.has(task.id));",
    to: "return isOpen && task.id === '' && (!seen.has(task.id) || finished.has(task.id));",
  },
  {
    without: "a task that was retried is read again before anything is made of it",
    file: "memory.ts",
    from: "withDeletion(memory.deletions, { ...known, watched: true, detailed: false }),",
    to: "withDeletion(memory.deletions, { ...known, watched: true }),",
  },
  // ---- ours takes proof
  {
    without: "a note proves a deletion ours",
    file: "note.ts",
    from: 'return fits && !isContradictedByTags(task, note) ? compareStarts(task.startTime, note.startTime) : "other";',
    to: 'return fits && task.id === "" ? compareStarts(task.startTime, note.startTime) : "other";',
  },
  {
    without: "a note is of a task that began when it says",
    file: "note.ts",
    from: 'return fits && !isContradictedByTags(task, note) ? compareStarts(task.startTime, note.startTime) : "other";',
    to: 'return fits && !isContradictedByTags(task, note) ? "proven" : "other";',
  },
  {
    without: "tags prove a deletion ours",
    file: "digest.ts",
    from: 'if (about === "yes") return "tags";',
    to: 'if (about === "yes") return isAtWork(task) ? "maybe" : undefined;',
  },
  {
    without: "a deletion at work that names nobody may be ours",
    file: "digest.ts",
    from: 'if (isAtWork(task)) return "maybe";',
    to: "return undefined;",
  },
  {
    without: "what began after a lost delete may be what became of it",
    file: "digest.ts",
    from: "return loss !== undefined && compareIds(task.id, watermark) > 0 &&",
    to: "return loss !== undefined && compareIds(task.id, watermark) > 99 &&",
  },
  {
    without: "how ended tasks ended is asked",
    file: "questions.ts",
    from: "details.length > 0 || !absent ? undefined : endedQuestion(memory, clusterGone);",
    to: "details.length >= 0 || !absent ? undefined : endedQuestion(memory, clusterGone);",
  },
  {
    without: "what began after a delete of an earlier run that nobody heard of may be what became of it",
    file: "digest.ts",
    from: "const isUnheard = unheardSince !== undefined && compareIds(task.id, unheardSince) > 0;",
    to: "const isUnheard = unheardSince !== undefined && compareIds(task.id, unheardSince) > 99;",
  },
  {
    without: "what was older than the object's absence may be about it, as far as lists tell",
    file: "digest.ts",
    from: "if (!isWhole) return { ...memory, goneSince: undefined };",
    to: "",
  },
  {
    without: "a list's bare entry does not take back what the detail says",
    file: "digest.ts",
    from: "return detailed && subtasks.length === 0 &&",
    to: "return detailed && subtasks.length < 0 &&",
  },
  {
    without: "what ended later has the last word, whatever its number",
    file: "memory.ts",
    from: "return Number.isNaN(apart) || apart === 0 ? compareIds(b.id, a.id) : apart;",
    to: "return Number.isNaN(apart) || apart !== 0 || apart === 0 ? compareIds(b.id, a.id) : apart;",
  },
  // ---- guards
  {
    without: "the cluster's name",
    file: "guards.ts",
    from: "return isIt ? undefined",
    to: "return isIt || cluster.name !== '' ? undefined",
  },
  {
    without: "a kept OBProxy",
    file: "guards.ts",
    from: "if (kept.length > 0) return",
    to: "if (kept.length > 9) return",
  },
  {
    without: "an OBProxy that is declared, here or elsewhere",
    file: "guards.ts",
    from: "if (declared.length > 0) return",
    to: "if (declared.length > 9) return",
  },
  {
    without: "an OBProxy that nobody declares",
    file: "guards.ts",
    from: "if (undeclared.length > 0 && !intent.forceDestroy) return",
    to: "if (undeclared.length > 9 && !intent.forceDestroy) return",
  },
  {
    without: "silence about OBProxies is not an empty cluster",
    file: "guards.ts",
    from: "if (held === undefined || (cluster.unreadObproxies ?? 0) > 0) {",
    to: "if (held === undefined || (cluster.unreadObproxies ?? 0) > 0) {\n    return undefined;",
  },
  // ---- a retry is a delete
  {
    without: "a retry needs what a delete needs",
    file: "decide.ts",
    from: "if (breach !== undefined) return guarded(breach);\n  return seen.presence",
    to: "if (breach !== undefined && intent.key === '') return guarded(breach);\n  return seen.presence",
  },
  {
    without: "a retry only of what this job has started",
    file: "retry.ts",
    from: "if (task.creator !== user) return",
    to: "if (task.creator === '') return",
  },
  {
    without: "a retry of a whole cluster only by the cluster's hook",
    file: "retry.ts",
    from: 'return intent.target.kind === "cluster" ? undefined : "it deletes the whole OBProxy cluster";',
    to: "return undefined;",
  },
  {
    without: "a retry spares what is protected or not declared",
    file: "retry.ts",
    from: "return mustStay.length === 0",
    to: "return mustStay.length < 9",
  },
  {
    without: "a retry knows everything that the task deletes",
    file: "retry.ts",
    from: "return isProxiesDeletion(task) && named !== undefined && named.length >= width(task) ? named : undefined;",
    to: "return isProxiesDeletion(task) && named !== undefined ? named : undefined;",
  },
  {
    without: "OCP's older deletions do not tell an OBProxy's from a cluster's",
    file: "retry.ts",
    from: "return isProxiesDeletion(task) && named !== undefined",
    to: "return named !== undefined",
  },
  // ---- decide
  {
    without: "what an earlier run left half done stands against gone",
    file: "decide.ts",
    from: 'return ours.ofThisRun || seen.presence !== "present";',
    to: "return ours.ofThisRun;",
  },
  {
    without: "a failure of this run's own task ends it",
    file: "decide.ts",
    from: 'return ours.ofThisRun || seen.presence !== "present";',
    to: 'return seen.presence !== "present";',
  },
  {
    without: "after success the object is looked at",
    file: "decide.ts",
    from: 'if (!ours.ofThisRun) return undefined;\n      return seen.patience.verify ? wait("verify")',
    to: 'return seen.retriesLeft >= 0 ? { do: "finish", how: "deleted" } : seen.patience.verify ? wait("verify")',
  },
  {
    without: "a later deletion may speak where an old one of ours ended well",
    file: "decide.ts",
    from: "judgeOthers(seen) ??",
    to: "",
  },
  {
    without: "gone waits for what is at work on the object",
    file: "decide.ts",
    from: "if (atWork !== undefined) return followOther(atWork);",
    to: "",
  },
  {
    without: "a bad end that was watched stands against gone",
    file: "decide.ts",
    from: 'const bad = seen.badEnds[0];\n  if (bad !== undefined) return fail({ reason: "bad-end", end: bad });',
    to: "",
  },
  {
    without: "a list of tasks that is not whole, or a task of unknown end, stands against gone",
    file: "decide.ts",
    from: "const unknown = seen.tasksUnknown ?? seen.endUnknown;",
    to: "const unknown = undefined as string | undefined;",
  },
  {
    without: "a task at work on the cluster is waited for",
    file: "decide.ts",
    from: "if (certain !== undefined) return followOther(certain);",
    to: "",
  },
  {
    without: "what may be an unheard delete's task is waited for",
    file: "decide.ts",
    from: "return unheard && first !== undefined ? followOther(first) : undefined;",
    to: 'return unheard && first !== undefined && first.task.id === "" ? followOther(first) : undefined;',
  },
  {
    without: "an accepted delete is not sent again",
    file: "decide.ts",
    from: 'if (sent.state === "accepted") return wait("object");',
    to: "",
  },
  {
    without: "gone waits until a delete whose answer was lost would show",
    file: "decide.ts",
    from: 'if (seen.loss?.settled === false) return wait("settle");',
    to: "",
  },
  {
    without: "a delete whose answer was lost is given time to show",
    file: "decide.ts",
    from: 'if (!loss.settled) return wait("settle");\n  const bad = seen.badEnds.find',
    to: "const bad = seen.badEnds.find",
  },
  {
    without: "what became of a lost delete ends the run where it has failed",
    file: "decide.ts",
    from: "const bad = seen.badEnds.find(({ afterLoss }) => afterLoss);",
    to: "const bad = seen.badEnds.find(({ afterLoss }) => afterLoss && seen.retriesLeft > 9);",
  },
  {
    without: "nothing is deleted beside a list of tasks that is not whole",
    file: "decide.ts",
    from: "if (seen.tasksUnknown !== undefined) return judgeUnknown(seen, seen.tasksUnknown);\n  // Without tags",
    to: "// Without tags",
  },
  {
    without: "a failed task that holds the lock ends the waiting",
    file: "decide.ts",
    from: "if (holder !== undefined && sent.refusals > 1) {",
    to: "if (holder !== undefined && sent.refusals > 99) {",
  },
  {
    without: "an unknown presence is no presence",
    file: "decide.ts",
    from: 'case "unknown":\n      return judgeUnknown(seen, seen.whyUnknown);\n    case "present":\n      return judgePresence(seen, intent);',
    to: 'case "unknown":\n    case "present":\n      return judgePresence(seen, intent);',
  },
];

import { type Action, decide, type Failing } from "../../src/hook/decide/decide.js";
import { type ClusterAnswer, type Look, NO_LOOK, type Questions, type TaskAnswer } from "../../src/hook/decide/look.js";
import { begin, evolve, type Event } from "../../src/hook/decide/evolve.js";
import type { Memory, WaitReason } from "../../src/hook/decide/memory.js";
import type { Recorded } from "../../src/hook/decide/note.js";
import { questions } from "../../src/hook/decide/questions.js";
import { situation } from "../../src/hook/decide/situation.js";
import { TOLERANCES, TRIES } from "../../src/hook/decide/tolerances.js";
import type { Intent } from "../../src/hook/intent.js";
import type { Listing } from "../../src/ocp/list.js";
import type { Cluster, OcpId, Task } from "../../src/ocp/model.js";

/*
 * A run of the hook between two of its steps. What it remembers and decides is the hook's own code; here is only what
 * the loop, the observer and the actor do around it, cut into single requests so that the world may move in between.
 */

export const USER = "job";

/** Time passes in the hook's pauses alone, each as long as the longest that it puts up with anything in them. */
const TICK_MS = 1;
const PAUSE_TICKS = Math.max(TOLERANCES.lock, TOLERANCES.unknown, TOLERANCES.settle, TOLERANCES.unknownTask);

/** One request of a look. */
export type Request =
  | { readonly asks: "cluster" | "clusters" }
  | { readonly asks: "anyStatus"; readonly since: OcpId }
  | { readonly asks: "tasks"; readonly newerThan: OcpId | undefined }
  | { readonly asks: "task"; readonly id: OcpId };

/** What a look has found so far. */
export type Found = Look;

export type Doing =
  | { readonly does: "ask"; readonly questions: Questions; readonly found: Found; readonly next: Request }
  | { readonly does: "delete" }
  | { readonly does: "retry"; readonly task: Task }
  | { readonly does: "wait"; readonly because: WaitReason }
  | { readonly does: "poll"; readonly action: Extract<Action, { do: "follow" }> };

/** What a run comes to after a step. */
export type Step =
  | { readonly is: "on"; readonly memory: Memory; readonly doing: Doing }
  /** `keepsNote`: what the note speaks of is another OCP's. */
  | { readonly is: "succeeded"; readonly memory: Memory; readonly keepsNote: boolean }
  | { readonly is: "failed"; readonly memory: Memory; readonly why: Failing };

export function start(intent: Intent, recorded: Recorded | undefined): Step {
  const { target, waitFor } = intent;
  return onwards(begin({ target, waitFor, user: USER, tickMs: TICK_MS, recorded, at: 0 }), intent);
}

/** The answer to the request that was next. */
export type Answer =
  | { readonly to: "cluster"; readonly answer: ClusterAnswer }
  | { readonly to: "clusters"; readonly answer: Listing<Cluster> }
  | { readonly to: "tasks"; readonly answer: Listing<Task> }
  | { readonly to: "anyStatus"; readonly since: OcpId; readonly answer: Listing<Task> }
  | { readonly to: "task"; readonly id: OcpId; readonly answer: TaskAnswer };

export function answered(memory: Memory, doing: Extract<Doing, { does: "ask" }>, given: Answer, intent: Intent): Step {
  const found = added(doing.found, given);
  const next = nextRequest(doing.questions, found);
  if (next !== undefined) return { is: "on", memory, doing: { ...doing, found, next } };
  return evolved(memory, { event: "looked", look: found, at: 0 }, intent);
}

/** After an event that came without or, where `paused`, with a pause. */
export function evolved(memory: Memory, event: Event, intent: Intent, paused = false): Step {
  return onwards(evolve(memory, { ...event, at: paused ? PAUSE_TICKS * TICK_MS : 0 }), intent);
}

function onwards(newer: Memory, intent: Intent): Step {
  const memory = settled(newer);
  const asked = questions(memory);
  if (asked !== undefined) {
    const found = NO_LOOK;
    const next = nextRequest(asked, found);
    if (next === undefined) throw new Error("the hook asks nothing");
    return { is: "on", memory, doing: { does: "ask", questions: asked, found, next } };
  }
  const seen = situation(memory, intent);
  const action = decide(seen, intent);
  switch (action.do) {
    case "finish":
      return { is: "succeeded", memory, keepsNote: seen.noteIsOfAnother && action.how !== "deleted" };
    case "fail":
      return { is: "failed", memory, why: action.why };
    case "delete":
      return { is: "on", memory, doing: { does: "delete" } };
    case "retry":
      return { is: "on", memory, doing: { does: "retry", task: action.task } };
    case "wait":
      return { is: "on", memory, doing: { does: "wait", because: action.because } };
    case "follow":
      return { is: "on", memory, doing: { does: "poll", action } };
  }
}

/** The order in which the observer asks; `observer.test.ts` holds it to that. */
export function nextRequest(asked: Questions, found: Found): Request | undefined {
  if (asked.cluster !== undefined && found.cluster === undefined) return { asks: "cluster" };
  if (found.cluster !== undefined && found.cluster.says !== "there" && found.clusters === undefined) {
    return { asks: "clusters" };
  }

  if (asked.tasks !== "none" && found.tasks === undefined) {
    return { asks: "tasks", newerThan: asked.tasks === "newer" ? asked.newerThan : undefined };
  }

  const id = asked.details.find((each) => !found.details.has(each));
  if (id !== undefined) return { asks: "task", id };
  const since = asked.anyStatusSince;
  return since !== undefined && found.anyStatus === undefined ? { asks: "anyStatus", since } : undefined;
}

function added(found: Found, given: Answer): Found {
  switch (given.to) {
    case "cluster":
      return { ...found, cluster: given.answer };
    case "clusters":
      return { ...found, clusters: given.answer };
    case "tasks":
      return { ...found, tasks: given.answer };
    case "anyStatus":
      return { ...found, anyStatus: { since: given.since, tasks: given.answer } };
    case "task":
      return { ...found, details: new Map([...found.details, [given.id, given.answer]]) };
  }
}

const LONGEST_AGE = PAUSE_TICKS * TICK_MS;

/**
 * The same memory with its clock at zero, and without what can make no difference any more: counts beyond what they are
 * compared with, ages beyond all patience, and what only the pace, the deadline and the words for people rest on.
 */
function settled(memory: Memory): Memory {
  const { at, sent, loss, following, waiting, goneSince, rounds } = memory;
  const age = (since: number): number => -Math.min(at - since, LONGEST_AGE);
  return {
    ...memory,
    at: 0,
    began: 0,
    allowance: undefined,
    rounds: Math.min(rounds, 1),
    goneSince: goneSince === undefined ? undefined : { ...goneSince, round: goneSince.round === rounds ? 1 : 0 },
    sent:
      sent.state === "locked"
        ? { ...sent, refusals: Math.min(sent.refusals, 2) }
        : sent.state === "undelivered"
          ? { ...sent, since: age(sent.since), times: Math.min(sent.times, TRIES.unfound + 1) }
          : sent,
    loss: loss === undefined ? undefined : { ...loss, at: age(loss.at), times: Math.min(loss.times, 4) },
    following:
      following === undefined
        ? undefined
        : {
            ...following,
            since: 0,
            quickLooks: 0,
            readAt: 0,
            isClockStill: false,
            unclear:
              following.unclear === undefined
                ? undefined
                : { ...following.unclear, since: age(following.unclear.since) },
          },
    waiting:
      waiting === undefined
        ? undefined
        : { ...waiting, since: age(waiting.since), times: Math.min(waiting.times, TRIES.verify) },
  };
}

// ---- equal runs have equal keys

const numbers = new WeakMap<object, number>();
const byContent = new Map<string, number>();

/** The same for equal values; most are the same object, because the small OCP makes each answer once. */
export function numberOf(value: object): number {
  const known = numbers.get(value);
  if (known !== undefined) return known;
  const content = JSON.stringify(value);
  const number = byContent.get(content) ?? byContent.size + 1;
  byContent.set(content, number);
  numbers.set(value, number);
  return number;
}

export function keyOf(memory: Memory, doing: Doing): string {
  return `${memoryKey(memory)}|${doingKey(doing)}`;
}

function memoryKey(memory: Memory): string {
  const { note, deletions, following, sent, loss, waiting, round } = memory;
  const told = [...deletions.values()].map(
    ({ task, proof, deletes, watched, detailed }) =>
      `${task.id}:${numberOf(task)}${proof}${String(deletes)}${watched ? "w" : ""}${detailed ? "d" : ""}`,
  );
  return [
    note === undefined ? "" : `${numberOf(note.note)}${note.state}`,
    told.sort().join(","),
    following === undefined ? "" : followingKey(following),
    sentKey(sent),
    loss === undefined ? "" : `${loss.error.kind}${loss.at}/${loss.times}`,
    `${memory.unheardSince ?? "-"}/${memory.lossUpTo ?? "-"}/${memory.goneSince?.task ?? "-"}${memory.goneSince?.round ?? ""}/${[...memory.finished].sort().join(",")}/${[...memory.unreadAtWork].sort().join(",")}`,
    `${memory.readUpTo ?? "-"}/${memory.newestListed}/${memory.watermark}/${memory.retriesUsed}/${memory.rounds}`,
    waiting === undefined ? "" : `${waiting.because}${waiting.since}/${waiting.times}`,
    round === undefined ? "" : lookKey(round),
  ].join(";");
}

function followingKey({ task, ours, certain, unclear }: NonNullable<Memory["following"]>): string {
  const doubt = unclear === undefined ? "" : `${unclear.answer.says}${unclear.since}`;
  return `${numberOf(task)}${ours ? "o" : ""}${certain ? "c" : ""}${doubt}`;
}

function sentKey(sent: Memory["sent"]): string {
  switch (sent.state) {
    case "not-sent":
    case "accepted":
    case "lost":
      return sent.state;
    case "locked":
      return `locked${sent.refusals}${sent.due ? "!" : ""}`;
    case "undelivered":
      return `undelivered${errorKey(sent.error)}${sent.since}/${sent.times}${sent.due ? "!" : ""}`;
    case "refused":
      return `refused${errorKey(sent.error)}`;
  }
}

function errorKey({ kind, status, code }: { kind: string; status?: number; code?: number }): string {
  return `${kind}${status ?? ""}/${code ?? ""}`;
}

function lookKey({ cluster, clusters, tasks, details, anyStatus }: Look): string {
  return [
    cluster === undefined ? "" : clusterKey(cluster),
    clusters === undefined ? "" : listKey(clusters),
    tasks === undefined ? "" : listKey(tasks),
    [...details].map(([id, answer]) => `${id}${taskKey(answer)}`).join(","),
    anyStatus === undefined ? "" : `${anyStatus.since}:${listKey(anyStatus.tasks)}`,
  ].join("+");
}

function clusterKey(answer: ClusterAnswer): string {
  return answer.says === "there" ? String(numberOf(answer.cluster)) : answer.says;
}

function taskKey(answer: TaskAnswer): string {
  return answer.says === "there" ? String(numberOf(answer.task)) : answer.says;
}

function listKey({ entries, unread, complete }: Listing<Cluster> | Listing<Task>): string {
  const unreadable = unread.length === 0 ? "" : JSON.stringify(unread);
  return `${complete ? "" : "?"}${entries.map(numberOf).join(",")}${unreadable}`;
}

function doingKey(doing: Doing): string {
  switch (doing.does) {
    case "ask":
      return `${JSON.stringify(doing.questions)}${lookKey(doing.found)}`;
    case "delete":
      return "delete";
    case "retry":
      return `retry${numberOf(doing.task)}`;
    case "wait":
      return doing.because;
    case "poll":
      return `poll${numberOf(doing.action.task)}${doing.action.ours ? "o" : ""}${doing.action.certain ? "c" : ""}`;
  }
}

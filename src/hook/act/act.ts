import { count } from "../../contract/count.js";
import { formatDuration } from "../../contract/duration.js";
import { labelOfKey } from "../../contract/object.js";
import { OcpError } from "../../ocp/errors.js";
import type { OcpId, Task } from "../../ocp/model.js";
import { progress } from "../../ocp/task.js";
import type { Action } from "../decide/decide.js";
import type { TaskAnswer } from "../decide/look.js";
import type { Event } from "../decide/evolve.js";
import type { WaitReason } from "../decide/memory.js";
import { earlierMark, noteOf, type Recorded, unansweredRuns } from "../decide/note.js";
import { isLockRefusal } from "../decide/refusals.js";
import { nextPause } from "../decide/pace.js";
import type { Situation } from "../decide/situation.js";
import { missingOrUnclear } from "../observe/observer.js";
import { backOff, PAUSE_AFTER_401_TICKS } from "../patience/caller.js";
import { type Deadline, DeadlinePassed } from "../patience/deadline.js";
import { HookFailure } from "../tell/failure.js";
import type { Dispatch } from "../together/courier.js";
import { failureFor } from "./fail.js";
import type { Chronicle } from "../tell/chronicle.js";
import type { Tools } from "./tools.js";

type Doing<D extends Action["do"]> = Extract<Action, { do: D }>;

/** Does one thing and reports what came of it. */
export async function* act(
  action: Exclude<Action, { do: "finish" }>,
  seen: Situation,
  tools: Tools,
): AsyncGenerator<Event> {
  switch (action.do) {
    case "follow":
      yield await follow(action, seen, tools);
      return;
    case "wait":
      await wait(action.because, seen, tools);
      yield { event: "waited", because: action.because, at: tools.clock.now() };
      return;
    case "delete":
      yield await send(action, seen, tools);
      return;
    case "retry":
      yield await retry(action.task, seen, tools);
      return;
    case "fail":
      throw await failureFor(action.why, seen, tools);
  }
}

// ---- following a task

async function follow(action: Doing<"follow">, seen: Situation, tools: Tools): Promise<Event> {
  const { chronicle, clock, courier, deadline, reporter, tickMs } = tools;
  const { task, ours, certain, quickLooks } = action;
  if (ours) reporter.taskStarted(task, "found at work:", atMost(deadline));
  else reporter.taskStarted(task, whoseTask(task, certain, chronicle), `${byWhom(task)}${atMost(deadline)}`);
  const waitedMs = action.since === undefined ? 0 : clock.now() - action.since;
  const { isClockStill = false, unclear } = seen.following ?? {};
  const pause =
    unclear !== undefined
      ? { milliseconds: 2 * tickMs, quick: false }
      : nextPause({ task, waitedMs, quickLooks, isClockStill, tickMs, random: clock.random() });
  const answer = await nextOf(task.id, pause.milliseconds, ours, tools);
  if (answer.says === "there") {
    const telling = chronicle.telling(answer.task, ours && courier.isLed());
    if (telling !== "nothing") reporter.progress(answer.task, telling === "failures");
  }
  return { event: "polled", task, ours, certain, quick: pause.quick, answer, at: clock.now() };
}

function whoseTask({ id }: Task, certain: boolean, chronicle: Chronicle): string {
  const sender = chronicle.senderOf(id);
  if (sender !== undefined) return `this run is at work on the cluster for ${labelOfKey(sender)}; waiting for`;
  return certain
    ? "another task works on the cluster; waiting for"
    : "a task that may be about this cluster is at work (this OCP does not say); waiting for";
}

/** Of tasks that may hold what we wait for. */
const MOST_NAMED = 3;

function howFar(task: Task): string {
  const { done, total } = progress(task);
  return total === 0 ? "" : ` (${done}/${total} done)`;
}

function byWhom({ creator }: Task): string {
  return creator === undefined ? "" : ` of ${creator}`;
}

function atMost(deadline: Deadline): string {
  return `, at most ${formatDuration(deadline.left())}`;
}

/** The task after a pause; our own by the courier, who may have news from another hook. */
async function nextOf(id: OcpId, pauseMs: number, ours: boolean, tools: Tools): Promise<TaskAnswer> {
  const { api, courier, caller, deadline } = tools;
  // When a call has to be repeated its pause is over.
  let left = pauseMs;
  const next = async (): Promise<Task> => {
    const pause = left;
    left = 0;
    if (ours) return courier.next(id, pause);
    await deadline.pause(pause);
    return api.task(id);
  };
  try {
    return { says: "there", task: await caller.read(next) };
  } catch (error) {
    return missingOrUnclear(error, "purged");
  }
}

// ---- waiting without anything to follow

async function wait(because: WaitReason, seen: Situation, tools: Tools): Promise<void> {
  const { chronicle, clock, deadline, intent, tickMs, reporter } = tools;
  const cluster = `OBProxy cluster ${intent.target.clusterId}`;
  const say = (text: string): void => {
    chronicle.waiting(text);
    const holders = seen.mayHold.map((task) => `task ${task.id} "${task.name}"${byWhom(task)}${howFar(task)}`);
    const behind = holders.length === 0 ? "" : `, perhaps behind ${holders.slice(0, MOST_NAMED).join(", ")}`;
    if (!reporter.once(text, `${behind}${atMost(deadline)}`)) reporter.heartbeat(`${text}${behind}`);
  };
  switch (because) {
    case "lock": {
      const failed = seen.failedOnCluster[0];
      say(
        failed === undefined
          ? `OCP is at work on ${cluster}; waiting for our turn`
          : `OCP keeps ${cluster} locked, and task ${failed.id} has FAILED; trying once more`,
      );
      break;
    }
    case "busy":
      say(`${cluster} says that it is being worked on; waiting for our turn`);
      break;
    case "undelivered":
      if (seen.sent.state === "undelivered") say(`${seen.sent.error.message}; still trying`);
      break;
    case "unknown":
      say(
        `${seen.whyUnknown ?? seen.tasksUnknown ?? seen.endUnknown ?? "OCP leaves open what is there"}; looking again`,
      );
      break;
    case "object":
      reporter.heartbeat(`OCP still lists ${intent.label}`);
      break;
    case "settle":
    case "verify":
      break;
  }
  await deadline.pause(pauseFor(because, seen, tools) * tickMs * jitter(clock.random()));
}

function jitter(random: number): number {
  return 0.9 + random / 5;
}

/** In ticks. What may last long is asked for less and less often. */
function pauseFor(because: WaitReason, { sent, waitedTicks }: Situation, { clock, tickMs }: Tools): number {
  const slowly = Math.min(10, Math.max(2, 0.02 * waitedTicks));
  switch (because) {
    case "lock":
    case "object":
      return slowly;
    case "unknown":
      return Math.min(10, Math.max(1, waitedTicks / 4));
    case "busy":
      return 3;
    case "settle":
      return 2;
    case "verify":
      return 1;
    case "undelivered":
      return sent.state === "undelivered" ? pauseAfter(sent, clock.random(), tickMs) : 1;
  }
}

function pauseAfter(
  { error, times }: { readonly error: OcpError; readonly times: number },
  random: number,
  tickMs: number,
): number {
  if (error.kind === "unauthenticated") return PAUSE_AFTER_401_TICKS;
  const pause = error.kind === "not-found" || error.kind === "refused" ? 1 : backOff(times - 1, random);
  return Math.max(pause, (error.retryAfterMs ?? 0) / tickMs);
}

// ---- changing something

async function send({ cluster }: Doing<"delete">, seen: Situation, tools: Tools): Promise<Event> {
  const { courier, caller, clock, notes, reporter, intent } = tools;
  const before = notes.read();
  // This run may end before the answer comes, and the next one has to know that there may be a task of ours.
  const unheardBy = [...new Set([...unansweredRuns(before), notes.run])];
  notes.write({ ...before, unheardSince: earlierMark(before?.unheardSince, seen.newestListed), unheardBy });
  try {
    const { task, obproxyIds, sentBy } = await courier.send(cluster);
    caller.noteAnswer();
    notes.write({ task: noteOf(task, obproxyIds, intent.target) });
    tellTrouble(tools);
    reporter.taskStarted(task, `OCP deletes it${company({ obproxyIds, sentBy })} in`);
    const deletes = intent.target.kind === "cluster" ? "cluster" : obproxyIds;
    return { event: "accepted", task, deletes, at: clock.now() };
  } catch (error) {
    const doubtful = mayHaveBegun(error);
    if (!doubtful) withdraw(notes, before);
    if (!(error instanceof OcpError)) throw error;
    // These will not get better by themselves, whatever is looked at first.
    if (error.kind === "forbidden" || error.kind === "redirected") throw error;
    if (doubtful) reporter.line(`${error.message}; looking what became of the delete before anything is sent again`);

    return { event: "send-failed", error, at: clock.now() };
  }
}

/** Why no note can be kept, where none can. */
export function tellTrouble({ chronicle, notes: { trouble }, reporter }: Tools): void {
  if (trouble !== undefined && reporter.once(trouble)) chronicle.warned(trouble);
}

/** Whether OCP may have begun the deletion: then the next run has to look for its task. */
function mayHaveBegun(error: unknown): boolean {
  if (error instanceof OcpError) {
    return (
      (error.kind === "lost" || error.kind === "not-ocp" || error.kind === "server-error") && !isLockRefusal(error)
    );
  }
  // What is thrown before anything is sent: the time was up, or OCP cannot do it. Of anything else nobody knows.
  return !(error instanceof DeadlinePassed || error instanceof HookFailure);
}

/** As if nothing had been sent. What other hooks of the same object have noted stays, and what this one had before. */
function withdraw(notes: Tools["notes"], before: Recorded | undefined): void {
  const now = notes.read();
  const isNoted = unansweredRuns(now).includes(notes.run);
  if (!isNoted || unansweredRuns(before).includes(notes.run)) return;
  const unheardBy = unansweredRuns(now).filter((run) => run !== notes.run);
  const isAsBefore = unheardBy.every((run) => unansweredRuns(before).includes(run));
  const since = isAsBefore ? before?.unheardSince : now?.unheardSince;
  if (unheardBy.length > 0 && since !== undefined) notes.write({ ...now, unheardSince: since, unheardBy });
  else if (now?.task === undefined) notes.remove();
  else notes.write({ task: now.task });
}

function company({
  obproxyIds,
  sentBy,
}: Pick<Dispatch, "obproxyIds"> & { readonly sentBy: string | undefined }): string {
  const together = obproxyIds.length < 2 ? "" : ` with ${count(obproxyIds.length - 1, "other")}`;
  return sentBy === undefined ? together : `${together}, in one call that the hook of ${sentBy} made,`;
}

async function retry(task: Task, seen: Situation, tools: Tools): Promise<Event> {
  const { courier, caller, clock, deadline, reporter, intent, tickMs } = tools;
  deadline.checkRoom();
  reporter.taskStarted(task, "found, of an earlier run:");
  reporter.progress(task);
  const nth = intent.taskRetries - seen.retriesLeft + 1;
  reporter.line(`task ${task.id} has failed; asking OCP to retry it (${nth} of ${intent.taskRetries})`);
  try {
    await courier.retry(task.id);
    caller.noteAnswer();
  } catch (error) {
    // Somebody else may have retried it at the same moment (400 or 500): the task itself tells.
    if (!(error instanceof OcpError) || error.kind === "forbidden" || error.kind === "redirected") throw error;
    reporter.line(`${error.message}; reading the task`);
    await deadline.pause(tickMs);
  }
  return { event: "retried", task, at: clock.now() };
}

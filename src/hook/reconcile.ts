import { OcpError } from "../ocp/errors.js";
import { act, tellTrouble } from "./act/act.js";
import { finish, type Outcome } from "./act/finish.js";
import type { Tools } from "./act/tools.js";
import { decide } from "./decide/decide.js";
import { begin, evolve } from "./decide/evolve.js";
import type { Memory } from "./decide/memory.js";
import { type Recorded, unansweredRuns } from "./decide/note.js";
import { questions } from "./decide/questions.js";
import { situation } from "./decide/situation.js";
import { endOf } from "./decide/time-limit.js";
import { lookAround } from "./observe/look-around.js";
import { observer, type Reads } from "./observe/observer.js";
import { DeadlinePassed } from "./patience/deadline.js";
import { callContext, callFailed, claimedAndUnseen, deadlinePassed } from "./tell/failures.js";

/**
 * Observe, decide, act, until the object is gone and OCP has really finished, or until it cannot be done. May die at
 * any point: nothing is remembered that a new run could not find out again (a note of the task's id only helps).
 *
 * @throws HookFailure
 */
export async function reconcile(tools: Tools): Promise<Outcome> {
  const { caller, chronicle, clock, deadline, intent, reporter } = tools;
  const observe = observer(readsOf(tools), (call, endpoint) => caller.read(call, endpoint));
  const recorded = notedByOthers(tools);
  if (intent.waitFor === "task") tellTrouble(tools);
  let memory = begin({ ...tools, ...intent, recorded, at: clock.now() });
  const heard = (): Memory => {
    const noted = notedByOthers(tools);
    const mayStillSend = unansweredRuns(noted).some((run) => tools.notes.isAtWork(run));
    return evolve(memory, { event: "noted", recorded: noted, mayStillSend, at: clock.now() });
  };
  try {
    for (;;) {
      deadline.moveTo(endOf(memory, intent.timeoutMs));
      memory = await lookAround(heard(), observe, () => clock.now());
      memory = heard();
      // What has been noted in the meantime may give another meaning to what was seen.
      if (questions(memory) !== undefined) continue;
      chronicle.looked(memory);
      const seen = situation(memory, intent);
      for (const remark of seen.remarks) reporter.once(remark);
      const action = decide(seen, intent);
      if (action.do === "finish") return finish(action, seen, tools);
      for await (const event of act(action, seen, tools)) {
        chronicle.happened(event, memory);
        memory = evolve(memory, event);
      }
    }
  } catch (error) {
    throw asFailure(error, memory, tools);
  }
}

/** By an earlier run, or by another one that is at work on the same object at the same time. */
function notedByOthers({ intent, notes }: Tools): Recorded | undefined {
  if (intent.waitFor !== "task") return undefined;
  const recorded = notes.read();
  const unheardBy = unansweredRuns(recorded).filter((run) => run !== notes.run);
  if (unheardBy.length > 0) return { ...recorded, unheardBy };
  return recorded?.task === undefined ? undefined : { task: recorded.task };
}

/** Whoever deletes together looks together: the courier may have been shown the cluster already. */
function readsOf({ api, courier }: Tools): Reads {
  return {
    cluster: (id) => courier.cluster(id),
    clusters: (request) => api.clusters(request),
    tasks: (request) => api.tasks(request),
    task: (id) => api.task(id),
  };
}

function asFailure(error: unknown, memory: Memory, tools: Tools): unknown {
  const { caller, envPrefix, intent, oddities = [], user } = tools;
  if (error instanceof DeadlinePassed) {
    const limitMs = endOf(memory, intent.timeoutMs) - memory.began;
    return deadlinePassed(limitMs, intent.timeoutMs === undefined, memory, error.trouble);
  }
  if (!(error instanceof OcpError)) return error;
  const failure = callFailed(
    error,
    callContext(memory, { envPrefix, oddities, user, accepted: caller.hasBeenAccepted }),
  );
  return intent.claimed === undefined ? failure : claimedAndUnseen(intent.claimed, failure);
}

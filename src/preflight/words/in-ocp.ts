import type { Cluster, ObproxyServer, OcpId, Task } from "../../ocp/model.js";
import { classify } from "../../ocp/task.js";
import { describeServer, describeSubtask } from "../../hook/tell/failures.js";
import { listed, numbered } from "./count.js";
import type { TaskNow } from "../../survey/answers.js";
import { labels, type Sharer, type Told } from "./told.js";

/** What is said of objects by what OCP answers, and by what the hook would make of it. */

const LOOK_AT_TASK = "nothing has to be done; if it is not expected, look at it in OCP's console (Task Center)";

export function leftAlone(label: string, reason: string): Told {
  return { message: `${label} is left alone: ${reason}` };
}

export function leftInDoubt(label: string, doubt: string): Told {
  return { message: `${label}: ${doubt}`, next: "see that it is deployed there" };
}

export function declaredElsewhere(label: string, reason: string, next: string): Told {
  return { message: `${label} would not be deleted: ${reason}`, next };
}

export function protectedByPlan(sharers: readonly Sharer[], reason: string): Told {
  return {
    message: `a destroy of ${labels(sharers)} would be refused, as ${reason}: by Terraform, which then deletes nothing at all, or, where that is not deployed yet, by the hook`,
    next: "before a destroy, take preventDestroy off and deploy; before a deploy, say so with --deploy",
  };
}

export function notLookedAt(sharers: readonly Sharer[], { message, next }: Told): Told {
  return { message: `${labels(sharers)}: ${message}`, next };
}

/** Nothing tells Terraform that these OBProxies go before their cluster. */
export function unordered(label: string, early: readonly ObproxyServer[], refusal: string): Told {
  return {
    message: `${label} may be tried before OBProxies of it that the same run deletes (${early.map(({ id }) => id).join(", ")}), because nothing tells Terraform their order; then it is refused: ${refusal}`,
    next: "declare the cluster and its OBProxies with one provider, or with providers of one stack that have the same `url` (or `envPrefix`) and ids that are numbers; or run destroy again, which finds them gone",
  };
}

export function deployFails({ message, next }: Told, isReplaced: boolean): Told {
  return { message: `a deploy would fail${isReplaced ? " to replace it" : ""}: ${message}`, next };
}

export function unclear(sharers: readonly Sharer[], what: string): Told {
  return {
    message: `${labels(sharers)} can be taken neither for gone nor for there: ${what}`,
    next: "see the cluster in OCP's console; the OCP user may lack the right to see it",
  };
}

export function inAnotherCluster(sharers: readonly Sharer[], other: Cluster): Told {
  const [first] = sharers;
  const ids = listed(sharers.flatMap(({ obproxyId }) => obproxyId ?? []));
  const { an, are, it, those } = numbered(
    sharers.length,
    { an: `an OBProxy ${ids}`, are: "is", it: "it", those: "that one is" },
    { an: `OBProxies ${ids}`, are: "are", it: "them", those: "those are" },
  );
  return {
    message: `${labels(sharers)} ${are} not in OBProxy cluster ${first?.clusterId ?? "?"}; OBProxy cluster ${other.id} (${other.name}) has ${an}; a destroy would delete nothing for ${it}`,
    next: `if ${those} meant, declare ${it} with cluster ${other.id}; else take ${it} out of the code`,
  };
}

export function waitsForTask(sharers: readonly Sharer[], task: Task): Told {
  const of = (...how: readonly Sharer["affected"][]) => sharers.filter(({ affected }) => how.includes(affected));
  const locked = clustersOf(of("deleted", "locked"));
  const are = numbered(locked.length, "is", "are");
  const deleted = of("deleted");
  const what =
    deleted.length > 0
      ? `a deletion of ${labels(deleted)} is at work already (${named(task)}), and ${listed(locked)} ${are} locked meanwhile`
      : locked.length > 0
        ? `${named(task)} is at work on ${listed(locked)}, which ${are} locked meanwhile`
        : `${named(task)} is at work, perhaps on ${clustersOf(sharers).join(" or ")} (this OCP does not say)`;
  return { message: `${what}; destroy would wait for it`, next: LOOK_AT_TASK };
}

function clustersOf(sharers: readonly Sharer[]): readonly string[] {
  return [...new Set(sharers.map(({ clusterId }) => `OBProxy cluster ${clusterId ?? "?"}`))];
}

export function waitsWithoutTask(clusterId: OcpId, saysBusy: boolean): Told {
  const why = saysBusy ? "says that it is being worked on" : "is not at rest";
  return {
    message: `OBProxy cluster ${clusterId} ${why}, though no task is seen at work on it; destroy would wait, for a while`,
    next: "look at the cluster in OCP's console",
  };
}

export function wouldBeRetried(sharers: readonly Sharer[], task: Task): Told {
  return {
    message: `the last deletion of ${labels(sharers)}, ${named(task)}, has FAILED; destroy would ask OCP to retry it`,
    next: "see in OCP's console whether its cause is mended",
  };
}

export function mayHoldLock(
  sharers: readonly Sharer[],
  task: Task,
  clusterId: OcpId | undefined,
  mayBeRetried: boolean,
): Told {
  return {
    message: `the last deletion of ${labels(sharers)}, ${named(task)}, has FAILED and may hold the lock of OBProxy cluster ${clusterId ?? "?"}: OCP may refuse to delete anything of it`,
    next: `mend the cause and retry task ${task.id} in OCP's console (Task Center)${mayBeRetried ? ", or set `taskRetries` on the OcpProvider" : ""}`,
  };
}

export function strangerMayHoldLock(task: Task, clusterId: OcpId | undefined): Told {
  return {
    message: `${named(task)} has FAILED on OBProxy cluster ${clusterId ?? "?"} and may hold its lock: OCP may refuse the delete`,
    next: `retry task ${task.id} in OCP's console (Task Center), or see there that it is history`,
  };
}

/** Which subtasks of it have failed, and what their logs end with. */
export function failedSubtasks({ log, task }: TaskNow): readonly string[] {
  const failed = task.subtasks.filter(({ status }) => status === "FAILED");
  return [
    ...(failed.length === 0 ? [] : [`failed: ${failed.map((subtask) => describeSubtask(subtask, task)).join(", ")}`]),
    ...log.map((line) => `log: ${line}`),
  ];
}

export function hostOperation(sharers: readonly Sharer[], { message, next }: Told): Told {
  return { message: `${labels(sharers)}: ${message}`, next };
}

export function sweptAway(label: string, swept: readonly ObproxyServer[]): Told {
  return {
    message: `${label} has forceDestroy and holds OBProxies that this configuration does not declare; they would be deleted with it: ${swept.map(describeServer).join(", ")}`,
    next: "see that nobody needs them; without forceDestroy the cluster would not be deleted",
  };
}

function named(task: Task): string {
  const { reason } = classify(task);
  return `task ${task.id} "${task.name}"${task.creator === undefined ? "" : ` of ${task.creator}`} (${reason})`;
}

import { type Action, decide, type Failing, type GuardBreach, type LookAgainReason } from "../../hook/decide.js";
import * as failures from "../../hook/failures.js";
import { handsOff, type Intent } from "../../hook/intent.js";
import type { Observation } from "../../hook/observation.js";
import type { Cluster, Task } from "../../ocp/model.js";
import { classify } from "../../ocp/task.js";
import { formatVersion } from "../../ocp/version.js";
import { type Answers, inPreflight, type Look, type Refusal } from "./ask.js";
import type { Code, Level, Status } from "./report.js";
import type { Provider } from "./stack.js";
import { changesCarrier, type Surveyed } from "./survey.js";

/** What is to be said of one object. */
export interface Judgement {
  readonly status: Status;
  readonly remarks: readonly Remark[];
}

export interface Remark extends Partial<Pick<Refusal, "next">> {
  readonly code: Code;
  readonly level: Level;
  readonly message: string;
}

/** What one object is judged by. */
export interface Circumstances {
  readonly object: Surveyed;
  /** Undefined: no provider of the stack stands for the object. */
  readonly provider: Provider | undefined;
  /** Undefined: OCP was not asked. */
  readonly answers: Answers | undefined;
  /** `undeployed`: nothing of the stack is in the state. `unreadable`: nobody knows what is. */
  readonly state: "deployed" | "undeployed" | "unreadable";
  /** Ids of OBProxies of the same cluster that would be gone when it is its turn. */
  readonly goneBefore: ReadonlySet<string>;
  /** The state holds the cluster of this OBProxy, and would delete it. */
  readonly clusterIsDeployed: boolean;
}

/** What would become of one object, and what stands against it: the hook's own decision, foretold. */
export function judge(circumstances: Circumstances): Judgement {
  const { object, provider, answers } = circumstances;
  const withoutHook = judgeFate(object);
  if (withoutHook !== undefined) return withoutHook;
  const settings = provider?.settings;
  if (settings === undefined) return { status: "unknown", remarks: neglected(circumstances, undefined) };
  const hands = handsOff(object.target, settings);
  if (hands.off) return judgeHandsOff(circumstances, hands.outcome, hands.reason);
  const look = answers?.kind === "seen" ? answers.objects.get(object.key) : undefined;
  if (look === undefined) return { status: "unknown", remarks: neglected(circumstances, undefined) };
  return judgeLook(circumstances, look);
}

/** Undefined: the object has a hook, or would have one when it is deployed. */
function judgeFate({ fate, instance, declaredBy, label, movesTo }: Surveyed): Judgement | undefined {
  const address = instance?.address ?? "";
  switch (fate) {
    case "hook":
    case "not-deployed":
      return undefined;
    case "kept":
      return {
        status: "left-alone",
        remarks: [
          {
            code: "left-alone",
            level: "note",
            message:
              declaredBy === undefined
                ? `${label} was let go by skipDestroy: Terraform forgets it, and it goes on running in OCP`
                : `${label} is left alone: skipDestroy is set on ${declaredBy}${movesTo === undefined ? "" : " (not deployed yet; Terraform moves it first)"}`,
          },
        ],
      };
    case "no-block":
      return problem(
        "no-block",
        `${label} is in the state as ${address}, but that block has left the configuration: Terraform would forget it without running its hook, and it would stay in OCP`,
        `declare its OcpProvider again (with the same alias), take out only the objects, deploy, and then take out the provider; or, to let the object go on purpose: terraform state rm '${address}'`,
      );
    case "switched-back":
      return problem(
        "carrier-switched-back",
        `${label} is in the state as ${address}, but the configuration is back at null_resource: there is no way back, and Terraform refuses every plan`,
        "set `carrier: Carrier.TERRAFORM_DATA` on the OcpProvider again",
      );
    case "unknown-block":
      return {
        status: "unknown",
        remarks: [
          {
            code: "unknown-block",
            level: "warning",
            message: `${address} looks like ${label}, but its block carries no hook of this package: nothing would be deleted in OCP by it`,
            next: `if it stands for something else, give its triggers other names; if it is a leftover: terraform state rm '${address}'`,
          },
        ],
      };
  }
}

function judgeHandsOff({ object }: Circumstances, outcome: "left-alone" | "refused", reason: string): Judgement {
  const { label, fate } = object;
  if (fate === "not-deployed") return { status: "not-deployed", remarks: [] };
  if (outcome === "left-alone") {
    return {
      status: "left-alone",
      remarks: [{ code: "left-alone", level: "note", message: `${label} is left alone: ${reason}` }],
    };
  }
  return {
    status: "protected",
    remarks: [
      {
        code: "protected",
        level: "warning",
        message: `${label} cannot be destroyed: ${reason}, so Terraform refuses every plan that would delete it`,
        next: "before a destroy, take preventDestroy off and deploy",
      },
    ],
  };
}

function judgeLook(circumstances: Circumstances, look: Look): Judgement {
  const { object } = circumstances;
  if (look.kind === "failed") {
    return problem("cannot-be-looked-at", `${object.label}: ${look.refusal.message}`, look.refusal.next);
  }
  const { intent } = look;
  const seen = foretold(look.seen, circumstances);
  const decision = judgeNowAndLater(seen, intent);
  const remarks = [
    ...neglected(circumstances, seen),
    ...decision.remarks,
    ...lockRemarks(seen, decision.status),
    ...hostRemarks(circumstances, intent, seen),
    ...sweepRemarks(intent, seen, decision.status),
    ...moveRemarks(object),
  ];
  return afterState(circumstances, seen, { status: decision.status, remarks });
}

/** The world as it will be when it is this object's turn, as far as that can be known. */
function foretold(seen: Observation, { object, goneBefore }: Circumstances): Observation {
  const { cluster } = seen;
  const later = { ...seen, mayStillVanish: false };
  if (object.target.kind !== "cluster" || cluster?.obproxies === undefined) return later;
  return { ...later, cluster: { ...cluster, obproxies: cluster.obproxies.filter(({ id }) => !goneBefore.has(id)) } };
}

/** A hook that has waited for somebody else's task decides again; what it would meet then is known already. */
function judgeNowAndLater(seen: Observation, intent: Intent): Judgement {
  const now = judgeAction(decide(seen, intent), seen, intent);
  if (now.status !== "waits" || seen.ours !== undefined) return now;
  const atRest = { ...seen, atWork: [], patienceLeft: false };
  const later = judgeAction(decide(atRest, intent), atRest, intent);
  return later.status === "problem" ? { status: "problem", remarks: [...now.remarks, ...later.remarks] } : now;
}

function judgeAction(action: Action, seen: Observation, intent: Intent): Judgement {
  switch (action.do) {
    case "delete":
      return { status: "ready", remarks: [] };
    case "finish":
      return { status: "gone", remarks: [] };
    case "follow":
      return { status: "waits", remarks: [waitRemark(action.task, action.ours, action.certain, intent)] };
    case "look-again":
      return { status: "waits", remarks: [busyRemark(action.because, intent)] };
    case "retry":
      return {
        status: "waits",
        remarks: [
          {
            code: "task-failed",
            level: "warning",
            message: `the last deletion of ${intent.label}, ${named(action.task)}, has FAILED; destroy would ask OCP to retry it`,
            next: "see in OCP's console whether its cause is mended",
          },
        ],
      };
    case "fail":
      return judgeFailing(action.why, seen, intent);
  }
}

function judgeFailing(why: Failing, { cluster }: Observation, intent: Intent): Judgement {
  switch (why.reason) {
    case "guard":
      return told(GUARD_CODES[why.breach.guard], failures.guardBroken(why.breach, intent, cluster));
    case "task-failed": {
      const { task, verdict, ofThisRun } = why.ours;
      return told("task-failed", failures.taskFailed(task, verdict, ofThisRun, [], "OCP's console"));
    }
    case "silent-about-obproxies":
      return told("obproxies-unknown", failures.silentAboutObproxies(intent));
    case "still-there":
      return told("task-failed", failures.stillThere(why.task, intent.label));
    case "task-vanished":
      return told("task-failed", failures.taskVanished(why.task));
    case "suspect-failed":
      return told("task-failed", failures.suspectFailed(why.task));
    case "lock-not-released":
      return told("locked", failures.lockNotReleased(why.holder, why.error, intent.target.clusterId));
    case "refused":
      return told("cannot-be-looked-at", failures.deleteRefused(why.error));
    case "answer-lost":
      return told("cannot-be-looked-at", failures.answerLost(why.error));
  }
}

const GUARD_CODES: Readonly<Record<GuardBreach["guard"], Code>> = {
  clusterName: "cluster-name",
  clusterNameElsewhere: "cluster-name-elsewhere",
  forceDestroy: "undeclared-obproxies",
  declaredElsewhere: "declared-elsewhere",
  forceDestroyUnknown: "obproxies-unknown",
  skipDestroy: "kept-obproxies",
};

function told(code: Code, failure: { readonly message: string; readonly next: string }): Judgement {
  const { message, next } = inPreflight(failure.message, failure.next);
  return problem(code, message, next);
}

function problem(code: Code, message: string, next: string): Judgement {
  return { status: "problem", remarks: [{ code, level: "problem", message, next }] };
}

function waitRemark(task: Task, ours: boolean, certain: boolean, { target, label }: Intent): Remark {
  const cluster = `OBProxy cluster ${target.clusterId}`;
  const what = ours
    ? `a deletion of ${label} is at work already (${named(task)})`
    : certain
      ? `${named(task)} is at work on ${cluster}, which is locked meanwhile`
      : `${named(task)} is at work, perhaps on ${cluster} (this OCP does not say)`;
  return {
    code: "busy",
    level: "warning",
    message: `${what}; destroy would wait for it`,
    next: "nothing has to be done; if it is not expected, look at it in OCP's console (Task Center)",
  };
}

function busyRemark(because: LookAgainReason, { target }: Intent): Remark {
  const why = because === "busy" ? "says that it is being worked on" : "is not at rest";
  return {
    code: "busy",
    level: "warning",
    message: `OBProxy cluster ${target.clusterId} ${why}, though no task is seen at work on it; destroy would wait, for a while`,
    next: "look at the cluster in OCP's console",
  };
}

/** A failed task may hold the lock; only the refusal of a delete would prove it. */
function lockRemarks(seen: Observation, status: Status): Remark[] {
  if (seen.presence === "absent" || status === "problem") return [];
  return seen.failedOnCluster.slice(0, 1).map((task) => ({
    code: "locked",
    level: "warning",
    message: `${named(task)} has FAILED on OBProxy cluster ${seen.cluster?.id ?? "?"} and may hold its lock: OCP may refuse the delete`,
    next: `retry task ${task.id} in OCP's console (Task Center), or see there that it is history`,
  }));
}

function hostRemarks({ object, answers }: Circumstances, intent: Intent, seen: Observation): Remark[] {
  if (!intent.skipHostOperation || answers?.kind !== "seen" || answers.dialect === "POST") return [];
  if (seen.presence === "absent") return [];
  const { message, next } = failures.skipHostOperationUnsupported(formatVersion(answers.version));
  return [{ code: "skip-host-operation", level: "problem", message: `${object.label}: ${message}`, next }];
}

/** What nobody declared, and what goes with the cluster all the same because forceDestroy says so. */
function sweepRemarks(
  { forceDestroy, declaredObproxyIds, label }: Intent,
  seen: Observation,
  status: Status,
): Remark[] {
  if (!forceDestroy || status === "problem") return [];
  const swept = (seen.cluster?.obproxies ?? []).filter(({ id }) => !declaredObproxyIds.has(id));
  if (swept.length === 0) return [];
  return [
    {
      code: "swept-away",
      level: "warning",
      message: `${label} has forceDestroy and holds OBProxies that this configuration does not declare; they would be deleted with it: ${swept.map(failures.describeServer).join(", ")}`,
      next: "see that nobody needs them; without forceDestroy the cluster would not be deleted",
    },
  ];
}

function moveRemarks(object: Surveyed): Remark[] {
  const { declaredBy, instance, label, movesTo } = object;
  if (instance === undefined || movesTo === undefined) return [];
  if (declaredBy === undefined && changesCarrier(object)) {
    return [
      {
        code: "moves",
        level: "warning",
        message: `${label} has left the code in the same change as the switch from null_resource, whose order Terraform forgets by it: a cluster may be tried before its OBProxies, and fail until the next run`,
        next: "declare it again, deploy the switch of the carrier alone, and take it out after that; or repeat the command",
      },
    ];
  }
  return [
    {
      code: "moves",
      level: "note",
      message: `${label} is in the state as ${instance.address}; Terraform moves it to ${movesTo}, which deletes nothing`,
    },
  ];
}

/** Terraform runs no hook for these. Where OCP does not know the object there is nothing to lose. */
function neglected({ clusterIsDeployed, object }: Circumstances, seen: Observation | undefined): Remark[] {
  const { fate, instance, label, target } = object;
  if (instance === undefined || fate !== "hook" || seen?.presence === "absent") return [];
  const { address, deposed, tainted } = instance;
  const withCluster = target.kind === "obproxy" && clusterIsDeployed;
  const lost = `Terraform would run no hook, and it would ${withCluster ? "go only with its cluster" : "stay in OCP"}`;
  if (deposed) {
    return [
      {
        code: "deposed",
        level: "problem",
        message: `${label} is a deposed object of ${address}: ${lost}`,
        next: "see what replaced it; delete it in OCP's console, or deploy it anew",
      },
    ];
  }
  if (!tainted) return [];
  return [
    {
      code: "tainted",
      level: "problem",
      message: `${label} is tainted in the state (${address}): ${lost}`,
      next: `terraform untaint '${address}'`,
    },
  ];
}

/** What the state adds to what the hook would do. */
function afterState(
  { object, state, clusterIsDeployed }: Circumstances,
  seen: Observation,
  { status, remarks }: Judgement,
): Judgement {
  const worst: Status = remarks.some(({ level }) => level === "problem") ? "problem" : status;
  if (object.fate !== "not-deployed") return { status: worst, remarks };
  if (state === "unreadable") return { status: worst === "problem" ? worst : "unknown", remarks };
  const missing: Remark[] =
    seen.presence === "absent" && worst !== "problem"
      ? [
          {
            code: "not-in-ocp",
            level: "warning",
            message: `${object.label} is declared (${object.declaredBy ?? "?"}), but OCP does not know it`,
            next: "correct its id, or take it out of the code",
          },
        ]
      : [];
  const undeployed: Remark[] =
    state === "undeployed" || missing.length > 0
      ? []
      : [
          {
            code: "not-deployed",
            level: "warning",
            message: `${object.label} is declared (${object.declaredBy ?? "?"}) but not in the state, so it has no hook yet: ${
              clusterIsDeployed
                ? "a destroy would delete it only together with its cluster"
                : "a destroy would leave it in OCP"
            }`,
            next: "deploy first",
          },
        ];
  return { status: worst === "problem" ? worst : "not-deployed", remarks: [...remarks, ...missing, ...undeployed] };
}

function named(task: Task): string {
  const { reason } = classify(task);
  return `task ${task.id} "${task.name}"${task.creator === undefined ? "" : ` of ${task.creator}`} (${reason})`;
}

/** The cluster as OCP shows it, where the object could be looked at. */
export function clusterOf(look: Look | undefined): Cluster | undefined {
  return look?.kind === "seen" ? look.seen.cluster : undefined;
}

import { type Action, decide, type Failing } from "../../hook/decide/decide.js";
import { contentBreach, type GuardBreach } from "../../hook/decide/guards.js";
import * as failures from "../../hook/tell/failures.js";
import type { Hands } from "../../hook/claimed.js";
import { handsOff, type Intent } from "../../hook/intent.js";
import { labelOf } from "../../contract/object.js";
import { lackOf } from "../../hook/memory.js";
import type { WaitReason } from "../../hook/decide/memory.js";
import type { Situation } from "../../hook/decide/situation.js";
import { ANY_NAME } from "../../contract/names.js";
import type { Cluster, Task } from "../../ocp/model.js";
import { classify } from "../../ocp/task.js";
import { formatVersion } from "../../ocp/version.js";
import { type Answers, inPreflight, type Look, type Refusal } from "./ask.js";
import { listed } from "./listed.js";
import type { Code, Level, Status } from "./report.js";
import { aliasOf, type Provider } from "./stack.js";
import { changesCarrier, type Surveyed } from "./survey.js";

/** What is to be said of one object. */
export interface Judgement {
  readonly status: Status;
  readonly remarks: readonly Remark[];
}

export interface Remark extends Text {
  readonly code: Code;
  readonly level: Level;
  /** Undefined: other objects share it only where its words are the same. */
  readonly shared?: Shared;
  /** Which command would meet it. Undefined: both may. */
  readonly meets?: Command;
}

export type Command = "deploy" | "destroy";

interface Text extends Partial<Pick<Refusal, "next">> {
  readonly message: string;
}

/** A cause that several objects may have in common, and how it is told of all of them at once. */
export interface Shared {
  readonly cause: string;
  readonly sharer: Sharer;
  readonly tell: (sharers: readonly Sharer[]) => Text;
}

interface Sharer {
  readonly label: string;
  /** In the state. */
  readonly address?: string | undefined;
  readonly declaredBy?: string | undefined;
  /** Whether the cause is a deletion of the very object. */
  readonly isDeleted?: boolean;
}

/** What one object is judged by. */
export interface Circumstances {
  readonly object: Surveyed;
  /** Undefined: no provider of the stack stands for the object. */
  readonly provider: Provider | undefined;
  /** Undefined: OCP was not asked. */
  readonly answers: Answers | undefined;
  /** How a command of Terraform on the stack begins. */
  readonly terraform: string;
  /** `undeployed`: nothing that the stack declares is in the state. `unreadable`: nobody knows what is. */
  readonly state: "deployed" | "undeployed" | "unreadable";
  /**
   * Ids of OBProxies of the same cluster that would be gone when it is its turn in a destroy, or Terraform would not come
   * to it.
   */
  readonly goneBefore: ReadonlySet<string>;
  /**
   * The same in a deploy, which deletes only what has left the code or is to be replaced; undefined: that would not delete
   * the cluster.
   */
  readonly goneBeforeDeploy: ReadonlySet<string> | undefined;
  /** Ids of OBProxies of the same cluster that the same run would delete, but nobody says that they go before it. */
  readonly unordered: ReadonlySet<string>;
  /** Of what has left the code: settings that the last deploy knew of it, and its carrier cannot remember. */
  readonly lostSettings: string | undefined;
  /** The state holds the cluster of this OBProxy, and would delete it. */
  readonly clusterIsDeployed: boolean;
  /** A hook of this stack has written down that it is gone. */
  readonly wasDeleted: boolean;
}

/** What would become of one object, and what stands against it: the hook's own decision, foretold. */
export function judge(circumstances: Circumstances): Judgement {
  const { object, provider, answers } = circumstances;
  const withoutHook = judgeFate(circumstances);
  if (withoutHook !== undefined) return withoutHook;
  const settings = provider?.settings;
  if (settings === undefined) return { status: "unknown", remarks: neglected(circumstances, undefined) };
  const hands = handsOff(object.target, settings, object.remembered);
  if (hands.off) return judgeHandsOff(circumstances, hands);
  const lack = lackFor(circumstances);
  if (lack !== undefined) return lack;
  const look = answers?.kind === "seen" ? answers.objects.get(object.key) : undefined;
  if (look === undefined) return { status: "unknown", remarks: neglected(circumstances, undefined) };
  return judgeLook(circumstances, look);
}

/** Undefined: the object has a hook, or would have one when it is deployed. */
function judgeFate({ object, terraform }: Circumstances): Judgement | undefined {
  const { fate, instance, declaredBy, label, movesTo } = object;
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
      return {
        status: "problem",
        remarks: [
          shared("no-block", "problem", aliasOf(address), { label, address }, (sharers) =>
            tellNoBlock(sharers, terraform),
          ),
        ],
      };
    case "switched-back":
      return {
        status: "problem",
        remarks: [shared("carrier-switched-back", "problem", "", { label, address }, tellSwitchedBack)],
      };
    case "unknown-block":
      return {
        status: "unknown",
        remarks: [
          {
            code: "unknown-block",
            level: "warning",
            message: `${address} looks like ${label}, but its block carries no hook of this package: nothing would be deleted in OCP by it`,
            next: `if it stands for something else, give its triggers other names; if it is a leftover: ${terraform} state rm '${address}'`,
          },
        ],
      };
  }
}

function tellNoBlock(sharers: readonly Sharer[], terraform: string): Text {
  const one = sharers.length === 1;
  const places = addressesOf(sharers);
  const blocks = [...new Set(places.map((address) => address.replace(/\[[^[\]]*\]$/, "")))];
  return {
    message: one
      ? `${labels(sharers)} is in the state as ${places.join()}, but that block has left the configuration: Terraform would forget it without running its hook, and it would stay in OCP`
      : `${labels(sharers)} are in the state, but their blocks (${listed(blocks)}) have left the configuration: Terraform would forget them without running their hooks, and they would stay in OCP`,
    next: `declare ${one ? "its" : "their"} OcpProvider again (with the same alias), take out only the objects, deploy, and then take out the provider; or, to let the ${one ? "object" : "objects"} go on purpose: ${terraform} state rm ${places.map((address) => `'${address}'`).join(" ")}`,
  };
}

function tellSwitchedBack(sharers: readonly Sharer[]): Text {
  const what =
    sharers.length === 1
      ? `${labels(sharers)} is in the state as ${addressesOf(sharers).join()}`
      : `${labels(sharers)} are in the state as terraform_data`;
  return {
    message: `${what}, but the configuration is back at null_resource: there is no way back, and Terraform refuses every plan`,
    next: "set `carrier: Carrier.TERRAFORM_DATA` on the OcpProvider again",
  };
}

function addressesOf(sharers: readonly Sharer[]): string[] {
  return sharers.flatMap(({ address }) => address ?? []);
}

/** Of what has left the code: what lies beside its null_resource, and whose hook refuses first. */
function lackFor({ object, provider }: Circumstances): Judgement | undefined {
  const { instance, target } = object;
  if (instance?.memory === undefined || provider?.settings === undefined) return undefined;
  const lack = lackOf({ target, ...instance.memory }, provider.settings);
  if (lack === undefined) return undefined;
  const code = instance.memory.firstName === undefined ? "settings-lost" : "name-changed";
  return changesCarrier(object)
    ? problem(
        code,
        `${lack.what}: it would be deleted without it, because what lies beside it leaves together with the carrier`,
        `declare ${object.label} again, deploy the switch of the carrier alone, and take it out after that`,
      )
    : problem(code, `${lack.what}: its hook would refuse`, lack.next);
}

function judgeHandsOff({ object }: Circumstances, hands: Extract<Hands, { off: true }>): Judgement {
  const { label, fate, isReplaced = false } = object;
  if (fate === "not-deployed") return { status: "not-deployed", remarks: [] };
  const { reason } = hands;
  if (hands.outcome === "left-alone") {
    const told: Remark = { code: "left-alone", level: "note", message: `${label} is left alone: ${reason}` };
    const doubt: Remark[] =
      hands.doubt === undefined
        ? []
        : [
            {
              code: "left-alone",
              level: "warning",
              message: `${label}: ${hands.doubt}`,
              next: "see that it is deployed there",
            },
          ];
    return { status: "left-alone", remarks: [told, ...doubt] };
  }
  if (hands.guard === "declaredElsewhere") {
    return problem("declared-elsewhere", `${label} would not be deleted: ${reason}`, hands.next);
  }

  return {
    status: "protected",
    remarks: [
      {
        ...shared("protected", "problem", reason, { label }, (sharers) => ({
          message: `a destroy of ${labels(sharers)} would be refused, as ${reason}: by Terraform, which then deletes nothing at all, or, where that is not deployed yet, by the hook`,
          next: "before a destroy, take preventDestroy off and deploy; before a deploy, say so with --deploy",
        })),
        ...(isReplaced ? {} : { meets: "destroy" }),
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
  const seen = foretold(look.seen, circumstances.object, circumstances.goneBefore);
  const decision = judgeNowAndLater(seen, intent);
  const remarks = [
    ...neglected(circumstances, seen),
    ...decision.remarks.map((remark) => orderRemark(remark, seen, circumstances)),
    ...deployRemarks(circumstances, look.seen, intent, decision),
    ...renameRemarks(circumstances, seen, intent),
    ...lostSettingsRemarks(circumstances, seen),
    ...ownFailureRemarks(seen, intent, decision),
    ...lockRemarks(seen, decision.status),
    ...hostRemarks(circumstances, intent, seen),
    ...sweepRemarks(intent, seen, decision.status),
    ...moveRemarks(object),
    ...importRemarks(object),
  ];
  return afterState(circumstances, seen, { status: decision.status, remarks });
}

/** The world as it will be when it is this object's turn, as far as that can be known. */
function foretold(seen: Situation, { target }: Surveyed, goneBefore: ReadonlySet<string>): Situation {
  const { cluster } = seen;
  const later = { ...seen, patience: { ...seen.patience, verify: false, unknown: false } };
  if (target.kind !== "cluster" || cluster?.obproxies === undefined) return later;
  return { ...later, cluster: { ...cluster, obproxies: cluster.obproxies.filter(({ id }) => !goneBefore.has(id)) } };
}

/** What stands in a cluster's way only because Terraform may come to the cluster first. */
function orderRemark(remark: Remark, { cluster }: Situation, { object, unordered }: Circumstances): Remark {
  const early = (cluster?.obproxies ?? []).filter(({ id }) => unordered.has(id));
  if (!CONTENT_CODES.has(remark.code) || early.length === 0) return remark;
  return {
    ...remark,
    message: `${object.label} may be tried before OBProxies of it that the same run deletes (${early.map(({ id }) => id).join(", ")}), because nothing tells Terraform their order; then it is refused: ${remark.message}`,
    next: "declare the cluster and its OBProxies with one provider, or with providers of one stack that have the same `url` (or `envPrefix`) and ids that are numbers; or run destroy again, which finds them gone",
  };
}

const CONTENT_CODES = new Set<Code>(["undeclared-obproxies", "declared-elsewhere", "kept-obproxies"]);

/** A deploy deletes a cluster that has left the code, and leaves what is declared of it where it is. */
function deployRemarks(
  { goneBeforeDeploy, object }: Circumstances,
  now: Situation,
  intent: Intent,
  { status }: Judgement,
): Remark[] {
  if (goneBeforeDeploy === undefined || status === "problem") return [];
  const seen = foretold(now, object, goneBeforeDeploy);
  const breach = contentBreach(seen.cluster, intent);
  if (breach === undefined) return [];
  const { message, next } = failures.guardBroken(breach, intent, seen.cluster);
  return [
    {
      code: GUARD_CODES[breach.guard],
      level: "problem",
      message: `a deploy would fail${object.isReplaced === true ? " to replace it" : ""}: ${message}`,
      next,
      meets: "deploy",
    },
  ];
}

/** A null_resource keeps the name of the first deploy, and conditions on its block do not let another one pass. */
function renameRemarks({ object, provider }: Circumstances, seen: Situation, intent: Intent): Remark[] {
  const { declaredBy, instance, remembered } = object;
  if (instance?.block.startsWith("null_resource.") !== true || object.movesTo?.startsWith("terraform_data.") === true) {
    return [];
  }

  const loosened = declaredBy !== undefined && intent.clusterName !== undefined && remembered.clusterName === ANY_NAME;
  if ((intent.renamedTo === undefined && !loosened) || seen.presence === "absent") return [];
  const names = [...(intent.renamedTo ?? [intent.clusterName])].map((name) => JSON.stringify(name)).join(" or ");
  const remark = shared("name-changed", "problem", `${remembered.clusterName} ${names}`, object, (sharers) => ({
    message: `${labels(sharers)} was deployed under the cluster's name ${JSON.stringify(remembered.clusterName)}; the provider ${provider?.alias ?? "?"} declares ${names} now, and a null_resource keeps the first name: Terraform refuses the plan`,
    next: "forget it (terraform state rm, which deletes nothing) and deploy it again; or set `carrier: Carrier.TERRAFORM_DATA` on the OcpProvider; or write ids and name in the code",
  }));
  return [loosened ? { ...remark, meets: "deploy" } : remark];
}

/** Settings that a null_resource cannot remember, of what has left the code: the plan shows their loss. */
function lostSettingsRemarks({ lostSettings, object }: Circumstances, seen: Situation): Remark[] {
  if (lostSettings === undefined || seen.presence === "absent") return [];
  const [settings = lostSettings] = lostSettings.split(":");
  return [
    {
      code: "settings-lost",
      level: settings.includes("skipHostOperation") ? "problem" : "warning",
      message: `${object.label} has left the code with settings of its own that its hook will not know: ${settings}`,
      next: "declare it again with them, destroy it by its address (-target), and take it out after that",
    },
  ];
}

/** A hook that has waited for somebody else's task decides again; what it would meet then is known already. */
function judgeNowAndLater(seen: Situation, intent: Intent): Judgement {
  const now = judgeAction(decide(seen, intent), seen, intent);
  if (now.status !== "waits") return now;
  const atRest = { ...seen, atWork: [], patience: { ...seen.patience, lock: false } };
  const later = judgeAction(decide(atRest, intent), atRest, intent);
  return later.status === "problem" ? { status: "problem", remarks: [...now.remarks, ...later.remarks] } : now;
}

function judgeAction(action: Action, seen: Situation, intent: Intent): Judgement {
  switch (action.do) {
    case "delete":
      return { status: "ready", remarks: [] };
    case "finish":
      return { status: "gone", remarks: [] };
    case "follow":
      return { status: "waits", remarks: [waitRemark(action.task, action.ours, action.certain, intent)] };
    case "wait":
      return { status: "waits", remarks: [busyRemark(action.because, intent)] };
    case "retry":
      return {
        status: "waits",
        remarks: [
          shared("task-failed", "warning", action.task.id, { label: intent.label }, (sharers) => ({
            message: `the last deletion of ${labels(sharers)}, ${named(action.task)}, has FAILED; destroy would ask OCP to retry it`,
            next: "see in OCP's console whether its cause is mended",
          })),
        ],
      };
    case "fail":
      return judgeFailing(action.why, seen, intent);
  }
}

function judgeFailing(why: Failing, { cluster }: Situation, intent: Intent): Judgement {
  switch (why.reason) {
    case "guard":
      return told(GUARD_CODES[why.breach.guard], failures.guardBroken(why.breach, intent, cluster));
    case "task-failed": {
      const { task, verdict, ofThisRun, whyNotRetry: whyNot } = why.ours;
      const own = { taskRetries: intent.taskRetries, whyNot };
      return told("task-failed", failures.taskFailed(task, verdict, ofThisRun, [], "OCP's console", own));
    }
    case "unknown":
      return {
        status: "problem",
        remarks: [
          shared(cluster === undefined ? "unknown" : "obproxies-unknown", "problem", why.what, intent, (sharers) => ({
            message: `${labels(sharers)} can be taken neither for gone nor for there: ${why.what}`,
            next: "see the cluster in OCP's console; the OCP user may lack the right to see it",
          })),
        ],
      };
    case "still-there":
      return told("task-failed", failures.stillThere(why.task, intent.label));
    case "task-vanished":
      return told("task-failed", failures.taskVanished(why.task));
    case "bad-end":
      return told("task-failed", failures.badEnd(why.end, intent.label, [], "OCP's console"));
    case "lock-not-released":
      return told("locked", failures.lockNotReleased(why.holder, NOT_OURS, [], why.error, intent, "OCP's console"));
    case "call-failed":
      return told("cannot-be-looked-at", { message: why.error.message, next: "see what OCP answers" });
    case "refused":
      return told("cannot-be-looked-at", failures.deleteRefused(why.error));
    case "answer-lost":
      return told("cannot-be-looked-at", failures.answerLost(why.error));
  }
}

const NOT_OURS: failures.OwnRetries = { taskRetries: undefined, whyNot: undefined };

const GUARD_CODES: Readonly<Record<GuardBreach["guard"], Code>> = {
  clusterName: "cluster-name",
  clusterNameElsewhere: "cluster-name-elsewhere",
  forceDestroy: "undeclared-obproxies",
  declaredElsewhere: "declared-elsewhere",
  mayBeDeclared: "declared-elsewhere",
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
  return shared("busy", "warning", `${task.id} on ${cluster}`, { label, isDeleted: ours }, (sharers) => {
    const deleted = sharers.filter(({ isDeleted }) => isDeleted);
    const what =
      deleted.length > 0
        ? `a deletion of ${labels(deleted)} is at work already (${named(task)}), and ${cluster} is locked meanwhile`
        : certain
          ? `${named(task)} is at work on ${cluster}, which is locked meanwhile`
          : `${named(task)} is at work, perhaps on ${cluster} (this OCP does not say)`;
    return {
      message: `${what}; destroy would wait for it`,
      next: "nothing has to be done; if it is not expected, look at it in OCP's console (Task Center)",
    };
  });
}

function busyRemark(because: WaitReason, { target }: Intent): Remark {
  const why = because === "busy" ? "says that it is being worked on" : "is not at rest";
  return {
    code: "busy",
    level: "warning",
    message: `OBProxy cluster ${target.clusterId} ${why}, though no task is seen at work on it; destroy would wait, for a while`,
    next: "look at the cluster in OCP's console",
  };
}

/**
 * The object is there and would be deleted anew, but its last deletion has failed. OCP keeps the cluster locked for such
 * a task until somebody acts on it, and the hook does not.
 */
function ownFailureRemarks({ cluster, ours, presence }: Situation, intent: Intent, decision: Judgement): Remark[] {
  if (ours?.verdict.kind !== "failed" || presence === "absent") return [];
  if (decision.remarks.some(({ code }) => code === "task-failed")) return [];
  const { task, verdict, whyNotRetry } = ours;
  const mayBeRetried = whyNotRetry === undefined && !verdict.rollbackFailed && intent.taskRetries === 0;
  return [
    shared("task-failed", "problem", `${task.id} ${mayBeRetried}`, intent, (sharers) => ({
      message: `the last deletion of ${labels(sharers)}, ${named(task)}, has FAILED and may hold the lock of OBProxy cluster ${cluster?.id ?? "?"}: OCP may refuse to delete anything of it`,
      next: `mend the cause and retry task ${task.id} in OCP's console (Task Center)${mayBeRetried ? ", or set `taskRetries` on the OcpProvider" : ""}`,
    })),
  ];
}

/** A failed task of somebody else may hold the lock; only the refusal of a delete would prove it. */
function lockRemarks({ cluster, failedOnCluster, ours, presence }: Situation, status: Status): Remark[] {
  if (presence === "absent" || status === "problem") return [];
  const others = failedOnCluster.filter(({ id }) => id !== ours?.task.id);
  return others.slice(0, 1).map((task) => ({
    code: "locked",
    level: "warning",
    message: `${named(task)} has FAILED on OBProxy cluster ${cluster?.id ?? "?"} and may hold its lock: OCP may refuse the delete`,
    next: `retry task ${task.id} in OCP's console (Task Center), or see there that it is history`,
  }));
}

function hostRemarks({ object, answers }: Circumstances, intent: Intent, seen: Situation): Remark[] {
  if (!intent.skipHostOperation || answers?.kind !== "seen" || answers.dialect === "POST") return [];
  if (seen.presence === "absent") return [];
  const { message, next } = failures.skipHostOperationUnsupported(formatVersion(answers.version));
  return [
    shared("skip-host-operation", "problem", "", object, (sharers) => ({
      message: `${labels(sharers)}: ${message}`,
      next,
    })),
  ];
}

/** What nobody declared, and what goes with the cluster all the same because forceDestroy says so. */
function sweepRemarks({ forceDestroy, declaredObproxyIds, label }: Intent, seen: Situation, status: Status): Remark[] {
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

/** Of what was imported, or moved by hand, the state does not hold what a deploy writes into it. */
function importRemarks({ declaredBy, instance, label }: Surveyed): Remark[] {
  if (instance?.deployedAs === undefined) return [];
  const { address, block, deployedAs } = instance;
  if (deployedAs !== "nothing") {
    return [
      {
        code: "key-differs",
        level: "problem",
        message: `${address} was deployed as ${labelOf(deployedAs)}: which of the two is meant cannot be told, and its hook would refuse to delete either`,
        next: "move it back in the state (terraform state mv), or forget it (terraform state rm, which deletes nothing) and deploy again",
      },
    ];
  }
  if (block.startsWith("null_resource.")) {
    return [
      {
        code: "imported",
        level: "problem",
        message: `${label} is in the state without the triggers of a deploy (${address}): the next plan would replace it, that is delete it`,
        next: `terraform state rm '${address}' (which deletes nothing), then deploy`,
      },
    ];
  }
  return [
    {
      code: "imported",
      level: "note",
      message: `${label} is in the state without the name of a deploy (${address}), as an import leaves it: ${
        declaredBy === undefined ? "nothing says what its cluster has to be called" : "the declared name guards it"
      }`,
    },
  ];
}

/** Terraform runs no hook for these. Where OCP does not know the object there is nothing to lose. */
function neglected({ clusterIsDeployed, object, terraform }: Circumstances, seen: Situation | undefined): Remark[] {
  const { fate, instance, label, target } = object;
  if (instance === undefined || fate !== "hook" || seen?.presence === "absent") return [];
  const { address, deposed, tainted } = instance;
  const withCluster = target.kind === "obproxy" && clusterIsDeployed;
  const lost = `Terraform would run no hook, and it would stay in OCP${withCluster ? " and hold its cluster back" : ""}`;
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
      next: `${terraform} untaint '${address}'`,
    },
  ];
}

/** What is declared, and neither in the state nor in OCP: a destroy has taken it, or its id was never right. */
function missingRemark(object: Surveyed, wasDeleted: boolean): Remark {
  if (wasDeleted) {
    return shared("deleted-earlier", "note", "", object, (sharers) => ({
      message: `${whereDeclared(sharers)}, and an earlier run on this machine has deleted ${sharers.length === 1 ? "it" : "them"}`,
    }));
  }
  return shared("not-in-ocp", "warning", "", object, (sharers) => {
    const [it, id] = sharers.length === 1 ? ["it", "id"] : ["them", "ids"];
    return {
      message: `${whereDeclared(sharers)}, but OCP does not know ${it}`,
      next: `nothing, if an earlier destroy has deleted ${it}; else correct the ${id}, or take ${it} out of the code`,
    };
  });
}

/** What the state adds to what the hook would do. */
function afterState(
  { object, state, clusterIsDeployed, wasDeleted }: Circumstances,
  seen: Situation,
  { status, remarks }: Judgement,
): Judgement {
  const worst: Status = remarks.some(({ level }) => level === "problem") ? "problem" : status;
  if (object.fate !== "not-deployed") return { status: worst, remarks };
  if (state === "unreadable") return { status: worst === "problem" ? worst : "unknown", remarks };
  const isMissing = seen.presence === "absent" && worst !== "problem";
  const missing = isMissing ? [missingRemark(object, wasDeleted)] : [];
  if (isMissing && wasDeleted) return { status: "gone", remarks: [...remarks, ...missing] };
  const undeployed: Remark[] =
    state === "undeployed" || missing.length > 0
      ? []
      : [
          shared("not-deployed", "warning", String(clusterIsDeployed), object, (sharers) => {
            const one = sharers.length === 1;
            return {
              message: `${whereDeclared(sharers)} but not in the state, so ${one ? "it has no hook" : "they have no hooks"} yet: a destroy would ${
                clusterIsDeployed
                  ? `not delete ${one ? "it, and not its" : "them, and not their"} cluster as long as ${one ? "it is" : "they are"} in it`
                  : `leave ${one ? "it" : "them"} in OCP`
              }`,
              next: "deploy first",
            };
          }),
        ];
  return { status: worst === "problem" ? worst : "not-deployed", remarks: [...remarks, ...missing, ...undeployed] };
}

function whereDeclared(sharers: readonly Sharer[]): string {
  const names = sharers.map(({ declaredBy, label }) => `${label} (${declaredBy ?? "?"})`);
  return `${listed(names)} ${names.length === 1 ? "is" : "are"} declared`;
}

function shared(
  code: Code,
  level: Level,
  cause: string,
  { address, declaredBy, isDeleted = false, label }: Sharer,
  tell: Shared["tell"],
): Remark {
  const sharer = { label, address, declaredBy, isDeleted };
  return { code, level, ...tell([sharer]), shared: { cause, sharer, tell } };
}

function labels(sharers: readonly Sharer[]): string {
  return listed(sharers.map(({ label }) => label));
}

function named(task: Task): string {
  const { reason } = classify(task);
  return `task ${task.id} "${task.name}"${task.creator === undefined ? "" : ` of ${task.creator}`} (${reason})`;
}

/** The cluster as OCP shows it, where the object could be looked at. */
export function clusterOf(look: Look | undefined): Cluster | undefined {
  return look?.kind === "seen" ? look.seen.cluster : undefined;
}

import { contentBreach } from "../../hook/decide/guards.js";
import type { Situation } from "../../hook/decide/situation.js";
import { claimOf, handsOff, type Intent } from "../../hook/intent.js";
import { guardBroken } from "../../hook/tell/failures.js";
import type { Look } from "../../survey/answers.js";
import { refusalBy } from "../../survey/refusal.js";
import type { Surveyed } from "../../survey/survey.js";
import type { Status } from "../report/report.js";
import { deployFails, inAnotherCluster, notLookedAt, unordered as isUnordered } from "../words/in-ocp.js";
import { deletedEarlier, notDeployed, notInOcp } from "../words/in-the-state.js";
import type { Sharer, Told } from "../words/told.js";
import type { Circumstances } from "./circumstances.js";
import { CONTENT_CODES, GUARD_CODES, judgeNowAndLater } from "./decision.js";
import { judgeHandsOff } from "./hands-off.js";
import { type Judgement, type Remark, shared } from "./judgement.js";
import { hostRemarks, lockRemarks, ownFailureRemarks, sweepRemarks } from "./ocp-remarks.js";
import {
  importRemarks,
  judgeFate,
  lackFor,
  lostSettingsRemarks,
  moveRemarks,
  neglected,
  renameRemarks,
} from "./state-remarks.js";

/** What would become of one object, and what stands against it: the hook's own decision, foretold. */
export function judge(circumstances: Circumstances): Judgement {
  const { object, provider, answers } = circumstances;
  const withoutHook = judgeFate(circumstances);
  if (withoutHook !== undefined) return withoutHook;
  const settings = provider?.settings;
  if (settings === undefined) return { status: "unknown", remarks: neglected(circumstances, undefined) };
  const hands = handsOff(object.target, settings, object.remembered);
  const look = answers?.kind === "seen" ? answers.objects.get(object.key) : undefined;
  const isGone = look?.kind === "seen" && look.seen.presence === "absent";
  const claimed = claimOf(hands);
  if (isGone && claimed !== undefined) {
    return judgeLook(circumstances, { ...look, intent: { ...look.intent, claimed } });
  }
  if (hands.off) return judgeHandsOff(circumstances, hands);
  const lack = lackFor(circumstances);
  if (lack !== undefined) return lack;
  if (look === undefined) return { status: "unknown", remarks: neglected(circumstances, undefined) };
  return judgeLook(circumstances, look);
}

function judgeLook(circumstances: Circumstances, look: Look): Judgement {
  const { object } = circumstances;
  if (look.kind === "failed") {
    const { refusal } = look;
    const tell = (sharers: readonly Sharer[]): Told => notLookedAt(sharers, refusal);
    const remark = shared("cannot-be-looked-at", "problem", JSON.stringify(refusal), object, tell);
    return { status: "problem", remarks: [remark] };
  }

  const { intent } = look;
  const seen = foretold(look.seen, object, circumstances.goneBefore);
  const decision = decisionOn(circumstances, look.seen, intent);
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
    ...(decision.status === "problem" ? [] : otherClusterRemarks(circumstances, seen)),
  ];
  return afterState(circumstances, seen, { status: decision.status, remarks });
}

/** What stays in a cluster, and is told of by itself, holds it back and says so once. */
function decisionOn(circumstances: Circumstances, now: Situation, intent: Intent): Judgement {
  const { goneBefore, holding, object } = circumstances;
  const decision = judgeNowAndLater(foretold(now, object, goneBefore), intent, circumstances);
  if (holding.size === 0 || !decision.remarks.some(({ code }) => CONTENT_CODES.has(code))) return decision;
  const others = judgeNowAndLater(foretold(now, object, new Set([...goneBefore, ...holding])), intent, circumstances);
  return others.status === "problem" ? others : { status: "held-back", remarks: others.remarks };
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
  return { ...remark, ...isUnordered(object.label, early, remark.message) };
}

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
  const told = deployFails(refusalBy(guardBroken(breach, intent, seen.cluster)), object.isReplaced === true);
  return [{ code: GUARD_CODES[breach.guard], level: "problem", ...told, meets: "deploy" }];
}

/** What the state adds to what the hook would do. */
function afterState(circumstances: Circumstances, seen: Situation, { status, remarks }: Judgement): Judgement {
  const { object, state, wasDeleted } = circumstances;
  const worst: Status = remarks.some(({ level }) => level === "problem") ? "problem" : status;
  if (object.fate !== "not-deployed") return { status: worst, remarks };
  if (state === "unreadable") return { status: worst === "problem" ? worst : "unknown", remarks };
  const isMissing = seen.presence === "absent" && worst !== "problem";
  const more = isMissing ? missingRemarks(circumstances) : undeployedRemarks(circumstances, seen);
  if (isMissing && wasDeleted) return { status: "gone", remarks: [...remarks, ...more] };
  return { status: worst === "problem" ? worst : "not-deployed", remarks: [...remarks, ...more] };
}

/** What is declared, and neither in the state nor in OCP: a destroy has taken it, or its id was never right. */
function missingRemarks({ heldBy, object, wasDeleted }: Circumstances): Remark[] {
  if (wasDeleted) return [shared("deleted-earlier", "note", "", object, deletedEarlier)];
  return heldBy.length > 0 ? [] : [shared("not-in-ocp", "warning", "", object, notInOcp)];
}

/** An id belongs to one cluster, so the OBProxy of another one may be meant. */
function otherClusterRemarks({ heldBy, object, wasDeleted }: Circumstances, { presence }: Situation): Remark[] {
  const [other] = heldBy;
  const { label, target } = object;
  if (target.kind === "cluster" || presence !== "absent" || wasDeleted || other === undefined) return [];
  const cause = JSON.stringify([target.clusterId, other.id]);
  const sharer = { label, clusterId: target.clusterId, obproxyId: target.obproxyId };
  const tell = (sharers: readonly Sharer[]): Told => inAnotherCluster(sharers, other);
  return [shared("in-another-cluster", "warning", cause, sharer, tell)];
}

/** Where nothing at all is deployed, that is said once. A deploy makes it good. */
function undeployedRemarks({ clusterIsDeployed, object, state }: Circumstances, { presence }: Situation): Remark[] {
  if (state === "undeployed") return [];
  const level = clusterIsDeployed && presence === "present" ? "problem" : "warning";
  const remark = shared("not-deployed", level, String(clusterIsDeployed), object, (sharers) =>
    notDeployed(sharers, clusterIsDeployed),
  );
  return [{ ...remark, meets: "destroy" }];
}

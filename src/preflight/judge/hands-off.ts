import type { Hands } from "../../hook/claimed.js";
import { declaredElsewhere, leftAlone, leftInDoubt, protectedByPlan } from "../words/in-ocp.js";
import type { Circumstances } from "./circumstances.js";
import { type Judgement, problem, type Remark, shared } from "./judgement.js";

/** An object that must not be touched, whatever OCP says. */
export function judgeHandsOff({ object }: Circumstances, hands: Extract<Hands, { off: true }>): Judgement {
  const { label, fate, isReplaced = false } = object;
  if (fate === "not-deployed") return { status: "not-deployed", remarks: [] };
  const { reason } = hands;
  if (hands.outcome === "left-alone") {
    const { doubt } = hands;
    const told: Remark = { code: "left-alone", level: "note", ...leftAlone(label, reason) };
    const doubted: Remark[] =
      doubt === undefined ? [] : [{ code: "left-alone", level: "warning", ...leftInDoubt(label, doubt) }];
    return { status: "left-alone", remarks: [told, ...doubted] };
  }
  if (hands.guard === "declaredElsewhere") {
    return problem("declared-elsewhere", declaredElsewhere(label, reason, hands.next));
  }
  const told = shared("protected", "problem", reason, { label }, (sharers) => protectedByPlan(sharers, reason));
  return { status: "protected", remarks: [isReplaced ? told : { ...told, meets: "destroy" }] };
}

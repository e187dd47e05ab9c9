import type { Situation } from "../../hook/decide/situation.js";
import type { Intent } from "../../hook/intent.js";
import { labelOf } from "../../contract/object.js";
import { lackOf } from "../../hook/memory.js";
import { ANY_NAME } from "../../contract/names.js";
import { aliasOf } from "../../survey/stack.js";
import { changesCarrier, type Surveyed } from "../../survey/survey.js";
import * as words from "../words/in-the-state.js";
import type { Circumstances } from "./circumstances.js";
import { type Judgement, problem, type Remark, shared } from "./judgement.js";

/** What the state and the synthesized blocks say of an object. */

/** Undefined: the object has a hook, or would have one when it is deployed. */
export function judgeFate({ object, terraform }: Circumstances): Judgement | undefined {
  const { fate, instance, declaredBy, label, movesTo } = object;
  const address = instance?.address ?? "";
  const alike = (code: "no-block" | "carrier-switched-back", cause: string, tell: Parameters<typeof shared>[4]) => ({
    status: "problem" as const,
    remarks: [shared(code, "problem", cause, { label, address }, tell)],
  });
  switch (fate) {
    case "hook":
    case "not-deployed":
      return undefined;
    case "kept": {
      const told = words.kept(label, declaredBy, movesTo !== undefined);
      return { status: "left-alone", remarks: [{ code: "left-alone", level: "note", ...told }] };
    }
    case "no-block":
      return alike("no-block", aliasOf(address), (sharers) => words.noBlock(sharers, terraform));
    case "switched-back":
      return alike("carrier-switched-back", "", words.switchedBack);
    case "unknown-block": {
      const told = words.unknownBlock(label, address, terraform);
      return { status: "unknown", remarks: [{ code: "unknown-block", level: "warning", ...told }] };
    }
  }
}

/** Of what has left the code: what lies beside its null_resource, and whose hook refuses first. */
export function lackFor({ object, provider }: Circumstances): Judgement | undefined {
  const { instance, label, target } = object;
  if (instance?.memory === undefined || provider?.settings === undefined) return undefined;
  const lack = lackOf({ target, ...instance.memory }, provider.settings);
  if (lack === undefined) return undefined;
  const code = instance.memory.firstName === undefined ? "settings-lost" : "name-changed";
  const told = changesCarrier(object)
    ? words.lackWithCarrier(lack.what, label)
    : words.lackInHook(lack.what, lack.next);
  return problem(code, told);
}

/** A null_resource keeps the name of the first deploy, and conditions on its block do not let another one pass. */
export function renameRemarks({ object, provider }: Circumstances, seen: Situation, intent: Intent): Remark[] {
  const { declaredBy, instance, movesTo, remembered } = object;
  const staysNullResource =
    instance?.block.startsWith("null_resource.") === true && movesTo?.startsWith("terraform_data.") !== true;
  const loosened = declaredBy !== undefined && intent.clusterName !== undefined && remembered.clusterName === ANY_NAME;
  const isRenamed = intent.renamedTo !== undefined || loosened;
  if (!staysNullResource || !isRenamed || seen.presence === "absent") return [];
  const names = [...(intent.renamedTo ?? [intent.clusterName])];
  const cause = JSON.stringify([remembered.clusterName, ...names]);
  const remark = shared("name-changed", "problem", cause, object, (sharers) =>
    words.nameChanged(sharers, remembered.clusterName, provider?.alias ?? "?", names),
  );
  return [loosened ? { ...remark, meets: "deploy" } : remark];
}

/** Settings that a null_resource cannot remember, of what has left the code: the plan shows their loss. */
export function lostSettingsRemarks({ lostSettings, object }: Circumstances, seen: Situation): Remark[] {
  if (lostSettings === undefined || seen.presence === "absent") return [];
  const level = lostSettings.includes("skipHostOperation") ? "problem" : "warning";
  return [shared("settings-lost", level, lostSettings, object, (sharers) => words.settingsLost(sharers, lostSettings))];
}

export function moveRemarks(object: Surveyed): Remark[] {
  const { declaredBy, instance, label, movesTo } = object;
  if (instance === undefined || movesTo === undefined) return [];
  if (declaredBy === undefined && changesCarrier(object)) {
    return [{ code: "moves", level: "warning", ...words.leavesWithSwitch(label) }];
  }
  return [{ code: "moves", level: "note", ...words.moves(label, instance.address, movesTo) }];
}

/** Of what was imported, or moved by hand, the state does not hold what a deploy writes into it. */
export function importRemarks({ declaredBy, instance, label }: Surveyed): Remark[] {
  if (instance?.deployedAs === undefined) return [];
  const { address, block, deployedAs } = instance;
  if (deployedAs !== "nothing") {
    return [{ code: "key-differs", level: "problem", ...words.keyDiffers(address, labelOf(deployedAs)) }];
  }
  if (block.startsWith("null_resource.")) {
    return [{ code: "imported", level: "problem", ...words.importedWithoutTriggers(label, address) }];
  }
  const told = words.importedWithoutName(label, address, declaredBy !== undefined);
  return [{ code: "imported", level: "note", ...told }];
}

/** Terraform runs no hook for these. Where OCP does not know the object there is nothing to lose. */
export function neglected(
  { clusterIsDeployed, object, terraform }: Circumstances,
  seen: Situation | undefined,
): Remark[] {
  const { fate, instance, label, target } = object;
  if (instance === undefined || fate !== "hook" || seen?.presence === "absent") return [];
  const { address, deposed, tainted } = instance;
  const withCluster = target.kind === "obproxy" && clusterIsDeployed;
  const remark = (code: "deposed" | "tainted", tell: Parameters<typeof shared>[4]): Remark[] => [
    shared(code, "problem", String(withCluster), { label, address }, tell),
  ];
  if (deposed) return remark("deposed", (sharers) => words.deposed(sharers, withCluster));
  return tainted ? remark("tainted", (sharers) => words.tainted(sharers, withCluster, terraform)) : [];
}

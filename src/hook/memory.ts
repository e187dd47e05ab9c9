import { ANY_NAME, blockName, ENV, FIRST_NAME, instanceAddress, memoryName } from "../contract/names.js";
import { keyOf, labelOf, type Target } from "../contract/object.js";
import { standingOf } from "./decide/elsewhere.js";
import {
  claimOf,
  handsOff,
  type Intent,
  intentFrom,
  namesOfCluster,
  readLastDeploy,
  type Remembered,
  rememberedOf,
  targetOf,
} from "./intent.js";
import type { Settings } from "./settings.js";
import { HookFailure } from "./tell/failure.js";

/** What is remembered of an object's last declaration beside its null_resource, and is about to be forgotten. */
export interface Memory {
  readonly target: Target;
  /** {@link ANY_NAME} where the name is that of the first deploy, which the null_resource knows itself. */
  readonly remembered: Remembered;
  /** The name of the first deploy; undefined where it is the last one, too. */
  readonly firstName: string | undefined;
}

/** Undefined: the hook was called for the object itself. */
export function readMemory(env: NodeJS.ProcessEnv): Memory | undefined {
  if (env[ENV.memoryOf] === undefined) return undefined;
  return { target: targetOf(env, ENV.memoryOf), ...memoryFrom(readLastDeploy(env)) };
}

/** @param input of the instance */
export function memoryFrom(input: unknown): Pick<Memory, "remembered" | "firstName"> {
  const first = new Map<string, unknown>(typeof input === "object" && input !== null ? Object.entries(input) : []).get(
    FIRST_NAME,
  );
  return { remembered: rememberedOf(ANY_NAME, input), firstName: typeof first === "string" ? first : undefined };
}

/** What the object's own hook would lack, because the object has left the code, and what to do; undefined: nothing. */
export function lackOf(
  { remembered, target }: Memory,
  settings: Settings,
): { readonly what: string; readonly next: string } | undefined {
  if (standingOf(target, settings) === "declared") return undefined;
  const { clusterName, skipHostOperation = false } = remembered;
  const isNamed = namesOfCluster(target.clusterId, settings).some((name) => name !== ANY_NAME);
  const name = clusterName === ANY_NAME || isNamed ? undefined : JSON.stringify(clusterName);
  if (name === undefined && !skipHostOperation) return undefined;
  const label = labelOf(target);
  const lost = [
    ...(name === undefined ? [] : [`that its cluster was last declared as ${name}, and not as in the first deploy`]),
    ...(skipHostOperation ? ["that it was declared with skipHostOperation"] : []),
  ];
  const again = [
    ...(name === undefined ? [] : [`clusterName: ${name}`]),
    ...(skipHostOperation ? ["skipHostOperation: true"] : []),
  ];
  const { alias } = settings.provider;
  const own = instanceAddress("null_resource", blockName(alias, target.kind), keyOf(target));
  const beside = instanceAddress("terraform_data", memoryName(alias, target.kind), keyOf(target));
  const online = skipHostOperation ? "; where its host is online again, deploy it once without skipHostOperation" : "";
  return {
    what: `${label} has left the code, and its null_resource does not know ${lost.join(" nor ")}`,
    next: `declare ${label} again with ${again.join(" and ")}, destroy it while it is declared (terraform destroy -target='${own}'), and take it out after that${online}; or let it go without deleting it: terraform state rm '${own}' '${beside}'`,
  };
}

/**
 * Whether what is remembered may be forgotten, because the object's own hook is left nothing to do, or knows better.
 *
 * @returns what the object's own hook is going to do, where that is only certain when the cluster has the name that it
 *   asks for: else that hook would fail, the object stay, and the name of the first deploy guard it alone. `claimed`: it
 *   is only certain when OCP has the object no longer.
 * @throws HookFailure
 */
export function forget(memory: Memory, settings: Settings): Intent | undefined {
  const { firstName, remembered, target } = memory;
  if (isTakenOver(target, settings)) return undefined;
  const intent = intentFrom(target, remembered, settings);
  // Of a setting that is taken off, or a name that is corrected back: a deploy that does so needs nothing of OCP.
  const isNothingLost = remembered.clusterName === ANY_NAME && !intent.skipHostOperation;
  const isNameKnown = intent.clusterName === undefined || intent.clusterName === firstName;
  const isNeedless = intent.declared && (isNothingLost || (isNameKnown && !intent.skipHostOperation));
  const hands = handsOff(target, settings, remembered);
  // Such a deploy leaves the object itself alone, so that its protection is no reason to fail.
  if (hands.off && (hands.outcome === "left-alone" || (hands.guard === "preventDestroy" && isNeedless))) {
    return undefined;
  }
  const claimed = claimOf(hands);
  // The object's own hook comes next and asks the same, by the name that it knows.
  if (claimed !== undefined) {
    const own: Remembered = firstName === undefined ? remembered : { clusterName: firstName, nameFrom: "first-deploy" };
    return { ...intentFrom(target, own, settings), claimed };
  }
  const lack = hands.off ? { what: hands.reason, next: hands.next } : lackOf(memory, settings);
  if (lack !== undefined) {
    throw new HookFailure({
      what: `not deleted: ${lack.what}`,
      details: ["nothing was sent to OCP"],
      next: lack.next,
    });
  }
  return isNothingLost || isNameKnown ? undefined : intent;
}

/**
 * By another provider of the stack that is the same OCP for synth, too: Terraform itself moves the object there (`moved`
 * blocks), in a deploy as in a destroy, and no hook of ours is left that would need this.
 */
function isTakenOver(target: Target, { others, provider, stack }: Settings): boolean {
  const key = keyOf(target);
  return others.some(({ clusters, envPrefix, obproxies, sameOcp, stack: itsStack, url }) => {
    const isDeclared = (target.kind === "cluster" ? clusters : obproxies)[key] !== undefined;
    const isWrittenAlike =
      provider.url === undefined || url === undefined
        ? provider.url === url && provider.envPrefix === envPrefix
        : sameOcp === "same";
    return itsStack === stack && isDeclared && isWrittenAlike;
  });
}

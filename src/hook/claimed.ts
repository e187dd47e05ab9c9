import { urlVariable } from "../contract/names.js";
import { keyOf, labelOf, type Target } from "../contract/object.js";
import { type Claim, claimsOf, type Standing, standingOf } from "./decide/elsewhere.js";
import type { Settings } from "./settings.js";

/** Why the object must not be touched at all, whatever OCP says. */
export type Hands =
  | { readonly off: false }
  /** Success. `doubt`: what cannot be known about where it is left. */
  | { readonly off: true; readonly outcome: "left-alone"; readonly reason: string; readonly doubt?: string }
  | {
      readonly off: true;
      readonly outcome: "refused";
      readonly guard: "preventDestroy" | "declaredElsewhere";
      readonly reason: string;
      readonly next: string;
      /** What is gone needs nobody who would delete it. */
      readonly unlessGone?: true;
    };

export type Refusal = Extract<Hands, { outcome: "refused" }>;

/**
 * Whether somebody else of the app declares the object, or may. What is declared here by its key is asked for here; of
 * everything else a declaration elsewhere says that it goes on living, or leaves a question that only a person answers.
 */
export function claimedElsewhere(target: Target, name: string | undefined, settings: Settings): Hands {
  const standing = standingOf(target, settings);
  const hands = claimsOf(target, name, settings).map((claim) => judge(claim, { target, standing, settings }));
  // Who certainly declares it now decides before those who may, and what refuses whatever OCP says before what asks it.
  return (
    hands.find((each) => each.off && each.outcome === "left-alone") ??
    hands.find((each) => each.off && each.outcome === "refused" && each.unlessGone !== true) ??
    hands.find((each) => each.off) ?? { off: false }
  );
}

interface Case {
  readonly target: Target;
  readonly standing: Standing;
  readonly settings: Settings;
}

function judge(claim: Claim, at: Case): Hands {
  const { by, sure } = claim;
  if (at.standing === "declared") return sure && by.sameOcp === "same" ? declaredTwice(claim, at) : { off: false };

  // Ids that only Terraform knows declare it here, as far as can be told, and there it would be another OCP's.
  if (by.sameOcp === "different" && at.standing === "may-be-declared") return { off: false };
  if (by.sameOcp === "same") {
    const deployed = by.holds(keyOf(at.target));
    if (sure || deployed === true) return movedTo(claim, deployed, at);
  }
  return sure ? underAnotherAddress(claim, at) : byIdsUnknown(claim, at);
}

/** Synth refuses it where it can see that the OCP is the same. */
function declaredTwice({ by, path }: Claim, { target, settings }: Case): Hands {
  const own = (target.kind === "cluster" ? settings.clusters : settings.obproxies)[keyOf(target)]?.path ?? "?";
  return refused(
    `${own} and ${path} (stack ${by.stack}) both declare ${labelOf(target)} of the same OCP, ${by.address ?? "?"}`,
    "declare each object once in the app: take it out of one of them, and write the `url` of both providers alike",
  );
}

/** It goes on living there; but where that has not been deployed, nobody would be left to delete it. */
function movedTo({ by, path }: Claim, deployed: boolean | undefined, { target, settings }: Case): Hands {
  const label = labelOf(target);
  if (deployed === false) {
    const here = by.stack === settings.stack;
    const refusal = refused(
      `${path} ${here ? `(provider ${by.alias})` : `of the stack ${by.stack}`} declares ${label} now, but is not deployed with it: if Terraform forgot it here, nothing would delete it any more`,
      here
        ? `run deploy, again if that is what ended here: with ${label} in the state of the provider ${by.alias} this hook leaves it alone; writing the \`url\` of both providers alike lets Terraform move it`
        : `deploy the stack ${by.stack} first, then repeat the command`,
    );
    // The other may have been deployed with it, and destroyed.
    return { ...refusal, unlessGone: true };
  }
  return {
    off: true,
    outcome: "left-alone",
    reason: `${path} of the same app declares it now`,
    ...(deployed === true
      ? {}
      : {
          doubt: `whether the stack ${by.stack} is deployed with it cannot be seen from here; until it is, no destroy deletes it`,
        }),
  };
}

/** The same key, and no proof that it is the same object or another one. */
function underAnotherAddress({ by, path }: Claim, { target, settings }: Case): Hands {
  const label = labelOf(target);
  const what = `${path} of the same app declares ${label} too`;
  if (by.sameOcp === "unknown") {
    return refused(
      `${what}, and whether for the same OCP cannot be told: ${whereUnknown(by, settings)}`,
      `set ${variableFor(by, settings)} as the other's hooks have it, then repeat the command`,
    );
  }
  return refused(
    `${what}, for the OCP at ${by.address ?? "?"}, while this hook would ask the one at ${settings.address ?? "?"}: it may have moved there, or be another one with the same id`,
    ASK_A_PERSON,
  );
}

function byIdsUnknown({ by, path }: Claim, { standing, target, settings }: Case): Refusal {
  const label = labelOf(target);
  const left = standing === "left" ? `${label} has left ${settings.provider.alias}, but ` : "";
  const where = by.sameOcp === "different" ? ` (for the OCP at ${by.address ?? "?"})` : "";
  const variable =
    by.sameOcp === "unknown"
      ? `; where the two are not the same OCP, set ${variableFor(by, settings)}, so that it can be told`
      : "";
  const refusal = refused(
    `${left}${path} of the stack ${by.stack} declares something by ids that only Terraform knows${where}, which may be ${label}`,
    standing === "left"
      ? `write the ids there as numbers (this plans nothing new), then repeat the command; if it has moved there: write them as numbers, deploy, and only then as variables${variable}`
      : `write the ids of one of the two as numbers (this plans nothing new), then repeat the command${variable}`,
  );
  // Another OCP may have it still, under that declaration.
  return by.sameOcp === "same" ? { ...refusal, unlessGone: true } : refusal;
}

const DESTROY_DECLARED = "declare it here again, by numbers, and destroy it by its address (-target)";
const ASK_A_PERSON = `if it has moved, forget it here: terraform state rm; if this one has to go: ${DESTROY_DECLARED}, then take it out`;

function whereUnknown(by: Claim["by"], settings: Settings): string {
  return `${variableFor(by, settings)} is not set to a URL here`;
}

/** The one that is missing in this environment. */
function variableFor({ address, envPrefix }: Claim["by"], { provider }: Settings): string {
  return urlVariable(address === undefined ? envPrefix : provider.envPrefix);
}

function refused(reason: string, next: string): Refusal {
  return { off: true, outcome: "refused", guard: "declaredElsewhere", reason, next };
}

import type { Surveyed } from "../survey/survey.js";

export interface LostHook {
  readonly what: string;
  readonly next: string;
}

const STAYS = "and it would stay in OCP";
const THEN = "then run destroy";

/**
 * What the state holds, and a destroy would take out of it without running its hook: a job that ends well and deletes
 * nothing. Undefined: its hook would run, or it is to be left alone.
 */
export function lostHookOf({ fate, instance }: Surveyed): LostHook | undefined {
  if (instance === undefined) return undefined;
  switch (fate) {
    case "no-block":
      return {
        what: `its block has left the configuration: a destroy would forget it without running its hook, ${STAYS}`,
        next: "declare its OcpProvider again (with the same alias), take out only the objects, deploy, and then take out the provider",
      };
    case "unknown-block":
      return {
        what: `its block carries no hook of this package: a destroy would delete nothing in OCP, ${STAYS}`,
        next: `if it stands for something else, give its triggers other names; if it is a leftover: \`terraform state rm '${instance.address}'\``,
      };
    case "switched-back":
      return {
        what: "the configuration is back at null_resource: there is no way back, and Terraform refuses every plan",
        next: `set \`carrier: Carrier.TERRAFORM_DATA\` on the OcpProvider again, ${THEN}`,
      };
    case "hook":
    case "kept":
    case "not-deployed":
  }
  if (fate !== "hook") return undefined;
  if (instance.deposed) {
    return {
      what: `it is a deposed object in the state: a destroy would run no hook, ${STAYS}`,
      next: "see what replaced it; delete it in OCP's console, or deploy it anew",
    };
  }
  return instance.tainted
    ? {
        what: `it is tainted in the state: a destroy would run no hook, ${STAYS}`,
        next: `\`terraform untaint '${instance.address}'\` in the stack's directory, ${THEN}`,
      }
    : undefined;
}

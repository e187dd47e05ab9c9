import { count } from "../../contract/count.js";
import type { OcpVersion } from "../../ocp/model.js";
import type { ProgramVersion } from "../../survey/terraform.js";
import { listed, numbered } from "./count.js";
import { deleteRight } from "./rights.js";
import type { Told } from "./told.js";

/** What is said of the app, its stacks, their providers and the machine. */

export function outdated(shown: string, age: string, changed: string): Told {
  return {
    message: `${shown} was ${age}, and ${changed} has changed since: what was looked at may not be what the next deploy or destroy takes`,
    next: "run cdktf synth, then preflight again",
  };
}

export function stackLeft(stack: string, file: string, held: readonly string[]): Told {
  return {
    message: `no stack of the app uses the local state ${file}, which holds ${listed(held)}: a stack that has left the app is deployed and destroyed no more, and all of it stays in OCP`,
    next: `put the stack ${stack} back into the app, destroy it (cdktf destroy ${stack}), and take it out after that; if the app declares its stacks by turns, such as one environment at a time, name the directory of the stack that is meant (cdktf.out/stacks/<stack>); if the state is of no use any more, remove the file`,
  };
}

/** Such as a stack of others in the same app, which this machine has not initialized. */
export function notLookedAt(stack: string, why: string): string {
  return `the stack ${stack} holds no OcpProvider, and its state was not looked at (${why}); objects of a provider that was taken out together with them would go unseen there`;
}

export function nodeUnusable(found: string | undefined, needed: string): Told {
  return {
    message:
      found === undefined
        ? "no `node` on the PATH can be started, and Terraform starts one for each hook"
        : `the \`node\` on the PATH, which Terraform starts for each hook, is v${found}; hooks need Node.js ${needed} or later`,
    next: `put Node.js ${needed} or later first on the PATH of terraform and cdktf`,
  };
}

/** The least versions of a carrier. */
export interface Needed {
  readonly Terraform: string;
  readonly OpenTofu: string;
}

export function programTooOld({ major, minor, name }: ProgramVersion, carrier: string, needed: Needed): Told {
  return {
    message: `this is ${name} ${major}.${minor}; the carrier ${carrier} needs Terraform ${needed.Terraform} or OpenTofu ${needed.OpenTofu} or later`,
    next: "use a later one (TERRAFORM_BINARY_NAME names it to cdktf and to preflight)",
  };
}

export function carrierNotMovable({ major, minor, name }: ProgramVersion, needed: Needed): Told {
  return {
    message: `${name} ${major}.${minor} cannot move null_resource to terraform_data: a destroy would forget what is in the state without running a hook`,
    next: `use Terraform ${needed.Terraform} or OpenTofu ${needed.OpenTofu} or later, or take \`carrier\` off the OcpProvider`,
  };
}

const REMEDIES =
  "if it was deployed, its state is elsewhere: configure a state backend that all machines share (a local state file does not survive a CI runner); if it was never deployed, deploy first";

export function nothingDeployed(stack: string, inOcp: readonly string[]): Told {
  return {
    message: `the state of the stack ${stack} holds nothing of what the stack declares, but OCP lists ${listed(inOcp)}: a destroy would end well and delete nothing of that`,
    next: `${REMEDIES}, or say so with --no-state`,
  };
}

export function firstDeploy(stack: string, inOcp: readonly string[]): Told {
  return {
    message: `the state of the stack ${stack} holds nothing of what the stack declares, and OCP lists ${listed(inOcp)}: it is the first deploy of it, or its state is elsewhere`,
    next: "if it was deployed before: configure a state backend that all machines share (a local state file does not survive a CI runner); if not, nothing has to be done, and --no-state says so",
  };
}

export function nothingAnywhere(stack: string, wasDeleted: boolean): Told {
  const what = `neither does the state of the stack ${stack} hold, nor OCP list, anything of what the stack declares`;
  if (wasDeleted) return { message: `${what}; earlier runs on this machine have deleted all of it` };
  return {
    message: `${what}: a destroy would delete nothing`,
    next: "nothing has to be done if it was destroyed; else see whether the ids and OCP's URL are right",
  };
}

export function nothingDeployedUnseen(stack: string, wasAsked: boolean): Told {
  const what = wasAsked ? "what OCP has of it could not be seen" : "its ids are not known before a deploy";
  return {
    message: `the state of the stack ${stack} holds nothing of what the stack declares, and ${what}: a destroy would delete nothing of that`,
    next: REMEDIES,
  };
}

export function clustersUnknown(url: string, ids: readonly string[], envPrefix: string): Told {
  const { clusters, theyAre } = numbered(
    ids.length,
    { clusters: `no OBProxy cluster ${ids.join()}`, theyAre: "cluster is" },
    { clusters: `none of the OBProxy clusters ${listed(ids)}`, theyAre: "clusters are" },
  );
  return {
    message: `OCP at ${url} knows ${clusters}; is this the right OCP? A destroy would call all that is in the state already gone, and empty the state`,
    next: `see whether the URL is right (${envPrefix}_URL or the \`url\` of the OcpProvider); if the ${theyAre} gone, nothing has to be done`,
  };
}

export function idsUnknown(alias: string, amount: number): Told {
  const objects = numbered(amount, `${count(amount, "object")} with an id`, `${count(amount, "object")} with ids`);
  return {
    message: `the provider ${alias} declares ${objects} that only Terraform knows; what of them is in the state has been looked at`,
  };
}

export function unverified(alias: string): Told {
  return {
    message: `the provider ${alias} does not verify OCP's certificate (insecureSkipVerify); whoever stands between can read the password`,
    next: "give the certificate of OCP's authority with `caFile` instead",
  };
}

export function secretTrimmed(message: string): Told {
  return { message, next: "take it out of the secret; nothing else has to be done" };
}

export function versionUnknown(url: string): Told {
  return {
    message: `OCP at ${url} does not tell its version; the hook would delete OBProxies by DELETE …/obproxies/{ids}, which all versions know`,
    next: "see whether the user may read /api/v2/info",
  };
}

export function clustersForbidden(user: string, version: OcpVersion | undefined): Told {
  return {
    message: `the OCP user ${user} may not read OBProxy clusters (403), so nothing can be told or deleted`,
    next: `give the user ${deleteRight(version)}`,
  };
}

export function endUnseen(alias: string, user: string, mayReadTasks: boolean): Told {
  return {
    message: `the provider ${alias} waits for objects only (waitFor: WaitFor.OBJECT): a task that fails after the object has vanished goes unseen`,
    next: mayReadTasks
      ? `the OCP user ${user} may read tasks, so leave \`waitFor\` out`
      : `let the OCP user ${user} read tasks (up to OCP 4.3.3 the role TASK_VIEWER, from 4.3.4 on the menu right "Task Center > All"), and leave \`waitFor\` out`,
  };
}

export function clockSkewed(url: string, clockSkewMs: number): Told {
  const minutes = Math.round(Math.abs(clockSkewMs) / 60_000);
  return {
    message: `this machine's clock is ${minutes} min ${clockSkewMs > 0 ? "behind" : "ahead of"} that of OCP at ${url}; access keys allow 15`,
    next: "set the clock of this machine (NTP)",
  };
}

import { listed, numbered } from "./count.js";
import { addresses, labels, type Sharer, type Told, whereDeclared } from "./told.js";

/** What is said of objects by what the stack declares of them and the state holds of them. */

export function kept(label: string, declaredBy: string | undefined, isMoved: boolean): Told {
  if (declaredBy === undefined) {
    return { message: `${label} was let go by skipDestroy: Terraform forgets it, and it goes on running in OCP` };
  }
  const when = isMoved ? " (not deployed yet; Terraform moves it first)" : "";
  return { message: `${label} is left alone: skipDestroy is set on ${declaredBy}${when}` };
}

export function noBlock(sharers: readonly Sharer[], terraform: string): Told {
  const places = addresses(sharers);
  const blocks = [...new Set(places.map((address) => address.replace(/\[[^[\]]*\]$/, "")))];
  const one = sharers.length === 1;
  const what = one
    ? `${labels(sharers)} is in the state as ${places.join()}, but that block has left the configuration: Terraform would forget it without running its hook, and it would stay in OCP`
    : `${labels(sharers)} are in the state, but their blocks (${listed(blocks)}) have left the configuration: Terraform would forget them without running their hooks, and they would stay in OCP`;
  const forget = `${terraform} state rm ${places.map((address) => `'${address}'`).join(" ")}`;
  return {
    message: what,
    next: `declare ${one ? "its" : "their"} OcpProvider again (with the same alias), take out only the objects, deploy, and then take out the provider; or, to let the ${one ? "object" : "objects"} go on purpose: ${forget}`,
  };
}

export function switchedBack(sharers: readonly Sharer[]): Told {
  const where = numbered(
    sharers.length,
    `is in the state as ${addresses(sharers).join()}`,
    "are in the state as terraform_data",
  );
  return {
    message: `${labels(sharers)} ${where}, but the configuration is back at null_resource: there is no way back, and Terraform refuses every plan`,
    next: "set `carrier: Carrier.TERRAFORM_DATA` on the OcpProvider again",
  };
}

export function unknownBlock(label: string, address: string, terraform: string): Told {
  return {
    message: `${address} looks like ${label}, but its block carries no hook of this package: nothing would be deleted in OCP by it`,
    next: `if it stands for something else, give its triggers other names; if it is a leftover: ${terraform} state rm '${address}'`,
  };
}

/** Terraform runs no hook, so the object stays; where the state holds its cluster too, that cannot go either. */
function lostHook(amount: number, holdsCluster: boolean): string {
  const { hook, its, it } = numbered(
    amount,
    { hook: "no hook", it: "it", its: "its" },
    { hook: "no hooks", it: "they", its: "their" },
  );
  return `Terraform would run ${hook}, and ${it} would stay in OCP${holdsCluster ? ` and hold ${its} cluster back` : ""}`;
}

export function deposed(sharers: readonly Sharer[], holdsCluster: boolean): Told {
  const what = numbered(sharers.length, "is a deposed object", "are deposed objects");
  return {
    message: `${labels(sharers)} ${what} of ${addresses(sharers).join(", ")}: ${lostHook(sharers.length, holdsCluster)}`,
    next: "see what replaced it; delete it in OCP's console, or deploy it anew",
  };
}

export function tainted(sharers: readonly Sharer[], holdsCluster: boolean, terraform: string): Told {
  const are = numbered(sharers.length, "is", "are");
  const places = addresses(sharers);
  return {
    message: `${labels(sharers)} ${are} tainted in the state (${listed(places)}): ${lostHook(sharers.length, holdsCluster)}`,
    next: places.map((address) => `${terraform} untaint '${address}'`).join("; "),
  };
}

/** What lies beside a null_resource is lost together with it. */
export function lackWithCarrier(lack: string, label: string): Told {
  return {
    message: `${lack}: it would be deleted without it, because what lies beside it leaves together with the carrier`,
    next: `declare ${label} again, deploy the switch of the carrier alone, and take it out after that`,
  };
}

export function lackInHook(lack: string, next: string): Told {
  return { message: `${lack}: its hook would refuse`, next };
}

export function nameChanged(
  sharers: readonly Sharer[],
  deployedAs: string,
  provider: string,
  names: readonly (string | undefined)[],
): Told {
  const now = names.map((name) => JSON.stringify(name)).join(" or ");
  return {
    message: `${labels(sharers)} was deployed under the cluster's name ${JSON.stringify(deployedAs)}; the provider ${provider} declares ${now} now, and a null_resource keeps the first name: Terraform refuses the plan`,
    next: "forget it (terraform state rm, which deletes nothing) and deploy it again; or set `carrier: Carrier.TERRAFORM_DATA` on the OcpProvider; or write ids and name in the code",
  };
}

export function settingsLost(sharers: readonly Sharer[], settings: string): Told {
  const { has, own, hook } = numbered(
    sharers.length,
    { has: "has", own: "its own", hook: "its hook" },
    { has: "have", own: "their own", hook: "their hooks" },
  );
  return {
    message: `${labels(sharers)} ${has} left the code with settings of ${own} that ${hook} will not know: ${settings}`,
    next: "declare it again with them, destroy it by its address (-target), and take it out after that",
  };
}

export function moves(label: string, from: string, to: string): Told {
  return { message: `${label} is in the state as ${from}; Terraform moves it to ${to}, which deletes nothing` };
}

export function leavesWithSwitch(label: string): Told {
  return {
    message: `${label} has left the code in the same change as the switch from null_resource, whose order Terraform forgets by it: a cluster may be tried before its OBProxies, and fail until the next run`,
    next: "declare it again, deploy the switch of the carrier alone, and take it out after that; or repeat the command",
  };
}

export function keyDiffers(address: string, deployedAs: string): Told {
  return {
    message: `${address} was deployed as ${deployedAs}: which of the two is meant cannot be told, and its hook would refuse to delete either`,
    next: "move it back in the state (terraform state mv), or forget it (terraform state rm, which deletes nothing) and deploy again",
  };
}

export function importedWithoutTriggers(label: string, address: string): Told {
  return {
    message: `${label} is in the state without the triggers of a deploy (${address}): the next plan would replace it, that is delete it`,
    next: `terraform state rm '${address}' (which deletes nothing), then deploy`,
  };
}

export function importedWithoutName(label: string, address: string, isDeclared: boolean): Told {
  const guard = isDeclared ? "the declared name guards it" : "nothing says what its cluster has to be called";
  return {
    message: `${label} is in the state without the name of a deploy (${address}), as an import leaves it: ${guard}`,
  };
}

export function deletedEarlier(sharers: readonly Sharer[]): Told {
  const it = numbered(sharers.length, "it", "them");
  return { message: `${whereDeclared(sharers)}, and an earlier run on this machine has deleted ${it}` };
}

export function notInOcp(sharers: readonly Sharer[]): Told {
  const { it, id } = numbered(sharers.length, { it: "it", id: "id" }, { it: "them", id: "ids" });
  return {
    message: `${whereDeclared(sharers)}, but OCP does not know ${it}`,
    next: `nothing, if an earlier destroy has deleted ${it}; else correct the ${id}, or take ${it} out of the code`,
  };
}

export function notDeployed(sharers: readonly Sharer[], clusterIsDeployed: boolean): Told {
  const { hooks, it, itAndIts, itIs } = numbered(
    sharers.length,
    { hooks: "it has no hook", it: "it", itAndIts: "it, and not its", itIs: "it is" },
    { hooks: "they have no hooks", it: "them", itAndIts: "them, and not their", itIs: "they are" },
  );
  const consequence = clusterIsDeployed
    ? `not delete ${itAndIts} cluster as long as ${itIs} in it`
    : `leave ${it} in OCP`;
  return {
    message: `${whereDeclared(sharers)} but not in the state, so ${hooks} yet: a destroy would ${consequence}`,
    next: "deploy first",
  };
}

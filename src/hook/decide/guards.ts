import type { Cluster, ObproxyServer, OcpId } from "../../ocp/model.js";
import type { Claimed, Intent } from "../intent.js";

/** Why a delete must not be sent. */
export type GuardBreach =
  | { readonly guard: "clusterName"; readonly found: string }
  | { readonly guard: "clusterNameElsewhere"; readonly otherId: string }
  | {
      readonly guard: "forceDestroy";
      readonly undeclared: readonly ObproxyServer[];
    }
  /** Another provider of the app declares them, or the same one does. */
  | { readonly guard: "declaredElsewhere"; readonly held: readonly ObproxyServer[] }
  /** Ids that only Terraform knows may be theirs. */
  | { readonly guard: "mayBeDeclared"; readonly held: readonly ObproxyServer[] }
  /** Another provider of the app declares the object itself. */
  | { readonly guard: "claimed"; readonly by: Claimed }
  | { readonly guard: "forceDestroyUnknown" }
  | { readonly guard: "skipDestroy"; readonly kept: readonly ObproxyServer[] };

/** The cluster behind the id has another name than the one declared. */
export function nameBreach(cluster: Cluster | undefined, intent: Intent): GuardBreach | undefined {
  if (cluster === undefined) return undefined;
  const { clusterName, renamedTo } = intent;
  const isIt = renamedTo?.has(cluster.name) ?? (clusterName === undefined || cluster.name === clusterName);
  return isIt ? undefined : { guard: "clusterName", found: cluster.name };
}

/** The object is somebody else's to delete, or what would go with it is. */
export function deletionBreach(cluster: Cluster | undefined, intent: Intent): GuardBreach | undefined {
  return intent.claimed === undefined ? contentBreach(cluster, intent) : { guard: "claimed", by: intent.claimed };
}

/**
 * What the cluster holds that its deletion would sweep away. By force goes only what nobody declares: for the others
 * somebody answers, and who wants their end asks for it.
 */
export function contentBreach(cluster: Cluster | undefined, intent: Intent): GuardBreach | undefined {
  if (intent.target.kind !== "cluster" || cluster === undefined) return undefined;
  const held = cluster.obproxies;
  // An entry that could not be understood may be anybody's.
  if (held === undefined || (cluster.unreadObproxies ?? 0) > 0) {
    return intent.forceDestroy && !protectsSome(intent) ? undefined : { guard: "forceDestroyUnknown" };
  }

  const kept = held.filter(({ id }) => intent.keptObproxyIds.has(id));
  if (kept.length > 0) return { guard: "skipDestroy", kept };
  const isDeclared = ({ id }: ObproxyServer): boolean =>
    intent.declaredObproxyIds.has(id) || intent.elsewhereObproxies.has(id);
  const undeclared = held.filter((server) => !isDeclared(server));
  if (undeclared.length > 0 && !intent.forceDestroy) return { guard: "forceDestroy", undeclared };
  const declared = held.filter(isDeclared);
  if (declared.length > 0) return { guard: "declaredElsewhere", held: declared };
  const perhaps = undeclared.filter(({ id }) => mayBeDeclaredByToken(id, intent));
  return perhaps.length === 0 ? undefined : { guard: "mayBeDeclared", held: perhaps };
}

/** Whether an OBProxy of the intent's cluster may be one of those whose ids only Terraform knows. */
function mayBeDeclaredByToken(obproxyId: OcpId, { obproxyTokens = [] }: Intent): boolean {
  return obproxyTokens.some((token) => token.obproxyId === undefined || token.obproxyId === obproxyId);
}

/** Whether OBProxies are known that may not go with the cluster, not even by force. */
export function protectsSome(intent: Intent): boolean {
  const { declaredObproxyIds, elsewhereObproxies, keptObproxyIds, obproxyTokens = [] } = intent;
  return declaredObproxyIds.size + elsewhereObproxies.size + keptObproxyIds.size + obproxyTokens.length > 0;
}

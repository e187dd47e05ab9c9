import type { Cluster, ObproxyServer } from "../../ocp/model.js";
import type { Intent } from "../intent.js";

/** Why a delete must not be sent. */
export type GuardBreach =
  | { readonly guard: "clusterName"; readonly found: string }
  | { readonly guard: "clusterNameElsewhere"; readonly otherId: string }
  | {
      readonly guard: "forceDestroy";
      readonly undeclared: readonly ObproxyServer[];
    }
  /** Another provider of the app declares them. */
  | { readonly guard: "declaredElsewhere"; readonly held: readonly ObproxyServer[] }
  | { readonly guard: "forceDestroyUnknown" }
  | { readonly guard: "skipDestroy"; readonly kept: readonly ObproxyServer[] };

/** The cluster behind the id has another name than the one declared. */
export function nameBreach(cluster: Cluster | undefined, intent: Intent): GuardBreach | undefined {
  if (cluster === undefined || intent.clusterName === undefined || cluster.name === intent.clusterName)
    return undefined;
  return { guard: "clusterName", found: cluster.name };
}

/** What the cluster holds that its deletion would sweep away. */
export function contentBreach(cluster: Cluster | undefined, intent: Intent): GuardBreach | undefined {
  if (intent.target.kind !== "cluster" || cluster === undefined) return undefined;
  const held = cluster.obproxies;
  const protectedIds = intent.keptObproxyIds.size + intent.elsewhereObproxies.size;
  // An entry that could not be understood may be anybody's.
  if (held === undefined || (cluster.unreadObproxies ?? 0) > 0) {
    return intent.forceDestroy && protectedIds === 0 ? undefined : { guard: "forceDestroyUnknown" };
  }
  const kept = held.filter((server) => intent.keptObproxyIds.has(server.id));
  if (kept.length > 0) return { guard: "skipDestroy", kept };
  // Somebody answers for these: by force goes only what nobody declares.
  const elsewhere = held.filter((server) => intent.elsewhereObproxies.has(server.id));
  if (elsewhere.length > 0) return { guard: "declaredElsewhere", held: elsewhere };
  const undeclared = held.filter((server) => !intent.declaredObproxyIds.has(server.id));
  return undeclared.length === 0 || intent.forceDestroy ? undefined : { guard: "forceDestroy", undeclared };
}

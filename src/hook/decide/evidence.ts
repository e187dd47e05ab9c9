import type { Target } from "../../contract/object.js";
import type { Listing } from "../../ocp/list.js";
import type { Cluster, OcpId, Task, Unread } from "../../ocp/model.js";
import { classify, concerns, isDeletionTask, isProxiesDeletion, type Verdict } from "../../ocp/task.js";
import type { ClusterAnswer, Look } from "./look.js";

/*
 * What an answer of OCP proves, and what it does not. Every predicate has three values: unknown is not no.
 */

/** What OCP's answers prove about the object itself. */
export type Presence =
  | { readonly is: "present" }
  /** Two witnesses agree. */
  | { readonly is: "absent" }
  /** `why`: what could not be known, for people. */
  | { readonly is: "unknown"; readonly why: string };

const PRESENT: Presence = { is: "present" };
const ABSENT: Presence = { is: "absent" };

/**
 * A cluster is gone when its detail says so in OCP's own word for it and the list of all clusters, read to its end, does
 * not hold its id: OCP was seen to answer 404 in general words for clusters that its list still held. A proxy is gone
 * when it is missing in its cluster's detail, read whole, or when its cluster is gone.
 */
export function presenceOf({ cluster, clusters }: Pick<Look, "cluster" | "clusters">, target: Target): Presence {
  if (cluster?.says !== "there") return absenceOfCluster(cluster, clusters, target.clusterId);
  return target.kind === "cluster" ? PRESENT : presenceIn(cluster.cluster, target.obproxyId);
}

function presenceIn({ id, obproxies, unreadObproxies = 0 }: Cluster, obproxyId: OcpId): Presence {
  if (obproxies === undefined) {
    return unknown(`OCP answers about OBProxy cluster ${id} without saying which OBProxies it holds`);
  }

  if (obproxies.some((server) => server.id === obproxyId)) return PRESENT;
  return unreadObproxies === 0
    ? ABSENT
    : unknown(`OBProxy cluster ${id} holds ${unreadObproxies} more than could be understood of OCP's answer`);
}

function absenceOfCluster(
  answer: Exclude<ClusterAnswer, { says: "there" }> | undefined,
  clusters: Listing<Cluster> | undefined,
  id: OcpId,
): Presence {
  if (answer === undefined) return unknown(`OCP was not asked for OBProxy cluster ${id}`);
  const listed = isListed(clusters, id);
  if (answer.says === "unclear") {
    const more = listed === "yes" ? ", while its list of clusters holds it" : "";
    return unknown(
      `OCP does not say in its own word that OBProxy cluster ${id} does not exist${more}: ${answer.error.message}`,
    );
  }
  switch (listed) {
    case "no":
      return ABSENT;
    case "yes":
      return unknown(`OCP says that OBProxy cluster ${id} does not exist, while its list of clusters holds it`);
    case "unknown":
      return unknown(
        `OCP says that OBProxy cluster ${id} does not exist, but its list of clusters could not be read whole (${clusters?.why ?? "entries that cannot be understood"})`,
      );
  }
}

/** Whether a list of OCP, read to its end, holds the id. */
function isListed(list: Listing<Cluster> | undefined, id: OcpId): "yes" | "no" | "unknown" {
  if (list === undefined) return "unknown";
  if (list.entries.some((entry) => entry.id === id) || list.unread.some((entry) => entry.id === id)) return "yes";
  return list.complete && list.unread.every((entry) => entry.id !== undefined) ? "no" : "unknown";
}

function unknown(why: string): Presence {
  return { is: "unknown", why };
}

/** Whether the cluster itself is gone, and its proxies with it. */
export function isClusterGone(round: Pick<Look, "cluster" | "clusters">, target: Target): boolean {
  return presenceOf(round, { kind: "cluster", clusterId: target.clusterId }).is === "absent";
}

/** The id under which OCP knows the guard's name, where it is another one than ours. */
export function findNameElsewhere(
  clusters: Listing<Cluster> | undefined,
  name: string | undefined,
  id: OcpId,
): OcpId | undefined {
  if (name === undefined) return undefined;
  const { entries = [], unread = [] } = clusters ?? {};
  // What cannot be understood of an entry is as a rule not its name.
  return [...entries, ...unread].find((each) => each.name?.normalize() === name && each.id !== id)?.id;
}

/** Why a list that is whole does not tell whether OCP knows the guard's name under another id; undefined: it does. */
export function whyNamesUnknown(
  clusters: Listing<Cluster> | undefined,
  name: string | undefined,
  id: OcpId,
): string | undefined {
  if (name === undefined || clusters === undefined || findNameElsewhere(clusters, name, id) !== undefined) {
    return undefined;
  }

  const nameless = clusters.unread.find((each) => each.name === undefined);
  if (nameless === undefined) return undefined;
  const which = nameless.id === undefined ? "" : ` (${nameless.id})`;
  return `OCP lists a cluster${which} that cannot be understood (${nameless.why}), which may be the one with the name ${JSON.stringify(name)}`;
}

/** Other clusters that hold an OBProxy of this id, as far as their list was read and says. */
export function findObproxyElsewhere(clusters: Listing<Cluster> | undefined, target: Target): readonly Cluster[] {
  if (target.kind === "cluster") return [];
  const { clusterId, obproxyId } = target;
  const holds = ({ id, obproxies = [] }: Cluster): boolean =>
    id !== clusterId && obproxies.some((server) => server.id === obproxyId);
  return (clusters?.entries ?? []).filter(holds);
}

/** Whether the task deletes our object, as far as its tags tell (4.3.6 and later). */
export function aboutObject(task: Task, target: Target): "yes" | "maybe" | "no" {
  if (target.kind === "cluster") {
    // A proxy's deletion carries its cluster's tag too; only a task without proxies in its tags is the cluster's own.
    const onCluster = concerns(task, target.clusterId);
    if (onCluster !== "yes") return onCluster === "no" ? "no" : "maybe";
    return namesServers(task) || task.unreadTags !== undefined ? "maybe" : "yes";
  }
  const verdict = concerns(task, target.clusterId, target.obproxyId);
  if (verdict === "yes") return namesServers(task) ? "yes" : "maybe";
  return verdict === "unknown" ? "maybe" : "no";
}

function namesServers(task: Task): boolean {
  return (task.tags ?? []).some((tag) => tag.obproxyServerId !== undefined);
}

/**
 * Whether its tags name our cluster, and more that was not understood: that may be our object, whatever else they name.
 */
export function mayNameObject(task: Task, { clusterId }: Target): boolean {
  return task.unreadTags !== undefined && concerns(task, clusterId) === "yes";
}

/** What its tags name of our cluster; undefined: they name no OBProxies, such of another cluster too, or nobody knows what. */
export function serversNamed(task: Task, clusterId: OcpId): readonly OcpId[] | undefined {
  if (task.unreadTags !== undefined) return undefined;
  const named: OcpId[] = [];
  for (const { obproxyServerId, obproxyClusterId = clusterId } of task.tags ?? []) {
    if (obproxyClusterId !== clusterId) return undefined;
    if (obproxyServerId !== undefined) named.push(obproxyServerId);
  }
  return named.length === 0 ? undefined : named;
}

function isAtRest({ kind }: Verdict): boolean {
  return kind !== "running" && kind !== "settling";
}

export function isAtWork(task: Task): boolean {
  return !isAtRest(classify(task));
}

/** OCP or a person calls it done. */
export function endedWell(task: Task): boolean {
  const { kind } = classify(task);
  return kind === "succeeded" || kind === "incomplete";
}

/**
 * Whether an entry of OCP's list that could not be understood may be a deletion of our object that is at work, or one
 * that has failed: as far as anything of it can be read, nothing speaks against it.
 *
 * @param clusterGone whether its cluster is
 * @param watched whether the end of one that names nobody counts for us
 */
export function mayBeOurDeletion(entry: Unread, target: Target, clusterGone: boolean, watched: boolean): boolean {
  if (entry.status === "SUCCESSFUL") return false;
  const task = readable(entry);
  if (!isDeletionTask(task)) return false;
  const about = aboutObject(task, target);
  if (entry.status !== "FAILED" || about === "no") return about !== "no";
  // A cluster that is gone went by another deletion than that of OBProxies alone.
  if (target.kind === "cluster" && isProxiesDeletion(task)) return false;
  if (watched) return true;
  // What else has failed and names nobody is a stranger's as likely as anybody's; of a cluster that is gone it need not name more.
  const isOnCluster = concerns(task, target.clusterId) === "yes";
  return about === "yes" || (isOnCluster && clusterGone) || mayNameObject(task, target);
}

/** Whether an entry that could not be understood may by its tags be a deletion of our object, and nothing says that it rests. */
export function isOurDeletionAtWork(entry: Unread, target: Target): boolean {
  if (entry.status === "SUCCESSFUL" || entry.status === "FAILED") return false;
  const task = readable(entry);
  const about = aboutObject(task, target);
  return isDeletionTask(task) && (about === "yes" || (about === "maybe" && concerns(task, target.clusterId) === "yes"));
}

/** What can be read of it, taken for a deletion where it has no name. */
function readable({ name = "Offline obproxy", status = "RUNNING", tags, unreadTags }: Unread): Task {
  return {
    ...{ id: "0", name, status, subtasks: [] },
    ...(tags !== undefined && { tags }),
    ...(unreadTags !== undefined && { unreadTags }),
  };
}

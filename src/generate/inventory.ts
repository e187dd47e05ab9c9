import type { OcpApi } from "../ocp/api.js";
import { OcpError } from "../ocp/errors.js";
import { compareIds } from "../ocp/ids.js";
import { readToEnd } from "../ocp/list.js";
import type { Cluster } from "../ocp/model.js";

export interface Inventory {
  /** In the order of their ids. */
  readonly clusters: readonly Cluster[];
  /** What could not be read, a sentence each: something of OCP's may be missing. */
  readonly gaps: readonly string[];
  /** All that OCP lists, as `27 (orders)`. */
  readonly known: readonly string[];
  /** Names and ids that were asked for, and that OCP does not know. */
  readonly unknown: readonly string[];
}

const PAGE_SIZE = 200;

/**
 * The OBProxy clusters of OCP with their OBProxies, all of them or those with these names and ids. A text of digits is
 * an id, unless a cluster has it for a name.
 *
 * @throws OcpError
 */
export async function readInventory(api: OcpApi, wanted: readonly string[]): Promise<Inventory> {
  const listing = await readToEnd((page, size) => api.clusters({ page, size }), { size: PAGE_SIZE });
  const gaps: string[] = [];
  if (!listing.complete) {
    gaps.push(`the list of OBProxy clusters is not whole: ${listing.why ?? "OCP does not say why"}`);
  }
  for (const { id, name, why } of listing.unread) {
    gaps.push(`an OBProxy cluster of the list cannot be understood (id ${id ?? "?"}, name ${name ?? "?"}): ${why}`);
  }

  const listed = [...listing.entries].sort((a, b) => compareIds(a.id, b.id));
  const isWanted = ({ id, name }: Cluster): boolean =>
    wanted.length === 0 || wanted.includes(name) || wanted.includes(id);
  const clusters: Cluster[] = [];
  for (const { id, name } of listed.filter(isWanted)) {
    const found = await readCluster(api, id);
    if (found === undefined) gaps.push(`OBProxy cluster ${id} (${name}) was listed, and is not there any more`);
    else clusters.push(found);
  }
  for (const { id, name, obproxies, unreadObproxies = 0 } of clusters) {
    if (obproxies === undefined) gaps.push(`OCP does not say which OBProxies the cluster ${id} (${name}) holds`);
    if (unreadObproxies > 0) {
      gaps.push(`${unreadObproxies} OBProxies of the cluster ${id} (${name}) cannot be understood of OCP's answer`);
    }
  }
  const unknown = wanted.filter((word) => !listed.some(({ id, name }) => word === id || word === name));
  return { clusters, gaps, known: listed.map(({ id, name }) => `${id} (${name})`), unknown };
}

async function readCluster(api: OcpApi, id: string): Promise<Cluster | undefined> {
  try {
    return await api.cluster(id);
  } catch (error) {
    if (error instanceof OcpError && error.kind === "not-found") return undefined;
    throw error;
  }
}

/** An object of OCP: what it is, how its key and its label are written, and what can be an id of it. */

/** Java's `long` in OCP; as text, because numbers end at 2^53. */
export type OcpId = string;

export type ObjectKind = "cluster" | "obproxy";

export const KINDS: readonly ObjectKind[] = ["cluster", "obproxy"];

export type Target =
  | { readonly kind: "cluster"; readonly clusterId: OcpId }
  | { readonly kind: "obproxy"; readonly clusterId: OcpId; readonly obproxyId: OcpId };

/** An id as OCP gives them, in a pattern that Terraform reads alike: leading zeros would make two keys of one object. */
export const ID_PATTERN = "[1-9][0-9]{0,18}";
export const LARGEST_ID = "9223372036854775807";

const ID = new RegExp(`^${ID_PATTERN}$`);

export function isId(text: string): boolean {
  return ID.test(text) && BigInt(text) <= BigInt(LARGEST_ID);
}

/** The key of a cluster: `"27"`. */
export function clusterKey(clusterId: OcpId): string {
  return clusterId;
}

/** The key of an OBProxy: `"27/3"`. */
export function obproxyKey(clusterId: OcpId, obproxyId: OcpId): string {
  return `${clusterId}/${obproxyId}`;
}

export function keyOf(target: Target): string {
  return target.kind === "cluster" ? clusterKey(target.clusterId) : obproxyKey(target.clusterId, target.obproxyId);
}

/** Undefined for a key that nothing in OCP can have, such as one with an id that only Terraform knows. */
export function targetOfKey(key: string): Target | undefined {
  const [clusterId = "", obproxyId, ...more] = key.split("/");
  if (!isId(clusterId) || more.length > 0) return undefined;
  if (obproxyId === undefined) return { kind: "cluster", clusterId };
  return isId(obproxyId) ? { kind: "obproxy", clusterId, obproxyId } : undefined;
}

/** Of any key, also of one with ids that are none. */
export function kindOfKey(key: string): ObjectKind {
  return key.includes("/") ? "obproxy" : "cluster";
}

/** For people: `OBProxy 27/3`, `OBProxy cluster 27`. */
export function labelOf(target: Target): string {
  return label(target.kind, keyOf(target));
}

export function labelOfKey(key: string): string {
  return label(kindOfKey(key), key);
}

export function label(kind: ObjectKind, key: string): string {
  return `${kind === "cluster" ? "OBProxy cluster" : "OBProxy"} ${key}`;
}

/** What the hook of an object is called with: a sentence for people in a list of processes, by which hooks see one another. */
export function deletion(kind: ObjectKind, clusterId: string, obproxyId = ""): string {
  const cluster = label("cluster", clusterId);
  return kind === "cluster" ? `delete ${cluster}` : `delete OBProxy ${obproxyId} of ${cluster}`;
}

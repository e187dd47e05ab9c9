import type { OcpId } from "../ocp/model.js";
import { clusterKey, obproxyKey } from "./request.js";

/** The object of OCP that a hook is about. */
export type Target =
  | { readonly kind: "cluster"; readonly clusterId: OcpId }
  | { readonly kind: "obproxy"; readonly clusterId: OcpId; readonly obproxyId: OcpId };

export function keyOf(target: Target): string {
  return target.kind === "cluster" ? clusterKey(target.clusterId) : obproxyKey(target.clusterId, target.obproxyId);
}

export function labelOf(target: Target): string {
  return labelOfKey(keyOf(target));
}

export function labelOfKey(key: string): string {
  return `${key.includes("/") ? "OBProxy" : "OBProxy cluster"} ${key}`;
}

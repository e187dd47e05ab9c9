import { type Remembered, rememberedOf } from "../hook/intent.js";
import { type Target, targetOfKey } from "../contract/object.js";
import { isObject } from "./json.js";

const TRIGGERS = new Set(["cluster_id", "obproxy_id", "cluster_name"]);

export interface Triggers {
  readonly target: Target;
  /** What the hook would be told of how the object was declared. */
  readonly remembered: Remembered;
}

/**
 * What the state remembers of an object; undefined for what is not one of ours.
 *
 * @param lastDeploy what the carrier holds of the last deploy's declaration, if it can
 */
export function readTriggers(value: unknown, lastDeploy: unknown): Triggers | undefined {
  if (!isObject(value) || Object.keys(value).some((name) => !TRIGGERS.has(name))) return undefined;
  const { cluster_id: clusterId, obproxy_id: obproxyId, cluster_name: name } = value;
  if (typeof clusterId !== "string" || typeof name !== "string") return undefined;
  if (obproxyId !== undefined && typeof obproxyId !== "string") return undefined;
  const target = targetOfKey(obproxyId === undefined ? clusterId : `${clusterId}/${obproxyId}`);
  return target === undefined ? undefined : { target, remembered: rememberedOf(name, lastDeploy) };
}

import { isId } from "../contract/object.js";
import { type IdList, OcpConfigError } from "./errors.js";
import type { OcpId } from "./model.js";

/** By number, also beyond 2^53. */
export function compareIds(a: OcpId, b: OcpId): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** OCP keeps duplicates in a list of ids as they come, so they must not get there. */
export function sortedIds(ids: IdList): IdList {
  return [...new Set(ids)].sort(compareIds);
}

/**
 * An id that may stand in a path. OCP answers ids that are none with 400 or with 200 and HTML, and an empty one would
 * change the path itself.
 */
export function checkId(what: string, id: OcpId): OcpId {
  if (!isId(id)) {
    throw new OcpConfigError(`${what} ${JSON.stringify(id)} is not a positive integer; nothing was sent to OCP.`);
  }

  return id;
}

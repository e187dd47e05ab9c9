import type { Listing } from "../../../src/ocp/list.js";
import type { OcpId } from "../../../src/ocp/model.js";

/** All that a list knows of what it lists. */
export interface Entry {
  readonly id: OcpId;
  readonly seenOn?: string;
}

export function entries(...ids: readonly (number | string)[]): readonly Entry[] {
  return ids.map((id) => ({ id: String(id) }));
}

export function ids({ entries: all }: Listing<Entry>): readonly OcpId[] {
  return all.map(({ id }) => id);
}

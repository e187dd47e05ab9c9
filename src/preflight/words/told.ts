import type { OcpId } from "../../ocp/model.js";
import { listed } from "./count.js";

/** What is said to a person, and what to do about it. */
export interface Told {
  readonly message: string;
  /** Undefined: nothing. */
  readonly next?: string | undefined;
  /** What OCP tells of it, one thought per line. Default: nothing. */
  readonly details?: readonly string[];
}

/** An object, as far as a sentence about several of them needs it. */
export interface Sharer {
  readonly label: string;
  /** In the state. */
  readonly address?: string | undefined;
  readonly declaredBy?: string | undefined;
  readonly clusterId?: OcpId;
  readonly obproxyId?: OcpId;
  /** How the cause is known to be about the object: it deletes it, it works on its cluster, or perhaps neither. */
  readonly affected?: "deleted" | "locked" | "perhaps";
}

export function labels(sharers: readonly Sharer[]): string {
  return listed(sharers.map(({ label }) => label));
}

export function addresses(sharers: readonly Sharer[]): string[] {
  return sharers.flatMap(({ address }) => address ?? []);
}

/** `OBProxy 27/3 (stack/proxies) is declared` */
export function whereDeclared(sharers: readonly Sharer[]): string {
  const names = sharers.map(({ declaredBy, label }) => `${label} (${declaredBy ?? "?"})`);
  return `${listed(names)} ${names.length === 1 ? "is" : "are"} declared`;
}

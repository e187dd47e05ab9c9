import { listed } from "./count.js";

/** What is said to a person, and what to do about it. */
export interface Told {
  readonly message: string;
  /** Undefined: nothing. */
  readonly next?: string | undefined;
}

/** An object, as far as a sentence about several of them needs it. */
export interface Sharer {
  readonly label: string;
  /** In the state. */
  readonly address?: string | undefined;
  readonly declaredBy?: string | undefined;
  /** Whether the cause is a deletion of the very object. */
  readonly isDeleted?: boolean;
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

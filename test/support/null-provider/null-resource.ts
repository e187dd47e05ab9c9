/**
 * What the real `null_resource` (hashicorp/null 3.2.x) does with its two attributes: `id` is made on creation and kept
 * until the resource is replaced; any change of `triggers` replaces it.
 */

export type Triggers = Readonly<Record<string, Known<string>>> | null;

/** A value that Terraform will only know when it applies the plan. */
export const UNKNOWN = Symbol("known after apply");
export type Unknown = typeof UNKNOWN;
export type Known<T> = T | null | Unknown;

export interface NullResource {
  readonly id: Known<string>;
  readonly triggers: Triggers | Unknown;
}

export interface Plan {
  /** Null: the resource is to be destroyed. */
  readonly planned: NullResource | null;
  readonly replaces: boolean;
}

export function planChange(prior: NullResource | null, proposed: NullResource | null): Plan {
  if (proposed === null) return { planned: null, replaces: false };
  if (prior === null) return { planned: { ...proposed, id: UNKNOWN }, replaces: false };
  const replaces = !sameTriggers(prior.triggers, proposed.triggers);
  return { planned: { ...proposed, id: replaces ? UNKNOWN : prior.id }, replaces };
}

export function applyChange(planned: NullResource | null, newId: () => string): NullResource | null {
  if (planned === null) return null;
  return planned.id === UNKNOWN ? { ...planned, id: newId() } : planned;
}

/** A value that is not known yet may turn out to be another one, so it counts as a change. */
function sameTriggers(a: NullResource["triggers"], b: NullResource["triggers"]): boolean {
  if (a === UNKNOWN || b === UNKNOWN) return false;
  if (a === null || b === null) return a === b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => key in a && key in b && a[key] === b[key] && a[key] !== UNKNOWN);
}

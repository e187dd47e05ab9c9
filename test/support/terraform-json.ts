/** The little that tests read of what `terraform show -json` prints. */

export interface StateResource {
  readonly address: string;
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface PlannedChange {
  readonly address: string;
  readonly actions: readonly string[];
  /** Where a `moved` block brought it from. */
  readonly previousAddress?: string;
  /** Why Terraform plans it, such as `delete_because_each_key`. */
  readonly reason?: string;
}

export interface Plan {
  /** What would be created, changed or deleted. */
  readonly changes: readonly PlannedChange[];
  /** Addresses of what would be deleted, sorted. */
  readonly deleted: readonly string[];
  /** Addresses of what would be updated in place, sorted. */
  readonly updated: readonly string[];
  /** Addresses before and after a move. */
  readonly moved: readonly (readonly [from: string, to: string])[];
  /** Nothing would be created, changed or deleted. */
  readonly isEmpty: boolean;
}

export function parseState(json: string): readonly StateResource[] {
  const root = at(JSON.parse(json), "values", "root_module", "resources");
  return list(root).map((resource) => ({
    address: text(at(resource, "address")),
    type: text(at(resource, "type")),
    values: record(at(resource, "values")),
  }));
}

export function parsePlan(json: string): Plan {
  const all = list(at(JSON.parse(json), "resource_changes")).map(parseChange);
  const acting = all.filter(({ actions }) => actions.some((action) => action !== "no-op"));
  const moves = all.filter(({ previousAddress }) => previousAddress !== undefined);
  return {
    changes: acting,
    deleted: acting
      .filter(({ actions }) => actions.includes("delete"))
      .map(({ address }) => address)
      .sort(),
    updated: acting
      .filter(({ actions }) => actions.join() === "update")
      .map(({ address }) => address)
      .sort(),
    moved: moves.map(({ previousAddress, address }) => [previousAddress ?? "", address]),
    isEmpty: acting.length === 0,
  };
}

function parseChange(change: unknown): PlannedChange {
  const previousAddress = at(change, "previous_address");
  const reason = at(change, "action_reason");
  return {
    address: text(at(change, "address")),
    actions: list(at(change, "change", "actions")).map(text),
    ...(previousAddress !== undefined && { previousAddress: text(previousAddress) }),
    ...(reason !== undefined && { reason: text(reason) }),
  };
}

/** Undefined where one of the members on the way is missing. */
function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new TypeError(`expected a text in Terraform's JSON, got ${typeof value}`);
  return value;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import { Token } from "cdktf";
import type { ClusterSettings, HookSettings, ObproxySettings } from "../hook/request.js";
import type { Declaration, ObjectKind } from "./declaration.js";
import type { ManagedObjects } from "./managed-objects.js";

/** What the hook reads at destroy time: how the code of today wants each object to be treated. */
export function hookSettings(managed: ManagedObjects, all: readonly ManagedObjects[]): HookSettings {
  const others = all.filter((each) => each !== managed && each.sameOcpAs(managed));
  const elsewhere = (kind: ObjectKind): Record<string, string> =>
    Object.assign({}, ...others.map((other) => byKey(other, kind, ({ construct }) => construct.node.path))) as Record<
      string,
      string
    >;
  return {
    formatVersion: 1,
    provider: managed.settings,
    clusters: byKey(managed, "cluster", clusterSettings),
    obproxies: byKey(managed, "obproxy", obproxySettings),
    elsewhere: { clusters: elsewhere("cluster"), obproxies: elsewhere("obproxy") },
  };
}

/** Indented, with sorted keys, so that two synths compare. */
export function settingsText(settings: HookSettings): string {
  const sorted = (_key: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value;
  return `${JSON.stringify(settings, sorted, 2)}\n`;
}

function byKey<T>(managed: ManagedObjects, kind: ObjectKind, map: (declaration: Declaration) => T): Record<string, T> {
  return Object.fromEntries(
    managed.declarations
      .filter((each) => each.kind === kind && !each.isToken)
      .map((declaration) => [declaration.key, map(declaration)]),
  );
}

function clusterSettings(declaration: Declaration): ClusterSettings {
  return {
    ...commonSettings(declaration),
    ...(declaration.forceDestroy ? { forceDestroy: true } : {}),
  };
}

function obproxySettings(declaration: Declaration): ObproxySettings {
  return {
    ...commonSettings(declaration),
    ...(declaration.skipHostOperation ? { skipHostOperation: true } : {}),
  };
}

function commonSettings(declaration: Declaration): Omit<ClusterSettings, "forceDestroy"> {
  const { clusterName, construct, preventDestroy, skipDestroy, timeouts } = declaration;
  return {
    path: construct.node.path,
    ...(Token.isUnresolved(clusterName) ? {} : { clusterName }),
    ...(skipDestroy ? { skipDestroy } : {}),
    ...(preventDestroy ? { preventDestroy } : {}),
    ...(timeouts?.delete === undefined ? {} : { timeouts: { delete: timeouts.delete } }),
  };
}

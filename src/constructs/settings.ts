import { LocalBackend, Token, type TerraformStack } from "cdktf";
import { isAbsolute } from "node:path";
import { ANY_NAME } from "../contract/names.js";
import type { ObjectKind } from "../contract/object.js";
import type {
  ClusterSettings,
  HookSettings,
  ObproxySettings,
  OtherProvider,
  TokenDeclaration,
} from "../contract/settings-file.js";
import type { Declaration } from "./declaration.js";
import type { ManagedObjects } from "./managed-objects.js";

/** What the hook reads at destroy time: how the code of today wants each object to be treated. */
export function hookSettings(managed: ManagedObjects, all: readonly ManagedObjects[]): HookSettings {
  return {
    formatVersion: 2,
    stack: managed.stack.node.id,
    provider: managed.settings,
    clusters: byKey(managed, "cluster", clusterSettings),
    obproxies: byKey(managed, "obproxy", obproxySettings),
    tokens: tokensOf(managed),
    others: all.filter((each) => each !== managed).map(otherProvider),
  };
}

/** All of them, whatever their URL: which of them is the same OCP, only the hook can tell. */
function otherProvider(other: ManagedObjects): OtherProvider {
  const { alias, envPrefix, url } = other.settings;
  const path = ({ construct }: Declaration): string => construct.node.path;
  const stateFile = localStateOf(other.stack);
  return {
    path: other.provider.node.path,
    stack: other.stack.node.id,
    alias,
    ...(url === undefined ? {} : { url }),
    envPrefix,
    clusters: byKey(other, "cluster", path),
    obproxies: byKey(other, "obproxy", path),
    tokens: tokensOf(other),
    ...(stateFile === undefined ? {} : { stateFile }),
  };
}

/** Undefined: the state lies in another kind of backend, or where only Terraform knows. */
function localStateOf(stack: TerraformStack): string | undefined {
  const backend = stack.node.children.find((child) => LocalBackend.isBackend(child));
  if (!(backend instanceof LocalBackend)) return undefined;
  const { terraform } = backend.toTerraform() as { terraform?: { backend?: { local?: { path?: unknown } } } };
  const path = terraform?.backend?.local?.path;
  return typeof path === "string" && isAbsolute(path) && !Token.isUnresolved(path) ? path : undefined;
}

function byKey<T>(managed: ManagedObjects, kind: ObjectKind, map: (declaration: Declaration) => T): Record<string, T> {
  return Object.fromEntries(
    managed.declarations
      .filter((each) => each.kind === kind && !each.isToken)
      .map((declaration) => [declaration.key, map(declaration)]),
  );
}

/**
 * Path of something that `other` declares and that may be what `managed` declares, both by ids that only Terraform knows;
 * see `decide/elsewhere.ts`.
 */
export function indistinguishable(
  managed: ManagedObjects,
  other: ManagedObjects,
): readonly [string, string] | undefined {
  const open = (a: string | undefined, b: string | undefined): boolean => a === undefined || b === undefined || a === b;
  const anyName = (name: string | undefined): string | undefined => (name === ANY_NAME ? undefined : name);
  const [found] = tokensOf(managed).flatMap((one) =>
    tokensOf(other)
      .filter(
        (two) =>
          one.kind === two.kind &&
          open(one.clusterId, two.clusterId) &&
          open(one.obproxyId, two.obproxyId) &&
          open(anyName(one.clusterName), anyName(two.clusterName)),
      )
      .map((two) => [one.path, two.path] as const),
  );
  return found;
}

function tokensOf(managed: ManagedObjects): readonly TokenDeclaration[] {
  return managed.declarations
    .filter(({ isToken }) => isToken)
    .map(({ clusterId, clusterName, construct, kind, obproxyId }) => ({
      kind,
      path: construct.node.path,
      ...(Token.isUnresolved(clusterId) ? {} : { clusterId }),
      ...(obproxyId === undefined || Token.isUnresolved(obproxyId) ? {} : { obproxyId }),
      ...(Token.isUnresolved(clusterName) ? {} : { clusterName }),
    }));
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

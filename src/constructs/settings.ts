import { LocalBackend, Token, type TerraformStack } from "cdktf";
import { isAbsolute, posix } from "node:path";
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
import type { Declarations } from "./declarations.js";
import { hasOverriddenBackend } from "./state-file.js";

/** What the hook reads at destroy time: how the code of today wants each object to be treated. */
export function hookSettings(declarations: Declarations, all: readonly Declarations[]): HookSettings {
  return {
    formatVersion: 2,
    stack: declarations.stack.node.id,
    provider: declarations.settings,
    clusters: byKey(declarations, "cluster", settingsOf),
    obproxies: byKey(declarations, "obproxy", settingsOf),
    tokens: tokensOf(declarations),
    others: all.filter((each) => each !== declarations).map(otherProvider),
  };
}

/** All of them, whatever their URL: which of them is the same OCP, only the hook can tell. */
function otherProvider(other: Declarations): OtherProvider {
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
  if (!(backend instanceof LocalBackend) || hasOverriddenBackend(stack)) return undefined;
  const { terraform } = backend.toTerraform() as { terraform?: { backend?: { local?: { path?: unknown } } } };
  const path = terraform?.backend?.local?.path;
  if (typeof path !== "string" || Token.isUnresolved(path)) return undefined;
  // As Terraform writes it.
  const file = path.normalize();
  return isAbsolute(file) ? file : posix.join("..", stack.node.id, file);
}

function byKey<T>(
  declarations: Declarations,
  kind: ObjectKind,
  map: (declaration: Declaration) => T,
): Record<string, T> {
  return Object.fromEntries(
    declarations
      .of(kind)
      .filter((each) => !each.isToken)
      .map((declaration) => [declaration.key, map(declaration)]),
  );
}

/**
 * Path of something that `other` declares and that may be what `declarations` declares, both by ids that only Terraform knows;
 * see `decide/elsewhere.ts`.
 */
export function indistinguishable(
  declarations: Declarations,
  other: Declarations,
): readonly [string, string] | undefined {
  const open = (a: string | undefined, b: string | undefined): boolean => a === undefined || b === undefined || a === b;
  const anyName = (name: string | undefined): string | undefined => (name === ANY_NAME ? undefined : name);
  const [found] = tokensOf(declarations).flatMap((one) =>
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

function tokensOf(declarations: Declarations): readonly TokenDeclaration[] {
  return declarations.all
    .filter(({ isToken }) => isToken)
    .map(({ clusterId, clusterName, construct, kind, obproxyId }) => ({
      kind,
      path: construct.node.path,
      ...(Token.isUnresolved(clusterId) ? {} : { clusterId }),
      ...(obproxyId === undefined || Token.isUnresolved(obproxyId) ? {} : { obproxyId }),
      ...(Token.isUnresolved(clusterName) ? {} : { clusterName }),
    }));
}

function settingsOf({ clusterName, construct, settings }: Declaration): ClusterSettings & ObproxySettings {
  return {
    path: construct.node.path,
    ...(Token.isUnresolved(clusterName) ? {} : { clusterName }),
    ...settings,
  };
}

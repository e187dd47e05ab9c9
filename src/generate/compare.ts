import { ANY_NAME } from "../contract/names.js";
import { clusterKey, obproxyKey } from "../contract/object.js";
import type { HookSettings } from "../contract/settings-file.js";
import type { Cluster } from "../ocp/model.js";
import { describeServer } from "../hook/tell/failures.js";

/** Where what OCP holds and what a stack declares differ, a sentence each. */
export interface Difference {
  /** OCP holds it, and the stack does not declare it. */
  readonly undeclared: readonly string[];
  /** The stack declares it, and OCP does not hold it. */
  readonly missing: readonly string[];
  /** Its name is declared, by itself or by OBProxies of it, and OCP calls it otherwise. */
  readonly renamed: readonly string[];
  /** Declared by ids that only Terraform knows: whether OCP holds that, cannot be told. */
  readonly unknown: readonly string[];
}

type Declared = Pick<HookSettings, "clusters" | "obproxies" | "tokens">;

/**
 * The clusters that are declared under these names and ids, whatever OCP calls them.
 *
 * @returns also which of the names and ids the stack knows
 */
export function declaredUnder(
  wanted: readonly string[],
  all: readonly Declared[],
): { readonly ids: ReadonlySet<string>; readonly known: ReadonlySet<string> } {
  const ids = new Set<string>();
  const known = new Set<string>();
  const entries = all.flatMap(({ clusters, obproxies }) => [...Object.entries(clusters), ...Object.entries(obproxies)]);
  for (const [key, { clusterName = "" }] of entries) {
    const id = clusterOf(key);
    for (const word of [id, clusterName]) {
      if (!wanted.includes(word)) continue;
      known.add(word);
      ids.add(id);
    }
  }
  return { ids, known };
}

/** What is declared of these clusters. */
export function declaredOf(all: readonly Declared[], ids: ReadonlySet<string>): readonly Declared[] {
  const some = <T>(of: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    Object.fromEntries(Object.entries(of).filter(([key]) => ids.has(clusterOf(key))));
  return all.map(({ clusters, obproxies, tokens }) => ({
    clusters: some(clusters),
    obproxies: some(obproxies),
    tokens: tokens.filter(({ clusterId }) => clusterId === undefined || ids.has(clusterId)),
  }));
}

/** `27/3` → `27` */
function clusterOf(key: string): string {
  return key.split("/")[0] ?? "";
}

/** `declared`: by the providers of one stack, for this OCP. */
export function compare(clusters: readonly Cluster[], declared: readonly Declared[]): Difference {
  const declaredClusters = new Map(declared.flatMap((each) => Object.entries(each.clusters)));
  const declaredObproxies = new Map(declared.flatMap((each) => Object.entries(each.obproxies)));
  const heldClusters = new Map(clusters.map((cluster) => [clusterKey(cluster.id), cluster]));
  const heldObproxies = new Map(
    clusters.flatMap(({ id, name, obproxies = [] }) =>
      obproxies.map((server) => [obproxyKey(id, server.id), { name, server }] as const),
    ),
  );
  const named = [
    ...declaredClusters,
    ...[...declaredObproxies].filter(([key]) => !declaredClusters.has(clusterOf(key))),
  ];
  const renamed = ([key, { clusterName = ANY_NAME, path }]: (typeof named)[number]): string[] => {
    const id = clusterOf(key);
    const found = heldClusters.get(id)?.name;
    if (found === undefined || clusterName === ANY_NAME || clusterName === found) return [];
    return [`OBProxy cluster ${id} is ${JSON.stringify(found)} in OCP and ${JSON.stringify(clusterName)} in ${path}`];
  };
  const isOpen = (key: string): boolean => clusters.find(({ id }) => key.startsWith(`${id}/`))?.obproxies === undefined;
  return {
    undeclared: [
      ...[...heldClusters.values()]
        .filter(({ id }) => !declaredClusters.has(clusterKey(id)))
        .map(({ id, name }) => `OBProxy cluster ${id} (${name})`),
      ...[...heldObproxies]
        .filter(([key]) => !declaredObproxies.has(key))
        .map(([key, { name, server }]) => `OBProxy ${clusterOf(key)}/${describeServer(server)} of ${name}`),
    ],
    missing: [
      ...[...declaredClusters]
        .filter(([key]) => !heldClusters.has(key))
        .map(([key, { path }]) => `OBProxy cluster ${key}, declared by ${path}`),
      ...[...declaredObproxies]
        .filter(([key]) => !heldObproxies.has(key) && !(heldClusters.has(clusterOf(key)) && isOpen(key)))
        .map(([key, { path }]) => `OBProxy ${key}, declared by ${path}`),
    ],
    renamed: [...new Set(named.flatMap(renamed))],
    unknown: [...new Set(declared.flatMap(({ tokens }) => tokens.map(({ path }) => path)))],
  };
}

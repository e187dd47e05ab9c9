import { DefaultTokenResolver, StringConcat, Tokenization } from "cdktf";
import { cycleThrough, graphOf } from "../contract/dependency-cycles.js";
import { label } from "../contract/object.js";
import * as errors from "./errors.js";
import type { ManagedObjects } from "./managed-objects.js";

/**
 * What can only be said of all that the app declares. cdktf validates and writes one stack after the other, so this
 * looks at all of them before the first is written.
 */
export function appProblems(all: readonly ManagedObjects[]): string[] {
  const written = all.map((managed) => ({ managed, configuration: managed.stack.toTerraform() as unknown }));
  return [...all.flatMap(tokenProblems), ...written.flatMap(needsProblems), ...written.flatMap(cycleProblems)];
}

interface Written {
  readonly managed: ManagedObjects;
  /** Of its stack, with what Aspects and overrides have made of it. */
  readonly configuration: unknown;
}

function needsProblems({ configuration, managed }: Written): string[] {
  const flaws = managed.flaws(configuration);
  return flaws.length === 0 ? [] : [errors.blocksChanged(managed.provider, flaws)];
}

/** What tokens hide at construction: two that are the same, and those that mean something else in each block. */
function tokenProblems(managed: ManagedObjects): string[] {
  const byKey = new Map<string, ManagedObjects["declarations"][number][]>();
  const problems: string[] = [];
  for (const declaration of managed.declarations) {
    const key = String(resolved(managed, declaration.key));
    if (/\b(?:each|count|self)\./.test(key)) problems.push(errors.keyFromIterator(declaration.construct, key));
    const id = `${declaration.kind} ${key}`;
    byKey.set(id, [...(byKey.get(id) ?? []), declaration]);
  }
  for (const same of byKey.values()) {
    const [first] = same;
    if (first === undefined || same.length === 1) continue;
    const object = label(first.kind, String(resolved(managed, first.key)));
    problems.push(
      errors.keyRepeatedByTokens(
        object,
        same.map((each) => each.construct),
      ),
    );
  }
  return problems;
}

function cycleProblems({ configuration, managed }: Written): string[] {
  const graph = graphOf(configuration);
  const named = (address: string): string => {
    const path = graph.paths.get(address);
    return path === undefined ? address : `${address} (${path})`;
  };
  const cycles = managed.addresses.flatMap((address) => {
    const cycle = cycleThrough(graph, address);
    if (cycle === undefined) return [];
    const steps = cycle.slice(1).map((on, index) => {
      const from = cycle[index] ?? address;
      const because = managed.dependencyPath(from, on);
      return `${named(from)} waits for ${named(on)}${because === undefined ? "" : `, because ${because} does`}`;
    });
    return [errors.dependencyCycle(managed.provider, steps)];
  });
  // One cycle through both blocks is found twice.
  return cycles.slice(0, 1);
}

export function resolved(managed: ManagedObjects, value: unknown): unknown {
  return Tokenization.resolve(value, {
    scope: managed.stack,
    resolver: new DefaultTokenResolver(new StringConcat()),
  }) as unknown;
}

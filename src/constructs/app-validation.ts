import { TerraformStack } from "cdktf";
import { cycleThrough, graphOf } from "../contract/dependency-cycles.js";
import { KINDS, label } from "../contract/object.js";
import { flawsOf } from "./block-flaws.js";
import type { Declaration } from "./declaration.js";
import type { Declarations } from "./declarations.js";
import * as errors from "./errors.js";
import { resolved } from "./resolved.js";
import { stateFileOf } from "./state-file.js";

/**
 * What can only be said of all that the app declares. cdktf validates and writes one stack after the other, so this
 * looks at all of them before the first is written.
 */
export function appProblems(all: readonly Declarations[]): string[] {
  // A stack with many resources takes a while, and may have many providers.
  const stacks = [...new Set(all.map(({ stack }) => stack))];
  const twins = stackIdProblems(stacks);
  // Their configurations would be told of as one.
  if (twins.length > 0) return twins;
  const configurations = new Map(stacks.map((stack) => [stack, stack.toTerraform() as unknown]));
  const written = all.map((declarations) => ({
    declarations,
    configuration: configurations.get(declarations.stack),
  }));
  return [
    ...stateProblems(stacks),
    ...all.flatMap(tokenProblems),
    ...written.flatMap(needsProblems),
    ...written.flatMap(cycleProblems),
  ];
}

/** Stacks that stand apart in the tree, such as one in a construct for each environment, may have one id. */
function stackIdProblems(stacks: readonly TerraformStack[]): string[] {
  const all = stacksOfApp(stacks[0]);
  const ids = new Set(stacks.map(({ node }) => node.id));
  return [...ids].flatMap((id) => {
    const paths = all.filter(({ node }) => node.id === id).map(({ node }) => node.path);
    return paths.length > 1 ? [errors.stackIdRepeated(id, paths)] : [];
  });
}

/** Also where only one of them has objects: a deploy of the other has no hooks for them. */
function stateProblems(declaring: readonly TerraformStack[]): string[] {
  const stacksOf = new Map<string, TerraformStack[]>();
  for (const stack of stacksOfApp(declaring[0])) {
    const file = stateFileOf(stack);
    if (file !== undefined) stacksOf.set(file, [...(stacksOf.get(file) ?? []), stack]);
  }
  return [...stacksOf].flatMap(([file, stacks]) =>
    stacks.length > 1 && stacks.some((stack) => declaring.includes(stack))
      ? [
          errors.stateShared(
            file,
            stacks.map(({ node }) => node.path),
          ),
        ]
      : [],
  );
}

export function stacksOfApp(one: TerraformStack | undefined): readonly TerraformStack[] {
  return one?.node.root.node.findAll().filter((each) => TerraformStack.isStack(each)) ?? [];
}

interface Written {
  readonly declarations: Declarations;
  /** Of its stack, with what Aspects and overrides have made of it. */
  readonly configuration: unknown;
}

function needsProblems({ configuration, declarations }: Written): string[] {
  const flaws = flawsOf(declarations, configuration);
  return flaws.length === 0 ? [] : [errors.blocksChanged(declarations.provider, flaws)];
}

/** What tokens hide at construction: two that are the same, and those that mean something else in each block. */
function tokenProblems(declarations: Declarations): string[] {
  const byKey = new Map<string, Declaration[]>();
  const problems: string[] = [];
  for (const declaration of declarations.all) {
    const key = String(resolved(declarations.stack, declaration.key));
    if (/\b(?:each|count|self)\./.test(key)) problems.push(errors.keyFromIterator(declaration.construct, key));
    const id = `${declaration.kind} ${key}`;
    byKey.set(id, [...(byKey.get(id) ?? []), declaration]);
  }
  for (const same of byKey.values()) {
    const [first] = same;
    if (first === undefined || same.length === 1) continue;
    const object = label(first.kind, String(resolved(declarations.stack, first.key)));
    problems.push(
      errors.keyRepeatedByTokens(
        object,
        same.map((each) => each.construct),
      ),
    );
  }
  return problems;
}

function cycleProblems({ configuration, declarations }: Written): string[] {
  const graph = graphOf(configuration);
  const named = (address: string): string => {
    const path = graph.paths.get(address);
    return path === undefined ? address : `${address} (${path})`;
  };
  const cycles = KINDS.map((kind) => declarations.blockAddress(kind)).flatMap((address) => {
    const cycle = cycleThrough(graph, address);
    if (cycle === undefined) return [];
    const steps = cycle.slice(1).map((on, index) => {
      const from = cycle[index] ?? address;
      const because = pathBetween(declarations, from, on);
      return `${named(from)} waits for ${named(on)}${because === undefined ? "" : `, because ${because} does`}`;
    });
    return [errors.dependencyCycle(declarations.provider, steps)];
  });
  // One cycle through both blocks is found twice.
  return cycles.slice(0, 1);
}

/** Of the construct that made one block wait for another; undefined where it is ours to do so. */
function pathBetween(declarations: Declarations, from: string, on: string): string | undefined {
  const kind = KINDS.find((each) => declarations.blockAddress(each) === from);
  if (kind === undefined) return undefined;
  const isIt = (each: { readonly fqn: string }): boolean => resolved(declarations.stack, each.fqn) === `\${${on}}`;
  return declarations.dependenciesOf(kind).find((each) => isIt(each.on))?.from.node.path;
}

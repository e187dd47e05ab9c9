import { member } from "./json.js";

/** What one stack's configuration, as Terraform reads it, says about who waits for whom. */
export interface Graph {
  /** Address of a block → addresses that it refers to. */
  readonly edges: ReadonlyMap<string, ReadonlySet<string>>;
  /** Address of a block → path of its construct. */
  readonly paths: ReadonlyMap<string, string>;
}

/** Blocks are nodes; whatever they refer to, in `depends_on` or in an expression, they wait for. */
export function graphOf(configuration: unknown): Graph {
  const blocks = new Map<string, unknown>();
  for (const [section, prefix, depth] of SECTIONS) collect(member(configuration, section), prefix, depth, blocks);

  const edges = new Map<string, ReadonlySet<string>>();
  const paths = new Map<string, string>();
  for (const [address, block] of blocks) {
    edges.set(address, new Set(references(block).filter((each) => blocks.has(each))));
    const path = member(member(member(block, "//"), "metadata"), "path");
    if (typeof path === "string") paths.set(address, path);
  }
  return { edges, paths };
}

/** The shortest way from `start` back to itself, which is named first and last; undefined: there is none. */
export function cycleThrough(graph: Graph, start: string): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const address of queue) {
    for (const next of graph.edges.get(address) ?? []) {
      if (next === start) return [start, ...wayBack(cameFrom, start, address), start];
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, address);
      queue.push(next);
    }
  }
  return undefined;
}

/** Whatever waits for one of `starts`, or for something that does. */
export function dependentsOf(graph: Graph, starts: readonly string[]): readonly string[] {
  const dependents = new Map<string, string[]>();
  for (const [address, waitsFor] of graph.edges) {
    for (const on of waitsFor) {
      const those = dependents.get(on);
      if (those === undefined) dependents.set(on, [address]);
      else those.push(address);
    }
  }
  const found = new Set(starts);
  for (const on of found) for (const address of dependents.get(on) ?? []) found.add(address);
  return [...found].filter((address) => !starts.includes(address));
}

function wayBack(cameFrom: ReadonlyMap<string, string>, start: string, end: string): readonly string[] {
  const way: string[] = [];
  for (let at: string | undefined = end; at !== undefined && at !== start; at = cameFrom.get(at)) way.unshift(at);
  return way;
}

/** Section of the configuration, prefix of addresses in it, and how many names make an address. */
const SECTIONS: readonly (readonly [string, string, number])[] = [
  ["resource", "", 2],
  ["data", "data.", 2],
  ["module", "module.", 1],
  ["locals", "local.", 1],
];

function collect(section: unknown, prefix: string, depth: number, into: Map<string, unknown>): void {
  for (const [name, value] of entries(section)) {
    if (depth === 1) into.set(prefix + name, value);
    else collect(value, `${prefix}${name}.`, depth - 1, into);
  }
}

function references(value: unknown, isExpression = false): string[] {
  if (typeof value === "string") {
    const expressions = isExpression ? [value] : templates(value);
    return expressions.flatMap((text) => [...text.matchAll(REFERENCE)].flatMap(([found]) => prefixesOf(found)));
  }
  if (Array.isArray(value)) return value.flatMap((each) => references(each, isExpression));
  return entries(value).flatMap(([name, each]) => [
    ...references(name),
    ...references(each, isExpression || name === "depends_on" || name === "replace_triggered_by"),
  ]);
}

const REFERENCE = /[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+/g;

/** `data.a.b.id` may mean `data.a.b`; which of them is a block, the caller knows. */
function prefixesOf(reference: string): string[] {
  const parts = reference.split(".");
  return [2, 3].filter((length) => parts.length >= length).map((length) => parts.slice(0, length).join("."));
}

/** What stands in `${…}` or `%{…}`; `$${` is no template. */
function templates(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (!/^[$%]\{/.test(text.slice(at, at + 2))) continue;
    if (text[at - 1] === text[at]) continue;
    const end = endOfTemplate(text, at + 2);
    found.push(text.slice(at + 2, end));
    at = end;
  }
  return found;
}

function endOfTemplate(text: string, start: number): number {
  let depth = 1;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

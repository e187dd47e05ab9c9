import { compareIds } from "../ocp/ids.js";
import type { Surveyed } from "../survey/survey.js";

export type Target = Surveyed["target"];

/** How a report says what it counts, names and times. */

/** `850 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 days` */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return withRest(minutes, "min", seconds % 60, "s");
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? withRest(hours, "h", minutes % 60, "min") : `${Math.floor(hours / 24)} days`;
}

function withRest(whole: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${restUnit}`;
}

/** `2026-11-26 07:12:03 UTC` */
export function moment(milliseconds: number): string {
  return `${iso(milliseconds).slice(0, 19).replace("T", " ")} UTC`;
}

/** `07:12:03` */
export function timeOfDay(milliseconds: number): string {
  return iso(milliseconds).slice(11, 19);
}

export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** A sentence in pieces: what stands in backticks is code, such as a command to copy. */
export function inPieces(words: string): readonly { readonly text: string; readonly isCode: boolean }[] {
  return words
    .split(/`([^`]+)`/)
    .map((text, index) => ({ text, isCode: index % 2 === 1 }))
    .filter(({ text }) => text !== "");
}

const MOST_RANGES = 12;

interface Listed {
  readonly key: string;
  readonly target: Target;
  /** Alias of the provider, where that is to be told. */
  readonly of?: string | undefined;
}

/**
 * Objects for a person who reads thirty of them: `OBProxies 27/1 to 27/12, 27/15; OBProxy cluster 27`, and of which provider:
 * `OBProxy 27/1 of east; OBProxy 27/1 of west`.
 */
export function listOf(objects: readonly Listed[]): string {
  return [...new Set(objects.map(({ of }) => of))]
    .flatMap((provider) => {
      const parts = partsOf(objects.filter(({ of }) => of === provider));
      return provider === undefined ? parts : parts.map((part) => `${part} of ${provider}`);
    })
    .join("; ");
}

function partsOf(objects: readonly Listed[]): readonly string[] {
  const proxies = objects.filter(({ target }) => target.kind === "obproxy");
  const clusters = objects.filter(({ target }) => target.kind === "cluster");
  const part = (some: typeof objects, one: string, many: string): string[] =>
    some.length === 0
      ? []
      : [`${some.length === 1 ? one : many} ${bounded(rangesOf(some.map(({ target }) => target)))}`];
  return [...part(proxies, "OBProxy", "OBProxies"), ...part(clusters, "OBProxy cluster", "OBProxy clusters")];
}

function bounded(ranges: readonly string[]): string {
  const more = ranges.length - MOST_RANGES;
  return ranges.slice(0, MOST_RANGES).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

interface Range {
  readonly cluster: string | undefined;
  readonly first: string;
  last: string;
}

function rangesOf(targets: readonly Target[]): readonly string[] {
  const ranges: Range[] = [];
  for (const target of [...targets].sort(compareTargets)) {
    const [cluster, id] =
      target.kind === "obproxy" ? [target.clusterId, target.obproxyId] : [undefined, target.clusterId];
    const before = ranges.at(-1);
    if (before?.cluster === cluster && before !== undefined && BigInt(before.last) + 1n === BigInt(id)) {
      before.last = id;
    } else if (before?.cluster !== cluster || before?.last !== id) {
      ranges.push({ cluster, first: id, last: id });
    }
  }
  return ranges.flatMap(({ cluster, first, last }) => {
    const name = (id: string): string => (cluster === undefined ? id : `${cluster}/${id}`);
    if (first === last) return [name(first)];
    // Two need no word between them.
    return BigInt(first) + 1n === BigInt(last) ? [name(first), name(last)] : [`${name(first)} to ${name(last)}`];
  });
}

/** A cluster before its OBProxies, by number. */
export function compareTargets(a: Target, b: Target): number {
  const clusters = compareIds(a.clusterId, b.clusterId);
  if (clusters !== 0) return clusters;
  return compareIds(a.kind === "obproxy" ? a.obproxyId : "", b.kind === "obproxy" ? b.obproxyId : "");
}

/** `2026-11-26 07:12:03 UTC, 4 min 20 s, ended 3 min ago` */
export function runText(
  run: { readonly startedAt: number; readonly lastAt: number; readonly isRunning: boolean },
  at: number,
): string {
  const took = duration(run.lastAt - run.startedAt);
  const when = `${moment(run.startedAt)}, ${took}`;
  if (run.isRunning) return `${when}, still at work`;
  return `${when}, ended ${duration(Math.max(0, at - run.lastAt))} ago`;
}

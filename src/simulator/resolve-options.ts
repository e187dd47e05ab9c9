import { seedId } from "./ids.js";
import { badOption } from "./option-error.js";
import { DEFAULT_CREDENTIALS, type SimulatedNode, type SimulatorOptions } from "./options.js";
import { MAX_PAGE_SIZE } from "./paging.js";
import { parseUtcOffset } from "./time.js";
import { type Traits, traitsOf } from "./version.js";

export type EngineClock =
  { readonly kind: "timer"; readonly tickMs: number } | { readonly kind: "manual" } | { readonly kind: "poll" };

/** The options with every default in place. */
export type ResolvedOptions = Readonly<ReturnType<typeof resolveOptions>>;

const DEFAULT_TICK_MS = 1000;

export function resolveOptions(options: SimulatorOptions) {
  const version = options.version ?? "4.2.2";
  const traits = traitsOf(version);
  const engine = engineClock(options.tickMs ?? DEFAULT_TICK_MS);
  return {
    host: options.host ?? "127.0.0.1",
    port: portNumber(options.port ?? 0),
    version,
    traits,
    engine,
    /** What `ms` of a plan is counted by. */
    tickLengthMs: engine.kind === "timer" ? engine.tickMs : DEFAULT_TICK_MS,
    unref: options.unref ?? false,
    credentials: options.credentials ?? DEFAULT_CREDENTIALS,
    accessKeys: options.accessKeys ?? [],
    clusters: options.clusters ?? [],
    seed: options.seed ?? 1,
    permissions: options.permissions ?? {},
    lockRefusal: options.lockRefusal ?? { status: 400, code: 21010 },
    unlockOnFailure: options.unlockOnFailure ?? false,
    https: options.https,
    pathPrefix: pathPrefix(options.pathPrefix ?? ""),
    firstTaskId: seedId("firstTaskId", options.firstTaskId ?? 31440),
    firstSubtaskId: seedId("firstSubtaskId", options.firstSubtaskId ?? 33147),
    maxPageSize: maxPageSize(options.maxPageSize ?? MAX_PAGE_SIZE),
    nodes: nodes(options.nodes, traits),
    utcOffsetMinutes: parseUtcOffset(options.utcOffset ?? "+08:00"),
    locale: options.locale ?? "en-US",
    clock: options.clock ?? Date.now,
    rateLimit: options.rateLimit,
    onRequest: options.onRequest ?? (() => undefined),
  };
}

function engineClock(tickMs: number | "manual" | "poll"): EngineClock {
  if (tickMs === "manual" || tickMs === 0) return { kind: "manual" };

  if (tickMs === "poll") return { kind: "poll" };

  if (!(tickMs >= 1) || !Number.isFinite(tickMs)) {
    throw badOption("tickMs", tickMs, 'milliseconds from 1 on, 0, "manual" or "poll"');
  }

  return { kind: "timer", tickMs };
}

function portNumber(port: number): number {
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw badOption("port", port, "an integer from 0 to 65535");

  return port;
}

function maxPageSize(size: number): number {
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE_SIZE) {
    throw badOption("maxPageSize", size, `an integer from 1 to ${MAX_PAGE_SIZE}`);
  }

  return size;
}

function pathPrefix(prefix: string): string {
  if (!/^(\/[^/?#\s]+)*$/.test(prefix)) throw badOption("pathPrefix", prefix, 'empty or a path such as "/ocp"');

  return prefix;
}

/** Published answers of 3.x name the server by its address, later ones by a short id. */
function nodes(given: readonly SimulatedNode[] | undefined, traits: Traits): readonly SimulatedNode[] {
  if (given !== undefined && given.length === 0) throw badOption("nodes", given, "at least one node");

  const executor = "192.168.0.1";
  return given ?? [{ server: traits.errorCodes === "3.x" ? executor : "a83ad33525", executor }];
}

import type { OcpId } from "../ocp/model.js";
import {
  ANY_NAME,
  clusterKey,
  ENV,
  type HookSettings,
  obproxyKey,
  type ClusterSettings,
  type ObproxySettings,
} from "./request.js";
import { parseDuration } from "./duration.js";
import { HookFailure } from "./tell/failure.js";

export type Target =
  | { readonly kind: "cluster"; readonly clusterId: OcpId }
  | { readonly kind: "obproxy"; readonly clusterId: OcpId; readonly obproxyId: OcpId };

/** What is wanted: which object has to go, and under which conditions. */
export interface Intent {
  readonly target: Target;
  /** `"27"` or `"27/3"`. */
  readonly key: string;
  /** For every line of output: `OBProxy 27/3` or `OBProxy cluster 27`. */
  readonly label: string;
  /** The name that the cluster behind the id must have; undefined: any. */
  readonly clusterName: string | undefined;
  /** Whether {@link clusterName} is today's declaration or the one of the first deploy. */
  readonly nameFrom: "declaration" | "first-deploy";
  /** Whether the configuration still declares the object. */
  readonly declared: boolean;
  readonly forceDestroy: boolean;
  readonly skipHostOperation: boolean;
  /** OBProxies of the cluster that the same provider declares. */
  readonly declaredObproxyIds: ReadonlySet<OcpId>;
  /**
   * OBProxies of the cluster that go on being declared when the cluster goes: by another provider of the app, or, where
   * the cluster itself has left the code, by the same one. Id → path of the construct.
   */
  readonly elsewhereObproxies: ReadonlyMap<OcpId, string>;
  /** OBProxies of the cluster that must be left alone (`skipDestroy`, `preventDestroy`). */
  readonly keptObproxyIds: ReadonlySet<OcpId>;
  /** Undefined: OCP's own time limits decide. */
  readonly timeoutMs: number | undefined;
  readonly taskRetries: number;
  readonly waitFor: "task" | "object";
}

/** Why the object must not be touched at all, whatever OCP says; undefined: it may be deleted. */
export type Hands =
  { readonly off: false } | { readonly off: true; readonly outcome: "left-alone" | "refused"; readonly reason: string };

/** Reads what the provisioner passed; see {@link ENV}. */
export function readTarget(env: NodeJS.ProcessEnv): { readonly target: Target; readonly triggerName: string } {
  const kind = env[ENV.kind];
  const clusterId = readId(env, ENV.clusterId);
  const triggerName = env[ENV.clusterName];
  if (triggerName === undefined || triggerName === "") throw badCall(`${ENV.clusterName} is not set`);
  if (kind === "cluster") return { target: { kind, clusterId }, triggerName };
  if (kind === "obproxy") return { target: { kind, clusterId, obproxyId: readId(env, ENV.obproxyId) }, triggerName };
  throw badCall(`${ENV.kind} is ${kind === undefined ? "not set" : JSON.stringify(kind)}`);
}

export function keyOf(target: Target): string {
  return target.kind === "cluster" ? clusterKey(target.clusterId) : obproxyKey(target.clusterId, target.obproxyId);
}

export function labelOf(target: Target): string {
  return `${target.kind === "cluster" ? "OBProxy cluster" : "OBProxy"} ${keyOf(target)}`;
}

/** Joins what the state remembers (the triggers) with what the code declares today (the settings). */
export function intentFrom(target: Target, triggerName: string, settings: HookSettings): Intent {
  const key = keyOf(target);
  const declaration = declarationOf(target, key, settings);
  const declaredName = declaration?.clusterName;
  const name = declaredName ?? triggerName;
  const { clusters, obproxies, provider, elsewhere } = settings;
  const prefix = obproxyKey(target.clusterId, "");
  const ofCluster = (keys: readonly string[]): OcpId[] =>
    keys.filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length));
  const owned = ofCluster(Object.keys(obproxies));
  return {
    target,
    key,
    label: labelOf(target),
    clusterName: name === ANY_NAME ? undefined : name,
    nameFrom: declaredName === undefined ? "first-deploy" : "declaration",
    declared: declaration !== undefined,
    forceDestroy: target.kind === "cluster" && clusters[key]?.forceDestroy === true,
    skipHostOperation: target.kind === "obproxy" && obproxies[key]?.skipHostOperation === true,
    declaredObproxyIds: new Set(owned),
    elsewhereObproxies: new Map([
      ...ofCluster(Object.keys(elsewhere.obproxies)).map((id) => [id, elsewhere.obproxies[prefix + id] ?? ""] as const),
      // A destroy of everything takes them first; where they are still there, only the cluster has left the code.
      ...(declaration === undefined && target.kind === "cluster"
        ? owned.map((id) => [id, obproxies[prefix + id]?.path ?? ""] as const)
        : []),
    ]),
    keptObproxyIds: new Set(
      owned.filter((id) => {
        const proxy = obproxies[prefix + id];
        return proxy?.skipDestroy === true || proxy?.preventDestroy === true;
      }),
    ),
    timeoutMs: timeoutOf(declaration?.timeouts?.delete ?? provider.timeouts.delete),
    taskRetries: provider.taskRetries,
    waitFor: provider.waitFor,
  };
}

/** The guards that need no look at OCP. */
export function handsOff(target: Target, settings: HookSettings): Hands {
  const key = keyOf(target);
  const declaration = declarationOf(target, key, settings);
  if (declaration?.skipDestroy === true) {
    return leaveAlone(`skipDestroy is set on ${declaration.path}`);
  }
  if (declaration?.preventDestroy === true) {
    return { off: true, outcome: "refused", reason: `preventDestroy is set on ${declaration.path}` };
  }
  const other = (target.kind === "cluster" ? settings.elsewhere.clusters : settings.elsewhere.obproxies)[key];
  if (declaration === undefined && other !== undefined) {
    return leaveAlone(`${other} of the same app declares it now`);
  }
  return { off: false };
}

function leaveAlone(reason: string): Hands {
  return { off: true, outcome: "left-alone", reason };
}

function declarationOf(
  target: Target,
  key: string,
  settings: HookSettings,
): ClusterSettings | ObproxySettings | undefined {
  return target.kind === "cluster" ? settings.clusters[key] : settings.obproxies[key];
}

function timeoutOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw badCall(`the settings hold timeouts.delete ${JSON.stringify(text)}`);
  return milliseconds;
}

function readId(env: NodeJS.ProcessEnv, name: string): OcpId {
  const text = env[name];
  // Leading zeros would make two keys of one object.
  if (text === undefined || !/^[1-9]\d{0,18}$/.test(text)) {
    throw badCall(`${name} is ${text === undefined ? "not set" : JSON.stringify(text)}`);
  }
  return text;
}

function badCall(what: string): HookFailure {
  return new HookFailure({
    what: `the hook was not called as its constructs call it: ${what}`,
    next: "run it through terraform or cdktf; to see what would happen without deleting anything, use cdktf-obproxy preflight",
  });
}

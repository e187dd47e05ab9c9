import { parseDuration } from "../contract/duration.js";
import { ANY_NAME, ENV, TODAY } from "../contract/names.js";
import {
  clusterKey,
  isId,
  keyOf,
  label,
  labelOf,
  obproxyKey,
  type OcpId,
  type Target,
  targetOfKey,
} from "../contract/object.js";
import type { ClusterSettings, ObproxySettings, TokenDeclaration } from "../contract/settings-file.js";
import { claimedElsewhere, type Hands, type Refusal } from "./claimed.js";
import { isAny, mayBeItsIds, tokensIn } from "./decide/elsewhere.js";
import type { Settings } from "./settings.js";
import { HookFailure } from "./tell/failure.js";

/** What is wanted: which object has to go, and under which conditions. */
export interface Intent {
  readonly target: Target;
  /** `"27"` or `"27/3"`. */
  readonly key: string;
  /** For every line of output: `OBProxy 27/3` or `OBProxy cluster 27`. */
  readonly label: string;
  /** The name that the cluster behind the id must have; undefined: any. */
  readonly clusterName: string | undefined;
  /** Where {@link clusterName} is from: today's declaration, or what the state remembers of the last or first deploy. */
  readonly nameFrom: NameSource;
  /**
   * The names under which the provider declares something today by ids that only Terraform knows, where the object may
   * be one of that and none of them is {@link clusterName}: it has been renamed in the code, or has left it. Then the
   * cluster has to have one of these. Absent: {@link clusterName} holds.
   */
  readonly renamedTo?: ReadonlySet<string>;
  /** Whether the configuration still declares the object by ids that synth knows. */
  readonly declared: boolean;
  readonly forceDestroy: boolean;
  readonly skipHostOperation: boolean;
  /** OBProxies of the cluster that the same provider declares. */
  readonly declaredObproxyIds: ReadonlySet<OcpId>;
  /**
   * OBProxies of the cluster that are declared and would go with it: by another provider of the app for what may be the
   * same OCP or, where a cluster is to go, by the same one. Id → path of the construct.
   */
  readonly elsewhereObproxies: ReadonlyMap<OcpId, string>;
  /** OBProxies of the cluster that are declared by ids only Terraform knows, here or elsewhere. */
  readonly obproxyTokens?: readonly TokenDeclaration[];
  /** OBProxies of the cluster that must be left alone (`skipDestroy`, `preventDestroy`). */
  readonly keptObproxyIds: ReadonlySet<OcpId>;
  /** Undefined: OCP's own time limits decide. */
  readonly timeoutMs: number | undefined;
  readonly taskRetries: number;
  readonly waitFor: "task" | "object";
  /** Why it must not be deleted from here, unless it is gone. */
  readonly claimed?: Claimed;
}

export type Claimed = Pick<Refusal, "reason" | "next">;

export type NameSource = "declaration" | "last-deploy" | "first-deploy";

/** What the state remembers of how an object was declared. */
export interface Remembered {
  readonly clusterName: string;
  readonly nameFrom: "last-deploy" | "first-deploy";
  readonly skipHostOperation?: boolean;
  /** A duration. */
  readonly deleteTimeout?: string;
}

/** Reads what the provisioner passed; see {@link ENV}. */
export function readTarget(env: NodeJS.ProcessEnv): {
  readonly target: Target;
  readonly triggerName: string;
  readonly remembered: Remembered;
} {
  const triggerName = env[ENV.clusterName];
  // An empty one is what was imported, or what a variable gave; no cluster has it.
  if (triggerName === undefined) throw badCall(`${ENV.clusterName} is not set`);
  const remembered = rememberedOf(triggerName, readLastDeploy(env));
  return { target: checkKey(env, targetOf(env, ENV.kind)), triggerName, remembered };
}

/** @param name of the variable with the kind */
export function targetOf(env: NodeJS.ProcessEnv, name: string): Target {
  const kind = env[name];
  const clusterId = readId(env, ENV.clusterId);
  if (kind === "cluster") return { kind, clusterId };
  if (kind === "obproxy") return { kind, clusterId, obproxyId: readId(env, ENV.obproxyId) };
  throw badCall(`${name} is ${kind === undefined ? "not set" : JSON.stringify(kind)}`);
}

/** Somebody may have moved an instance to another key in the state: then one of two objects is meant. */
function checkKey(env: NodeJS.ProcessEnv, target: Target): Target {
  const deployedAs = env[ENV.deployedAs];
  if (deployedAs === undefined || deployedAs === "" || deployedAs === keyOf(target)) return target;
  throw movedInState(labelOf(target), deployedAs);
}

function movedInState(own: string, deployedAs: string): HookFailure {
  return new HookFailure({
    what: `${own} was deployed as ${deployedAs}: the two differ in the state, and which of them is meant cannot be told`,
    details: ["nothing was sent to OCP"],
    next: `move it back in the state (terraform state mv) to the key ${JSON.stringify(deployedAs)}, or forget it (terraform state rm, which deletes nothing) and deploy again`,
  });
}

/** Undefined: the carrier holds nothing of the last deploy's declaration. */
export function readLastDeploy(env: NodeJS.ProcessEnv): unknown {
  const text = env[ENV.lastDeploy];
  if (text === undefined || text === "") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badCall(`${ENV.lastDeploy} is not JSON`);
  }
  if (typeof value !== "object") throw badCall(`${ENV.lastDeploy} is not an object`);
  return value;
}

/**
 * The last deploy's declaration where the carrier holds it, else the name of the first.
 *
 * @param lastDeploy an object with the members of {@link TODAY}; anything else, such as null where a null_resource has
 *   just become this carrier: none
 */
export function rememberedOf(triggerName: string, lastDeploy: unknown): Remembered {
  const members = new Map<string, unknown>(
    typeof lastDeploy === "object" && lastDeploy !== null ? Object.entries(lastDeploy) : [],
  );
  const clusterName = members.get(TODAY.clusterName);
  const timeout = members.get(TODAY.deleteTimeout);
  return {
    ...(typeof clusterName === "string"
      ? { clusterName, nameFrom: "last-deploy" }
      : { clusterName: triggerName, nameFrom: "first-deploy" }),
    ...(members.get(TODAY.skipHostOperation) === "true" ? { skipHostOperation: true } : {}),
    ...(typeof timeout === "string" ? { deleteTimeout: timeout } : {}),
  };
}

/**
 * Why nothing of that id can be in OCP, where a variable gave an id that OCP cannot have and it was deployed before
 * Terraform checked that; undefined: it can. Undefined too where no id is passed at all, which is another mistake.
 *
 * @throws HookFailure where it was deployed under an id that OCP can have
 */
export function impossibleId(env: NodeJS.ProcessEnv): { readonly label: string; readonly why: string } | undefined {
  const kind = env[ENV.kind] === "obproxy" ? "obproxy" : "cluster";
  const names = kind === "obproxy" ? [ENV.clusterId, ENV.obproxyId] : [ENV.clusterId];
  const ids = names.map((name) => env[name]);
  const wrong = ids.find((id) => id !== undefined && !isId(id));
  if (wrong === undefined || ids.includes(undefined)) return undefined;
  const own = label(kind, ids.join("/"));
  const deployedAs = env[ENV.deployedAs];
  // Only the key in the state is none: somebody has moved it there, and the object is in OCP.
  if (deployedAs !== undefined && targetOfKey(deployedAs) !== undefined) throw movedInState(own, deployedAs);
  return {
    label: own,
    why: `${JSON.stringify(wrong)} is no id that OCP can have given (a positive integer without leading zeros), so nothing of that name can be there`,
  };
}

/** Joins what the state remembers (the triggers) with what the code declares today (the settings). */
export function intentFrom(target: Target, state: string | Remembered, settings: Settings): Intent {
  const remembered = asRemembered(state);
  const key = keyOf(target);
  const declaration = declarationOf(target, key, settings);
  const { clusters, obproxies, provider } = settings;
  const owned = ofCluster(target.clusterId, obproxies);
  const { declaredObproxyIds, keptObproxyIds } = idsOf(owned);
  const name = nameOf(target, remembered, settings);
  return {
    target,
    key,
    label: labelOf(target),
    ...name,
    declared: declaration !== undefined,
    forceDestroy: target.kind === "cluster" && clusters[key]?.forceDestroy === true,
    skipHostOperation:
      target.kind === "obproxy" &&
      (declaration === undefined ? remembered.skipHostOperation : obproxies[key]?.skipHostOperation) === true,
    declaredObproxyIds,
    elsewhereObproxies: new Map([
      ...obproxiesElsewhere(target, settings),
      // Terraform takes them first; where one is still there, nobody has asked for its end.
      ...(target.kind === "cluster" ? [...owned].map(([id, { path }]) => [id, path] as const) : []),
    ]),
    obproxyTokens: tokensIn(target, settings).filter(
      (token) => isAny(name.clusterName) || isAny(token.clusterName) || token.clusterName === name.clusterName,
    ),
    keptObproxyIds,
    // Of what has left the code, or is declared by ids that only Terraform knows, the last deploy's.
    timeoutMs: timeoutOf(
      (declaration === undefined ? remembered.deleteTimeout : declaration.timeouts?.delete) ?? provider.timeouts.delete,
    ),
    taskRetries: provider.taskRetries,
    waitFor: provider.waitFor,
  };
}

/**
 * Whatever their address, where a cluster is to go: two that differ may lead to one OCP, and it is these very ids that the
 * deletion would sweep.
 */
function obproxiesElsewhere({ clusterId, kind }: Target, { others }: Settings): readonly (readonly [OcpId, string])[] {
  const near = others.filter(({ sameOcp }) => kind === "cluster" || sameOcp !== "different");
  return near.flatMap(({ address = "?", obproxies, sameOcp }) =>
    [...ofCluster(clusterId, obproxies)].map(
      ([id, path]) => [id, sameOcp === "different" ? `${path}, for the OCP at ${address}` : path] as const,
    ),
  );
}

/** As {@link sorted}. */
const idsKnown = new WeakMap<object, Pick<Intent, "declaredObproxyIds" | "keptObproxyIds">>();

function idsOf(owned: ReadonlyMap<OcpId, ObproxySettings>) {
  const known = idsKnown.get(owned);
  if (known !== undefined) return known;
  const isKept = ({ preventDestroy, skipDestroy }: ObproxySettings): boolean =>
    skipDestroy === true || preventDestroy === true;
  const made = {
    declaredObproxyIds: new Set(owned.keys()),
    keptObproxyIds: new Set([...owned].flatMap(([id, proxy]) => (isKept(proxy) ? [id] : []))),
  };
  idsKnown.set(owned, made);
  return made;
}

/** For who asks for hundreds of objects of the same settings, such as the report. */
const sorted = new WeakMap<object, Map<OcpId, ReadonlyMap<OcpId, unknown>>>();

function ofCluster<T>(clusterId: OcpId, obproxies: Readonly<Record<string, T>>): ReadonlyMap<OcpId, T> {
  const known = sorted.get(obproxies) ?? new Map<OcpId, ReadonlyMap<OcpId, T>>();
  sorted.set(obproxies, known);
  const found = known.get(clusterId) as ReadonlyMap<OcpId, T> | undefined;
  if (found !== undefined) return found;
  const prefix = obproxyKey(clusterId, "");
  const made = new Map(
    Object.entries(obproxies).flatMap(([key, each]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), each] as const] : [],
    ),
  );
  known.set(clusterId, made);
  return made;
}

/** Today's name guards, wherever it can be had; else the one that the state remembers. */
function nameOf(
  target: Target,
  { clusterName, nameFrom }: Remembered,
  settings: Settings,
): Pick<Intent, "clusterName" | "nameFrom" | "renamedTo"> {
  const known = (name: string): string | undefined => (name === ANY_NAME ? undefined : name);
  const declaration = declarationOf(target, keyOf(target), settings);
  const declared = declaration?.clusterName;
  if (declared !== undefined) return { clusterName: known(declared), nameFrom: "declaration" };
  // What is declared by a name that only Terraform knows has it in the state, unless it was imported.
  const ofItsOwn = declaration === undefined || clusterName === "" ? undefined : known(clusterName);
  if (ofItsOwn !== undefined) return { clusterName: ofItsOwn, nameFrom };
  // Of one cluster all that is declared says the same name.
  const ofItsCluster = namesOfCluster(target.clusterId, settings).find((name) => name !== ANY_NAME);
  if (ofItsCluster !== undefined) return { clusterName: ofItsCluster, nameFrom: "declaration" };
  const renamedTo = namesByTokens(target, settings);
  return {
    clusterName: known(clusterName),
    nameFrom,
    ...(renamedTo.size === 0 || renamedTo.has(ANY_NAME) || renamedTo.has(clusterName) ? {} : { renamedTo }),
  };
}

/** {@link ANY_NAME} among them: one of the names is itself known to Terraform alone, or does not matter. */
function namesByTokens(target: Target, { tokens }: Settings): ReadonlySet<string> {
  const own = tokens.filter((token) => mayBeItsIds(token, target));
  return new Set(own.map(({ clusterName }) => clusterName ?? ANY_NAME));
}

function asRemembered(state: string | Remembered): Remembered {
  return typeof state === "string" ? { clusterName: state, nameFrom: "first-deploy" } : state;
}

/** The names that the provider gives the cluster today, by whatever it declares of it. */
export function namesOfCluster(clusterId: OcpId, { clusters, obproxies, tokens }: Settings): readonly string[] {
  return [
    clusters[clusterKey(clusterId)],
    ...ofCluster(clusterId, obproxies).values(),
    ...tokens.filter((token) => token.clusterId === clusterId),
  ].flatMap((each) => each?.clusterName ?? []);
}

/** The guards that need no look at OCP. */
export function handsOff(target: Target, settings: Settings, state: string | Remembered = ANY_NAME): Hands {
  const declaration = declarationOf(target, keyOf(target), settings);
  if (declaration?.skipDestroy === true) {
    return { off: true, outcome: "left-alone", reason: `skipDestroy is set on ${declaration.path}` };
  }

  if (declaration?.preventDestroy === true) {
    return {
      off: true,
      outcome: "refused",
      guard: "preventDestroy",
      reason: `preventDestroy is set on ${declaration.path}`,
      next: "take `preventDestroy` off, deploy, then destroy",
    };
  }
  return claimedElsewhere(target, nameOf(target, asRemembered(state), settings).clusterName, settings);
}

/** Of hands that are off only as long as OCP has the object; undefined: of others. */
export function claimOf(hands: Hands): Claimed | undefined {
  if (!hands.off || hands.outcome !== "refused" || hands.unlessGone !== true) return undefined;
  const { next, reason } = hands;
  return { next, reason };
}

function declarationOf(target: Target, key: string, settings: Settings): ClusterSettings | ObproxySettings | undefined {
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
  if (text === undefined || !isId(text)) {
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

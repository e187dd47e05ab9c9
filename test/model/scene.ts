import type { Intent } from "../../src/hook/intent.js";
import { CLUSTER_ID } from "./answers.js";
import { type Manner, NAME, type WorldTask } from "./world.js";

/** What an operator may do, each kind at most once. */
export const OPERATOR_DOES = [
  ...(["delete", "deleteCluster", "restart", "retry", "skip", "rollBack", "end", "purge", "rename"] as const),
  ...(["setUpAnew", "setUpAnewOtherName", "setUpAnewOtherId"] as const),
] as const;
export type OperatorDoes = (typeof OPERATOR_DOES)[number];

/** What may go wrong with one answer. */
export type Fault =
  /** A delete or a retry whose answer is lost: before, or after it took effect; or it arrives late. */
  | "lostBefore"
  | "lostAfter"
  | "lostLate"
  /** A delete that OCP certainly has not carried out. */
  | "undelivered"
  /** 404 in general words. */
  | "general404"
  /** One witness says "gone" while the other does not. */
  | "oneWitness"
  /** OCP is silent about the OBProxies of a cluster, or not all can be understood. */
  | "silence"
  /** A list that is not whole, or an entry that cannot be understood. */
  | "brokenList"
  /** Another node does not know the task yet. */
  | "unknownTask"
  /** Another node still lists what is gone. */
  | "lag";

export interface HookPlace {
  readonly target: number | "cluster";
  /** No longer in the code. */
  readonly hasLeft?: boolean;
}

export interface Scene {
  readonly name: string;
  readonly manner: Manner;
  /** What the cluster holds at first. */
  readonly obproxies: readonly number[];
  readonly hooks: readonly HookPlace[];
  /** A task of this job's that an earlier deploy, which declared other things, has left behind, FAILED. */
  readonly past?: Pick<WorldTask, "kind" | "obproxies" | "phase">;
  /** Declared in the code beside the hooks' own. */
  readonly declared?: readonly number[];
  readonly kept?: readonly number[];
  readonly elsewhere?: readonly number[];
  /** Declared in the code by ids that only Terraform knows. */
  readonly byTokens?: boolean;
  /** Another stack of the app declares what the hooks stand for. */
  readonly claimed?: boolean;
  readonly forceDestroy?: boolean;
  readonly taskRetries?: number;
  readonly waitFor?: "task" | "object";
  /** Those of one machine share notes and meet. */
  readonly machines: 1 | 2;
  /** How many kills, faults, failures and acts of an operator there may be in all. */
  readonly troubles: number;
  /** How often each hook may be run. */
  readonly runs: number;
  readonly kills: number;
  /** How many answers go wrong. */
  readonly faults: number;
  readonly faultKinds: readonly Fault[];
  /** How often tasks fail. */
  readonly failures: number;
  readonly operatorActs: number;
  readonly operator: readonly OperatorDoes[];
  /** How many states of it are visited at most. Default: as the bound says. */
  readonly states?: number;
}

export function intentsOf(scene: Scene): readonly Intent[] {
  return scene.hooks.map((place) => intentOf(place, scene));
}

function intentOf({ target, hasLeft = false }: HookPlace, scene: Scene): Intent {
  const { hooks, declared = [], kept = [], elsewhere = [] } = scene;
  const own = hooks.flatMap((hook) => (hook.target === "cluster" || hook.hasLeft === true ? [] : [hook.target]));
  const owned = [...new Set([...own, ...declared, ...kept])].map(String);
  const isCluster = target === "cluster";
  return {
    target: isCluster
      ? { kind: "cluster", clusterId: CLUSTER_ID }
      : { kind: "obproxy", clusterId: CLUSTER_ID, obproxyId: String(target) },
    key: isCluster ? CLUSTER_ID : `${CLUSTER_ID}/${target}`,
    label: isCluster ? `OBProxy cluster ${CLUSTER_ID}` : `OBProxy ${CLUSTER_ID}/${target}`,
    clusterName: NAME,
    nameFrom: hasLeft ? "first-deploy" : "declaration",
    declared: !hasLeft,
    forceDestroy: isCluster && scene.forceDestroy === true,
    skipHostOperation: false,
    declaredObproxyIds: new Set(owned),
    elsewhereObproxies: new Map([
      ...elsewhere.map((id) => [String(id), `other/${id}`] as const),
      ...(hasLeft && isCluster ? owned.map((id) => [id, `app/${id}`] as const) : []),
    ]),
    keptObproxyIds: new Set(kept.map(String)),
    ...(scene.byTokens === true && { obproxyTokens: [{ kind: "obproxy", path: "app/token", clusterId: CLUSTER_ID }] }),
    ...(scene.claimed === true && { claimed: { reason: "another stack declares it", next: "deploy that" } }),
    timeoutMs: undefined,
    taskRetries: scene.taskRetries ?? 0,
    waitFor: scene.waitFor ?? "task",
  };
}

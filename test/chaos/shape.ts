import { type HookCall, settingsWith } from "../hook/hook-process.js";
import type { Random } from "./random.js";

/** OBProxies of cluster 27 that the app declares. */
export const DECLARED = ["3", "4"] as const;
/** Nobody declares it, and it is never to be deleted. */
export const STRANGER = "9";
/** As in containers with networks of their own: another OCP that is called by the same name, and declares this. */
export const OTHERS_OWN = "9";

/**
 * What a history is about.
 *
 * - `any`: whatever comes
 * - `deadline`: the time for a delete is short, and OCP does not get on
 * - `silentLeader`: the first hook is stopped for longer than the others wait for it
 * - `containers`: hooks that share a machine's directories ask two OCPs by the same name
 * - `meeting`: nothing is in the way, and one of the hooks is killed while they meet
 * - `lateFailure`: OCP's task fails when it has removed the object already, and the hook is killed meanwhile
 */
export type Theme = "any" | "deadline" | "silentLeader" | "containers" | "meeting" | "lateFailure";

export interface Shape {
  readonly theme: Theme;
  readonly version: string;
  readonly hasTags: boolean;
  readonly withCluster: boolean;
  readonly taskRetries: number;
  readonly stranger: boolean;
  readonly unlockOnFailure: boolean;
  /** How long OCP's tick really is. */
  readonly ocpTickMs: number;
  /** From this round on the app keeps OBProxy 4; 0: it does not. */
  readonly keepsFrom: number;
  readonly rounds: number;
}

export function drawShape(random: Random): Shape {
  const theme = random.of<Theme>([
    ...Array.from({ length: 30 }, (): Theme => "any"),
    ...Array.from({ length: 6 }, (): Theme => "lateFailure"),
    ...Array.from({ length: 4 }, (): Theme => "meeting"),
    ...Array.from({ length: 3 }, (): Theme => "containers"),
    ...Array.from({ length: 2 }, (): Theme => "deadline"),
    ...Array.from({ length: 3 }, (): Theme => "silentLeader"),
  ]);
  const tagged = ["4.3.6", "4.4.0"];
  const untagged = ["4.2.2", "3.1.1", "4.3.5"];
  const version = random.of(theme === "lateFailure" || random.chance(0.5) ? untagged : tagged);
  const isQuick = theme === "deadline" || theme === "silentLeader" || theme === "meeting";
  return {
    theme,
    version,
    hasTags: tagged.includes(version),
    withCluster: !isQuick && random.chance(0.3),
    taskRetries: theme === "lateFailure" ? 0 : random.of([0, 0, 1]),
    stranger: theme === "containers" || random.chance(0.4),
    unlockOnFailure: random.chance(0.3),
    ocpTickMs: random.of([5, 5, 5, 12, 30]),
    keepsFrom: theme === "any" && random.chance(0.15) ? 2 : 0,
    rounds: isQuick ? 1 : theme === "lateFailure" ? 2 : 1 + random.below(3),
  };
}

export interface Destroyed {
  readonly key: string;
  readonly call: HookCall;
  /** Of which OCP, where there are two of one name. */
  readonly ocp: "own" | "other";
}

/** What the app declares in a round, as Terraform calls the hooks. */
export function declared(shape: Shape, round: number, timeout: string): readonly Destroyed[] {
  const isKept = (id: string): boolean => shape.keepsFrom > 0 && round >= shape.keepsFrom && id === KEPT;
  const settingsText = JSON.stringify(
    settingsWith({
      provider: { taskRetries: shape.taskRetries, timeouts: { delete: timeout } },
      clusters: shape.withCluster ? { "27": { path: "app/c" } } : {},
      obproxies: Object.fromEntries(
        DECLARED.map((id) => [`27/${id}`, { path: `app/p${id}`, ...(isKept(id) ? { skipDestroy: true } : {}) }]),
      ),
    }),
  );
  const of = (obproxyId: string, text: string, ocp: Destroyed["ocp"] = "own"): Destroyed => ({
    key: ocp === "own" ? `27/${obproxyId}` : `27/${obproxyId} of the other OCP`,
    call: { kind: "obproxy", clusterId: 27, obproxyId, settingsText: text },
    ocp,
  });
  const othersText = JSON.stringify(
    settingsWith({
      provider: { timeouts: { delete: timeout } },
      obproxies: { [`27/${OTHERS_OWN}`]: { path: "app/o" }, "27/10": { path: "app/o" } },
    }),
  );
  return [
    ...DECLARED.filter((id) => !isKept(id)).map((id) => of(id, settingsText)),
    ...(shape.theme === "containers" ? [of(OTHERS_OWN, othersText, "other")] : []),
    ...(shape.withCluster ? [{ key: "27", call: cluster(settingsText), ocp: "own" } as const] : []),
  ];
}

/** The one that is kept, where one is. */
export const KEPT = "4";

function cluster(settingsText: string): HookCall {
  return { kind: "cluster", clusterId: 27, settingsText };
}

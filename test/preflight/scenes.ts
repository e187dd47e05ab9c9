import type { Answers, Look, Seen } from "../../src/survey/answers.js";
import { examine } from "../../src/preflight/judge/examine.js";
import type { Report, Status } from "../../src/preflight/report/report.js";
import type { Scene, StateKnown } from "../../src/preflight/scene.js";
import type { Block, Provider, Stack } from "../../src/survey/stack.js";
import type { Instance } from "../../src/survey/state.js";
import { survey } from "../../src/survey/survey.js";
import { targetOfKey } from "../../src/contract/object.js";
import { intentFrom, rememberedOf } from "../../src/hook/intent.js";
import type { OurTask, Situation } from "../../src/hook/decide/situation.js";
import { tasksAtWork, failedOnCluster } from "../../src/hook/decide/on-cluster.js";
import type {
  ClusterSettings,
  ObproxySettings,
  OtherProvider,
  ProviderSettings,
  TokenDeclaration,
} from "../../src/contract/settings-file.js";
import { resolveSettings, type Settings } from "../../src/hook/settings.js";
import { settingsFile } from "../fixtures/settings.js";
import { other } from "../hook/hook-process.js";
import type { Cluster, Task } from "../../src/ocp/model.js";
import { classify } from "../../src/ocp/task.js";

/** A stack, its state and its OCP, as a test wants them. What is left out is as in a good world. */
export interface World {
  readonly name?: string;
  readonly dependencies?: readonly string[];
  /** By key, beside what every object has; default cluster 27 and its OBProxies 1 and 2. */
  readonly declared?: Readonly<Record<string, Partial<ClusterSettings & ObproxySettings>>>;
  /** Of the same OCP, as long as nothing else is said. */
  readonly others?: readonly Partial<OtherProvider>[];
  readonly tokens?: readonly TokenDeclaration[];
  readonly settings?: Partial<ProviderSettings>;
  readonly provider?: Partial<Provider>;
  readonly blocks?: readonly Block[];
  readonly moves?: Readonly<Record<string, string>>;
  readonly state?: StateKnown;
  /** See `Scene.gone`. */
  readonly gone?: readonly string[];
  /** Default: everything that is declared, where it belongs. */
  readonly instances?: readonly Instance[];
  readonly clusters?: readonly Cluster[];
  readonly tasks?: readonly Task[];
  /** The last deletion, by the keys of what it is about. */
  readonly ours?: Readonly<Record<string, OurTask>>;
  readonly answers?: Partial<Seen> | Answers;
}

const URL = "http://ocp.example.com";
export const DECLARED = { "27": {}, "27/1": {}, "27/2": {} };

export function block(address: string, more: Partial<Block> = {}): Block {
  const wave = address.endsWith("_obproxies") ? 1 : 2;
  const needs = new Set(wave === 1 ? ["null_resource.ocp_obproxy_clusters"] : []);
  return { address, provider: "ocp", isBarrier: false, wave, needs, ...more };
}

export const BLOCKS = [block("null_resource.ocp_obproxies"), block("null_resource.ocp_obproxy_clusters")];

export function addressOf(key: string): string {
  return `null_resource.ocp_${key.includes("/") ? "obproxies" : "obproxy_clusters"}["${key}"]`;
}

export function instance(
  key: string,
  more: Partial<Instance> & { readonly clusterName?: string; readonly lastDeploy?: object } = {},
): Instance {
  const { clusterName = "orders", lastDeploy, ...rest } = more;
  const address = rest.address ?? addressOf(key);
  const triggers = { target: targetOfKey(key)!, remembered: rememberedOf(clusterName, lastDeploy) };
  return { address, block: address.replace(/\[.*$/, ""), triggers, tainted: false, deposed: false, ...rest };
}

export function orders(...obproxyIds: readonly string[]): Cluster {
  return { id: "27", name: "orders", obproxies: obproxyIds.map((id) => ({ id, status: "RUNNING" })) };
}

export function task(more: Partial<Task> = {}): Task {
  return {
    id: "900",
    name: "Upgrade obproxy",
    status: "RUNNING",
    operation: "EXECUTE",
    creator: "kim",
    subtasks: [],
    tags: [{ obproxyClusterId: "27" }],
    ...more,
  };
}

/** A deletion that an earlier run left behind. */
export function ourTask(task: Task, more: Partial<OurTask> = {}): OurTask {
  const verdict = classify(task);
  const atWork = verdict.kind === "running";
  const whole = { deletes: undefined, whyNotRetry: undefined, endUnknown: undefined };
  return { task, verdict, ofThisRun: atWork, own: false, ...whole, ...more };
}

export function scene(world: World = {}): Scene {
  const settings = settingsOf(world);
  const provider: Provider = {
    alias: "ocp",
    directory: "/out/hook",
    settings,
    flaws: [],
    unknownKeys: 0,
    ...world.provider,
  };
  const stack: Stack = {
    name: world.name ?? "stack",
    directory: "/out",
    shown: "out",
    dependencies: world.dependencies ?? [],
    providers: [provider],
    blocks: new Map((world.blocks ?? BLOCKS).map((each) => [each.address, each])),
    moves: new Map(Object.entries(world.moves ?? {})),
  };
  const objects = survey(stack, world.instances ?? Object.keys(world.declared ?? DECLARED).map((key) => instance(key)));
  const asked = objects.filter(({ fate }) => fate === "hook" || fate === "not-deployed");
  const looks = asked.map(({ key, target, remembered }): [string, Look] => [
    key,
    {
      kind: "seen",
      intent: intentFrom(target, remembered, settings),
      seen: observation(world, key, remembered.clusterName),
    },
  ]);
  const answers: Answers =
    world.answers !== undefined && "kind" in world.answers && world.answers.kind === "blind"
      ? world.answers
      : { ...SEEN, objects: new Map(looks), ...(world.answers as Partial<Seen> | undefined) };
  return {
    ...(world.gone !== undefined && { gone: new Set(world.gone) }),
    stack,
    state: world.state ?? { kind: "read", from: "a test" },
    terraform: "terraform -chdir=out",
    objects,
    answers: new Map([["ocp", answers]]),
  };
}

const SEEN: Seen = {
  kind: "seen",
  url: URL,
  signIn: "password",
  user: "teardown",
  version: { major: 4, minor: 2, patch: 2, text: "4.2.2" },
  dialect: "DELETE",
  clockSkewMs: 0,
  clustersRefusal: undefined,
  tasksRefusal: undefined,
  objects: new Map(),
};

function settingsOf({ declared = DECLARED, name = "stack", others = [], settings, tokens = [] }: World): Settings {
  const of = (isProxy: boolean): Record<string, ClusterSettings> =>
    Object.fromEntries(
      Object.entries(declared)
        .filter(([key]) => key.includes("/") === isProxy)
        .map(([key, more]) => [key, { path: `stack/${key}`, clusterName: "orders", ...more }]),
    );
  const file = settingsFile(
    {
      stack: name,
      clusters: of(false),
      obproxies: of(true),
      tokens,
      others: others.map((each) => other({ url: URL, ...each })),
    },
    { url: URL, ...settings },
  );
  return resolveSettings(file, {}, "/out");
}

function observation(world: World, key: string, name: string): Situation {
  const target = targetOfKey(key)!;
  const clusters = world.clusters ?? [orders("1", "2")];
  const cluster = clusters.find(({ id }) => id === target.clusterId);
  const wanted = (world.declared ?? DECLARED)[key as "27"] as { clusterName?: string } | undefined;
  const wantedName = wanted?.clusterName ?? (wanted === undefined ? name : "orders");
  const held = cluster?.obproxies;
  const ours = world.ours?.[key];
  return {
    presence:
      cluster === undefined
        ? "absent"
        : target.kind === "cluster"
          ? "present"
          : held === undefined
            ? "unknown"
            : held.some(({ id }) => id === target.obproxyId)
              ? "present"
              : "absent",
    following: undefined,
    whyUnknown: "OCP answers without saying which OBProxies it holds",
    tasksUnknown: undefined,
    endUnknown: undefined,
    cluster,
    nameElsewhere: cluster === undefined ? clusters.find((each) => each.name === wantedName)?.id : undefined,
    ours,
    mayHold: [],
    atWork: tasksAtWork(world.tasks ?? [], target, ours?.task.id),
    badEnds: [],
    endedByHand: [],
    failedOnCluster: failedOnCluster(world.tasks ?? [], target),
    sent: { state: "not-sent" },
    loss: undefined,
    unheard: false,
    newestListed: "0",
    noteIsOfAnother: false,
    retriesLeft: world.settings?.taskRetries ?? 0,
    waitedTicks: 0,
    patience: { lock: true, unknown: true, verify: true, undelivered: true, unclear: true },
    remarks: [],
  };
}

/** `warning not-deployed: OBProxy 27/1, OBProxy 27/2` */
export function findings(...worlds: readonly World[]): readonly string[] {
  return examine(worlds.map(scene)).findings.map(
    ({ code, level, objects }) => `${level} ${code}${objects.length === 0 ? "" : `: ${objects.join(", ")}`}`,
  );
}

export function statuses(...worlds: readonly World[]): Readonly<Record<string, Status>> {
  return statusesOf(examine(worlds.map(scene)));
}

export function statusesOf(report: Report): Readonly<Record<string, Status>> {
  const all = report.stacks.flatMap(({ objects }) => objects);
  return Object.fromEntries(all.map(({ status, surveyed }) => [surveyed.key, status]));
}

import type { Answers } from "./ask.js";
import { deploymentFindings, isAllAbsent, isUndeployed } from "./deployment.js";
import { type Circumstances, clusterOf, type Command, type Judgement, judge, type Remark } from "./judge.js";
import { type Standing, standingOf } from "../../hook/decide/elsewhere.js";
import type { Neighbour } from "../../hook/neighbours.js";
import { describeServer } from "../../hook/tell/failures.js";
import { isBlindToTasks, providerFindings, stackFindings } from "./provider-findings.js";
import type { Finding, Level, Report, ReportedApp, ReportedObject, ReportedStack, Status, Wave } from "./report.js";
import type { Stack } from "./stack.js";
import { type Surveyed, withoutKey } from "./survey.js";
import type { ProgramVersion } from "./terraform.js";

/** All that is known of one stack when everything has been read and asked. */
export interface Scene {
  readonly stack: Stack;
  readonly state: StateKnown;
  /** How a command of Terraform on the stack begins: `terraform -chdir=cdktf.out/stacks/orders`. */
  readonly terraform: string;
  readonly objects: readonly Surveyed[];
  /** By alias. */
  readonly answers: ReadonlyMap<string, Answers>;
  /** By alias and label: what the plan of a null_resource's stack remembers of settings; see `SettingsRecord`. */
  readonly recorded?: ReadonlyMap<string, string>;
  /** Aliases and keys, as `ocp 27/3`, of what hooks of this stack have written down as gone. Default: nothing. */
  readonly gone?: ReadonlySet<string>;
}

export type StateKnown =
  | {
      readonly kind: "read";
      readonly from: string;
      /** What would destroy. */
      readonly program?: ProgramVersion | undefined;
    }
  /** The user says that the stack was never deployed, or it need not be read: `because`, for people. */
  | { readonly kind: "none"; readonly because?: string }
  | { readonly kind: "unreadable"; readonly message: string; readonly next: string };

/** What is to be said of the app as a whole. */
export interface OfTheApp {
  readonly app?: ReportedApp;
  readonly findings?: readonly Finding[];
}

interface Entry {
  readonly scene: Scene;
  readonly object: Surveyed;
  readonly judgement: Judgement;
}

/** What there is to say about what was synthesized, deployed, and found in OCP. */
export function examine(
  read: readonly Scene[],
  command?: Command,
  { app, findings: more = [] }: OfTheApp = {},
): Report {
  const scenes = read.map((scene) => withStatesOf(read, scene));
  const proxies = scenes.flatMap((scene) => judgeKind(scene, "obproxy", []));
  const clusters = scenes.flatMap((scene) => judgeKind(scene, "cluster", proxies));
  const entries = holdBack([...proxies, ...clusters].map((entry) => only(command, entry))).map(stopWithProvider);
  const findings = scenes.flatMap((scene) => [
    ...stackFindings(scene),
    ...deploymentFindings(scene),
    ...scene.stack.providers.flatMap((provider) => providerFindings(scene, provider)),
    ...objectFindings(scene, entriesOf(scene, entries)),
  ]);
  return {
    stacks: scenes.map((scene) => reportStack(scene, entriesOf(scene, entries))),
    ...(app === undefined ? {} : { app }),
    findings: [...more, ...findings].sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level)),
  };
}

const ORDER: readonly Level[] = ["note", "warning", "problem", "cannot-look"];

/** Proxies are judged before clusters: what a cluster holds when it is its turn depends on them. */
function judgeKind(scene: Scene, kind: "cluster" | "obproxy", proxies: readonly Entry[]): readonly Entry[] {
  return scene.objects
    .filter(({ target }) => target.kind === kind)
    .map((object) => {
      const provider = scene.stack.providers.find(({ alias }) => alias === object.provider);
      const answers = scene.answers.get(object.provider ?? "");
      const judgement = judge({
        object,
        provider,
        answers,
        terraform: scene.terraform,
        state: stateOf(scene),
        ...contentOf(scene, object, proxies),
        lostSettings: lostSettings(scene, object),
        wasDeleted: scene.gone?.has(`${object.provider ?? ""} ${object.key}`) === true,
        clusterIsDeployed: scene.objects.some(
          ({ fate, target }) =>
            fate === "hook" && target.kind === "cluster" && target.clusterId === object.target.clusterId,
        ),
      });
      return { scene, object, judgement };
    });
}

/** What of a cluster's OBProxies would be gone when it is its turn. */
function contentOf(
  scene: Scene,
  object: Surveyed,
  proxies: readonly Entry[],
): Pick<Circumstances, "goneBefore" | "goneBeforeDeploy" | "unordered"> {
  if (object.target.kind !== "cluster") {
    return { goneBefore: new Set(), goneBeforeDeploy: undefined, unordered: new Set() };
  }

  const going = goingOf(scene, object, proxies);
  const before = going.filter((entry) => goesBefore(entry, scene, object));
  return {
    goneBefore: idsOf(before),
    goneBeforeDeploy: goesInDeploy(scene, object)
      ? idsOf(before.filter((each) => goesInDeploy(each.scene, each.object)))
      : undefined,
    unordered: idsOf(going.filter((entry) => !before.includes(entry))),
  };
}

function goesInDeploy(scene: Scene, object: Surveyed): boolean {
  return object.isReplaced === true || hasLeft(scene, object);
}

/** For certain: no id that only Terraform knows may be its own. */
function hasLeft(scene: Scene, object: Surveyed): boolean {
  return object.fate === "hook" && standing(scene, object) === "left";
}

function standing({ stack }: Scene, { provider, target }: Surveyed): Standing | undefined {
  const settings = stack.providers.find(({ alias }) => alias === provider)?.settings;
  return settings && standingOf(target, settings);
}

function lostSettings(scene: Scene, object: Surveyed): string | undefined {
  // Ids that only Terraform knows have no settings of their own.
  const hasSettings = standing(scene, object) === "declared";
  if (hasSettings || object.instance?.block.startsWith("null_resource.") !== true) return undefined;
  return scene.recorded?.get(`${object.provider ?? ""} ${object.label}`);
}

function stateOf(scene: Scene): "deployed" | "undeployed" | "unreadable" {
  if (scene.state.kind === "unreadable") return "unreadable";
  return scene.state.kind === "none" || isUndeployed(scene) ? "undeployed" : "deployed";
}

/** The hooks read other stacks' states only where they are local; here they have been read. */
function withStatesOf(scenes: readonly Scene[], scene: Scene): Scene {
  const knowing = (other: Neighbour): Neighbour => {
    const there = scenes.find(({ stack }) => stack.name === other.stack);
    if (there?.state.kind !== "read") return other;
    const isThere = ({ instance, key, provider }: Surveyed, wanted: string): boolean =>
      instance !== undefined && provider === other.alias && key === wanted;
    return { ...other, holds: (key) => there.objects.some((object) => isThere(object, key)) };
  };
  const providers = scene.stack.providers.map((provider) =>
    provider.settings === undefined
      ? provider
      : { ...provider, settings: { ...provider.settings, others: provider.settings.others.map(knowing) } },
  );
  return { ...scene, stack: { ...scene.stack, providers } };
}

/** Without what only the other command would meet. */
function only(command: Command | undefined, entry: Entry): Entry {
  const { remarks, status } = entry.judgement;
  const met = remarks.filter(({ meets }) => command === undefined || meets === undefined || meets === command);
  const worst = met.some(({ level }) => level === "problem") ? "problem" : "ready";
  return {
    ...entry,
    judgement: { status: status === "problem" && met.length < remarks.length ? worst : status, remarks: met },
  };
}

/** OBProxies of a cluster that have a hook which would run, or would get one together with the cluster. */
function goingOf(scene: Scene, cluster: Surveyed, proxies: readonly Entry[]): readonly Entry[] {
  const url = urlOf(scene, cluster.provider);
  return proxies.filter((entry) => {
    const { fate, instance, provider, target } = entry.object;
    if (target.kind !== "obproxy" || target.clusterId !== cluster.target.clusterId) return false;
    if (urlOf(entry.scene, provider) !== url || STAYING.has(entry.judgement.status)) return false;
    const runs = fate === "hook" && instance?.tainted !== true && instance?.deposed !== true;
    return runs || (fate === "not-deployed" && cluster.fate === "not-deployed");
  });
}

const STAYING = new Set<Status>(["left-alone", "protected"]);

/** Whether Terraform, or the order of the stacks, has the OBProxy go before the cluster. */
function goesBefore({ object, scene }: Entry, later: Scene, cluster: Surveyed): boolean {
  if (scene.stack.name !== later.stack.name) return scene.stack.dependencies.includes(later.stack.name);
  const block = (of: Surveyed): string => withoutKey(of.movesTo ?? of.instance?.address ?? blockOf(later.stack, of));
  return later.stack.blocks.get(block(object))?.needs.has(block(cluster)) === true;
}

/** Where an object would be deployed. */
function blockOf({ blocks }: Stack, { provider, target }: Surveyed): string {
  const plural = target.kind === "cluster" ? "_obproxy_clusters" : "_obproxies";
  return (
    [...blocks.values()].find((each) => each.provider === provider && each.address.endsWith(plural))?.address ?? ""
  );
}

function idsOf(entries: readonly Entry[]): ReadonlySet<string> {
  return new Set(entries.flatMap(({ object: { target } }) => (target.kind === "obproxy" ? [target.obproxyId] : [])));
}

function urlOf({ answers }: Scene, alias: string | undefined): string | undefined {
  return answers.get(alias ?? "")?.url;
}

/** Terraform comes to a cluster only when all that needs it is gone, and to a stack when those that depend on it are. */
function holdBack(entries: readonly Entry[]): readonly Entry[] {
  const stuck = entries.filter(
    ({ object, judgement }) => object.fate === "hook" && object.target.kind === "obproxy" && isStuck(judgement),
  );
  return entries.map((entry) => {
    const { object, judgement, scene } = entry;
    const waits = judgement.status === "ready" || judgement.status === "waits";
    if (object.target.kind !== "cluster" || !waits) return entry;
    if (!stuck.some((other) => goesBefore(other, scene, object))) return entry;
    return { ...entry, judgement: { ...judgement, status: "held-back" } };
  });
}

/** A hook that would fail; where none would run, Terraform goes on. */
function isStuck({ remarks }: Judgement): boolean {
  return remarks.some(({ code, level }) => level === "problem" && code !== "tainted" && code !== "deposed");
}

/** Where no hook of the provider could do its work, nothing of it is ready, whatever OCP says of the object. */
function stopWithProvider(entry: Entry): Entry {
  const { judgement, object, scene } = entry;
  const provider = scene.stack.providers.find(({ alias }) => alias === object.provider);
  if (provider === undefined || object.fate !== "hook" || !WITHOUT_PROBLEM.has(judgement.status)) return entry;
  const blindToTasks = isBlindToTasks(provider, scene.answers.get(provider.alias));
  if (!blindToTasks && provider.flaws.length === 0) return entry;
  // Who sees no tasks cannot tell what a cluster is busy with either.
  const remarks = judgement.remarks.filter(({ code }) => code !== "busy" || !blindToTasks);
  return { ...entry, judgement: { status: "problem", remarks } };
}

const WITHOUT_PROBLEM = new Set<Status>(["ready", "waits", "held-back", "gone"]);

function entriesOf(scene: Scene, entries: readonly Entry[]): readonly Entry[] {
  return scene.objects.flatMap((object) => entries.filter((entry) => entry.scene === scene && entry.object === object));
}

/** One finding for all objects that the same is to be said of, or that have one cause in common. */
function objectFindings(scene: Scene, entries: readonly Entry[]): readonly Finding[] {
  const groups = new Map<
    string,
    { readonly object: Surveyed; readonly remarks: Remark[]; readonly labels: string[] }
  >();
  for (const { object, judgement } of entries) {
    for (const remark of judgement.remarks) {
      if (remark.code === "not-in-ocp" && isAllAbsent(scene)) continue;
      const { code, level, message, next, shared } = remark;
      const id = JSON.stringify([object.provider, code, level, shared?.cause ?? [message, next]]);
      const group = groups.get(id) ?? { object, remarks: [], labels: [] };
      groups.set(id, group);
      group.remarks.push(remark);
      group.labels.push(object.label);
    }
  }
  return [...groups.values()].flatMap(({ object, remarks, labels }) =>
    remarks.slice(0, 1).map((first): Finding => {
      const told = first.shared?.tell(remarks.flatMap(({ shared }) => shared?.sharer ?? [])) ?? first;
      return { ...finding(scene.stack, object, { ...first, message: told.message }), next: told.next, objects: labels };
    }),
  );
}

function finding(stack: Stack, { provider }: Surveyed, { code, level, message, next }: Remark): Finding {
  return { code, level, stack: stack.name, provider, objects: [], message, next };
}

function reportStack(scene: Scene, entries: readonly Entry[]): ReportedStack {
  const { answers, stack, state } = scene;
  const leaving = deployDeletes(scene, entries);
  return {
    name: stack.name,
    directory: stack.shown,
    stateFrom: state.kind === "read" ? state.from : undefined,
    stateKind: state.kind,
    deployDeletes: leaving,
    deployDeletesSurely: !stack.providers.some(
      ({ alias, unknownKeys }) => unknownKeys > 0 && leaving.some(({ provider }) => provider === alias),
    ),
    providers: stack.providers.map((provider) => ({ provider, answers: answers.get(provider.alias) })),
    objects: entries.map(({ object, judgement }): ReportedObject => ({
      surveyed: object,
      status: judgement.status,
      detail: detailOf(scene, object),
    })),
    waves: wavesOf(scene, entries),
  };
}

function detailOf({ answers }: Scene, { key, provider, target }: Surveyed): string | undefined {
  const seen = answers.get(provider ?? "");
  const cluster = clusterOf(seen?.kind === "seen" ? seen.objects.get(key) : undefined);
  if (cluster === undefined) return undefined;
  if (target.kind === "cluster") return JSON.stringify(cluster.name);
  const server = cluster.obproxies?.find(({ id }) => id === target.obproxyId);
  return server && describeServer(server).slice(server.id.length).trim();
}

const GOING = new Set<Status>(["ready", "waits", "held-back"]);
/** So many hooks Terraform runs at a time, where nobody says `-parallelism`. */
const AT_ONCE = 10;

/** In which order a destroy would take what it would delete; before the first deploy, what it would delete then. */
function wavesOf(scene: Scene, entries: readonly Entry[]): readonly Wave[] {
  const ifDeployed = scene.state.kind === "none";
  const going = entries.filter(
    ({ object, judgement }) =>
      object.wave > 0 && (GOING.has(judgement.status) || (ifDeployed && judgement.status === "not-deployed")),
  );
  const numbers = [...new Set(going.map(({ object }) => object.wave))].sort((a, b) => a - b);
  return numbers.map((number, index) => {
    const objects = going.map(({ object }) => object).filter(({ wave }) => wave === number);
    return { number: index + 1, objects, ...tasksFor(scene, objects) };
  });
}

/** What has left the code and has a hook, unless that would find nothing to do. */
function deployDeletes({ stack }: Scene, entries: readonly Entry[]): readonly Surveyed[] {
  return entries.flatMap(({ object, judgement: { status } }) => {
    const { declaredBy, fate, instance } = object;
    const provider = stack.providers.find(({ alias }) => alias === object.provider);
    // Without settings nobody knows what is declared.
    if (fate !== "hook" || declaredBy !== undefined || provider?.settings === undefined) return [];
    const hasHook = instance !== undefined && !instance.tainted && !instance.deposed;
    return hasHook && status !== "gone" && status !== "left-alone" ? [object] : [];
  });
}

/**
 * Hooks of one cluster that run at the same time share a task. Terraform starts ten at a time by default, and which ten
 * nobody can tell: those of one cluster may be spread over several rounds.
 */
function tasksFor(scene: Scene, objects: readonly Surveyed[]): Pick<Wave, "tasks" | "mostTasks" | "better"> {
  const proxies = new Map<string, number>();
  for (const { provider, target } of objects) {
    if (target.kind === "cluster") continue;
    const cluster = JSON.stringify([urlOf(scene, provider), target.clusterId]);
    proxies.set(cluster, (proxies.get(cluster) ?? 0) + 1);
  }
  const clusters = objects.filter(({ target }) => target.kind === "cluster").length;
  const rounds = Math.ceil(objects.length / AT_ONCE);
  const sum = (each: (amount: number) => number): number =>
    [...proxies.values()].reduce((total, amount) => total + each(amount), clusters);
  const fewest = sum(() => 1);
  const mostTasks = sum((amount) => Math.min(amount, rounds));
  return {
    tasks: sum((amount) => Math.ceil(amount / AT_ONCE)),
    mostTasks,
    better: mostTasks === fewest ? undefined : { parallelism: objects.length + 1, tasks: fewest },
  };
}

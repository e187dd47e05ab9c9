import type { Answers } from "./ask.js";
import { deploymentFindings, isAllAbsent, isUndeployed } from "./deployment.js";
import { clusterOf, type Judgement, judge, type Remark } from "./judge.js";
import { describeServer } from "../../hook/tell/failures.js";
import { isBlindToTasks, providerFindings, stackFindings } from "./provider-findings.js";
import type { Finding, Level, Report, ReportedObject, ReportedStack, Status, Wave } from "./report.js";
import type { Stack } from "./stack.js";
import type { Surveyed } from "./survey.js";
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
}

export type StateKnown =
  | {
      readonly kind: "read";
      readonly from: string;
      /** What would destroy; only looked at where it matters. */
      readonly program?: ProgramVersion | undefined;
    }
  /** The user says that the stack was never deployed. */
  | { readonly kind: "none" }
  | { readonly kind: "unreadable"; readonly message: string; readonly next: string };

interface Entry {
  readonly scene: Scene;
  readonly object: Surveyed;
  readonly judgement: Judgement;
}

/** What there is to say about what was synthesized, deployed, and found in OCP. */
export function examine(scenes: readonly Scene[]): Report {
  const proxies = scenes.flatMap((scene) => judgeKind(scene, "obproxy", []));
  const clusters = scenes.flatMap((scene) => judgeKind(scene, "cluster", proxies));
  const entries = holdBack([...proxies, ...clusters]).map(stopWithProvider);
  const findings = scenes.flatMap((scene) => [
    ...stackFindings(scene),
    ...deploymentFindings(scene),
    ...scene.stack.providers.flatMap((provider) => providerFindings(scene, provider)),
    ...objectFindings(scene, entriesOf(scene, entries)),
  ]);
  return {
    stacks: scenes.map((scene) => reportStack(scene, entriesOf(scene, entries))),
    findings: [...findings].sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level)),
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
        goneBefore: goneBefore(scene, object, proxies),
        clusterIsDeployed: scene.objects.some(
          ({ fate, target }) =>
            fate === "hook" && target.kind === "cluster" && target.clusterId === object.target.clusterId,
        ),
      });
      return { scene, object, judgement };
    });
}

function stateOf(scene: Scene): "deployed" | "undeployed" | "unreadable" {
  if (scene.state.kind === "unreadable") return "unreadable";
  return scene.state.kind === "none" || isUndeployed(scene) ? "undeployed" : "deployed";
}

/** OBProxies of the cluster that the same stack, or one that has to be destroyed before it, would have deleted. */
function goneBefore(
  scene: Scene,
  { fate, provider, target }: Surveyed,
  proxies: readonly Entry[],
): ReadonlySet<string> {
  const url = urlOf(scene, provider);
  const isGoing = ({ judgement }: Entry): boolean =>
    judgement.status === "ready" ||
    judgement.status === "waits" ||
    (fate === "not-deployed" && judgement.status === "not-deployed");
  return new Set(
    proxies.flatMap((entry) => {
      const other = entry.object;
      if (other.target.kind !== "obproxy" || other.target.clusterId !== target.clusterId || !isGoing(entry)) return [];
      if (urlOf(entry.scene, other.provider) !== url || !isDestroyedBefore(entry.scene, scene)) return [];
      return [other.target.obproxyId];
    }),
  );
}

function urlOf({ answers }: Scene, alias: string | undefined): string | undefined {
  return answers.get(alias ?? "")?.url;
}

function isDestroyedBefore(earlier: Scene, later: Scene): boolean {
  return earlier === later || earlier.stack.dependencies.includes(later.stack.name);
}

/** Terraform comes to a cluster only when all OBProxies of the provider are gone. */
function holdBack(entries: readonly Entry[]): readonly Entry[] {
  const stuck = entries.filter(
    ({ object, judgement }) => object.fate === "hook" && object.target.kind === "obproxy" && isStuck(judgement),
  );
  return entries.map((entry) => {
    const { object, judgement, scene } = entry;
    const waits = judgement.status === "ready" || judgement.status === "waits";
    const behind = stuck.some((other) => other.scene === scene && other.object.provider === object.provider);
    if (object.target.kind !== "cluster" || !waits || !behind) return entry;
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
/** Terraform runs so many hooks at a time, and those of one cluster share a task. */
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
    return { number: index + 1, objects, tasks: tasksFor(scene, objects) };
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

function tasksFor(scene: Scene, objects: readonly Surveyed[]): number {
  const proxies = new Map<string, number>();
  for (const { provider, target } of objects) {
    if (target.kind === "cluster") continue;
    const cluster = JSON.stringify([urlOf(scene, provider), target.clusterId]);
    proxies.set(cluster, (proxies.get(cluster) ?? 0) + 1);
  }
  const clusters = objects.filter(({ target }) => target.kind === "cluster").length;
  return [...proxies.values()].reduce((sum, amount) => sum + Math.ceil(amount / AT_ONCE), clusters);
}

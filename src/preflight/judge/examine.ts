import type { Neighbour } from "../../hook/neighbours.js";
import { serverDetails } from "../../hook/tell/failures.js";
import type { Cluster } from "../../ocp/model.js";
import { clusterOf } from "../../survey/answers.js";
import type { Surveyed } from "../../survey/survey.js";
import type { Level, Report, ReportedObject, ReportedStack } from "../report/report.js";
import type { AppSeen, Command, Scene } from "../scene.js";
import { appFindings, reportedApp } from "./app.js";
import { contentOf, standing } from "./content.js";
import { deploymentFindings, isUndeployed } from "./deployment.js";
import { entriesOf, type Entry, urlOf } from "./entry.js";
import { objectFindings } from "./findings.js";
import { holdBack, only, stopWithProvider } from "./held-back.js";
import { judge } from "./judge.js";
import { providerFindings, stackFindings } from "./provider.js";
import { deployDeletes, wavesOf } from "./waves.js";

/** What there is to say about what was synthesized, deployed, and found in OCP. */
export function examine(read: readonly Scene[], command?: Command, app?: AppSeen): Report {
  const scenes = read.map((scene) => withStatesOf(read, scene));
  const all = { scenes, clusters: clustersIn(scenes) };
  const proxies = scenes.flatMap((scene) => judgeKind(all, scene, "obproxy", []));
  const ofClusters = scenes.flatMap((scene) => judgeKind(all, scene, "cluster", proxies));
  const entries = holdBack([...proxies, ...ofClusters].map((entry) => only(command, entry))).map(stopWithProvider);
  const stacks = scenes.map(({ stack }) => stack);
  const reported = app && reportedApp(app);
  const findings = [
    ...(app === undefined ? [] : appFindings(app, stacks)),
    ...scenes.flatMap((scene) => [
      ...stackFindings(scene),
      ...deploymentFindings(scene, command),
      ...scene.stack.providers.flatMap((provider) => providerFindings(scene, provider)),
      ...objectFindings(scene, entriesOf(scene, entries)),
    ]),
  ];
  return {
    stacks: scenes.map((scene) => reportStack(scene, entriesOf(scene, entries))),
    ...(reported === undefined ? {} : { app: reported }),
    findings: findings.sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level)),
  };
}

/** What is known of all stacks together. */
interface All {
  readonly scenes: readonly Scene[];
  readonly clusters: ReadonlyMap<string, readonly Cluster[]>;
}

const ORDER: readonly Level[] = ["note", "warning", "problem", "cannot-look"];

/** Proxies are judged before clusters: what a cluster holds when it is its turn depends on them. */
function judgeKind(
  { clusters, scenes }: All,
  scene: Scene,
  kind: "cluster" | "obproxy",
  proxies: readonly Entry[],
): readonly Entry[] {
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
        stackDirectory: scene.stack.shown,
        state: stateOf(scene),
        ...contentOf(scene, object, proxies),
        lostSettings: lostSettings(scene, object),
        wasDeleted: scene.gone?.has(`${object.provider ?? ""} ${object.key}`) === true,
        clusterIsDeployed: isClusterDeployed(scenes, scene, object),
        heldBy: heldBy(object, clusters.get(urlOf(scene, object.provider) ?? "")),
        tasks: scene.tasks?.get(object.provider ?? "") ?? new Map(),
      });
      return { scene, object, judgement };
    });
}

/** In whichever of the stacks, by its OCP. */
function isClusterDeployed(scenes: readonly Scene[], scene: Scene, { provider, target }: Surveyed): boolean {
  const url = urlOf(scene, provider);
  const isIt = (other: Scene, object: Surveyed): boolean =>
    object.fate === "hook" &&
    object.target.kind === "cluster" &&
    object.target.clusterId === target.clusterId &&
    urlOf(other, object.provider) === url;
  return scenes.some((other) => other.objects.some((object) => isIt(other, object)));
}

/** Every cluster that any of the looks shows, by its OCP. */
function clustersIn(scenes: readonly Scene[]): ReadonlyMap<string, readonly Cluster[]> {
  const found = new Map<string, Map<string, Cluster>>();
  for (const answers of scenes.flatMap((scene) => [...scene.answers.values()])) {
    if (answers.kind !== "seen") continue;
    const known = found.get(answers.url) ?? new Map<string, Cluster>();
    found.set(answers.url, known);
    for (const look of answers.objects.values()) {
      if (look.kind !== "seen") continue;
      const { cluster, heldBy = [] } = look.seen;
      for (const each of cluster === undefined ? heldBy : [cluster, ...heldBy]) known.set(each.id, each);
    }
  }
  return new Map([...found].map(([url, clusters]) => [url, [...clusters.values()]]));
}

function heldBy({ target }: Surveyed, clusters: readonly Cluster[] = []): readonly Cluster[] {
  if (target.kind === "cluster") return [];
  return clusters.filter(
    ({ id, obproxies = [] }) => id !== target.clusterId && obproxies.some((server) => server.id === target.obproxyId),
  );
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
  return server && serverDetails(server).join(" ");
}

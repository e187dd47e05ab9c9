import { type Standing, standingOf } from "../../hook/decide/elsewhere.js";
import type { Stack } from "../../survey/stack.js";
import { type Surveyed, withoutKey } from "../../survey/survey.js";
import type { Status } from "../report/report.js";
import type { Scene } from "../scene.js";
import type { Circumstances } from "./circumstances.js";
import { type Entry, urlOf } from "./entry.js";

/** What goes before what: of a cluster's OBProxies, which would be gone when it is its turn. */

/** What of a cluster's OBProxies would be gone when it is its turn. */
export function contentOf(
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

export function standing({ stack }: Scene, { provider, target }: Surveyed): Standing | undefined {
  const settings = stack.providers.find(({ alias }) => alias === provider)?.settings;
  return settings && standingOf(target, settings);
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
export function goesBefore({ object, scene }: Entry, later: Scene, cluster: Surveyed): boolean {
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

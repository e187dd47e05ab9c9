import { type Standing, standingOf } from "../../hook/decide/elsewhere.js";
import { blockOf, type Surveyed, withoutKey } from "../../survey/survey.js";
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
): Pick<Circumstances, "goneBefore" | "goneBeforeDeploy" | "unordered" | "holding"> {
  if (object.target.kind !== "cluster") {
    return { goneBefore: new Set(), goneBeforeDeploy: undefined, unordered: new Set(), holding: new Set() };
  }

  const going = goingOf(scene, object, proxies);
  const before = going.filter((entry) => goesBefore(entry, scene, object));
  return {
    goneBefore: idsOf(before),
    goneBeforeDeploy: goesInDeploy(scene, object)
      ? idsOf(before.filter((each) => goesInDeploy(each.scene, each.object)))
      : undefined,
    unordered: idsOf(going.filter((entry) => !before.includes(entry))),
    holding: idsOf(ofCluster(scene, object, proxies).filter((entry) => !going.includes(entry) && isTold(entry))),
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
  return ofCluster(scene, cluster, proxies).filter(({ judgement, object: { fate, instance } }) => {
    if (STAYING.has(judgement.status)) return false;
    const runs = fate === "hook" && instance?.tainted !== true && instance?.deposed !== true;
    return runs || (fate === "not-deployed" && cluster.fate === "not-deployed");
  });
}

/** OBProxies of a cluster in whichever stack, by its OCP. */
function ofCluster(scene: Scene, { provider, target }: Surveyed, proxies: readonly Entry[]): readonly Entry[] {
  const url = urlOf(scene, provider);
  return proxies.filter(
    ({ object, scene: its }) => object.target.clusterId === target.clusterId && urlOf(its, object.provider) === url,
  );
}

function isTold({ judgement }: Entry): boolean {
  return judgement.remarks.some(({ level }) => level === "problem");
}

const STAYING = new Set<Status>(["left-alone", "protected"]);

/** Whether Terraform, or the order of the stacks, has one object go before another. */
export function goesBefore(first: Entry, later: Scene, then: Surveyed): boolean {
  const { stack } = first.scene;
  if (stack.name !== later.stack.name) return stack.dependencies.includes(later.stack.name);
  return stack.blocks.get(placeOf(first))?.needs.has(placeOf({ scene: later, object: then })) === true;
}

/** The block that an object's instance is in when Terraform comes to it. */
export function placeOf({ object, scene }: Pick<Entry, "object" | "scene">): string {
  return withoutKey(
    object.movesTo ??
      object.instance?.address ??
      blockOf(scene.stack, object.provider, object.target.kind)?.address ??
      "",
  );
}

function idsOf(entries: readonly Entry[]): ReadonlySet<string> {
  return new Set(entries.flatMap(({ object: { target } }) => (target.kind === "obproxy" ? [target.obproxyId] : [])));
}

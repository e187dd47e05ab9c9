import type { Situation } from "../../hook/decide/situation.js";
import { handsOff } from "../../hook/intent.js";
import type { Look } from "../../survey/answers.js";
import type { Provider } from "../../survey/stack.js";
import type { Surveyed } from "../../survey/survey.js";
import type { Finding } from "../report/report.js";
import type { Command, Scene } from "../scene.js";
import * as words from "../words/stacks.js";

/** What OCP has and the state lacks, or the other way round: then a destroy ends well and deletes nothing. */

/** Whether the state was read and holds nothing of what the stack declares. */
export function isUndeployed({ objects, stack, state }: Scene): boolean {
  if (state.kind !== "read") return false;
  const declared = objects.filter(({ declaredBy }) => declaredBy !== undefined);
  const isDeclared = declared.length > 0 || stack.providers.some(({ unknownKeys }) => unknownKeys > 0);
  // An object under an address that is not its own any more has been deployed all the same.
  const inState = new Set(objects.filter(({ instance }) => instance !== undefined).map(({ key }) => key));
  return isDeclared && !declared.some(({ key }) => inState.has(key)) && (declared.length > 0 || inState.size === 0);
}

/** Whether, moreover, OCP knows nothing of it: so it is after a destroy. */
export function isAllAbsent(scene: Scene): boolean {
  const { listedByOcp, unseen, wanted } = presenceOf(scene);
  return isUndeployed(scene) && wanted.length > 0 && listedByOcp.length === 0 && unseen.length === 0;
}

/** @param command that follows; undefined: either may */
export function deploymentFindings(scene: Scene, command?: Command): readonly Finding[] {
  if (!isUndeployed(scene)) return [];
  const { name } = scene.stack;
  const { listedByOcp, unseen, wanted } = presenceOf(scene);
  const about = { stack: name, provider: undefined, objects: [], code: "nothing-deployed" } as const;
  if (listedByOcp.length > 0) {
    const labels = listedByOcp.map(({ label }) => label);
    // So it is before a first deploy, which is not to be stopped; where it is not the first one, a person should know it.
    return command === "deploy"
      ? [{ ...about, objects: labels, level: "warning", ...words.firstDeploy(name, labels) }]
      : [{ ...about, objects: labels, level: "problem", ...words.nothingDeployed(name, labels) }];
  }
  if (isAllAbsent(scene)) {
    const wasDeleted = wanted.every(({ key, provider }) => scene.gone?.has(`${provider ?? ""} ${key}`) === true);
    const told = words.nothingAnywhere(name, wasDeleted);
    return [{ ...about, level: wasDeleted ? "note" : "warning", ...told }];
  }
  // What all is to be left alone is not missed.
  if (wanted.length === 0 && scene.objects.length > 0) return [];
  return [{ ...about, level: "warning", ...words.nothingDeployedUnseen(name, unseen.length > 0) }];
}

interface Presence {
  /** What a destroy is meant to delete. */
  readonly wanted: readonly Surveyed[];
  readonly listedByOcp: readonly Surveyed[];
  readonly unseen: readonly Surveyed[];
}

function presenceOf(scene: Scene): Presence {
  const wanted = scene.objects.filter(({ fate, provider, target }) => {
    const settings = scene.stack.providers.find(({ alias }) => alias === provider)?.settings;
    return fate === "not-deployed" && settings !== undefined && !handsOff(target, settings).off;
  });
  const having = (is: (look: Look | undefined) => boolean): readonly Surveyed[] =>
    wanted.filter((object) => is(lookAt(scene, object)));
  return {
    wanted,
    listedByOcp: having((look) => look?.kind === "seen" && look.seen.presence !== "absent"),
    unseen: having((look) => look?.kind !== "seen"),
  };
}

function lookAt({ answers }: Scene, { key, provider }: Surveyed): Look | undefined {
  const own = answers.get(provider ?? "");
  return own?.kind === "seen" ? own.objects.get(key) : undefined;
}

/** Neither the cluster nor a task on it, such as the one that has deleted it. */
function hasNoTrace({ atWork, cluster, failedOnCluster, ours }: Situation): boolean {
  const isAtWork = atWork.some(({ onCluster }) => onCluster === "yes");
  return cluster === undefined && ours === undefined && failedOnCluster.length === 0 && !isAtWork;
}

/** An OCP that knows none of the clusters may be the wrong one; to a destroy all is "already gone" then. */
export function clustersUnknown(scene: Scene, { alias, settings }: Provider): readonly Finding[] {
  const answers = scene.answers.get(alias);
  const own = scene.objects.filter(
    ({ fate, provider }) => provider === alias && (fate === "hook" || fate === "not-deployed"),
  );
  const inState = own.filter(({ instance }) => instance !== undefined).length;
  if (answers?.kind !== "seen" || settings === undefined || inState === 0) return [];
  const isUnknown = own.every((object) => {
    const look = lookAt(scene, object);
    return look?.kind === "seen" && look.seen.nameElsewhere === undefined && hasNoTrace(look.seen);
  });
  if (!isUnknown) return [];
  const ids = [...new Set(own.map(({ target }) => target.clusterId))];
  const told = words.clustersUnknown(answers.url, ids, settings.provider.envPrefix);
  return [
    { code: "clusters-unknown", level: "warning", stack: scene.stack.name, provider: alias, objects: [], ...told },
  ];
}

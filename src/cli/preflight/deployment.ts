import { handsOff } from "../../hook/intent.js";
import type { Situation } from "../../hook/decide/situation.js";
import type { Look } from "./ask.js";
import type { Scene } from "./examine.js";
import { listed } from "./listed.js";
import type { Finding } from "./report.js";
import type { Provider } from "./stack.js";
import type { Surveyed } from "./survey.js";

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

export function deploymentFindings(scene: Scene): readonly Finding[] {
  if (!isUndeployed(scene)) return [];
  const { name } = scene.stack;
  const { listedByOcp, unseen, wanted } = presenceOf(scene);
  const about = { stack: name, provider: undefined, objects: [], code: "nothing-deployed" } as const;
  if (listedByOcp.length > 0) {
    const labels = listedByOcp.map(({ label }) => label);
    return [
      {
        ...about,
        objects: labels,
        level: "problem",
        message: `the state of the stack ${name} holds nothing of what the stack declares, but OCP lists ${listed(labels)}: a destroy would end well and delete nothing of that`,
        next: `${REMEDIES}, or say so with --no-state`,
      },
    ];
  }
  if (isAllAbsent(scene)) {
    return [
      {
        ...about,
        level: "warning",
        message: `neither does the state of the stack ${name} hold, nor OCP list, anything of what the stack declares: a destroy would delete nothing`,
        next: "nothing has to be done if it was destroyed; else see whether the ids and OCP's URL are right",
      },
    ];
  }
  // What all is to be left alone is not missed.
  if (wanted.length === 0 && scene.objects.length > 0) return [];
  const what = unseen.length > 0 ? "what OCP has of it could not be seen" : "its ids are not known before a deploy";
  return [
    {
      ...about,
      level: "warning",
      message: `the state of the stack ${name} holds nothing of what the stack declares, and ${what}: a destroy would delete nothing of that`,
      next: REMEDIES,
    },
  ];
}

const REMEDIES =
  "if it was deployed, its state is elsewhere: configure a state backend that all machines share (a local state file does not survive a CI runner); if it was never deployed, deploy first";

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
  return [
    {
      code: "clusters-unknown",
      level: "warning",
      stack: scene.stack.name,
      provider: alias,
      objects: [],
      message: `OCP at ${answers.url} knows ${ids.length === 1 ? `no OBProxy cluster ${ids.join()}` : `none of the OBProxy clusters ${listed(ids)}`}; is this the right OCP? A destroy would call all that is in the state already gone, and empty the state`,
      next: `see whether the URL is right (${settings.provider.envPrefix}_URL or the \`url\` of the OcpProvider); if the ${ids.length === 1 ? "cluster is" : "clusters are"} gone, nothing has to be done`,
    },
  ];
}

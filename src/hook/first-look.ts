import { count } from "../contract/count.js";
import { ANY_NAME } from "../contract/names.js";
import { targetOfKey } from "../contract/object.js";
import type { Cluster } from "../ocp/model.js";
import { formatVersion } from "../ocp/version.js";
import { type Connection, userOf } from "./connection.js";
import { DEFAULT_BUDGET_MS } from "./decide/time-limit.js";
import { handsOff, type Intent, intentFrom } from "./intent.js";
import type { Settings } from "./settings.js";
import { asking, checkName, nameSeer, type Surroundings } from "./teardown.js";
import { HookFailure } from "./tell/failure.js";
import { skipHostOperationUnsupported } from "./tell/failures.js";
import { canSkipHosts, versionAsker } from "./together/courier.js";

/**
 * Before anything goes that stands in front of the OBProxies: whether what is declared could be deleted at all. What would
 * certainly keep a hook from its work later does so now, when nothing has been touched. Asks, and changes nothing.
 *
 * @throws HookFailure
 */
export async function firstLook(settings: Settings, connection: Connection, surroundings: Surroundings): Promise<void> {
  const intents = intentsOf(settings);
  const ids = [...new Set(intents.map(({ target }) => target.clusterId))];
  const asked = await asking(connection, surroundings, DEFAULT_BUDGET_MS, async (api, caller) => {
    const see = nameSeer(api, caller);
    // What a cluster holds is no matter yet: of that Terraform may be about to delete what has left the code, which only
    // the state knows.
    const skipping: Intent[] = [];
    for (const id of ids) {
      const seen = await see(id);
      const ofCluster = intents.filter(({ target }) => target.clusterId === id);
      for (const intent of ofCluster) checkName(intent, seen);
      skipping.push(...ofCluster.filter((intent) => intent.skipHostOperation && isListed(intent, seen.cluster)));
    }
    if (skipping.length > 0) {
      const version = await versionAsker({ api, caller })();
      const labels = skipping.map(({ label }) => label);
      if (!canSkipHosts(version)) throw skipHostOperationUnsupported(formatVersion(version), labels);
    }
    const page = { page: 1, size: 1 };
    if (settings.provider.waitFor === "task") {
      await caller.read(() => api.tasks({ status: ["RUNNING"], ...page }), "tasks");
    } else if (ids.length === 0) {
      await caller.read(() => api.clusters(page), "clusters");
    }
    return api.baseUrl;
  });
  const clusters = count(ids.length, "OBProxy cluster");
  const unseen =
    settings.tokens.length === 0 ? "" : ", as far as ids are known: those that only Terraform knows are not looked at";
  surroundings.reporter.line(
    `${asked} answers ${userOf(connection)}; nothing stands against deleting what is declared of ${clusters}${unseen}`,
  );
}

/** One that is gone needs nothing any more. */
function isListed({ target }: Intent, cluster: Cluster | undefined): boolean {
  return target.kind === "obproxy" && cluster?.obproxies?.some(({ id }) => id === target.obproxyId) === true;
}

/** Whether all that is declared stays in OCP: then no hook asks it for anything, and none needs to be able to. */
export function isAllLeftAlone(settings: Settings): boolean {
  const keys = [...Object.keys(settings.clusters), ...Object.keys(settings.obproxies)];
  const isLeftAlone = (key: string): boolean => {
    const target = targetOfKey(key);
    const hands = target === undefined ? undefined : handsOff(target, settings);
    return hands?.off === true && hands.outcome === "left-alone";
  };
  return settings.tokens.length === 0 && keys.length > 0 && keys.every(isLeftAlone);
}

/**
 * Of all that is declared by ids that are known, and that may go. What is protected Terraform itself refuses to destroy,
 * where it is to go at all.
 */
function intentsOf(settings: Settings): readonly Intent[] {
  return [...Object.keys(settings.clusters), ...Object.keys(settings.obproxies)].flatMap((key) => {
    const target = targetOfKey(key);
    if (target === undefined) return [];
    const hands = handsOff(target, settings);
    if (!hands.off) return [intentFrom(target, ANY_NAME, settings)];
    if (hands.outcome === "left-alone" || hands.guard === "preventDestroy") return [];
    throw new HookFailure({
      what: `could not be deleted: ${hands.reason}`,
      details: ["nothing was sent to OCP"],
      next: hands.next,
    });
  });
}

import type { OcpApi } from "../../ocp/api.js";
import { OcpError, type OcpErrorKind } from "../../ocp/errors.js";
import { sortedIds } from "../../ocp/ids.js";
import type { Cluster, OcpId, OcpVersion, Task } from "../../ocp/model.js";
import { dialectFor, formatVersion } from "../../ocp/version.js";
import type { Caller } from "../patience/caller.js";
import type { Deadline } from "../patience/deadline.js";
import { skipHostOperationUnsupported } from "../tell/failures.js";
import type { Intent } from "../intent.js";

/** A delete that OCP has accepted. */
export interface Dispatch {
  readonly task: Task;
  /** Everything that the call deletes, sorted; empty: the cluster itself. */
  readonly obproxyIds: readonly OcpId[];
  /** The object whose hook sent the call for all; undefined: this one. */
  readonly sentBy?: string;
}

/** Carries a delete to OCP and news of its task back: alone, or together with other hooks of the same cluster. */
export interface Courier {
  /**
   * Sends the delete, once.
   *
   * @param saw the cluster as this hook has just seen it
   * @throws OcpError whose kind tells what may have become of it
   */
  send(saw: Cluster): Promise<Dispatch>;
  /** The cluster as OCP shows it now, or, right after the end of a task, as it has just shown it to the hook that leads. */
  cluster(id: OcpId): Promise<Cluster>;
  /** The task as it is after `pauseMs`, or sooner where there is news. */
  next(id: OcpId, pauseMs: number): Promise<Task>;
  /** Whether another hook follows the same task and tells its progress. */
  isLed(): boolean;
  /** Has OCP retry the failed task. Whether that may be done at all is decided before. */
  retry(id: OcpId): Promise<void>;
  close(): void;
}

/** What a courier works with. */
export interface CourierTools {
  readonly api: OcpApi;
  readonly caller: Caller;
  readonly deadline: Deadline;
  readonly intent: Intent;
}

/** Each hook for itself. */
export function directCourier(tools: CourierTools, version = versionAsker(tools)): Courier {
  const { api, deadline, intent } = tools;
  const { target, skipHostOperation } = intent;
  return {
    send: async () => {
      if (target.kind === "cluster") {
        deadline.checkRoom();
        return { task: await api.deleteCluster(target.clusterId), obproxyIds: [] };
      }
      const { clusterId, obproxyId } = target;
      return deleteObproxies(tools, await version(), clusterId, [{ obproxyId, skipHostOperation }]);
    },
    cluster: (id) => api.cluster(id),
    next: async (id, pauseMs) => {
      await deadline.pause(pauseMs);
      return api.task(id);
    },
    isLed: () => false,
    retry: (id) => api.retryTask(id),
    close: () => undefined,
  };
}

/** One OBProxy of a call that may be for many. */
export interface Requested {
  readonly obproxyId: OcpId;
  readonly skipHostOperation: boolean;
}

/** One call for OBProxies of one cluster. */
export async function deleteObproxies(
  { api, deadline }: Pick<CourierTools, "api" | "deadline">,
  version: OcpVersion | undefined,
  clusterId: OcpId,
  requested: readonly Requested[],
): Promise<Dispatch> {
  const skipHostOperationIds = requested.filter((each) => each.skipHostOperation).map(({ obproxyId }) => obproxyId);
  if (skipHostOperationIds.length > 0 && !canSkipHosts(version)) {
    throw skipHostOperationUnsupported(formatVersion(version));
  }

  const obproxyIds = sortedIds(requested.map(({ obproxyId }) => obproxyId));
  deadline.checkRoom();
  const task = await api.deleteObproxies({
    dialect: dialectFor(version),
    clusterId,
    obproxyIds,
    ...(skipHostOperationIds.length === 0 ? {} : { skipHostOperationIds }),
  });
  return { task, obproxyIds };
}

export function canSkipHosts(version: OcpVersion | undefined): boolean {
  return dialectFor(version) === "POST";
}

/** Undefined: OCP does not tell. */
export type AskVersion = () => Promise<OcpVersion | undefined>;

/** Asks OCP for its version as long as it has not told it, and never twice at the same time. */
export function versionAsker({ api, caller }: Pick<CourierTools, "api" | "caller">): AskVersion {
  let asked: Promise<OcpVersion | undefined> | undefined;
  const ask = async (): Promise<OcpVersion | undefined> => {
    let version: OcpVersion | undefined;
    try {
      version = await versionInTime(api, caller);
      return version;
    } finally {
      if (version === undefined) asked = undefined;
    }
  };
  return () => (asked ??= ask());
}

/** How long an OCP that has answered before may take to tell its version; without it the older dialect will do. */
const VERSION_BUDGET_TICKS = 30;

/** Nothing has been sent yet: whatever keeps OCP from telling its version is no reason to doubt that. */
async function versionInTime(api: OcpApi, caller: Caller): Promise<OcpVersion | undefined> {
  try {
    return await caller.read(() => versionOf(api), "info", VERSION_BUDGET_TICKS);
  } catch (error) {
    if (error instanceof OcpError && !CREDENTIALS_REFUSED.has(error.kind)) return undefined;
    throw error;
  }
}

const CREDENTIALS_REFUSED = new Set<OcpErrorKind>(["unauthenticated", "redirected"]);

/** An OCP that does not tell its version speaks the dialect that all of them know. */
export async function versionOf(api: Pick<OcpApi, "version">): Promise<OcpVersion | undefined> {
  try {
    return await api.version();
  } catch (error) {
    if (error instanceof OcpError && VERSION_NOT_TOLD.has(error.kind)) return undefined;
    throw error;
  }
}

const VERSION_NOT_TOLD = new Set<OcpErrorKind>(["forbidden", "not-found", "refused", "not-ocp"]);

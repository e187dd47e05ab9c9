import type { OcpApi } from "../../ocp/api.js";
import { OcpError, type OcpErrorKind } from "../../ocp/errors.js";
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
   * @throws OcpError whose kind tells what may have become of it
   */
  send(saw: Cluster): Promise<Dispatch>;
  /** The task as it is after `pauseMs`, or sooner where there is news. */
  next(id: OcpId, pauseMs: number): Promise<Task>;
  /** Whether another hook follows the same task and tells its progress. */
  isLed(): boolean;
  /** Has OCP retry the failed task. */
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
export function directCourier(tools: CourierTools): Courier {
  const { api, deadline, intent } = tools;
  return {
    send: async () => ({ task: await sendFor(tools, [intent]), obproxyIds: proxyIds([intent]) }),
    next: async (id, pauseMs) => {
      await deadline.pause(pauseMs);
      return api.task(id);
    },
    isLed: () => false,
    retry: (id) => api.retryTask(id),
    close: () => undefined,
  };
}

/** One OBProxy of a call for many. */
export type Errand = Pick<Intent, "target" | "skipHostOperation">;

/** One call for all the OBProxies of `errands`, which belong to one cluster; or the delete of the cluster itself. */
export async function sendFor({ api, caller, intent }: CourierTools, errands: readonly Errand[]): Promise<Task> {
  const { target } = intent;
  if (target.kind === "cluster") return api.deleteCluster(target.clusterId);
  const version = await versionInTime(api, caller);
  const dialect = dialectFor(version);
  const skipHostOperationIds = proxyIds(errands.filter((each) => each.skipHostOperation));
  if (skipHostOperationIds.length > 0 && dialect !== "POST") {
    throw skipHostOperationUnsupported(formatVersion(version));
  }
  return api.deleteObproxies({
    dialect,
    clusterId: target.clusterId,
    obproxyIds: proxyIds(errands),
    ...(skipHostOperationIds.length === 0 ? {} : { skipHostOperationIds }),
  });
}

export function proxyIds(errands: readonly Errand[]): OcpId[] {
  return errands.flatMap(({ target }) => (target.kind === "obproxy" ? [target.obproxyId] : []));
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

import type { OcpApi } from "../ocp/api.js";
import { OcpError, type OcpErrorKind } from "../ocp/errors.js";
import type { OcpId, OcpVersion, Task } from "../ocp/model.js";
import { dialectFor, formatVersion } from "../ocp/version.js";
import type { Caller } from "./caller.js";
import { skipHostOperationUnsupported } from "./failures.js";
import type { Intent } from "./intent.js";

/** Carries a delete to OCP and news of tasks back: alone, or together with other hooks of the same cluster. */
export interface Courier {
  /** Sends the delete once. Rejects with an `OcpError`; what that means for the object has to be seen. */
  send(): Promise<Task>;
  task(id: OcpId): Promise<Task>;
}

/** Each hook for itself. */
export function directCourier(api: OcpApi, intent: Intent, caller: Caller): Courier {
  return { send: () => sendFor(api, caller, intent, [intent]), task: (id) => api.task(id) };
}

/** One call for all the OBProxies of `intents`, which belong to the same cluster; or the delete of the cluster itself. */
export async function sendFor(
  api: OcpApi,
  caller: Caller,
  { target }: Intent,
  intents: readonly Pick<Intent, "target" | "skipHostOperation">[],
): Promise<Task> {
  if (target.kind === "cluster") return api.deleteCluster(target.clusterId);
  const version = await caller.read(() => versionOf(api));
  const dialect = dialectFor(version);
  const ids = (of: typeof intents): OcpId[] =>
    of.flatMap((each) => (each.target.kind === "obproxy" ? [each.target.obproxyId] : []));
  const skipHostOperationIds = ids(intents.filter((each) => each.skipHostOperation));
  if (skipHostOperationIds.length > 0 && dialect !== "POST") {
    throw skipHostOperationUnsupported(formatVersion(version));
  }
  return api.deleteObproxies({
    dialect,
    clusterId: target.clusterId,
    obproxyIds: ids(intents),
    ...(skipHostOperationIds.length === 0 ? {} : { skipHostOperationIds }),
  });
}

/** An OCP that does not tell its version speaks the dialect that all of them know. */
async function versionOf(api: OcpApi): Promise<OcpVersion | undefined> {
  try {
    return await api.version();
  } catch (error) {
    if (error instanceof OcpError && VERSION_NOT_TOLD.has(error.kind)) return undefined;
    throw error;
  }
}

const VERSION_NOT_TOLD = new Set<OcpErrorKind>(["forbidden", "not-found", "refused", "not-ocp"]);

import type { OcpApi } from "../ocp/api.js";
import { createOcpClient } from "../ocp/client.js";
import { OcpError } from "../ocp/errors.js";
import type { Listing } from "../ocp/list.js";
import type { Cluster, OcpId } from "../ocp/model.js";
import { type Connection, userOf } from "./connection.js";
import { findNameElsewhere, presenceOf, whyNamesUnknown } from "./decide/evidence.js";
import { nameBreach } from "./decide/guards.js";
import type { OurTask } from "./decide/situation.js";
import { DEFAULT_BUDGET_MS } from "./decide/time-limit.js";
import type { Intent } from "./intent.js";
import { readClusters } from "./observe/observer.js";
import { Caller } from "./patience/caller.js";
import { type Clock, systemClock } from "./patience/clock.js";
import { Deadline, DeadlinePassed } from "./patience/deadline.js";
import type { Outcome } from "./act/finish.js";
import { reconcile } from "./reconcile.js";
import type { Chronicle } from "./tell/chronicle.js";
import {
  callFailed,
  guardBroken,
  mustNotBeRetried,
  namesUnknown,
  newDeleteNeeded,
  notAnswered,
} from "./tell/failures.js";
import type { Reporter } from "./tell/reporter.js";
import { type Courier, type CourierTools, directCourier } from "./together/courier.js";
import { meetingCourier, patienceAfter } from "./together/meeting.js";
import { notesFor } from "./together/notes.js";

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly tickMs: number;
  readonly reporter: Reporter;
  readonly chronicle: Chronicle;
  readonly envPrefix: string;
  /** Of the synthesized stack. */
  readonly stackDirectory: string;
}

/** Puts the parts together, only here, and runs them. */
export async function teardown(intent: Intent, connection: Connection, surroundings: Surroundings): Promise<Outcome> {
  const { env, tickMs, reporter, chronicle, envPrefix, stackDirectory } = surroundings;
  const { oddities = [] } = connection;
  const { api, caller, clock, deadline } = line(connection, surroundings);
  const notes = notesFor(api.baseUrl, intent.key, env);
  const courier = courierFor({ api, caller, deadline, intent }, connection, clock, surroundings);
  try {
    const user = userOf(connection);
    const told = { reporter, chronicle, notes, user, oddities, stackDirectory };
    return await reconcile({ api, courier, caller, clock, deadline, intent, tickMs, envPrefix, ...told });
  } finally {
    // Connections to OCP end with the process, sooner than they could be closed.
    courier.close();
  }
}

/**
 * Nothing but the question whether the cluster has the name that the object's own hook will ask for; one that is gone
 * has none, unless OCP knows it under another id.
 *
 * @throws HookFailure
 */
export async function seeName(intent: Intent, connection: Connection, surroundings: Surroundings): Promise<void> {
  await asking(connection, surroundings, intent.timeoutMs ?? DEFAULT_BUDGET_MS, async (api, caller) => {
    checkName(intent, await nameSeer(api, caller)(intent.target.clusterId));
  });
}

/**
 * Only asks, for so long.
 *
 * @throws HookFailure
 */
export async function asking<T>(
  connection: Connection,
  surroundings: Surroundings,
  limitMs: number,
  ask: (api: OcpApi, caller: Caller) => Promise<T>,
): Promise<T> {
  const { envPrefix } = surroundings;
  const { oddities = [] } = connection;
  const { api, caller, clock, deadline } = line(connection, surroundings);
  deadline.moveTo(clock.now() + limitMs);
  try {
    return await ask(api, caller);
  } catch (thrown) {
    const error = thrown instanceof DeadlinePassed ? (thrown.trouble ?? thrown) : thrown;
    if (error instanceof DeadlinePassed) throw notAnswered(limitMs, api.baseUrl);
    if (!(error instanceof OcpError)) throw error;
    const accepted = caller.hasBeenAccepted;
    throw callFailed(error, { envPrefix, oddities, accepted, user: userOf(connection), sent: "no", taskId: undefined });
  }
}

/** Where a cluster's name is to be looked for: it, or, where OCP does not know it, all that OCP lists. */
interface NamesSeen {
  readonly cluster?: Cluster;
  readonly clusters?: Listing<Cluster>;
}

/** Reads the list of all clusters once, and only where one is gone. */
export function nameSeer(api: OcpApi, caller: Caller): (id: OcpId) => Promise<NamesSeen> {
  let clusters: Listing<Cluster> | undefined;
  return async (id) => {
    try {
      return { cluster: await caller.read(() => api.cluster(id), "cluster") };
    } catch (error) {
      if (!(error instanceof OcpError) || error.kind !== "not-found") throw error;
    }
    clusters ??= await readClusters(api, (call, endpoint) => caller.read(call, endpoint));
    return { clusters };
  };
}

/** @throws HookFailure as the object's own hook would */
export function checkName(intent: Intent, { cluster, clusters }: NamesSeen): void {
  const otherId = findNameElsewhere(clusters, intent.clusterName, intent.target.clusterId);
  if (otherId !== undefined) throw guardBroken({ guard: "clusterNameElsewhere", otherId }, intent, undefined);
  const unknown = clusters === undefined ? undefined : whyGoneUnknown(clusters, intent);
  if (unknown !== undefined) throw namesUnknown(unknown, intent);
  const breach = nameBreach(cluster, intent);
  if (breach !== undefined) throw guardBroken(breach, intent, cluster);
}

/** Why a cluster that OCP says it does not know may have the guard's name all the same; undefined: it has none. */
function whyGoneUnknown(clusters: Listing<Cluster>, { clusterName, target }: Intent): string | undefined {
  const { clusterId } = target;
  const presence = presenceOf({ cluster: { says: "missing" }, clusters }, { kind: "cluster", clusterId });
  // Where any name will do there is none to be asked for.
  if (clusterName !== undefined && presence.is === "unknown") return presence.why;
  return whyNamesUnknown(clusters, clusterName, clusterId);
}

/**
 * Has OCP retry a failed deletion of the object, by the hook's own decision with one retry more than was asked for, and
 * follows it to its end. Nothing is deleted anew, and no other task is retried.
 *
 * @throws HookFailure
 */
export async function retryTask(
  intent: Intent,
  ours: OurTask,
  connection: Connection,
  surroundings: Surroundings,
): Promise<Outcome> {
  if (ours.verdict.kind === "failed" && ours.whyNotRetry !== undefined) {
    throw mustNotBeRetried(ours.task, ours.whyNotRetry);
  }

  const { env, tickMs, reporter, chronicle, envPrefix, stackDirectory } = surroundings;
  const { oddities = [] } = connection;
  const { api: whole, caller, clock, deadline } = line(connection, surroundings);
  const api = onlyRetrying(whole, ours.task.id);
  const once = { ...intent, taskRetries: 1 };
  const notes = notesFor(api.baseUrl, intent.key, env);
  const courier = directCourier({ api, caller, deadline, intent: once });
  const told = { reporter, chronicle, notes, user: userOf(connection), oddities, stackDirectory };
  return reconcile({ api, courier, caller, clock, deadline, intent: once, tickMs, envPrefix, ...told });
}

function onlyRetrying(api: OcpApi, task: OcpId): OcpApi {
  const refuse = (): Promise<never> => Promise.reject(newDeleteNeeded(task));
  return {
    ...{ baseUrl: api.baseUrl, version: () => api.version(), cluster: (id) => api.cluster(id) },
    ...{ clusters: (request) => api.clusters(request), tasks: (request) => api.tasks(request) },
    ...{ task: (id) => api.task(id), subtaskLog: (id, subtask) => api.subtaskLog(id, subtask) },
    ...{ retryTask: (id) => (id === task ? api.retryTask(id) : refuse()), close: () => api.close() },
    ...{ deleteCluster: refuse, deleteObproxies: refuse },
  };
}

/** What speaks to OCP, with patience. */
export function line(connection: Connection, { env, tickMs, reporter }: Surroundings) {
  const { ca, baseUrl, credentials, insecureSkipVerify, remarks = [] } = connection;
  const clock = systemClock;
  const deadline = new Deadline(clock, tickMs / 2);
  const api = createOcpClient({
    baseUrl,
    credentials,
    insecureSkipVerify,
    env,
    timeLeftMs: () => deadline.left(),
    ...(ca === undefined ? {} : { ca }),
  });
  for (const remark of remarks) reporter.warn(remark);
  if (insecureSkipVerify) reporter.warn("OCP's certificate is not verified (insecureSkipVerify); anybody may answer");
  return { api, caller: new Caller(clock, deadline, reporter, tickMs), clock, deadline };
}

/** A cluster, or the only proxy that is declared of one, has nobody to meet. */
function courierFor(tools: CourierTools, connection: Connection, clock: Clock, surroundings: Surroundings): Courier {
  const { target, declared, declaredObproxyIds } = tools.intent;
  if (target.kind === "cluster" || (declared && declaredObproxyIds.size === 1)) return directCourier(tools);
  const { env, tickMs, reporter } = surroundings;
  return meetingCourier(tools, {
    connection,
    env,
    clock,
    patience: () => patienceAfter(process.uptime() * 1000, tickMs),
    onTrouble: (text) => {
      reporter.line(text);
    },
  });
}

import type { OcpApi } from "../ocp/api.js";
import { createOcpClient } from "../ocp/client.js";
import { OcpError } from "../ocp/errors.js";
import type { Cluster, OcpId } from "../ocp/model.js";
import { type Connection, userOf } from "./connection.js";
import { contentBreach, nameBreach } from "./decide/guards.js";
import type { OurTask } from "./decide/situation.js";
import { DEFAULT_BUDGET_MS } from "./decide/time-limit.js";
import type { Intent } from "./intent.js";
import { Caller } from "./patience/caller.js";
import { type Clock, systemClock } from "./patience/clock.js";
import { Deadline } from "./patience/deadline.js";
import type { Outcome } from "./act/finish.js";
import { reconcile } from "./reconcile.js";
import type { Chronicle } from "./tell/chronicle.js";
import { callFailed, guardBroken, mustNotBeRetried, newDeleteNeeded } from "./tell/failures.js";
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
}

/** Puts the parts together, only here, and runs them. */
export async function teardown(intent: Intent, connection: Connection, surroundings: Surroundings): Promise<Outcome> {
  const { env, tickMs, reporter, chronicle, envPrefix } = surroundings;
  const { oddities = [] } = connection;
  const { api, caller, clock, deadline } = line(connection, surroundings);
  const notes = notesFor(api.baseUrl, intent.key, env);
  const courier = courierFor({ api, caller, deadline, intent }, connection, clock, surroundings);
  try {
    const user = userOf(connection);
    const told = { reporter, chronicle, notes, user, oddities };
    return await reconcile({ api, courier, caller, clock, deadline, intent, tickMs, envPrefix, ...told });
  } finally {
    // Connections to OCP end with the process, sooner than they could be closed.
    courier.close();
  }
}

/**
 * Nothing but the question whether the cluster has the name that the object's own hook will ask for; one that is gone
 * has none.
 *
 * @throws HookFailure
 */
export async function seeName(intent: Intent, connection: Connection, surroundings: Surroundings): Promise<void> {
  const { envPrefix } = surroundings;
  const { oddities = [] } = connection;
  const { api, caller, clock, deadline } = line(connection, surroundings);
  deadline.moveTo(clock.now() + (intent.timeoutMs ?? DEFAULT_BUDGET_MS));
  try {
    const cluster = await clusterOrNone(api, caller, intent.target.clusterId);
    const breach = nameBreach(cluster, intent);
    if (breach !== undefined) throw guardBroken(breach, intent, cluster);
  } catch (error) {
    if (!(error instanceof OcpError)) throw error;
    const accepted = caller.hasBeenAccepted;
    throw callFailed(error, { envPrefix, oddities, accepted, user: userOf(connection), sent: "no", taskId: undefined });
  }
}

async function clusterOrNone(api: OcpApi, caller: Caller, id: OcpId) {
  try {
    return await caller.read(() => api.cluster(id), "cluster");
  } catch (error) {
    if (error instanceof OcpError && error.kind === "not-found") return undefined;
    throw error;
  }
}

/**
 * Has OCP retry a failed deletion of the object, under the rules of a retry, and follows it to its end. Nothing is deleted
 * that the task does not delete.
 *
 * @param seen a moment ago: the task, and the cluster where OCP shows it
 * @throws HookFailure
 */
export async function retryTask(
  intent: Intent,
  seen: { readonly ours: OurTask; readonly cluster: Cluster | undefined },
  connection: Connection,
  surroundings: Surroundings,
): Promise<Outcome> {
  const { env, tickMs, reporter, chronicle, envPrefix } = surroundings;
  const { oddities = [] } = connection;
  const { ours, cluster } = seen;
  const { api: whole, caller, clock, deadline } = line(connection, surroundings);
  const api = withoutDeletes(whole, ours.task.id);
  const user = userOf(connection);
  if (ours.verdict.kind === "failed") {
    if (ours.whyNotRetry !== undefined) throw mustNotBeRetried(ours.task, ours.whyNotRetry);
    const breach = nameBreach(cluster, intent) ?? contentBreach(cluster, intent);
    if (breach !== undefined) throw guardBroken(breach, intent, cluster);
    reporter.line(`asking OCP to retry task ${ours.task.id} "${ours.task.name}"`);
    try {
      await api.retryTask(ours.task.id);
    } catch (error) {
      if (!(error instanceof OcpError)) throw error;
      const accepted = caller.hasBeenAccepted;
      throw callFailed(error, { envPrefix, oddities, accepted, user, sent: "no", taskId: ours.task.id });
    }
  }
  const notes = notesFor(api.baseUrl, intent.key, env);
  const courier = directCourier({ api, caller, deadline, intent });
  const told = { reporter, chronicle, notes, user, oddities };
  return reconcile({ api, courier, caller, clock, deadline, intent, tickMs, envPrefix, ...told });
}

function withoutDeletes(api: OcpApi, task: OcpId): OcpApi {
  const refuse = (): Promise<never> => Promise.reject(newDeleteNeeded(task));
  return {
    ...{ baseUrl: api.baseUrl, version: api.version.bind(api), cluster: api.cluster.bind(api) },
    ...{ clusters: api.clusters.bind(api), tasks: api.tasks.bind(api), task: api.task.bind(api) },
    ...{ subtaskLog: api.subtaskLog.bind(api), retryTask: api.retryTask.bind(api), close: api.close.bind(api) },
    ...{ deleteCluster: refuse, deleteObproxies: refuse },
  };
}

/** What speaks to OCP, with patience. */
function line(connection: Connection, { env, tickMs, reporter }: Surroundings) {
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

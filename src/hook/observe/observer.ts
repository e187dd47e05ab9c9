import type { OcpApi } from "../../ocp/api.js";
import { OcpError } from "../../ocp/errors.js";
import { compareIds } from "../../ocp/ids.js";
import { type Listing, readToEnd } from "../../ocp/list.js";
import type { Cluster, OcpId, Page, Task, TaskStatus } from "../../ocp/model.js";
import type { ClusterAnswer, Look, Questions, TaskAnswer } from "../decide/look.js";

/**
 * Carries one question to OCP, with whatever patience. `endpoint` names what is asked.
 *
 * @throws OcpError that no repetition can mend
 */
export type Ask = <T>(call: () => Promise<T>, endpoint?: string) => Promise<T>;

export type Reads = Pick<OcpApi, "cluster" | "clusters" | "tasks" | "task">;

export interface Observer {
  look(questions: Questions): Promise<Look>;
}

const PAGE_SIZE = 200;
/** What OCP calls everything that it does to OBProxies: "Offline obproxy", "Restart obproxy", "Delete obproxy server". */
const NAME = "obproxy";

/** Asks OCP, remembers nothing and changes nothing. */
export function observer(api: Reads, ask: Ask): Observer {
  return {
    async look(questions) {
      const cluster = questions.cluster === undefined ? undefined : await readCluster(api, ask, questions.cluster);
      const isAway = cluster !== undefined && cluster.says !== "there";
      const clusters = isAway ? await readClusters(api, ask) : undefined;
      const tasks = await readTasks(api, ask, questions);
      const details = new Map<OcpId, TaskAnswer>();
      for (const id of questions.details) details.set(id, await readTask(api, ask, id));
      const since = questions.anyStatusSince;
      const anyStatus = since === undefined ? undefined : { since, tasks: await readAnyStatus(api, ask, since) };
      return { cluster, clusters, tasks, details, anyStatus };
    },
  };
}

async function readCluster(api: Reads, ask: Ask, id: OcpId): Promise<ClusterAnswer> {
  try {
    return { says: "there", cluster: await ask(() => api.cluster(id), "cluster") };
  } catch (error) {
    return missingOrUnclear(error, "missing");
  }
}

async function readTask(api: Reads, ask: Ask, id: OcpId): Promise<TaskAnswer> {
  try {
    return { says: "there", task: await ask(() => api.task(id)) };
  } catch (error) {
    return missingOrUnclear(error, "purged");
  }
}

/** OCP's own word for what does not exist is an answer; a 404 in general words is none. */
export function missingOrUnclear<S extends string>(
  error: unknown,
  missing: S,
): { readonly says: S } | { readonly says: "unclear"; readonly error: OcpError } {
  if (error instanceof OcpError) {
    if (error.kind === "not-found") return { says: missing };
    if (isGeneral404(error)) return { says: "unclear", error };
  }
  throw error;
}

function isGeneral404({ kind, status }: OcpError): boolean {
  return kind === "refused" && status === 404;
}

export function readClusters(api: Pick<Reads, "clusters">, ask: Ask): Promise<Listing<Cluster>> {
  return wholeList((page) => ask(() => api.clusters({ page, size: PAGE_SIZE }), "clusters"));
}

/** After the first look only what runs, however old, and what has failed since. */
async function readTasks(api: Reads, ask: Ask, questions: Questions): Promise<Listing<Task> | undefined> {
  const { tasks, newerThan, anyName } = questions;
  const pageOf =
    (...status: TaskStatus[]) =>
    (page: number) =>
      ask(() => api.tasks({ status, page, size: PAGE_SIZE, ...(anyName ? {} : { name: NAME }) }), "tasks");
  switch (tasks) {
    case "none":
      return undefined;
    case "all":
      return wholeList(pageOf("RUNNING", "FAILED"));
    case "newer": {
      let total = Infinity;
      const counted = async (page: number): Promise<Page<Task>> => {
        const found = await pageOf("RUNNING", "FAILED")(page);
        total = found.totalElements ?? Infinity;
        return found;
      };
      const recent = await wholeList(counted, (entries) => reaches(entries, newerThan));
      const isAll = recent.entries.length + recent.unread.length >= total;
      return isAll || !recent.complete ? recent : both(recent, await wholeList(pageOf("RUNNING")));
    }
  }
}

/** Statuses that OCP does not document cannot be asked for: a filter that it does not know finds nothing (observed). */
function readAnyStatus(api: Reads, ask: Ask, since: OcpId): Promise<Listing<Task>> {
  const pageOf = (page: number): Promise<Page<Task>> =>
    ask(() => api.tasks({ status: [], page, size: PAGE_SIZE, name: NAME }), "tasks");
  return wholeList(pageOf, (entries) => since === "0" || reaches(entries, since));
}

/** Lists come with the newest first; of one that does not nobody knows what its next page holds. */
function reaches(entries: readonly Task[], id: OcpId): boolean {
  const isInOrder = entries.every(
    (entry, index) => index === 0 || compareIds(entry.id, entries[index - 1]?.id ?? "") < 0,
  );
  return isInOrder && entries.some((entry) => compareIds(entry.id, id) <= 0);
}

async function wholeList<T extends { readonly id: OcpId }>(
  pageOf: (page: number) => Promise<Page<T>>,
  isEnough: (entries: readonly T[]) => boolean = () => false,
): Promise<Listing<T>> {
  try {
    return await readToEnd(pageOf, { size: PAGE_SIZE, isEnough });
  } catch (error) {
    if (!(error instanceof OcpError) || !isGeneral404(error)) throw error;
    return { entries: [], unread: [], complete: false, why: error.message };
  }
}

function both<T extends { readonly id: OcpId }>(a: Listing<T>, b: Listing<T>): Listing<T> {
  const entries = new Map([...a.entries, ...b.entries].map((entry) => [entry.id, entry]));
  const why = a.why ?? b.why;
  return {
    entries: [...entries.values()],
    unread: [...a.unread, ...b.unread.filter(({ id }) => id === undefined || a.unread.every((each) => each.id !== id))],
    complete: a.complete && b.complete,
    ...(why === undefined ? {} : { why }),
  };
}

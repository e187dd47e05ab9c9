import type { OcpApi, TasksRequest } from "../../ocp/api.js";
import { OcpError } from "../../ocp/errors.js";
import { compareIds } from "../../ocp/ids.js";
import { type Listing, type PageOf, readToEnd } from "../../ocp/list.js";
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

/** Asks OCP, remembers nothing but how much of a list OCP can send at once, and changes nothing. */
export function observer(api: Reads, ask: Ask): Observer {
  const lists = new Lists(api, ask);
  return {
    async look(questions) {
      const cluster = questions.cluster === undefined ? undefined : await readCluster(api, ask, questions.cluster);
      const isAway = cluster !== undefined && cluster.says !== "there";
      const clusters = isAway ? await readClusters(api, ask) : undefined;
      const tasks = await readTasks(lists, questions);
      const details = new Map<OcpId, TaskAnswer>();
      for (const id of questions.details) details.set(id, await readTask(api, ask, id));
      const since = questions.anyStatusSince;
      const anyStatus = since === undefined ? undefined : { since, tasks: await readAnyStatus(lists, since) };
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
  return wholeList((page, size) => ask(() => api.clusters({ page, size }), "clusters"), PAGE_SIZE);
}

type TasksAsked = Omit<TasksRequest, "page" | "size">;

/** OCP's lists of tasks. A task of hundreds of subtasks is large, and a page of such tasks larger than what is read. */
class Lists {
  private size = PAGE_SIZE;

  constructor(
    private readonly api: Reads,
    private readonly ask: Ask,
  ) {}

  /** `onPage` hears of each page. */
  tasks(
    asked: TasksAsked,
    isEnough: (entries: readonly Task[]) => boolean = () => false,
    onPage: (page: Page<Task>) => void = () => undefined,
  ): Promise<Listing<Task>> {
    const pageOf = async (page: number, size: number): Promise<Page<Task>> => {
      this.size = size;
      const found = await this.page({ ...asked, page, size });
      onPage(found);
      return found;
    };
    return wholeList(pageOf, this.size, isEnough);
  }

  page(request: TasksRequest): Promise<Page<Task>> {
    return this.ask(() => this.api.tasks(request), "tasks");
  }
}

/** After the first look only what runs, however old, and what has failed since. */
async function readTasks(lists: Lists, questions: Questions): Promise<Listing<Task> | undefined> {
  const { tasks, newerThan, anyName } = questions;
  const asking = (...status: TaskStatus[]): TasksAsked => ({ status, ...(anyName ? {} : { name: NAME }) });
  switch (tasks) {
    case "none":
      return undefined;
    case "all":
      return lists.tasks(asking("RUNNING", "FAILED"));
    case "newer": {
      let total = Infinity;
      const recent = await lists.tasks(
        asking("RUNNING", "FAILED"),
        (entries) => reaches(entries, newerThan),
        ({ totalElements = Infinity }) => (total = totalElements),
      );
      const isAll = recent.entries.length + recent.unread.length >= total;
      return isAll || !recent.complete ? recent : both(recent, await lists.tasks(asking("RUNNING")));
    }
  }
}

/**
 * Statuses that OCP does not document cannot be asked for: a filter that it does not know finds nothing (observed). But
 * where the others are as many as all tasks are, there is none beyond the newest page.
 */
async function readAnyStatus(lists: Lists, since: OcpId): Promise<Listing<Task>> {
  const all = { status: [], name: NAME };
  if (since !== "0") return lists.tasks(all, (entries) => reaches(entries, since));
  let total = Infinity;
  const newest = await lists.tasks(
    all,
    () => true,
    ({ totalElements = Infinity }) => (total = totalElements),
  );
  const isAll = newest.entries.length + newest.unread.length >= total;
  if (isAll || !newest.complete) return newest;
  const documented = await lists.page({ status: DOCUMENTED, name: NAME, page: 1, size: 1 });
  // A task that has begun since counts among these only, and may make up for one that does not.
  const known = new Set([...newest.entries, ...newest.unread].map(({ id }) => id));
  const isUpToDate = [...documented.entries, ...documented.unread].every(({ id }) => known.has(id));
  return documented.totalElements === total && isUpToDate ? newest : lists.tasks(all);
}

const DOCUMENTED: readonly TaskStatus[] = ["RUNNING", "FAILED", "SUCCESSFUL"];

/** Lists come with the newest first; of one that does not nobody knows what its next page holds. */
function reaches(entries: readonly Task[], id: OcpId): boolean {
  const isInOrder = entries.every(
    (entry, index) => index === 0 || compareIds(entry.id, entries[index - 1]?.id ?? "") < 0,
  );
  return isInOrder && entries.some((entry) => compareIds(entry.id, id) <= 0);
}

async function wholeList<T extends { readonly id: OcpId }>(
  pageOf: PageOf<T>,
  size: number,
  isEnough: (entries: readonly T[]) => boolean = () => false,
): Promise<Listing<T>> {
  try {
    return await readToEnd(pageOf, { size, isEnough });
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

import { OcpError, type OcpErrorDetails } from "../../src/ocp/errors.js";
import type { Listing } from "../../src/ocp/list.js";
import type { Cluster, OcpId, Subtask, Task, TaskTag } from "../../src/ocp/model.js";
import { isAtWork, type Manner, NAME, type Phase, type World, type WorldTask } from "./world.js";

/** What the small OCP says of itself, in the words of the client: each answer once, so that equal ones are the same. */

export const CLUSTER_ID: OcpId = "27";
export const OTHER_CLUSTER_ID: OcpId = "28";

type Node = readonly [status: string, operation?: string];

/** Status and operation of the task; then of its two subtasks that matter: what deletes the information, and the end. */
const PHASES: Readonly<Record<Phase, readonly [status: string, operation: string, info: Node, end: Node]>> = {
  run0: ["RUNNING", "EXECUTE", ["RUNNING"], ["PENDING"]],
  run1: ["RUNNING", "EXECUTE", ["SUCCESSFUL"], ["RUNNING"]],
  run2: ["RUNNING", "EXECUTE", ["SUCCESSFUL"], ["SUCCESSFUL"]],
  done: ["SUCCESSFUL", "EXECUTE", ["SUCCESSFUL"], ["SUCCESSFUL"]],
  settling0: ["FAILED", "EXECUTE", ["FAILED"], ["READY"]],
  settling1: ["FAILED", "EXECUTE", ["SUCCESSFUL"], ["FAILED"]],
  failed0: ["FAILED", "EXECUTE", ["FAILED"], ["PENDING"]],
  failed1: ["FAILED", "EXECUTE", ["SUCCESSFUL"], ["FAILED"]],
  skip0: ["RUNNING", "EXECUTE", ["READY", "SKIP"], ["PENDING"]],
  skip1: ["RUNNING", "EXECUTE", ["SUCCESSFUL", "SKIP"], ["RUNNING"]],
  skip2: ["RUNNING", "EXECUTE", ["SUCCESSFUL", "SKIP"], ["SUCCESSFUL"]],
  skipped0: ["SUCCESSFUL", "EXECUTE", ["SUCCESSFUL", "SKIP"], ["SUCCESSFUL"]],
  skipEnd: ["RUNNING", "EXECUTE", ["SUCCESSFUL"], ["READY", "SKIP"]],
  skippedEnd: ["SUCCESSFUL", "EXECUTE", ["SUCCESSFUL"], ["SUCCESSFUL", "SKIP"]],
  back0: ["RUNNING", "ROLLBACK", ["RUNNING", "ROLLBACK"], ["PENDING"]],
  back1: ["RUNNING", "ROLLBACK", ["SUCCESSFUL", "ROLLBACK"], ["RUNNING", "ROLLBACK"]],
  rolledBack: ["SUCCESSFUL", "ROLLBACK", ["PENDING", "ROLLBACK"], ["PENDING"]],
  backFailed0: ["FAILED", "ROLLBACK", ["FAILED", "ROLLBACK"], ["PENDING"]],
  backFailed1: ["FAILED", "ROLLBACK", ["SUCCESSFUL", "ROLLBACK"], ["FAILED", "ROLLBACK"]],
  ended0: ["SUCCESSFUL", "EXECUTE", ["FAILED"], ["PENDING"]],
  ended1: ["SUCCESSFUL", "EXECUTE", ["SUCCESSFUL"], ["FAILED"]],
  forgotten: ["FAILED", "EXECUTE", ["FAILED"], ["FAILED"]],
};

/** `submitted`: the answer to a delete has no tags. */
export type Form = "listed" | "detail" | "submitted";

export class Answers {
  private readonly tasks = new Map<string, Task>();
  private readonly clusters = new Map<string, Cluster>();

  constructor(private readonly manner: Manner) {}

  task(task: WorldTask, era: number, form: Form): Task {
    const key = `${era}/${task.id}/${task.kind}/${task.obproxies.join(",")}/${task.by}/${task.phase}/${task.tries.join("-")}/${task.ended}/${form}`;
    return cached(this.tasks, key, () => this.makeTask(task, era, form));
  }

  cluster({ cluster, lock, era, tasks }: World): Cluster | undefined {
    if (cluster === undefined) return undefined;
    const holder = this.manner.showsBusy ? tasks.find(({ id }) => id === lock) : undefined;
    const key = `${era}/${cluster.name}/${cluster.obproxies.join(",")}/${holder?.obproxies.join(",") ?? "-"}`;
    return cached(this.clusters, key, () => ({
      id: CLUSTER_ID,
      name: cluster.name,
      createTime: instant(era, 0),
      obproxies: cluster.obproxies.map((id) => ({
        id: String(id),
        operateStatus: holder?.obproxies.includes(id) === true ? "OPERATING" : "NORMAL",
      })),
    }));
  }

  /** The list of clusters. */
  list(world: World): Listing<Cluster> {
    const own = this.cluster(world);
    const other: Cluster = { id: OTHER_CLUSTER_ID, name: world.elsewhere ? NAME : "stock", obproxies: [] };
    return { entries: own === undefined ? [other] : [own, other], unread: [], complete: true };
  }

  /** What runs or has failed, the newest first; `newerThan`: as far back as pages of one entry would be read. */
  working(world: World, newerThan: number | undefined): Listing<Task> {
    const found = newestFirst(world).filter((task) => statusOf(task) !== "SUCCESSFUL");
    const reached = newerThan === undefined ? -1 : found.findIndex(({ id }) => id <= newerThan);
    const kept = found.filter((task, index) => reached === -1 || index <= reached || statusOf(task) === "RUNNING");
    return whole(kept.map((task) => this.task(task, world.era, "listed")));
  }

  /** Tasks in any status, the newest first, as far back as pages of one entry would be read; 0: the first page, of all. */
  anyStatus(world: World, since: number): Listing<Task> {
    const found = newestFirst(world);
    const reached = since === 0 ? -1 : found.findIndex(({ id }) => id <= since);
    const kept = reached === -1 ? found : found.slice(0, reached + 1);
    return whole(kept.map((task) => this.task(task, world.era, "listed")));
  }

  private makeTask(task: WorldTask, era: number, form: Form): Task {
    const [status, planned, info, end] = PHASES[task.phase];
    const operation = planned === "EXECUTE" && hasBeenRetried(task) ? "RETRY" : planned;
    const isBare = form === "listed" && this.manner.bareLists;
    const tellsOperation = form !== "listed" || (this.manner.tags && !isBare);
    return {
      id: String(task.id),
      name: this.nameOf(task),
      status,
      ...(tellsOperation ? { operation } : {}),
      creator: task.by,
      startTime: instant(era, task.id, this.manner.shiftsZone === true && form !== "submitted" ? 18 : 10),
      ...(task.ended > 0 && this.manner.hidesEnds !== true ? { finishTime: instant(era, 30 + task.ended) } : {}),
      subtasks: isBare ? [] : subtasksOf(task, info, end),
      ...(this.manner.tags && form !== "submitted" ? { tags: this.tagsOf(task) } : {}),
    };
  }

  private nameOf({ kind }: WorldTask): string {
    if (kind === "restart") return "Restart obproxy";
    return kind === "obproxies" && this.manner.ownName ? "Delete obproxy server" : "Offline obproxy";
  }

  private tagsOf({ kind, obproxies }: WorldTask): readonly TaskTag[] {
    const cluster = { obproxyClusterId: CLUSTER_ID, obproxyClusterName: NAME };
    const { partialTags = false, namesClusterAlone = false } = this.manner;
    const most = namesClusterAlone && kind === "cluster" ? 0 : partialTags ? 1 : Infinity;
    const named = obproxies.slice(0, most);
    return [cluster, ...named.map((id) => ({ ...cluster, obproxyServerId: String(id) }))];
  }
}

export function hasBeenRetried({ tries: [info, end] }: WorldTask): boolean {
  return info > 1 || end > 1;
}

export function statusOf({ phase }: WorldTask): string {
  return PHASES[phase][0];
}

function newestFirst({ tasks }: World): WorldTask[] {
  return tasks.filter(({ phase }) => phase !== "forgotten").reverse();
}

function whole(entries: readonly Task[]): Listing<Task> {
  return { entries, unread: [], complete: true };
}

function instant(era: number, second: number, hour = 10): string {
  return `2026-0${era + 1}-01T${hour}:00:${String(second).padStart(2, "0")}.250Z`;
}

function subtasksOf(task: WorldTask, info: Node, end: Node): readonly Subtask[] {
  const node = (
    place: number,
    name: string,
    [status, operation = "EXECUTE"]: Node,
    { parallelIdx = -1, runTime = 1 }: Partial<Subtask> = {},
  ): Subtask => ({
    id: String(task.id * 100 + place),
    name,
    status,
    operation,
    timeoutSeconds: 300,
    parallelIdx,
    runTime,
    upstreams: [],
    downstreams: [],
  });
  const prepared: Node = task.phase === "rolledBack" ? ["PENDING", "ROLLBACK"] : ["SUCCESSFUL"];
  return [
    ...task.obproxies.map((_, index) => node(index, "Prepare offline obproxy", prepared, { parallelIdx: index })),
    node(50, task.kind === "restart" ? "Restart obproxy" : "Delete obproxy info", info, { runTime: task.tries[0] }),
    // A sibling of what has failed, which has yet to run.
    ...(task.phase === "settling1" ? [node(52, "Offline obproxy exporter", ["READY"], { parallelIdx: 0 })] : []),
    node(51, "Finish node", end, { runTime: task.tries[1] }),
  ];
}

// ---- errors

const URL = "http://ocp.example.com/api/v2/obproxy/clusters/27";

const error = (message: string, details: Omit<OcpErrorDetails, "method" | "url">): OcpError =>
  new OcpError(message, { method: "DELETE", url: URL, ...details });

export const ERRORS = {
  locked: error("OCP refuses: the cluster is being operated", { kind: "refused", status: 400, code: 21010 }),
  missing: error("OCP does not know it", { kind: "not-found", status: 404, code: 21002 }),
  general404: error("404 in general words", { kind: "refused", status: 404, code: 10002 }),
  lost: error("the answer was lost", { kind: "lost" }),
  unreachable: error("connection refused", { kind: "unreachable" }),
  throttled: error("429", { kind: "throttled", status: 429 }),
  unauthenticated: error("401", { kind: "unauthenticated", status: 401 }),
  notOcp: error("an HTML page", { kind: "not-ocp", status: 200 }),
  serverError: error("500", { kind: "server-error", status: 500, code: 0 }),
  wrongState: error("the task's state forbids it", { kind: "refused", status: 400, code: 20003 }),
} as const;

export type ErrorName = keyof typeof ERRORS;

function cached<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  return made;
}

export { isAtWork };

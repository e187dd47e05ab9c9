import type { Actions } from "./actions.js";
import type { ApiErrors } from "./api-error.js";
import { type Id, readLong } from "./ids.js";
import { clusterJson, type Inventory } from "./inventory.js";
import type { Cluster, Task } from "./model.js";
import { pageOf, sorted, type SortKeys } from "./paging.js";
import { readDeleteServers } from "./request-body.js";
import type { Call, Result, Route } from "./router.js";
import type { Submissions, Submitter } from "./submissions.js";
import type { TaskJson } from "./task-json.js";
import type { Traits } from "./version.js";

export interface World {
  readonly traits: Traits;
  readonly errors: ApiErrors;
  readonly inventory: Inventory;
  readonly submissions: Submissions;
  readonly actions: Actions;
  readonly taskJson: TaskJson;
  readonly maxPageSize: number;
  readonly instant: (milliseconds: number) => string;
  readonly now: () => number;
}

const CLUSTERS = "/api/v2/obproxy/clusters";
const TASKS = "/api/v2/tasks/instances";

/** What this version of OCP serves, of what has to do with OBProxies and tasks. */
export function endpoints(world: World): readonly Route[] {
  return [...serviceRoutes(world), ...obproxyRoutes(world), ...taskRoutes(world)];
}

function serviceRoutes({ traits, instant, now }: World): readonly Route[] {
  return [
    { method: "GET", path: "/api/v2/info", handle: () => ({ kind: "bare", value: info(traits) }) },
    { method: "GET", path: "/api/v2/git-info", handle: () => ({ kind: "bare", value: { commitId: COMMIT_ID } }) },
    // A quoted JSON string in ocp-express; the documentation calls it "the time as text".
    { method: "GET", path: "/api/v2/time", isPublic: true, handle: () => ({ kind: "bare", value: instant(now()) }) },
    // Documented with authentication, `okay` or `bad`.
    { method: "GET", path: "/api/status", handle: () => ({ kind: "text", text: "okay" }) },
  ];
}

const COMMIT_ID = "94801ef";

/** The published answers of 4.2.2 and 4.3.6. */
function info(traits: Traits): Readonly<Record<string, unknown>> {
  const common = { artifact: "ocp-server", buildVersion: traits.buildVersion, group: "com.oceanbase" };
  return traits.commitInInfo
    ? {
        ...common,
        buildTime: "2025-04-25T16:42:34.536+08:00",
        commitBranch: `${traits.release}_release`,
        commitId: COMMIT_ID,
        commitTime: "2025-04-25T06:36:05Z",
        edition: "ENTERPRISE",
      }
    : {
        ...common,
        buildJavaVersion: "1.8",
        buildTime: "2020-11-29T05:43:31.644+08:00",
        name: "ocp-server",
        springBootVersion: "2.2.5.RELEASE",
      };
}

function obproxyRoutes(world: World): readonly Route[] {
  const { errors, inventory, submissions, taskJson, maxPageSize, instant } = world;
  const long = longReader(errors);
  const write = (cluster: Cluster): unknown => clusterJson(cluster, instant);
  const submitted = (task: Task): Result => ({ kind: "data", data: taskJson.submitted(task) });
  const routes: Route[] = [
    {
      method: "GET",
      path: CLUSTERS,
      permission: "readObproxy",
      observes: true,
      handle: ({ exchange: { query } }) => ({
        kind: "data",
        data: pageOf(sorted(inventory.all(), query, CLUSTER_KEYS, "id,asc", errors), query, maxPageSize, write),
      }),
    },
    {
      method: "GET",
      path: `${CLUSTERS}/{id}`,
      permission: "readObproxy",
      observes: true,
      handle: (call) => {
        const id = long(call, 0, "id");
        const cluster = inventory.find(id);
        if (cluster === undefined) throw errors.clusterNotFound(id);

        return { kind: "data", data: write(cluster) };
      },
    },
    {
      method: "DELETE",
      path: `${CLUSTERS}/{id}`,
      permission: "deleteObproxy",
      handle: (call) => submitted(submissions.deleteCluster(long(call, 0, "id"), submitter(call))),
    },
    {
      method: "DELETE",
      path: `${CLUSTERS}/{id}/obproxies/{ids}`,
      permission: "deleteObproxy",
      handle: (call) => {
        const ids = readList(call.variables[1] ?? "", errors);
        return submitted(submissions.deleteObproxies("DELETE", long(call, 0, "id"), ids, [], submitter(call)));
      },
    },
  ];
  if (world.traits.serversDelete) {
    routes.push({
      method: "POST",
      path: `${CLUSTERS}/{id}/servers/delete`,
      permission: "deleteObproxy",
      takesJson: true,
      handle: (call) => {
        const { ids, skipHost } = readDeleteServers(call.exchange.body, errors);
        return submitted(submissions.deleteObproxies("POST", long(call, 0, "id"), ids, skipHost, submitter(call)));
      },
    });
  }
  return routes;
}

const CLUSTER_KEYS: SortKeys<Cluster> = {
  id: ({ id }) => BigInt(id),
  name: ({ name }) => name,
  createTime: ({ addedAt }) => addedAt,
};

function taskRoutes({ errors, submissions, actions, taskJson, maxPageSize }: World): readonly Route[] {
  const long = longReader(errors);
  const subtaskId = (call: Call): Id => {
    long(call, 0, "taskInstanceId");
    return long(call, 1, "subtaskInstanceId");
  };
  return [
    {
      method: "GET",
      path: TASKS,
      permission: "readTasks",
      observes: true,
      handle: ({ exchange: { query } }) => {
        const wanted = [...submissions.tasks.values()].filter((task) => isWanted(task, query));
        const tasks = sorted(wanted, query, TASK_KEYS, "id,desc", errors);
        return { kind: "data", data: pageOf(tasks, query, maxPageSize, (task) => taskJson.listEntry(task)) };
      },
    },
    {
      method: "GET",
      path: `${TASKS}/{taskInstanceId}`,
      permission: "readTasks",
      observes: true,
      handle: (call) => ({ kind: "data", data: taskJson.detail(actions.task(long(call, 0, "taskInstanceId"))) }),
    },
    {
      method: "POST",
      path: `${TASKS}/{taskInstanceId}/retry`,
      permission: "manageTasks",
      handle: (call) => ({ kind: "data", data: taskJson.detail(actions.retry(long(call, 0, "taskInstanceId"))) }),
    },
    {
      method: "POST",
      path: `${TASKS}/{taskInstanceId}/rollback`,
      permission: "manageTasks",
      // The documentation returns the task, ocp-express returns nothing.
      handle: (call) => ({ kind: "data", data: taskJson.detail(actions.rollback(long(call, 0, "taskInstanceId"))) }),
    },
    {
      method: "GET",
      path: `${TASKS}/{taskInstanceId}/subtasks/{subtaskInstanceId}/log`,
      permission: "readTasks",
      // The log of what does not exist is empty, not 404 (seen in ocp-express).
      handle: (call) => {
        const id = subtaskId(call);
        const found = [...submissions.tasks.values()].flatMap(({ subtasks }) => subtasks).find((one) => one.id === id);
        return { kind: "data", data: { log: found?.log ?? "" } };
      },
    },
    {
      method: "POST",
      path: `${TASKS}/{taskInstanceId}/subtasks/{subtaskInstanceId}/retry`,
      permission: "manageTasks",
      handle: (call) => {
        const subtask = actions.retrySubtask(subtaskId(call));
        return { kind: "data", data: taskJson.subtask(actions.subtask(subtask.id).task, subtask) };
      },
    },
    {
      method: "POST",
      path: `${TASKS}/{taskInstanceId}/subtasks/{subtaskInstanceId}/skip`,
      permission: "manageTasks",
      handle: (call) => {
        actions.skip(subtaskId(call));
        return { kind: "data" };
      },
    },
    {
      method: "POST",
      path: `${TASKS}/{taskInstanceId}/subtasks/{subtaskInstanceId}/cancel`,
      permission: "manageTasks",
      handle: (call) => {
        actions.cancel(subtaskId(call));
        return { kind: "data" };
      },
    },
  ];
}

const TASK_KEYS: SortKeys<Task> = {
  id: ({ id }) => BigInt(id),
  name: ({ name }) => name,
  status: ({ status }) => status,
  type: () => "MANUAL",
  createTime: ({ createTime }) => createTime,
  startTime: ({ startTime }) => startTime,
  finishTime: ({ finishTime }) => finishTime ?? Infinity,
};

/** These filters are about OceanBase clusters, tenants and hosts, and tasks of OBProxies belong to none. */
const FOREIGN_FILTERS = ["cluterName", "clusterId", "tenantName", "tenantId", "hostId"];

function isWanted(task: Task, query: URLSearchParams): boolean {
  const name = query.get("name");
  const status = query.get("status");
  const type = query.get("type");
  return (
    (name === null || told(task, "name").toLowerCase().includes(name.toLowerCase())) &&
    (status === null || status === "" || status.split(",").includes(told(task, "status"))) &&
    (type === null || type === "" || type.split(",").includes("MANUAL")) &&
    FOREIGN_FILTERS.every((filter) => (query.get(filter) ?? "") === "")
  );
}

/** As answers have it: a task is filtered by what it is said to be. */
function told(task: Task, member: "name" | "status"): string {
  const override = task.override[member];
  return typeof override === "string" ? override : task[member];
}

function submitter(call: Call): Submitter {
  return { user: call.user, executor: call.exchange.node.executor };
}

function longReader(errors: ApiErrors): (call: Call, place: number, name: string) => Id {
  return ({ variables }, place, name) => {
    const text = variables[place] ?? "";
    const id = readLong(text);
    if (id === undefined) throw errors.badParameter(name, text, "Long");

    return id;
  };
}

/** As Spring reads a `List<Long>`: a trailing comma makes a null, what repeats stays. */
function readList(text: string, errors: ApiErrors): readonly (Id | null)[] {
  return text.split(",").map((part) => {
    if (part.trim() === "") return null;

    const id = readLong(part);
    if (id === undefined) throw errors.badParameter("ids", text, "List");

    return id;
  });
}

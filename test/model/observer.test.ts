import { observer, type Reads } from "../../src/hook/observe/observer.js";
import type { Questions } from "../../src/hook/decide/look.js";
import { OcpError } from "../../src/ocp/errors.js";
import type { Task } from "../../src/ocp/model.js";
import { type Found, nextRequest } from "./hook.js";

/** The model asks as the hook's observer does: the same requests, in the same order. */

const missing = new OcpError("no such cluster", { kind: "not-found", method: "GET", url: "u", status: 404 });
const general = new OcpError("not found", { kind: "refused", method: "GET", url: "u", status: 404 });
const task: Task = { id: "7", name: "Offline obproxy", status: "RUNNING", subtasks: [] };

const NOTHING: Questions = {
  cluster: undefined,
  tasks: "none",
  newerThan: "0",
  anyName: false,
  details: [],
  anyStatusSince: undefined,
};

async function asked(questions: Questions, cluster: "there" | OcpError): Promise<readonly string[]> {
  const calls: string[] = [];
  const page = { entries: [], unread: [], totalElements: 0, totalPages: 0 };
  const api: Reads = {
    cluster: (id) => {
      calls.push("cluster");
      return cluster === "there" ? Promise.resolve({ id, name: "orders" }) : Promise.reject(cluster);
    },
    clusters: () => {
      calls.push("clusters");
      return Promise.resolve(page);
    },
    tasks: ({ status }) => {
      calls.push(status.length === 0 ? "anyStatus" : "tasks");
      return Promise.resolve(page);
    },
    task: (id) => {
      calls.push(`task ${id}`);
      return Promise.resolve({ ...task, id });
    },
  };
  await observer(api, (call) => call()).look(questions);
  return calls;
}

function modelled(questions: Questions, cluster: "there" | OcpError): readonly string[] {
  const calls: string[] = [];
  const list = { entries: [], unread: [], complete: true };
  let found: Found = {
    cluster: undefined,
    clusters: undefined,
    tasks: undefined,
    details: new Map(),
    anyStatus: undefined,
  };
  for (let next = nextRequest(questions, found); next !== undefined; next = nextRequest(questions, found)) {
    calls.push(next.asks === "task" ? `task ${next.id}` : next.asks);
    switch (next.asks) {
      case "cluster":
        found = {
          ...found,
          cluster:
            cluster === "there"
              ? { says: "there", cluster: { id: "27", name: "orders" } }
              : cluster.kind === "not-found"
                ? { says: "missing" }
                : { says: "unclear", error: cluster },
        };
        break;
      case "clusters":
        found = { ...found, clusters: list };
        break;
      case "tasks":
        found = { ...found, tasks: list };
        break;
      case "anyStatus":
        found = { ...found, anyStatus: { since: next.since, tasks: list } };
        break;
      case "task":
        found = { ...found, details: new Map([...found.details, [next.id, { says: "there", task }]]) };
    }
  }
  return calls;
}

const some: readonly (readonly [string, Questions])[] = [
  ["the object alone", { ...NOTHING, cluster: "27" }],
  ["the object and the tasks", { ...NOTHING, cluster: "27", tasks: "all" }],
  [
    "the object, the newer tasks and a note's",
    { ...NOTHING, cluster: "27", tasks: "newer", newerThan: "5", details: ["7"] },
  ],
  ["two tasks and what is in any status", { ...NOTHING, details: ["7", "8"], anyStatusSince: "0" }],
  ["what is in any status", { ...NOTHING, anyStatusSince: "5" }],
];

describe.each([
  ["there", "there"],
  ["missing", missing],
  ["unclear", general],
] as const)("asked for a cluster that is %s, the model", (_what, cluster) => {
  test.each(some)("asks for %s as the observer does", async (_questions, questions) => {
    expect(modelled(questions, cluster)).toEqual(await asked(questions, cluster));
  });
});

import { parseClusterDetail, parseLog, parsePage, parseCluster, parseTask } from "../../src/ocp/parse.js";
import { published, recordedBody } from "../fixtures/index.js";
import { CLUSTER, TASK, without } from "./support/answers.js";

function dataOf(answer: unknown): unknown {
  return (answer as { data: unknown }).data;
}

describe("the published samples", () => {
  test.each([
    ["delete_obproxy.DELETE-dialect", ["seed-v3", "v4.2.2", "v4.3.5plus"]],
    ["delete_obproxy_cluster", ["seed-v3", "v4.2.2", "v4.3.5plus"]],
  ])("%s reads the same in every version", (name, versions) => {
    const [first, ...others] = versions.map((version) => parseTask(dataOf(published(`${name}.${version}.json`))));
    expect(first).toMatchObject({ status: "RUNNING", operation: "EXECUTE", creator: "admin" });
    for (const other of others) expect(other).toEqual(first);
  });

  test("a task's detail reads the same with tags and without", () => {
    const old = parseTask(dataOf(published("task_detail.v4.2.2.json")));
    const { tags, ...tagged } = parseTask(dataOf(published("task_detail.with-tags.v4.3.6plus.json")));
    expect(tagged).toEqual(old);
    expect([old.tags, tags]).toEqual([undefined, [{}]]);
  });

  test("a list entry reads the same with tags and without", () => {
    const read = (name: string) => parsePage(dataOf(published(name)), parseTask).entries;
    const untagged = read("task_list.with-tags.v4.3.6plus.json").map((entry) => without(entry, "tags", "operation"));
    expect(untagged).toEqual(read("task_list.v4.2.2.json"));
  });

  test.each([
    "delete_obproxy.POST-dialect.v4.3.5plus.json",
    "stop_obproxy.v4.3.5plus.json",
    "obproxy_cluster_create_response.v4.2.2.json",
    "obproxy_restart_response.v4.2.2.json",
  ])("%s is a task", (name) => {
    expect(parseTask(dataOf(published(name))).subtasks.length).toBeGreaterThan(0);
  });

  test("a cluster reads the same from its detail and from the list", () => {
    const [entry] = parsePage(dataOf(published("obproxy_cluster_list.v4.2.2.json")), parseCluster).entries;
    const detail = parseClusterDetail(dataOf(published("obproxy_cluster_detail.v4.2.2.json")));
    expect(detail).toMatchObject({
      id: "1",
      name: "test",
      obproxies: [{ id: "1", sqlPort: 2883, operateStatus: "NORMAL" }],
    });
    expect(entry).toEqual(detail);
  });

  test("a subtask's log is text", () => {
    expect(parseLog(dataOf(published("subtask_log.v4.2.2.json")))).toContain("PrepareReinstallOcpAgentTask");
  });
});

test.each([
  ["a string", "admin"],
  ["an object", { id: 100, name: "admin" }],
  ["an object without id", { name: "admin" }],
])("the creator may be %s", (_, creator) => {
  expect(parseTask({ ...TASK, creator }).creator).toBe("admin");
});

test("status and operation are upper case, whatever comes, and unknown ones are kept", () => {
  expect(parseTask({ ...TASK, status: "suspended", operation: "execute" })).toMatchObject({
    status: "SUSPENDED",
    operation: "EXECUTE",
  });
});

test.each([
  [7, "7"],
  ["7", "7"],
  ["007", "7"],
  [Number.MAX_SAFE_INTEGER, "9007199254740991"],
  ["9007199254740993", "9007199254740993"],
])("the id %j is %s", (id, read) => {
  expect(parseTask({ ...TASK, id }).id).toBe(read);
});

test.each([
  [{ id: 2 ** 53 + 2 }, "`data.id` is a number above 2^53"],
  [{ id: 1.5 }, "`data.id` is the number 1.5 instead of an id"],
  [{ id: "7a" }, '`data.id` is the text "7a" instead of an id'],
  [{ id: true }, "`data.id` is true instead of an id"],
  [{ id: null }, "`data.id` is null instead of an id"],
  [{ status: 3 }, "`data.status` is the number 3 instead of a text"],
  [{ status: "" }, "`data.status` is an empty text instead of a text"],
  [{ subtasks: {} }, "`data.subtasks` is an object instead of a list"],
  [{ subtasks: [{ status: "READY" }] }, "`data.subtasks[0].id` is missing instead of an id"],
  [{ subtasks: [{ id: 1 }] }, "`data.subtasks[0].status` is missing instead of a text"],
])("a task with %j is none", (change, text) => {
  expect(() => parseTask({ ...TASK, ...change })).toThrow(text);
});

test("what only helps may be missing or odd", () => {
  const odd = { id: 1, status: "READY", upstreams: "x", downstreams: [2, null, {}], timeout: "soon", runTime: null };
  expect(parseTask({ id: 1, status: "RUNNING", subtasks: [odd], tags: [3, { obproxyClusterId: 27 }] })).toEqual({
    id: "1",
    name: "",
    status: "RUNNING",
    subtasks: [
      {
        id: "1",
        name: "",
        status: "READY",
        timeoutSeconds: 0,
        parallelIdx: -1,
        runTime: 1,
        upstreams: [],
        downstreams: ["2"],
      },
    ],
    tags: [{ obproxyClusterId: "27" }],
    unreadTags: 1,
  });
});

test.each<[unknown, number | undefined]>([
  [undefined, undefined],
  [null, undefined],
  [[], undefined],
  [[{ objectType: "HOST" }], undefined],
  [
    [
      { obproxyClusterId: 27, obproxyServerId: null },
      { obproxyClusterId: "27", obproxyServerId: "" },
    ],
    undefined,
  ],
  ["27", 1],
  // OCP counts from 1.
  [[{ obproxyClusterId: 27, obproxyServerId: 0 }], 1],
  [[{ obproxyClusterId: 2 ** 53 + 2 }, { obproxyServerId: {} }, null, { obproxyClusterId: 27 }], 3],
])("of the tags %j, so many could not be understood: %s", (tags, unread) => {
  expect(parseTask({ ...TASK, tags }).unreadTags).toBe(unread);
});

test("what is only shown is cut when it is read, so that megabytes go nowhere", () => {
  const long = "长".repeat(7_000_000);
  const subtask = { id: 1, status: `x${long}`, name: long, operation: long };
  const read = parseTask({ id: 1, status: long, name: long, creator: long, startTime: long, subtasks: [subtask] });
  expect(read.name).toHaveLength(200);
  expect(read.name.endsWith("长…")).toBe(true);
  expect(JSON.stringify(read).length).toBeLessThan(2_500);
  const cluster = parseCluster({ id: 1, name: long, status: long, createTime: long, obproxies: [{ id: 1, ip: long }] });
  expect(JSON.stringify(cluster).length).toBeLessThan(2_000);
  const { unread } = parsePage(
    { contents: [{ name: long, status: long, tags: [{ obproxyClusterName: long }] }] },
    parseTask,
  );
  expect(JSON.stringify(unread).length).toBeLessThan(1_000);
});

describe("a page", () => {
  test("with an entry that cannot be understood still has the others", () => {
    const broken = { id: "9007199254740993", name: "Offline obproxy", status: 7, tags: [{ obproxyClusterId: 27 }] };
    expect(parsePage({ contents: [broken, TASK, "x", { name: 5, status: "failed" }] }, parseTask)).toEqual({
      entries: [parseTask(TASK)],
      unread: [
        {
          id: "9007199254740993",
          name: "Offline obproxy",
          tags: [{ obproxyClusterId: "27" }],
          why: "`data.contents[0].status` is the number 7 instead of a text",
        },
        { why: '`data.contents[2]` is the text "x" instead of an object' },
        { status: "FAILED", why: "`data.contents[3].id` is missing instead of an id" },
      ],
    });
  });

  test.each([[-1], [1.5], ["many"], [null], [{}]])("whose total is %j has none", (total) => {
    const page = parsePage({ contents: [], page: { totalElements: total, totalPages: total } }, parseTask);
    expect(page).toEqual({ entries: [], unread: [] });
  });
});

describe("a cluster", () => {
  test("tells when it was created, and the host of an OBProxy", () => {
    const told = { ...CLUSTER, createTime: "2026-11-22T13:00:00+08:00", obproxies: [{ id: 3, hostId: 11 }] };
    expect(parseCluster(told)).toMatchObject({
      createTime: "2026-11-22T13:00:00+08:00",
      obproxies: [{ id: "3", hostId: "11" }],
    });
  });

  test("with OBProxies that cannot be understood has the others, and says how many are left out", () => {
    const read = parseClusterDetail({ ...CLUSTER, obproxies: [{ ip: "192.0.2.1" }, { id: 4 }, null] });
    expect(read).toMatchObject({ obproxies: [{ id: "4" }], unreadObproxies: 2 });
    expect(parseClusterDetail(CLUSTER)).not.toHaveProperty("unreadObproxies");
  });

  test("may stand in `data.contents`", () => {
    expect(parseClusterDetail({ contents: [CLUSTER] })).toEqual(parseClusterDetail(CLUSTER));
  });

  test.each([[[]], [[CLUSTER, CLUSTER]]])("is not to be found among %j", (contents) => {
    expect(() => parseClusterDetail({ contents })).toThrow("instead of one cluster");
  });

  test("whose OBProxies OCP does not mention is not an empty one", () => {
    const silent = without(CLUSTER, "obproxies");
    expect(parseClusterDetail(silent)).not.toHaveProperty("obproxies");
    expect(parseClusterDetail({ ...silent, obproxies: null })).not.toHaveProperty("obproxies");
    expect(parseClusterDetail({ ...silent, obproxies: [] })).toHaveProperty("obproxies", []);
  });

  test.each([
    [{ obproxies: {} }, "`data.obproxies` is an object instead of a list"],
    [{ name: 3 }, "`data.name` is the number 3 instead of a text"],
  ])("with %j is none", (change, text) => {
    expect(() => parseClusterDetail({ ...CLUSTER, ...change })).toThrow(text);
  });
});

test("a page without its list is not an empty page", () => {
  expect(() => parsePage({ page: { totalElements: 0 } }, parseTask)).toThrow(
    "`data.contents` is missing instead of a list",
  );
});

test("the recorded engine's answers are tasks", () => {
  expect(parseTask(dataOf(recordedBody("task_running_after_restart.json")))).toMatchObject({ status: "RUNNING" });
});

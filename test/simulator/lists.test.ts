import { startSimulator } from "../../src/simulator/index.js";
import { published as publishedFile } from "../fixtures/index.js";
import type { Body } from "./client.js";
import { shapeOf } from "./recording.js";
import { CLUSTERS, Scene, TASKS } from "./scene.js";

let scene: Scene;

afterEach(() => scene.close());

const published = (name: string): Body => publishedFile(`${name}.json`) as Body;

/** The cluster of the published answers. */
const PUBLISHED_CLUSTER = {
  id: 1,
  name: "test",
  obproxies: [
    {
      id: 1,
      hostId: 2,
      ip: "xxx.xxx.xxx.xxx",
      status: "UNAVAILABLE",
      details: { idcName: "am171", lastActiveTime: "2021-09-01T16:59:06+08:00" },
    },
  ],
  details: {
    address: "xxx.xxx.xxx.xxx",
    configUrl:
      "http://xxx.xxx.xxx.xxx:8080/services?Action=GetObProxyConfig&User_ID=alibaba&UID=admin&ObproxyClusterName=test",
    updateTime: "2021-09-01T16:59:14+08:00",
  },
};

describe("OBProxy clusters", () => {
  const clock = (): number => Date.parse("2021-09-01T16:52:56+08:00");

  test("are listed with the published members and values", async () => {
    scene = await Scene.open({ clusters: [PUBLISHED_CLUSTER], clock });
    const { json } = await scene.get(CLUSTERS);
    expect(json!.data).toEqual(published("obproxy_cluster_list.v4.2.2").data);
  });

  test("are told in detail with the published members and values", async () => {
    scene = await Scene.open({ clusters: [PUBLISHED_CLUSTER], clock });
    const { json } = await scene.get(`${CLUSTERS}/1`);
    expect(json!.data).toEqual(published("obproxy_cluster_detail.v4.2.2").data);
  });

  test("can be told without a member", async () => {
    scene = await Scene.open();
    scene.ocp.updateCluster(1, { obproxies: undefined, status: "RUNNING" });
    const { json } = await scene.get(`${CLUSTERS}/1`);
    expect(json!.data.obproxies).toBeUndefined();
    expect(json!.data.status).toBe("RUNNING");
  });

  test.each([
    ["", 1, 10, 10],
    ["?page=3", 3, 10, 5],
    ["?page=4", 4, 10, 0],
    ["?size=25", 1, 25, 25],
    ["?size=9999", 1, 2000, 25],
    ["?size=-1&page=abc", 1, 10, 10],
  ])("come in pages: %s", async (query, number, size, length) => {
    const clusters = Array.from({ length: 25 }, (_, index) => ({ id: index + 1, name: `c${index + 1}` }));
    scene = await Scene.open({ clusters });
    const { json } = await scene.get(`${CLUSTERS}${query}`);
    expect(json!.data.contents).toHaveLength(length);
    expect(json!.data.page).toEqual({ number, size, totalElements: 25, totalPages: Math.ceil(25 / size) });
  });
});

describe("tasks", () => {
  const ids = async (query: string): Promise<readonly (number | string)[]> =>
    (await scene.get(`${TASKS}${query}`)).json!.data.contents.map(({ id }) => id);

  beforeEach(async () => {
    scene = await Scene.open();
    const first = scene.ocp.submitDeleteCluster(27);
    scene.ocp.runToEnd(first.id);
    scene.ocp.planWork({ subtaskName: "Start node", fail: "always" });
    scene.ocp.runToEnd(scene.ocp.submitDeleteObproxies(1, [1]).id);
    scene.ocp.clearPlans();
    scene.ocp.startTask({ name: "Restart obproxy" });
  });

  test.each([
    ["", [31442, 31441, 31440]],
    ["?sort=id,asc", [31440, 31441, 31442]],
    ["?sort=id,desc&size=1&page=2", [31441]],
    ["?status=FAILED", [31441]],
    ["?status=RUNNING,FAILED", [31442, 31441]],
    ["?status=running", []],
    ["?name=offline", [31441, 31440]],
    ["?type=MANUAL&name=Restart", [31442]],
    ["?type=SCHEDULED", []],
    ["?clusterId=1", []],
    ["?obproxyClusterId=1", [31442, 31441, 31440]],
  ])("%s", async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  test("of older versions have neither operation nor tags", async () => {
    const { json } = await scene.get(`${TASKS}?status=SUCCESSFUL`);
    const members = [...new Set(published("task_list.v4.2.2").data.contents.flatMap((entry) => Object.keys(entry)))];
    const obClusterOnly = ["cluster", "tenant"];
    expect(Object.keys(json!.data.contents[0]!).sort()).toEqual(
      members.filter((member) => !obClusterOnly.includes(member)).sort(),
    );
  });
});

describe("tasks that others left behind", () => {
  const past = { name: "Offline obproxy", status: "FAILED" } as const;
  const contents = async (query: string): Promise<Body["data"]["contents"]> =>
    (await scene.get(`${TASKS}${query}`)).json!.data.contents;

  test("stand in lists by the hundred, in pages", async () => {
    scene = await Scene.open();
    const tasks = scene.ocp.addPastTasks(450, (index) => ({ ...past, name: `Upgrade obproxy ${index}` }));
    const { data } = (await scene.get(`${TASKS}?status=FAILED&size=200&page=3`)).json!;
    expect(data.contents).toHaveLength(50);
    expect(data.contents.at(-1)).toMatchObject({ id: Number(tasks[0]!.id), name: "Upgrade obproxy 0" });
    expect(data.page).toEqual({ number: 3, size: 200, totalElements: 450, totalPages: 3 });
  });

  test("stay as they are while the engine runs", async () => {
    scene = await Scene.open();
    const failed = scene.ocp.addPastTask({ ...past, subtasks: ["Start node", "Stop obproxy", "Finish node"] });
    const well = scene.ocp.addPastTask({ ...past, status: "SUCCESSFUL" });
    scene.ocp.tick(5);
    expect(scene.ocp.task(failed.id)).toMatchObject({ status: "FAILED" });
    expect(failed.subtasks.map(({ status }) => status)).toEqual(["SUCCESSFUL", "SUCCESSFUL", "FAILED"]);
    expect(well.subtasks.map(({ status }) => status)).toEqual(["SUCCESSFUL", "SUCCESSFUL"]);
  });

  test("hold no lock, and need no cluster that is still known", async () => {
    scene = await Scene.open({ version: "4.3.6" });
    scene.ocp.addPastTask({ ...past, clusterId: 1, obproxyIds: [2] });
    scene.ocp.addPastTask({ ...past, clusterId: 99, clusterName: "gone", obproxyIds: [2] });
    expect(scene.ocp.cluster(1)?.lockedBy).toBeUndefined();
    const [gone, known] = await contents("");
    expect(known!.tags).toContainEqual(expect.objectContaining({ obproxyClusterId: 1, obproxyServerId: 2 }));
    expect(gone!.tags).toContainEqual(expect.objectContaining({ obproxyClusterId: 99, obproxyClusterName: "gone" }));
  });

  test("have the creator, tags and start that they are given", async () => {
    scene = await Scene.open({ version: "4.3.6", utcOffset: "Z" });
    const startTime = Date.parse("2026-01-01T08:00:00Z");
    scene.ocp.addPastTask({ ...past, clusterId: 1, creator: "kim", tags: [{ obproxyClusterId: 1 }], startTime });
    const [task] = await contents("");
    expect(task).toMatchObject({
      creator: { name: "kim" },
      tags: [{ obproxyClusterId: 1 }],
      startTime: "2026-01-01T08:00:00Z",
    });
  });

  test("may have thousands of subtasks one after the other", async () => {
    scene = await Scene.open();
    const subtasks = Array.from({ length: 3000 }, (_, index) => `step ${index}`);
    const { id } = scene.ocp.addPastTask({ ...past, subtasks });
    const detail = await scene.detail(id);
    expect(detail.subtasks).toHaveLength(3000);
    expect(detail.subtasks.filter(({ upstreams }) => upstreams.length === 1)).toHaveLength(2999);
  });
});

describe("tasks that are at work", () => {
  test("have the creator and the tags that they are given", async () => {
    scene = await Scene.open({ version: "4.3.6" });
    scene.ocp.startTask({ name: "Offline obproxy", clusterId: 1, creator: "kim", tags: [] });
    const { data } = (await scene.get(TASKS)).json!;
    expect(data.contents[0]).toMatchObject({ creator: { name: "kim" }, tags: [] });
  });

  test("stand still while they are suspended, and are listed under that status alone", async () => {
    scene = await Scene.open();
    const { id } = scene.ocp.startTask({ name: "Restart obproxy" });
    scene.ocp.suspend(id);
    scene.ocp.tick(9);
    expect((await scene.get(`${TASKS}?status=RUNNING,FAILED`)).json!.data.contents).toEqual([]);
    expect((await scene.get(`${TASKS}?status=SUSPENDED`)).json!.data.contents).toHaveLength(1);
    scene.ocp.resume(id);
    expect((await scene.detail(id)).status).toBe("RUNNING");
    scene.ocp.runToEnd(id);
    expect((await scene.detail(id)).status).toBe("SUCCESSFUL");
  });
});

test("a start in another time zone shifts the times of the tasks that were before", async () => {
  const clock = (): number => Date.parse("2026-01-01T08:00:00Z");
  scene = await Scene.open({ utcOffset: "Z", clock });
  const before = scene.ocp.startTask({ name: "Restart obproxy" });
  scene.ocp.runToEnd(before.id);
  scene.ocp.shiftTaskTimes(-330);
  const after = scene.ocp.startTask({ name: "Restart obproxy" });
  const times = await Promise.all([before.id, after.id].map((id) => scene.get(`${TASKS}/${id}`)));
  expect(times.map(({ json }) => json!.data)).toMatchObject([
    { startTime: "2026-01-01T02:30:00Z", createTime: "2026-01-01T02:30:00Z", finishTime: "2026-01-01T02:30:00Z" },
    { startTime: "2026-01-01T08:00:00Z" },
  ]);
});

describe("the largest page", () => {
  test("may be smaller than documented", async () => {
    scene = await Scene.open({ maxPageSize: 1 });
    const { json } = await scene.get(`${CLUSTERS}?size=200`);
    expect(json!.data.contents).toHaveLength(1);
    expect(json!.data.page).toEqual({ number: 1, size: 1, totalElements: 2, totalPages: 2 });
  });

  test.each([0, 1.5, 2001])("cannot be %d", async (maxPageSize) => {
    await expect(startSimulator({ maxPageSize })).rejects.toThrow(/`maxPageSize` must be an integer from 1 to 2000/);
  });
});

describe("tasks from 4.3.6 on", () => {
  beforeEach(async () => {
    scene = await Scene.open({ version: "4.3.6" });
  });

  test("tell in lists their operation, in lower case, and whose they are", async () => {
    scene.ocp.submitDeleteObproxies(1, [2]);
    const { json } = await scene.get(TASKS);
    expect(json!.data.contents[0]!.operation).toBe("execute");
    expect(json!.data.contents[0]!.tags).toContainEqual(
      expect.objectContaining({ obproxyClusterId: 1, obproxyClusterName: "test", obproxyServerId: 2, hostId: 2 }),
    );
  });

  test("have the published members in detail", async () => {
    const { id } = scene.ocp.submitDeleteCluster(27);
    scene.ocp.runToEnd(id);
    const { json } = await scene.get(`${TASKS}/${id}`);
    const withoutTags = (shape: readonly string[]): readonly string[] => shape.filter((one) => !one.includes("tags"));
    expect(withoutTags(shapeOf(json))).toEqual(withoutTags(shapeOf(published("task_detail.with-tags.v4.3.6plus"))));
    expect(json!.data.tags).toHaveLength(1);
  });
});

test.each([
  ["4.2.2", "info.v4.2.2-doc"],
  ["4.3.6", "info.v4.3.6"],
])("/info of %s has the published members", async (version, name) => {
  scene = await Scene.open({ version });
  expect(shapeOf((await scene.get("/api/v2/info")).json)).toEqual(shapeOf(published(name)));
});

test("/api/status is okay", async () => {
  scene = await Scene.open();
  expect((await scene.get("/api/status")).text).toBe("okay");
});

test("servers answer in turn", async () => {
  const nodes = [
    { server: "a83ad33525", executor: "192.168.0.1" },
    { server: "74f95ea2f4", executor: "192.168.0.2" },
  ];
  scene = await Scene.open({ nodes });
  const servers = [];
  for (let turn = 0; turn < 3; turn += 1) servers.push((await scene.get(CLUSTERS)).json!.server);

  expect(servers).toEqual(["a83ad33525", "74f95ea2f4", "a83ad33525"]);
});

test("what a subtask's answer without data looks like", async () => {
  scene = await Scene.open();
  scene.ocp.planWork({ subtaskName: "Start node", fail: "always" });
  const { id, subtasks } = scene.ocp.submitDeleteObproxies(1, [1]);
  scene.ocp.runToEnd(id);
  const start = subtasks.find(({ name }) => name === "Start node")!;
  const { json } = await scene.post(`${TASKS}/${id}/subtasks/${start.id}/skip`);
  expect(shapeOf(json)).toEqual(shapeOf(published("subtask_skip_or_cancel_ok.v4.2.2")));
});

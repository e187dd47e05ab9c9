import { CLUSTERS, Scene, TASKS } from "./scene.js";

let scene: Scene;

beforeEach(async () => {
  scene = await Scene.open();
});

afterEach(() => scene.close());

describe("deleting OBProxies 1, 2, 3 and 4 of cluster 1", () => {
  test("makes one task, with a subtask per OBProxy where the work is the OBProxy's", async () => {
    const { json } = await scene.delete(`${CLUSTERS}/1/obproxies/1,2,3,4`);

    const count: Record<string, number> = {};
    for (const { name } of json!.data.subtasks) count[name] = (count[name] ?? 0) + 1;

    expect(count).toEqual({
      "Start node": 1,
      "Prepare offline obproxy": 4,
      "Wait node": 1,
      "Stop and uninstall obproxy": 4,
      "Delete obproxy info": 1,
      "Offline obproxy exporter": 4,
      "Unreserve host": 1,
      "Finish node": 1,
    });
    expect(json!.data.context.listMap).toEqual({
      obproxy_server_ids: ["1", "2", "3", "4"],
      host_ids: ["1", "2", "3", "4"],
    });
    expect(scene.ocp.tasks).toHaveLength(1);
  });

  test("links every subtask with all of the stages beside it", async () => {
    const { json } = await scene.delete(`${CLUSTERS}/1/obproxies/1,2,3,4`);
    const { subtasks } = json!.data;
    const ids = (name: string): readonly number[] => subtasks.filter((one) => one.name === name).map(({ id }) => id);

    const wait = subtasks.find(({ name }) => name === "Wait node")!;
    expect([...wait.upstreams].sort()).toEqual([...ids("Prepare offline obproxy")].sort());
    expect([...wait.downstreams].sort()).toEqual([...ids("Stop and uninstall obproxy")].sort());
    const stops = subtasks.filter(({ name }) => name === "Stop and uninstall obproxy");
    expect(stops.map(({ parallelIdx }) => parallelIdx)).toEqual([0, 1, 2, 3]);
    expect(stops.map(({ upstreams }) => upstreams)).toEqual(Array.from({ length: 4 }, () => [wait.id]));
    expect(new Set(subtasks.map(({ id }) => id)).size).toBe(subtasks.length);
  });
});

describe("a cluster under work", () => {
  test("shows its OBProxies as DELETING and OPERATING", async () => {
    await scene.deleteObproxies(2);
    const { json } = await scene.get(`${CLUSTERS}/1`);
    expect(json!.data.obproxies.map(({ id, status, operateStatus }) => [id, status, operateStatus])).toEqual([
      [1, "RUNNING", "NORMAL"],
      [2, "DELETING", "OPERATING"],
      [3, "RUNNING", "NORMAL"],
      [4, "RUNNING", "NORMAL"],
    ]);
  });

  test.each(["/obproxies/3", ""])("refuses DELETE of %s", async (path) => {
    await scene.deleteObproxies(2);
    const { status, json } = await scene.delete(`${CLUSTERS}/1${path}`);
    expect([status, json!.error.code]).toEqual([400, 21010]);
  });

  test("refuses as it is told to", async () => {
    const other = await Scene.open({ lockRefusal: { status: 409, code: "ODP21010" } });
    await other.deleteObproxies(2);
    const { status, json } = await other.delete(`${CLUSTERS}/1`);
    expect([status, json!.error.code]).toEqual([409, "ODP21010"]);
    await other.close();
  });

  test("does not keep others from being deleted", async () => {
    await scene.deleteObproxies(2);
    expect((await scene.delete(`${CLUSTERS}/27`)).status).toBe(200);
  });

  test.each(["4.2.2", "4.3.5"])("is free when the task has ended, in %s", async (version) => {
    const other = await Scene.open({ version });
    const { id } = other.ocp.submitDeleteObproxies(1, [2]);
    other.ocp.runToEnd(id);
    expect(other.ocp.cluster(1)!.lockedBy).toBeUndefined();
    expect((await other.delete(`${CLUSTERS}/1/obproxies/3`)).status).toBe(200);
    await other.close();
  });

  test.each([
    [false, "31440", 400],
    [true, undefined, 200],
  ])("after a failure, with unlockOnFailure %s, is held by %s", async (unlockOnFailure, lockedBy, status) => {
    const other = await Scene.open({ unlockOnFailure });
    other.ocp.planWork({ subtaskName: "Start node", fail: "always" });
    const { id } = other.ocp.submitDeleteObproxies(1, [2]);
    other.ocp.runToEnd(id);
    expect(other.ocp.cluster(1)!.lockedBy).toBe(lockedBy);
    expect((await other.delete(`${CLUSTERS}/1/obproxies/3`)).status).toBe(status);
    await other.close();
  });

  test("can be held without a task", async () => {
    scene.ocp.lock(27);
    expect((await scene.delete(`${CLUSTERS}/27`)).status).toBe(400);
    scene.ocp.unlock(27);
    expect((await scene.delete(`${CLUSTERS}/27`)).status).toBe(200);
  });

  test("is held by somebody else's task until that ends", async () => {
    const { id } = scene.ocp.startTask({ name: "Restart obproxy", clusterId: 1, obproxyIds: [1] });
    expect((await scene.delete(`${CLUSTERS}/1/obproxies/2`)).status).toBe(400);
    expect((await scene.detail(id)).name).toBe("Restart obproxy");
    scene.ocp.runToEnd(id);
    expect((await scene.delete(`${CLUSTERS}/1/obproxies/2`)).status).toBe(200);
    expect(scene.ocp.cluster(1)!.obproxies[0]).toEqual({ id: "1", status: "RUNNING", operateStatus: "NORMAL" });
  });
});

describe("what cannot be deleted", () => {
  test.each([
    ["3.1.1", "/99", 404, 21001],
    ["4.2.2", "/99", 404, 21001],
    ["4.2.2", "/99/obproxies/1", 404, 21001],
    ["4.2.2", "/1/obproxies/99", 404, 21002],
    ["4.2.2", "/1/obproxies/1,99", 404, 21002],
    ["4.2.2", "/1/obproxies/1,1", 404, 21002],
    ["4.2.2", "/1/obproxies/1,", 404, 21002],
    ["4.2.2", "/27/obproxies/1", 400, 21015],
    ["3.1.1", "/27/obproxies/1", 404, 21002],
    ["4.2.2", "/x/obproxies/1", 400, 0],
    ["4.2.2", "/1/obproxies/1,x", 400, 0],
  ])("%s: %s is refused with %i and code %j, and nothing happens", async (version, path, status, code) => {
    const other = await Scene.open({ version });
    const reply = await other.delete(CLUSTERS + path);
    expect([reply.status, reply.json!.error.code]).toEqual([status, code]);
    expect(other.ocp.tasks).toEqual([]);
    expect(other.ocp.cluster(1)!.lockedBy).toBeUndefined();
    await other.close();
  });

  test("is not there a second time", async () => {
    scene.ocp.runToEnd(await scene.deleteObproxies(2));
    expect((await scene.delete(`${CLUSTERS}/1/obproxies/2`)).json!.error.code).toBe(21002);
  });

  test("is busy otherwise", async () => {
    scene.ocp.updateObproxy(1, 2, { status: "UPGRADING" });
    expect((await scene.delete(`${CLUSTERS}/1/obproxies/2`)).json!.error.code).toBe(21016);
  });

  test("is an empty list of ids, which is no path of the API", async () => {
    const { status, text } = await scene.delete(`${CLUSTERS}/1/obproxies/`);
    expect([status, text.slice(0, 15)]).toEqual([200, "<!DOCTYPE html>"]);
  });
});

describe("the POST dialect", () => {
  test("is unknown before 4.3.5, like any path", async () => {
    const { status, text } = await scene.post(`${CLUSTERS}/1/servers/delete`, { obproxyServerIds: [1] });
    expect([status, text.slice(0, 15)]).toEqual([200, "<!DOCTYPE html>"]);
    expect(scene.ocp.tasks).toEqual([]);
  });

  test("takes ids as numbers and strings, and ignores other members", async () => {
    const newer = await Scene.open({ version: "4.3.5" });
    await newer.post(`${CLUSTERS}/1/servers/delete`, { obproxyServerIds: [1, "2"], other: true });
    expect(newer.ocp.tasks[0]!.obproxyIds).toEqual(["1", "2"]);
    await newer.close();
  });

  test("fails for a host that is offline, unless it is told to leave the host alone", async () => {
    const newer = await Scene.open({ version: "4.3.5" });
    newer.ocp.updateObproxy(1, 1, { hostOffline: true });
    const path = `${CLUSTERS}/1/servers/delete`;

    const first = await newer.post(path, { obproxyServerIds: [1] });
    newer.ocp.runToEnd(String(first.json!.data.id));
    expect(newer.ocp.tasks[0]!.status).toBe("FAILED");
    newer.ocp.abandon(newer.ocp.tasks[0]!.id);

    const second = await newer.post(path, { obproxyServerIds: [1], skipHostOperationServerIds: [1] });
    newer.ocp.runToEnd(String(second.json!.data.id));
    expect(newer.ocp.tasks[1]!.status).toBe("SUCCESSFUL");
    await newer.close();
  });
});

test("ids above 2^53 are strings", async () => {
  const id = "9007199254740993";
  scene.ocp.addCluster({ id, name: "big", obproxies: [id] });
  const { json } = await scene.get(`${CLUSTERS}/${id}`);
  expect(json!.data).toMatchObject({ id, obproxies: [{ id, clusterId: id }] });
});

test("a task that OCP has forgotten is 404", async () => {
  const id = await scene.deleteObproxies(1);
  scene.ocp.forgetTask(id);
  const { status, json } = await scene.get(`${TASKS}/${id}`);
  expect([status, json!.error.code]).toEqual([404, 10001]);
});

test("answers can hold values that no documentation knows", async () => {
  const id = await scene.deleteObproxies(1);
  scene.ocp.overrideTask(id, { status: "ABORTED" });
  scene.ocp.overrideSubtask(id, "Start node", { status: "WARNING" });
  const detail = await scene.detail(id);
  expect(detail.status).toBe("ABORTED");
  expect(detail.subtasks.find(({ name }) => name === "Start node")!.status).toBe("WARNING");
});

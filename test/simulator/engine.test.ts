import { recordedBody } from "../fixtures/index.js";
import { shapeOf } from "./recording.js";
import { CLUSTERS, Scene, TASKS } from "./scene.js";

let scene: Scene;

beforeEach(async () => {
  scene = await Scene.open();
});

afterEach(() => scene.close());

const INFO = "Delete obproxy info";

/** A deletion of OBProxies 1 and 2 whose "Delete obproxy info" has failed. */
function failedTask(fail: number | "always" = 1): string {
  scene.ocp.planWork({ subtaskName: INFO, fail });
  const { id } = scene.ocp.submitDeleteObproxies(1, [1, 2]);
  scene.ocp.runToEnd(id);
  return id;
}

describe("without work", () => {
  test.each([
    ["an empty cluster's two subtasks", 0, 3],
    ["the eight subtasks of an OBProxy", 1, 9],
    ["eight stages, however wide", 4, 9],
  ])("%s take a tick each, and the task one more", async (_text, width, ticks) => {
    const { id } =
      width === 0
        ? scene.ocp.submitDeleteCluster(27)
        : scene.ocp.submitDeleteObproxies(1, [1, 2, 3, 4].slice(0, width));
    expect(scene.ocp.runToEnd(id)).toBe(ticks);
    expect((await scene.detail(id)).status).toBe("SUCCESSFUL");
  });

  test("the twenty stages of the POST dialect take 21 ticks", async () => {
    const newer = await Scene.open({ version: "4.3.5" });
    const { id } = newer.ocp.submitDeleteObproxies(1, [1, 2]);
    expect(newer.ocp.runToEnd(id)).toBe(21);
    await newer.close();
  });

  test("nothing moves before the first tick", () => {
    const { id } = scene.ocp.submitDeleteObproxies(1, [1, 2]);
    expect(scene.steps(id)).toEqual(["Start node READY/EXECUTE"]);
  });

  test("a tick ends one stage and makes the next one ready", () => {
    const { id } = scene.ocp.submitDeleteObproxies(1, [1, 2]);
    scene.ocp.tick();
    expect(scene.steps(id)).toEqual([
      "Prepare offline obproxy#0 READY/EXECUTE",
      "Prepare offline obproxy#1 READY/EXECUTE",
      "Start node SUCCESSFUL/EXECUTE",
    ]);
  });

  test("the task is still RUNNING when its last subtask has succeeded", () => {
    const { id } = scene.ocp.submitDeleteObproxies(1, [1]);
    scene.ocp.tick(8);
    const { status, subtasks } = scene.ocp.task(id)!;
    expect([status, ...new Set(subtasks.map((subtask) => subtask.status))]).toEqual(["RUNNING", "SUCCESSFUL"]);
  });
});

test("a subtask with work is RUNNING for as many ticks", () => {
  scene.ocp.planWork({ subtaskName: "Start node", ticks: 3 });
  const { id } = scene.ocp.submitDeleteObproxies(1, [1]);
  scene.ocp.tick(3);
  expect(scene.steps(id)).toEqual(["Start node RUNNING/EXECUTE"]);
  scene.ocp.tick();
  expect(scene.steps(id)).toContain("Start node SUCCESSFUL/EXECUTE");
});

test("at most ten subtasks of a task are at work", () => {
  const ids = Array.from({ length: 25 }, (_, index) => index + 1);
  scene.ocp.addCluster({ id: 2, name: "wide", obproxies: ids });
  scene.ocp.planWork({ subtaskName: "Prepare offline obproxy", ticks: 5 });
  const { id } = scene.ocp.submitDeleteObproxies(2, ids);
  scene.ocp.tick(2);
  const statuses = scene.ocp.task(id)!.subtasks.map(({ status }) => status);
  expect(statuses.filter((status) => status === "RUNNING")).toHaveLength(10);
  expect(statuses).not.toContain("READY");
});

describe("what is deleted", () => {
  test("is gone from the cluster before the task has ended", async () => {
    const { id } = scene.ocp.submitDeleteObproxies(1, [2]);
    scene.ocp.tick(5);
    const { json } = await scene.get(`${CLUSTERS}/1`);
    expect(json!.data.obproxies.map((obproxy) => obproxy.id)).toEqual([1, 3, 4]);
    expect(scene.ocp.task(id)!.status).toBe("RUNNING");
  });

  test("takes its cluster along where that is deleted with its OBProxies", async () => {
    const { json } = await scene.delete(`${CLUSTERS}/1`);
    expect(json!.data.context.stringMap["obproxy_need_delete_cluster"]).toBe("true");
    scene.ocp.tick(5);
    expect((await scene.get(`${CLUSTERS}/1`)).status).toBe(404);
  });

  test("stays where the step that deletes was skipped, though the task is SUCCESSFUL", () => {
    const id = failedTask("always");
    scene.ocp.skip(id, INFO);
    scene.ocp.runToEnd(id);
    expect(scene.ocp.task(id)!.status).toBe("SUCCESSFUL");
    expect(scene.ocp.cluster(1)!.obproxies).toHaveLength(4);
  });
});

describe("a failure", () => {
  test("shows in the subtask while the task still runs", () => {
    scene.ocp.planWork({ subtaskName: "Prepare offline obproxy", parallelIdx: 0, fail: "always" });
    scene.ocp.planWork({ subtaskName: "Prepare offline obproxy", parallelIdx: 1, ticks: 5 });
    const { id } = scene.ocp.submitDeleteObproxies(1, [1, 2]);
    scene.ocp.tick(4);
    expect(scene.ocp.task(id)!.status).toBe("RUNNING");
    expect(scene.steps(id)).toEqual([
      "Prepare offline obproxy#0 FAILED/EXECUTE",
      "Prepare offline obproxy#1 RUNNING/EXECUTE",
      "Start node SUCCESSFUL/EXECUTE",
    ]);
  });

  test("does not wait for siblings that are READY: they start when the task is FAILED", () => {
    scene.ocp.planWork({ subtaskName: "Prepare offline obproxy", parallelIdx: 0, fail: "always" });
    scene.ocp.planWork({ subtaskName: "Prepare offline obproxy", parallelIdx: 1, readyTicks: 3, ticks: 2 });
    const { id } = scene.ocp.submitDeleteObproxies(1, [1, 2]);
    expect(scene.ocp.runToEnd(id)).toBe(3);
    expect(scene.steps(id)).toContain("Prepare offline obproxy#1 READY/EXECUTE");
    scene.ocp.tick(2);
    expect(scene.steps(id)).toContain("Prepare offline obproxy#1 RUNNING/EXECUTE");
    scene.ocp.tick(2);
    expect(scene.steps(id)).toContain("Prepare offline obproxy#1 SUCCESSFUL/EXECUTE");
    expect(scene.ocp.task(id)!.status).toBe("FAILED");
  });

  test("is tried again by the engine where the subtask has tries left", () => {
    scene.ocp.planWork({ subtaskName: "Start node", fail: 1, tries: 2 });
    const { id } = scene.ocp.submitDeleteObproxies(1, [1]);
    scene.ocp.tick();
    expect(scene.steps(id)).toEqual(["Start node FAILED/EXECUTE"]);
    scene.ocp.tick();
    expect(scene.steps(id)).toEqual(["Start node READY/RETRY"]);
    scene.ocp.tick();
    expect(scene.ocp.task(id)!.subtasks.find(({ name }) => name === "Start node")).toMatchObject({
      status: "SUCCESSFUL",
      operation: "RETRY",
      runTime: 2,
    });
  });

  test("comes at the subtask's timeout where it has not ended, and leaves the operation", () => {
    scene.ocp.planWork({ subtaskName: "Start node", ticks: 1000 });
    const { id } = scene.ocp.submitDeleteObproxies(1, [1]);
    // Thirty seconds from the tick in which it starts, and a tick until the task knows.
    expect(scene.ocp.runToEnd(id)).toBe(1 + 30 + 1);
    expect(scene.steps(id)).toEqual(["Start node FAILED/EXECUTE"]);
  });
});

describe("retrying", () => {
  test("a task runs what failed once more, under the same id, with the old finish time", async () => {
    const id = failedTask();
    const { finishTime } = await scene.detail(id);

    const { json } = await scene.post(`${TASKS}/${id}/retry`);

    expect(json!.data).toMatchObject({ status: "RUNNING", operation: "RETRY", finishTime });
    expect(json!.data.subtasks.find(({ name }) => name === INFO)).toMatchObject({
      status: "READY",
      operation: "RETRY",
      runTime: 2,
    });
    scene.ocp.runToEnd(id);
    expect(await scene.detail(id)).toMatchObject({ status: "SUCCESSFUL", operation: "RETRY" });
  });

  test("a subtask leaves the task's operation and its own count", async () => {
    const id = failedTask();
    const failed = scene.ocp.task(id)!.subtasks.find(({ name }) => name === INFO)!;

    const { json } = await scene.post(`${TASKS}/${id}/subtasks/${failed.id}/retry`);

    expect(json!.data).toMatchObject({ status: "READY", operation: "RETRY", runTime: 1 });
    expect(scene.ocp.task(id)).toMatchObject({ status: "RUNNING", operation: "EXECUTE" });
  });

  test("clears a subtask's finish time only when it runs", async () => {
    scene.ocp.planWork({ subtaskName: INFO, ticks: 5 });
    const id = failedTask();
    const finishTime = async () => (await scene.detail(id)).subtasks.find(({ name }) => name === INFO)!.finishTime;
    scene.ocp.retry(id);
    expect(await finishTime()).toBeDefined();
    scene.ocp.tick();
    expect(await finishTime()).toBeUndefined();
  });

  test.each(["retry", "rollback"])("%s of a task that runs is refused", async (action) => {
    const { id } = scene.ocp.submitDeleteObproxies(1, [1]);
    const { status, json } = await scene.post(`${TASKS}/${id}/${action}`);
    expect([status, json!.error.code]).toEqual([400, 10007]);
  });
});

describe("rolling back", () => {
  test("ends SUCCESSFUL with everything PENDING again", async () => {
    const id = failedTask();
    const { json } = await scene.post(`${TASKS}/${id}/rollback`);
    expect(json!.data).toMatchObject({ status: "RUNNING", operation: "ROLLBACK" });

    scene.ocp.runToEnd(id);

    const { status, operation, subtasks } = await scene.detail(id);
    expect([status, operation]).toEqual(["SUCCESSFUL", "ROLLBACK"]);
    expect(new Set(subtasks.map((subtask) => subtask.status))).toEqual(new Set(["PENDING"]));
    const never = ["Finish node", "Unreserve host", "Offline obproxy exporter", "Offline obproxy exporter"];
    expect(
      subtasks
        .filter((subtask) => subtask.operation === "EXECUTE")
        .map(({ name }) => name)
        .sort(),
    ).toEqual(never.sort());
  });

  test("goes backwards, a stage a tick", () => {
    const id = failedTask();
    scene.ocp.rollback(id);
    scene.ocp.tick();
    expect(scene.steps(id)).toContain(`${INFO} PENDING/ROLLBACK`);
    expect(scene.steps(id)).toContain("Stop and uninstall obproxy#0 READY/ROLLBACK");
    expect(scene.steps(id)).toContain("Wait node SUCCESSFUL/ROLLBACK");
  });

  test("brings back what had been deleted, and frees the cluster", () => {
    scene.ocp.planWork({ subtaskName: "Unreserve host", fail: "always" });
    const { id } = scene.ocp.submitDeleteCluster(1);
    scene.ocp.runToEnd(id);
    expect(scene.ocp.cluster(1)).toBeUndefined();

    scene.ocp.rollback(id);
    scene.ocp.runToEnd(id);

    expect(scene.ocp.cluster(1)).toMatchObject({ name: "test", lockedBy: undefined });
    expect(scene.ocp.cluster(1)!.obproxies[0]).toEqual({ id: "1", status: "RUNNING", operateStatus: "NORMAL" });
  });

  test("that fails can only be skipped on", async () => {
    scene.ocp.planWork({ subtaskName: "Wait node", failRollback: "always" });
    const id = failedTask();
    scene.ocp.rollback(id);
    scene.ocp.runToEnd(id);
    expect(scene.ocp.task(id)).toMatchObject({ status: "FAILED", operation: "ROLLBACK" });
    const wait = scene.ocp.task(id)!.subtasks.find(({ name }) => name === "Wait node")!;

    const refused = [
      await scene.post(`${TASKS}/${id}/retry`),
      await scene.post(`${TASKS}/${id}/subtasks/${wait.id}/retry`),
    ];
    const skipped = await scene.post(`${TASKS}/${id}/subtasks/${wait.id}/skip`);
    scene.ocp.runToEnd(id);

    expect([...refused, skipped].map(({ status }) => status)).toEqual([400, 400, 200]);
    expect(scene.steps(id)).toContain("Wait node PENDING/ROLLBACK_SKIP");
    expect(scene.ocp.task(id)).toMatchObject({ status: "SUCCESSFUL", operation: "ROLLBACK" });
  });

  test("is prohibited once a subtask has run that cannot be undone", async () => {
    const newer = await Scene.open({ version: "4.3.6" });
    newer.ocp.planWork({ subtaskName: "Clean obproxy files", fail: "always" });
    const { id } = newer.ocp.submitDeleteObproxies(1, [1]);
    newer.ocp.runToEnd(id);
    expect((await newer.detail(id)).prohibitRollback).toBe(true);
    expect((await newer.post(`${TASKS}/${id}/rollback`)).json!.error.code).toBe(10009);
    await newer.close();
  });
});

describe("skipping", () => {
  test("lets the task end SUCCESSFUL, and only the subtask tells", async () => {
    const id = failedTask("always");
    const failed = scene.ocp.task(id)!.subtasks.find(({ name }) => name === INFO)!;

    const { json } = await scene.post(`${TASKS}/${id}/subtasks/${failed.id}/skip`);
    scene.ocp.runToEnd(id);

    expect(json).not.toHaveProperty("data");
    expect(scene.ocp.task(id)).toMatchObject({ status: "SUCCESSFUL", operation: "EXECUTE" });
    expect(scene.steps(id)).toContain(`${INFO} SUCCESSFUL/SKIP`);
  });

  test("works through another task's path", async () => {
    const id = failedTask("always");
    const failed = scene.ocp.task(id)!.subtasks.find(({ name }) => name === INFO)!;
    expect((await scene.post(`${TASKS}/888/subtasks/${failed.id}/skip`)).status).toBe(200);
  });

  test("of a subtask that has not failed is refused", async () => {
    const { id, subtasks } = scene.ocp.submitDeleteObproxies(1, [1]);
    expect((await scene.post(`${TASKS}/${id}/subtasks/${subtasks[0]!.id}/skip`)).status).toBe(400);
  });
});

describe("cancelling", () => {
  test("goes from CANCELING to FAILED in a tick", async () => {
    scene.ocp.planWork({ subtaskName: "Start node", ticks: 20 });
    const { id, subtasks } = scene.ocp.submitDeleteObproxies(1, [1]);
    scene.ocp.tick();
    const path = `${TASKS}/${id}/subtasks/${subtasks.find(({ name }) => name === "Start node")!.id}/cancel`;

    expect((await scene.post(path)).status).toBe(200);
    expect(scene.steps(id)).toEqual(["Start node CANCELING/EXECUTE"]);
    expect((await scene.post(path)).status).toBe(400);
    scene.ocp.tick();
    expect(scene.steps(id)).toEqual(["Start node FAILED/CANCEL"]);
  });
});

describe("abandoning", () => {
  test("ends a failed task without its work and frees the cluster", () => {
    const id = failedTask("always");
    scene.ocp.abandon(id);
    expect(scene.ocp.task(id)!.status).toBe("SUCCESSFUL");
    expect(scene.ocp.cluster(1)!.lockedBy).toBeUndefined();
  });
});

describe("a log", () => {
  test("has a part for every attempt, with the cause before the stack", async () => {
    scene.ocp.planWork({ subtaskName: INFO, fail: 1, error: "host is not reachable", log: "password=secret" });
    const { id } = scene.ocp.submitDeleteObproxies(1, [1]);
    scene.ocp.runToEnd(id);
    scene.ocp.retry(id);
    scene.ocp.runToEnd(id);
    const { id: subtaskId } = scene.ocp.task(id)!.subtasks.find(({ name }) => name === INFO)!;

    const { json } = await scene.get(`${TASKS}/${id}/subtasks/${subtaskId}/log`);

    const lines = json!.data.log.split("\n");
    expect(lines.filter((line) => line.startsWith("####")).map((line) => line.slice(0, 22))).toEqual([
      "############{EXECUTE}{",
      "############{RETRY}{20",
    ]);
    expect(lines).toContain("password=secret");
    expect(lines[lines.indexOf("java.lang.RuntimeException: host is not reachable") + 1]).toMatch(
      /^\tat com\.oceanbase/,
    );
    expect(lines.at(-2)).toBe(`Set state for subtask: ${subtaskId}, operation:RETRY, state: SUCCESSFUL`);
  });
});

describe("a restart", () => {
  test("leaves a killed subtask RUNNING until its timeout and eleven ticks have passed", async () => {
    scene.ocp.planWork({ subtaskName: "Start node", ticks: 5 });
    const { id } = scene.ocp.submitDeleteObproxies(1, [1]);
    scene.ocp.tick(2);

    await scene.ocp.restart();
    scene.ocp.tick(39);
    expect(scene.steps(id)).toEqual(["Start node RUNNING/EXECUTE"]);
    scene.ocp.tick();
    expect(scene.steps(id)).toEqual(["Start node FAILED/EXECUTE"]);
    scene.ocp.tick();
    scene.ocp.retry(id);
    expect(scene.ocp.runToEnd(id)).toBeGreaterThan(0);
    expect(scene.ocp.task(id)!.status).toBe("SUCCESSFUL");
  });

  test("in good order fails the subtask, and the task when the engine has started", async () => {
    scene.ocp.planWork({ subtaskName: "Start node", ticks: 5 });
    const { id } = scene.ocp.submitDeleteObproxies(1, [1]);
    scene.ocp.tick(2);

    await scene.ocp.restart({ manner: "term", engineDelayTicks: 60 });
    scene.ocp.tick(60);
    expect([scene.ocp.task(id)!.status, ...scene.steps(id)]).toEqual(["RUNNING", "Start node FAILED/EXECUTE"]);
    scene.ocp.tick();
    expect(scene.ocp.task(id)!.status).toBe("FAILED");
  });

  test("leaves a task that came before the engine where it is until then", async () => {
    await scene.ocp.restart({ engineDelayTicks: 60 });
    const id = await scene.deleteObproxies(1);
    scene.ocp.tick(60);
    expect(scene.steps(id)).toEqual(["Start node READY/EXECUTE"]);
    expect(scene.ocp.runToEnd(id)).toBe(9);
  });

  test("refuses connections while it is down, and comes back on the same port", async () => {
    await scene.ocp.down();
    await expect(scene.get("/api/v2/time")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await scene.ocp.up();
    expect((await scene.get("/api/v2/time")).status).toBe(200);
  });
});

describe("the engine's clock", () => {
  test("ticks by itself", async () => {
    jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] });
    try {
      const timed = await Scene.open({ tickMs: 1000 });
      const { id } = timed.ocp.submitDeleteCluster(27);
      jest.advanceTimersByTime(2999);
      expect(timed.ocp.task(id)!.status).toBe("RUNNING");
      jest.advanceTimersByTime(1);
      expect(timed.ocp.task(id)!.status).toBe("SUCCESSFUL");
      await timed.close();
    } finally {
      jest.useRealTimers();
    }
  });

  test("ticks with every look, where it is told to", async () => {
    const polled = await Scene.open({ tickMs: "poll" });
    const { json } = await polled.delete(`${CLUSTERS}/27`);
    const statuses = [];
    for (let look = 0; look < 3; look += 1) statuses.push((await polled.detail(String(json!.data.id))).status);

    expect(statuses).toEqual(["RUNNING", "RUNNING", "SUCCESSFUL"]);
    await polled.close();
  });
});

describe("the detail has the members that were recorded", () => {
  const recorded = (name: string): readonly string[] => shapeOf(recordedBody(`${name}.json`));
  /** Recorded graphs have siblings and ours have more stages; the members are what counts. */
  const membersOf = async (id: string): Promise<readonly string[]> => shapeOf((await scene.get(`${TASKS}/${id}`)).json);
  const known = "data.creator.id: number";

  test.each([
    [
      "task_success",
      () => {
        const { id } = scene.ocp.submitDeleteObproxies(1, [1, 2]);
        scene.ocp.runToEnd(id);
        return id;
      },
    ],
    ["task_failed", () => failedTask()],
    [
      "task_retry_running",
      () => {
        const id = failedTask();
        scene.ocp.retry(id);
        return id;
      },
    ],
    [
      "task_rolled_back",
      () => {
        const id = failedTask();
        scene.ocp.rollback(id);
        scene.ocp.runToEnd(id);
        return id;
      },
    ],
    [
      "task_success_with_skips",
      () => {
        const id = failedTask();
        scene.ocp.skip(id);
        scene.ocp.runToEnd(id);
        return id;
      },
    ],
  ])("%s", async (name, prepare) => {
    const ours = await membersOf(prepare());
    expect(ours.filter((member) => member !== known)).toEqual(recorded(name));
  });
});

import type { Simulator } from "../../../src/simulator/index.js";
import {
  EARLY,
  generic404,
  inMockedTime,
  isDelete,
  LATE,
  obproxiesOf,
  proxy,
  TASKS,
  withProvider,
  withTimeout,
} from "../evidence/stage.js";

/** Witnesses that are taken for more than they say, and waiting that does not end or hurries. */

/** An operator has suspended the deletion of 27/3 after its information had gone. */
function givenSuspended(ocp: Simulator): void {
  ocp.planWork({ subtaskName: LATE, ticks: 1_000 });
  const { id } = ocp.submitDeleteObproxies(27, [3]);
  for (let ticks = 0; ticks < 200 && obproxiesOf(ocp)?.includes("3") === true; ticks += 1) ocp.tick();
  ocp.tick(5);
  ocp.suspend(id);
}

describe("a suspended deletion of an object whose information has gone", () => {
  test("keeps the run from 'already gone' where the list of tasks in any status cannot be read", async () => {
    const before = (ocp: Simulator): void => {
      givenSuspended(ocp);
      const when = ({ path, query }: { path: string; query?: unknown }): boolean =>
        path.includes(TASKS) && !JSON.stringify([path, query]).includes("status");
      ocp.inject({ method: "GET", when, times: Infinity, does: generic404("COM10002") });
    };
    const run = await inMockedTime(withTimeout(proxy, "5m"), { version: "4.3.6" }, { before });
    expect({ code: run.code, output: run.output }).toEqual({ code: 1, output: expect.any(String) as unknown });
  });

  // "Abort" in OCP's console ends a failed task for good, and what its status is then nobody documents.
  test("and that will never go on, says what to do", async () => {
    const run = await inMockedTime(withTimeout(proxy, "2m"), { version: "4.3.6" }, { before: givenSuspended });
    expect({ code: run.code, next: run.failure?.next }).toEqual({
      code: 1,
      next: expect.stringMatching(/SUSPENDED.*ended for good.*terraform state rm/) as unknown,
    });
  });
});

test("does not end with 0 while subtasks of a deletion that OCP calls SUCCESSFUL still run", async () => {
  let statuses: readonly string[] = [];
  const run = await inMockedTime(
    { ...withTimeout(proxy, "1h") },
    { version: "4.2.2" },
    {
      before: (ocp) => {
        ocp.planWork({ subtaskName: "Offline obproxy exporter", parallelIdx: 0, fail: 1 });
        ocp.planWork({ subtaskName: "Offline obproxy exporter", parallelIdx: 1, ticks: 100 });
        ocp.submitDeleteObproxies(27, [3, 4]);
      },
      onTick: (ocp) => {
        const task = ocp.task(31440);
        statuses = task?.subtasks.map(({ status }) => status) ?? [];
        const failed = task?.subtasks.some(({ status }) => status === "FAILED") === true;
        // An operator abandons it as soon as it has failed, while a sibling still runs.
        if (failed) ocp.overrideTask(31440, { status: "SUCCESSFUL" });
      },
    },
  );
  expect({ code: run.code, statuses: statuses.filter((s) => s === "RUNNING"), output: run.output }).toEqual({
    code: 0,
    statuses: [],
    output: expect.any(String) as unknown,
  });
});

test("takes a task that OCP calls SUCCESSFUL for ended, whatever it calls the subtasks that a person has ended", async () => {
  const run = await inMockedTime(
    withTimeout(proxy, "1h"),
    { version: "4.3.6" },
    {
      before: (ocp) => ocp.planWork({ subtaskName: LATE, fail: 1 }),
      onTick: (ocp) => {
        if (ocp.task(31440)?.status !== "FAILED") return;
        ocp.abandon(31440);
        ocp.overrideSubtask(31440, LATE, { status: "ABORTED" });
      },
    },
  );
  expect({ code: run.code, output: run.output }).toEqual({
    code: 0,
    output: expect.stringContaining("WARNING") as unknown,
  });
});

test("waits for no deletion that began after the object was seen to be gone", async () => {
  const run = await inMockedTime(
    { ...withTimeout(proxy, "1h"), obproxyId: 9 },
    {
      version: "4.2.2",
      clusters: [
        { id: 27, name: "orders" },
        { id: 28, name: "b", obproxies: [1] },
      ],
    },
    {
      before: (ocp) => {
        ocp.planWork({ subtaskName: "Work", ticks: 30 });
        ocp.startTask({ name: "Offline obproxy", subtasks: ["Start node", "Work", "Finish node"], lock: false });
      },
      onTick: (ocp, ticks) => {
        if (ticks % 20 !== 0) return;
        ocp.startTask({ name: "Offline obproxy", subtasks: ["Start node", "Work", "Finish node"], lock: false });
      },
    },
  );
  expect({ code: run.code, tookMs: run.tookMs }).toEqual({ code: 0, tookMs: expect.any(Number) as unknown });
  expect(run.tookMs).toBeLessThan(300_000);
});

describe("a task that is listed as running", () => {
  const call = { ...withTimeout(proxy, "10m"), obproxyId: 9 };
  const before = (ocp: Simulator): void => {
    ocp.planWork({ subtaskName: "Finish node", ticks: 100_000 });
    ocp.startTask({ name: "Offline obproxy", clusterId: 28, lock: false });
  };
  const options = {
    version: "4.2.2",
    clusters: [
      { id: 27, name: "orders" },
      { id: 28, name: "b" },
    ],
  };

  test("is not asked for again and again where its detail says that there is no such task", async () => {
    const run = await inMockedTime(call, options, {
      before: (ocp) => {
        before(ocp);
        const does = { kind: "error", status: 404, code: 20000, message: "no such task" } as const;
        ocp.inject({ method: "GET", path: `${TASKS}/31440`, times: Infinity, does });
      },
    });
    expect({ requests: run.ocp.requests.length, seconds: run.tookMs / 1000 }).toEqual({
      requests: expect.any(Number) as unknown,
      seconds: expect.any(Number) as unknown,
    });
    expect(run.ocp.requests.length).toBeLessThan(150);
  });

  test("is not asked for again and again where its detail says that it has ended", async () => {
    const run = await inMockedTime(call, options, {
      before: (ocp) => {
        before(ocp);
        const change = (body: unknown): unknown =>
          JSON.parse(JSON.stringify(body).replaceAll('"status":"RUNNING"', '"status":"SUCCESSFUL"'));
        ocp.inject({ method: "GET", path: `${TASKS}/31440`, times: Infinity, does: { kind: "rewrite", change } });
      },
    });
    expect(run.ocp.requests.length).toBeLessThan(150);
  });
});

describe("a limit of requests", () => {
  test("is kept by the delete too, for as long as OCP says", async () => {
    const run = await inMockedTime(
      withTimeout(proxy, "1h"),
      { version: "4.2.2" },
      {
        before: (ocp) => ocp.inject({ when: isDelete, does: { kind: "tooManyRequests", resetSeconds: 600 } }),
      },
    );
    expect(run.code).toBe(0);
    expect(run.tookMs).toBeGreaterThan(600_000);
  });
});

describe("advice", () => {
  test("is not to set `taskRetries` where they are set and used up", async () => {
    const run = await inMockedTime(
      withProvider(withTimeout(proxy, "1h"), { taskRetries: 1 }),
      { version: "4.2.2" },
      { before: (ocp) => ocp.planWork({ subtaskName: EARLY, fail: "always" }) },
    );
    expect(run.changes).toEqual(["delete 3", "retry 31440"]);
    expect(run.failure?.next).not.toContain("set `taskRetries`");
  });

  test("is not to retry a task whose rollback has failed, which OCP refuses", async () => {
    const run = await inMockedTime(
      withTimeout(proxy, "1h"),
      { version: "4.2.2" },
      {
        before: (ocp) => ocp.planWork({ subtaskName: EARLY, fail: "always", failRollback: "always" }),
        onTick: (ocp) => {
          const task = ocp.task(31440);
          if (task?.status === "FAILED" && task.operation !== "ROLLBACK") ocp.rollback(31440);
        },
      },
    );
    expect(run.failure?.message).toContain("rolled back");
    expect(run.failure?.next).not.toMatch(/retry task/);
  });
});

test("waits for an unseen task that keeps the cluster busy though another one failed on it long ago", async () => {
  const run = await inMockedTime(
    withTimeout(proxy, "1h"),
    { version: "4.3.6" },
    {
      before: (ocp) => {
        ocp.addPastTask({ name: "Restart obproxy", status: "FAILED", clusterId: 27, startTime: Date.now() - 3e10 });
        ocp.addPastTask({ name: "Restart obproxy", status: "SUCCESSFUL", clusterId: 27, startTime: Date.now() - 2e10 });
        ocp.lock(27);
      },
      onTick: (ocp, ticks) => {
        if (ticks === 20) ocp.unlock(27);
      },
    },
  );
  expect({ code: run.code, output: run.output }).toEqual({ code: 0, output: expect.any(String) as unknown });
});

import { inContents, type Simulator } from "../../../src/simulator/index.js";
import {
  another,
  changesAt,
  cluster,
  CLUSTER,
  CLUSTER_MISSING,
  CLUSTERS,
  EARLY,
  inMockedTime,
  isDelete,
  LATE,
  obproxiesOf,
  proxy,
  Stage,
  TASKS,
  withProvider,
  withTimeout,
} from "../evidence/stage.js";
import { MockedClock, reconcile } from "../in-process.js";

const stage = new Stage();

describe.each(["4.3.6", "4.4.0"])(
  "a cluster's failed deletion that is retried after an OBProxy of it has been deleted (OCP %s)",
  (version) => {
    test("is not made good by that deletion, whose number is higher and which ended before", async () => {
      await stage.given({ version, unlockOnFailure: true });
      stage.ocp.planWork({ subtaskName: EARLY, fail: 1, tasks: 1 });
      stage.ocp.planWork({ subtaskName: LATE, fail: "always", tasks: 1 });
      expect((await stage.run(cluster)).code).toBe(1);
      stage.ocp.runToEnd(stage.ocp.submitDeleteObproxies(27, [3]).id);
      expect(obproxiesOf(stage.ocp)).toEqual(["4"]);
      stage.ocp.retry(31440);
      stage.ocp.runToEnd(31440);
      expect({ there: stage.ocp.cluster(27), status: stage.ocp.task(31440)?.status }).toEqual({
        there: undefined,
        status: "FAILED",
      });
      const { code, output } = await stage.run(cluster);
      expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining("31440") as unknown });
    });

    test("is not made good by it in the run that retried it and saw it fail again", async () => {
      await stage.given({ version, unlockOnFailure: true });
      stage.ocp.planWork({ subtaskName: EARLY, fail: 1, tasks: 1 });
      stage.ocp.planWork({ subtaskName: LATE, fail: "always", tasks: 1 });
      expect((await stage.run(cluster)).code).toBe(1);
      stage.ocp.runToEnd(stage.ocp.submitDeleteObproxies(27, [3]).id);
      const { code, output } = await stage.run(withProvider(cluster, { taskRetries: 1 }));
      expect({ code, changes: stage.changes().slice(1), output }).toEqual({
        code: 1,
        changes: ["retry 31440"],
        output: expect.stringContaining("31440") as unknown,
      });
    });
  },
);

/** Of the lists alone: a subtask without an id. */
function spoilList(ocp: Simulator): void {
  const change = inContents((all) =>
    all.map((entry) => (typeof entry === "object" ? { ...entry, subtasks: [{ id: null, name: "?" }] } : entry)),
  );
  ocp.inject({ method: "GET", path: TASKS, times: Infinity, does: { kind: "rewrite", change } });
}

describe("an entry of the list of tasks that cannot be understood", () => {
  test("is not ignored where it names our object and has FAILED", async () => {
    await stage.given({ version: "4.3.6" });
    stage.ocp.planWork({ subtaskName: LATE, fail: 1, tasks: 1 });
    stage.ocp.runToEnd(stage.ocp.submitDeleteObproxies(27, [3]).id);
    spoilList(stage.ocp);
    const { code, output } = await stage.run(withTimeout(proxy, "5s"));
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining("31440") as unknown });
  });

  test("is not ignored where it names our object and is SUSPENDED", async () => {
    await stage.given({ version: "4.3.6" });
    stage.ocp.planWork({ subtaskName: LATE, ticks: 10_000, tasks: 1 });
    const { id } = stage.ocp.submitDeleteObproxies(27, [3]);
    for (let ticks = 0; ticks < 200 && obproxiesOf(stage.ocp)?.includes("3") === true; ticks += 1) stage.ocp.tick();
    stage.ocp.suspend(id);
    spoilList(stage.ocp);
    const { code, output } = await stage.run(withTimeout(proxy, "5s"));
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining("31440") as unknown });
  });
});

test("does not show a part of a password that stands where the title of a page is cut", async () => {
  const password = "Zq7hunter2secretpassword";
  await stage.given({ version: "4.2.2", credentials: { username: "admin", password } });
  const body = `<html><head><title>${"x".repeat(85)} ${password}</title></head></html>`;
  stage.ocp.inject({
    method: "GET",
    path: CLUSTER,
    times: Infinity,
    does: { kind: "answer", status: 200, body, headers: { "content-type": "text/html" } },
  });
  const { output } = await stage.run({ ...proxy, env: { OCP_PASSWORD: password } });
  expect(output).toContain("HTML page");
  expect(output).not.toContain("Zq7hunter2");
});

test("finds what a lost delete has begun in a list that comes with the oldest first", async () => {
  const ocp = await another({ version: "4.2.2", tickMs: "manual" });
  try {
    ocp.addPastTasks(250, { name: "Restart obproxy", status: "FAILED", clusterId: 27 });
    ocp.planWork({ subtaskName: LATE, fail: 1 });
    ocp.inject({ method: "GET", path: TASKS, times: Infinity, does: { kind: "misread", query: { sort: "id,asc" } } });
    ocp.inject({ when: isDelete, does: { kind: "lostAnswer" } });
    const happens = (): void => {
      for (const { id, status } of ocp.tasks) if (status === "RUNNING") ocp.runToEnd(id);
    };
    ocp.inject({ method: "GET", path: CLUSTER, after: 1, times: 1, does: { kind: "meanwhile", happens } });
    const clock = new MockedClock(() => {
      ocp.tick();
    });
    const run = await reconcile(withTimeout(proxy, "1h"), { url: ocp.url, clock });
    expect({ code: run.code, changes: changesAt(ocp), output: run.output }).toEqual({
      code: 1,
      changes: ["delete 3"],
      output: expect.any(String) as unknown,
    });
  } finally {
    await ocp.stop();
  }
});

/** OCP's word for the cluster is wrong, as where one of its nodes lags, and its list of clusters is the other witness. */
describe("a cluster that is there", () => {
  const ids = Array.from({ length: 250 }, (_, index) => 1001 + index);
  const clusters = ids.map((id) => ({ id, name: `c${id}`, obproxies: [] }));

  test.each([1201, 1050, 1051].flatMap((id) => [1002, 1150, 1249].map((leaves) => [id, leaves] as const)))(
    "(%d) is not hidden by one that leaves (%d) and one that joins while the list is read",
    async (id, leaves) => {
      const { code, output } = await inMockedTime(
        withTimeout({ ...cluster, clusterId: id, clusterName: `c${id}`, settings: {} }, "1m"),
        { clusters },
        {
          before: (ocp) => {
            const happens = (): void => {
              ocp.removeCluster(leaves);
              ocp.addCluster({ id: 1300, name: "c1300", obproxies: [] });
            };
            ocp.inject({ method: "GET", path: `${CLUSTERS}/${id}`, times: Infinity, does: CLUSTER_MISSING });
            ocp.inject({ method: "GET", path: CLUSTERS, after: 1, times: 1, does: { kind: "meanwhile", happens } });
          },
        },
      );
      expect({ code, output }).toEqual({
        code: 1,
        output: expect.stringContaining("list of clusters holds it") as unknown,
      });
    },
  );
});

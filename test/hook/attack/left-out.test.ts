import { inContents, type Simulator } from "../../../src/simulator/index.js";
import {
  cluster,
  CLUSTERS,
  inMockedTime,
  LATE,
  obproxiesOf,
  proxy,
  TASK,
  TASKS,
  withEntry,
  withTimeout,
} from "../evidence/stage.js";
import { some } from "../../support/thorough.js";

/** What OCP leaves out of its answers, or sends so much of that it is not read, is no proof that there is nothing. */

const VERSIONS = ["4.2.2", "4.3.6"];

/** Somebody's deletion of 27/3, which has come as far as its late subtask when the run begins. */
function givenDeletion(ocp: Simulator): number {
  ocp.planWork({ subtaskName: LATE, ticks: 10_000 });
  const { id } = ocp.submitDeleteObproxies(27, [3]);
  for (let ticks = 0; ticks < 200 && obproxiesOf(ocp)?.includes("3") === true; ticks += 1) ocp.tick();
  ocp.tick(5);
  return Number(id);
}

describe("a deletion whose name OCP leaves out", () => {
  const nameless = (ocp: Simulator): void => {
    const change = inContents((all) =>
      all.map((entry) => (typeof entry === "object" ? { ...entry, name: null } : entry)),
    );
    ocp.inject({ method: "GET", path: TASKS, times: Infinity, does: { kind: "rewrite", change } });
  };

  test.each(VERSIONS)("keeps the run from 'already gone' while it is at work (OCP %s)", async (version) => {
    const before = (ocp: Simulator): void => {
      givenDeletion(ocp);
      nameless(ocp);
    };
    const { code, output } = await inMockedTime(withTimeout(proxy, "2m"), { version }, { before });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining("31440") as unknown });
  });

  test("keeps the run from it where it has failed and its tags name the object", async () => {
    const before = (ocp: Simulator): void => {
      ocp.planWork({ subtaskName: LATE, fail: 1 });
      ocp.runToEnd(ocp.submitDeleteObproxies(27, [3]).id);
      nameless(ocp);
    };
    const { code, output } = await inMockedTime(withTimeout(proxy, "2m"), { version: "4.3.6" }, { before });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining("31440") as unknown });
  });
});

describe("a failed deletion whose tags name the cluster, and an OBProxy that cannot be understood,", () => {
  const failed = (ocp: Simulator): void => {
    ocp.planWork({ subtaskName: LATE, fail: 1 });
    ocp.runToEnd(ocp.submitDeleteObproxies(27, [3]).id);
    const unnamed = (body: unknown): unknown =>
      JSON.parse(JSON.stringify(body), (name, value: unknown) => (name === "obproxyServerId" ? "3a" : value));
    ocp.inject({ method: "GET", path: TASKS, times: Infinity, does: { kind: "rewrite", change: unnamed } });
    ocp.inject({ method: "GET", path: TASK, times: Infinity, does: { kind: "rewrite", change: unnamed } });
  };

  test("stands against 'already gone', and says what to do where it is another's", async () => {
    const { code, failure } = await inMockedTime(withTimeout(proxy, "2m"), { version: "4.3.6" }, { before: failed });
    expect({ code, what: failure?.message, next: failure?.next }).toEqual({
      code: 1,
      what: expect.stringContaining("task 31440") as unknown,
      next: expect.stringMatching(/retry it there.*terraform state rm/) as unknown,
    });
  });
});

describe("a cluster of the list that cannot be understood", () => {
  const withCluster = (entry: unknown) => (ocp: Simulator) =>
    ocp.inject({ method: "GET", path: CLUSTERS, times: Infinity, does: withEntry(entry, "last") });

  test.each([
    ["a cluster", cluster],
    ["a proxy", proxy],
  ])("and has the guard's name under another id is no proof that %s is gone", async (_what, call) => {
    const before = withCluster({ id: 31, name: "orders", obproxies: 7 });
    const { code, failure } = await inMockedTime(withTimeout(call, "5m"), { clusters: [] }, { before });
    expect({ code, next: failure?.next }).toEqual({
      code: 1,
      next: expect.stringContaining("clusterId: 31") as unknown,
    });
  });

  test.each([null, "", " ", 5])("and may have the guard's name is none either (%j)", async (name) => {
    const before = withCluster({ id: 31, name, obproxies: 7 });
    const { code, output } = await inMockedTime(withTimeout(cluster, "5m"), { clusters: [] }, { before });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining("(31)") as unknown });
  });
});

describe("a deletion in a status that OCP does not document", () => {
  const before = (newer: number) => (ocp: Simulator) => {
    ocp.suspend(givenDeletion(ocp));
    ocp.addPastTasks(newer, { name: "Restart obproxy", status: "SUCCESSFUL", clusterId: 28 });
  };

  test.each(some(VERSIONS))("is found behind hundreds of tasks that have ended since (OCP %s)", async (version) => {
    const run = await inMockedTime(withTimeout(proxy, "2m"), { version }, { before: before(450) });
    expect({ code: run.code, output: run.output }).toEqual({
      code: 1,
      output: expect.stringContaining("31440") as unknown,
    });
  });

  test("is found where another task begins between the counts of all and of those in documented ones", async () => {
    const busy = (ocp: Simulator): void => {
      before(450)(ocp);
      const happens = (): void => void ocp.startTask({ name: "Restart obproxy", lock: false });
      ocp.inject({
        when: ({ path, query }) => path === TASKS && query["size"] === "1",
        does: { kind: "meanwhile", happens },
      });
    };
    const { code, output } = await inMockedTime(withTimeout(proxy, "2m"), { version: "4.3.6" }, { before: busy });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining("31440") as unknown });
  });

  test("costs one more request where there is none, and only where not all tasks were read", async () => {
    const gone = { ...proxy, obproxyId: 9 };
    const requests = async (newer: number): Promise<number> => {
      const add = (ocp: Simulator): unknown =>
        ocp.addPastTasks(newer, { name: "Restart obproxy", status: "SUCCESSFUL", clusterId: 28 });
      const run = await inMockedTime(gone, { version: "4.3.6" }, { before: add });
      expect(run.code).toBe(0);
      return run.ocp.requests.length;
    };
    expect([await requests(100), await requests(450)]).toEqual([3, 4]);
  });
});

describe("a page that is larger than what is read of an answer", () => {
  const subtasks = Array.from({ length: 600 }, (_, index) => ({
    ...{ id: index + 1, name: "Stop and uninstall obproxy", status: "SUCCESSFUL", operation: "EXECUTE" },
    description: "Stop and uninstall obproxy".padEnd(100),
  }));
  const large = inContents((all) => all.map((entry) => (typeof entry === "object" ? { ...entry, subtasks } : entry)));

  test("is asked for in smaller ones, and not again in a large one", async () => {
    const run = await inMockedTime(
      { ...proxy, obproxyId: 9 },
      { version: "4.2.2" },
      {
        before: (ocp) => {
          ocp.planWork({ subtaskName: "Finish node", ticks: 30 });
          ocp.startTask({ name: "Offline obproxy", lock: false });
          ocp.addPastTasks(250, { name: "Restart obproxy", status: "FAILED", clusterId: 28 });
          ocp.inject({ method: "GET", path: TASKS, times: Infinity, does: { kind: "rewrite", change: large } });
        },
      },
    );
    const sizes = run.ocp.requests.filter(({ path }) => path === TASKS).map(({ query }) => query["size"]);
    expect({ code: run.code, large: sizes.filter((size) => size === "200").length, output: run.output }).toEqual({
      code: 0,
      large: 1,
      output: expect.stringContaining("already gone") as unknown,
    });
  });
});

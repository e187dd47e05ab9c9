import type { Simulator } from "../../../src/simulator/index.js";
import type { HookCall } from "../hook-process.js";
import { cluster, EARLY, failureIn, inMockedTime, LATE, proxy, Stage, withTimeout } from "./stage.js";

/** A deletion that may have been about our object, and was seen to end badly, stands against "already gone". */

const kinds: readonly (readonly [string, HookCall, (ocp: Simulator) => string])[] = [
  ["an OBProxy", withTimeout(proxy, "1h"), (ocp) => ocp.submitDeleteObproxies(27, [3]).id],
  ["a cluster", withTimeout(cluster, "1h"), (ocp) => ocp.submitDeleteCluster(27).id],
];

describe.each(["3.1.1", "4.2.2", "4.3.6"])("OCP %s", (version) => {
  describe.each(kinds)("a deletion of %s that is found at work", (_what, call, submit) => {
    test("and fails after the information has gone is a failure with its id", async () => {
      const run = await inMockedTime(
        call,
        { version },
        {
          before: (ocp) => {
            ocp.planWork({ subtaskName: LATE, ticks: 20, fail: "always" });
            submit(ocp);
          },
        },
      );
      expect({ code: run.code, changes: run.changes }).toEqual({ code: 1, changes: [] });
      expect(failureIn(run.lines)).toContain("31440");
    });

    test("and fails early is a failure with its id, though somebody takes the object away by hand", async () => {
      const run = await inMockedTime(
        call,
        { version },
        {
          before: (ocp) => {
            ocp.planWork({ subtaskName: EARLY, ticks: 5, fail: "always" });
            submit(ocp);
          },
          onTick: (ocp) => {
            if (ocp.task(31440)?.status !== "FAILED") return;
            if (call.kind === "cluster" && ocp.cluster(27) !== undefined) ocp.removeCluster(27);
            if (call.kind === "obproxy") ocp.removeObproxy(27, 3);
          },
        },
      );
      expect({ code: run.code, changes: run.changes }).toEqual({ code: 1, changes: [] });
      expect(failureIn(run.lines)).toContain("31440");
    });

    test("and is made good by a retry in the console is no failure", async () => {
      const run = await inMockedTime(
        call,
        { version },
        {
          before: (ocp) => {
            ocp.planWork({ subtaskName: LATE, ticks: 20, fail: 1 });
            submit(ocp);
          },
          onTick: (ocp) => {
            if (ocp.task(31440)?.status === "FAILED") ocp.retry(31440);
          },
        },
      );
      expect({ code: run.code, changes: run.changes }).toEqual({ code: 0, changes: [] });
    });
  });
});

describe("without tags", () => {
  test("a deletion that was seen to fail is no failure when it succeeds after all", async () => {
    let failedFor = 0;
    const run = await inMockedTime(
      withTimeout(proxy, "1h"),
      { version: "4.2.2" },
      {
        before: (ocp) => {
          ocp.planWork({ subtaskName: EARLY, ticks: 5, fail: 1 });
          ocp.submitDeleteObproxies(27, [3]);
        },
        onTick: (ocp) => {
          if (ocp.task(31440)?.status === "FAILED" && (failedFor += 1) === 25) ocp.retry(31440);
        },
      },
    );
    expect({ code: run.code, left: run.ocp.cluster(27)?.obproxies.map(({ id }) => id) }).toEqual({
      code: 0,
      left: ["4"],
    });
  });

  test("the one of two deletions that was only listed counts as well as the one that was followed", async () => {
    const clusters = [
      { id: 27, name: "orders", obproxies: [3, 4] },
      { id: 99, name: "other", obproxies: [9] },
    ];
    const run = await inMockedTime(
      withTimeout(proxy, "1h"),
      { version: "4.2.2", clusters },
      {
        before: (ocp) => {
          ocp.planWork({ clusterId: 99, subtaskName: EARLY, ticks: 60 });
          ocp.planWork({ clusterId: 27, subtaskName: LATE, ticks: 5, fail: "always" });
          ocp.submitDeleteObproxies(99, [9]);
          ocp.submitDeleteObproxies(27, [3]);
        },
      },
    );
    expect(run.code).toBe(1);
    expect(failureIn(run.lines)).toContain("31441");
  });

  test("a stranger's deletion that was at rest before counts for nothing", async () => {
    const run = await inMockedTime(
      withTimeout(proxy, "1h"),
      { version: "4.2.2", clusters: [{ id: 27, name: "orders", obproxies: [4] }] },
      { before: (ocp) => ocp.addPastTask({ name: "Offline obproxy", status: "FAILED" }) },
    );
    expect(run.code).toBe(0);
    expect(run.output).toMatch(/already gone/);
  });
});

describe("after an interrupted destroy", () => {
  const stage = new Stage();

  test.each(kinds)("a run on another machine that follows the task of %s fails with it", async (_what, call) => {
    await stage.given({ version: "4.2.2" });
    stage.ocp.planWork({ subtaskName: LATE, ticks: 80, fail: "always" });
    await stage.interrupt({ ...call, machine: "first" });
    const { code, lines } = await stage.run({ ...call, machine: "second" });
    expect(code).toBe(1);
    expect(failureIn(lines)).toContain("31440");
    expect(stage.changes()).toHaveLength(1);
  });
});

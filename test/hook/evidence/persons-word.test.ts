import type { Simulator } from "../../../src/simulator/index.js";
import type { HookCall } from "../hook-process.js";
import { cluster, EARLY, inMockedTime, LATE, proxy, Stage, TASKS, withTimeout } from "./stage.js";

/** What an operator ends by hand is told as a warning with what was not done, on every machine alike. */

const kinds: readonly (readonly [string, HookCall, (ocp: Simulator) => unknown])[] = [
  ["an OBProxy", withTimeout(proxy, "1h"), (ocp) => ocp.submitDeleteObproxies(27, [3])],
  ["a cluster", withTimeout(cluster, "1h"), (ocp) => ocp.submitDeleteCluster(27)],
];

const words: readonly (readonly [string, (ocp: Simulator) => void])[] = [
  [
    "abandons",
    (ocp) => {
      ocp.abandon(31440);
    },
  ],
  [
    "skips",
    (ocp) => {
      ocp.skip(31440);
    },
  ],
];

const warnings = (lines: readonly string[]): string => lines.filter((line) => line.includes("WARNING: ")).join("\n");
const asSoonAsItFails =
  (act: (ocp: Simulator) => void) =>
  (ocp: Simulator): void => {
    if (ocp.task(31440)?.status === "FAILED") act(ocp);
  };

describe.each(["4.2.2", "4.3.6"])("OCP %s", (version) => {
  describe.each(kinds)("the deletion of %s", (_what, call, submit) => {
    test("ends well where somebody retries what has failed, and it ends, right before the tasks are listed", async () => {
      const before = (ocp: Simulator): void => {
        ocp.planWork({ subtaskName: EARLY, fail: 1 });
        ocp.planWork({ subtaskName: /^Start node/, fail: 1 });
        const happens = (): void => {
          ocp.retry(31440);
          ocp.runToEnd(31440);
          if (ocp.task(31440)?.status === "FAILED") happens();
        };
        ocp.inject({
          path: TASKS,
          when: () => ocp.task(31440)?.status === "FAILED",
          does: { kind: "meanwhile", happens },
        });
      };
      const run = await inMockedTime(call, { version }, { before });
      expect({ code: run.code, changes: run.changes.length }).toEqual({ code: 0, changes: 1 });
    });

    test.each(words)("ends with a warning where somebody %s what has failed of our own task", async (_word, act) => {
      const run = await inMockedTime(
        call,
        { version },
        { before: (ocp) => ocp.planWork({ subtaskName: LATE, fail: 1 }), onTick: asSoonAsItFails(act) },
      );
      expect(run.code).toBe(0);
      expect(warnings(run.lines)).toContain(LATE);
    });

    test.each(words)(
      "ends with a warning where somebody %s what has failed of a task found at work",
      async (_word, act) => {
        const before = (ocp: Simulator): void => {
          ocp.planWork({ subtaskName: LATE, ticks: 10, fail: 1 });
          submit(ocp);
        };
        const run = await inMockedTime(call, { version }, { before, onTick: asSoonAsItFails(act) });
        expect({ code: run.code, changes: run.changes }).toEqual({ code: 0, changes: [] });
        expect(warnings(run.lines)).toContain(LATE);
      },
    );

    test("has not ended well where somebody abandons it and the object is still there", async () => {
      const run = await inMockedTime(
        call,
        { version },
        {
          before: (ocp) => ocp.planWork({ subtaskName: EARLY, fail: "always", tasks: 1 }),
          onTick: asSoonAsItFails((ocp) => {
            ocp.abandon(31440);
          }),
        },
      );
      expect(run.code).toBe(1);
      expect(run.output).toContain("31440");
    });
  });
});

describe("in a later run", () => {
  const stage = new Stage();

  async function givenAnEndByHand(call: HookCall, version: string, act: (ocp: Simulator) => void): Promise<void> {
    await stage.given({ version });
    stage.ocp.planWork({ subtaskName: LATE, fail: 1 });
    expect((await stage.run({ ...call, machine: "first" })).code).toBe(1);
    act(stage.ocp);
    if (stage.ocp.task(31440)?.status === "RUNNING") stage.ocp.runToEnd(31440);
    expect(stage.ocp.task(31440)?.status).toBe("SUCCESSFUL");
  }

  describe.each(kinds)("the deletion of %s", (_what, call) => {
    describe.each(words)("that somebody %s", (_word, act) => {
      test.each(["4.2.2", "4.3.6"])("is told as a warning on the same machine (OCP %s)", async (version) => {
        await givenAnEndByHand(call, version, act);
        const { code, lines } = await stage.run({ ...call, machine: "first" });
        expect(code).toBe(0);
        expect(warnings(lines)).toContain(LATE);
      });

      test("is told as a warning on another machine", async () => {
        await givenAnEndByHand(call, "4.3.6", act);
        const { code, lines } = await stage.run({ ...call, machine: "second" });
        expect(code).toBe(0);
        expect(warnings(lines)).toContain(LATE);
      });

      test("does not fail every run for ever", async () => {
        await givenAnEndByHand(call, "4.2.2", act);
        await stage.run({ ...call, machine: "first" });
        expect((await stage.run({ ...call, machine: "first" })).code).toBe(0);
      });
    });

    test("is sent anew where somebody abandoned it and the object is still there", async () => {
      await stage.given();
      stage.ocp.planWork({ subtaskName: EARLY, fail: "always", tasks: 1 });
      expect((await stage.run(call)).code).toBe(1);
      stage.ocp.abandon(31440);
      const { code } = await stage.run(call);
      expect(code).toBe(0);
      expect(stage.changes()).toHaveLength(2);
    });
  });
});

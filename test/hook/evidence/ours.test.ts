import type { SimulatorOptions } from "../../../src/simulator/index.js";
import type { HookCall } from "../hook-process.js";
import { cluster, failureIn, GENERIC_CODES, generic404, LATE, proxy, Stage, withRetry, withTimeout } from "./stage.js";
import { half } from "../../support/thorough.js";

/** A task is ours where that is proven: sent in this run, noted with all that it is about, or tagged with our object. */

const stage = new Stage();
const START = Date.parse("2026-11-22T10:00:00Z");

const kinds: readonly (readonly [string, HookCall])[] = [
  ["an OBProxy", withTimeout(proxy, "6s")],
  ["a cluster", withTimeout(cluster, "6s")],
];

/** A first run has seen its task fail when the object's information was gone. */
async function givenFailure(call: HookCall, options: SimulatorOptions = {}): Promise<void> {
  await stage.given(options);
  stage.ocp.planWork({ subtaskName: LATE, fail: "always" });
  expect((await stage.run(call)).code).toBe(1);
  expect(stage.ocp.task(31440)?.status).toBe("FAILED");
  stage.ocp.clearRequests();
}

describe.each(kinds)("a noted task of %s that OCP answers 404 to", (_what, call) => {
  describe.each(half(GENERIC_CODES))("in general words (code %j)", (code) => {
    beforeEach(() => givenFailure(call));

    const hide = (times: number): void => {
      stage.ocp.inject({ method: "GET", path: /instances\/31440$/, times, does: generic404(code) });
    };

    test("is unknown as long as that lasts", async () => {
      hide(Infinity);
      const { code: exit, output } = await stage.run(call);
      expect(exit).toBe(1);
      expect(output).not.toMatch(/: already gone/);
      expect(output).toContain("31440");
    });

    test("is not forgotten", async () => {
      hide(Infinity);
      await stage.run(call);
      stage.ocp.clearFaults();
      const { code: exit, lines } = await stage.run(call);
      expect(exit).toBe(1);
      expect(failureIn(lines)).toContain("31440");
    });

    test("is looked at again in the same run", async () => {
      hide(2);
      const { code: exit, lines } = await stage.run(call);
      expect(exit).toBe(1);
      expect(failureIn(lines)).toMatch(/31440.*FAILED/);
    });
  });

  describe.each(["3.1.1", "4.2.2"])("in OCP's own words (OCP %s)", (version) => {
    beforeEach(async () => {
      await givenFailure(call, { version });
      stage.ocp.forgetTask(31440);
    });

    test("has been purged, which is told and no obstacle", async () => {
      const { code, output } = await stage.run(call);
      expect(code).toBe(0);
      expect(output).toContain("31440");
    });

    test("is history for the run after", async () => {
      await stage.run(call);
      const { code, output } = await stage.run(call);
      expect(code).toBe(0);
      expect(output).not.toContain("31440");
    });
  });
});

describe("a task with the id and the name of the noted one", () => {
  const retrying = withRetry(withTimeout(proxy, "6s"));

  /** OCP was set up anew under the same URL; a stranger's failed deletion of another OBProxy has the old one's id. */
  async function givenNamesake(minutes: number, version: string): Promise<void> {
    await givenFailure(proxy, { version, clock: () => START });
    const port = Number(new URL(stage.ocp.url).port);
    await stage.ocp.stop();
    await stage.given({ version, port, clock: () => START + minutes * 60_000 });
    stage.ocp.planWork({ subtaskName: LATE, fail: 1 });
    const { id } = stage.ocp.submitDeleteObproxies(27, [4]);
    stage.ocp.runToEnd(id);
    stage.ocp.removeObproxy(27, 3);
    expect(id).toBe("31440");
  }

  describe.each([15, -30, 330, -480, 765])("but a start that is %d minutes apart", (minutes) => {
    test("is never retried", async () => {
      await givenNamesake(minutes, "4.2.2");
      await stage.run(retrying);
      expect(stage.changes()).toEqual([]);
    });

    test("stands against already gone while it is failed", async () => {
      await givenNamesake(minutes, "4.2.2");
      const { code, lines } = await stage.run(retrying);
      expect(code).toBe(1);
      expect(failureIn(lines)).toContain("31440");
    });

    test("is no obstacle when it has succeeded", async () => {
      await givenNamesake(minutes, "4.2.2");
      stage.ocp.retry(31440);
      stage.ocp.runToEnd(31440);
      const { code } = await stage.run(retrying);
      expect(code).toBe(0);
    });
  });

  test.each([
    ["no start", undefined],
    ["a start that cannot be read", "yesterday"],
    ["a start that is a number", 1790000000000],
  ])("but %s is never retried and stands against already gone", async (_what, startTime) => {
    await givenNamesake(480, "4.2.2");
    stage.ocp.overrideTask(31440, { startTime });
    const { code, lines } = await stage.run(retrying);
    expect({ code, changes: stage.changes() }).toEqual({ code: 1, changes: [] });
    expect(failureIn(lines)).toContain("31440");
  });

  test.each([0, 480])("is not ours where its tags name another OBProxy (start %d minutes apart)", async (minutes) => {
    await givenNamesake(minutes, "4.4.0");
    const { code, output } = await stage.run(retrying);
    expect({ code, changes: stage.changes() }).toEqual({ code: 0, changes: [] });
    expect(output).toMatch(/already gone/);
  });

  test.each([480, -345])("is not retried after OCP's zone has changed by %d minutes", async (minutes) => {
    await givenFailure(proxy);
    stage.ocp.shiftTaskTimes(minutes);
    const { code, lines } = await stage.run(retrying);
    expect({ code, changes: stage.changes() }).toEqual({ code: 1, changes: [] });
    expect(failureIn(lines)).toContain("31440");
  });

  test("is retried where its start is the noted one", async () => {
    await stage.given();
    stage.ocp.planWork({ subtaskName: LATE, fail: 1 });
    expect((await stage.run(proxy)).code).toBe(1);
    const { code } = await stage.run(retrying);
    expect({ code, changes: stage.changes() }).toEqual({ code: 0, changes: ["delete 3", "retry 31440"] });
  });
});

import {
  EARLY,
  inMockedTime,
  isDelete,
  proxy,
  Stage,
  withProvider,
  withSettings,
  withTimeout,
} from "../evidence/stage.js";
import type { HookCall } from "../hook-process.js";

/** What was never sent must not be taken for something whose answer was lost. */

const stage = new Stage();

/** Without tags nobody can tell whose it is. */
function strangerFails(): void {
  stage.ocp.planWork({ subtaskName: EARLY, fail: 1, tasks: 1 });
  stage.ocp.runToEnd(stage.ocp.submitDeleteObproxies(28, [9]).id);
}

const skipping: HookCall = withSettings(proxy, { obproxies: { "27/3": { path: "app/p3", skipHostOperation: true } } });

test.each<[string, HookCall, string]>([
  ["OCP cannot do what was asked", skipping, "skipHostOperation needs"],
  ["the time was up while the hooks were gathering", withTimeout(proxy, "1s"), "not finished after"],
])("a delete that was not sent because %s leaves no doubt behind", async (_what, call, why) => {
  await stage.given({
    version: "4.2.2",
    clusters: [
      { id: 27, name: "orders", obproxies: [3, 4] },
      { id: 28, name: "b", obproxies: [9] },
    ],
  });
  const first = await stage.run({ ...call, env: { OBPROXY_HOOK_TICK_MS: "1000" } });
  expect({ code: first.code, changes: stage.changes(), output: first.output }).toEqual({
    code: 1,
    changes: [],
    output: expect.stringContaining(why) as unknown,
  });
  stage.ocp.runToEnd(stage.ocp.submitDeleteObproxies(27, [3]).id);
  strangerFails();
  const { code, output } = await stage.run(proxy);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining("already gone") as unknown });
});

test("sends no delete when there is no time left to see what comes of it", async () => {
  const sentAt: number[] = [];
  let seconds = 0;
  const run = await inMockedTime(
    withTimeout(proxy, "60s"),
    { version: "4.2.2" },
    {
      before: (ocp) => {
        ocp.planWork({ subtaskName: "Work", ticks: 200 });
        ocp.startTask({ name: "Restart obproxy", clusterId: 27, subtasks: ["Start node", "Work"] });
        const happens = (): void => void sentAt.push(seconds);
        ocp.inject({ when: isDelete, times: Infinity, does: { kind: "meanwhile", happens } });
      },
      onTick: (_ocp, ticks) => (seconds = ticks),
    },
  );
  expect(run.code).toBe(1);
  expect(Math.max(...sentAt)).toBeLessThan(59);
});

test.each([5, 6])("has no task retried when there is no time left for it (it fails after %d s)", async (ticks) => {
  const run = await inMockedTime(
    withProvider(withTimeout(proxy, "10s"), { taskRetries: 1 }),
    { version: "4.2.2" },
    { before: (ocp) => ocp.planWork({ subtaskName: EARLY, ticks, fail: 1, tasks: 1 }) },
  );
  expect({ code: run.code, changes: run.changes }).toEqual({ code: 1, changes: ["delete 3"] });
  expect(run.output).toMatch(/task 31440 "Offline obproxy": FAILED/);
});

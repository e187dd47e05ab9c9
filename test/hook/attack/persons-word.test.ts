import {
  cluster,
  EARLY,
  failureIn,
  inMockedTime,
  isDelete,
  LATE,
  proxy,
  Stage,
  withRetry,
  withTimeout,
} from "../evidence/stage.js";

const stage = new Stage();

test("is not at its end where a person abandons a later deletion that made good nothing of ours", async () => {
  await stage.given({ version: "4.3.6", unlockOnFailure: true });
  stage.ocp.planWork({ subtaskName: LATE, fail: 1, tasks: 1 });
  expect((await stage.run(proxy)).code).toBe(1);
  const later = stage.ocp.addPastTask({
    name: "Delete obproxy server",
    status: "FAILED",
    clusterId: 27,
    obproxyIds: [3],
  });
  stage.ocp.abandon(later.id);
  const { code, output } = await stage.run(proxy);
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining("31440") as unknown });
});

test("names the task that keeps the lock and not one that failed before others succeeded", async () => {
  await stage.given({ version: "4.3.6" });
  stage.ocp.addPastTask({ name: "Restart obproxy", status: "FAILED", clusterId: 27, startTime: Date.now() - 3e10 });
  stage.ocp.addPastTask({ name: "Restart obproxy", status: "SUCCESSFUL", clusterId: 27, startTime: Date.now() - 2e10 });
  stage.ocp.lock(27);
  const { code, output } = await stage.run(withTimeout(proxy, "20s"));
  expect({ code, output }).toEqual({ code: 1, output: expect.not.stringContaining("retry task 31440") as unknown });
});

test("ends where its own deletion was skipped in part and its cluster's name has been given to a new one", async () => {
  await stage.given({ version: "4.2.2" });
  stage.ocp.planWork({ subtaskName: LATE, fail: 1, tasks: 1 });
  expect((await stage.run(cluster)).code).toBe(1);
  stage.ocp.abandon(31440);
  stage.ocp.addCluster({ id: 31, name: "orders" });
  const { code, output } = await stage.run(cluster);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining("WARNING") as unknown });
});

test("does not retry what an operator has canceled", async () => {
  const run = await inMockedTime(
    withRetry(withTimeout(proxy, "1h")),
    { version: "4.3.6" },
    {
      before: (ocp) => ocp.planWork({ subtaskName: EARLY, ticks: 50 }),
      onTick: (ocp, ticks) => {
        if (ticks === 20) ocp.cancel(31440);
      },
    },
  );
  expect({ code: run.code, changes: run.changes }).toEqual({ code: 1, changes: ["delete 3"] });
  expect(run.output).toContain("canceled in OCP");
});

test("tells the way out where a stranger's failure cannot be told from what became of a lost delete", async () => {
  await stage.given({
    version: "4.2.2",
    clusters: [
      { id: 27, name: "orders", obproxies: [3] },
      { id: 28, name: "payments", obproxies: [9] },
    ],
  });
  stage.ocp.inject({ when: isDelete, does: { kind: "lostAnswer" } });
  const first = stage.start(proxy);
  await stage.ocp.nextRequest(isDelete);
  stage.ocp.planWork({ subtaskName: EARLY, fail: "always", tasks: 1 });
  stage.ocp.submitDeleteObproxies(28, [9]);
  await first.done;
  const { code, lines } = await stage.run(proxy);
  expect({ code, failure: failureIn(lines) }).toEqual({
    code: 1,
    failure: expect.stringContaining("terraform state rm") as unknown,
  });
});

test.each([
  ["a mark that nobody sees", "orders\u200b"],
  ["a wide blank", "orders\u00a0"],
])("shows by what two names of a cluster differ where it is %s", async (_what, name) => {
  await stage.given({ version: "4.2.2", clusters: [{ id: 27, name, obproxies: [3] }] });
  const { code, output } = await stage.run(proxy);
  expect({ code, isShown: /is called "orders\\u\S+" in OCP, not "orders"/.test(output) }).toEqual({
    code: 1,
    isShown: true,
  });
});

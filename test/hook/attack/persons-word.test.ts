import { cluster, LATE, proxy, Stage, withTimeout } from "../evidence/stage.js";

jest.setTimeout(60_000);

const stage = new Stage();

it("is not at its end where a person abandons a later deletion that made good nothing of ours", async () => {
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

it("names the task that keeps the lock and not one that failed before others succeeded", async () => {
  await stage.given({ version: "4.3.6" });
  stage.ocp.addPastTask({ name: "Restart obproxy", status: "FAILED", clusterId: 27, startTime: Date.now() - 3e10 });
  stage.ocp.addPastTask({ name: "Restart obproxy", status: "SUCCESSFUL", clusterId: 27, startTime: Date.now() - 2e10 });
  stage.ocp.lock(27);
  const { code, output } = await stage.run(withTimeout(proxy, "20s"));
  expect({ code, output }).toEqual({ code: 1, output: expect.not.stringContaining("retry task 31440") as unknown });
});

it("ends where its own deletion was skipped in part and its cluster's name has been given to a new one", async () => {
  await stage.given({ version: "4.2.2" });
  stage.ocp.planWork({ subtaskName: LATE, fail: 1, tasks: 1 });
  expect((await stage.run(cluster)).code).toBe(1);
  stage.ocp.abandon(31440);
  stage.ocp.addCluster({ id: 31, name: "orders" });
  const { code, output } = await stage.run(cluster);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining("WARNING") as unknown });
});

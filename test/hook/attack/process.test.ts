import {
  CLUSTER,
  EARLY,
  failureIn,
  LATE,
  proxy,
  Stage,
  TASKS,
  withProvider,
  withRetry,
  withSettings,
  withTimeout,
} from "../evidence/stage.js";
import { ENV } from "../../../src/hook/request.js";

jest.setTimeout(60_000);

const stage = new Stage();

it.each([
  ["RateLimit-Reset: 0", { resetSeconds: 0 }],
  ["Retry-After: 0", { resetSeconds: 0, retryAfter: 0 }],
])("does not ask without a pause where OCP limits requests with %s", async (_what, limit) => {
  await stage.given({ version: "4.2.2", tickMs: 200 });
  stage.ocp.inject({ method: "GET", path: TASKS, times: Infinity, does: { kind: "tooManyRequests", ...limit } });
  const { code } = await stage.run({ ...withTimeout(proxy, "3s"), env: { [ENV.tickMs]: "200" } });
  expect(code).toBe(1);
  expect(stage.ocp.requests.length).toBeLessThan(30);
});

it.each(["k9::ab::Zq7", "k9##vso[Zq7", "k9##[Zq7", "ab section_start:Zq7", "K9##teamcity[q7"])(
  "does not show the password %s as it is written for CI systems",
  async (password) => {
    await stage.given({ version: "4.2.2", credentials: { username: "admin", password } });
    stage.ocp.inject({
      method: "GET",
      path: CLUSTER,
      times: Infinity,
      does: { kind: "error", status: 400, code: 99, message: `no way with <${password}> today` },
    });
    const { code, output } = await stage.run({ ...proxy, env: { OCP_PASSWORD: password } });
    expect(code).toBe(1);
    expect(output).toContain("no way");
    expect(output.replaceAll(" ", "")).not.toContain(password.replaceAll(" ", ""));
  },
);

it("does not show a part of a password that stands where a name is cut", async () => {
  const password = "Zq7hunter2secretpassword";
  await stage.given({ version: "4.2.2", credentials: { username: "admin", password } });
  stage.ocp.planWork({ subtaskName: EARLY, ticks: 5 });
  const { id } = stage.ocp.submitDeleteObproxies(27, [3]);
  stage.ocp.overrideTask(id, { name: `Offline obproxy ${"x".repeat(170)} ${password}` });
  stage.ocp.renameCluster(27, `${"x".repeat(985)} ${password}`);
  const { output } = await stage.run({ ...proxy, env: { OCP_PASSWORD: password } });
  expect(output).not.toContain("Zq7hunter2");
});

it("does not advise to retry a task that would also delete what is kept", async () => {
  await stage.given({ version: "4.2.2" });
  stage.ocp.planWork({ subtaskName: EARLY, fail: 1, tasks: 1 });
  const obproxies = { "27/3": { path: "app/p3" }, "27/4": { path: "app/p4" } };
  const both = [3, 4].map((obproxyId) => withSettings({ ...proxy, obproxyId }, { obproxies }));
  await stage.together(both);
  expect(stage.changes()).toEqual(["delete 3,4"]);
  const kept = { ...obproxies, "27/4": { path: "app/p4", skipDestroy: true } };
  const { code, lines } = await stage.run(withRetry(withSettings(proxy, { obproxies: kept })));
  expect(code).toBe(1);
  const failure = failureIn(lines);
  expect({ failure, isWarned: failure.includes("27/4") }).toEqual({
    failure: expect.any(String) as unknown,
    isWarned: true,
  });
  expect(failure).not.toContain("set `taskRetries`");
});

it("retries a failed task once for all hooks that `taskRetries: 1` is set for", async () => {
  await stage.given({ version: "4.2.2" });
  stage.ocp.planWork({ subtaskName: EARLY, fail: "always", ticks: 50 });
  const obproxies = { "27/3": { path: "app/p3" }, "27/4": { path: "app/p4" } };
  const both = [3, 4].map((obproxyId) => withSettings({ ...proxy, obproxyId }, { obproxies }));
  await stage.together(both);
  expect(stage.changes()).toEqual(["delete 3,4"]);
  stage.ocp.clearRequests();
  const [one, two] = both.map(withRetry);
  if (one === undefined || two === undefined) throw new Error("no calls");
  const first = stage.start(one);
  await stage.ocp.nextRequest(({ path }) => path.endsWith("/retry"));
  await Promise.all([first.done, stage.run(two)]);
  const accepted = stage.ocp.requests.filter(({ path, status }) => path.endsWith("/retry") && status === 200);
  expect(accepted).toHaveLength(1);
});

it("finds the note of a failed task again where OCP's URL is written in another way", async () => {
  await stage.given({ version: "4.2.2" });
  stage.ocp.planWork({ subtaskName: LATE, fail: "always" });
  expect((await stage.run(proxy)).code).toBe(1);
  const { code, output } = await stage.run({
    ...proxy,
    env: { OCP_URL: stage.ocp.url.replace("127.0.0.1", "localhost") },
  });
  expect({ code, told: output.includes("31440") }).toEqual({ code: 1, told: true });
});

it("is not kept from an end by 200 wide tasks that OCP remembers", async () => {
  await stage.given({ version: "4.2.2", clusters: [{ id: 27, name: "orders" }] });
  stage.ocp.addPastTasks(200, {
    name: "Offline obproxy",
    status: "SUCCESSFUL",
    clusterId: 27,
    subtasks: Array.from({ length: 400 }, (_, index) => `Stop and uninstall obproxy ${index}`),
  });
  const { code, output } = await stage.run(withProvider(proxy, { timeouts: { delete: "10s" } }));
  expect({ code, output }).toEqual({ code: 0, output: expect.any(String) as unknown });
});

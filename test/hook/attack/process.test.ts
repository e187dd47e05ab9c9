import {
  CLUSTER,
  EARLY,
  failureIn,
  proxy,
  Stage,
  TASKS,
  withRetry,
  withSettings,
  withTimeout,
} from "../evidence/stage.js";
import { ENV } from "../../../src/contract/names.js";

const stage = new Stage();

test.each([
  ["RateLimit-Reset: 0", { resetSeconds: 0 }],
  ["Retry-After: 0", { resetSeconds: 0, retryAfter: 0 }],
])("does not ask without a pause where OCP limits requests with %s", async (_what, limit) => {
  await stage.given({ version: "4.2.2", tickMs: 200 });
  stage.ocp.inject({ method: "GET", path: TASKS, times: Infinity, does: { kind: "tooManyRequests", ...limit } });
  const { code } = await stage.run({ ...withTimeout(proxy, "3s"), env: { [ENV.tickMs]: "200" } });
  expect(code).toBe(1);
  expect(stage.ocp.requests.length).toBeLessThan(30);
});

test.each(["k9::ab::Zq7", "k9##vso[Zq7", "k9##[Zq7", "ab section_start:Zq7", "K9##teamcity[q7"])(
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

test("does not advise to retry a task that would also delete what is kept", async () => {
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

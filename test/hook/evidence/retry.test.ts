import type { HookSettings } from "../../../src/contract/settings-file.js";
import { type DeepPartial, type HookCall, other } from "../hook-process.js";
import { cluster, CLUSTER, EARLY, failureIn, isDelete, LATE, proxy, Stage, withRetry, withSettings } from "./stage.js";
import { some } from "../../support/thorough.js";

/** A retry is a delete: it needs to know all that the task deletes, and every guard of each of those objects. */

const stage = new Stage();

const retries = (): readonly string[] => stage.changes().filter((change) => change.startsWith("retry"));
const declares = (...ids: readonly number[]): HookSettings["obproxies"] =>
  Object.fromEntries(ids.map((id) => [`27/${id}`, { path: `app/p${id}` }]));

describe.each(some(["4.2.2", "4.3.6"]))("a failed task of ours for two OBProxies (OCP %s)", (version) => {
  async function givenFailure(unlockOnFailure: boolean): Promise<void> {
    await stage.given({ version, unlockOnFailure });
    stage.ocp.planWork({ subtaskName: EARLY, fail: 1, tasks: 1 });
    const both = [3, 4].map((obproxyId) => withSettings({ ...proxy, obproxyId }, { obproxies: declares(3, 4) }));
    expect((await stage.together(both)).map(({ code }) => code)).toEqual([1, 1]);
    expect(stage.changes()).toEqual(["delete 3,4"]);
    stage.ocp.clearRequests();
  }

  const mayNotGo: readonly (readonly [string, DeepPartial<HookSettings>])[] = [
    ["kept", { obproxies: { ...declares(3), "27/4": { path: "app/p4", skipDestroy: true } } }],
    ["protected", { obproxies: { ...declares(3), "27/4": { path: "app/p4", preventDestroy: true } } }],
    [
      "declared by another provider",
      { obproxies: declares(3), others: [other({ obproxies: { "27/4": "app/other" } })] },
    ],
    ["no longer known to the code", { obproxies: declares(3) }],
    // A deploy that takes the one away: the other one goes on living.
    ["still declared, while this one has left the code,", { obproxies: declares(4) }],
  ];

  test.each(mayNotGo)("is not retried where the other one is %s now", async (_what, settings) => {
    await givenFailure(false);
    const { code, lines } = await stage.run(withRetry(withSettings(proxy, settings)));
    expect({ code, retries: retries() }).toEqual({ code: 1, retries: [] });
    expect(failureIn(lines)).toContain("31440");
    expect(failureIn(lines)).toContain("what to do");
  });

  test.each(mayNotGo)("leaves the other one alone that is %s now, and lets this one go", async (_what, settings) => {
    await givenFailure(true);
    const { code } = await stage.run(withRetry(withSettings(proxy, settings)));
    expect({ code, left: stage.obproxies() }).toEqual({ code: 0, left: ["4"] });
  });

  test("is retried where both may go", async () => {
    await givenFailure(false);
    const { code } = await stage.run(withRetry(withSettings(proxy, { obproxies: declares(3, 4) })));
    expect({ code, changes: stage.changes() }).toEqual({ code: 0, changes: ["retry 31440"] });
  });

  test("is not retried in a cluster that has another name now", async () => {
    await givenFailure(false);
    stage.ocp.renameCluster(27, "payments");
    const { code } = await stage.run(withRetry(withSettings(proxy, { obproxies: declares(3, 4) })));
    expect({ code, changes: stage.changes() }).toEqual({ code: 1, changes: [] });
  });
});

test("a failed deletion is retried when the one of another OBProxy that works on the cluster has ended", async () => {
  await stage.given({ version: "4.3.6", unlockOnFailure: true });
  stage.ocp.planWork({ subtaskName: EARLY, fail: 1, tasks: 1 });
  expect((await stage.run(proxy)).code).toBe(1);
  stage.ocp.planWork({ subtaskName: EARLY, ticks: 40, tasks: 1 });
  const { id } = stage.ocp.submitDeleteObproxies(27, [4]);
  const statuses: (string | undefined)[] = [];
  const happens = (): void => void statuses.push(stage.ocp.task(id)?.status);
  stage.ocp.inject({ method: "POST", path: /retry$/, does: { kind: "meanwhile", happens } });
  const { code } = await stage.run(withRetry(proxy));
  expect({ code, statuses, left: stage.obproxies() }).toEqual({ code: 0, statuses: ["SUCCESSFUL"], left: [] });
});

describe.each(some(["4.3.6", "4.4.0"]))("a proxy's hook and a failed deletion of its cluster (OCP %s)", (version) => {
  const clusterIs: readonly (readonly [string, DeepPartial<HookSettings>])[] = [
    ["declared", { clusters: { "27": { path: "app/c", forceDestroy: true } } }],
    ["kept", { clusters: { "27": { path: "app/c", skipDestroy: true } } }],
    ["protected", { clusters: { "27": { path: "app/c", preventDestroy: true } } }],
    ["declared by another provider", { others: [other({ clusters: { "27": "app/other" } })] }],
    ["undeclared", {}],
  ];
  const call = (settings: DeepPartial<HookSettings>): HookCall =>
    withRetry(withSettings(proxy, { obproxies: declares(3, 4), ...settings }));

  test.each(clusterIs)("is not retried where the cluster is %s", async (_what, settings) => {
    await stage.given({ version });
    stage.ocp.planWork({ subtaskName: EARLY, fail: 1, tasks: 1 });
    stage.ocp.runToEnd(stage.ocp.submitDeleteCluster(27).id);
    const { code, lines } = await stage.run(call(settings));
    expect({ code, retries: retries(), left: stage.obproxies() }).toEqual({ code: 1, retries: [], left: ["3", "4"] });
    expect(failureIn(lines)).toContain("31440");
  });

  test.each(clusterIs)("does not become its own after a lost answer (cluster %s)", async (_what, settings) => {
    await stage.given({ version, unlockOnFailure: true });
    stage.ocp.planWork({ subtaskName: EARLY, fail: "always", tasks: 1 });
    const operatorIsFaster = (request: Parameters<typeof isDelete>[0]): boolean => {
      if (!isDelete(request)) return false;
      stage.ocp.submitDeleteCluster(27);
      return true;
    };
    stage.ocp.inject({ when: operatorIsFaster, does: { kind: "reset" } });
    await stage.run(call(settings));
    expect(retries()).toEqual([]);
    expect(stage.ocp.cluster(27)).toBeDefined();
  });

  test("is not retried where the cluster's information has gone", async () => {
    await stage.given({ version });
    stage.ocp.planWork({ subtaskName: LATE, fail: 1, tasks: 1 });
    stage.ocp.runToEnd(stage.ocp.submitDeleteCluster(27).id);
    const { code, lines } = await stage.run(call({}));
    expect({ code, changes: stage.changes() }).toEqual({ code: 1, changes: [] });
    expect(failureIn(lines)).toContain("31440");
  });

  test("is not retried where our own user's hook for the cluster has sent it", async () => {
    await stage.given({ version });
    stage.ocp.planWork({ subtaskName: EARLY, fail: 1, tasks: 1 });
    expect((await stage.run(cluster)).code).toBe(1);
    const { code, lines } = await stage.run(call({}));
    expect({ code, retries: retries() }).toEqual({ code: 1, retries: [] });
    expect(failureIn(lines)).toContain("31440");
  });

  test("is not retried where its tags name the cluster alone", async () => {
    await stage.given({ version });
    stage.ocp.planWork({ subtaskName: EARLY, fail: 1, tasks: 1 });
    const { id } = stage.ocp.submitDeleteCluster(27);
    stage.ocp.runToEnd(id);
    stage.ocp.overrideTask(id, { tags: [{ objectType: "OBPROXY_CLUSTER", obproxyClusterId: 27 }] });
    await stage.run(call({}));
    expect(retries()).toEqual([]);
  });
});

describe.each(some(["4.3.6", "4.4.0"]))("a failed deletion that only its tags tell of (OCP %s)", (version) => {
  const call = withRetry(withSettings(proxy, { obproxies: declares(3, 4) }));

  test.each([
    ["of this OBProxy, failed early", EARLY, [3]],
    ["of both OBProxies, failed early", EARLY, [3, 4]],
    ["of this OBProxy, failed late", LATE, [3]],
  ])("is not retried where an operator started it (%s)", async (_what, subtaskName, ids) => {
    await stage.given({ version });
    stage.ocp.planWork({ subtaskName, fail: 1, tasks: 1 });
    stage.ocp.runToEnd(stage.ocp.submitDeleteObproxies(27, ids).id);
    const { code, lines } = await stage.run(call);
    expect({ code, retries: retries() }).toEqual({ code: 1, retries: [] });
    expect(failureIn(lines)).toContain("31440");
    expect(failureIn(lines)).toContain("what to do");
  });

  test("is retried where our own user started it, on another machine, and all of it may go", async () => {
    await stage.given({ version });
    stage.ocp.planWork({ subtaskName: LATE, fail: 1, tasks: 1 });
    expect((await stage.run({ ...proxy, machine: "a" })).code).toBe(1);
    const { code } = await stage.run({ ...call, machine: "b" });
    expect({ code, changes: stage.changes() }).toEqual({ code: 0, changes: ["delete 3", "retry 31440"] });
  });
});

describe("a cluster's hook", () => {
  async function givenFailure(): Promise<void> {
    await stage.given({ clusters: [{ id: 27, name: "orders", obproxies: [3, 4] }] });
    stage.ocp.planWork({ subtaskName: EARLY, fail: 1, tasks: 1 });
    expect((await stage.run(cluster)).code).toBe(1);
    stage.ocp.clearRequests();
  }

  test.each([
    ["kept", { "27/4": { path: "app/p", skipDestroy: true } }],
    ["protected", { "27/4": { path: "app/p", preventDestroy: true } }],
  ])("does not retry its own task where an OBProxy is %s now", async (_what, obproxies) => {
    await givenFailure();
    const { code } = await stage.run(withRetry(withSettings(cluster, { obproxies })));
    expect({ code, changes: stage.changes() }).toEqual({ code: 1, changes: [] });
  });

  test("does not retry its own task where OCP does not say which OBProxies the cluster holds", async () => {
    await givenFailure();
    stage.ocp.updateCluster(27, { obproxies: undefined });
    const declared = { clusters: { "27": { path: "app/c" } }, obproxies: declares(3, 4) };
    const { code } = await stage.run(withRetry(withSettings(cluster, declared)));
    expect({ code, changes: stage.changes() }).toEqual({ code: 1, changes: [] });
  });

  test("does not retry its own task while the cluster's detail is 404 in general words", async () => {
    await givenFailure();
    const does = { kind: "error", status: 404, code: "COM10002" } as const;
    stage.ocp.inject({ method: "GET", path: CLUSTER, times: Infinity, does });
    const call = withRetry(cluster);
    const limited = {
      ...call,
      settings: { ...call.settings, provider: { taskRetries: 1, timeouts: { delete: "3s" } } },
    };
    const { code } = await stage.run(limited);
    expect({ code, changes: stage.changes() }).toEqual({ code: 1, changes: [] });
  });
});

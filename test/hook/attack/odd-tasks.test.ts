import { inContents } from "../../../src/simulator/index.js";
import { until } from "../../support/until.js";
import { another, cluster, isDelete, LATE, proxy, Stage, TASKS } from "../evidence/stage.js";
import type { HookCall } from "../hook-process.js";

/** A deletion that fails late is no success, however OCP, or another OCP in its place, writes and counts its tasks. */

const stage = new Stage();
const ever = { method: "GET", times: Infinity } as const;

const kinds: readonly (readonly [string, HookCall])[] = [
  ["an OBProxy", proxy],
  ["a cluster", cluster],
];

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every subtask with another id, also where a task is told of by itself. */
function withSubtaskIds(value: unknown, id: (old: unknown) => unknown, isSubtask = false): unknown {
  if (Array.isArray(value)) return value.map((each) => withSubtaskIds(each, id, isSubtask));
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([name, each]) => [
    name,
    isSubtask && name === "id" ? id(each) : withSubtaskIds(each, id, name === "subtasks"),
  ]);
  return Object.fromEntries(members) as Json;
}
const inLists = (change: (task: Json) => unknown) =>
  ({
    kind: "rewrite",
    change: inContents((all) => all.map((each) => (isObject(each) ? change(each) : each))),
  }) as const;

describe.each(kinds)("the deletion of %s without tags, which fails late,", (_what, call) => {
  test.each(["4.2.2", "4.3.5"])("is no success where no task can be understood at all (OCP %s)", async (version) => {
    await stage.given({ version });
    stage.ocp.planWork({ subtaskName: LATE, fail: "always" });
    const change = (body: unknown): unknown => withSubtaskIds(body, (id) => `st-${String(id)}`);
    stage.ocp.inject({ times: Infinity, does: { kind: "rewrite", change } });
    for (const { code, output } of [await stage.run(call), await stage.run(call)]) {
      expect({ code, told: output.includes("31440") }).toEqual({ code: 1, told: true });
    }
  });

  test("is no success of the second run where the first was killed and no entry of a list can be understood", async () => {
    await stage.given({ version: "4.2.2" });
    stage.ocp.planWork({ subtaskName: LATE, fail: "always" });
    stage.ocp.inject({ when: isDelete, does: { kind: "slow", ms: 5_000 } });
    stage.ocp.addPastTask({ name: "Offline obproxy", status: "SUCCESSFUL" });
    const hook = stage.start(call);
    await until(() => stage.ocp.tasks.length === 2);
    hook.kill();
    await hook.done;
    await until(() => stage.ocp.tasks.every(({ status }) => status !== "RUNNING"));
    stage.ocp.inject({ ...ever, path: TASKS, does: inLists((task) => withSubtaskIds(task, () => null)) });
    const { code, output } = await stage.run(call);
    expect({ code, told: output.includes("FAILED") }).toEqual({ code: 1, told: true });
  });

  test("is no success of the second run where lists write its name in small letters", async () => {
    await stage.given({ version: "4.2.2" });
    stage.ocp.planWork({ subtaskName: LATE, fail: "always" });
    const inSmallLetters = (task: Json): Json => ({ ...task, name: String(task["name"]).toLowerCase() });
    stage.ocp.inject({ ...ever, path: TASKS, does: inLists(inSmallLetters) });
    expect([(await stage.run(call)).code, (await stage.run(call)).code]).toEqual([1, 1]);
  });

  test("is no success where OCP was set up anew since a delete of which nobody heard, and counts from the beginning", async () => {
    const first = await stage.given({ version: "4.2.2", firstTaskId: 31440 });
    first.planWork({ subtaskName: "Unreserve host", fail: "always", tasks: 1 });
    expect((await stage.run({ ...proxy, obproxyId: 4 })).code).toBe(1);
    first.inject({ when: isDelete, does: { kind: "slow", ms: 5_000 } });
    const sent = first.nextArrival(isDelete);
    const hook = stage.start(call);
    await sent;
    hook.kill();
    await hook.done;
    const port = Number(new URL(first.url).port);
    await first.stop();
    const second = await another({ version: "4.2.2", firstTaskId: 5, port });
    try {
      second.planWork({ subtaskName: /Unreserve host|Finish node/, fail: "always" });
      second.inject({ when: isDelete, does: { kind: "lostAnswer" } });
      expect([(await stage.run(call)).code, (await stage.run(call)).code]).toEqual([1, 1]);
    } finally {
      await second.stop();
    }
  });

  test("does not make an older one stand against it whose entry cannot be understood", async () => {
    await stage.given({ version: "4.2.2" });
    stage.ocp.addPastTask({ name: "Offline obproxy", status: "FAILED", clusterId: 28 });
    stage.ocp.inject({ ...ever, path: TASKS, does: inLists((task) => withSubtaskIds(task, () => null)) });
    stage.ocp.inject({ when: isDelete, does: { kind: "lostAnswer" } });
    const { code, output } = await stage.run(call);
    expect({ code, output }).toEqual({ code: 0, output: expect.any(String) as unknown });
  });
});

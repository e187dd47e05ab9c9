import type { Fault, RecordedRequest } from "../../../src/simulator/index.js";
import {
  cluster,
  CLUSTER,
  EARLY,
  failureIn,
  gate,
  isDelete,
  LATE,
  obproxiesOf,
  proxy,
  Stage,
  withProvider,
} from "../evidence/stage.js";
import { until } from "../../support/until.js";
import { type HookCall, type StartedHook, TICK_MS } from "../hook-process.js";

/** What one run has learnt must not be lost to the next one. */

const stage = new Stage();

const kinds: readonly (readonly [string, HookCall])[] = [
  ["an OBProxy", proxy],
  ["a cluster", cluster],
];

describe.each(kinds)("the deletion of %s without tags, and no answer to the delete", (_what, call) => {
  test("is no success of the second run where the first one was killed before the answer came", async () => {
    await stage.given({ version: "4.2.2" });
    stage.ocp.planWork({ subtaskName: /Unreserve host|Finish node/, fail: "always" });
    stage.ocp.inject({ when: isDelete, does: { kind: "slow", ms: 5_000 } });
    const hook = stage.start(call);
    await until(() => stage.ocp.tasks.length === 1);
    hook.kill();
    await hook.done;
    await until(() => stage.ocp.task(31440)?.status === "FAILED");
    const { code, output } = await stage.run(call);
    expect({ code, told: output.includes("31440") }).toEqual({ code: 1, told: true });
  });

  test("is no success of the second run where the first one ended red for the task that began after it", async () => {
    await stage.given({ version: "4.2.2" });
    stage.ocp.planWork({ subtaskName: /Unreserve host|Finish node/, fail: "always" });
    stage.ocp.inject({ when: isDelete, does: { kind: "lostAnswer" } });
    const first = await stage.run(call);
    expect({ code: first.code, told: failureIn(first.lines).includes("31440") }).toEqual({ code: 1, told: true });
    const second = await stage.run(call);
    expect({ code: second.code, told: second.output.includes("31440") }).toEqual({ code: 1, told: true });
  });

  test("is no success of the second run where the time of the first one was up before the answer came", async () => {
    await stage.given({ version: "4.2.2" });
    stage.ocp.planWork({ subtaskName: /Unreserve host|Finish node/, fail: "always" });
    stage.ocp.inject({ when: isDelete, does: { kind: "slow", ms: 5_000 } });
    const first = await stage.run(withProvider(call, { timeouts: { delete: "1s" } }));
    expect(first.code).toBe(1);
    await until(() => stage.ocp.task(31440)?.status === "FAILED");
    const second = await stage.run(call);
    expect({ code: second.code, told: second.output.includes("31440") }).toEqual({ code: 1, told: true });
  });
});

const isLook = ({ method, path }: RecordedRequest): boolean => method === "GET" && path === CLUSTER;

/** One of two hooks: its first such request waits before an OCP without tags, whose deletions fail late, until it is let on. */
async function heldUp(call: HookCall, { when }: Required<Pick<Fault, "when">>) {
  await stage.given({ version: "4.2.2" });
  stage.ocp.planWork({ subtaskName: /Unreserve host|Finish node/, fail: "always" });
  const [arrived, letOn] = [stage.ocp.nextArrival(when), gate()];
  stage.ocp.inject({ when, does: { kind: "hang", until: letOn.opened } });
  const hook = stage.start(call);
  await arrived;
  return { hook, letOn };
}

test.each(kinds)(
  "two hooks of %s that run at once: what one has noted is not taken back by the other, whose delete is refused",
  async (_what, call) => {
    const { hook: slow, letOn } = await heldUp(call, { when: isDelete });
    const { code } = await stage.run(call);
    expect({ code, state: stage.ocp.task(31440)?.status }).toEqual({ code: 1, state: "FAILED" });
    const next = stage.ocp.nextArrival(({ method }) => method === "GET");
    letOn.open();
    await next;
    slow.kill();
    await slow.done;
    const third = await stage.run(call);
    expect({ code: third.code, told: third.output.includes("31440") }).toEqual({ code: 1, told: true });
  },
);

test.each(kinds)(
  "two hooks of %s that run at once: neither calls gone what the other one saw fail",
  async (_what, call) => {
    const { hook: slow, letOn } = await heldUp(call, { when: isDelete });
    expect((await stage.run(call)).code).toBe(1);
    letOn.open();
    const { code, output } = await slow.done;
    expect({ code, told: output.includes("31440") }).toEqual({ code: 1, told: true });
  },
);

test.each(kinds)(
  "two hooks of %s that run at once: the one that is refused does not take back that the other one waits for an answer",
  async (_what, call) => {
    const { hook: refused, letOn } = await heldUp(call, { when: isDelete });
    stage.ocp.inject({ when: isDelete, does: { kind: "slow", ms: 10_000 } });
    const unanswered = stage.start(call);
    await until(() => stage.ocp.tasks.length === 1);
    const next = stage.ocp.nextArrival(({ method }) => method === "GET");
    letOn.open();
    await next;
    for (const hook of [refused, unanswered]) {
      hook.kill();
      await hook.done;
    }
    await until(() => stage.ocp.task(31440)?.status === "FAILED");
    const { code, output } = await stage.run(call);
    expect({ code, told: output.includes("31440") }).toEqual({ code: 1, told: true });
  },
);

test.each(kinds)(
  "two hooks of %s that run at once: one whose look takes long does not call gone what the other one saw fail meanwhile",
  async (_what, call) => {
    const { hook: slow, letOn } = await heldUp(call, { when: isLook });
    expect((await stage.run(call)).code).toBe(1);
    letOn.open();
    for (const { code, output } of [await slow.done, await stage.run(call)]) {
      expect({ code, told: output.includes("31440") }).toEqual({ code: 1, told: true });
    }
  },
);

test.each(kinds)(
  "two hooks of %s that run at once: one whose look takes long does not call gone what the other one may have begun",
  async (_what, call) => {
    const { hook: slow, letOn } = await heldUp(call, { when: isLook });
    stage.ocp.inject({ when: isDelete, does: { kind: "slow", ms: 10_000 } });
    const unanswered = stage.start(call);
    await until(() => stage.ocp.task(31440)?.status === "FAILED");
    unanswered.kill();
    await unanswered.done;
    letOn.open();
    for (const { code, output } of [await slow.done, await stage.run(call)]) {
      expect({ code, told: output.includes("31440") }).toEqual({ code: 1, told: true });
    }
  },
);

test.each(kinds)(
  "two hooks of %s that run at once: a delete of the one that is sent long after it was noted is not forgotten by the other",
  async (_what, call) => {
    const { hook: sender, letOn: letSend } = await heldUp(call, { when: isDelete });
    stage.ocp.lock(27);
    const other = stage.start(call);
    // So long that what a delete began which was noted before it would have been seen.
    const looks = (): number => stage.ocp.requests.filter(isLook).length;
    const before = looks();
    await until(() => looks() > before + 1);
    await new Promise((resolve) => setTimeout(resolve, 30 * TICK_MS));
    const [looked, letLook] = [stage.ocp.nextArrival(isLook), gate()];
    stage.ocp.inject({ when: isLook, does: { kind: "hang", until: letLook.opened } });
    await looked;
    sender.kill();
    await sender.done;
    stage.ocp.unlock(27);
    letSend.open();
    await until(() => stage.ocp.task(31440)?.status === "FAILED");
    letLook.open();
    const { code, output } = await other.done;
    expect({ code, told: output.includes("31440") }).toEqual({ code: 1, told: true });
  },
);

test.each(kinds)(
  "two hooks of %s that run at once, both of which are refused, leave no doubt behind",
  async (_what, call) => {
    await stage.given({ version: "4.2.2" });
    stage.ocp.lock(27);
    const isRead = ({ method }: RecordedRequest): boolean => method === "GET";
    const gates = [gate(), gate()];
    const hooks: StartedHook[] = [];
    for (const { opened } of gates) {
      stage.ocp.inject({ when: isDelete, does: { kind: "hang", until: opened } });
      const arrived = stage.ocp.nextArrival(isDelete);
      hooks.push(stage.start(call));
      await arrived;
    }
    for (const [index, hook] of hooks.entries()) {
      const looks = stage.ocp.nextArrival(isRead);
      gates[index]?.open();
      await looks;
      hook.kill();
      await hook.done;
    }
    // Somebody else deletes it, and another one's deletion fails.
    stage.ocp.addPastTask({ name: "Offline obproxy", status: "FAILED", clusterId: 28 });
    if (call.kind === "cluster") stage.ocp.removeCluster(27);
    else stage.ocp.removeObproxy(27, 3);
    const { code, output } = await stage.run(call);
    expect({ code, output }).toEqual({ code: 0, output: expect.any(String) as unknown });
  },
);

test("knows the object gone by the later deletion of its whole cluster, whose tags name the cluster alone", async () => {
  await stage.given({ version: "4.3.6", unlockOnFailure: true });
  stage.ocp.planWork({ subtaskName: EARLY, fail: 1, tasks: 1 });
  expect((await stage.run(proxy)).code).toBe(1);
  const { id } = stage.ocp.submitDeleteCluster(27);
  stage.ocp.overrideTask(id, { tags: [{ objectType: "OBPROXY_CLUSTER", obproxyClusterId: 27 }] });
  stage.ocp.runToEnd(id);
  expect(obproxiesOf(stage.ocp)).toBeUndefined();
  const { code, output } = await stage.run(proxy);
  expect({ code, output }).toEqual({ code: 0, output: expect.any(String) as unknown });
});

test("does not call a proxy gone whose cluster's deletion has failed late, where tags name the cluster alone", async () => {
  await stage.given({ version: "4.3.6" });
  stage.ocp.planWork({ subtaskName: LATE, fail: 1, tasks: 1 });
  const { id } = stage.ocp.submitDeleteCluster(27);
  stage.ocp.overrideTask(id, { tags: [{ objectType: "OBPROXY_CLUSTER", obproxyClusterId: 27 }] });
  stage.ocp.runToEnd(id);
  expect(stage.ocp.cluster(27)).toBeUndefined();
  const { code, output } = await stage.run(proxy);
  expect({ code, told: output.includes("31440") }).toEqual({ code: 1, told: true });
});

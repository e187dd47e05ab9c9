import type { Recorded } from "../../../src/hook/decide/note.js";
import type { Simulator } from "../../../src/simulator/index.js";
import { another, changesAt, isDelete, proxy, withTimeout } from "../evidence/stage.js";
import { MockedClock, reconcile } from "../in-process.js";

/** An OCP without tags on which somebody always deletes something, so that a stranger's deletion is always at work. */

const EVERY_TICKS = 25;

async function teardown(
  obproxies: readonly number[],
  noted: Recorded | undefined,
  before: (ocp: Simulator) => void,
): Promise<{ readonly code: number; readonly seconds: number; readonly changes: readonly string[]; output: string }> {
  const clusters = [
    { id: 27, name: "orders", obproxies },
    { id: 28, name: "payments", obproxies: [1] },
  ];
  const ocp = await another({ version: "4.2.2", tickMs: "manual", clusters });
  try {
    const stranger = (): void => {
      ocp.startTask({ name: "Offline obproxy", subtasks: ["Start node", "Work", "Finish node"], lock: false });
    };
    ocp.planWork({ subtaskName: "Work", ticks: 30 });
    stranger();
    before(ocp);
    let ticks = 0;
    const clock = new MockedClock(() => {
      ocp.tick();
      if ((ticks += 1) % EVERY_TICKS === 0) stranger();
    });
    let note = noted;
    const notes = {
      run: "this one",
      isAtWork: () => false,
      read: () => note,
      write: (next: Recorded) => void (note = next),
      remove: () => void (note = undefined),
      trouble: undefined,
    };
    const { code, tookMs, output } = await reconcile(withTimeout(proxy, "30m"), { url: ocp.url, clock, notes });
    return { code, seconds: tookMs / 1000, changes: changesAt(ocp), output };
  } finally {
    await ocp.stop();
  }
}

test.each([
  ["is there", [3], ["delete 3"]],
  ["is gone", [], []],
])(
  "does not keep a run waiting for them whose object %s, after one that heard no answer",
  async (_what, ids, changes) => {
    const run = await teardown(ids, { unheardSince: "31400" }, () => undefined);
    expect(run).toEqual({ code: 0, seconds: expect.any(Number) as unknown, changes, output: run.output });
    expect(run.seconds).toBeLessThan(300);
  },
);

test("does not keep a run waiting for them whose own delete got lost on the way", async () => {
  const run = await teardown([3], undefined, (ocp) => ocp.inject({ when: isDelete, does: { kind: "reset" } }));
  expect(run).toMatchObject({ code: 0, changes: ["delete 3", "delete 3"] });
  expect(run.seconds).toBeLessThan(300);
});

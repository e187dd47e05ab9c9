import { DEFAULT_BUDGET_MS, endOf } from "../../../src/hook/decide/time-limit.js";
import type { Subtask } from "../../../src/ocp/model.js";
import { after, task, TICK, type Untimed } from "./support.js";

const subtask = (id: string, timeoutSeconds: number): Subtask => ({
  ...{
    id,
    name: "Stop",
    status: "RUNNING",
    timeoutSeconds,
    parallelIdx: -1,
    runTime: 1,
    upstreams: [],
    downstreams: [],
  },
});
const accepted = (subtasks: readonly Subtask[]): Untimed => ({
  event: "accepted",
  task: task("9", "RUNNING", { subtasks }),
  deletes: ["3"],
});
const polled = (subtasks: readonly Subtask[]): Untimed => ({
  ...{ event: "polled", task: task("9"), ours: true, certain: true, quick: false },
  answer: { says: "there", task: task("9", "RUNNING", { subtasks }) },
});

describe("when all waiting ends", () => {
  test("is told by the time limits of the task that OCP has accepted", () => {
    expect(endOf(after({}, accepted([subtask("1", 7200)])), undefined)).toBe(TICK + 7200_000 + 600_000);
  });

  test("is not told by an answer that names no subtasks", () => {
    expect(endOf(after({}, accepted([])), undefined)).toBe(TICK + DEFAULT_BUDGET_MS);
  });

  test("is told by the detail where the answer to the delete named none, or only the first ones", () => {
    const whole = [subtask("1", 3600), subtask("2", 36_000)];
    const since = TICK + 39_600_000 + 600_000;
    expect(endOf(after({}, accepted([]), polled(whole)), undefined)).toBe(since);
    expect(endOf(after({}, accepted([subtask("1", 3600)]), polled(whole)), undefined)).toBe(since);
  });

  test("does not come sooner because a later look shows less", () => {
    expect(endOf(after({}, accepted([subtask("1", 36_000)]), polled([])), undefined)).toBe(TICK + 36_600_000);
  });

  test("is the time that was asked for, whatever OCP says", () => {
    expect(endOf(after({}, accepted([subtask("1", 36_000)])), 5_000)).toBe(5_000);
  });
});

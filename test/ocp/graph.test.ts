import { inOrder, timeAtWidth } from "../../src/ocp/graph.js";
import type { Subtask } from "../../src/ocp/model.js";
import { longestPathSeconds } from "../../src/ocp/task.js";
import { fan, subtask, task } from "./support/answers.js";

const seconds = ({ timeoutSeconds }: Subtask): number => timeoutSeconds;

describe("the order of subtasks", () => {
  test("heeds what comes after as well as what comes before", () => {
    const told = [subtask({ id: "2" }), subtask({ id: "1", downstreams: ["2"] })];
    expect(inOrder(told).map(({ id }) => id)).toEqual(["1", "2"]);
  });

  test("is found in a cycle, and beside upstreams that are not there", () => {
    const cycle = [subtask({ id: "1", upstreams: ["2", "9"] }), subtask({ id: "2", upstreams: ["1"] })];
    expect(inOrder(cycle)).toHaveLength(2);
    expect(inOrder([subtask({ id: "1", upstreams: ["1"] })])).toHaveLength(1);
  });
});

describe("the time that subtasks take, ten at a time,", () => {
  test.each([
    [1, 130],
    [10, 130],
    [11, 230],
    [20, 230],
    [25, 330],
    [30, 330],
    [31, 430],
    [200, 2030],
  ])("of %i beside each other: %i s", (width, time) => {
    expect(longestPathSeconds(task({ subtasks: fan(width, 100) }))).toBe(time);
  });

  test("counts every stage of branches that wait for each other nowhere", () => {
    const branches = Array.from({ length: 25 }, (_, at) => [
      subtask({ id: `${at}1`.replace(/^0/, "9"), timeoutSeconds: 100 }),
      subtask({ id: `${at}2`.replace(/^0/, "9"), timeoutSeconds: 100, upstreams: [`${at}1`.replace(/^0/, "9")] }),
    ]).flat();
    expect(longestPathSeconds(task({ subtasks: branches }))).toBeGreaterThanOrEqual(500);
  });

  test("leaves the long one over", () => {
    const some = Array.from({ length: 11 }, (_, at) =>
      subtask({ id: String(at + 1), timeoutSeconds: at === 0 ? 500 : 100 }),
    );
    expect(timeAtWidth(some, seconds, 10)).toBe(600);
  });

  test("is found in a cycle too", () => {
    const cycle = [subtask({ id: "1", upstreams: ["2"] }), subtask({ id: "2", upstreams: ["1"] })];
    expect(timeAtWidth(cycle, seconds, 10)).toBe(600);
  });
});

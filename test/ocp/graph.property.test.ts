import fc from "fast-check";
import { heaviestPath, inOrder, timeAtWidth } from "../../src/ocp/graph.js";
import type { Subtask } from "../../src/ocp/model.js";
import { longestPathSeconds, longestRemainingPath } from "../../src/ocp/task.js";
import { processorTime } from "../support/processor-time.js";
import { chain, fan, subtask, task } from "./support/answers.js";

/** Any graph without cycles, its subtasks in any order. */
const graph: fc.Arbitrary<readonly Subtask[]> = fc
  .array(fc.tuple(fc.array(fc.nat(), { maxLength: 4 }), fc.nat(100)), { minLength: 1, maxLength: 40 })
  .chain((nodes) => {
    const all = nodes.map(([before, timeoutSeconds], at) =>
      subtask({
        id: String(at + 1),
        timeoutSeconds,
        upstreams: at === 0 ? [] : before.map((each) => String((each % at) + 1)),
      }),
    );
    return fc.shuffledSubarray(all, { minLength: all.length });
  });

const seconds = ({ timeoutSeconds }: Subtask): number => timeoutSeconds;

test("the order of subtasks is one in which they can run", () => {
  fc.assert(
    fc.property(graph, (subtasks) => {
      const order = inOrder(subtasks).map(({ id }) => id);
      expect([...order].sort()).toEqual(subtasks.map(({ id }) => id).sort());
      const place = new Map(order.map((id, at) => [id, at]));
      for (const { id, upstreams } of subtasks) {
        for (const before of upstreams) expect(place.get(before)!).toBeLessThan(place.get(id)!);
      }
    }),
  );
});

test("the time that subtasks take is the heaviest path where there is room for all, never less, and never more than a greedy engine can take", () => {
  fc.assert(
    fc.property(graph, fc.integer({ min: 1, max: 12 }), (subtasks, width) => {
      const path = heaviestPath(subtasks, seconds);
      const work = subtasks.reduce((sum, each) => sum + each.timeoutSeconds, 0);
      const time = timeAtWidth(subtasks, seconds, width);
      expect(time).toBeGreaterThanOrEqual(path);
      expect(time).toBeGreaterThanOrEqual(work / width);
      expect(time).toBeLessThanOrEqual(path + (work - path) / width + 1e-6);
      expect(timeAtWidth(subtasks, seconds, subtasks.length)).toBe(path);
      expect(timeAtWidth(subtasks, seconds, 1)).toBe(work);
    }),
    { numRuns: 500 },
  );
});

describe("twenty thousand subtasks", () => {
  const COUNT = 20_000;

  test.each<[string, () => readonly Subtask[]]>([
    ["in a chain", () => chain(...Array.from({ length: COUNT }, () => ({ status: "PENDING" })))],
    ["in a chain, the last first", () => [...chain(...Array.from({ length: COUNT }, () => ({})))].reverse()],
    ["beside each other", () => fan(COUNT, 100)],
    [
      "in two rows that wait for each other",
      () => {
        const first = Array.from({ length: 300 }, (_, at) => subtask({ id: String(at + 1) }));
        const all = first.map(({ id }) => id);
        return [
          ...first,
          ...Array.from({ length: 300 }, (_, at) => subtask({ id: String(at + 1001), upstreams: all })),
        ];
      },
    ],
    [
      "in branches",
      () =>
        Array.from({ length: COUNT }, (_, at) =>
          subtask({ id: String(at + 1), upstreams: at % 4 === 0 ? [] : [String(at)], timeoutSeconds: at % 7 }),
        ),
    ],
  ])("%s take no time", (_, make) => {
    const subtasks = make();
    const milliseconds = processorTime(() => {
      expect(inOrder(subtasks)).toHaveLength(subtasks.length);
      longestPathSeconds(task({ subtasks }));
      longestRemainingPath(task({ subtasks }));
    });
    expect(milliseconds).toBeLessThan(3_000);
  });
});

import fc from "fast-check";
import { parseTask } from "../../src/ocp/parse.js";
import { classify } from "../../src/ocp/task.js";

test("every verdict has a reason, and none succeeds without everything done", () => {
  const statuses = ["PENDING", "READY", "RUNNING", "CANCELING", "FAILED", "SUCCESSFUL", "WARNING"];
  const operations = ["EXECUTE", "RETRY", "ROLLBACK", "SKIP", "CANCEL", "ROLLBACK_SKIP", undefined];
  const anySubtask = fc.record({ status: fc.constantFrom(...statuses), operation: fc.constantFrom(...operations) });
  const anyTask = fc.record({
    status: fc.constantFrom("RUNNING", "FAILED", "SUCCESSFUL", "SUSPENDED"),
    operation: fc.constantFrom(...operations),
    subtasks: fc.array(anySubtask, { maxLength: 4 }),
  });
  fc.assert(
    fc.property(anyTask, (some) => {
      const read = parseTask({
        id: 1,
        ...some,
        subtasks: some.subtasks.map((each, index) => ({ id: index + 1, ...each })),
      });
      const verdict = classify(read);
      expect(verdict.reason).not.toBe("");
      if (verdict.kind !== "succeeded") return;
      expect(read.status).toBe("SUCCESSFUL");
      expect(read.operation).not.toBe("ROLLBACK");
      expect(read.subtasks.every((each) => each.status === "SUCCESSFUL")).toBe(true);
      expect(read.subtasks.some((each) => /ROLLBACK/.test(each.operation ?? ""))).toBe(false);
    }),
    { numRuns: 5000 },
  );
});

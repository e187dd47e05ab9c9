import { inData } from "../../../src/simulator/index.js";
import { inMockedTime, isDelete, LATE, proxy } from "../evidence/stage.js";

test("waits as long as OCP's task may take, also where the answer to the delete shows no subtasks", async () => {
  const run = await inMockedTime(
    proxy,
    { version: "4.2.2" },
    {
      before: (ocp) => {
        ocp.planWork({ subtaskName: LATE, ticks: 900 });
        const change = inData((data) => (typeof data === "object" ? { ...data, subtasks: [] } : data));
        ocp.inject({ when: isDelete, does: { kind: "rewrite", change } });
      },
    },
  );
  expect({ code: run.code, output: run.output }).toEqual({ code: 0, output: expect.any(String) as unknown });
});

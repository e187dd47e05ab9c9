import { createOcpClient } from "../../src/ocp/client.js";
import { maskLongTexts } from "../../src/ocp/fields.js";
import { send, success, TASK } from "./support/answers.js";
import { httpServer } from "./support/server.js";

/** A secret must not be shown in part where a text is cut. */

const PASSWORD = "Zq7hunter2secretpassword";

async function asked<T>(answer: unknown, ask: (api: ReturnType<typeof createOcpClient>) => Promise<T>): Promise<T> {
  const server = await httpServer((_seen, response) => {
    send(response, 200, answer);
  });
  const credentials = { kind: "basic", username: "admin", password: PASSWORD } as const;
  const api = createOcpClient({ baseUrl: `http://127.0.0.1:${server.port}`, credentials });
  try {
    return await ask(api);
  } finally {
    await api.close();
    await server.close();
  }
}

test.each(["name", "operation", "creator", "startTime"])("is not in what is shown of a task's %s", async (member) => {
  for (const before of [176, 180, 190, 198]) {
    const text = `${"x".repeat(before)} ${PASSWORD}`;
    const task = await asked(success({ ...TASK, [member]: text }), (api) => api.task(String(TASK.id)));
    expect(JSON.stringify(task)).not.toMatch(/Zq7/i);
  }
});

test("is left in a log, which is masked line by line", async () => {
  const log = `${"x".repeat(100_000)} ${PASSWORD}`;
  expect(await asked(success({ log }), (api) => api.subtaskLog("7", "8"))).toBe(log);
});

test("leaves short texts and everything else as it came", () => {
  const value = { name: "orders", ids: [1, "2", null], ["__proto__"]: "x".repeat(300), "": { text: "y".repeat(300) } };
  maskLongTexts(value, () => "***");
  expect(value).toEqual({ name: "orders", ids: [1, "2", null], ["__proto__"]: "***", "": { text: "***" } });
});

test("does not mind how deep an answer is nested", () => {
  const value: unknown = JSON.parse("[".repeat(500_000) + "]".repeat(500_000));
  expect(() => {
    maskLongTexts(value, (text) => text);
  }).not.toThrow();
});

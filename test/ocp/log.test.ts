import { failureLines, relevantLines } from "../../src/ocp/log.js";
import { published, recordedBody } from "../fixtures/index.js";

function logOf(answer: unknown): string {
  return (answer as { data: { log: string } }).data.log;
}

const threeAttempts = logOf(recordedBody("subtask_log_three_attempts.json"));
const SEPARATOR = "############{RETRY}{2026-11-22T13:10:01.860482460Z}############";
const FAILED =
  "2026-11-22 13:10:05.233  WARN 1 --- [pool-1,ab,cd] c.o.o.Runner   : Execute task failed, subtask=Overview{id=9}";

test("finds the cause before the frames, although OCP broke a frame in two", () => {
  const twoAttempts = threeAttempts.slice(0, threeAttempts.lastIndexOf("############{RETRY}"));
  expect(relevantLines(twoAttempts)).toEqual(["java.lang.RuntimeException: planned failure of Delete obproxy info"]);
});

test("looks at the last attempt alone", () => {
  expect(relevantLines(threeAttempts)).toEqual([]);
});

test("has nothing to say about a log without trouble", () => {
  expect(relevantLines(logOf(published("subtask_log.v4.2.2.json")))).toEqual([]);
  expect(relevantLines("")).toEqual([]);
});

test("keeps every cause and all lines of a message", () => {
  const log = [
    SEPARATOR,
    FAILED,
    "",
    "com.oceanbase.ocp.CommandException: command failed on host 3",
    "stderr: no such file",
    "\tat com.oceanbase.Step.run(Step.java:17) ~[lab/:na]",
    "\t... 12 common frames omitted",
    "Caused by: java.net.ConnectException: Connection refused",
    "\tat java.base/Net.connect(Native Method)",
    "Set state for subtask: 9, operation:RETRY, state: FAILED",
  ];
  expect(relevantLines(log.join("\n"))).toEqual([
    "com.oceanbase.ocp.CommandException: command failed on host 3",
    "stderr: no such file",
    "Caused by: java.net.ConnectException: Connection refused",
  ]);
});

test("falls back to warnings and errors where nothing is called failed", () => {
  const log = `${SEPARATOR}\n2026-11-22 13:10:05.233 ERROR 1 --- [pool] c.o.Agent : agent did not answer\nbye`;
  expect(relevantLines(log)).toEqual(["agent did not answer"]);
});

test("shows the last lines of a log in no known form, without frames", () => {
  const log = [
    SEPARATOR,
    ...Array.from({ length: 50 }, (_, index) => `step ${index}`),
    "ssh: connect to host 10.0.0.4 port 22, password=hunter2",
    "\tat com.oceanbase.Step.run(Step.java:17)",
    "",
    "Set state for subtask: 9, operation:EXECUTE, state: FAILED",
  ].join("\r\n");
  const last = ["step 45", "step 46", "step 47", "step 48", "step 49"];
  expect(relevantLines(log)).toEqual([...last, "ssh: connect to host 10.0.0.4 port 22, password=***"]);
  expect(failureLines(log)).toEqual(relevantLines(log));
});

test("of a failed subtask whose log speaks of no trouble, shows the last lines", () => {
  const info = (text: string): string => `2026-11-22 13:10:05.233  INFO 1 --- [pool] c.o.Agent : ${text}`;
  const log = [SEPARATOR, ...Array.from({ length: 9 }, (_, index) => info(`step ${index}`))].join("\n");
  expect(relevantLines(log)).toEqual([]);
  expect(failureLines(log)).toEqual(["step 3", "step 4", "step 5", "step 6", "step 7", "step 8"]);
  expect(failureLines("")).toEqual([]);
  expect(failureLines(`${SEPARATOR}\n${FAILED}\nssh refused`)).toEqual(["ssh refused"]);
});

test("a log in one line, or in no lines at all, is bounded", () => {
  const [line, ...more] = failureLines("x".repeat(8 * 1024 * 1024));
  expect([line!.length, more]).toEqual([300, []]);
  expect(failureLines("\u0000\u200b\n".repeat(100_000))).toEqual([]);
});

test("masks secrets and control characters", () => {
  const log = `${SEPARATOR}\n${FAILED}\n\u001b[31mlogin with password=hunter2 refused\u0007`;
  expect(relevantLines(log)).toEqual(["[31mlogin with password=*** refused"]);
});

test("is bounded", () => {
  const lines = Array.from({ length: 100 }, (_, index) => `Caused by: ${index} ${"x".repeat(10_000)}`);
  const found = relevantLines([SEPARATOR, FAILED, ...lines].join("\n"));
  expect(found).toHaveLength(12);
  expect(Math.max(...found.map((line) => line.length))).toBe(300);
  expect(found.at(-1)).toContain("Caused by: 99");
});

import * as failures from "../../src/hook/tell/failures.js";
import type { HookFailure } from "../../src/hook/tell/failure.js";
import { intentFrom } from "../../src/hook/intent.js";
import { Reporter } from "../../src/hook/tell/reporter.js";
import { OcpError, type OcpErrorDetails, type OcpErrorKind } from "../../src/ocp/errors.js";
import { maskSecrets } from "../../src/ocp/mask.js";
import type { Subtask, Task } from "../../src/ocp/model.js";
import { classify } from "../../src/ocp/task.js";
import { other, settingsWith } from "./hook-process.js";
import { processorTime } from "../support/processor-time.js";

const subtask = (id: string, name: string, status: string, more: Partial<Subtask> = {}): Subtask => ({
  id,
  name,
  status,
  operation: "EXECUTE",
  timeoutSeconds: 30,
  parallelIdx: -1,
  runTime: 1,
  upstreams: [],
  downstreams: [],
  ...more,
});
const task = (status: string, subtasks: readonly Subtask[], more: Partial<Task> = {}): Task => ({
  id: "31440",
  name: "Offline obproxy",
  status,
  operation: "EXECUTE",
  subtasks,
  ...more,
});

function setUp(): { reporter: Reporter; lines: string[]; pass: (ms: number) => void } {
  const lines: string[] = [];
  let now = 0;
  const reporter = new Reporter(
    "OBProxy 27/3",
    (line) => lines.push(line),
    () => now,
    1000,
    (text) => maskSecrets(text, ["hunter2-secret"]),
  );
  return { reporter, lines, pass: (ms) => (now += ms) };
}

/** A task that this job may retry, and does not by itself. */
const ours: failures.OwnRetries = { taskRetries: 0, whyNot: undefined };

describe("the reporter", () => {
  test("writes one thought a line, with the object's name, whatever OCP sends", () => {
    const { reporter, lines } = setUp();
    reporter.line("first\nsecond\r\n\u001b[31mred\u0007\u0085 last\u0000  ");
    expect(lines).toEqual(["OBProxy 27/3: first second [31mred  last"]);
  });

  test("masks secrets everywhere", () => {
    const { reporter, lines } = setUp();
    reporter.warn("it says hunter2-secret, password=abc and Basic YWRtaW46c2VjcmV0");
    expect(lines[0]).toMatch(/^OBProxy 27\/3: WARNING: it says \*\*\*, password=\*\*\* and Basic \*\*\*$/);
  });

  test("tells what has changed, grouped and in the order of the graph", () => {
    const { reporter, lines } = setUp();
    const before = [
      subtask("3", "Finish node", "PENDING", { upstreams: ["2"] }),
      subtask("1", "Start node", "RUNNING"),
      subtask("2", "Stop obproxy", "PENDING", { upstreams: ["1"] }),
    ];
    reporter.taskStarted(task("RUNNING", before), "OCP deletes it in");
    reporter.progress(
      task(
        "RUNNING",
        before.map((each) => ({ ...each, status: "SUCCESSFUL" })),
      ),
    );
    expect(lines).toEqual([
      'OBProxy 27/3: OCP deletes it in task 31440 "Offline obproxy" (3 subtasks)',
      "OBProxy 27/3: task 31440: 3/3 done, 0 ms: ended Start node, Stop obproxy, Finish node",
    ]);
  });

  test("tells failures first, skips apart, and counts siblings", () => {
    const { reporter, lines } = setUp();
    reporter.progress(
      task("RUNNING", [
        subtask("1", "Stop obproxy", "SUCCESSFUL"),
        subtask("2", "Stop obproxy", "SUCCESSFUL"),
        subtask("3", "Stop obproxy", "FAILED"),
        subtask("4", "Unreserve host", "SUCCESSFUL", { operation: "SKIP" }),
        subtask("5", "Clean", "Suspended"),
      ]),
    );
    expect(lines[0]).toContain(
      "FAILED Stop obproxy; skipped Unreserve host; ended Stop obproxy ×2; in a state unknown to us: Clean (Suspended)",
    );
  });

  test("says nothing twice, but once a minute that it still waits", () => {
    const { reporter, lines, pass } = setUp();
    const now = task("RUNNING", [subtask("1", "Stop obproxy", "RUNNING")]);
    reporter.progress(now);
    for (let second = 0; second < 125; second += 1) {
      pass(1000);
      reporter.progress(now);
    }
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/task 31440: 0\/1 done, 2 min, still at Stop obproxy/);
  });

  test("tells a status that OCP does not document when it begins, while it lasts, and when it ends", () => {
    const { reporter, lines, pass } = setUp();
    const suspended = task("SUSPENDED", [subtask("1", "Stop obproxy", "PAUSED")]);
    reporter.progress(task("RUNNING", [subtask("1", "Stop obproxy", "RUNNING")]));
    reporter.progress(suspended);
    expect(lines[1]).toContain(
      "task 31440: 0/1 done, 0 ms: OCP says SUSPENDED, which it does not document; in a state unknown to us: Stop obproxy (PAUSED)",
    );
    for (let second = 0; second < 61; second += 1) {
      pass(1000);
      reporter.progress(suspended);
    }
    expect(lines).toHaveLength(3);
    expect(lines[2]).toContain("still in state SUSPENDED, at Stop obproxy (PAUSED)");
    reporter.progress(task("RUNNING", [subtask("1", "Stop obproxy", "PAUSED")]));
    expect(lines[3]).toContain("OCP says RUNNING, no longer SUSPENDED");
  });

  test("keeps each line bounded and fit for a CI log, whatever a subtask is called", () => {
    const { reporter, lines } = setUp();
    const names = ["##vso[task.complete]", "::error::x", "\u202eyxorpbo", "a\u2028b", "x".repeat(7_000_000)];
    reporter.progress(
      task(
        "RUNNING",
        names.map((name, index) => subtask(String(index), name, "FAILED")),
      ),
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]!.length).toBeLessThanOrEqual(4_000);
    expect(lines[0]).not.toMatch(/##vso|::error|[\u202e\u2028]/);
  });

  test("tells thousands of subtasks, one after another or all at once, in a few words", () => {
    const { reporter, lines } = setUp();
    const chain = Array.from({ length: 20_000 }, (_, index) =>
      subtask(String(index + 1), `Step ${index}`, "RUNNING", { upstreams: [String(index)] }),
    ).reverse();
    const ended = chain.map((each) => ({ ...each, status: "SUCCESSFUL", upstreams: ["1"] }));
    const milliseconds = processorTime(() => {
      reporter.progress(task("RUNNING", chain));
      reporter.progress(task("RUNNING", ended));
    });
    expect(milliseconds).toBeLessThan(3_000);
    expect(lines[0]).toContain("started Step 0, Step 1, Step 2, Step 3, Step 4, Step 5 and 19994 more");
    expect(lines).toHaveLength(2);
  });

  test("ends a failure with what to do", () => {
    const { reporter, lines } = setUp();
    reporter.failure(failures.stillThere(task("SUCCESSFUL", []), "OBProxy 27/3"));
    expect(lines[0]).toMatch(
      /^OBProxy 27\/3: FAILED: OCP's task 31440 "Offline obproxy" ended SUCCESSFUL, but OCP still lists/,
    );
    expect(lines.at(-1)).toMatch(/^OBProxy 27\/3: {3}what to do: /);
  });
});

const proxy = { kind: "obproxy", clusterId: "27", obproxyId: "3" } as const;
const intent = intentFrom(proxy, "orders", settingsWith());
const error = (kind: OcpErrorKind, more: Partial<OcpErrorDetails> = {}): OcpError =>
  new OcpError(`GET http://ocp/x was answered badly`, { kind, method: "GET", url: "http://ocp/x", ...more });
const told = { status: 403, code: 11000, codeText: "IAM11000", ocpMessage: "not yours", traceId: "feed" };

/** What, object, task, failed subtask, OCP's words, and last what to do. */
const lineUp = (failure: HookFailure): string => [failure.message, ...failure.details, failure.next].join("\n");

describe("a failed task's failure", () => {
  const failed = task(
    "FAILED",
    [subtask("1", "Start node", "SUCCESSFUL"), subtask("33149", "Stop obproxy", "FAILED", { parallelIdx: 2 })],
    { traceId: "beef" },
  );
  const text = (of: Task, ofThisRun = true, log: string[] = ["Execute failed", "agent does not answer"]): string =>
    lineUp(failures.taskFailed(of, classify(of), ofThisRun, log, "http://ocp:8080", ours));

  test("holds the task, the failed subtask, OCP's words with the trace id, and what to do, in this order", () => {
    expect(text(failed)).toMatch(
      /^OCP's task 31440 "Offline obproxy" FAILED\nlog: Execute failed\nfailed: subtask 33149 "Stop obproxy" \(index 2 of 0–2\)\nOCP says: "agent does not answer" \(trace id beef\)\nmend the cause and retry task 31440 at http:\/\/ocp:8080 \(Task Center\) or with `npx cdktf-obproxy retry 31440 <stack directory>`, or set `taskRetries`/,
    );
  });

  test("says so where the log is empty", () => {
    expect(text(failed, true, [])).toContain("OCP says no more (trace id beef)");
  });

  test("does not ask to mend what only a restart of OCP has interrupted", () => {
    const all = text(failed, true, ["java.lang.InterruptedException: sleep interrupted"]);
    expect(all).toContain("the work was interrupted, as when OCP restarts");
    expect(all).toMatch(/retry task 31440 at http:\/\/ocp:8080/);
    expect(all).not.toContain("mend the cause");
  });

  test("names all that the task deletes, for the subtask's index does not tell which it was", () => {
    const own = { ...ours, deletes: ["27/3", "27/4"] };
    const all = lineUp(failures.taskFailed(failed, classify(failed), true, [], "http://ocp:8080", own));
    expect(all).toContain("the task deletes OBProxies 27/3, 27/4");
  });

  test("can be retried by a command that can be copied as it stands", () => {
    const own = { ...ours, stackDirectory: "/srv/my app/cdktf.out/stacks/proxies" };
    const all = lineUp(failures.taskFailed(failed, classify(failed), true, [], "http://ocp:8080", own));
    expect(all).toContain("`npx cdktf-obproxy retry 31440 '/srv/my app/cdktf.out/stacks/proxies'`");
  });

  test("says that an earlier run's failure is not the same as already gone", () => {
    expect(text(failed, false)).toMatch(/FAILED \(in an earlier run\)\n[^]*not "already gone"/);
  });

  test("calls a rollback, a failed rollback and undone work by their names", () => {
    const pending = [subtask("1", "Start node", "PENDING", { operation: "ROLLBACK" })];
    expect(text(task("SUCCESSFUL", pending, { operation: "ROLLBACK" }))).toMatch(
      /was rolled back: it says SUCCESSFUL.*\n[^]*find out who rolled task 31440 back/,
    );
    expect(text({ ...failed, operation: "ROLLBACK" })).toMatch(/FAILED while it was being rolled back/);
    expect(text({ ...failed, status: "SUCCESSFUL" })).toMatch(/left work undone\n[^]*look at task 31440/);
  });
});

describe("a call's failure", () => {
  const context = { envPrefix: "EU", accepted: true, sent: "begun" as const, taskId: "31440" };

  test.each<[OcpErrorKind, RegExp]>([
    ["unreachable", /cannot be reached[^]*EU_URL[^]*HTTPS_PROXY/],
    ["lost", /connection to OCP broke/],
    ["throttled", /limits our requests/],
    ["unauthenticated", /\(401\)[^]*EU_USERNAME and EU_PASSWORD/],
    ["redirected", /redirect is never followed/],
    ["forbidden", /\(403\)[^]*OBPROXY_MANAGER[^]*TASK_VIEWER/],
    ["server-error", /OCP fails[^]*trace id/],
    ["not-ocp", /not OCP's API[^]*gateway/],
    ["not-found", /OCP refuses the request/],
    ["refused", /OCP refuses the request/],
  ])("%s is told with OCP's words, the task and what to do", (kind, text) => {
    const all = lineUp(failures.callFailed(error(kind, told), context));
    expect(all).toMatch(text);
    expect(all).toContain('OCP says: "not yours" (code IAM11000, HTTP 403, trace id feed)');
    expect(all).toContain("task 31440 may still be running in OCP");
    expect(all.split("\n").at(-1)).toMatch(/run destroy again/);
  });

  test.each<OcpErrorKind>(["unauthenticated", "forbidden", "redirected"])("%s names the user and the URL", (kind) => {
    const all = lineUp(failures.callFailed(error(kind, told), { ...context, user: "ops" }));
    expect(all).toContain('asked as "ops" at http://ocp');
  });

  test("says first what else stands against a deletion of what another declares", () => {
    const claim = { reason: "other/p declares it now, but is not deployed with it", next: "deploy the stack other" };
    const refused = failures.callFailed(error("unauthenticated", told), context);
    const lines = lineUp(failures.claimedAndUnseen(claim, refused)).split("\n");
    expect(lines[0]).toBe(`not deleted: ${claim.reason}`);
    expect(lines[1]).toMatch(/^whether OCP has it at all could not be seen: OCP does not accept the credentials/);
    expect(lines.at(-1)).toBe(claim.next);
  });

  test("says that no delete was sent where nothing was", () => {
    const all = lineUp(
      failures.callFailed(error("not-ocp"), { ...context, accepted: false, sent: "no", taskId: undefined }),
    );
    expect(all).toMatch(/no delete was sent for it\ncheck the URL \(EU_URL/);
  });

  test("says that a delete may be at work whose task is not known", () => {
    expect(lineUp(failures.callFailed(error("lost"), { ...context, sent: "doubtful", taskId: undefined }))).toContain(
      "a delete was sent before",
    );
  });

  test("mentions a clock that is off, which access keys do not forgive", () => {
    const behind = failures.callFailed(error("unauthenticated", { clockSkewMs: 20 * 60_000 }), context);
    expect(behind.message).toContain("this machine's clock is 20 min behind OCP's");
    expect(failures.callFailed(error("unauthenticated", { clockSkewMs: 5_000 }), context).message).not.toContain(
      "clock",
    );
  });
});

describe("the other failures", () => {
  const locked = error("refused", { status: 400, codeText: "ODP21010", ocpMessage: "busy" });

  test.each<[string, HookFailure, RegExp]>([
    [
      "rights",
      failures.mayNotReadTasks(error("forbidden", told)),
      /403[^]*not yours[^]*no delete was sent[^]*TASK_VIEWER[^]*WaitFor.OBJECT/,
    ],
    [
      "skip",
      failures.skipHostOperationUnsupported("OCP 4.2.2"),
      /4\.3\.5 or later; this is OCP 4\.2\.2\nno delete was sent/,
    ],
    ["vanished", failures.taskVanished(task("RUNNING", [])), /accepted task 31440[^]*console/],
    [
      "unknown",
      failures.unknownToUs("OCP is silent", intent, "60 s"),
      /OBProxy 27\/3 [^]*OCP is silent[^]*60 s[^]*console/,
    ],
    [
      "suspect",
      failures.badEnd({ task: task("FAILED", []), afterLoss: true }, "OBProxy 27/3", [], "http://ocp"),
      /answer to our delete was lost, and task 31440[^]*may well be ours/,
    ],
    [
      "locked by one",
      failures.lockNotReleased(task("FAILED", []), ours, ["ssh refused"], locked, intent, "http://ocp"),
      /cluster 27 locked, and task 31440[^]*ssh refused[^]*ODP21010[^]*retry task 31440 at http:\/\/ocp[^]*taskRetries/,
    ],
    [
      "locked by none",
      failures.lockedByNobodySeen([], locked, intent, "http://ocp"),
      /no task is seen[^]*ODP21010[^]*look for a failed task/,
    ],
    [
      "locked by one of this run",
      failures.lockedByNobodySeen([{ task: "31440", sender: "27/1" }], locked, intent, "http://ocp"),
      /locked, and task 31440, which this run began for OBProxy 27\/1, has FAILED[^]*ODP21010[^]*task 31440 at http:\/\/ocp/,
    ],
    ["refused", failures.deleteRefused(locked), /refuses the delete[^]*"busy"[^]*mend what OCP names/],
    ["lost", failures.answerLost(error("not-ocp")), /no usable answer[^]*see what stands between/],
    ["401", failures.refusedAfterAccepted(error("unauthenticated"), 3), /accepted before[^]*goes on/],
  ])("%s", (_what, failure, text) => {
    expect(lineUp(failure)).toMatch(text);
    expect(failure.next).not.toBe("");
  });

  test("name every undeclared OBProxy", () => {
    const breach = {
      guard: "forceDestroy",
      undeclared: [{ id: "4", ip: "10.0.0.4", sqlPort: 2883, status: "RUNNING" }, { id: "6" }],
    } as const;
    const whole = intentFrom({ kind: "cluster", clusterId: "27" }, "orders", settingsWith({}));
    expect(failures.guardBroken(breach, whole, { id: "27", name: "orders" }).message).toMatch(
      /27 \(orders\) still holds .*: 4 10\.0\.0\.4:2883 RUNNING, 6$/,
    );
  });

  test("name every OBProxy that is declared elsewhere, and where", () => {
    const whole = intentFrom(
      { kind: "cluster", clusterId: "27" },
      "orders",
      settingsWith({ others: [other({ obproxies: { "27/5": "app/other" } })] }),
    );
    const breach = { guard: "declaredElsewhere", held: [{ id: "5", ip: "10.0.0.5" }] } as const;
    expect(failures.guardBroken(breach, whole, { id: "27", name: "orders" }).message).toMatch(
      /27 \(orders\) still holds .*: 5 10\.0\.0\.5 \(app\/other\); deleting/,
    );
  });
});

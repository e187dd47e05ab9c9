import { Caller } from "../../src/hook/patience/caller.js";
import { Deadline, DEFAULT_BUDGET_MS } from "../../src/hook/patience/deadline.js";
import { formatDuration, parseDuration } from "../../src/hook/duration.js";
import { HookFailure } from "../../src/hook/tell/failure.js";
import { Reporter } from "../../src/hook/tell/reporter.js";
import { OcpError, type OcpErrorDetails, type OcpErrorKind } from "../../src/ocp/errors.js";
import { MockedClock, TICK } from "./in-process.js";

const error = (kind: OcpErrorKind, more: Partial<OcpErrorDetails> = {}): OcpError =>
  new OcpError(`GET http://ocp/x: ${kind}`, { kind, method: "GET", url: "http://ocp/x", ...more });

function setUp(timeoutMs?: number): { clock: MockedClock; deadline: Deadline; caller: Caller; lines: string[] } {
  const clock = new MockedClock();
  const lines: string[] = [];
  const reporter = new Reporter(
    "OBProxy 27/3",
    (line) => lines.push(line),
    () => clock.now(),
    TICK,
    (text) => text,
  );
  const deadline = new Deadline(clock, timeoutMs);
  return { clock, deadline, lines, caller: new Caller(clock, deadline, reporter, TICK) };
}

/** A call that fails with these, one after the other, and then succeeds. */
const failing = (...errors: readonly OcpError[]): (() => Promise<string>) & { calls: () => number } => {
  let calls = 0;
  return Object.assign(
    () => {
      const next = errors[calls];
      calls += 1;
      return next === undefined ? Promise.resolve("answer") : Promise.reject(next);
    },
    { calls: () => calls },
  );
};
const always = (kind: OcpErrorKind): ReturnType<typeof failing> =>
  failing(...Array.from({ length: 5_000 }, () => error(kind)));
const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => new Error(`no failure but ${String(value)}`),
    (reason: unknown) => reason,
  );

describe("a read, before OCP has answered at all", () => {
  it.each<OcpErrorKind>([
    "unreachable",
    "not-ocp",
    "unauthenticated",
    "forbidden",
    "redirected",
    "not-found",
    "refused",
  ])("is not repeated after %s", async (kind) => {
    const { caller } = setUp();
    const call = always(kind);
    expect(await failureOf(caller.read(call))).toMatchObject({ kind });
    expect(call.calls()).toBe(1);
  });

  it.each<OcpErrorKind>(["lost", "server-error"])("is repeated for some 30 s after %s", async (kind) => {
    const { caller, clock, lines } = setUp();
    expect(await failureOf(caller.read(always(kind)))).toMatchObject({ kind });
    expect(clock.now()).toBeGreaterThanOrEqual(30_000);
    expect(clock.now()).toBeLessThan(50_000);
    expect(lines).toHaveLength(1);
  });
});

describe("a read, once OCP has answered", () => {
  it.each<OcpErrorKind>(["lost", "server-error", "unreachable", "not-ocp"])(
    "is repeated for ten minutes after %s, told at once and then once a minute",
    async (kind) => {
      const { caller, clock, lines } = setUp();
      caller.noteAnswer();
      const call = always(kind);
      expect(await failureOf(caller.read(call))).toMatchObject({ kind });
      expect(clock.now()).toBeGreaterThanOrEqual(600_000);
      expect(clock.now()).toBeLessThan(620_000);
      expect(lines[0]).toMatch(/still trying$/);
      expect(lines.length).toBeGreaterThan(7);
      expect(lines.length).toBeLessThan(12);
      // Not a request a second for an OCP that is down.
      expect(call.calls()).toBeLessThan(90);
    },
  );

  it("gives up sooner on an endpoint that never answered as OCP's does", async () => {
    const { caller, clock } = setUp();
    await caller.read(() => Promise.resolve("cluster"), "cluster");
    expect(await failureOf(caller.read(always("not-ocp"), "tasks"))).toMatchObject({ kind: "not-ocp" });
    expect(clock.now()).toBeLessThan(50_000);
    await caller.read(() => Promise.resolve([]), "tasks");
    expect(await failureOf(caller.read(always("not-ocp"), "tasks"))).toMatchObject({ kind: "not-ocp" });
    expect(clock.now()).toBeGreaterThan(600_000);
  });

  it("does not wait for ever for an OCP that limits requests", async () => {
    const { caller, clock } = setUp();
    caller.noteAnswer();
    expect(await failureOf(caller.read(always("throttled")))).toMatchObject({ kind: "throttled" });
    expect(clock.now()).toBeGreaterThanOrEqual(3_600_000);
    expect(clock.now()).toBeLessThan(3_700_000);
  });

  it("tells the beginning and the end of each streak", async () => {
    const { caller, lines } = setUp();
    caller.noteAnswer();
    await caller.read(failing(error("lost"), error("server-error"), error("unreachable")));
    await caller.read(failing(error("not-ocp")));
    expect(lines.map((line) => line.replace(/^.*?: /, ""))).toEqual([
      expect.stringMatching(/lost; still trying/),
      expect.stringMatching(/OCP answers again after \d+ s/),
      expect.stringMatching(/not-ocp; still trying/),
      expect.stringMatching(/OCP answers again after/),
    ]);
  });

  it.each<OcpErrorKind>(["forbidden", "redirected", "not-found", "refused"])(
    "is not repeated after %s",
    async (kind) => {
      const { caller } = setUp();
      caller.noteAnswer();
      const call = always(kind);
      expect(await failureOf(caller.read(call))).toMatchObject({ kind });
      expect(call.calls()).toBe(1);
    },
  );

  it("is repeated three times, slowly, after 401, and then told as credentials that were accepted before", async () => {
    const { caller, clock } = setUp();
    caller.noteAnswer();
    const call = always("unauthenticated");
    const failure = await failureOf(caller.read(call));
    expect(failure).toBeInstanceOf(HookFailure);
    expect(failure).toMatchObject({ message: expect.stringContaining("accepted before") as string });
    expect(call.calls()).toBe(4);
    expect(clock.now()).toBe(30_000);
  });

  it("counts each streak of 401 anew", async () => {
    const { caller } = setUp();
    caller.noteAnswer();
    const three = Array.from({ length: 3 }, () => error("unauthenticated"));
    expect(await caller.read(failing(...three))).toBe("answer");
    expect(await caller.read(failing(...three))).toBe("answer");
  });

  it("waits as long as a 429 asks for", async () => {
    const { caller, clock } = setUp();
    await caller.read(failing(error("throttled", { retryAfterMs: 53_000 })));
    expect(clock.now()).toBe(53_000);
  });

  it("waits no shorter than a 503 asks for", async () => {
    const { caller, clock } = setUp();
    await caller.read(failing(error("server-error", { retryAfterMs: 20_000 })));
    expect(clock.now()).toBe(20_000);
  });

  it("does not go on beyond the deadline", async () => {
    const { caller, clock } = setUp(60_000);
    caller.noteAnswer();
    expect(await failureOf(caller.read(always("throttled")))).toMatchObject({
      message: expect.stringMatching(/not finished after 60 s \(timeouts.delete\)/) as string,
    });
    expect(clock.now()).toBe(60_000);
  });

  it("lets errors pass that are none of OCP", async () => {
    const { caller } = setUp();
    const defect = new TypeError("defect");
    expect(await failureOf(caller.read(() => Promise.reject(defect)))).toBe(defect);
  });
});

describe("a delete that was certainly not carried out", () => {
  it("is tolerated up to three times after 401, whatever reads are accepted in between", async () => {
    const { caller } = setUp();
    for (let times = 0; times < 3; times += 1) {
      await caller.read(failing());
      await caller.tolerate(error("unauthenticated"));
    }
    await caller.read(failing());
    expect(await failureOf(caller.tolerate(error("unauthenticated")))).toBeInstanceOf(HookFailure);
  });
});

describe("the deadline", () => {
  it("is that of OCP's documented time limits before a task tells its own", () => {
    expect(setUp().deadline.left()).toBe(DEFAULT_BUDGET_MS);
    expect(DEFAULT_BUDGET_MS).toBeGreaterThan(13_950_000);
  });

  it("takes the task's own limits and a margin, unless timeouts.delete is given", () => {
    const own = setUp().deadline;
    own.adopt(5_790);
    expect(own.left()).toBe(5_790_000 + 600_000);
    const given = setUp(7_200_000).deadline;
    given.adopt(5_790);
    expect(given.left()).toBe(7_200_000);
  });

  it("lets the last look happen right at its end", async () => {
    const { deadline, clock } = setUp(5_000);
    await deadline.pause(60_000);
    expect(clock.now()).toBe(5_000);
    expect(await failureOf(deadline.pause(1))).toBeInstanceOf(HookFailure);
  });

  it("says what was met at last, beside what was seen before", async () => {
    const { deadline } = setUp(5_000);
    deadline.saw("OCP's task has ended");
    deadline.met("GET http://ocp/x got no answer within 900 ms, and then the time was up");
    await deadline.pause(5_000);
    expect(await failureOf(deadline.pause(1))).toMatchObject({
      details: [
        "last seen: OCP's task has ended",
        "met at last: GET http://ocp/x got no answer within 900 ms, and then the time was up",
      ],
    });
  });

  it("says that nothing had been asked where nothing was, and what kept it where something was", async () => {
    const [idle, hanging] = [setUp(1).deadline, setUp(1).deadline];
    hanging.met("GET http://ocp/x got no answer");
    await Promise.all([idle.pause(1), hanging.pause(1)]);
    expect(await failureOf(idle.pause(1))).toMatchObject({ details: ["nothing had been asked yet"] });
    expect(await failureOf(hanging.pause(1))).toMatchObject({
      details: ["met at last: GET http://ocp/x got no answer"],
    });
  });

  it("says what was seen last, that the task goes on, and how to resume", async () => {
    const { deadline } = setUp(5_000);
    deadline.saw('task 31440 "Offline obproxy": RUNNING, 3 of 8 subtasks done', "31440");
    await deadline.pause(5_000);
    expect(await failureOf(deadline.pause(1))).toMatchObject({
      message: "not finished after 5 s (timeouts.delete)",
      details: [
        'last seen: task 31440 "Offline obproxy": RUNNING, 3 of 8 subtasks done',
        "task 31440 goes on in OCP; nothing cancels it",
      ],
      next: expect.stringMatching(/run destroy again to resume waiting/) as string,
    });
  });
});

describe("durations", () => {
  it.each([
    ["90s", 90_000],
    ["30m", 1_800_000],
    ["2h", 7_200_000],
    ["1h30m", 5_400_000],
    ["1h2m3s", 3_723_000],
  ])("reads %s", (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(["", "0s", "0h0m", "5", "1.5h", "-1h", "2d", "1m1h", "1h ", " 1h", "1H", "h", "999999h"])(
    "refuses %j",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it.each([
    [-5, "0 ms"],
    [0, "0 ms"],
    [850, "850 ms"],
    [999.6, "1000 ms"],
    [12_000, "12 s"],
    [119_000, "119 s"],
    [119_700, "2 min"],
    [200_000, "3 min 20 s"],
    [7_199_700, "2 h"],
    [7_500_000, "2 h 5 min"],
  ])("writes %d ms as %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

import { Caller } from "../../src/hook/patience/caller.js";
import { NO_LOOK } from "../../src/hook/decide/look.js";
import { begin, evolve } from "../../src/hook/decide/evolve.js";
import { DEFAULT_BUDGET_MS, endOf } from "../../src/hook/decide/time-limit.js";
import { Deadline, DeadlinePassed } from "../../src/hook/patience/deadline.js";
import { deadlinePassed } from "../../src/hook/tell/failures.js";
import { HookFailure } from "../../src/hook/tell/failure.js";
import { Reporter } from "../../src/hook/tell/reporter.js";
import { OcpError, type OcpErrorDetails, type OcpErrorKind, TooLarge } from "../../src/ocp/errors.js";
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
  const deadline = new Deadline(clock, TICK / 2);
  if (timeoutMs !== undefined) deadline.moveTo(timeoutMs);
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
  test.each<OcpErrorKind>([
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

  test.each<OcpErrorKind>(["lost", "server-error"])("is repeated for some 30 s after %s", async (kind) => {
    const { caller, clock, lines } = setUp();
    expect(await failureOf(caller.read(always(kind)))).toMatchObject({ kind });
    expect(clock.now()).toBeGreaterThanOrEqual(30_000);
    expect(clock.now()).toBeLessThan(50_000);
    expect(lines).toHaveLength(1);
  });
});

test("what is more than is read of an answer is not asked for again", async () => {
  const { caller } = setUp();
  caller.noteAnswer();
  const call = failing(error("not-ocp", { cause: new TooLarge() }));
  expect(await failureOf(caller.read(call))).toMatchObject({ kind: "not-ocp" });
  expect(call.calls()).toBe(1);
});

describe("a read, once OCP has answered", () => {
  test.each<OcpErrorKind>(["lost", "server-error", "unreachable", "not-ocp"])(
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

  test("gives up sooner on an endpoint that never answered as OCP's does", async () => {
    const { caller, clock } = setUp();
    await caller.read(() => Promise.resolve("cluster"), "cluster");
    expect(await failureOf(caller.read(always("not-ocp"), "tasks"))).toMatchObject({ kind: "not-ocp" });
    expect(clock.now()).toBeLessThan(50_000);
    await caller.read(() => Promise.resolve([]), "tasks");
    expect(await failureOf(caller.read(always("not-ocp"), "tasks"))).toMatchObject({ kind: "not-ocp" });
    expect(clock.now()).toBeGreaterThan(600_000);
  });

  test("does not wait for ever for an OCP that limits requests", async () => {
    const { caller, clock } = setUp();
    caller.noteAnswer();
    expect(await failureOf(caller.read(always("throttled")))).toMatchObject({ kind: "throttled" });
    expect(clock.now()).toBeGreaterThanOrEqual(3_600_000);
    expect(clock.now()).toBeLessThan(3_700_000);
  });

  test("tells the beginning and the end of each streak", async () => {
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

  test.each<OcpErrorKind>(["forbidden", "redirected", "not-found", "refused"])(
    "is not repeated after %s",
    async (kind) => {
      const { caller } = setUp();
      caller.noteAnswer();
      const call = always(kind);
      expect(await failureOf(caller.read(call))).toMatchObject({ kind });
      expect(call.calls()).toBe(1);
    },
  );

  test("is repeated three times, slowly, after 401, and then told as credentials that were accepted before", async () => {
    const { caller, clock } = setUp();
    caller.noteAnswer();
    const call = always("unauthenticated");
    const failure = await failureOf(caller.read(call));
    expect(failure).toBeInstanceOf(HookFailure);
    expect(failure).toMatchObject({ message: expect.stringContaining("accepted before") as string });
    expect(call.calls()).toBe(4);
    expect(clock.now()).toBe(30_000);
  });

  test("counts each streak of 401 anew", async () => {
    const { caller } = setUp();
    caller.noteAnswer();
    const three = Array.from({ length: 3 }, () => error("unauthenticated"));
    expect(await caller.read(failing(...three))).toBe("answer");
    expect(await caller.read(failing(...three))).toBe("answer");
  });

  test("waits as long as a 429 asks for", async () => {
    const { caller, clock } = setUp();
    await caller.read(failing(error("throttled", { retryAfterMs: 53_000 })));
    expect(clock.now()).toBe(53_000);
  });

  test("waits no shorter than a 503 asks for", async () => {
    const { caller, clock } = setUp();
    await caller.read(failing(error("server-error", { retryAfterMs: 20_000 })));
    expect(clock.now()).toBe(20_000);
  });

  test("does not go on beyond the deadline", async () => {
    const { caller, clock } = setUp(60_000);
    caller.noteAnswer();
    const passed = await failureOf(caller.read(always("throttled")));
    expect(passed).toBeInstanceOf(DeadlinePassed);
    expect(passed).toMatchObject({ trouble: { kind: "throttled" } });
    expect(clock.now()).toBe(60_000 - TICK / 2);
  });

  test("lets errors pass that are none of OCP", async () => {
    const { caller } = setUp();
    const defect = new TypeError("defect");
    expect(await failureOf(caller.read(() => Promise.reject(defect)))).toBe(defect);
  });
});

describe("the deadline", () => {
  const target = { kind: "obproxy", clusterId: "27", obproxyId: "3" } as const;
  const fresh = begin({ target, waitFor: "task", user: "ci", tickMs: TICK, recorded: undefined, at: 100 });
  const stop = { id: "1", name: "Stop", status: "RUNNING", timeoutSeconds: 5_790, parallelIdx: -1, runTime: 1 };
  const task = {
    id: "31440",
    name: "Offline obproxy",
    status: "RUNNING",
    subtasks: [{ ...stop, upstreams: [], downstreams: [] }],
  };
  const deleting = evolve(fresh, { event: "accepted", task, deletes: ["3"], at: 1_000 });

  test("is that of OCP's documented time limits before a task tells its own", () => {
    expect(endOf(fresh, undefined)).toBe(100 + DEFAULT_BUDGET_MS);
    expect(DEFAULT_BUDGET_MS).toBeGreaterThan(13_950_000);
  });

  test("takes the task's own limits and a margin, unless timeouts.delete is given", () => {
    expect(endOf(deleting, undefined)).toBe(1_000 + 5_790_000 + 600_000);
    expect(endOf(deleting, 7_200_000)).toBe(100 + 7_200_000);
  });

  test("leaves time for a last look, and lets no call begin after it", async () => {
    const { deadline, caller, clock } = setUp(5_000);
    await deadline.pause(60_000);
    expect(clock.now()).toBe(5_000 - TICK / 2);
    expect(await caller.read(failing())).toBe("answer");
    expect(await failureOf(deadline.pause(1))).toBeInstanceOf(DeadlinePassed);
    await clock.sleep(TICK);
    const call = failing();
    expect(await failureOf(caller.read(call))).toBeInstanceOf(DeadlinePassed);
    expect(call.calls()).toBe(0);
  });

  test("says what was seen last, what was met at last, that the task goes on, and how to resume", () => {
    expect(deadlinePassed(5_000, false, deleting, error("lost"))).toMatchObject({
      message: "not finished after 5 s (timeouts.delete)",
      details: [
        'last seen: task 31440 "Offline obproxy": RUNNING, 0 of 1 subtasks done',
        "at the end: GET http://ocp/x: lost",
        "task 31440 goes on in OCP; nothing cancels it",
      ],
      next: expect.stringMatching(/run destroy again to resume waiting/) as string,
    });
  });

  test("says what to do where the task may never end, and nobody can tell whether it is about what is gone", () => {
    const tasks = { entries: [task], unread: [], complete: true };
    const cluster = { says: "there", cluster: { id: "27", name: "orders", obproxies: [] } } as const;
    const followed = (certain: boolean, tags: object) => {
      const listed = { ...task, ...tags };
      const look = { ...NO_LOOK, cluster, tasks: { ...tasks, entries: [listed] } };
      const gone = evolve(fresh, { event: "looked", look, at: 1_000 });
      const answer = { says: "there", task: listed } as const;
      const poll = { event: "polled", task: listed, ours: false, certain, quick: false, answer, at: 2_000 } as const;
      return deadlinePassed(5_000, false, evolve(gone, poll), undefined).next;
    };
    expect(followed(false, {})).toMatch(
      /if task 31440 is about something else than OBProxy 27\/3, .*terraform state rm$/,
    );
    expect(followed(true, { tags: [{ obproxyClusterId: "27" }] })).not.toContain("state rm");
  });

  test("says what OCP said when it refused the delete for a lock until the end", () => {
    const refusal = error("refused", {
      status: 409,
      code: 21010,
      codeText: "ODP21010",
      ocpMessage: "busy",
      traceId: "feed",
    });
    const locked = evolve(fresh, { event: "send-failed", error: refusal, at: 1_000 });
    expect(deadlinePassed(5_000, false, locked, undefined).details).toContain(
      'OCP says: "busy" (code ODP21010, HTTP 409, trace id feed)',
    );
  });

  test("says that OCP had not answered where it had not, and what kept it", () => {
    expect(deadlinePassed(1_000, true, fresh, error("lost")).details).toEqual([
      "last seen: OCP had not answered a question yet",
      "at the end: GET http://ocp/x: lost",
    ]);
  });
});

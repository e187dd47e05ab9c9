import type { Memory } from "../../../src/hook/decide/memory.js";
import type { Note, Recorded } from "../../../src/hook/decide/note.js";
import { questions } from "../../../src/hook/decide/questions.js";
import { situation, type Situation } from "../../../src/hook/decide/situation.js";
import { TOLERANCES, TRIES } from "../../../src/hook/decide/tolerances.js";
import type { Subtask, Task } from "../../../src/ocp/model.js";
import {
  after,
  cluster,
  details,
  error,
  general404,
  halfList,
  intent,
  list,
  listWithUnread,
  look,
  looked,
  orders,
  proxy,
  tag,
  task,
  TICK,
  type Untimed,
  waited,
} from "./support.js";

const START = "2026-11-22T10:00:00.123Z";
const note: Note = { taskId: "9", name: "Offline obproxy", startTime: START, clusterId: "27", obproxyIds: ["3"] };
const noted = (over: Partial<Task> = {}): Task => task("9", "FAILED", { startTime: START, ...over });
const mine = { tags: [tag("27"), tag("27", "3")] };
const subtask = (status: string): Subtask => ({
  ...{ id: "91", name: "Finish node", status, operation: "EXECUTE", timeoutSeconds: 300 },
  ...{ parallelIdx: -1, runTime: 1, upstreams: [], downstreams: [] },
});
const seen = (memory: Memory): Situation => situation(memory, intent);
const bad = (memory: Memory): string[] => seen(memory).badEnds.map((end) => end.task.id);
const gone = look().cluster;

describe("whose a deletion is", () => {
  test("is proven by having been sent", () => {
    const memory = after({}, looked(), { event: "accepted", task: task("9"), deletes: ["3", "4"] });
    expect(memory.deletions.get("9")).toMatchObject({ proof: "sent", deletes: ["3", "4"], watched: true });
    expect(memory.following).toMatchObject({ ours: true, task: { id: "9" } });
  });

  test.each([
    ["a note with the same start", noted(), "note"],
    [
      "a note whose start is off by hours, as after a change of OCP's zone",
      noted({ startTime: "2026-11-22T18:00:00.123Z" }),
      "unsure",
    ],
    ["a note, where OCP does not tell the start", { ...noted(), startTime: undefined as never }, "unsure"],
  ] as const)("by %s: %#", (_what, shown, proof) => {
    const memory = after({ note }, looked({ details: details(["9", { says: "there", task: shown }]) }));
    expect(memory.deletions.get("9")?.proof).toBe(proof);
    expect(seen(memory).ours?.task.id).toBe(proof === "note" ? "9" : undefined);
    expect(bad(memory)).toEqual(["9"]);
  });

  test("is not proven by a note that tags contradict", () => {
    const other = noted({ tags: [tag("27"), tag("27", "4")] });
    const memory = after({ note }, looked({ details: details(["9", { says: "there", task: other }]) }));
    expect(seen(memory).ours).toBeUndefined();
    expect(bad(memory)).toEqual([]);
  });

  test.each<[string, Partial<Task>, readonly string[]]>([
    ["stands against gone, where not all tags were understood", { unreadTags: 1 }, ["9"]],
    ["does not, where they name another one", { tags: [tag("27"), tag("27", "4")] }, []],
    ["does not, where it may be of the cluster alone", {}, []],
  ])("may be ours where its tags name our cluster, and %s", (_what, over, ends) => {
    const failed = task("9", "FAILED", { tags: [tag("27")], ...over });
    const memory = after({}, looked({ tasks: list(failed) }));
    expect([seen(memory).ours, bad(memory)]).toEqual([undefined, ends]);
    // What ended well later has made it good.
    const later = task("10", "SUCCESSFUL", mine);
    const made = after({}, looked({ tasks: list(failed), anyStatus: { since: "9", tasks: list(later) } }));
    expect(bad(made)).toEqual([]);
  });

  test("is not proven of a cluster by tags that were not all understood: they may name OBProxies", () => {
    const failed = task("9", "FAILED", { tags: [tag("27")], unreadTags: 1 });
    const there = { says: "there", cluster: orders("3") } as const;
    expect(seen(after({ target: cluster }, looked({ cluster: there, tasks: list(failed) }))).ours).toBeUndefined();
  });

  test("is proven by tags that name the object, the newest first", () => {
    const tasks = list(task("9", "FAILED", mine), task("10", "FAILED", mine), task("11", "FAILED"));
    expect(seen(after({}, looked({ tasks }))).ours?.task.id).toBe("10");
  });

  test("is, of a cluster that is gone, the newest deletion on it", () => {
    const tasks = list(task("9", "FAILED", mine));
    const away = { cluster: { says: "missing" }, clusters: list<never>(), tasks } as const;
    expect(seen(after({ target: cluster }, looked(away))).ours?.task.id).toBe("9");
    expect(seen(after({ target: cluster }, looked({ tasks }))).ours).toBeUndefined();
  });

  // A person had deleted the cluster; what had failed of an OBProxy was retried, or rolled back, after that.
  test.each(["FAILED", "RUNNING"])("is not, of a cluster that is gone, one of OBProxies alone (seen %s)", (status) => {
    const ofProxies = (now: string): Task => task("9", now, { ...mine, name: "Delete obproxy server" });
    const away = { cluster: { says: "missing" }, clusters: list<never>() } as const;
    const memory = after(
      { target: cluster },
      looked({ ...away, tasks: list(ofProxies(status)) }),
      looked({ ...away, tasks: list(ofProxies("FAILED")) }),
    );
    const { ours, badEnds, presence } = seen(memory);
    expect({ ours, badEnds, presence }).toEqual({ ours: undefined, badEnds: [], presence: "absent" });
  });

  // By the older names it may be either one; a person skipped what had failed of it, after ours had failed.
  test("is, of a cluster that is gone, our own and none that had begun before it", () => {
    const earlier = (status: string): Task => task("9", status, { ...mine, finishTime: "2026-11-22T11:00:00Z" });
    const own = task("10", "FAILED", { tags: [tag("27")], finishTime: "2026-11-22T10:30:00Z" });
    const memory = after(
      { target: cluster },
      looked({ tasks: list(earlier("FAILED")) }),
      { event: "accepted", task: task("10"), deletes: "cluster" },
      looked({
        ...{ cluster: { says: "missing" }, clusters: list<never>(), tasks: list(own) },
        details: details(["9", { says: "there", task: earlier("SUCCESSFUL") }], ["10", { says: "there", task: own }]),
      }),
    );
    expect(seen(memory).ours?.task).toMatchObject({ id: "10", status: "FAILED" });
    expect(bad(memory)).toEqual(["10"]);
  });
});

describe("a note's task that OCP does not show", () => {
  test("is no obstacle, and told, where OCP has purged it", () => {
    const memory = after({ note }, looked({ details: details(["9", { says: "purged" }]) }));
    expect(seen(memory)).toMatchObject({ endUnknown: undefined, remarks: [expect.stringContaining("task 9")] });
    expect(
      questions(after({ note }, looked({ details: details(["9", { says: "purged" }]) }), waited))?.details,
    ).toEqual([]);
  });

  test("is asked for again, and unknown meanwhile, where OCP answers in general words", () => {
    const unclear = looked({ details: details(["9", { says: "unclear", error: general404 }]) });
    expect(seen(after({ note }, unclear)).endUnknown).toContain("task 9");
    expect(questions(after({ note }, unclear, waited))?.details).toEqual(["9"]);
  });
});

describe("what a run has watched", () => {
  const atWork = looked({ tasks: list(task("9")) });

  test("stands against gone when it ends badly, also without tags", () => {
    expect(bad(after({}, atWork, waited, looked({ tasks: list(task("9", "FAILED")) })))).toEqual(["9"]);
  });

  test("does not where it had ended before, and names nobody", () => {
    expect(bad(after({}, looked({ tasks: list(task("9", "FAILED")) })))).toEqual([]);
  });

  test("is made good by its own success, or by a later one that names the object", () => {
    const succeeded = task("9", "SUCCESSFUL");
    const read = (id: string, shown: Task): Untimed =>
      looked({ details: details([id, { says: "there", task: shown }]) });
    expect(bad(after({}, atWork, waited, read("9", succeeded)))).toEqual([]);
    const failed = looked({ tasks: list(task("9", "FAILED")) });
    const later = looked({ anyStatus: { since: "9", tasks: list(task("10", "SUCCESSFUL", mine)) } });
    expect(bad(after({}, atWork, waited, failed, later))).toEqual([]);
    const nobodys = looked({ tasks: undefined, anyStatus: { since: "9", tasks: list(task("10", "SUCCESSFUL")) } });
    expect(bad(after({}, atWork, waited, failed, nobodys))).toEqual(["9"]);
  });

  test("is read by itself when it has left the list", () => {
    expect(questions(after({}, atWork, waited, looked()))?.details).toEqual(["9"]);
  });

  test("is read by itself also when it had failed before this run began, and has left the list since", () => {
    const failed = task("9", "FAILED", mine);
    const read = looked({ tasks: undefined, details: details(["9", { says: "there", task: failed }]) });
    const before = [looked({ tasks: list(failed) }), read, waited] as const;
    expect(questions(after({}, ...before, looked({ tasks: list(failed) })))?.details).toEqual([]);
    expect(questions(after({}, ...before, looked()))?.details).toEqual(["9"]);
  });

  test("is unknown where OCP does not tell how it ended", () => {
    const purged = looked({ details: details(["9", { says: "purged" }]) });
    expect(seen(after({}, atWork, waited, looked(), purged)).endUnknown).toContain("task 9");
  });

  test("is unknown, and not a failure, where what had failed has left the list and OCP does not tell how it ended", () => {
    const failed = looked({ tasks: list(task("9", "FAILED")) });
    const unclear = looked({ details: details(["9", { says: "unclear", error: general404 }]) });
    const others = after({}, atWork, waited, failed, waited, looked(), unclear);
    expect([seen(others).badEnds, seen(others).endUnknown]).toEqual([[], expect.stringContaining("task 9")]);
    const own = after(
      {},
      { event: "accepted", task: task("9", "FAILED"), deletes: ["3"] },
      failed,
      { event: "retried", task: task("9", "FAILED") },
      looked(),
      unclear,
    );
    expect(seen(own).ours?.endUnknown).toContain("task 9");
  });

  test("is what began after a delete whose answer was lost", () => {
    const lost: Untimed = { event: "send-failed", error: error("lost") };
    const before = looked({ tasks: list(task("8", "FAILED")) });
    const now = looked({ tasks: list(task("8", "FAILED"), task("9", "FAILED")) });
    expect(seen(after({}, before, lost, now)).badEnds).toMatchObject([{ task: { id: "9" }, afterLoss: true }]);
  });
});

describe("an entry of the list of tasks in any status", () => {
  const listed = looked({ tasks: list(noted()) });
  const alive = noted({ subtasks: [subtask("READY")] });
  const read = looked({ details: details(["9", { says: "there", task: alive }]) });
  const any = (shown: Task): Untimed => looked({ anyStatus: { since: "0", tasks: list(shown) } });

  test("does not take back what the detail said of the task's subtasks in the same round", () => {
    expect(seen(after({ note }, listed, read, any(noted()))).ours?.verdict.kind).toBe("settling");
    expect(bad(after({ note }, listed, read, any(noted())))).toEqual([]);
  });

  test("is news where it tells another status, or subtasks", () => {
    const ended = noted({ subtasks: [subtask("FAILED")] });
    expect(seen(after({ note }, listed, read, any(ended))).ours?.verdict.kind).toBe("failed");
    expect(seen(after({ note }, listed, read, any({ ...noted(), status: "RUNNING" }))).ours?.task.status).toBe(
      "RUNNING",
    );
  });
});

describe("what began when the object was gone already", () => {
  const atWork = task("9");
  const about = (...before: readonly Untimed[]): string | undefined =>
    seen(after({}, ...before, waited, looked({ tasks: list(atWork) }))).atWork[0]?.onObject;

  test("is not about it", () => {
    expect(about(looked())).toBe("no");
  });

  test.each([
    ["the list is not whole", looked({ tasks: halfList })],
    ["its entry cannot be understood", looked({ tasks: listWithUnread({ id: "9", why: "it is odd" }) })],
    ["an entry has no id that can be read", looked({ tasks: listWithUnread({ why: "it is odd" }) })],
  ])("is not known while %s", (_what, first) => {
    expect(about(first)).toBe("maybe");
  });

  test.each([
    ["shows", list(task("9", "WAITING"))],
    ["does not show whole", halfList],
  ])("is not what the same round's list of tasks in any status %s", (_what, tasks) => {
    expect(about(looked(), looked({ anyStatus: { since: "0", tasks } }))).toBe("maybe");
  });
});

describe("time", () => {
  const longAfter = (memory: Memory, ticks: number): Situation => seen({ ...memory, at: memory.at + ticks * TICK });

  test("settles what became of a delete whose answer was lost", () => {
    const memory = after({}, looked(), { event: "send-failed", error: error("lost") });
    expect(longAfter(memory, TOLERANCES.settle - 1).loss?.settled).toBe(false);
    expect(longAfter(memory, TOLERANCES.settle).loss?.settled).toBe(true);
  });

  test("wears out the patience with what is unknown, which begins anew with each wait", () => {
    const memory = after({}, looked({ tasks: halfList }), waited);
    expect(longAfter(memory, TOLERANCES.unknown - 1).patience.unknown).toBe(true);
    expect(longAfter(memory, TOLERANCES.unknown).patience.unknown).toBe(false);
    const other = after({}, looked(), waited, looked(), { event: "waited", because: "busy" });
    expect(longAfter(other, TOLERANCES.unknown).patience.unknown).toBe(true);
  });

  test("wears out the patience with a lock through its refusals, but not while a task explains it", () => {
    const refused: Untimed = { event: "send-failed", error: error("refused", { status: 409 }) };
    const turn: Untimed = { event: "waited", because: "lock" };
    const memory = after({}, looked(), refused, turn, looked(), refused, turn);
    expect(longAfter(memory, TOLERANCES.lock).patience.lock).toBe(false);
    const explained = looked({ tasks: list(task("9", "RUNNING", { name: "Upgrade obproxy" })) });
    expect(seen({ ...after({}, looked(), refused, turn), ...{ round: undefined } }).patience.lock).toBe(true);
    expect(after({}, looked(), refused, turn, explained).waiting?.since).toBe(4 * TICK);
  });

  test("does not wear it out while the lock goes from hand to hand", () => {
    const refused: Untimed = { event: "send-failed", error: error("refused", { status: 409 }) };
    const turn: Untimed = { event: "waited", because: "lock" };
    const ended = (id: string): Untimed =>
      looked({ anyStatus: { since: "0", tasks: list(task(id, "SUCCESSFUL", { tags: [tag("27"), tag("27", "4")] })) } });
    expect(after({}, looked(), refused, turn, ended("9")).waiting?.since).toBe(4 * TICK);
    expect(after({}, looked(), refused, turn, ended("9"), turn, ended("9")).waiting?.since).toBe(4 * TICK);
    expect(after({}, looked(), refused, turn, ended("9"), turn, ended("10")).waiting?.since).toBe(6 * TICK);
  });

  test("lets a delete that does not get through be sent again, each time when it is due", () => {
    const away: Untimed = { event: "send-failed", error: error("unreachable") };
    const pause: Untimed = { event: "waited", because: "undelivered" };
    const memory = after({}, looked(), away, pause);
    expect(memory.sent).toMatchObject({ state: "undelivered", due: true, times: 1 });
    expect(longAfter(memory, TOLERANCES.trouble).patience.undelivered).toBe(false);
    const refusals = Array.from({ length: TRIES.repeated401 + 1 }, (): Untimed => ({
      event: "send-failed",
      error: error("unauthenticated"),
    }));
    expect(seen(after({}, looked(), ...refusals)).patience.undelivered).toBe(false);
  });
});

describe("what is asked", () => {
  test("is first all that runs or has failed, and then what is newer, as soon as the list was read whole", () => {
    expect(questions(after({}))?.tasks).toBe("all");
    expect(questions(after({}, looked({ tasks: halfList }), waited))?.tasks).toBe("all");
    const memory = after({}, looked({ tasks: list(task("8", "FAILED")) }), waited);
    expect(questions(memory)).toMatchObject({ tasks: "newer", newerThan: "8" });
  });

  test("is nothing while a task is followed, and only the object after our own success", () => {
    const accepted: Untimed = { event: "accepted", task: task("9"), deletes: ["3"] };
    const done: Untimed = {
      ...{ event: "polled", task: task("9"), ours: true, certain: true, quick: false },
      answer: { says: "there", task: task("9", "SUCCESSFUL") },
    };
    expect(questions(after({}, looked(), accepted))).toBeUndefined();
    expect(questions(after({}, looked(), accepted, done))).toMatchObject({ cluster: "27", tasks: "none" });
  });

  test("is, where the object is gone, whether a later deletion has made good what failed", () => {
    const tasks = list(task("9", "FAILED", mine));
    const read = looked({ tasks, details: details(["9", { says: "there", task: task("9", "FAILED", mine) }]) });
    expect(questions(after({}, looked({ tasks }), read))?.anyStatusSince).toBe("9");
    const there = { cluster: { says: "there", cluster: orders("3") } } as const;
    expect(
      questions(after({}, looked({ ...there, tasks }), { ...read, look: { ...look({ tasks }), ...there } } as Untimed))
        ?.anyStatusSince,
    ).toBeUndefined();
  });

  test("is nothing about tasks where nobody may read them", () => {
    const memory = after({ waitFor: "object", note });
    expect(questions(memory)).toMatchObject({ tasks: "none", details: [], anyStatusSince: undefined });
    expect(
      questions(
        after({ waitFor: "object" }, { event: "looked", look: { ...look(), cluster: gone, tasks: undefined } }),
      ),
    ).toBeUndefined();
  });

  test("is for tasks of any name while an unseen one holds the lock", () => {
    expect(questions(after({}, looked(), { event: "waited", because: "lock" }))?.anyName).toBe(true);
    expect(questions(after({}, looked(), waited))?.anyName).toBe(false);
  });
});

describe("a retry", () => {
  test("of the task that this run has begun is counted, whoever asked for it", () => {
    const retried: Task = {
      ...task("9", "FAILED", { operation: "RETRY" }),
      subtasks: [
        {
          ...{ id: "1", name: "Stop", status: "FAILED", timeoutSeconds: 60, parallelIdx: -1, runTime: 2 },
          ...{ upstreams: [], downstreams: [] },
        },
      ],
    };
    const memory = after(
      {},
      looked(),
      { event: "accepted", task: task("9"), deletes: ["3"] },
      {
        ...{ event: "polled", task: task("9"), ours: true, certain: true, quick: false },
        answer: { says: "there", task: retried },
      },
    );
    const left = (taskRetries: number): number => situation(memory, { ...intent, taskRetries }).retriesLeft;
    expect([left(1), left(2)]).toEqual([0, 1]);
  });

  test("that another hook asked for is seen though the task has failed again since", () => {
    const first = task("9", "FAILED", { finishTime: "2026-01-01T10:00:30Z" });
    const again = task("9", "FAILED", { finishTime: "2026-01-01T10:00:50Z" });
    const begun = [
      looked(),
      { event: "accepted", task: task("9"), deletes: ["3"] },
      {
        ...{ event: "polled", task: task("9"), ours: true, certain: true, quick: false },
        answer: { says: "there", task: first },
      },
    ] as const satisfies readonly Untimed[];
    expect(questions(after({}, ...begun, looked({ tasks: list(first) })))?.details).toEqual([]);
    expect(questions(after({}, ...begun, looked({ tasks: list(again) })))?.details).toEqual(["9"]);
  });

  test("has the task read again, so that its old failure is not taken for the new end", () => {
    const failed = task("9", "FAILED", mine);
    const read = looked({ tasks: list(failed), details: details(["9", { says: "there", task: failed }]) });
    const memory = after({ target: proxy }, looked({ tasks: list(failed) }), read, { event: "retried", task: failed });
    expect(memory.retriesUsed).toBe(1);
    expect(
      questions(
        after(
          {},
          looked({ tasks: list(failed) }),
          read,
          { event: "retried", task: failed },
          looked({ tasks: list(failed) }),
        ),
      )?.details,
    ).toEqual(["9"]);
    const running = looked({ details: details(["9", { says: "there", task: task("9", "RUNNING", mine) }]) });
    expect(
      seen(after({}, looked({ tasks: list(failed) }), read, { event: "retried", task: failed }, looked(), running))
        .ours,
    ).toMatchObject({
      verdict: { kind: "running" },
      ofThisRun: true,
    });
  });
});

describe("what began after a delete of an earlier run, of which nobody heard,", () => {
  const rolledBack = task("9", "SUCCESSFUL", { operation: "ROLLBACK" });
  const gone = (found: Task) => looked({ anyStatus: { since: "0", tasks: list(found) } });
  const seenFor = (...events: readonly Untimed[]): Situation =>
    situation(after({ unheardSince: "8" }, ...events), intent);

  test("and has failed stands against an object that is gone", () => {
    expect(seenFor(gone(task("9", "FAILED"))).badEnds).toHaveLength(1);
  });

  test("and was rolled back before this run does not: whatever removed the object, it was not that", () => {
    expect(seenFor(gone(rolledBack)).badEnds).toEqual([]);
  });

  test("does where this run has seen it at work", () => {
    const working = looked({ tasks: list(task("9")) });
    expect(seenFor(working, waited, gone(rolledBack)).badEnds).toHaveLength(1);
  });
});

describe("what another hook of the same object notes while this one is at work", () => {
  const failed = noted();
  const notes = (recorded: Recorded, { mayStillSend = false } = {}): Untimed => ({
    event: "noted",
    recorded,
    mayStillSend,
  });
  const whose = ({ deletions }: Memory): string | undefined => deletions.get("9")?.proof;

  test("is a task of ours, also where it was listed before, as anybody's, and is not listed again", () => {
    const memory = after({}, looked({ tasks: list(failed) }), notes({ task: note }));
    expect(whose(memory)).toBeUndefined();
    expect(questions(memory)?.details).toEqual(["9"]);
    const read = looked({ details: details(["9", { says: "there", task: failed }]) });
    expect(whose(after({}, looked({ tasks: list(failed) }), notes({ task: note }), read))).toBe("note");
  });

  test("makes a task that was followed as perhaps ours certainly ours", () => {
    const atWork = looked({ tasks: list(noted({ status: "RUNNING" })) });
    expect(whose(after({}, atWork))).toBe("maybe");
    expect(whose(after({}, atWork, notes({ task: note })))).toBe("note");
  });

  test("changes nothing of a task that this one has sent itself, nor of one that is another's", () => {
    const accepted: Untimed = { event: "accepted", task: task("9"), deletes: ["3"] };
    expect(whose(after({}, accepted, notes({ task: note })))).toBe("sent");
    const atWork = looked({ tasks: list(noted({ status: "RUNNING", startTime: "2026-11-22T10:05:00.123Z" })) });
    const before = after({}, atWork);
    expect(after({}, atWork, notes({ task: note }))).toEqual({ ...before, at: before.at + TICK });
  });

  test("is that it has sent a delete: what began since and has failed stands against an object that is gone", () => {
    const gone = looked({ anyStatus: { since: "0", tasks: list(failed) } });
    const seenFor = (...events: readonly Untimed[]): Situation => situation(after({}, ...events), intent);
    expect(seenFor(gone).badEnds).toEqual([]);
    expect(seenFor(notes({ unheardSince: "8" }), gone).badEnds).toHaveLength(1);
    expect(seenFor(notes({ unheardSince: "9" }), gone).badEnds).toEqual([]);
  });

  test("is that it has sent one after an earlier task than the other: the earlier one counts, as where OCP was set up anew", () => {
    const gone = looked({ anyStatus: { since: "0", tasks: list(failed) } });
    const high = notes({ unheardSince: "120", unheardBy: ["one"] });
    const both = notes({ unheardSince: "8", unheardBy: ["one", "another"] });
    expect(situation(after({}, high, gone), intent).badEnds).toEqual([]);
    expect(situation(after({}, high, both, gone), intent).badEnds).toHaveLength(1);
  });

  describe("once what the first such delete could begin would have been seen,", () => {
    const first: Recorded = { unheardSince: "8", unheardBy: ["one"] };
    const settled: readonly Untimed[] = [
      notes(first),
      ...Array.from({ length: TOLERANCES.settle }, () => waited),
      looked({ tasks: list(task("20", "FAILED", { name: "Upgrade host" })) }),
    ];
    const later = looked({ anyStatus: { since: "0", tasks: list(task("21", "FAILED")) } });
    const seenAfter = (...events: readonly Untimed[]): Situation =>
      situation(after({}, ...settled, ...events, later), intent);

    test("is not about what begins later", () => {
      expect(seenAfter().badEnds).toEqual([]);
    });

    test("is about it all the same where another one has sent a second one", () => {
      expect(seenAfter(notes({ ...first, unheardBy: ["one", "another"] })).badEnds).toHaveLength(1);
    });

    test("is not where the first one is noted still", () => {
      expect(seenAfter(notes(first)).badEnds).toEqual([]);
    });

    test("is again where the first one is about to send another one", () => {
      expect(seenAfter(notes(first, { mayStillSend: true })).badEnds).toHaveLength(1);
    });

    test("is as long as the first one is at work: it may send another one, or has not sent the one that it has noted", () => {
      const atWork = notes(first, { mayStillSend: true });
      const events = settled.flatMap((event) => [atWork, event]);
      const seenOf = (...more: readonly Untimed[]): Situation => situation(after({}, ...more, later), intent);
      expect(seenOf(...events).badEnds).toHaveLength(1);
      // Twenty ticks after it was last seen at work that is over.
      expect(seenOf(...events, ...settled).badEnds).toEqual([]);
    });
  });
});

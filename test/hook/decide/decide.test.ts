import { decide, type Action } from "../../../src/hook/decide/decide.js";
import type { Sent } from "../../../src/hook/decide/memory.js";
import type { TaskAtWork } from "../../../src/hook/decide/on-cluster.js";
import type { OurTask, Situation } from "../../../src/hook/decide/situation.js";
import { TRIES } from "../../../src/hook/decide/tolerances.js";
import type { Intent } from "../../../src/hook/intent.js";
import { OcpError, type OcpErrorKind } from "../../../src/ocp/errors.js";
import type { Cluster, Task } from "../../../src/ocp/model.js";
import type { Verdict } from "../../../src/ocp/task.js";
import { intent as proxyIntent } from "./support.js";

const task = (id: string, over: Partial<Task> = {}): Task => ({
  id,
  name: "Offline obproxy",
  status: "RUNNING",
  subtasks: [],
  ...over,
});

const error = (kind: OcpErrorKind): OcpError =>
  new OcpError("DELETE http://ocp: no", { kind, method: "DELETE", url: "http://ocp" });

const cluster: Cluster = { id: "27", name: "orders", obproxies: [{ id: "3" }] };

const clusterIntent: Intent = {
  ...proxyIntent,
  target: { kind: "cluster", clusterId: "27" },
  key: "27",
  label: "OBProxy cluster 27",
};

const patient = { lock: true, unknown: true, verify: true, undelivered: true, unclear: true };
const impatient = { lock: false, unknown: false, verify: false, undelivered: false, unclear: false };

const there: Situation = {
  following: undefined,
  presence: "present",
  whyUnknown: undefined,
  tasksUnknown: undefined,
  endUnknown: undefined,
  cluster,
  nameElsewhere: undefined,
  ours: undefined,
  badEnds: [],
  endedByHand: [],
  mayHold: [],
  atWork: [],
  failedOnCluster: [],
  sent: { state: "not-sent" },
  loss: undefined,
  unheard: false,
  newestListed: "0",
  noteIsOfAnother: false,
  retriesLeft: 0,
  waitedTicks: 0,
  patience: patient,
  remarks: [],
};
const gone: Situation = { ...there, presence: "absent", cluster: { ...cluster, obproxies: [] } };

const VERDICTS: readonly Verdict[] = [
  { kind: "running", reason: "RUNNING", failedSubtasks: [] },
  { kind: "settling", reason: "FAILED, not at rest", failedSubtasks: [] },
  { kind: "failed", reason: "FAILED", failedSubtasks: [], rollbackFailed: false },
  { kind: "failed", reason: "FAILED in its rollback", failedSubtasks: [], rollbackFailed: true },
  { kind: "rolled-back", reason: "rolled back" },
  { kind: "incomplete", reason: "undone", undone: [] },
  { kind: "succeeded", reason: "SUCCESSFUL", skipped: [] },
] as unknown as readonly Verdict[];

const ourTask = (verdict: Verdict, ofThisRun = true): OurTask => ({
  task: task("900"),
  verdict,
  ofThisRun,
  own: true,
  deletes: undefined,
  whyNotRetry: undefined,
  endUnknown: undefined,
});
const verdictOf = (kind: Verdict["kind"]): Verdict => VERDICTS.find((each) => each.kind === kind)!;

const LOCKED: Sent = { state: "locked", error: error("refused"), refusals: 1, due: false };
const UNDELIVERED: Sent = { state: "undelivered", error: error("unreachable"), since: 0, times: 1, due: false };
const UNSETTLED = { error: error("lost"), settled: false, times: 1, mayBeAtWork: true };
const SETTLED = { error: error("lost"), settled: true, times: 1, mayBeAtWork: true };

/** How the last delete ended, and whether the answer to one was lost. */
const SENT: readonly Pick<Situation, "sent" | "loss">[] = [
  { sent: { state: "not-sent" }, loss: undefined },
  { sent: { state: "accepted" }, loss: undefined },
  { sent: { state: "lost" }, loss: UNSETTLED },
  { sent: { state: "lost" }, loss: SETTLED },
  { sent: { state: "lost" }, loss: { ...SETTLED, times: TRIES.sendsAfterLoss + 1 } },
  { sent: { state: "lost" }, loss: { ...SETTLED, error: error("not-ocp") } },
  { sent: LOCKED, loss: undefined },
  { sent: { ...LOCKED, refusals: 2 }, loss: undefined },
  { sent: { ...LOCKED, refusals: 2, due: true }, loss: undefined },
  { sent: { ...LOCKED, due: true }, loss: UNSETTLED },
  { sent: { ...LOCKED, due: true }, loss: SETTLED },
  { sent: UNDELIVERED, loss: undefined },
  { sent: { ...UNDELIVERED, due: true }, loss: undefined },
  { sent: { state: "refused", error: error("refused") }, loss: undefined },
];
/** By their place in the list above. */
const sent = (index: number): Pick<Situation, "sent" | "loss"> => SENT[index]!;

const AT_WORK: readonly (readonly TaskAtWork[])[] = [
  [],
  [{ task: task("800"), onCluster: "maybe", onObject: "maybe" }],
  [{ task: task("800"), onCluster: "yes", onObject: "no" }],
  [{ task: task("800"), onCluster: "yes", onObject: "yes" }],
  [
    { task: task("800"), onCluster: "maybe", onObject: "maybe" },
    { task: task("801"), onCluster: "maybe", onObject: "maybe" },
  ],
];

/** Every situation that OCP and the hook can be in, as far as `decide` can tell situations apart. */
function* everySituation(): Generator<Situation> {
  const presences: readonly Situation["presence"][] = ["present", "absent", "unknown"];
  const clusters: readonly (Cluster | undefined)[] = [
    undefined,
    cluster,
    { id: "27", name: "orders" },
    { ...cluster, name: "stranger" },
    { ...cluster, obproxies: [{ id: "3", operateStatus: "OPERATING" }] },
  ];
  const ours = [undefined, ...VERDICTS.flatMap((verdict) => [ourTask(verdict, true), ourTask(verdict, false)])];
  for (const presence of presences) {
    for (const seenCluster of clusters) {
      for (const own of ours) {
        for (const atWork of AT_WORK) {
          for (const delivery of SENT) {
            for (const flag of [true, false]) {
              for (const retriesLeft of [0, 1]) {
                yield {
                  ...there,
                  ...delivery,
                  presence,
                  cluster: seenCluster,
                  nameElsewhere: flag && seenCluster === undefined ? "99" : undefined,
                  ours: own,
                  atWork,
                  badEnds: flag ? [] : [{ task: task("950", { status: "FAILED" }), afterLoss: true }],
                  failedOnCluster: flag ? [] : [task("700", { status: "FAILED" })],
                  tasksUnknown: !flag && retriesLeft === 1 ? "half a list" : undefined,
                  patience: flag ? patient : impatient,
                  retriesLeft,
                };
              }
            }
          }
        }
      }
    }
  }
}

describe("decide, in every situation", () => {
  const all = [...everySituation()];
  /** Where a rule does not hold. An `expect` in each of the situations would take longer than all decisions. */
  const breaches = (intent: Intent, holds: (seen: Situation, action: Action) => boolean): readonly Situation[] =>
    all.filter((seen) => !holds(seen, decide(seen, intent))).slice(0, 3);

  test("covers thousands of them", () => {
    expect(all.length).toBeGreaterThan(20_000);
  });

  test.each([
    ["a proxy", proxyIntent],
    ["a cluster", clusterIntent],
  ])("never says that %s is gone while OCP lists it, or does not say", (_what, intent) => {
    expect(breaches(intent, (seen, action) => action.do !== "finish" || seen.presence === "absent")).toEqual([]);
  });

  test("never says deleted after a task of this run that neither succeeded nor was ended by hand", () => {
    const found = breaches(proxyIntent, ({ ours }, action) => {
      if (action.do !== "finish" || ours?.ofThisRun !== true) return true;
      return ours.verdict.kind === "succeeded" || ours.verdict.kind === "incomplete";
    });
    expect(found).toEqual([]);
  });

  test("never says gone while our task, or one that may be about the object, is at work", () => {
    const found = breaches(proxyIntent, ({ ours, atWork }, action) => {
      if (action.do !== "finish") return true;
      const isOver = ours?.verdict.kind !== "running" && ours?.verdict.kind !== "settling";
      return isOver && atWork.every((each) => each.onObject === "no");
    });
    expect(found).toEqual([]);
  });

  test.each([
    ["a proxy", proxyIntent],
    ["a cluster", clusterIntent],
  ])("never deletes %s in a cluster of another name", (_what, intent) => {
    const found = breaches(intent, ({ cluster }, action) => action.do !== "delete" || cluster?.name !== "stranger");
    expect(found).toEqual([]);
  });

  test("sends a delete only for what is there, with nothing known to be at work, and never blindly twice", () => {
    const found = breaches(proxyIntent, ({ presence, atWork, loss, sent }, action) => {
      if (action.do !== "delete") return true;
      if (presence !== "present" || atWork.some((each) => each.onCluster === "yes")) return false;
      if (loss?.settled === false || sent.state === "accepted") return false;
      return (sent.state !== "locked" && sent.state !== "undelivered") || sent.due;
    });
    expect(found).toEqual([]);
  });

  test("retries only a failed task, only where the policy leaves a retry, and never in a cluster of another name", () => {
    const found = breaches(proxyIntent, ({ cluster, nameElsewhere, retriesLeft, ours }, action) => {
      if (action.do !== "retry") return true;
      if (cluster?.name === "stranger" || nameElsewhere !== undefined || retriesLeft <= 0) return false;
      return ours?.verdict.kind === "failed" && !ours.verdict.rollbackFailed;
    });
    expect(found).toEqual([]);
  });

  test("retries nothing beside a task that works on the cluster, or beside what a list of tasks does not tell", () => {
    const found = breaches(
      proxyIntent,
      ({ atWork, tasksUnknown }, action) =>
        action.do !== "retry" || (atWork.every(({ onCluster }) => onCluster !== "yes") && tasksUnknown === undefined),
    );
    expect(found).toEqual([]);
  });

  test("always has an answer", () => {
    const answers = new Set(all.map((seen) => decide(seen, clusterIntent).do));
    expect(["finish", "follow", "wait", "delete", "retry", "fail"]).toEqual(expect.arrayContaining([...answers]));
  });
});

describe("decide", () => {
  test("takes an object that OCP does not list, with nothing at work, for already gone", () => {
    expect(decide(gone, proxyIntent)).toEqual({ do: "finish", how: "already-gone" });
  });

  test("takes a cluster unknown to OCP for already gone", () => {
    expect(decide({ ...gone, cluster: undefined }, clusterIntent)).toEqual({ do: "finish", how: "already-gone" });
  });

  test("does not take a cluster for gone whose name OCP knows under another id", () => {
    const seen = { ...gone, cluster: undefined, nameElsewhere: "99" };
    expect(decide(seen, clusterIntent)).toMatchObject({
      do: "fail",
      why: { reason: "guard", breach: { guard: "clusterNameElsewhere", otherId: "99" } },
    });
  });

  test("checks the name also where the wrong cluster has no such proxy", () => {
    const seen = { ...gone, cluster: { id: "27", name: "stranger", obproxies: [] } };
    expect(decide(seen, proxyIntent)).toMatchObject({ why: { breach: { guard: "clusterName", found: "stranger" } } });
  });

  test("accepts any name where the guard is switched off", () => {
    const seen = { ...there, cluster: { ...cluster, name: "stranger" } };
    expect(decide(seen, { ...proxyIntent, clusterName: undefined })).toEqual({
      do: "delete",
      cluster: expect.anything() as unknown,
    });
  });

  test("deletes what is there when nothing stands against it", () => {
    expect(decide(there, proxyIntent)).toEqual({ do: "delete", cluster: expect.anything() as unknown });
  });

  test("does not delete a cluster that holds a proxy nobody declares", () => {
    const seen = { ...there, cluster: { ...cluster, obproxies: [{ id: "3" }, { id: "4" }] } };
    expect(decide(seen, clusterIntent)).toMatchObject({
      why: { breach: { guard: "forceDestroy", undeclared: [{ id: "4" }] } },
    });
    const alone = { ...seen, cluster: { ...cluster, obproxies: [{ id: "4" }] } };
    expect(decide(alone, { ...clusterIntent, forceDestroy: true })).toEqual({
      do: "delete",
      cluster: expect.anything() as unknown,
    });
  });

  test("does not delete a cluster with a proxy in it that the same provider declares, not even by force", () => {
    const breach = { guard: "declaredElsewhere", held: [{ id: "3" }] };
    expect(decide(there, clusterIntent)).toMatchObject({ why: { breach } });
    const fuller = { ...there, cluster: { ...cluster, obproxies: [{ id: "3" }, { id: "4" }] } };
    expect(decide(fuller, { ...clusterIntent, forceDestroy: true })).toMatchObject({ why: { breach } });
  });

  test("does not delete what is another's, and needs nobody where it is gone", () => {
    const by = { reason: "app/other declares it now", next: "deploy that first" };
    const claimed = { ...proxyIntent, claimed: by };
    expect(decide(there, claimed)).toMatchObject({ why: { breach: { guard: "claimed", by } } });
    expect(decide({ ...there, presence: "absent" }, claimed)).toMatchObject({ do: "finish", how: "already-gone" });
    const atWork = (onObject: "yes" | "no") => [{ task: task("900"), onCluster: "yes", onObject } as const];
    expect(decide({ ...there, atWork: atWork("yes") }, claimed)).toMatchObject({ do: "follow" });
    const told = { why: { breach: { guard: "claimed" } } };
    expect(decide({ ...there, atWork: atWork("no") }, claimed)).toMatchObject(told);
    expect(decide({ ...gone, cluster: { ...cluster, name: "sales" } }, claimed)).toMatchObject(told);
    expect(decide({ ...gone, nameElsewhere: "28" }, claimed)).toMatchObject(told);
  });

  test("does not delete by force what ids that only Terraform knows may declare", () => {
    const seen = { ...there, cluster: { ...cluster, obproxies: [{ id: "4" }, { id: "5" }] } };
    const intent = { ...clusterIntent, forceDestroy: true };
    const token = { kind: "obproxy", path: "app/p" } as const;
    expect(decide(seen, { ...intent, obproxyTokens: [token] })).toMatchObject({
      why: { breach: { guard: "mayBeDeclared", held: [{ id: "4" }, { id: "5" }] } },
    });
    expect(decide(seen, { ...intent, obproxyTokens: [{ ...token, obproxyId: "5" }] })).toMatchObject({
      why: { breach: { guard: "mayBeDeclared", held: [{ id: "5" }] } },
    });
    expect(decide(seen, { ...intent, obproxyTokens: [{ ...token, obproxyId: "6" }] })).toEqual({
      do: "delete",
      cluster: expect.anything() as unknown,
    });
  });

  test("does not delete a cluster with a proxy in it that another provider declares, not even by force", () => {
    const seen = { ...there, cluster: { ...cluster, obproxies: [{ id: "4" }] } };
    const intent = { ...clusterIntent, forceDestroy: true, elsewhereObproxies: new Map([["4", "app/other/p"]]) };
    expect(decide(seen, intent)).toMatchObject({
      why: { breach: { guard: "declaredElsewhere", held: [{ id: "4" }] } },
    });
  });

  test("does not delete a cluster with a kept proxy in it, not even by force", () => {
    const intent = { ...clusterIntent, forceDestroy: true, keptObproxyIds: new Set(["3"]) };
    expect(decide(there, intent)).toMatchObject({ why: { breach: { guard: "skipDestroy", kept: [{ id: "3" }] } } });
  });

  test("does not take OCP's silence about proxies for an empty cluster", () => {
    const seen = { ...there, cluster: { id: "27", name: "orders" } };
    expect(decide(seen, clusterIntent)).toMatchObject({ why: { breach: { guard: "forceDestroyUnknown" } } });
    const forced = { ...clusterIntent, forceDestroy: true };
    expect(decide(seen, forced)).toMatchObject({ why: { breach: { guard: "forceDestroyUnknown" } } });
    expect(decide(seen, { ...forced, declaredObproxyIds: new Set() })).toEqual({
      do: "delete",
      cluster: expect.anything() as unknown,
    });
  });

  test("takes today's names for those of an object that may be one of several", () => {
    const renamed = { ...proxyIntent, clusterName: "staging", renamedTo: new Set(["orders", "payments"]) };
    expect(decide(there, renamed)).toEqual({ do: "delete", cluster: expect.anything() as unknown });
    const staging = { ...there, cluster: { ...cluster, name: "staging" } };
    expect(decide(staging, renamed)).toMatchObject({ why: { breach: { guard: "clusterName", found: "staging" } } });
  });

  test("waits for somebody else's task on the cluster before it sends", () => {
    const seen = { ...there, atWork: AT_WORK[2]! };
    expect(decide(seen, proxyIntent)).toMatchObject({ do: "follow", ours: false, certain: true, task: { id: "800" } });
  });

  test("sends although an untagged deletion is at work somewhere, unless the cluster itself is busy", () => {
    const seen = { ...there, atWork: AT_WORK[1]! };
    expect(decide(seen, proxyIntent)).toEqual({ do: "delete", cluster: expect.anything() as unknown });
    const busy = { ...cluster, obproxies: [{ id: "3", status: "DELETING" }] };
    expect(decide({ ...seen, cluster: busy }, proxyIntent)).toMatchObject({ do: "follow", certain: false });
  });

  test("waits for an untagged deletion before it calls the object gone", () => {
    expect(decide({ ...gone, atWork: AT_WORK[1]! }, proxyIntent)).toMatchObject({ do: "follow", ours: false });
  });

  test("does not wait, once the object is gone, for a task whose tags name other proxies", () => {
    expect(decide({ ...gone, atWork: AT_WORK[2]! }, proxyIntent)).toMatchObject({ do: "finish" });
  });

  test.each(["succeeded", "incomplete"] as const)(
    "does not let an old task that %s speak for another one that may be the deletion of what is gone",
    (kind) => {
      // The object was still there after it, and was deleted anew; the answer to that delete was lost.
      const seen = { ...gone, ours: ourTask(verdictOf(kind), false) };
      const later: TaskAtWork = { task: task("901"), onCluster: "maybe", onObject: "maybe" };
      expect(decide({ ...seen, atWork: [later] }, proxyIntent)).toMatchObject({ do: "follow", task: { id: "901" } });
      // Or an older one that somebody retries.
      expect(decide({ ...seen, atWork: AT_WORK[1]! }, proxyIntent)).toMatchObject({
        do: "follow",
        task: { id: "800" },
      });
      const end = { task: task("901", { status: "FAILED" }), afterLoss: true };
      expect(decide({ ...seen, badEnds: [end] }, proxyIntent)).toMatchObject({
        do: "fail",
        why: { reason: "bad-end" },
      });
      expect(decide({ ...seen, tasksUnknown: "half a list" }, proxyIntent)).toEqual({ do: "wait", because: "unknown" });
      expect(decide({ ...seen, endUnknown: "an odd entry" }, proxyIntent)).toEqual({ do: "wait", because: "unknown" });
    },
  );

  test("does not call gone what a failed task of an earlier run left half done", () => {
    const seen = { ...gone, ours: ourTask(verdictOf("failed"), false) };
    expect(decide(seen, proxyIntent)).toMatchObject({ do: "fail", why: { reason: "task-failed" } });
    expect(decide({ ...seen, retriesLeft: 1 }, proxyIntent)).toMatchObject({ do: "retry" });
  });

  test("does not call failed what somebody has retried and of which OCP does not tell how it ended", () => {
    const ours = { ...ourTask(verdictOf("failed")), endUnknown: "task 900 is open" };
    const seen = { ...there, ours, retriesLeft: 1 };
    expect(decide(seen, proxyIntent)).toEqual({ do: "wait", because: "unknown" });
    expect(decide({ ...seen, patience: impatient }, proxyIntent)).toMatchObject({
      why: { reason: "unknown", what: "task 900 is open" },
    });
  });

  test("deletes anew what is still there after an earlier run's failed task", () => {
    expect(decide({ ...there, ours: ourTask(verdictOf("failed"), false) }, proxyIntent)).toEqual({
      do: "delete",
      cluster: expect.anything() as unknown,
    });
  });

  test("retries nothing in a cluster of another name, and nothing that would take what must stay", () => {
    const failed = { ...there, ours: ourTask(verdictOf("failed")), retriesLeft: 1 };
    const renamed = { ...failed, cluster: { ...cluster, name: "stranger" } };
    expect(decide(renamed, proxyIntent)).toMatchObject({ why: { breach: { guard: "clusterName" } } });
    const fuller = { ...failed, cluster: { ...cluster, obproxies: [{ id: "3" }, { id: "4" }] } };
    expect(decide(fuller, clusterIntent)).toMatchObject({ why: { breach: { guard: "forceDestroy" } } });
    const strangers = {
      ...failed,
      ours: { ...ourTask(verdictOf("failed")), own: false, whyNotRetry: "somebody else's" },
    };
    expect(decide(strangers, proxyIntent)).toMatchObject({ do: "fail", why: { reason: "task-failed" } });
  });

  test("does not call a cluster deleted whose name OCP knows under another id, because a stranger's task succeeded", () => {
    const ours = { ...ourTask(verdictOf("succeeded")), own: false };
    const seen = { ...gone, cluster: undefined, nameElsewhere: "99", ours };
    expect(decide(seen, clusterIntent)).toMatchObject({ why: { breach: { guard: "clusterNameElsewhere" } } });
    expect(decide({ ...seen, ours: { ...ours, own: true } }, clusterIntent)).toMatchObject({ do: "finish" });
  });

  test("looks a few times more where OCP still lists the object after our task's success, then says so", () => {
    const seen = { ...there, ours: ourTask(verdictOf("succeeded")) };
    expect(decide(seen, proxyIntent)).toEqual({ do: "wait", because: "verify" });
    expect(decide({ ...seen, patience: impatient }, proxyIntent)).toMatchObject({ why: { reason: "still-there" } });
  });

  test("does not wait for ever where another deletion ended after its own, and the object is still there", () => {
    const seen = { ...there, ours: ourTask(verdictOf("succeeded"), false), ...sent(1) };
    expect(decide(seen, proxyIntent)).toEqual({ do: "wait", because: "verify" });
    expect(decide({ ...seen, patience: impatient }, proxyIntent)).toMatchObject({
      why: { reason: "still-there", task: { id: "900" } },
    });
  });

  test("calls a rolled-back task of this run a failure, although the object is there as before", () => {
    const seen = { ...there, ours: ourTask(verdictOf("rolled-back")) };
    expect(decide(seen, proxyIntent)).toMatchObject({ do: "fail", why: { reason: "task-failed" } });
  });

  test("looks what became of a delete whose answer was lost before it sends again, and gives up after a few", () => {
    expect(decide({ ...there, ...sent(2) }, proxyIntent)).toEqual({ do: "wait", because: "settle" });
    expect(decide({ ...there, ...sent(3) }, proxyIntent)).toEqual({
      do: "delete",
      cluster: expect.anything() as unknown,
    });
    expect(decide({ ...there, ...sent(4) }, proxyIntent)).toMatchObject({ why: { reason: "answer-lost" } });
  });

  test("does not repeat a delete that something else than OCP answered", () => {
    expect(decide({ ...there, ...sent(5) }, proxyIntent)).toMatchObject({ why: { reason: "answer-lost" } });
  });

  test("does not call gone, after a lost answer, what an untagged failed task may have left half done", () => {
    const seen = { ...gone, ...sent(3), badEnds: [{ task: task("950", { status: "FAILED" }), afterLoss: true }] };
    expect(decide(seen, proxyIntent)).toMatchObject({ why: { reason: "bad-end", end: { task: { id: "950" } } } });
  });

  test("waits for its turn at a locked cluster, and tries again when it is due", () => {
    expect(decide({ ...there, ...sent(6) }, proxyIntent)).toEqual({ do: "wait", because: "lock" });
    expect(decide({ ...there, ...sent(8) }, proxyIntent)).toEqual({
      do: "delete",
      cluster: expect.anything() as unknown,
    });
  });

  test("does not wait for a lock that a failed task holds", () => {
    const seen = { ...there, ...sent(7), failedOnCluster: [task("700", { status: "FAILED" })] };
    expect(decide(seen, proxyIntent)).toMatchObject({ why: { reason: "lock-not-released", holder: { id: "700" } } });
  });

  test("gives up on a lock that nothing explains", () => {
    const seen = { ...there, ...sent(6), patience: impatient };
    expect(decide(seen, proxyIntent)).toMatchObject({ why: { reason: "lock-not-released", holder: undefined } });
  });

  test("does not send again what was accepted and cannot be followed", () => {
    expect(decide({ ...there, ...sent(1) }, { ...proxyIntent, waitFor: "object" })).toEqual({
      do: "wait",
      because: "object",
    });
  });

  test("asks again for a task that OCP accepted and does not know, then says that its end cannot be proven", () => {
    const following = {
      task: task("900"),
      ours: true,
      certain: true,
      since: 0,
      quickLooks: 0,
      readAt: 0,
      isClockStill: false,
      unclear: { answer: { says: "purged" }, since: 0 },
    } as const;
    expect(decide({ ...gone, following }, proxyIntent)).toMatchObject({ do: "follow", task: { id: "900" } });
    expect(decide({ ...gone, following, patience: impatient }, proxyIntent)).toMatchObject({
      why: { reason: "task-vanished" },
    });
  });

  test("does not call gone what a deletion may have left half done that failed before its eyes", () => {
    const seen = { ...gone, badEnds: [{ task: task("950", { status: "FAILED" }), afterLoss: false }] };
    expect(decide(seen, proxyIntent)).toMatchObject({ why: { reason: "bad-end", end: { task: { id: "950" } } } });
  });

  test.each([
    ["whether the object is there", { ...there, presence: "unknown" as const, whyUnknown: "it is open" }],
    ["what is at work on an object that is there", { ...there, tasksUnknown: "it is open" }],
    ["what is at work on an object that is gone", { ...gone, tasksUnknown: "it is open" }],
    ["how a deletion of it ended", { ...gone, endUnknown: "it is open" }],
  ])("looks again as long as it has patience where OCP leaves open %s, then fails and says so", (_what, seen) => {
    expect(decide(seen, proxyIntent)).toEqual({ do: "wait", because: "unknown" });
    expect(decide({ ...seen, patience: impatient }, proxyIntent)).toEqual({
      do: "fail",
      why: { reason: "unknown", what: "it is open" },
    });
  });

  test("lets a person's word end a matter: what was ended by hand is done when the object is gone, and only then", () => {
    for (const ofThisRun of [true, false]) {
      const ours = ourTask(verdictOf("incomplete"), ofThisRun);
      expect(decide({ ...gone, ours }, proxyIntent)).toMatchObject({ do: "finish", how: "deleted" });
    }
    const ours = ourTask(verdictOf("incomplete"));
    expect(decide({ ...there, ours }, proxyIntent)).toMatchObject({ why: { reason: "task-failed" } });
    expect(decide({ ...there, ours: { ...ours, ofThisRun: false } }, proxyIntent)).toMatchObject({ do: "delete" });
    expect(decide({ ...gone, presence: "unknown", ours }, proxyIntent)).toEqual({ do: "wait", because: "unknown" });
  });

  test("gives up on a delete that does not get through when its time is up", () => {
    expect(decide({ ...there, ...sent(11) }, proxyIntent)).toEqual({ do: "wait", because: "undelivered" });
    expect(decide({ ...there, ...sent(12) }, proxyIntent)).toMatchObject({ do: "delete" });
    expect(decide({ ...there, ...sent(11), patience: impatient }, proxyIntent)).toMatchObject({
      why: { reason: "call-failed" },
    });
  });
});

describe("decide, after a delete whose answer was lost", () => {
  const lost = sent(3);

  test("does not send it again beside an untagged deletion that may be what became of it", () => {
    expect(decide({ ...there, ...lost, atWork: AT_WORK[1]! }, proxyIntent)).toMatchObject({
      do: "follow",
      ours: false,
      task: { id: "800" },
    });
  });

  test("does not send it again after an untagged deletion that may be what became of it has failed", () => {
    const seen = { ...there, ...lost, badEnds: [{ task: task("950", { status: "FAILED" }), afterLoss: true }] };
    expect(decide(seen, proxyIntent)).toMatchObject({ why: { reason: "bad-end", end: { task: { id: "950" } } } });
  });
});

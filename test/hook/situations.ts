import type { FaultAction, RecordedRequest, Simulator, SimulatorOptions } from "../../src/simulator/index.js";
import type { HookCall } from "./hook-process.js";

/** Something that happens at OCP while the hook waits: once, as soon as its condition holds after a tick of the engine. */
export interface Event {
  readonly when: (ocp: Simulator) => boolean;
  readonly then: (ocp: Simulator, later: Later) => unknown;
}

/** Does something after so many ticks. */
export type Later = (ticks: number, run: () => unknown) => void;

/** What OCP is like, what happens, and what the hook has to make of it. */
export interface Situation {
  /** Which fact about OCP it is about: a trap of docs/ocp.md, or `plain`. */
  readonly about: string;
  readonly name: string;
  /** Default every version of {@link VERSIONS}. */
  readonly only?: (version: string) => boolean;
  /** Not as a process, where it would take too long; only in mocked time. */
  readonly slow?: true;
  /** Default OBProxy 3 of cluster 27. */
  readonly call?: Partial<HookCall>;
  readonly ocp?: SimulatorOptions;
  readonly before?: (ocp: Simulator) => void;
  readonly events?: readonly Event[];
  readonly code: 0 | 1;
  /** The calls that change something, in words: `delete 3`, `delete cluster`, `retry`. */
  readonly changes: readonly string[] | ((changes: readonly string[]) => boolean);
  /** What stands somewhere in the output. */
  readonly says?: readonly RegExp[];
  readonly neverSays?: RegExp;
  /** What the last line holds; after a failure the default is that it says what to do. */
  readonly lastly?: RegExp;
  /** OCP is not to be believed here, so that a success is not checked against it. */
  readonly liar?: true;
}

export const VERSIONS = ["3.1.1", "3.3.0", "4.0.3", "4.2.2", "4.3.4", "4.3.5", "4.4.0"] as const;

const hasTags = (version: string): boolean => version === "4.4.0";
const isOld = (version: string): boolean => version.startsWith("3.");
const speaksPost = (version: string): boolean => version === "4.3.5" || version === "4.4.0";

const ONCE = ["delete 3"];
const NOTHING: readonly string[] = [];
/** The first subtask of each dialect that does something, before the object vanishes. */
const EARLY = /^(Prepare offline obproxy|Prepare delete obproxy)$/;
/** One that comes after the object has vanished. */
const LATE = "Unreserve host";
const STOP = /^(Stop and uninstall obproxy|Stop obproxy)$/;
const TASK = /^\/api\/v2\/tasks\/instances\/\d+$/;
const CLUSTER = "/api/v2/obproxy/clusters/27";
const EIGHT = [1, 2, 3, 4, 5, 6, 7, 8];

const first = (ocp: Simulator): Simulator["tasks"][number] | undefined => ocp.tasks[0];
const firstId = (ocp: Simulator): string => first(ocp)?.id ?? "";
const hasFailed = (ocp: Simulator): boolean => first(ocp)?.status === "FAILED";
const hasSucceeded = (ocp: Simulator): boolean => first(ocp)?.status === "SUCCESSFUL";
const isAt = (name: string | RegExp) => (ocp: Simulator) =>
  first(ocp)?.subtasks.some((each) => each.status === "RUNNING" && new RegExp(name).test(each.name)) === true;
const isDeletion = ({ method, path }: RecordedRequest): boolean => method !== "GET" && !path.endsWith("/retry");
const onDelete =
  (does: FaultAction, times = 1) =>
  (ocp: Simulator): void => {
    ocp.inject({ when: isDeletion, times, does });
  };
/** Trouble with the reads that come after the delete. */
const onPolls =
  (does: FaultAction, times = 1, path: string | RegExp = TASK) =>
  (ocp: Simulator): void => {
    ocp.inject({ method: "GET", path, times, when: () => ocp.tasks.length > 0, does });
  };
const plan =
  (...plans: readonly Parameters<Simulator["planWork"]>[0][]) =>
  (ocp: Simulator): void => {
    for (const each of plans) ocp.planWork(each);
  };
const all =
  (...steps: readonly ((ocp: Simulator) => void)[]) =>
  (ocp: Simulator): void => {
    for (const step of steps) step(ocp);
  };
const wholeCluster: Partial<HookCall> = {
  kind: "cluster",
  settings: { clusters: { "27": { path: "app/orders", forceDestroy: true } } },
};
const provider = (over: object): Partial<HookCall> => ({ settings: { provider: over } });
/** Somebody has tried to delete OBProxy 4 before, and failed: the cluster is locked. */
const somebodyFailed = (ocp: Simulator): void => {
  const plans = ocp.planWork({ fail: "always", subtaskName: EARLY });
  ocp.runToEnd(ocp.submitDeleteObproxies(27, [4]).id);
  plans.remove();
};

export const SITUATIONS: readonly Situation[] = [
  // ---- as it should be
  { about: "plain", name: "an OBProxy is deleted", code: 0, changes: ONCE, lastly: /deleted: task 31440 ended SUCC/ },
  {
    about: "plain",
    name: "an empty cluster is deleted",
    call: { kind: "cluster" },
    ocp: { clusters: [{ id: 27, name: "orders" }] },
    code: 0,
    changes: ["delete cluster"],
  },
  {
    about: "plain",
    name: "a cluster is not deleted with declared OBProxies in it, not even by force",
    call: {
      kind: "cluster",
      settings: {
        clusters: { "27": { path: "app/c", forceDestroy: true } },
        obproxies: Object.fromEntries([3, 4].map((id) => [`27/${id}`, { path: "app/p" }])),
      },
    },
    code: 1,
    changes: NOTHING,
    says: [/still holds OBProxies that the app declares: 3 .*\(app\/p\), 4 .*\(app\/p\)/],
  },
  {
    about: "plain",
    name: "an OBProxy that OCP does not list is gone already",
    call: { obproxyId: 99 },
    code: 0,
    changes: NOTHING,
    lastly: /already gone/,
  },
  {
    about: "plain",
    name: "a cluster that OCP does not know is gone already",
    call: { kind: "cluster", clusterId: 99, clusterName: "other" },
    code: 0,
    changes: NOTHING,
    lastly: /already gone/,
  },

  // ---- the end of the task
  {
    about: "trap 2",
    name: "SUCCESSFUL means rolled back",
    before: plan({ subtaskName: EARLY, fail: 1 }),
    events: [
      {
        when: hasFailed,
        then: (ocp) => {
          ocp.rollback(firstId(ocp));
        },
      },
    ],
    code: 1,
    changes: ONCE,
    says: [/task 31440 .*was rolled back/],
    lastly: /find out who rolled task 31440 back/,
  },
  {
    about: "trap 2",
    name: "a rollback fails on its way",
    before: plan({ subtaskName: EARLY, fail: 1 }, { subtaskName: /^(Start node|Prepare operate)/, failRollback: 1 }),
    events: [
      {
        when: hasFailed,
        then: (ocp) => {
          ocp.rollback(firstId(ocp));
        },
      },
    ],
    code: 1,
    changes: ONCE,
    says: [/FAILED while it was being rolled back/],
    // OCP refuses to retry it.
    lastly: /mend the cause and skip what has failed in the rollback of task 31440/,
  },
  {
    about: "trap 2",
    name: "somebody abandons the failed task, which then calls itself SUCCESSFUL",
    before: plan({ subtaskName: EARLY, fail: 1 }),
    events: [
      {
        when: hasFailed,
        then: (ocp) => {
          ocp.abandon(firstId(ocp));
        },
      },
    ],
    code: 1,
    changes: ONCE,
    says: [/says SUCCESSFUL but left work undone/],
  },
  {
    about: "trap 2",
    name: "somebody skips the failed subtask",
    before: plan({ subtaskName: STOP, fail: 1 }),
    events: [
      {
        when: hasFailed,
        then: (ocp) => {
          ocp.skip(firstId(ocp));
        },
      },
    ],
    code: 0,
    changes: ONCE,
    says: [/WARNING: somebody skipped in OCP: subtask \d+ "Stop .*obproxy"/],
  },
  {
    about: "trap 3",
    name: "FAILED is retried in the console while its siblings still run",
    call: wholeCluster,
    ocp: { clusters: [{ id: 27, name: "orders", obproxies: EIGHT }] },
    before: plan(
      { subtaskName: EARLY, readyTicks: 12, ticks: 4 },
      { subtaskName: EARLY, parallelIdx: 0, fail: 1, readyTicks: 0 },
    ),
    events: [
      { when: hasFailed, then: () => undefined },
      {
        when: (ocp) => hasFailed(ocp) && isAt(EARLY)(ocp),
        then: (ocp) => {
          ocp.retry(firstId(ocp));
        },
      },
    ],
    code: 0,
    changes: ["delete cluster"],
    says: [/FAILED Prepare/],
  },
  {
    about: "trap 4",
    name: "OCP lists the object no more, but its task goes on",
    before: plan({ subtaskName: LATE, ticks: 40 }),
    code: 0,
    changes: ONCE,
  },
  {
    about: "trap 4",
    name: "OCP lists the object no more, but its task fails afterwards",
    before: plan({ subtaskName: LATE, fail: "always", error: "agent 10.0.0.3 does not answer" }),
    code: 1,
    changes: ONCE,
    says: [/FAILED: OCP's task 31440 .*FAILED/, /failed: subtask \d+ "Unreserve host"/, /OCP says: ".*agent 10.0.0.3 /],
    lastly: /what to do: mend the cause and retry task 31440/,
  },
  {
    about: "trap 4",
    name: "the task has ended well, but OCP still lists the object",
    events: [
      {
        when: hasSucceeded,
        then: (ocp) => {
          ocp.addObproxy(27, 3);
        },
      },
    ],
    code: 1,
    changes: ONCE,
    says: [/ended SUCCESSFUL, but OCP still lists OBProxy 27\/3/],
    lastly: /look at task 31440/,
  },
  {
    about: "trap 12",
    name: "FAILED is reported only when no sibling is READY or RUNNING any more",
    call: wholeCluster,
    ocp: { clusters: [{ id: 27, name: "orders", obproxies: EIGHT }] },
    before: plan(
      { subtaskName: EARLY, readyTicks: 6, ticks: 9 },
      { subtaskName: EARLY, parallelIdx: 0, fail: 1, readyTicks: 0 },
    ),
    code: 1,
    changes: ["delete cluster"],
    says: [/31440: .* FAILED Prepare/, /FAILED: OCP's task 31440/],
  },
  {
    about: "trap 12",
    name: "a subtask that fails early is told at once, long before the task's end",
    call: wholeCluster,
    before: plan({ subtaskName: STOP, ticks: 30 }, { subtaskName: STOP, parallelIdx: 0, ticks: 0, fail: "always" }),
    code: 1,
    changes: ["delete cluster"],
    says: [/FAILED (Stop[\w ]*obproxy);.*\n(.*\n)*.*FAILED: OCP's task/],
  },
  {
    about: "retries",
    name: "a failed task is retried where the policy says so",
    call: provider({ taskRetries: 2 }),
    before: plan({ subtaskName: EARLY, fail: 2 }),
    code: 0,
    changes: ["delete 3", "retry", "retry"],
    says: [/asking OCP to retry it \(1 of 2\)/, /asking OCP to retry it \(2 of 2\)/],
  },
  {
    about: "retries",
    name: "retries are used up",
    call: provider({ taskRetries: 1 }),
    before: plan({ subtaskName: LATE, fail: "always" }),
    code: 1,
    changes: ["delete 3", "retry"],
  },
  {
    about: "retries",
    name: "the answer to a retry is lost",
    call: provider({ taskRetries: 1 }),
    before: all(plan({ subtaskName: EARLY, fail: 1 }), (ocp) => {
      ocp.inject({ method: "POST", path: /retry$/, does: { kind: "lostAnswer" } });
    }),
    code: 0,
    changes: ["delete 3", "retry"],
  },
  {
    about: "trap 13",
    name: "OCP crashes in mid-task, which stays RUNNING for long and then fails",
    slow: true,
    before: plan({ subtaskName: STOP, ticks: 20 }),
    events: [
      {
        when: isAt(STOP),
        then: async (ocp, later) => {
          await ocp.down();
          later(40, () => ocp.up({ engineDelayTicks: 60 }));
        },
      },
    ],
    code: 1,
    changes: ONCE,
    says: [/still trying/, /OCP answers again after/, /FAILED: OCP's task 31440/],
  },
  {
    about: "trap 13",
    name: "OCP is restarted between two subtasks and its engine starts a minute later",
    before: plan({ subtaskName: STOP, readyTicks: 30 }),
    events: [
      {
        when: (ocp) => first(ocp)?.subtasks.some(({ name, status }) => status === "READY" && STOP.test(name)) === true,
        then: async (ocp, later) => {
          await ocp.down({ manner: "term" });
          later(20, () => ocp.up({ engineDelayTicks: 60 }));
        },
      },
    ],
    code: 0,
    changes: ONCE,
    says: [/got no connection.*still trying/, /OCP answers again after/],
  },
  {
    about: "trap 10",
    name: "OCP works for longer than half an hour, within its own time limits",
    slow: true,
    before: plan({ subtaskName: STOP, ticks: 1790 }, { subtaskName: LATE, ticks: 1790 }),
    code: 0,
    changes: ONCE,
  },
  {
    about: "unknown values",
    name: "a task is in a state that nobody documents, for ever",
    slow: true,
    call: provider({ timeouts: { delete: "5m" } }),
    events: [
      {
        when: (ocp) => first(ocp) !== undefined,
        then: (ocp) => {
          ocp.overrideTask(firstId(ocp), { status: "ABORTED" });
        },
      },
    ],
    code: 1,
    changes: ONCE,
    says: [
      /not finished after 5 min \(timeouts.delete\)/,
      /last seen: task 31440 .*ABORTED/,
      /task 31440 goes on in OCP/,
    ],
    lastly: /run destroy again to resume/,
  },
  {
    about: "unknown values",
    name: "a subtask is SUSPENDED for a while",
    before: plan({ subtaskName: STOP, ticks: 20 }),
    events: [
      {
        when: isAt(STOP),
        then: (ocp) => {
          ocp.overrideSubtask(firstId(ocp), "Finish node", { status: "Suspended" });
        },
      },
      {
        when: hasSucceeded,
        then: (ocp, later) => {
          later(5, () => {
            ocp.overrideSubtask(firstId(ocp), "Finish node", { status: "SUCCESSFUL" });
          });
        },
      },
    ],
    code: 0,
    changes: ONCE,
    says: [/in a state unknown to us: Finish node \(SUSPENDED\)/],
  },
  {
    about: "timeouts",
    name: "timeouts.delete is over before OCP is done",
    call: provider({ timeouts: { delete: "3s" } }),
    before: plan({ subtaskName: /^Stop (and uninstall )?obproxy$/, ticks: 5_000 }),
    code: 1,
    changes: ONCE,
    says: [
      /not finished after 3 s \(timeouts.delete\)/,
      /last seen: task 31440 .*RUNNING/,
      /task 31440 goes on in OCP/,
    ],
    lastly: /run destroy again to resume waiting, with a longer `timeouts: \{ delete/,
  },

  // ---- rights and credentials
  {
    about: "trap 5",
    name: "the user may not read tasks, which is found out before anything is deleted",
    ocp: { permissions: { readTasks: false } },
    code: 1,
    changes: NOTHING,
    says: [/may not read tasks \(403\)/, /no delete was sent for it/],
    lastly: /TASK_VIEWER/,
  },
  {
    about: "trap 5",
    name: "the right to read tasks is taken away in mid-task",
    before: plan({ subtaskName: STOP, ticks: 20 }),
    events: [
      {
        when: isAt(STOP),
        then: (ocp) => {
          ocp.setPermissions({ readTasks: false });
        },
      },
    ],
    code: 1,
    changes: ONCE,
    says: [/403/, /task 31440 may still be running/],
    lastly: /ask OCP's administrator/,
  },
  {
    about: "trap 5",
    name: "the user may not delete",
    ocp: { permissions: { deleteObproxy: false } },
    code: 1,
    changes: ONCE,
    says: [/403/, /this (DELETE|POST) was sent and answered 403/],
    lastly: /OBPROXY_MANAGER/,
  },
  {
    about: "trap 5",
    name: "nobody reads tasks: waitFor object",
    call: provider({ waitFor: "object" }),
    ocp: { permissions: { readTasks: false } },
    code: 0,
    changes: ONCE,
    lastly: /nobody looked at the task/,
    liar: true,
  },
  {
    about: "trap 5",
    name: "waitFor object, and the cluster is locked for minutes by a task that cannot be read",
    call: provider({ waitFor: "object" }),
    ocp: { permissions: { readTasks: false } },
    slow: true,
    before: (ocp) => {
      const plans = ocp.planWork({ subtaskName: "Start node", ticks: 400 });
      ocp.startTask({ name: "Upgrade obproxy", clusterId: 27, obproxyIds: [4] });
      plans.remove();
    },
    code: 0,
    changes: (changes) => changes.at(-1) === "delete 3",
    liar: true,
  },
  {
    about: "trap 11",
    name: "wrong credentials are refused at once",
    call: { env: { OCP_PASSWORD: "wrong" } },
    before: (ocp) => {
      ocp.setCredentials({ username: "admin", password: "another" });
    },
    code: 1,
    changes: NOTHING,
    says: [/does not accept the credentials \(401\)/],
    lastly: /OCP_USERNAME and OCP_PASSWORD/,
  },
  {
    about: "trap 11",
    name: "OCP's database is away for a moment in mid-task",
    before: onPolls({ kind: "metadbOutage" }, 2),
    code: 0,
    changes: ONCE,
    says: [/401.*still trying/, /OCP answers again/],
  },
  {
    about: "trap 11",
    name: "OCP's database stays away in mid-task",
    before: onPolls({ kind: "metadbOutage" }, Infinity, /./),
    code: 1,
    changes: ONCE,
    says: [/refuses credentials that it accepted before: 3 more tries/],
    lastly: /OCP's own database is away/,
  },
  {
    about: "trap 11",
    name: "every delete is answered 401, though reads are not",
    before: onDelete({ kind: "metadbOutage" }, Infinity),
    code: 1,
    changes: (changes) => changes.length <= 4 && changes.every((each) => each === "delete 3"),
    says: [/refuses credentials that it accepted before/],
  },

  // ---- answers that are none
  {
    about: "trap 6",
    name: "the delete is redirected to the login page",
    before: onDelete({ kind: "redirect" }),
    code: 1,
    changes: ONCE,
    says: [/redirects instead of answering/, /this (DELETE|POST) was sent and answered 302/],
  },
  {
    about: "trap 6",
    name: "a poll is redirected",
    before: onPolls({ kind: "redirect" }, Infinity),
    code: 1,
    changes: ONCE,
    says: [/redirects instead of answering/, /task 31440 may still be running/],
  },
  {
    about: "trap 6",
    name: "the delete is answered with 200 and HTML, and nothing was done",
    before: onDelete({ kind: "html" }, Infinity),
    code: 1,
    changes: ONCE,
    says: [/HTML page/, /no usable answer, and OCP was seen to do nothing/],
  },
  {
    about: "trap 6",
    name: "polls are answered with HTML for a while",
    before: onPolls({ kind: "html" }, 3),
    code: 0,
    changes: ONCE,
    says: [/HTML page.*still trying/, /OCP answers again/],
  },
  {
    about: "trap 6",
    name: "what answers is no OCP at all",
    before: (ocp) => {
      ocp.inject({ times: Infinity, does: { kind: "html" } });
    },
    code: 1,
    changes: NOTHING,
    lastly: /check the URL/,
  },
  {
    about: "lost answers",
    name: "the answer to a delete that was carried out is lost",
    before: onDelete({ kind: "lostAnswer" }),
    code: 0,
    changes: ONCE,
    says: [/looking what became of the delete/],
  },
  {
    about: "lost answers",
    name: "the answer is lost, and OCP does not show the object as busy while its task runs",
    ocp: {
      clusters: [
        { id: 27, name: "orders", obproxies: [{ id: 3, details: { status: "RUNNING", operateStatus: "NORMAL" } }, 4] },
      ],
    },
    before: all(onDelete({ kind: "lostAnswer" }), plan({ subtaskName: EARLY, ticks: 60 })),
    code: 0,
    changes: ONCE,
  },
  {
    about: "lost answers",
    name: "the answer is lost, and the task fails while the object is still there",
    before: all(onDelete({ kind: "lostAnswer" }), plan({ subtaskName: EARLY, fail: "always" })),
    code: 1,
    changes: ONCE,
    says: [/task 31440/],
  },
  {
    about: "lost answers",
    name: "the answer is lost, and the task fails after the object is gone",
    before: all(onDelete({ kind: "lostAnswer" }), plan({ subtaskName: LATE, fail: "always" })),
    code: 1,
    changes: ONCE,
    says: [/task 31440/],
  },
  {
    about: "lost answers",
    name: "the answer is lost, and somebody abandons the task that has failed late",
    before: all(onDelete({ kind: "lostAnswer" }), plan({ subtaskName: LATE, fail: "always" })),
    events: [
      {
        when: hasFailed,
        then: (ocp, later) => {
          later(25, () => {
            ocp.abandon(firstId(ocp));
          });
        },
      },
    ],
    code: 1,
    changes: ONCE,
    says: [/task 31440/],
  },
  {
    about: "lost answers",
    name: "the answer to a cluster's delete is lost, and its task fails after the cluster is gone",
    call: wholeCluster,
    before: all(onDelete({ kind: "lostAnswer" }), plan({ subtaskName: LATE, fail: "always" })),
    code: 1,
    changes: ["delete cluster"],
    says: [/task 31440/],
  },
  {
    about: "lost answers",
    name: "the delete never arrives, once",
    before: onDelete({ kind: "reset" }),
    code: 0,
    changes: ["delete 3", "delete 3"],
  },
  {
    about: "lost answers",
    name: "the delete never arrives",
    before: onDelete({ kind: "reset" }, Infinity),
    code: 1,
    changes: ["delete 3", "delete 3", "delete 3"],
    says: [/OCP was seen to do nothing/],
  },
  {
    about: "lost answers",
    name: "the answer to the delete is cut off JSON",
    before: onDelete({ kind: "truncated" }),
    code: 0,
    changes: ONCE,
  },
  {
    about: "lost answers",
    name: "the connection breaks within the answer to the delete",
    before: onDelete({ kind: "cut" }),
    code: 0,
    changes: ONCE,
  },
  {
    about: "lost answers",
    name: "OCP fails with 500 at the delete, and has done nothing",
    before: onDelete({ kind: "error", status: 500, code: 0 }),
    code: 0,
    changes: ["delete 3", "delete 3"],
  },
  {
    about: "trap 14",
    name: "polls break, are cut off, and are answered 503",
    before: all(
      onPolls({ kind: "reset" }, 2),
      onPolls({ kind: "truncated" }, 2),
      onPolls({ kind: "cut" }, 1),
      onPolls({ kind: "answer", status: 503, body: "<html>gateway</html>" }, 2),
    ),
    code: 0,
    changes: ONCE,
  },
  {
    about: "limits",
    name: "429 with RateLimit-Reset on polls",
    before: onPolls({ kind: "tooManyRequests", resetSeconds: 1 }, 2),
    code: 0,
    changes: ONCE,
    says: [/429.*still trying/],
  },
  {
    about: "limits",
    name: "429 with Retry-After on the delete",
    before: onDelete({ kind: "tooManyRequests", resetSeconds: 0, retryAfter: 1 }),
    code: 0,
    changes: ["delete 3", "delete 3"],
  },

  // ---- several nodes
  {
    about: "nodes",
    name: "another node does not know the task for a moment",
    before: onPolls({ kind: "error", status: 404, code: "TSK10001", message: "no such task" }, 4),
    code: 0,
    changes: ONCE,
  },
  {
    about: "nodes",
    name: "OCP has forgotten the task for good",
    before: plan({ subtaskName: LATE, ticks: 20 }),
    events: [
      {
        when: isAt(LATE),
        then: (ocp) => {
          ocp.forgetTask(firstId(ocp));
        },
      },
    ],
    code: 1,
    changes: ONCE,
    says: [/accepted task 31440 .*does not know it any more/],
  },
  {
    about: "nodes",
    name: "another node still lists the object for a moment after the task's end",
    before: (ocp) => {
      const change = (body: unknown): unknown => {
        const answer = body as { data: { obproxies: unknown[] } };
        return { ...answer, data: { ...answer.data, obproxies: [...answer.data.obproxies, { id: 3 }] } };
      };
      ocp.inject({
        method: "GET",
        path: CLUSTER,
        when: () => hasSucceeded(ocp),
        times: 3,
        does: { kind: "rewrite", change },
      });
    },
    code: 0,
    changes: ONCE,
  },

  // ---- locks and others
  {
    about: "trap 9",
    name: "somebody else's task holds the cluster's lock",
    before: (ocp) => {
      ocp.planWork({ taskName: "Restart obproxy", ticks: 6 });
      ocp.startTask({ name: "Restart obproxy", clusterId: 27, obproxyIds: [4] });
    },
    code: 0,
    changes: (changes) => changes.at(-1) === "delete 3",
    says: [/waiting for/],
  },
  {
    about: "trap 9",
    name: "somebody else's task holds the cluster's lock for a quarter of an hour",
    slow: true,
    before: (ocp) => {
      ocp.planWork({ taskName: "Upgrade obproxy", subtaskName: "Start node", ticks: 900 });
      ocp.startTask({ name: "Upgrade obproxy", clusterId: 27, obproxyIds: [4] });
    },
    code: 0,
    changes: (changes) => changes.at(-1) === "delete 3",
  },
  ...(
    [
      ["400 and 21010", { status: 400, code: 21010 }],
      ["400 and ODP21010", { status: 400, code: "ODP21010" }],
      ["409", { status: 409, code: 0 }],
      ["500 and COM20003", { status: 500, code: "COM20003" }],
      ["500 and 1114", { status: 500, code: 1114 }],
    ] as const
  ).map(([how, lockRefusal]): Situation => ({
    about: "trap 8",
    name: `the lock is told by ${how}`,
    ocp: { lockRefusal },
    before: (ocp) => {
      ocp.lock(27);
    },
    events: [
      {
        when: (ocp) => ocp.requests.some(isDeletion),
        then: (ocp) => {
          ocp.unlock(27);
        },
      },
    ],
    code: 0,
    changes: ["delete 3", "delete 3"],
    says: [/waiting for our turn/],
  })),
  {
    about: "trap 9",
    name: "a failed task holds the lock, and its tags tell",
    only: hasTags,
    before: somebodyFailed,
    code: 1,
    changes: ["delete 3", "delete 3"],
    says: [/keeps OBProxy cluster 27 locked, and task 31440 .* has FAILED/],
    lastly: /mend the cause and retry task 31440 at \S+ \(Task Center\), so that/,
  },
  {
    about: "trap 9",
    name: "a failed task holds the lock, and nothing tells which",
    only: (version) => !hasTags(version),
    slow: true,
    before: somebodyFailed,
    code: 1,
    changes: ONCE,
    says: [/keeps OBProxy cluster 27 locked, though no task is seen/],
    lastly: /look for a failed task on the cluster/,
  },
  {
    about: "attach",
    name: "somebody deletes the same OBProxy already",
    before: (ocp) => {
      ocp.planWork({ subtaskName: STOP, ticks: 5 });
      ocp.submitDeleteObproxies(27, [3]);
    },
    code: 0,
    changes: NOTHING,
    says: [/31440/],
  },
  {
    about: "attach",
    name: "somebody's deletion of the same OBProxy has removed it from the list and goes on",
    before: (ocp) => {
      ocp.planWork({ subtaskName: LATE, ticks: 15 });
      ocp.submitDeleteObproxies(27, [3]);
      while (ocp.cluster(27)?.obproxies.some(({ id }) => id === "3") === true) ocp.tick();
    },
    code: 0,
    changes: NOTHING,
    says: [/31440/],
  },

  // ---- guards
  {
    about: "guards",
    name: "the cluster has another name",
    ocp: { clusters: [{ id: 27, name: "payments", obproxies: [3] }] },
    code: 1,
    changes: NOTHING,
    says: [/cluster 27 is called "payments" in OCP, not "orders"/, /no delete was sent for it/],
    lastly: /declare OBProxy 27\/3 again with clusterName: "payments"/,
  },
  {
    about: "guards",
    name: "the name is known under another id",
    call: { kind: "cluster", clusterId: 28 },
    code: 1,
    changes: NOTHING,
    says: [/does not know OBProxy cluster 28, but knows "orders" as cluster 27/],
    lastly: /declare it with clusterId: 27/,
  },
  {
    about: "guards",
    name: "the cluster holds OBProxies that nobody declares",
    call: {
      kind: "cluster",
      settings: { clusters: { "27": { path: "app/c" } }, obproxies: { "27/3": { path: "app/p" } } },
    },
    code: 1,
    changes: NOTHING,
    says: [/still holds OBProxies that this configuration does not declare: 4 10\.0\.0\.4:2883 RUNNING/],
    lastly: /forceDestroy: true/,
  },
  {
    about: "guards",
    name: "the cluster is deleted by force with undeclared OBProxies",
    call: wholeCluster,
    code: 0,
    changes: ["delete cluster"],
  },
  {
    about: "guards",
    name: "a protected OBProxy in the cluster, which is to be deleted by force",
    call: {
      kind: "cluster",
      settings: {
        clusters: { "27": { path: "app/orders", forceDestroy: true } },
        obproxies: { "27/3": { path: "app/p", skipDestroy: true } },
      },
    },
    code: 1,
    changes: NOTHING,
    says: [/skipDestroy or preventDestroy protects: 3/],
  },
  {
    about: "guards",
    name: "a protected OBProxy in a cluster about whose OBProxies OCP is silent, by force",
    call: {
      kind: "cluster",
      settings: {
        clusters: { "27": { path: "app/orders", forceDestroy: true } },
        obproxies: { "27/3": { path: "app/p", skipDestroy: true } },
      },
    },
    ocp: { clusters: [{ id: 27, name: "orders", obproxies: [3], details: { obproxies: undefined } }] },
    code: 1,
    changes: NOTHING,
    says: [/does not say which OBProxies .* and of those that the app declares or keeps/],
  },
  {
    about: "guards",
    name: "OCP is silent about the OBProxies of a cluster that is to be deleted",
    call: { kind: "cluster" },
    ocp: { clusters: [{ id: 27, name: "orders", obproxies: [3], details: { obproxies: undefined } }] },
    code: 1,
    changes: NOTHING,
    says: [/does not say which OBProxies cluster 27/],
  },
  {
    about: "guards",
    name: "OCP is silent about the OBProxies, one of which is to be deleted",
    ocp: { clusters: [{ id: 27, name: "orders", obproxies: [3], details: { obproxies: undefined } }] },
    code: 1,
    changes: NOTHING,
    says: [/can be taken neither for gone nor for there/],
  },

  // ---- ids and dialects
  {
    about: "trap 15",
    name: "ids beyond 2^53",
    only: (version) => !speaksPost(version),
    call: { clusterId: "9007199254740993", obproxyId: "9223372036854775806" },
    ocp: {
      clusters: [{ id: "9007199254740993", name: "orders", obproxies: ["9223372036854775806"] }],
      firstTaskId: "9007199254740995",
    },
    code: 0,
    changes: ["delete 9223372036854775806"],
    says: [/task 9007199254740995/],
  },
  {
    about: "trap 15",
    name: "a base URL with slashes at its end",
    call: { env: { OCP_URL: "slashes" } },
    code: 0,
    changes: ONCE,
  },
  {
    about: "skipHostOperation",
    name: "the host is offline, and is skipped",
    only: speaksPost,
    call: { settings: { obproxies: { "27/3": { path: "app/p", skipHostOperation: true } } } },
    ocp: { clusters: [{ id: 27, name: "orders", obproxies: [{ id: 3, hostOffline: true }] }] },
    code: 0,
    changes: ["delete 3, skipping 3"],
  },
  {
    about: "skipHostOperation",
    name: "this OCP cannot skip a host",
    only: (version) => !speaksPost(version),
    call: { settings: { obproxies: { "27/3": { path: "app/p", skipHostOperation: true } } } },
    code: 1,
    changes: NOTHING,
    says: [/skipHostOperation needs OCP 4.3.5 or later; this is OCP \d/],
  },
  {
    about: "skipHostOperation",
    name: "the host is offline, and is not skipped",
    ocp: { clusters: [{ id: 27, name: "orders", obproxies: [{ id: 3, hostOffline: true }] }] },
    code: 1,
    changes: ONCE,
    says: [/OCP says: ".*Host 10.0.0.3 is offline/],
  },
  {
    about: "dialect",
    name: "the version cannot be read",
    before: (ocp) => {
      ocp.inject({ path: "/api/v2/info", times: Infinity, does: { kind: "error", status: 403, code: 0 } });
    },
    code: 0,
    changes: ONCE,
  },
  {
    about: "trap 8",
    name: "3.x answers with its own numbers when the object has just vanished",
    only: isOld,
    before: (ocp) => {
      ocp.inject({ when: isDeletion, does: { kind: "error", status: 404, code: 21002 } });
    },
    events: [
      {
        when: (ocp) => ocp.requests.some(isDeletion),
        then: (ocp) => {
          ocp.removeObproxy(27, 3);
        },
      },
    ],
    code: 0,
    changes: ONCE,
  },
];

import {
  inContents,
  inData,
  type PastTask,
  type Simulator,
  type SimulatorOptions,
} from "../../../src/simulator/index.js";
import type { HookCall } from "../hook-process.js";
import { cluster, CLUSTER, failureIn, inMockedTime, proxy, TASKS, withEntry, withTimeout } from "./stage.js";
import { some } from "../../support/thorough.js";

/** What could not be read is unknown, and unknown is not no. */

const ever = { method: "GET", times: Infinity } as const;
const deletion = { name: "Offline obproxy", status: "FAILED" } as const;
/** About an object that OCP does not list any more. */
const ours: PastTask = { ...deletion, clusterId: 27, clusterName: "orders", obproxyIds: [3] };
const oursOfCluster: PastTask = { ...deletion, clusterId: 27, clusterName: "orders" };
const anothers: PastTask = { ...deletion, clusterId: 99, clusterName: "other", obproxyIds: [7] };
const soon = "30m";

const proxyIsGone: SimulatorOptions = { version: "4.3.6", clusters: [{ id: 27, name: "orders", obproxies: [4] }] };
const clusterIsGone: SimulatorOptions = { version: "4.3.6", clusters: [] };

const kinds: readonly (readonly [string, HookCall, SimulatorOptions, PastTask])[] = [
  ["an OBProxy", withTimeout(proxy, soon), proxyIsGone, ours],
  ["a cluster", withTimeout(cluster, soon), clusterIsGone, oursOfCluster],
];

describe.each(kinds)("a failed deletion of %s", (_what, call, options, own) => {
  const fails = async (more: SimulatorOptions, before: (ocp: Simulator) => void): Promise<void> => {
    const run = await inMockedTime(call, { ...options, ...more }, { before });
    expect({ code: run.code, changes: run.changes }).toEqual({ code: 1, changes: [] });
    expect(failureIn(run.lines)).toContain("31440");
  };

  test.each([
    ["with the same name", anothers],
    ["with other names", { ...anothers, name: "Upgrade obproxy" }],
    ["about hosts", { name: "Restart host", status: "FAILED" } as const],
  ])("is found behind 450 newer failed tasks %s", async (_which, other) => {
    await fails({}, (ocp) => {
      ocp.addPastTask(own);
      ocp.addPastTasks(450, other);
    });
  });

  test("is found where OCP gives smaller pages than were asked for", async () => {
    await fails({ maxPageSize: 20 }, (ocp) => {
      ocp.addPastTask(own);
      ocp.addPastTasks(60, anothers);
    });
  });

  test.each(["2", "3"])("is found where a task leaves the list before page %s of it is read", async (page) => {
    await fails({ maxPageSize: 20 }, (ocp) => {
      ocp.addPastTask(own);
      const newer = ocp.addPastTasks(Number(page) * 20 - 20, anothers);
      ocp.inject({
        path: TASKS,
        when: ({ query }) => query["page"] === page,
        does: {
          kind: "meanwhile",
          happens: () => {
            ocp.forgetTask(newer.at(-1)!.id);
          },
        },
      });
    });
  });
});

describe.each(kinds)("a later success of the deletion of %s", (_what, call, options, own) => {
  test("makes good the failure before, also behind 450 newer tasks that ended well", async () => {
    const before = (ocp: Simulator): void => {
      ocp.addPastTask(own);
      ocp.addPastTask({ ...own, status: "SUCCESSFUL" });
      ocp.addPastTasks(450, { ...anothers, status: "SUCCESSFUL" });
    };
    const run = await inMockedTime(call, options, { before });
    expect({ code: run.code, changes: run.changes }).toEqual({ code: 0, changes: [] });
    expect(run.output).toMatch(/already gone/);
  });
});

describe("the list of tasks", () => {
  const call = withTimeout(proxy, soon);
  const isPage = (page: string) => (request: { readonly query: Readonly<Record<string, string>> }) =>
    request.query["page"] === page;

  test.each<[string, Parameters<Simulator["inject"]>[0]]>([
    ["whose pages are numbered in vain", { does: { kind: "misread", query: { page: undefined } } }],
    ["whose second page is empty", { when: isPage("2"), does: { kind: "rewrite", change: inContents(() => []) } }],
    ["whose second page cannot be had", { when: isPage("2"), does: { kind: "error", status: 500, code: 0 } }],
    ["whose second page is 404", { when: isPage("2"), does: { kind: "error", status: 404, code: "COM10002" } }],
  ])("%s does not say that there is no more", async (_what, fault) => {
    const before = (ocp: Simulator): void => {
      ocp.addPastTasks(450, anothers);
      ocp.inject({ ...ever, path: TASKS, ...fault });
    };
    const run = await inMockedTime(call, { ...proxyIsGone, maxPageSize: 20 }, { before });
    expect({ code: run.code, changes: run.changes }).toEqual({ code: 1, changes: [] });
    expect(run.output).not.toMatch(/already gone/);
  });

  test("leaves an old stranger's failure without tags out of account", async () => {
    const before = (ocp: Simulator): void => {
      ocp.addPastTasks(3, deletion);
    };
    const run = await inMockedTime(call, { ...proxyIsGone, version: "4.2.2" }, { before });
    expect({ code: run.code, changes: run.changes }).toEqual({ code: 0, changes: [] });
    expect(run.output).toMatch(/already gone/);
  });

  const broken: readonly (readonly [string, unknown])[] = [
    ["whose id is missing", { name: "Offline obproxy", status: "RUNNING" }],
    ["whose id is a list", { id: [], name: "Offline obproxy", status: "RUNNING" }],
    ["whose status is missing", { id: 777, name: "Offline obproxy" }],
    ["whose status is a number", { id: 777, name: "Offline obproxy", status: 3 }],
    ["whose subtasks are a text", { id: 777, name: "Offline obproxy", status: "FAILED", subtasks: "none" }],
    [
      "whose subtask has no id",
      { id: 777, name: "Offline obproxy", status: "FAILED", subtasks: [{ status: "FAILED" }] },
    ],
    ["that is null", null],
    ["that is a text", "task"],
  ];
  const withBroken = (entry: unknown) => (ocp: Simulator) => {
    ocp.inject({ ...ever, path: TASKS, does: withEntry(entry, "first") });
  };

  describe.each(some(["4.2.2", "4.3.6"]))("(OCP %s)", (version) => {
    test.each(broken)("with an entry %s does not keep a delete from being sent and followed", async (_what, entry) => {
      const run = await inMockedTime(call, { version }, { before: withBroken(entry) });
      expect({ code: run.code, changes: run.changes }).toEqual({ code: 0, changes: ["delete 3"] });
    });

    test.each(broken)("with an entry %s does not hide the others", async (_what, entry) => {
      const before = (ocp: Simulator): void => {
        ocp.planWork({ subtaskName: "Unreserve host", ticks: 30 });
        ocp.submitDeleteObproxies(27, [3]);
        withBroken(entry)(ocp);
      };
      const run = await inMockedTime(call, { version }, { before });
      expect(run.output).toContain("31440");
      expect(run.changes).toEqual([]);
    });
  });

  test("with an entry that may be a deletion at work is told of once", async () => {
    const run = await inMockedTime(
      call,
      { version: "4.3.6" },
      { before: withBroken({ id: 777, name: "Offline obproxy" }) },
    );
    expect(run.lines.filter((line) => line.includes("777"))).toHaveLength(1);
  });

  test("with an entry that may be a deletion at work stands against already gone", async () => {
    const before = withBroken({ id: 777, name: "Offline obproxy" });
    const run = await inMockedTime(call, proxyIsGone, { before });
    expect({ code: run.code, changes: run.changes }).toEqual({ code: 1, changes: [] });
    expect(failureIn(run.lines)).toContain("777");
  });

  const failedOddly = { id: 777, name: "Offline obproxy", status: "FAILED", subtasks: "none" };
  const onCluster = { obproxyClusterId: 27, obproxyClusterName: "orders" };

  test.each([
    ["an OBProxy", proxy, proxyIsGone, [onCluster, { ...onCluster, obproxyServerId: 3 }]],
    ["a cluster", cluster, clusterIsGone, [onCluster, { ...onCluster, obproxyServerId: 3 }]],
    ["an empty cluster", cluster, clusterIsGone, [onCluster]],
  ] as const)(
    "with a failed deletion that names %s stands against already gone",
    async (_what, which, options, tags) => {
      const before = withBroken({ ...failedOddly, tags });
      const run = await inMockedTime(withTimeout(which, soon), options, { before });
      expect({ code: run.code, changes: run.changes }).toEqual({ code: 1, changes: [] });
      expect(failureIn(run.lines)).toContain("777");
    },
  );

  test("with a failed deletion that names the OBProxy stands against an older one that ended well, not against a newer one", async () => {
    const tags = [onCluster, { ...onCluster, obproxyServerId: 3 }];
    for (const [id, code] of [
      [40_000, 1],
      [777, 0],
    ] as const) {
      const before = (ocp: Simulator): void => {
        ocp.addPastTask({ ...ours, status: "SUCCESSFUL" });
        ocp.inject({
          ...ever,
          path: TASKS,
          when: ({ query }) => String(query["status"]).includes("RUNNING"),
          does: withEntry({ ...failedOddly, id, tags }, "first"),
        });
      };
      const run = await inMockedTime(call, proxyIsGone, { before });
      expect({ id, code: run.code, changes: run.changes }).toEqual({ id, code, changes: [] });
    }
  });

  test.each([
    ["RUNNING", { status: "RUNNING" }],
    ["without a status", {}],
  ])("with an entry %s that by its tags deletes the OBProxy keeps a second delete back", async (_what, status) => {
    const tags = [onCluster, { ...onCluster, obproxyServerId: 3 }];
    const before = withBroken({ id: 777, name: "Offline obproxy", ...status, subtasks: "none", tags });
    const run = await inMockedTime(call, { version: "4.3.6" }, { before });
    expect({ code: run.code, changes: run.changes }).toEqual({ code: 1, changes: [] });
    expect(failureIn(run.lines)).toContain("777");
  });

  test("with a failed deletion that names another OBProxy does not", async () => {
    const before = withBroken({ ...failedOddly, tags: [onCluster, { ...onCluster, obproxyServerId: 4 }] });
    const run = await inMockedTime(call, proxyIsGone, { before });
    expect({ code: run.code, changes: run.changes }).toEqual({ code: 0, changes: [] });
  });
});

describe("a cluster's detail", () => {
  const call = withTimeout(proxy, soon);
  const rewritten = (obproxies: unknown) => (ocp: Simulator) => {
    ocp.inject({
      ...ever,
      path: CLUSTER,
      does: { kind: "rewrite", change: inData((data) => ({ ...data, obproxies })) },
    });
  };
  const brokenEntries: readonly (readonly [string, unknown])[] = [
    ["one of which has no id", [{ ip: "10.0.0.3" }, { id: 4 }]],
    ["one of which has an id that is none", [{ id: "three" }, { id: 4 }]],
    ["one of which is null", [null, { id: 4 }]],
    ["one of which is a number", [3, { id: 4 }]],
  ];

  const unreadable: readonly (readonly [string, unknown])[] = [
    ["that are left out", undefined],
    ["that are null", null],
    ["that are a text", "none"],
    ["that are an object", {}],
  ];

  test.each([...unreadable, ...brokenEntries])(
    "with OBProxies %s proves neither that the OBProxy is there nor that it is gone",
    async (_what, obproxies) => {
      const run = await inMockedTime(call, {}, { before: rewritten(obproxies) });
      expect({ code: run.code, changes: run.changes }).toEqual({ code: 1, changes: [] });
      expect(run.output).not.toMatch(/already gone|the hook itself has a defect/);
    },
  );

  test.each(brokenEntries)(
    "with OBProxies %s does not let the cluster be deleted without force",
    async (_what, obproxies) => {
      const declared = { clusters: { "27": { path: "app/c" } }, obproxies: { "27/4": { path: "app/p" } } };
      const run = await inMockedTime(
        { ...withTimeout(cluster, soon), settings: { ...declared, provider: { timeouts: { delete: soon } } } },
        {},
        { before: rewritten(obproxies) },
      );
      expect({ code: run.code, changes: run.changes }).toEqual({ code: 1, changes: [] });
    },
  );

  test("that is silent for a while is asked again", async () => {
    const before = (ocp: Simulator): void => {
      ocp.inject({
        path: CLUSTER,
        times: 2,
        does: { kind: "rewrite", change: inData((data) => ({ ...data, obproxies: undefined })) },
      });
    };
    const run = await inMockedTime(call, {}, { before });
    expect({ code: run.code, changes: run.changes }).toEqual({ code: 0, changes: ["delete 3"] });
  });
});

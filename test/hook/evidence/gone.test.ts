import { ANY_NAME } from "../../../src/contract/names.js";
import { inContents, inPage, type SeedCluster, type Simulator } from "../../../src/simulator/index.js";
import type { HookCall } from "../hook-process.js";
import {
  cluster,
  CLUSTER,
  CLUSTER_MISSING,
  CLUSTERS,
  failureIn,
  GENERIC_CODES,
  generic404,
  inMockedTime,
  proxy,
  Stage,
  withTimeout,
  withEntry,
} from "./stage.js";
import { half } from "../../support/thorough.js";

/** An object is gone where two witnesses say so: its detail, or its cluster's, and the list, read to its end. */

const GONE = /already gone|: deleted: /;
const ever = { method: "GET", times: Infinity } as const;

const detailSays = (does: Parameters<Simulator["inject"]>[0]["does"]) => (ocp: Simulator) => {
  ocp.inject({ ...ever, path: CLUSTER, does });
};

const objects: readonly (readonly [string, HookCall])[] = [
  ["an OBProxy", withTimeout(proxy, "30m")],
  ["a cluster", withTimeout(cluster, "30m")],
];

describe.each(objects)("a 404 in general words about the cluster, for %s", (_what, call) => {
  describe.each(half(GENERIC_CODES))("with code %j", (code) => {
    test.each(["orders", ANY_NAME])("is never taken for gone (cluster name %j)", async (clusterName) => {
      const run = await inMockedTime({ ...call, clusterName }, {}, { before: detailSays(generic404(code)) });
      expect({ code: run.code, changes: run.changes }).toEqual({ code: 1, changes: [] });
      expect(run.output).not.toMatch(GONE);
    });

    test("is told in the failure", async () => {
      const run = await inMockedTime(call, {}, { before: detailSays(generic404(code)) });
      expect(failureIn(run.lines)).toMatch(/404/);
    });

    test("is waited out", async () => {
      const before = (ocp: Simulator): void => {
        ocp.inject({ ...ever, path: CLUSTER, times: 3, does: generic404(code) });
      };
      const run = await inMockedTime(call, {}, { before });
      expect({ code: run.code, changes: run.changes }).toEqual({
        code: 0,
        changes: [call.kind === "cluster" ? "delete cluster 27" : "delete 3"],
      });
    });

    test("is no word about a cluster that the list does not hold either", async () => {
      const run = await inMockedTime(call, { clusters: [] }, { before: detailSays(generic404(code)) });
      expect(run.code).toBe(1);
      expect(run.output).not.toMatch(GONE);
    });
  });
});

describe.each(objects)("what OCP says of %s", (_what, call) => {
  test("is believed where detail and list agree that the cluster does not exist", async () => {
    const run = await inMockedTime(call, { clusters: [{ id: 5, name: "other" }] });
    expect({ code: run.code, changes: run.changes }).toEqual({ code: 0, changes: [] });
    expect(run.output).toMatch(/already gone/);
  });

  test("is unknown where the list holds the cluster that the detail does not know", async () => {
    const run = await inMockedTime(call, {}, { before: detailSays(CLUSTER_MISSING) });
    expect({ code: run.code, changes: run.changes }).toEqual({ code: 1, changes: [] });
    expect(run.output).not.toMatch(GONE);
  });

  test("is unknown where the list cannot be had", async () => {
    const before = (ocp: Simulator): void => {
      ocp.inject({ ...ever, path: CLUSTERS, does: { kind: "error", status: 500, code: 0 } });
    };
    const run = await inMockedTime(call, { clusters: [] }, { before });
    expect({ code: run.code, changes: run.changes }).toEqual({ code: 1, changes: [] });
    expect(run.output).not.toMatch(GONE);
  });

  test("is asked again while the witnesses contradict each other, and believed when they agree", async () => {
    const before = (ocp: Simulator): void => {
      ocp.inject({ ...ever, path: CLUSTER, times: 3, does: CLUSTER_MISSING });
    };
    const run = await inMockedTime(call, {}, { before });
    expect({ code: run.code, changes: run.changes }).toEqual({
      code: 0,
      changes: [call.kind === "cluster" ? "delete cluster 27" : "delete 3"],
    });
  });
});

describe("the list of clusters", () => {
  const target = { clusterId: 9999, clusterName: "orders" } as const;
  const call = withTimeout({ kind: "cluster", ...target }, "30m");
  const many: readonly SeedCluster[] = [
    ...Array.from({ length: 450 }, (_, index) => ({ id: index + 1, name: `c${index + 1}` })),
    { id: 9999, name: "orders" },
  ];
  const before =
    (...faults: readonly Parameters<Simulator["inject"]>[0][]) =>
    (ocp: Simulator): void => {
      ocp.inject({ ...ever, path: `${CLUSTERS}/9999`, does: CLUSTER_MISSING });
      for (const fault of faults) ocp.inject({ ...ever, path: CLUSTERS, ...fault });
    };

  test.each<[string, Parameters<Simulator["inject"]>[0][]]>([
    ["which holds the cluster on its last page", []],
    [
      "which does not say how long it is",
      [{ does: { kind: "rewrite", change: inPage({ totalElements: undefined, totalPages: undefined }) } }],
    ],
    [
      "which says that it is shorter than it is",
      [{ does: { kind: "rewrite", change: inPage({ totalElements: 3, totalPages: 1 }) } }],
    ],
    ["whose pages are numbered in vain", [{ does: { kind: "misread", query: { page: undefined } } }]],
    [
      "whose second page is empty",
      [{ when: ({ query }) => query["page"] === "2", does: { kind: "rewrite", change: inContents(() => []) } }],
    ],
    [
      "whose second page cannot be had",
      [{ when: ({ query }) => query["page"] === "2", does: { kind: "error", status: 500, code: 0 } }],
    ],
    ["whose second page is 404", [{ when: ({ query }) => query["page"] === "2", does: generic404("COM10002") }]],
  ])("%s is no witness that the cluster is gone", async (_what, faults) => {
    const run = await inMockedTime(call, { clusters: many }, { before: before(...faults) });
    expect({ code: run.code, changes: run.changes }).toEqual({ code: 1, changes: [] });
    expect(run.output).not.toMatch(GONE);
  });

  test("is read to its end where OCP gives smaller pages than were asked for", async () => {
    const run = await inMockedTime(call, { clusters: many, maxPageSize: 20 }, { before: before() });
    expect(run.code).toBe(1);
    expect(run.output).not.toMatch(GONE);
  });

  test("is not spoilt by an entry that cannot be understood but is about another cluster", async () => {
    const broken = withEntry({ id: 5, name: null, obproxies: 7 }, "last");
    const run = await inMockedTime(
      { ...call, clusterName: ANY_NAME },
      { clusters: [] },
      { before: (ocp) => ocp.inject({ ...ever, path: CLUSTERS, does: broken }) },
    );
    expect(run.code).toBe(0);
    expect(run.output).toMatch(/already gone/);
  });

  test.each([
    ["has no id", { name: "orders" }],
    ["has an id that is none", { id: {}, name: "orders" }],
    ["is no object", "cluster"],
    ["is null", null],
  ])("is no witness where an entry that %s may be the cluster", async (_what, entry) => {
    const broken = withEntry(entry, "last");
    const run = await inMockedTime(
      { ...call, clusterName: ANY_NAME },
      { clusters: [] },
      { before: (ocp) => ocp.inject({ ...ever, path: CLUSTERS, does: broken }) },
    );
    expect(run.code).toBe(1);
    expect(run.output).not.toMatch(GONE);
  });
});

describe("as a process", () => {
  const stage = new Stage();

  test.each(objects)(
    "a 404 in general words ends in a failure within the time that is given (%s)",
    async (_what, call) => {
      await stage.given();
      stage.ocp.inject({ ...ever, path: CLUSTER, does: generic404("COM10002") });
      const { code, output } = await stage.run(withTimeout(call, "2s"));
      expect({ code, changes: stage.changes() }).toEqual({ code: 1, changes: [] });
      expect(output).not.toMatch(GONE);
    },
  );
});

import type { Subtask, Task } from "../../src/ocp/model.js";
import { parsePage, parseTask } from "../../src/ocp/parse.js";
import {
  classify,
  concerns,
  isDeletionTask,
  isQuickTail,
  longestPathSeconds,
  longestRemainingPath,
  progress,
} from "../../src/ocp/task.js";
import { published, recordedBody } from "../fixtures/index.js";
import { chain, subtask, task, without } from "./support/answers.js";

function recordedTask(name: string): Task {
  return parseTask((recordedBody(name) as { data: unknown }).data);
}

function sampleTask(name: string): Task {
  return parseTask((published(name) as { data: unknown }).data);
}

describe("what a recorded task means", () => {
  test.each([
    ["task_submit_response.json", "running"],
    ["task_success.json", "succeeded"],
    ["task_failed.json", "failed"],
    ["task_retry_response.json", "running"],
    ["task_retry_running.json", "running"],
    ["task_rolled_back.json", "rolled-back"],
    ["task_failed_in_rollback.json", "failed"],
    ["task_rolled_back_with_skip.json", "rolled-back"],
    ["task_success_with_skips.json", "succeeded"],
    ["task_failed_after_cancel.json", "failed"],
    ["task_failed_by_timeout.json", "failed"],
    ["task_failed_prohibit_rollback.json", "failed"],
    ["task_failed_but_siblings_alive.json", "settling"],
    ["task_running_after_restart.json", "running"],
  ])("%s: %s", (name, kind) => {
    expect(classify(recordedTask(name)).kind).toBe(kind);
  });

  test("a list entry of a rolled-back task tells by its subtasks alone", () => {
    const { data } = recordedBody("task_list_rolled_back.json") as { data: unknown };
    expect(parsePage(data, parseTask).entries.map((entry) => classify(entry).kind)).toEqual(["rolled-back"]);
  });

  test("the documentation's own SUCCESSFUL example was rolled back", () => {
    const { data } = published("task_list.with-tags.v4.3.6plus.json") as { data: unknown };
    expect(parsePage(data, parseTask).entries.map((entry) => classify(entry).kind)).toEqual([
      "rolled-back",
      "succeeded",
    ]);
  });

  test("a failed rollback is told from a failed task", () => {
    expect(classify(recordedTask("task_failed_in_rollback.json"))).toMatchObject({ rollbackFailed: true });
    expect(classify(recordedTask("task_failed.json"))).toMatchObject({ rollbackFailed: false });
  });

  test("skipped subtasks are named", () => {
    const verdict = classify(recordedTask("task_success_with_skips.json"));
    expect(verdict).toMatchObject({ kind: "succeeded", skipped: [{ operation: "SKIP" }, { operation: "SKIP" }] });
    expect(verdict.reason).toContain("skipped in OCP");
  });
});

describe("what a task means", () => {
  test.each(["PENDING", "FAILED", "SUSPENDED"])("SUCCESSFUL with a %s subtask is incomplete", (status) => {
    const verdict = classify(task({ status: "SUCCESSFUL", subtasks: chain({}, { status, name: "Unreserve host" }) }));
    expect(verdict).toMatchObject({ kind: "incomplete", undone: [{ id: "2" }] });
    expect(verdict.reason).toContain("Unreserve host");
  });

  test.each(["READY", "RUNNING", "CANCELING"])("SUCCESSFUL with a %s subtask has not finished", (status) => {
    const verdict = classify(task({ status: "SUCCESSFUL", subtasks: chain({ status }) }));
    expect(verdict).toMatchObject({ kind: "running" });
    expect(verdict.reason).toContain(status);
  });

  test("SUCCESSFUL with neither operation nor subtasks succeeded, as far as OCP tells", () => {
    expect(classify(without(task({ status: "SUCCESSFUL" }), "operation")).kind).toBe("succeeded");
  });

  test("SUCCESSFUL without subtasks, but with its operation, succeeded", () => {
    expect(classify(task({ status: "SUCCESSFUL" })).kind).toBe("succeeded");
  });

  test("an undocumented state is no end", () => {
    expect(classify(task({ status: "ABORTED" }))).toMatchObject({ kind: "running" });
  });

  test("failed subtasks of a running task are seen early", () => {
    const subtasks = chain({ status: "FAILED" }, { status: "PENDING" });
    expect(classify(task({ subtasks }))).toMatchObject({ kind: "running", failedSubtasks: [{ id: "1" }] });
  });

  test.each(["READY", "RUNNING", "CANCELING"])("FAILED with a %s subtask is not at rest", (status) => {
    expect(classify(task({ status: "FAILED", subtasks: chain({ status: "FAILED" }, { status }) })).kind).toBe(
      "settling",
    );
  });

  test("FAILED with PENDING subtasks is at rest", () => {
    const subtasks = chain({ status: "FAILED" }, { status: "PENDING" });
    expect(classify(task({ status: "FAILED", subtasks }))).toMatchObject({
      kind: "failed",
      failedSubtasks: [{ id: "1" }],
    });
  });
});

describe("the graph", () => {
  test.each([
    ["delete_obproxy.DELETE-dialect.seed-v3.json", 8, 5790],
    ["delete_obproxy.POST-dialect.v4.3.5plus.json", 20, 13_950],
    ["delete_obproxy_cluster.seed-v3.json", 2, 30],
  ])("of the documented %s has %d nodes in a row and %d s of time-outs", (name, nodes, seconds) => {
    expect([longestRemainingPath(sampleTask(name)), longestPathSeconds(sampleTask(name))]).toEqual([nodes, seconds]);
  });

  test("is read from upstreams or from downstreams, whichever is there", () => {
    const pending = { status: "PENDING" };
    const up = [subtask({ id: "1", ...pending }), subtask({ id: "2", ...pending, upstreams: ["1"] })];
    const down = [subtask({ id: "1", ...pending, downstreams: ["2"] }), subtask({ id: "2", ...pending })];
    expect([up, down].map((subtasks) => longestRemainingPath(task({ subtasks })))).toEqual([2, 2]);
  });

  test("counts only what has still to run", () => {
    const subtasks = chain({}, {}, { status: "RUNNING" }, { status: "PENDING" });
    expect(longestRemainingPath(task({ subtasks }))).toBe(2);
  });

  test("counts parallel nodes once", () => {
    const both = ["2", "3"].map((id) => subtask({ id, status: "PENDING", upstreams: ["1"] }));
    const subtasks = [subtask({ id: "1", status: "RUNNING" }), ...both];
    expect(longestRemainingPath(task({ subtasks }))).toBe(2);
  });

  test("survives a cycle and neighbours that are not there", () => {
    const cycle = [
      subtask({ id: "1", status: "PENDING", upstreams: ["2", "99"] }),
      subtask({ id: "2", status: "PENDING", upstreams: ["1"], downstreams: ["77"] }),
      subtask({ id: "3", status: "PENDING", upstreams: ["3"] }),
    ];
    expect(longestRemainingPath(task({ subtasks: cycle }))).toBe(2);
  });

  test("survives ten thousand nodes in a row", () => {
    const subtasks = chain(...Array.from({ length: 10_000 }, () => ({ status: "PENDING" })));
    expect(longestRemainingPath(task({ subtasks }))).toBe(10_000);
  });

  test("without edges the nodes count as parallel for the end and as one after another for the deadline", () => {
    const subtasks = ["1", "2"].map((id) => subtask({ id, status: "PENDING", timeoutSeconds: 30 }));
    expect([longestRemainingPath(task({ subtasks })), longestPathSeconds(task({ subtasks }))]).toEqual([1, 60]);
  });
});

describe("the quick tail", () => {
  const nodes = sampleTask("delete_obproxy.POST-dialect.v4.3.5plus.json").subtasks;
  const withDone = (undone: readonly string[]): Task =>
    task({
      subtasks: nodes.map((node): Subtask => ({
        ...node,
        status: undone.includes(node.name) ? "PENDING" : "SUCCESSFUL",
      })),
    });

  test.each([
    [[], true],
    [["Finish node"], true],
    [["Update obproxy cluster lock status", "Finish node"], true],
    [["Offline obproxy exporter", "Finish node"], false],
    [["Unreserve host", "Update obproxy cluster lock status", "Finish node"], false],
  ])("with %j left: %s", (undone, quick) => {
    expect(nodes.map(({ name }) => name)).toEqual(expect.arrayContaining([...undone]));
    expect(isQuickTail(withDone(undone))).toBe(quick);
  });

  test("is none in a task that is not running or has failed nodes", () => {
    expect(isQuickTail(task({ status: "SUCCESSFUL", subtasks: chain({}) }))).toBe(false);
    expect(isQuickTail(task({ subtasks: chain({ name: "Finish node", status: "FAILED" }) }))).toBe(false);
    expect(isQuickTail(task({ subtasks: [] }))).toBe(false);
  });
});

test("progress counts finished subtasks", () => {
  expect(progress(task({ subtasks: chain({}, { status: "RUNNING" }) }))).toEqual({ done: 1, total: 2 });
});

test("deletions are known by OCP's names for them", () => {
  expect(
    ["Offline obproxy", "delete OBProxy server", "Install obproxy", ""].map((name) => isDeletionTask(task({ name }))),
    // One whose name is left out may be any of them.
  ).toEqual([true, true, false, true]);
});

describe("whom a task concerns", () => {
  const on = (obproxyClusterId: string, obproxyServerId?: string) =>
    obproxyServerId === undefined ? { obproxyClusterId } : { obproxyClusterId, obproxyServerId };

  test.each([
    ["nobody can tell without tags", undefined, "unknown", "unknown"],
    ["nobody can tell from no tags at all", [], "unknown", "unknown"],
    ["a deletion that names no cluster may be anybody's", [{}], "unknown", "unknown"],
    ["another cluster's", [on("28", "3")], "no", "no"],
    ["the whole cluster's", [on("27")], "yes", "yes"],
    ["this proxy's", [on("27", "3")], "yes", "yes"],
    ["another proxy's", [on("27"), on("27", "4")], "yes", "no"],
    ["this proxy's among others", [on("27", "4"), on("27", "3")], "yes", "yes"],
    ["this proxy's, told in two tags", [on("27"), { obproxyServerId: "3" }], "yes", "yes"],
    ["this proxy's, without its cluster", [{ obproxyServerId: "3" }], "unknown", "yes"],
  ] as const)("%s", (_, tags, cluster, proxy) => {
    const some = tags === undefined ? task() : task({ tags });
    expect([concerns(some, "27"), concerns(some, "27", "3")]).toEqual([cluster, proxy]);
  });

  test.each([
    ["nobody", [on("28", "3")], "unknown", "unknown"],
    ["another proxy", [on("27", "4")], "yes", "unknown"],
    ["the cluster alone", [on("27")], "yes", "unknown"],
    ["this proxy", [on("27", "3")], "yes", "yes"],
  ] as const)("where not all tags were understood, and the others name %s", (_, tags, cluster, proxy) => {
    const some = task({ tags, unreadTags: 1 });
    expect([concerns(some, "27"), concerns(some, "27", "3")]).toEqual([cluster, proxy]);
  });

  test("a task of another kind whose tags name no OBProxy cluster is about something else", () => {
    expect(concerns(task({ name: "Reinstall OCP agent", tags: [{}] }), "27")).toBe("no");
  });
});

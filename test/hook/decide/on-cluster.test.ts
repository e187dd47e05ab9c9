import type { Target } from "../../../src/contract/object.js";
import { failedOnCluster, mayExplainLock, tasksAtWork } from "../../../src/hook/decide/on-cluster.js";
import type { Subtask, Task, TaskTag } from "../../../src/ocp/model.js";

const proxy: Target = { kind: "obproxy", clusterId: "27", obproxyId: "3" };
const cluster: Target = { kind: "cluster", clusterId: "27" };
const tag = (obproxyClusterId: string, obproxyServerId?: string): TaskTag => ({
  obproxyClusterId,
  ...(obproxyServerId === undefined ? {} : { obproxyServerId }),
});
const task = (id: string, status: string, tags?: readonly TaskTag[], name = "Offline obproxy"): Task => ({
  id,
  name,
  status,
  subtasks: [],
  ...(tags === undefined ? {} : { tags }),
});
const running = { status: "READY" } as unknown as Subtask;
const ids = (tasks: readonly Task[]): string[] => tasks.map(({ id }) => id);

describe("tasks at work", () => {
  test.each<[string, Task, Target, readonly string[] | undefined]>([
    ["one of the proxy", task("9", "RUNNING", [tag("27"), tag("27", "3")]), proxy, ["yes", "yes"]],
    ["one of another proxy of the cluster", task("9", "RUNNING", [tag("27"), tag("27", "4")]), proxy, ["yes", "no"]],
    ["one of the whole cluster", task("9", "RUNNING", [tag("27")]), proxy, ["yes", "maybe"]],
    ["one of another cluster", task("9", "RUNNING", [tag("28"), tag("28", "3")]), proxy, undefined],
    ["an untagged deletion", task("9", "RUNNING"), proxy, ["maybe", "maybe"]],
    ["an untagged task of another name", task("9", "RUNNING", undefined, "Backup"), proxy, undefined],
    [
      "a restart whose tags name the cluster",
      task("9", "RUNNING", [tag("27"), tag("27", "4")], "Restart obproxy"),
      proxy,
      ["yes", "no"],
    ],
    [
      "one of a proxy, seen from the cluster",
      task("9", "RUNNING", [tag("27"), tag("27", "3")]),
      cluster,
      ["yes", "maybe"],
    ],
    ["one of the cluster, seen from the cluster", task("9", "RUNNING", [tag("27")]), cluster, ["yes", "yes"]],
    ["one that has failed", task("9", "FAILED", [tag("27"), tag("27", "3")]), proxy, undefined],
    [
      "one that has failed but is not at rest",
      { ...task("9", "FAILED", [tag("27"), tag("27", "3")]), subtasks: [running] },
      proxy,
      ["yes", "yes"],
    ],
    [
      "one in a state that nobody documents",
      task("9", "SUSPENDED", [tag("27"), tag("27", "3")]),
      proxy,
      ["yes", "yes"],
    ],
  ])("%s", (_what, each, target, expected) => {
    const [found] = tasksAtWork([each], target, undefined);
    expect(found === undefined ? undefined : [found.onCluster, found.onObject]).toEqual(expected);
  });

  test("come with the oldest first, by number, without our own", () => {
    const all = ["100", "9", "20"].map((id) => task(id, "RUNNING"));
    expect(tasksAtWork(all, proxy, "20").map((each) => each.task.id)).toEqual(["9", "100"]);
  });
});

describe("what may hold the lock", () => {
  test("are failed tasks whose tags name the cluster, the newest first", () => {
    const all = [
      task("9", "FAILED", [tag("27")]),
      task("10", "FAILED", [tag("28")]),
      task("11", "FAILED", [tag("27", "4")]),
      task("12", "FAILED"),
    ];
    expect(ids(failedOnCluster(all, proxy))).toEqual(["11", "9"]);
  });

  test("are tasks at work on the cluster, without tags those about OBProxies", () => {
    expect(mayExplainLock([task("9", "RUNNING", undefined, "Upgrade obproxy")], proxy)).toBe(true);
    expect(mayExplainLock([task("9", "RUNNING", undefined, "Backup tenant")], proxy)).toBe(false);
    expect(mayExplainLock([task("9", "RUNNING", [tag("27")], "Take over")], proxy)).toBe(true);
    expect(mayExplainLock([task("9", "RUNNING", [tag("28")], "Upgrade obproxy")], proxy)).toBe(false);
    expect(mayExplainLock([task("9", "FAILED", undefined, "Upgrade obproxy")], proxy)).toBe(false);
  });
});

import type { Deletion } from "../../../src/hook/decide/memory.js";
import { whyNotRetry } from "../../../src/hook/decide/retry.js";
import type { Intent } from "../../../src/hook/intent.js";
import type { Subtask, TaskTag } from "../../../src/ocp/model.js";
import { cluster, intent, tag, task } from "./support.js";

const deletion = (proof: Deletion["proof"], deletes?: Deletion["deletes"]): Deletion => ({
  task: task("9", "FAILED"),
  proof,
  deletes,
  watched: false,
  detailed: true,
});
const canceled: Subtask = {
  ...{ id: "1", name: "Stop obproxy", status: "FAILED", operation: "CANCEL", timeoutSeconds: 600 },
  ...{ parallelIdx: -1, runTime: 1, upstreams: [], downstreams: [] },
};
const both: Intent = { ...intent, declaredObproxyIds: new Set(["3", "4"]) };
const ofCluster: Intent = { ...intent, target: cluster, key: "27" };

describe("a failed deletion", () => {
  test.each<[string, Deletion, Intent, RegExp | undefined]>([
    ["of this run", deletion("sent", ["3"]), intent, undefined],
    ["of this run, with others whose hooks asked for it", deletion("sent", ["3", "4"]), intent, undefined],
    ["of an earlier run, of nothing else", deletion("note", ["3"]), intent, undefined],
    ["of an earlier run, with another that is declared", deletion("note", ["3", "4"]), both, undefined],
    ["of an earlier run, with another that nobody declares any more", deletion("note", ["3", "4"]), intent, /27\/4/],
    [
      "of an earlier run, with another that is declared, while ours has left the code",
      deletion("note", ["3", "4"]),
      { ...intent, declared: false, declaredObproxyIds: new Set(["4"]) },
      /27\/4/,
    ],
    [
      "of an earlier run, of nothing else, while ours has left the code",
      deletion("note", ["3"]),
      { ...intent, declared: false, declaredObproxyIds: new Set(["4"]) },
      undefined,
    ],
    [
      "of an earlier run, with another that is kept now",
      deletion("note", ["3", "4"]),
      { ...both, keptObproxyIds: new Set(["4"]) },
      /27\/4/,
    ],
    [
      "of this run, with another that is declared elsewhere",
      deletion("sent", ["3", "4"]),
      { ...both, elsewhereObproxies: new Map([["4", "app/other"]]) },
      /27\/4/,
    ],
    [
      "of this run, of what is declared elsewhere in the app",
      deletion("sent", ["3"]),
      { ...intent, claimed: { reason: "another stack declares it", next: "deploy that" } },
      /declared elsewhere/,
    ],
    ["of a whole cluster, for a proxy", deletion("note", "cluster"), intent, /whole OBProxy cluster/],
    ["of a whole cluster, for the cluster", deletion("note", "cluster"), ofCluster, undefined],
    [
      "of this run, that a person has canceled",
      { ...deletion("sent", ["3"]), task: task("9", "FAILED", { subtasks: [canceled] }) },
      intent,
      /canceled/,
    ],
    ["that a note may mean", deletion("unsure"), intent, /nothing proves/],
    ["that may be anybody's", deletion("maybe"), intent, /nothing proves/],
  ])("%s", (_what, each, wanted, why) => {
    const said = whyNotRetry(each, "ci", wanted);
    if (why === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(why);
  });
});

describe("a failed deletion that is known by its tags", () => {
  const tagged = (tags: readonly TaskTag[], over: Partial<Deletion["task"]> = {}): Deletion => ({
    ...deletion("tags"),
    task: task("9", "FAILED", { name: "Delete obproxy server", creator: "ci", tags, ...over }),
  });
  const ours = [tag("27"), tag("27", "3")];
  const fanOut = (width: number): readonly Subtask[] =>
    Array.from({ length: width }, (_, parallelIdx) => ({
      ...{ id: String(parallelIdx), name: "Stop", status: "FAILED", timeoutSeconds: 1, runTime: 1 },
      ...{ parallelIdx, upstreams: [], downstreams: [] },
    }));

  test.each<[string, Deletion, Intent, RegExp | undefined]>([
    ["is retried where we started it and it names nothing else", tagged(ours), intent, undefined],
    ["is not where somebody else started it", tagged(ours, { creator: "operator" }), intent, /operator started it/],
    ["is not where nobody knows who did", tagged(ours, { creator: undefined as never }), intent, /nobody knows who/],
    ["is not where it may be of the cluster", tagged(ours, { name: "Offline obproxy" }), intent, /what else/],
    ["is not where it names another cluster too", tagged([...ours, tag("28", "9")]), intent, /what else/],
    ["is not where not all that it names was understood", tagged(ours, { unreadTags: 1 }), intent, /what else/],
    ["is not where it works on more than it names", tagged(ours, { subtasks: fanOut(2) }), intent, /what else/],
    ["is not where it names one that is not declared", tagged([...ours, tag("27", "4")]), intent, /27\/4/],
    ["is not where OCP leaves its name out", tagged([tag("27")], { name: "" }), ofCluster, /what else/],
    ["is by the cluster's own hook, whose guards answer for all", tagged([tag("27")]), ofCluster, undefined],
  ])("%s", (_what, each, wanted, why) => {
    const said = whyNotRetry(each, "ci", wanted);
    if (why === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(why);
  });
});

import {
  findNameElsewhere,
  isOurDeletionAtWork,
  mayBeOurDeletion,
  presenceOf,
  whyNamesUnknown,
} from "../../../src/hook/decide/evidence.js";
import type { ClusterAnswer } from "../../../src/hook/decide/look.js";
import type { Cluster, Unread } from "../../../src/ocp/model.js";
import { cluster, general404, halfList, list, listWithUnread, orders, proxy, tag } from "./support.js";

const missing: ClusterAnswer = { says: "missing" };
const unclear: ClusterAnswer = { says: "unclear", error: general404 };
const there = (found: Cluster): ClusterAnswer => ({ says: "there", cluster: found });
const others = list<Cluster>({ id: "28", name: "other" });

describe("a cluster", () => {
  test.each([
    ["its detail shows it", there(orders()), undefined, "present"],
    ["its detail says missing and the whole list does not hold it", missing, others, "absent"],
    ["its detail says missing and the list holds it", missing, list<Cluster>(orders("3")), "unknown"],
    ["its detail says missing and the list was not read", missing, undefined, "unknown"],
    ["its detail says missing and the list is not whole", missing, halfList, "unknown"],
    ["an entry of the list has no id", missing, listWithUnread({ why: "it is null" }), "unknown"],
    [
      "an entry of the list that cannot be understood has its id",
      missing,
      listWithUnread({ id: "27", why: "" }),
      "unknown",
    ],
    [
      "an entry of the list that cannot be understood has another id",
      missing,
      listWithUnread({ id: "5", why: "" }),
      "absent",
    ],
    ["its detail is answered in general words", unclear, others, "unknown"],
    ["its detail is answered in general words and the list holds it", unclear, list<Cluster>(orders()), "unknown"],
  ] as const)("where %s", (_what, detail, clusters, is) => {
    expect(presenceOf({ cluster: detail, clusters }, cluster).is).toBe(is);
    // Its proxies go with it.
    if (detail.says !== "there") expect(presenceOf({ cluster: detail, clusters }, proxy).is).toBe(is);
  });
});

describe("a proxy", () => {
  test.each([
    ["its cluster's detail lists it", orders("3", "4"), "present"],
    ["its cluster's detail, read whole, does not list it", orders("4"), "absent"],
    ["its cluster's detail is silent about proxies", { id: "27", name: "orders" }, "unknown"],
    ["an entry of its cluster's detail could not be understood", { ...orders("4"), unreadObproxies: 1 }, "unknown"],
    ["it is listed beside such an entry", { ...orders("3"), unreadObproxies: 1 }, "present"],
  ] as const)("where %s", (_what, found, is) => {
    expect(presenceOf({ cluster: there(found), clusters: undefined }, proxy).is).toBe(is);
  });
});

describe("the guard's name under another id", () => {
  const named = (...unread: readonly Unread[]) => [listWithUnread(...unread), "orders", "27"] as const;

  test.each([
    ["is found", list<Cluster>({ id: "31", name: "orders" }), "31"],
    ["is not our own id's", list<Cluster>(orders()), undefined],
    [
      "is found in an entry that cannot be understood else",
      listWithUnread({ id: "31", name: "orders", why: "" }),
      "31",
    ],
    ["is another name", listWithUnread({ id: "31", name: "billing", why: "" }), undefined],
    ["was not looked for", undefined, undefined],
  ])("%s", (_what, clusters, id) => {
    expect(findNameElsewhere(clusters, "orders", "27")).toBe(id);
  });

  test("can be known where all that is listed has a name", () => {
    expect(whyNamesUnknown(...named({ id: "28", name: "billing", why: "" }))).toBeUndefined();
    expect(whyNamesUnknown(others, "orders", "27")).toBeUndefined();
    expect(whyNamesUnknown(undefined, "orders", "27")).toBeUndefined();
  });

  test("cannot be known where an entry has no name, and need not where any name will do", () => {
    expect(whyNamesUnknown(...named({ id: "31", why: "no name" }))).toMatch(/\(31\).*no name.*"orders"/);
    expect(whyNamesUnknown(...named({ why: "null" }))).toContain("a cluster that cannot be understood (null)");
    expect(whyNamesUnknown(listWithUnread({ id: "31", why: "no name" }), undefined, "27")).toBeUndefined();
  });

  test("is known where it is found, whatever else cannot be read", () => {
    const both = listWithUnread({ id: "5", why: "no name" }, { id: "31", name: "orders", why: "" });
    expect(whyNamesUnknown(both, "orders", "27")).toBeUndefined();
  });
});

test("says what could not be known", () => {
  expect(presenceOf({ cluster: missing, clusters: halfList }, cluster)).toMatchObject({
    why: expect.stringMatching(/cluster 27 does not exist.*page 2 is missing/) as string,
  });
});

describe("an entry of the list of tasks that cannot be understood", () => {
  test.each<[string, Partial<Unread>, boolean]>([
    ["nothing is known", {}, true],
    ["is a deletion in no known state", { name: "Offline obproxy" }, true],
    ["is a deletion at work", { name: "Delete obproxy server", status: "RUNNING" }, true],
    ["has failed", { name: "Offline obproxy", status: "FAILED" }, false],
    ["is done", { status: "SUCCESSFUL" }, false],
    ["is no deletion", { name: "Restart obproxy", status: "RUNNING" }, false],
    ["is of another cluster", { tags: [tag("28", "3")] }, false],
    ["is of another proxy", { tags: [tag("27", "4")] }, false],
    ["is of our proxy", { tags: [tag("27", "3")] }, true],
    ["is of another cluster, and of what else cannot be told", { tags: [tag("28", "3")], unreadTags: 1 }, true],
    ["has failed, of our proxy", { status: "FAILED", tags: [tag("27", "3")] }, true],
    ["has failed, perhaps of our cluster alone", { status: "FAILED", tags: [tag("27")] }, false],
    [
      "has failed, of our cluster and of what cannot be told",
      { status: "FAILED", tags: [tag("27")], unreadTags: 1 },
      true,
    ],
    ["has failed, of nobody knows what", { status: "FAILED", tags: [], unreadTags: 1 }, false],
  ])("of which %s", (_what, known, maybe) => {
    expect(mayBeOurDeletion({ why: "it is broken", ...known }, proxy, false, false)).toBe(maybe);
  });

  test.each<[string, Partial<Unread>, boolean]>([
    ["names nobody", { name: "Offline obproxy" }, true],
    ["has no name", {}, true],
    ["names another proxy", { tags: [tag("27", "4")] }, false],
    ["is no deletion", { name: "Restart obproxy" }, false],
  ])("that has failed and %s, where its end counts for us", (_what, known, maybe) => {
    expect(mayBeOurDeletion({ why: "it is broken", status: "FAILED", ...known }, proxy, false, true)).toBe(maybe);
  });

  test.each<[string, Partial<Unread>, boolean, boolean]>([
    ["the cluster alone", { tags: [tag("27")] }, true, true],
    ["another proxy of it, by the older name", { tags: [tag("27", "4")] }, true, false],
    ["another proxy of it", { name: "Delete obproxy server", tags: [tag("27", "4")] }, false, false],
    ["another cluster", { tags: [tag("28")] }, false, false],
  ])("that has failed and names %s, where the cluster is gone", (_what, known, ofCluster, ofProxy) => {
    const entry = { why: "it is broken", status: "FAILED", ...known };
    expect([cluster, proxy].map((target) => mayBeOurDeletion(entry, target, true, false))).toEqual([
      ofCluster,
      ofProxy,
    ]);
  });

  test.each<[string, Partial<Unread>, boolean, boolean]>([
    ["our cluster and what cannot be told", { tags: [tag("27")], unreadTags: 1 }, true, true],
    ["our cluster alone", { tags: [tag("27")] }, true, true],
    ["another proxy", { tags: [tag("27", "4")] }, true, false],
    ["another cluster", { tags: [tag("28")] }, false, false],
    ["what cannot be told", { tags: [], unreadTags: 1 }, false, false],
    ["our cluster, and has failed", { status: "FAILED", tags: [tag("27")] }, false, false],
    ["our cluster, and is no deletion", { name: "Restart obproxy", tags: [tag("27")] }, false, false],
  ])("keeps a delete from being sent where it names %s", (_what, known, ofCluster, ofProxy) => {
    const entry = { why: "it is broken", ...known };
    expect([cluster, proxy].map((target) => isOurDeletionAtWork(entry, target))).toEqual([ofCluster, ofProxy]);
  });
});

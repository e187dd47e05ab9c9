import { targetOfKey } from "../../src/contract/object.js";
import type { ReportedObject } from "../../src/report/report.js";
import { shortWhy } from "../../src/report/text.js";
import { listOf } from "../../src/report/words.js";

const named = (of: string | undefined, ...keys: readonly string[]) =>
  keys.map((key) => ({ key, of, target: targetOfKey(key)! }));

test("objects that are many are told in ranges, proxies before clusters", () => {
  expect(listOf(named(undefined, "27", "27/1", "27/2", "27/3", "27/5", "28/7", "28/8"))).toBe(
    "OBProxies 27/1 to 27/3, 27/5, 28/7, 28/8; OBProxy cluster 27",
  );
});

test("objects of several providers, whose OCPs may know the same ids, are told one provider after the other", () => {
  expect(listOf([...named("east", "27/1", "27/2"), ...named("west", "27/1", "27")])).toBe(
    "OBProxies 27/1, 27/2 of east; OBProxy 27/1 of west; OBProxy cluster 27 of west",
  );
});

test("what is waited for is told also where another provider has one with that id, and not with the id that waits", () => {
  const [cluster] = named(undefined, "27").map((each) => ({ ...each, status: "waits", waitsFor: ["27/1"] }));
  const all = [cluster, ...named("east", "27/1")] as readonly unknown[] as readonly ReportedObject[];
  expect(shortWhy(all[0]!, all)).toBe("for OBProxy 27/1 of east; goes with the next destroy once those are gone");
});

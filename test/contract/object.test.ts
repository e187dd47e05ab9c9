import { isId, keyOf, kindOfKey, labelOf, labelOfKey, type Target, targetOfKey } from "../../src/contract/object.js";

const cluster: Target = { kind: "cluster", clusterId: "27" };
const proxy: Target = { kind: "obproxy", clusterId: "27", obproxyId: "3" };

test.each([
  ["27", "OBProxy cluster 27", cluster],
  ["27/3", "OBProxy 27/3", proxy],
])("%s is the key of %s", (key, label, target) => {
  expect(keyOf(target)).toBe(key);
  expect(targetOfKey(key)).toEqual(target);
  expect(labelOf(target)).toBe(label);
  expect(labelOfKey(key)).toBe(label);
  expect(kindOfKey(key)).toBe(target.kind);
});

test.each(["", "0", "027", "27/", "/3", "27/0", "27/3/1", "27/${x}", "${TfToken[1]}", "-1", "2.7e1", " 27"])(
  "%j is no key",
  (key) => {
    expect(targetOfKey(key)).toBeUndefined();
  },
);

test("an id is Java's long, without zero", () => {
  expect(["1", "9007199254740993", "9223372036854775807"].filter((id) => !isId(id))).toEqual([]);
  expect(["0", "00", "01", "9223372036854775808", "10000000000000000000", "٣"].filter(isId)).toEqual([]);
});

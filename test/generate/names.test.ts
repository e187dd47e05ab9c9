import { Names } from "../../src/generate/names.js";

test.each([
  ["orders", "orders"],
  ["orders-eu", "ordersEu"],
  ["DB", "db"],
  ["new", "cluster27"],
  ["订单", "cluster27"],
  ["1st", "cluster27"],
])("calls the variable for a cluster %s %s", (name, variable) => {
  expect(new Names().variable(name, "27")).toBe(variable);
});

test("gives no variable twice", () => {
  const names = new Names();
  const given = [
    ["a-b", "1"],
    ["a b", "2"],
    ["aB2", "3"],
    ["aB", "23"],
    ["a+b", "2"],
  ].map(([name = "", id = ""]) => names.variable(name, id));
  expect(new Set(given).size).toBe(given.length);
});

test.each([
  ["orders", "orders"],
  ["a/b", "a-b"],
  ["订单", "cluster-27"],
  ["", "cluster-27"],
  ["constructor", "cluster-27"],
  ["toString", "cluster-27"],
  ["__proto__", "cluster-27"],
])("calls the construct for a cluster %j %s", (name, id) => {
  expect(new Names().construct(name, "27")).toBe(id);
});

import { blockFlaws, replacementFlaws } from "../../src/contract/block-needs.js";

const whole = { lifecycle: { ignore_changes: ['triggers["cluster_name"]'] } };

test.each([
  ["null_resource", whole],
  ["null_resource", { lifecycle: { ignore_changes: ["triggers"] } }],
  ["null_resource", { lifecycle: { ignore_changes: "all", create_before_destroy: false, replace_triggered_by: [] } }],
  ["terraform_data", { lifecycle: { ignore_changes: ["triggers_replace"] } }],
])("nothing of %s is replaced with %j", (type, block) => {
  expect(replacementFlaws(type, block)).toEqual([]);
});

test.each([
  ["null_resource", {}, "`ignore_changes` does not hold `triggers"],
  ["terraform_data", { lifecycle: { ignore_changes: "all" } }, "`ignore_changes` holds `input`"],
  ["null_resource", { lifecycle: { ...whole.lifecycle, create_before_destroy: true } }, "`create_before_destroy`"],
  ["null_resource", { lifecycle: { ...whole.lifecycle, replace_triggered_by: ["a.b"] } }, "`replace_triggered_by`"],
  ["null_resource", { ...whole, count: 1 }, "`count`"],
  ["other_resource", {}, "`ignore_changes` does not hold `?`"],
])("something of %s may be replaced with %j", (type, block, flaw) => {
  expect(replacementFlaws(type, block).join()).toContain(flaw);
});

test("a block is compared whatever the order of members", () => {
  const needs = { type: "t", name: "n", attributes: { a: { b: 1, c: [1, 2] } }, carriesObjects: false };
  expect(blockFlaws({ resource: { t: { n: { a: { c: [1, 2], b: 1 } } } } }, needs)).toEqual([]);
  expect(blockFlaws({ resource: { t: { n: { a: { c: [2, 1], b: 1 } } } } }, needs)).toHaveLength(1);
  expect(blockFlaws({ resource: { t: { n: { a: null } } } }, needs)).toHaveLength(1);
  expect(blockFlaws({}, needs)).toEqual(["it is not there under this address"]);
});

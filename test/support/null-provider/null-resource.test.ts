import { decodeResource, encodeResource, parseResourceJson } from "./dynamic-value.js";
import { applyChange, planChange, UNKNOWN, type NullResource, type Triggers } from "./null-resource.js";

const resource = (triggers: Triggers | typeof UNKNOWN, id: NullResource["id"] = "1"): NullResource => ({
  id,
  triggers,
});
const change = (from: Triggers, to: Triggers | typeof UNKNOWN) => planChange(resource(from), resource(to));

describe("planning a null_resource", () => {
  test("makes the id of a new one known after apply", () => {
    expect(planChange(null, resource({ a: "1" }, null))).toEqual({
      planned: resource({ a: "1" }, UNKNOWN),
      replaces: false,
    });
  });

  test("plans nothing for one that is destroyed", () => {
    expect(planChange(resource({ a: "1" }), null)).toEqual({ planned: null, replaces: false });
  });

  test("keeps the id while the triggers are the same", () => {
    expect(change({ a: "1", b: "2" }, { b: "2", a: "1" })).toEqual({
      planned: resource({ a: "1", b: "2" }),
      replaces: false,
    });
  });

  test.each<[string, Triggers, Triggers | typeof UNKNOWN]>([
    ["a value changed", { a: "1" }, { a: "2" }],
    ["a key was added", { a: "1" }, { a: "1", b: "2" }],
    ["a key was removed", { a: "1", b: "2" }, { a: "1" }],
    ["triggers were set", null, { a: "1" }],
    ["empty triggers were set", null, {}],
    ["triggers were taken away", { a: "1" }, null],
    ["a value is not known yet", { a: "1" }, { a: UNKNOWN }],
    ["the triggers are not known yet", { a: "1" }, UNKNOWN],
  ])("replaces it when %s", (_, from, to) => {
    expect(change(from, to)).toMatchObject({ planned: { id: UNKNOWN }, replaces: true });
  });
});

describe("applying a planned null_resource", () => {
  test("makes an id where the plan has none", () => {
    expect(applyChange(resource({ a: "1" }, UNKNOWN), () => "42")).toEqual(resource({ a: "1" }, "42"));
  });

  test("keeps the id that the plan has", () => {
    expect(applyChange(resource(null, "7"), () => "42")).toEqual(resource(null, "7"));
  });

  test("leaves nothing of one that is destroyed", () => {
    expect(applyChange(null, () => "42")).toBeNull();
  });
});

describe("a null_resource on the wire", () => {
  test.each([
    null,
    resource(null),
    resource(UNKNOWN, UNKNOWN),
    resource({}),
    resource({ a: "1", b: null, c: UNKNOWN }, null),
  ])("comes back as it went: %p", (value) => {
    expect(decodeResource(encodeResource(value))).toEqual(value);
  });

  test("writes an unknown value as msgpack extension type 0", () => {
    const { msgpack } = encodeResource(resource(null, UNKNOWN));
    expect(Buffer.from(msgpack!).toString("hex")).toContain("d40000");
  });

  test("reads what a state file holds", () => {
    expect(parseResourceJson(Buffer.from('{"id":"7","triggers":{"a":"1"}}'))).toEqual(resource({ a: "1" }, "7"));
  });

  test("refuses what is no null_resource", () => {
    expect(() => parseResourceJson(Buffer.from('"text"'))).toThrow("expected a null_resource object, got string");
  });
});

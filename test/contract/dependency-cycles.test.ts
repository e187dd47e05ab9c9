import { cycleThrough, graphOf } from "../../src/contract/dependency-cycles.js";

function cycle(resource: unknown, rest: Readonly<Record<string, unknown>> = {}): readonly string[] | undefined {
  return cycleThrough(graphOf({ resource, ...rest }), "a.x");
}

test("no way back is no cycle", () => {
  expect(cycle({ a: { x: { depends_on: ["a.y"] }, y: {} } })).toBeUndefined();
});

test("a cycle elsewhere is not ours", () => {
  expect(cycle({ a: { x: { v: "${a.y.id}" }, y: { v: "${a.z.id}" }, z: { v: "${a.y.id}" } } })).toBeUndefined();
});

test("the shortest way is told", () => {
  const resource = {
    a: {
      x: { depends_on: ["a.y", "a.z"] },
      y: { depends_on: ["a.z"] },
      z: { lifecycle: { replace_triggered_by: ["a.x"] } },
    },
  };
  expect(cycle(resource)).toEqual(["a.x", "a.z", "a.x"]);
});

test("data sources, modules and locals are on the way", () => {
  const found = cycle(
    { a: { x: { depends_on: ["data.d.n"] } } },
    {
      data: { d: { n: { v: "${module.m.out}" } } },
      module: { m: { v: "${upper(local.l)}" } },
      locals: { l: "%{ if a.x.ok }%{ endif }" },
    },
  );
  expect(found).toEqual(["a.x", "data.d.n", "module.m", "local.l", "a.x"]);
});

test("an escaped template refers to nothing", () => {
  expect(cycle({ a: { x: { v: "$${a.x.id} %%{a.x.id} a.x.id" } } })).toBeUndefined();
});

test("what stands after a template refers to nothing", () => {
  expect(cycle({ a: { x: { v: "${var.v} a.x.id" } } })).toBeUndefined();
});

test("braces and keys inside a template belong to it", () => {
  expect(cycle({ a: { x: { m: { "${{ k = 1 }.k + a.x.id}": "v" } } } })).toEqual(["a.x", "a.x"]);
});

test("a template that is never closed goes to the end of the text", () => {
  expect(cycle({ a: { x: { v: "${a.y.id" }, y: { v: "${a.x.id" } } })).toEqual(["a.x", "a.y", "a.x"]);
});

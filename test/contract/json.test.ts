import { flag, listOf, number, object, oneOf, string, text } from "../../src/contract/json.js";

const reader = object({ name: text, sizes: listOf(number) }, { note: string, on: flag, how: oneOf("a", "b") });

test("what is there is read, and nothing else", () => {
  expect(reader({ name: "x", sizes: [1, 0.5], note: "", more: 1 }, "")).toEqual({
    name: "x",
    sizes: [1, 0.5],
    note: "",
  });
});

test.each([
  [null, "`` is null, but has to be an object"],
  [{ sizes: [] }, "`name` is missing"],
  [{ name: "", sizes: [] }, "`name` is another text, but has to be a text"],
  [{ name: "x", sizes: [1, "2"] }, "`sizes[1]` is another text, but has to be a number"],
  [{ name: "x", sizes: [Infinity] }, "`sizes[0]` is Infinity, but has to be a number"],
  [{ name: "x", sizes: {} }, "`sizes` is an object, but has to be a list"],
  [{ name: "x", sizes: [], note: 5 }, "`note` is 5, but has to be a text"],
  [{ name: "x", sizes: [], on: [] }, "`on` is a list, but has to be true or false"],
  [{ name: "x", sizes: [], how: "c" }, '`how` is another text, but has to be "a" or "b"'],
])("of %j it is said what is wrong", (value, words) => {
  expect(() => reader(value, "")).toThrow(words);
});

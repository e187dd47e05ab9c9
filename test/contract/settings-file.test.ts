import { parseSettings, settingsText } from "../../src/contract/settings-file.js";
import { settingsFile } from "../fixtures/settings.js";

const all = settingsFile(
  {
    clusters: { "27": { path: "app/c", clusterName: "orders", forceDestroy: true, timeouts: { delete: "90s" } } },
    obproxies: { "27/3": { path: "app/p", skipHostOperation: true, skipDestroy: false, preventDestroy: true } },
    tokens: [{ kind: "cluster", path: "app/t" }],
    others: [
      {
        ...{ path: "b/ocp", stack: "b", alias: "ocp", envPrefix: "OCP", stateFile: "/b.tfstate" },
        ...{ clusters: { "28": "b/c" }, obproxies: {}, tokens: [] },
      },
    ],
  },
  { url: "https://ocp.example.com", timeouts: { delete: "2h" } },
);

test("what is written is read", () => {
  expect(parseSettings(settingsText(all))).toEqual(all);
});

test("two synths of the same are the same text, whatever the order of members", () => {
  const { formatVersion, ...rest } = all;
  expect(settingsText({ ...rest, formatVersion })).toBe(settingsText(all));
});

test("what a later version has added is left out", () => {
  const later = { ...all, of: "tomorrow", provider: { ...all.provider, more: 1 } };
  expect(parseSettings(JSON.stringify(later))).toEqual(all);
});

test.each(["5", "[]", '"text"', "null", "{}"])("%s is of no format", (text) => {
  expect(() => parseSettings(text)).toThrow("its `formatVersion` is not 2, which this hook reads");
});

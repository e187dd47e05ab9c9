import { dialectFor, formatVersion, parseInfo, parseVersion } from "../../src/ocp/version.js";
import { published } from "../fixtures/index.js";

test.each([
  ["2.5.0-SNAPSHOT", "DELETE"],
  ["4.2.2-20240108", "DELETE"],
  ["4.3.4", "DELETE"],
  ["4.3.5", "POST"],
  ["4.3.6-SNAPSHOT", "POST"],
  ["4.3.10", "POST"],
  ["4.4.0", "POST"],
  ["5.0.0", "POST"],
])("%s speaks %s", (text, dialect) => {
  expect(dialectFor(parseVersion(text))).toBe(dialect);
});

test("an unknown version gets the dialect that all versions speak", () => {
  expect(dialectFor(undefined)).toBe("DELETE");
});

test.each([
  ["info.v4.2.2-doc.json", { major: 2, minor: 5, patch: 0, text: "2.5.0-SNAPSHOT" }],
  ["info.v4.3.6.json", { major: 4, minor: 3, patch: 6, text: "4.3.6-SNAPSHOT" }],
])("reads the documented %s", (name, version) => {
  expect(parseInfo(published(name) as Record<string, unknown>)).toEqual(version);
});

test("OCP's information about itself without a version that can be read is an unknown version", () => {
  expect(parseInfo({ buildVersion: "latest" })).toBeUndefined();
  expect(parseInfo({ artifact: "ocp-server" })).toBeUndefined();
});

test("something else's information is not OCP's", () => {
  expect(() => parseInfo({ status: "ok" })).toThrow("neither `buildVersion` nor `artifact`");
});

test("is named in messages as OCP wrote it", () => {
  expect(formatVersion(parseVersion("4.3.6-SNAPSHOT"))).toBe("OCP 4.3.6-SNAPSHOT");
  expect(formatVersion(undefined)).toBe("OCP of unknown version");
});

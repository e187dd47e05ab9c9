import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareAssemblies } from "jsii-diff/lib/index.js";
import { TypeSystem } from "jsii-reflect";
import { REPOSITORY } from "../support/repository.js";

/**
 * The public API in all languages: what it is (`.jsii`, which the build writes) against what users have: the golden file,
 * the API of the last release. A change that breaks them fails, until `golden/breaking-changes.txt` has its key and the
 * changelog tells it. With a release the golden file is written anew (`RENEW=1`), and the list is emptied.
 */
const GOLDEN = join(__dirname, "golden/api.json");
const ALLOWED = join(__dirname, "golden/breaking-changes.txt");

interface Assembly {
  readonly targets: object;
  readonly types: Readonly<Record<string, Type>>;
}

interface Type {
  readonly properties?: readonly Property[];
}

interface Property {
  readonly name: string;
  readonly optional?: true;
}

const NO_SHAPE = [
  ...["author", "bin", "dependencyClosure", "description", "fingerprint", "homepage", "jsiiVersion", "keywords"],
  ...["license", "metadata", "readme", "repository", "docs", "locationInModule", "symbolId"],
];

const today = JSON.parse(readFileSync(join(REPOSITORY, ".jsii"), "utf8")) as Assembly;
if (process.env["RENEW"] === "1") writeFileSync(GOLDEN, `${JSON.stringify(shapeOf(today), null, 2)}\n`);
const golden = JSON.parse(readFileSync(GOLDEN, "utf8")) as Assembly;
const allowed = readFileSync(ALLOWED, "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

/** Without words, and without what is no API. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !NO_SHAPE.includes(name));
  return Object.fromEntries(members.map(([name, each]) => [name, shapeOf(each)]));
}

/** By the rules of jsii: what used to compile and run, in any language, has to go on doing so. */
async function breaks(before: Assembly, after: Assembly): Promise<readonly string[]> {
  const directory = mkdtempSync(join(tmpdir(), "cdktf-obproxy-api-"));
  try {
    const [original, updated] = await Promise.all(
      [before, after].map(async (assembly, index) => {
        const path = join(directory, `${String(index)}.json`);
        writeFileSync(path, JSON.stringify(assembly));
        const system = new TypeSystem();
        for (const name of ["constructs", "cdktf"]) await system.loadModule(join(REPOSITORY, "node_modules", name));
        return system.loadFile(path, { validate: false });
      }),
    );
    return [...compareAssemblies(original!, updated!).mismatches].map(
      ({ message, violationKey }) => `${violationKey} ${message}`,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test("nothing that users of the last release rely on is gone or has changed, but for what is allowed", async () => {
  const found = await breaks(golden, today);
  expect(found.filter((each) => !allowed.some((key) => each.startsWith(`${key} `)))).toEqual([]);
});

test("the packages of all languages have the names that users know", () => {
  expect(today.targets).toEqual(golden.targets);
});

test("what is allowed to break is told in the changelog", () => {
  const [, unreleased = ""] = readFileSync(join(REPOSITORY, "CHANGELOG.md"), "utf8").split(/^## .*$/m);
  // removed:cdktf-obproxy.ObproxyProps.cluster → `ObproxyProps.cluster`
  const names = allowed.map((key) => key.replace(/^.*cdktf-obproxy\./, "").replace(/\.<initializer>$/, ""));
  expect(names.filter((name) => !unreleased.includes(name))).toEqual([]);
});

describe("a change that breaks is found:", () => {
  const propsWith = (change: (property: Property) => readonly Property[]): Assembly => {
    const name = "cdktf-obproxy.ObproxyProps";
    const props = today.types[name]!;
    return { ...today, types: { ...today.types, [name]: { ...props, properties: props.properties!.flatMap(change) } } };
  };

  test("a property that is gone", async () => {
    const after = propsWith((each) => (each.name === "skipDestroy" ? [] : [each]));
    expect(await breaks(today, after)).toEqual([expect.stringContaining("cdktf-obproxy.ObproxyProps.skipDestroy")]);
  });

  test("a property that has to be given now", async () => {
    const after = propsWith(({ optional, ...each }) => [
      each.name === "ocp" || optional !== true ? each : { ...each, optional },
    ]);
    expect(await breaks(today, after)).toEqual([expect.stringContaining("ocp")]);
  });

  test("a type that is gone", async () => {
    const { "cdktf-obproxy.Timeouts": timeouts, ...types } = today.types;
    expect(timeouts).toBeDefined();
    expect(await breaks(today, { ...today, types })).toEqual(
      expect.arrayContaining([expect.stringContaining("cdktf-obproxy.Timeouts")]),
    );
  });

  test("not: a property that has come", async () => {
    const after = propsWith((each) => (each.name === "ocp" ? [each, { ...each, name: "another" }] : [each]));
    expect(await breaks(today, after)).toEqual([]);
  });
});

import { join } from "node:path";
import { ENV, FIRST_NAME, TODAY } from "../../src/contract/names.js";
import type { HookSettings, ObproxySettings } from "../../src/contract/settings-file.js";
import { forget, readMemory } from "../../src/hook/memory.js";
import { HookFailure } from "../../src/hook/tell/failure.js";
import { temporaryDirectory } from "../support/temporary.js";
import { type DeepPartial, other, settingsWith } from "./hook-process.js";

/** What the hook beside a null_resource makes of what is remembered there, before it asks OCP. */

const OWN = "https://ocp.example.com";
const RENAMED = { [TODAY.clusterName]: "orders", [FIRST_NAME]: "staging" };
const OFFLINE = { [TODAY.skipHostOperation]: "true" };
const OF_A_PROXY = { [ENV.memoryOf]: "obproxy", [ENV.clusterId]: "27", [ENV.obproxyId]: "3" };

type Remembered = Readonly<Record<string, string>>;

function outcome(remembered: Remembered, given: DeepPartial<HookSettings>): string {
  const memory = readMemory({ ...OF_A_PROXY, [ENV.lastDeploy]: JSON.stringify(remembered) })!;
  try {
    const toSee = forget(memory, settingsWith({ provider: { url: OWN }, ...given }));
    if (toSee?.claimed !== undefined) {
      return `asks whether it is gone from ${toSee.clusterName ?? "any cluster"}; else: ${toSee.claimed.reason}`;
    }
    return toSee === undefined ? "forgotten" : `asks for ${toSee.clusterName ?? "any name"}`;
  } catch (error) {
    if (!(error instanceof HookFailure)) throw error;
    return `${error.message}; ${error.next}`;
  }
}

const declared = (change: DeepPartial<ObproxySettings>): DeepPartial<HookSettings> => ({
  obproxies: { "27/3": { path: "app/p", clusterName: "orders", ...change } },
});

test("a hook that is called for the object itself remembers nothing", () => {
  expect(readMemory({ [ENV.kind]: "obproxy", [ENV.clusterId]: "27", [ENV.obproxyId]: "3" })).toBeUndefined();
});

test.each<[string, Remembered, DeepPartial<HookSettings>, string]>([
  ["skipHostOperation that was taken off", OFFLINE, declared({}), "forgotten"],
  ["skipHostOperation that holds still", OFFLINE, declared({ skipHostOperation: true }), "asks for orders"],
  ["a name that was corrected", RENAMED, declared({}), "asks for orders"],
  ["a name that was corrected back", RENAMED, declared({ clusterName: "staging" }), "forgotten"],
  [
    "a name that was corrected back, of what is protected,",
    RENAMED,
    declared({ clusterName: "staging", preventDestroy: true }),
    "forgotten",
  ],
  ["what is left in OCP", RENAMED, declared({ skipDestroy: true }), "forgotten"],
  ["what Terraform moves to another provider", RENAMED, moved({ url: OWN, stack: "app" }), "forgotten"],
])("what becomes of %s", (_, remembered, given, expected) => {
  expect(outcome(remembered, given)).toBe(expected);
});

function moved(change: object): DeepPartial<HookSettings> {
  return { stack: "app", others: [other({ ...change, obproxies: { "27/3": "app/p2" } })] };
}

test.each<[string, Remembered, string]>([
  ["a corrected name", RENAMED, "staging"],
  ["skipHostOperation", OFFLINE, "any cluster"],
])(
  "%s of what has moved to a stack that is not deployed with it is forgotten where OCP has it no longer",
  (_, kept, cluster) => {
    const directory = temporaryDirectory();
    const stateFile = join(directory.path, "other.tfstate");
    const there = other({ stack: "other", url: OWN, obproxies: { "27/3": "other/p" }, stateFile });
    expect(outcome(kept, { others: [there] })).toMatch(
      new RegExp(`^asks whether it is gone from ${cluster}; else: other/p .* is not deployed with it`),
    );
    directory.remove();
  },
);

test("a corrected name of what is protected is not forgotten", () => {
  expect(outcome(RENAMED, declared({ preventDestroy: true }))).toMatch(/^not deleted: .*preventDestroy/);
});

test.each<[string, Remembered, readonly RegExp[]]>([
  ["a corrected name", RENAMED, [/last declared as "orders"/, /again with clusterName: "orders", destroy it/]],
  ["skipHostOperation", OFFLINE, [/declared with skipHostOperation/, /host is online again/]],
  ["both", { ...RENAMED, ...OFFLINE }, [/ nor that /, /clusterName: "orders" and skipHostOperation: true/]],
])("what has left the code with %s fails, and what to do is said", (_, remembered, says) => {
  const said = outcome(remembered, {});
  for (const each of says) expect(said).toMatch(each);
  expect(said).toContain("terraform destroy -target='null_resource.ocp_obproxies[\"27/3\"]'");
});

test("what has left the code knows the name of its cluster, where that is declared still", () => {
  expect(outcome(RENAMED, { clusters: { "27": { path: "app/c", clusterName: "orders" } } })).toBe("asks for orders");
});

test.each<[string, NodeJS.ProcessEnv, RegExp]>([
  ["no JSON", { [ENV.lastDeploy]: "{" }, /is not JSON/],
  ["no object", { [ENV.lastDeploy]: "3" }, /is not an object/],
  ["of no kind", { [ENV.memoryOf]: "proxy" }, /is "proxy"/],
])("a call with %s is refused", (_, env, says) => {
  expect(() => readMemory({ ...OF_A_PROXY, ...env })).toThrow(says);
});

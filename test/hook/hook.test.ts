import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ENV, FIRST_LOOK, SETTINGS_FILE } from "../../src/contract/names.js";
import type { HookSettings } from "../../src/contract/settings-file.js";
import { hook } from "../../src/hook/hook.js";
import { DEFAULT_CREDENTIALS, type Simulator, startSimulator } from "../../src/simulator/index.js";
import { settingsFile } from "../fixtures/settings.js";
import { temporaryDirectory, type TemporaryDirectory } from "../support/temporary.js";

/** From the environment and the settings file to the exit code and the last line; what it does at OCP is tried elsewhere. */

let ocp: Simulator;
let directory: TemporaryDirectory;
beforeEach(async () => {
  ocp = await startSimulator({ tickMs: 20, clusters: [{ id: 27, name: "orders", obproxies: [3] }] });
  directory = temporaryDirectory();
});
afterEach(async () => {
  directory.remove();
  await ocp.stop();
});

type Environment = Readonly<Record<string, string | undefined>>;

const proxy: Environment = {
  ...{ [ENV.kind]: "obproxy", [ENV.clusterId]: "27", [ENV.obproxyId]: "3", [ENV.clusterName]: "orders" },
};
const declared = { obproxies: { "27/3": { path: "app/proxies" } } };

async function run(env: Environment, settings: Partial<HookSettings> | string) {
  const text = typeof settings === "string" ? settings : JSON.stringify(settingsFile(settings));
  writeFileSync(join(directory.path, SETTINGS_FILE), text);
  const home = join(directory.path, "home");
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const lines: string[] = [];
  const given = {
    ...{ HOME: home, XDG_STATE_HOME: home, XDG_RUNTIME_DIR: home, TMPDIR: home, [ENV.tickMs]: "20", OCP_URL: ocp.url },
    ...{ OCP_USERNAME: DEFAULT_CREDENTIALS.username, OCP_PASSWORD: DEFAULT_CREDENTIALS.password },
    ...env,
  };
  const code = await hook(given, directory.path, (line) => lines.push(line));
  return { code, last: lines.at(-1) ?? "", output: lines.join("\n"), requests: ocp.requests.length };
}

test("an object is deleted: 0, and OCP holds it no longer", async () => {
  const { code, last } = await run(proxy, declared);
  expect({ code, left: ocp.cluster(27)?.obproxies }).toEqual({ code: 0, left: [] });
  expect(last).toMatch(/^OBProxy 27\/3: deleted: task \d+ ended SUCCESSFUL and OCP no longer lists it \(/);
});

test("a task that fails: 1, with the task, its cause and what to do", async () => {
  ocp.planWork({ subtaskName: "Unreserve host", fail: "always", error: "no route to host" });
  const { code, last, output } = await run(proxy, declared);
  expect(code).toBe(1);
  expect(output).toMatch(/^OBProxy 27\/3: FAILED: OCP's task \d+ "Offline obproxy" FAILED$/m);
  expect(output).toContain("no route to host");
  expect(last).toContain("what to do: ");
});

test.each<[string, Environment, Partial<HookSettings> | string, 0 | 1, RegExp]>([
  [
    "what is to be left alone",
    proxy,
    { obproxies: { "27/3": { path: "app/proxies", skipDestroy: true } } },
    0,
    /^OBProxy 27\/3: left alone: .*; it goes on running in OCP$/m,
  ],
  [
    "what must not be destroyed",
    proxy,
    { obproxies: { "27/3": { path: "app/proxies", preventDestroy: true } } },
    1,
    /FAILED: not deleted: .*\n.*nothing was sent to OCP/,
  ],
  ["an id that no object can have", { ...proxy, [ENV.obproxyId]: "0" }, declared, 0, /nothing to delete: /],
  ["a settings file that is none", proxy, "{", 1, /FAILED: .*\n(.*\n)*.*what to do: /],
  ["a URL that is none", { ...proxy, OCP_URL: "ocp" }, declared, 1, /FAILED: .*\n(.*\n)*.*what to do: /],
  [
    "a first look where all is to be left alone",
    { [ENV.kind]: FIRST_LOOK },
    { obproxies: { "27/3": { path: "app/proxies", skipDestroy: true } } },
    0,
    /OCP was not asked: all that is declared is to be left alone/,
  ],
])("%s: OCP is asked for nothing", async (_what, env, settings, expected, says) => {
  const { code, output, requests } = await run(env, settings);
  expect({ code, requests }).toEqual({ code: expected, requests: 0 });
  expect(output).toMatch(says);
  expect(ocp.cluster(27)?.obproxies).toHaveLength(1);
});

test.each<[string, string, 0 | 1]>([
  ["the name that is declared", "orders", 0],
  ["another name", "payments", 1],
])("a first look at a cluster that has %s only looks", async (_what, clusterName, expected) => {
  const { code, output } = await run(
    { [ENV.kind]: FIRST_LOOK },
    { obproxies: { "27/3": { path: "app/proxies", clusterName } } },
  );
  expect(code).toBe(expected);
  if (expected === 1) expect(output).toContain("nothing has been destroyed of what stands in front of the OBProxies");
  expect(ocp.requests.map(({ method }) => method)).not.toContain("DELETE");
});

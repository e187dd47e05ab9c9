import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEvents } from "../../../src/contract/events.js";
import type { OtherProvider } from "../../../src/contract/settings-file.js";
import { ENV, FIRST_NAME, TODAY } from "../../../src/contract/names.js";
import { DEFAULT_CREDENTIALS, startSimulator } from "../../../src/simulator/index.js";
import { type HookCall, HookRunner, type HookRun, other } from "../hook-process.js";

/** What the hook of what is remembered beside a null_resource does where OCP cannot be asked. */

const runner = new HookRunner();
afterAll(() => {
  runner.dispose();
});

const RENAMED = { [TODAY.clusterName]: "orders", [FIRST_NAME]: "staging" };
const OFFLINE = { [TODAY.skipHostOperation]: "true" };

function forget(
  remembered: Readonly<Record<string, string>>,
  settings: NonNullable<HookCall["settings"]>,
  env: HookCall["env"] = {},
): Promise<HookRun> {
  const memory = { [ENV.kind]: undefined, [ENV.memoryOf]: "obproxy", [ENV.lastDeploy]: JSON.stringify(remembered) };
  const noOcp = { OCP_URL: undefined, OCP_USERNAME: undefined, OCP_PASSWORD: undefined };
  return runner.run(undefined, {
    ...{ kind: "obproxy", clusterId: 27, obproxyId: 3, settings },
    env: { ...noOcp, ...memory, ...env },
  });
}

const declared = (change: object): NonNullable<HookCall["settings"]> => ({
  obproxies: { "27/3": { path: "app/p", clusterName: "orders", ...change } },
});

test("a deploy that takes skipHostOperation off needs nothing of OCP", async () => {
  const { code, output } = await forget(OFFLINE, declared({}));
  expect(output).toBe("");
  expect(code).toBe(0);
});

test.each([
  ["a setting that holds still", OFFLINE, { skipHostOperation: true }],
  ["a name that is not the first one", RENAMED, {}],
])("%s is not forgotten before OCP was asked", async (_, remembered, change) => {
  const { code, output } = await forget(remembered, declared(change));
  expect(output).toContain("no URL of OCP");
  expect(code).toBe(1);
});

test("time that is up while OCP does not answer is no defect of the hook", async () => {
  const ocp = await startSimulator({ tickMs: "manual", clusters: [{ id: 27, name: "orders", obproxies: [3] }] });
  ocp.inject({ method: "GET", path: /./, times: 1000, does: { kind: "error", status: 429 } });
  const settings = declared({ timeouts: { delete: "1s" } });
  const access = { OCP_USERNAME: DEFAULT_CREDENTIALS.username, OCP_PASSWORD: DEFAULT_CREDENTIALS.password };
  const { code, output } = await forget(RENAMED, settings, { OCP_URL: ocp.url, ...access });
  await ocp.stop();
  expect(output).not.toContain("defect");
  expect(output).toMatch(/429/);
  expect(code).toBe(1);
});

test.each<[string, Partial<OtherProvider>, number]>([
  ["that is the same OCP, where Terraform moves it,", {}, 0],
  ["of another stack, where it is not moved,", { stack: "other" }, 1],
  ["whose URL may only happen to be the same", { envPrefix: "OCP_EU" }, 1],
])("what is remembered of an object that a provider declares now %s", async (_, change, expected) => {
  const stateFile = join(runner.machine().home, "none.tfstate");
  const others = [other({ alias: "other", stack: "app", obproxies: { "27/3": "app/q" }, stateFile, ...change })];
  const url = "https://ocp.example.com";
  const { code, output } = await forget(RENAMED, { others }, { OCP_URL: url, OCP_EU_URL: url });
  expect(output).toContain(expected === 0 ? "" : "is not deployed with it");
  expect(code).toBe(expected);
});

test("a refusal is written down, with where its hook lies, for the report to know whose run it was", async () => {
  const path = join(runner.machine().home, "events.jsonl");
  expect((await forget(RENAMED, {}, { OBPROXY_EVENTS: path })).code).toBe(1);
  const { events } = parseEvents(readFileSync(path, "utf8"));
  expect(events).toMatchObject([
    {
      event: "failed",
      object: "27/3",
      what: expect.stringContaining("has left the code") as unknown,
      hook: expect.stringContaining(runner.directory) as unknown,
    },
  ]);
});

import type { HookSettings } from "../../src/contract/settings-file.js";
import { firstLook } from "../../src/hook/first-look.js";
import { Chronicle } from "../../src/hook/tell/chronicle.js";
import { NO_JOURNAL } from "../../src/hook/tell/journal.js";
import { Reporter } from "../../src/hook/tell/reporter.js";
import { DEFAULT_CREDENTIALS, inContents, inPage, type Simulator, startSimulator } from "../../src/simulator/index.js";
import { type DeepPartial, settingsWith } from "./hook-process.js";

const CLUSTERS = "/api/v2/obproxy/clusters";

/** What would certainly keep the hooks of the objects from their work is said before anything has gone. */

let ocp: Simulator;
beforeEach(async () => {
  ocp = await startSimulator({ tickMs: "manual", clusters: [{ id: 99, name: "orders", obproxies: [1, 2] }] });
});
afterEach(() => ocp.stop());

async function look(settings: DeepPartial<HookSettings>, password = DEFAULT_CREDENTIALS.password): Promise<string> {
  const lines: string[] = [];
  const reporter = new Reporter(
    "First look at OCP",
    (line) => lines.push(line),
    () => 0,
    1,
    (text) => text,
  );
  const credentials = { kind: "basic", ...DEFAULT_CREDENTIALS, password } as const;
  await firstLook(
    settingsWith(settings),
    { baseUrl: ocp.url, credentials, ca: undefined, insecureSkipVerify: false },
    {
      ...{ env: {}, tickMs: 1, reporter, chronicle: new Chronicle(NO_JOURNAL, "") },
      ...{ envPrefix: "OCP", stackDirectory: "/app" },
    },
  );
  return lines.join("\n");
}

const orders = { path: "app/orders", clusterName: "orders" };

test("a cluster that OCP knows by its name and another id is seen, as the hooks would refuse it", async () => {
  await expect(look({ clusters: { "27": orders } })).rejects.toThrow(
    'OCP does not know OBProxy cluster 27, but knows "orders" as cluster 99: this is not "already gone"',
  );
});

describe("a cluster of which nobody can tell whether OCP knows it under another id", () => {
  const listed = (change: object) => {
    const does = inContents((all) => all.map((entry) => (typeof entry === "object" ? { ...entry, ...change } : entry)));
    ocp.inject({ method: "GET", path: CLUSTERS, times: Infinity, does: { kind: "rewrite", change: does } });
  };
  const reports = { clusters: { "27": { ...orders, clusterName: "reports" } } };

  test.each<[string, () => void, RegExp]>([
    [
      "because an entry of the list has no name",
      () => {
        listed({ name: null });
      },
      /\(99\)/,
    ],
    [
      "because the list holds it",
      () => {
        listed({ id: 27 });
      },
      /while its list of clusters holds it/,
    ],
    [
      "because the list is longer than what is sent of it",
      () =>
        ocp.inject({
          ...{ method: "GET", path: CLUSTERS, times: Infinity },
          does: { kind: "rewrite", change: inPage({ totalElements: 7 }) },
        }),
      /could not be read whole/,
    ],
  ])("stands against everything, %s", async (_what, given, why) => {
    given();
    const failure = look(reports);
    await expect(failure).rejects.toThrow(
      "whether it knows that of OBProxy cluster 27 under another id cannot be told",
    );
    await expect(failure).rejects.toThrow(why);
    expect(await look({ clusters: { "27": { path: "app/orders", clusterName: "*" } } })).toContain("nothing stands");
  });
});

test("a cluster that is gone with its name stands against nothing", async () => {
  expect(await look({ clusters: { "27": { ...orders, clusterName: "reports" } } })).toContain("nothing stands against");
});

describe("skipHostOperation at an OCP that is too old for it", () => {
  const offline = { path: "app/proxies", clusterName: "orders", skipHostOperation: true };
  beforeEach(async () => {
    await ocp.stop();
    ocp = await startSimulator({
      ...{ tickMs: "manual", version: "4.2.2" },
      clusters: [{ id: 27, name: "orders", obproxies: [1, 2] }],
    });
  });

  test("is seen, as the hooks would fail for it", async () => {
    await expect(look({ obproxies: { "27/1": offline } })).rejects.toThrow(
      "skipHostOperation needs OCP 4.3.5 or later",
    );
  });

  test("stands against nothing where the OBProxy is gone", async () => {
    expect(await look({ obproxies: { "27/3": offline } })).toContain("nothing stands against");
  });
});

test("OCP is asked also where nothing is declared by ids that are known, and tasks need not be read", async () => {
  const settings = {
    provider: { waitFor: "object" },
    tokens: [{ kind: "obproxy", path: "app/proxies", clusterName: "orders" }],
  } as const;
  await expect(look(settings, "another-than-it-is")).rejects.toThrow(/does not accept the credentials \(401\)/);
  expect(await look(settings)).toContain("answers");
});

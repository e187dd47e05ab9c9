import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Carrier, Obproxy, ObproxyCluster, OcpProvider } from "../../src/index.js";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/index.js";
import { CREDENTIALS, type Declare, everything } from "../support/world.js";
import { Place } from "./place.js";

/** Each cause is told once, with all that it is about, and what would go is told apart from what would not. */

let ocp: Simulator;
let place: Place;
async function open(options: SimulatorOptions = {}): Promise<void> {
  ocp = await startSimulator({
    credentials: CREDENTIALS,
    version: "4.3.6",
    tickMs: "manual",
    clusters: [
      { id: 27, name: "orders", obproxies: [1, 2, 3] },
      { id: 28, name: "reports", obproxies: [4] },
    ],
    ...options,
  });
  place = new Place(ocp.url);
}
afterEach(async () => {
  const methods = ocp.requests.map(({ method }) => method);
  place.remove();
  await ocp.stop();
  expect(methods.filter((method) => method !== "GET")).toEqual([]);
});

const ALL = { "27": "orders", "27/1": "orders", "27/2": "orders", "27/3": "orders" };
const both: Declare = (provider, stack) => {
  everything(provider, stack);
  const cluster = new ObproxyCluster(stack, "reports", { ocp: provider, clusterId: 28, clusterName: "reports" });
  new Obproxy(stack, "reports-proxies", { cluster, obproxyIds: [4] });
};
const BOTH = { ...ALL, "28": "reports", "28/4": "reports" };

function lastLine(text: string): string | undefined {
  return text.trimEnd().split("\n").at(-1);
}

describe("the waves", () => {
  beforeEach(() => open());

  test("hold nothing that is held back, and the sum accounts for every object", async () => {
    place.synth(both);
    place.holds(BOTH);
    // A failed deletion of one OBProxy holds back all clusters, whose block comes after all OBProxies.
    ocp.addPastTask({ name: "Delete obproxy server", status: "FAILED", clusterId: 27, obproxyIds: [1] });
    const { out } = await place.run();
    expect(out).toContain(
      "  destroy would go in 1 wave:\n    1. OBProxy 27/2, OBProxy 27/3, OBProxy 28/4 (about 2 OCP tasks)\n",
    );
    expect(out).toContain("  OBProxy cluster 28: held back by what has to go before it");
    expect(lastLine(out)).toBe(
      "6 objects: 3 ready, 0 already gone, 2 held back, 1 with problems, 0 warnings, 1 problem",
    );
  });

  test("hold nothing that is let go, and no cluster that still holds it", async () => {
    place.synth((provider, stack) => {
      const cluster = new ObproxyCluster(stack, "orders", { ocp: provider, clusterId: 27, clusterName: "orders" });
      new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2] });
      new Obproxy(stack, "kept", { cluster, obproxyIds: [3], skipDestroy: true });
    });
    place.holds(ALL);
    const { out } = await place.run();
    expect(out).toContain("  destroy would go in 1 wave:\n    1. OBProxy 27/1, OBProxy 27/2 (about 1 OCP task)\n");
    expect(lastLine(out)).toBe(
      "4 objects: 2 ready, 0 already gone, 1 left alone, 1 with problems, 0 warnings, 1 problem",
    );
  });

  test("do not promise what preventDestroy refuses", async () => {
    place.synth((provider, stack) => {
      const cluster = new ObproxyCluster(stack, "orders", { ocp: provider, clusterId: 27, clusterName: "orders" });
      new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3], preventDestroy: true });
    });
    place.holds(ALL);
    expect((await place.run()).out).not.toContain("destroy would go");
  });
});

describe("one finding", () => {
  beforeEach(() => open());

  test("tells of a failed task, the subtask that failed and the lines of its log", async () => {
    place.synth(everything);
    place.holds(ALL);
    ocp.planWork({ fail: "always" });
    const { id } = ocp.startTask({ name: "Delete obproxy server", clusterId: 27, obproxyIds: [1, 2] });
    ocp.runToEnd(id);
    const { out } = await place.run();
    expect(out.match(/^(WARNING|PROBLEM)/gm)).toEqual(["PROBLEM"]);
    expect(out).toContain(`task ${id} "Delete obproxy server"`);
    expect(out).toMatch(/\n {2}failed: subtask \d+ "/);
    expect(out).toMatch(/\n {2}log: .*\S/);
    expect((await place.json()).findings.map(({ code, objects }) => [code, objects])).toEqual([
      ["task-failed", ["OBProxy cluster 27", "OBProxy 27/1", "OBProxy 27/2", "OBProxy 27/3"]],
    ]);
  });

  test("tells of somebody else's failed task in the same way", async () => {
    place.synth(everything);
    place.holds(ALL);
    ocp.planWork({ fail: "always" });
    const { id } = ocp.startTask({ name: "Restart obproxy", clusterId: 27, obproxyIds: [1] });
    ocp.runToEnd(id);
    const { out } = await place.run();
    expect(out).toMatch(/WARNING stack: task \d+ "Restart obproxy" .*FAILED on OBProxy cluster 27/);
    expect(out).toMatch(/\n {2}failed: subtask \d+ "/);
    expect(out).toMatch(/\n {2}log: .*\S/);
  });

  test("tells of what is tainted, and not of the cluster that it holds back", async () => {
    place.synth(everything);
    place.holds(ALL, ["27/1", "27/2"]);
    const { code, out } = await place.run();
    expect(code).toBe(1);
    expect(out).toContain("OBProxy cluster 27: held back by what has to go before it");
    expect(out.match(/^(WARNING|PROBLEM)/gm)).toEqual(["PROBLEM"]);
    expect(out).toContain("PROBLEM stack: OBProxy 27/1, OBProxy 27/2 are tainted in the state");
    expect(out).toMatch(
      /what to do: terraform .* untaint 'terraform_data.ocp_obproxies\["27\/1"\]'; terraform .*27\/2/,
    );
  });

  test("tells of what is declared and not deployed, and holds its cluster", async () => {
    place.synth(everything);
    place.holds({ "27": "orders", "27/1": "orders", "27/2": "orders" });
    expect(await place.findings()).toEqual(["problem not-deployed: OBProxy 27/3"]);
    expect((await place.run(["--deploy"])).code).toBe(0);
    expect((await place.run(["--destroy"])).code).toBe(1);
  });

  test("tells of all files that are missing beside the hook", async () => {
    place.synth(everything);
    place.holds(ALL);
    rmSync(join(place.path, "cdktf.out/stacks/stack/assets"), { recursive: true });
    const { out } = await place.run();
    expect(out.match(/^(WARNING|PROBLEM)/gm)).toEqual(["PROBLEM"]);
    expect(out).toMatch(/the files \S+obproxy-hook\.cjs, \S+settings\.json are missing, without which no hook/);
  });

  test("tells whose each object is where the stack has several providers, whose OCPs may know the same ids", async () => {
    const url = ocp.url.replace("127.0.0.1", "localhost");
    place.synth((provider, stack) => {
      everything(provider, stack);
      const west = new OcpProvider(stack, "west", { alias: "west", url, carrier: Carrier.TERRAFORM_DATA });
      const cluster = new ObproxyCluster(stack, "of-west", { ocp: west, clusterId: 27, clusterName: "billing" });
      new Obproxy(stack, "proxies-of-west", { cluster, obproxyIds: [1] });
    });
    place.holds(ALL);
    const { out } = await place.run();
    expect(out).toMatch(/^ {2}OBProxy 27\/1 of ocp: ready/m);
    expect(out).toMatch(/^ {2}OBProxy 27\/1 of west: /m);
    expect(out).toMatch(/^PROBLEM stack, provider west: OBProxy cluster 27 is called "orders" in OCP/m);
    // No other provider has one with that id.
    expect(out).toMatch(/^ {2}OBProxy 27\/2: ready/m);
    expect(out).toContain("1. OBProxy 27/1 of ocp, OBProxy 27/2, OBProxy 27/3");
  });

  test("tells of a hook that is empty, which Node.js would run with a good end", async () => {
    place.synth(everything);
    place.holds(ALL);
    const assets = join(place.path, "cdktf.out/stacks/stack/assets");
    const hooks = readdirSync(assets, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith("hook.cjs"),
    );
    for (const name of hooks) writeFileSync(join(assets, name), "");
    const { code, out } = await place.run();
    expect(code).toBe(1);
    expect(out).toMatch(/PROBLEM .*the file \S+obproxy-hook\.cjs is empty, without which no hook/);
  });

  test("tells of what could not be looked at of several objects", async () => {
    place.synth(both);
    place.holds(BOTH);
    ocp.inject({ path: /\/tasks\/instances/, times: Infinity, does: { kind: "error", status: 400, code: 1001 } });
    const found = await place.findings();
    expect(found).toHaveLength(1);
  });
});

describe("an id of another cluster", () => {
  beforeEach(() => open());

  const wrong: Declare = (provider, stack) => {
    everything(provider, stack);
    const cluster = new ObproxyCluster(stack, "reports", { ocp: provider, clusterId: 28, clusterName: "reports" });
    new Obproxy(stack, "reports-proxies", { cluster, obproxyIds: [2, 3, 4] });
  };

  test("is told with the cluster that has it, where a destroy would call it already gone", async () => {
    place.synth(wrong);
    place.holds({ ...BOTH, "28/2": "reports", "28/3": "reports" });
    const { code, out } = await place.run();
    expect(out).toContain(
      "WARNING stack: OBProxy 28/2, OBProxy 28/3 are not in OBProxy cluster 28; OBProxy cluster 27 (orders) has OBProxies 2, 3; a destroy would delete nothing for them",
    );
    expect(out).toContain("  OBProxy 28/2: already gone\n");
    expect(code).toBe(0);
    expect((await place.run(["--strict"])).code).toBe(1);
  });

  test("is told once, and not as an id that OCP does not know, before it is deployed", async () => {
    place.synth(wrong);
    place.holds(BOTH);
    expect(await place.findings()).toEqual(["warning in-another-cluster: OBProxy 28/2, OBProxy 28/3"]);
  });

  test("is no news where its own cluster has it too, or a hook has deleted it", async () => {
    ocp.addObproxy(28, 2);
    place.synth(wrong);
    place.holds({ ...BOTH, "28/2": "reports" });
    const stamp = { v: 1, at: "2026-11-26T07:00:00.000Z", run: "r", pid: 1, stack: "stack", provider: "ocp" } as const;
    place.wrote(
      { ...stamp, object: "28/3", event: "started", hook: "/hook", ocp: ocp.url },
      { ...stamp, object: "28/3", event: "deleted", task: "900" },
    );
    expect(await place.findings()).toEqual(["note deleted-earlier: OBProxy 28/3"]);
  });

  test("is not told beside a cluster that is known under another id, which explains it", async () => {
    place.synth(everything);
    place.holds(ALL);
    ocp.removeCluster(27);
    ocp.addCluster({ id: 29, name: "orders", obproxies: [1, 2, 3] });
    expect(await place.findings()).toEqual([
      "problem cluster-name-elsewhere: OBProxy cluster 27, OBProxy 27/1, OBProxy 27/2, OBProxy 27/3",
    ]);
  });

  test("is told where its own cluster is gone, too", async () => {
    place.synth(wrong);
    place.holds({ ...BOTH, "28/2": "reports" });
    ocp.removeCluster(28);
    expect((await place.run()).out).toContain(
      "WARNING stack: OBProxy 28/2, OBProxy 28/3 are not in OBProxy cluster 28",
    );
  });
});

describe("where OCP's tasks carry no tags", () => {
  beforeEach(() => open({ version: "4.2.2" }));

  test("one task is told once, and tied to no cluster of several", async () => {
    place.synth(both);
    place.holds(BOTH);
    const { id } = ocp.startTask({ name: "Offline obproxy", clusterId: 28, obproxyIds: [4] });
    ocp.removeObproxy(27, 1);
    ocp.removeObproxy(28, 4);
    const { out } = await place.run();
    expect(out.match(/^WARNING/gm)).toHaveLength(1);
    expect(out).toContain(
      `(RUNNING, 0 of 2 subtasks done) is at work, perhaps on OBProxy cluster 27 or OBProxy cluster 28 (this OCP does not say); destroy would wait for it`,
    );
    expect(out).toContain(`task ${id} "Offline obproxy"`);
  });
});

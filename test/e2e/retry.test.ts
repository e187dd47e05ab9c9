import { join } from "node:path";
import { RETRY_HELP } from "../../src/cli/retry.js";
import { App } from "cdktf";
import { Carrier, Obproxy, ObproxyCluster, type ObproxyClusterProps, OcpProvider } from "../../src/index.js";
import { type Simulator, startSimulator, type WorkPlan } from "../../src/simulator/index.js";
import type { Finished } from "../support/process.js";
import { pageText } from "../support/pages.js";
import { REPOSITORY } from "../support/repository.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { half, some } from "../support/thorough.js";
import { CREDENTIALS, type Declare, everything, orders, PATIENT, World } from "../support/world.js";

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

let world: World;
afterEach(() => world.close());

const program = join(REPOSITORY, "dist/cli/main.js");

/** The command as it is published, where the hooks have left their notes. */
function run(...args: readonly string[]): Promise<Finished> {
  return terraform.node(world.project.path, [program, "retry", ...args], world.project.env);
}

/** A destroy whose deletion of the OBProxies has failed, once, late: OCP knows them no more, and keeps the lock. */
async function halfDone(version: string, plan: Partial<WorkPlan> = { fail: 1 }): Promise<string> {
  world = await World.open(terraform, Carrier.TERRAFORM_DATA, { version });
  await world.deploy(everything);
  world.ocp.planWork({ subtaskName: "Unreserve host", tasks: 1, ...plan });
  expect((await world.project.destroy([], PATIENT)).code).toBe(1);
  const failed = world.ocp.tasks.filter(({ status }) => status === "FAILED");
  expect(failed).toHaveLength(1);
  return String(failed[0]?.id);
}

const retries = (): readonly string[] => world.changes().filter((change) => change.endsWith("/retry"));

describe.each(some(["4.2.2", "4.3.6"]))("a failed deletion (OCP %s)", (version) => {
  test("is retried, waited for, and done: the next destroy takes the rest", async () => {
    const task = await halfDone(version);
    const { code, output: out } = await run(task, world.project.stackPath);
    expect(out).toContain(`task ${task} has failed; asking OCP to retry it (1 of 1)`);
    expect(out).toContain(`task ${task} deletes OBProxies 27/1, 27/2, 27/3`);
    expect(out).toContain("leaves Terraform's state with the next destroy");
    expect(out).toMatch(/deleted: task \d+ ended SUCCESSFUL and OCP no longer lists it/);
    expect(code).toBe(0);
    expect(retries()).toHaveLength(1);
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.held()).toEqual([]);
    expect(retries()).toHaveLength(1);
  });

  test("is told by the report as a part of the destroy, and nothing more as failed", async () => {
    const task = await halfDone(version);
    await run(task, world.project.stackPath);
    const { code, output: out } = await terraform.node(
      world.project.path,
      [program, "report", world.project.stackPath],
      world.project.env,
    );
    expect(out).toContain("STATE OBProxies 27/1 to 27/3: gone, but still in the state");
    expect(out).toContain("waiting: OBProxy cluster 27");
    expect(out).not.toContain("FAILED");
    expect(code).toBe(1);
  });

  test("that fails again is told with its cause", async () => {
    const task = await halfDone(version, { fail: 2, error: "host is gone" });
    const { code, output: out } = await run(task, world.project.stackPath);
    expect(code).toBe(1);
    expect(out).toMatch(/FAILED: OCP's task \d+ .* FAILED/);
    expect(out).toContain("host is gone");
  });

  test("is not retried where it would delete what is protected now", async () => {
    const task = await halfDone(version);
    const kept: Declare = (ocp, stack) => {
      const cluster = new ObproxyCluster(stack, "orders", {
        ...{ ocp, clusterId: 27, clusterName: "orders", skipDestroy: true },
      });
      new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2] });
      new Obproxy(stack, "kept", { cluster, obproxyIds: [3], skipDestroy: true });
    };
    world.synth(kept);
    const { code, output: out } = await run(task, world.project.stackPath);
    expect(code).toBe(1);
    expect(out).toMatch(/must not be retried from here: it would also delete OBProxy 27\/3/);
    expect(retries()).toEqual([]);
  });

  test("is not retried where it would delete what was let go since, though it is declared still", async () => {
    const task = await halfDone(version, { fail: 1, subtaskName: version === "4.2.2" ? "Start node" : "Stop obproxy" });
    expect(world.held()).toContain("27/3");
    await world.project.run(["state", "rm", world.address("27/3")]);
    const { code, output: out } = await run(task, world.project.stackPath);
    expect(out).toContain("it would also delete OBProxy 27/3, which OCP lists and the state does not hold");
    expect(code).toBe(1);
    expect(retries()).toEqual([]);
  });

  test("that somebody has made succeed meanwhile is not retried", async () => {
    const task = await halfDone(version);
    world.ocp.retry(task);
    world.ocp.runToEnd(task);
    const { code, output: out } = await run(task, world.project.stackPath);
    expect(code).toBe(0);
    expect(out).toContain("OCP no longer lists it");
    expect(retries()).toEqual([]);
  });
});

/** A destroy whose deletion of an empty cluster has failed early: OCP has it still. */
async function clusterFailed(): Promise<string> {
  world = await World.open(terraform, Carrier.TERRAFORM_DATA, {
    clusters: [{ id: 27, name: "orders", obproxies: [] }],
  });
  await world.deploy(whole());
  world.ocp.planWork({ subtaskName: "Start node", tasks: 1, fail: 1 });
  expect((await world.project.destroy()).code).toBe(1);
  return String(world.ocp.tasks.find(({ status }) => status === "FAILED")?.id);
}

function whole(props: Partial<ObproxyClusterProps> = {}): Declare {
  return (ocp, stack) => {
    new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders", ...props });
  };
}

describe("a failed deletion of a cluster that is still there", () => {
  test("is retried", async () => {
    const task = await clusterFailed();
    expect((await run(task, world.project.stackPath)).code).toBe(0);
    expect(world.held()).toEqual([]);
  });

  test("is not retried against preventDestroy", async () => {
    const task = await clusterFailed();
    await world.deploy(whole({ preventDestroy: true }));
    const { code, output } = await run(task, world.project.stackPath);
    expect(code).toBe(1);
    expect(output).toMatch(/must not be retried from here: preventDestroy is set on stack\/orders/);
    expect(retries()).toEqual([]);
    expect(world.held()).toEqual(["27"]);
  });

  test("is not retried where another stack declares it now", async () => {
    const task = await clusterFailed();
    const app = new App({ outdir: world.project.outPath });
    const declare = (name: string, build: Declare): void => {
      const stack = name === "stack" ? world.project.addStack(app) : world.project.another(name).addStack(app);
      build(new OcpProvider(stack, "ocp", { url: world.ocp.url, carrier: world.carrier }), stack);
    };
    declare("stack", () => undefined);
    declare("two", whole());
    app.synth();
    await world.project.another("two").deploy();
    const { code, output } = await run(task, world.project.stackPath);
    expect(code).toBe(1);
    expect(output).toMatch(/must not be retried from here: .*two\/orders/);
    expect(retries()).toEqual([]);
    expect(world.held()).toEqual(["27"]);
  });

  test.each(half(["clusters/27", "clusters"]))(
    "is not retried under another name, also where %s is answered badly",
    async (path) => {
      const task = await clusterFailed();
      world.ocp.renameCluster(27, "billing");
      world.ocp.inject({
        method: "GET",
        path: new RegExp(`${path}$`),
        times: 3,
        does: { kind: "error", status: 404, code: 0 },
      });
      const { code, output } = await run(task, world.project.stackPath);
      expect(code).not.toBe(0);
      expect(output).toMatch(/is called "billing"|neither for gone nor for there/);
      expect(retries()).toEqual([]);
      expect(world.held()).toEqual(["27"]);
    },
  );

  test("is not retried where its name has another id now", async () => {
    const task = await clusterFailed();
    world.ocp.removeCluster(27);
    world.ocp.addCluster({ id: 99, name: "orders", obproxies: [1] });
    const { code, output } = await run(task, world.project.stackPath);
    expect(code).toBe(1);
    expect(output).toContain("as cluster 99");
    expect(retries()).toEqual([]);
  });

  test.each(half(["lostAnswer", "cut"] as const))(
    "is followed where the answer to the retry is lost (%s)",
    async (kind) => {
      const task = await clusterFailed();
      world.ocp.inject({ method: "POST", path: /retry$/, does: { kind } });
      const { code, output } = await run(task, world.project.stackPath);
      expect(output).not.toContain("no delete was sent");
      expect({ code, held: world.held() }).toEqual(kind === "lostAnswer" ? { code: 0, held: [] } : expect.anything());
      expect(code === 0).toBe(world.held().length === 0);
    },
  );
});

test("what was let go of one OCP is not deleted because the state holds the same key of another one", async () => {
  const second = await startSimulator({ credentials: CREDENTIALS, tickMs: 20, clusters: [orders()] });
  world = await World.open(terraform, Carrier.TERRAFORM_DATA, { version: "4.2.2" });
  await world.deploy((ocp, stack) => {
    everything(ocp, stack);
    const other = new OcpProvider(stack, "other", { alias: "other", url: second.url, carrier: world.carrier });
    new Obproxy(stack, "there", { ocp: other, clusterId: 27, clusterName: "orders", obproxyIds: [1, 2, 3] });
  });
  world.ocp.planWork({ subtaskName: "Start node", tasks: 1, fail: 1 });
  expect((await world.project.destroy(["-target=terraform_data.ocp_obproxies"], PATIENT)).code).toBe(1);
  const task = String(world.ocp.tasks.find(({ status }) => status === "FAILED")?.id);
  await world.project.run(["state", "rm", world.address("27/3")]);
  const { code, output } = await run(task, world.project.stackPath);
  await second.stop();
  expect(output).toContain("it would also delete OBProxy 27/3, which OCP lists and the state does not hold");
  expect(code).toBe(1);
  expect(retries()).toEqual([]);
});

describe("two OCPs that have a task of that id", () => {
  let second: Simulator;
  afterEach(() => second.stop());

  /** In the second one, too, the deletion of its empty cluster has failed. */
  async function bothFailed(): Promise<string> {
    const cluster = { name: "orders", obproxies: [] };
    world = await World.open(terraform, Carrier.TERRAFORM_DATA, { clusters: [{ id: 27, ...cluster }] });
    second = await startSimulator({ credentials: CREDENTIALS, tickMs: 20, clusters: [{ id: 28, ...cluster }] });
    await world.deploy((ocp, stack) => {
      whole()(ocp, stack);
      const other = new OcpProvider(stack, "other", { alias: "other", url: second.url, carrier: world.carrier });
      new ObproxyCluster(stack, "there", { ocp: other, clusterId: 28, clusterName: "orders" });
    });
    for (const ocp of [world.ocp, second]) ocp.planWork({ subtaskName: "Start node", tasks: 1, fail: 1 });
    expect((await world.project.destroy()).code).toBe(1);
    const [here, there] = [world.ocp, second].map(({ tasks }) => tasks.find(({ status }) => status === "FAILED")?.id);
    expect(here).toBe(there);
    return String(here);
  }

  test("are told apart by nobody, until one of the two is done: then the other one is retried", async () => {
    const task = await bothFailed();
    const { code, output } = await run(task, world.project.stackPath);
    expect(output).toContain(`task ${task} is one of OCP at ${world.ocp.url} and another one of OCP at ${second.url}`);
    expect(code).toBe(2);
    expect(retries()).toEqual([]);
    world.ocp.retry(task);
    world.ocp.runToEnd(task);
    expect((await run(task, world.project.stackPath)).code).toBe(0);
    expect(second.clusters).toEqual([]);
  });
});

test("the command of docs/retry.md does it", async () => {
  const task = await halfDone("4.2.2");
  const [, words = ""] = /^npx cdktf-obproxy (retry .*)$/m.exec(pageText("docs/retry.md")) ?? [];
  const args = words.split(" ").map((word) => (word === "cdktf.out/stacks/proxies" ? world.project.stackPath : word));
  expect(args).toEqual(["retry", task, world.project.stackPath]);
  expect((await terraform.node(world.project.path, [program, ...args], world.project.env)).code).toBe(0);
});

test("a task that nothing ties to the stack is not touched", async () => {
  await halfDone("4.2.2");
  const stranger = world.ocp.addPastTask({ name: "Offline obproxy", status: "FAILED", clusterId: 27 });
  const { code, output: err } = await run(stranger.id, world.project.stackPath);
  expect(code).toBe(2);
  expect(err).toContain(`nothing proves that task ${stranger.id} is the newest deletion of something in the state`);
  expect(retries()).toEqual([]);
});

test.each<[string, readonly string[], RegExp]>(
  half([
    ["no task", [], /the id of OCP's task comes first, a number, and is missing/],
    ["no number", ["abc", "x"], /not "abc"/],
    ["no directory", ["5"], /the directory of the synthesized stack is missing/],
    ["a directory without a stack", ["5", "nowhere"], /there is no directory/],
    ["one word too many", ["5", "a", "b"], /nothing is known to do with "b"/],
  ]),
)("%s: words, and code 2", async (_what, args, words) => {
  world = await World.open(terraform, Carrier.TERRAFORM_DATA);
  const { code, output: err } = await run(...args);
  expect(code).toBe(2);
  expect(err).toMatch(words);
});

test("teaches", async () => {
  world = await World.open(terraform, Carrier.TERRAFORM_DATA);
  expect(await run("--help")).toMatchObject({ code: 0, output: `${RETRY_HELP}\n` });
});

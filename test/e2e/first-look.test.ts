import { join } from "node:path";
import { DataResource } from "cdktf";
import { Obproxy, ObproxyCluster } from "../../src/index.js";
import { withEachCarrier } from "../support/carriers.js";
import { REPOSITORY } from "../support/repository.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { ALL, type Declare, World } from "../support/world.js";
import { half } from "../support/thorough.js";

/** A destroy that cannot succeed takes nothing of what stands in front of the OBProxies. */

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

withEachCarrier("with %s and a DNS record in front", (carrier) => {
  let world: World;
  beforeEach(async () => {
    world = await World.open(terraform, carrier);
  });
  afterEach(() => world.close());

  const DNS = "terraform_data.dns";
  const LOOK = "terraform_data.ocp_first_look";
  const LOOKING = { lookFirst: true };
  const declare =
    (ids: readonly number[] = [1, 2, 3], clusterName = "orders"): Declare =>
    (ocp, stack) => {
      const cluster = new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName });
      const proxies = new Obproxy(stack, "proxies", { cluster, obproxyIds: [...ids] });
      new DataResource(stack, "dns", { dependsOn: [proxies] });
      new DataResource(stack, "other");
    };

  test.each<[string, Readonly<Record<string, string>>, RegExp]>(
    half([
      ["no password", { OCP_PASSWORD: "" }, /credentials for OCP are half set/],
      ["a wrong password", { OCP_PASSWORD: "another-than-it-is" }, /HTTP 401/],
    ]),
  )("%s is noticed before it goes, and the run after that takes all", async (_, environment, words) => {
    await world.deploy(declare(), LOOKING);
    const { code, output } = await world.project.destroy([], environment);
    expect(code).not.toBe(0);
    expect(output).toMatch(words);
    expect(output).toContain("nothing has been destroyed of what stands in front of the OBProxies");
    expect(output).not.toContain(`${DNS}: Destroying`);
    expect(await world.project.addresses()).toEqual(expect.arrayContaining([DNS, LOOK, ...world.addressesOf(ALL)]));
    expect(world.changes()).toEqual([]);
    await world.project.destroy();
    expect(await world.project.addresses()).toEqual([]);
    expect(world.held()).toEqual([]);
  });

  test("an OCP that cannot be reached is noticed before it goes", async () => {
    await world.deploy(declare(), LOOKING);
    await world.ocp.stop();
    const { code } = await world.project.destroy([], { OBPROXY_HOOK_TICK_MS: "1" });
    expect(code).not.toBe(0);
    expect(await world.project.addresses()).toEqual(expect.arrayContaining([DNS, LOOK]));
  });

  test("another cluster behind the id is noticed before it goes", async () => {
    await world.deploy(declare(), LOOKING);
    world.ocp.renameCluster(27, "other");
    const { code, output } = await world.project.destroy();
    expect(code).not.toBe(0);
    expect(output).toContain('"other"');
    expect(await world.project.addresses()).toEqual(expect.arrayContaining([DNS, ...world.addressesOf(ALL)]));
    expect(world.changes()).toEqual([]);
  });

  test("preflight before it and the report after it know each object once", async () => {
    await world.deploy(declare(), LOOKING);
    const { env, outPath, path } = world.project;
    const run = async (command: string): Promise<string> => {
      const program = join(REPOSITORY, "dist/cli/main.js");
      const { code, stdout } = await terraform.node(path, [program, command, outPath], {
        ...env,
        XDG_STATE_HOME: path,
      });
      return `${stdout.trimEnd().split("\n").at(-1) ?? ""}; exit code ${code ?? "?"}`;
    };
    expect(await run("preflight")).toMatch(/exit code 0$/);
    expect((await world.project.destroy([], { XDG_STATE_HOME: path })).code).toBe(0);
    expect(await run("report")).toBe("4 objects: 4 deleted; exit code 0");
  });

  test("what has left the code, and has not been deployed since, is in nobody's way", async () => {
    await world.deploy(declare(), LOOKING);
    world.synth(declare([1]), LOOKING);
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.held()).toEqual([]);
  });

  test("it goes first of all, once, and makes no noise in plans", async () => {
    await world.deploy(declare(), LOOKING);
    expect(await world.project.plan()).toMatchObject({ isEmpty: true });
    const { output } = await world.project.destroy();
    expect(output.indexOf(`${LOOK}: Destruction complete`)).toBeLessThan(output.indexOf(`${DNS}: Destroying`));
    expect(output).toMatch(
      /First look at OCP: .* nothing stands against deleting what is declared of 1 OBProxy cluster/,
    );
    expect(world.held()).toEqual([]);
  });

  test("a run after one that failed in the middle does without it", async () => {
    await world.deploy(declare(), LOOKING);
    world.ocp.planWork({ subtaskName: "Stop and uninstall obproxy", fail: 1, tasks: 1 });
    expect((await world.project.destroy()).code).not.toBe(0);
    expect(await world.project.addresses()).toEqual(world.addressesOf(ALL));
    for (const { id } of world.ocp.tasks.filter(({ status }) => status === "FAILED")) {
      world.ocp.retry(id);
      world.ocp.runToEnd(id);
    }
    expect((await world.project.destroy()).code).toBe(0);
    expect(world.held()).toEqual([]);
  });

  test("a deploy that only takes out some of the OBProxies leaves it alone", async () => {
    await world.deploy(declare(), LOOKING);
    const output = await world.deploy(declare([1, 2]), LOOKING);
    expect(output).not.toContain(`${LOOK}: Destroying`);
    expect(world.changes()).toEqual(["DELETE /clusters/27/obproxies/3"]);
  });

  test("with `-target` it goes with what stands in front, and comes back with it", async () => {
    await world.deploy(declare(), LOOKING);
    expect((await world.project.destroy([`-target=${world.address("27/3")}`])).code).toBe(0);
    expect(world.held()).toEqual(["27", "27/1", "27/2"]);
    const addresses = await world.project.addresses();
    expect(addresses).not.toContain(DNS);
    expect(addresses).not.toContain(LOOK);
  });

  test("`-target` of something else takes neither, and asks OCP nothing", async () => {
    await world.deploy(declare(), LOOKING);
    expect((await world.project.destroy(["-target=terraform_data.other"])).code).toBe(0);
    expect(world.ocp.requests).toEqual([]);
    expect(await world.project.addresses()).toEqual(expect.arrayContaining([DNS, LOOK]));
  });

  test("an app that was deployed before there was one gains it, and nothing else changes", async () => {
    await world.deploy(declare());
    world.synth(declare(), LOOKING);
    expect((await world.project.plan()).changes).toEqual([{ address: LOOK, actions: ["create"] }]);
    await world.project.deploy();
    world.synth(declare());
    expect((await world.project.plan()).changes).toMatchObject([{ address: LOOK, actions: ["delete"] }]);
    await world.project.deploy();
    expect(world.ocp.requests).toEqual([]);
  });

  test("where the same deploy takes out everything, nothing is in the way", async () => {
    await world.deploy(declare(), LOOKING);
    await world.deploy(() => undefined, LOOKING);
    expect(world.held()).toEqual([]);
  });
});

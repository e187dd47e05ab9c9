import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Obproxy, ObproxyCluster, OcpProvider } from "../../src/index.js";
import { withEachCarrier } from "../support/carriers.js";
import { startTerraform, type Environment, type Terraform } from "../support/terraform.js";
import { CREDENTIALS, type Declare, everything, orders, World } from "../support/world.js";

/** The built command as a process, between deploy and destroy. What Terraform would forget is in forgotten.test.ts. */

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

test("tells its version", () => {
  const { bin, version } = JSON.parse(readFileSync("package.json", "utf8")) as { bin: object; version: string };
  const [program = ""] = Object.values(bin) as string[];
  expect(execFileSync(process.execPath, [program, "--version"], { encoding: "utf8" })).toBe(`${version}\n`);
});

withEachCarrier("preflight with %s", (carrier) => {
  let world: World;
  beforeAll(async () => {
    world = await World.open(terraform, carrier, { version: "4.3.6" });
    await world.deploy(everything);
  });
  afterAll(async () => {
    const methods = world.ocp.requests.map(({ method }) => method);
    await world.close();
    expect(methods.filter((method) => method !== "GET")).toEqual([]);
  });
  beforeEach(() => {
    world.synth(everything);
    if (world.ocp.cluster(27) !== undefined) world.ocp.removeCluster(27);
    world.ocp.addCluster(orders());
    world.ocp.setPermissions({ readTasks: true });
  });

  const lastLine = (output: string) => output.trimEnd().split("\n").at(-1);

  test("finds nothing wrong in a good world, and shows no secret", async () => {
    const { code, output, stderr } = await world.project.preflight();
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(lastLine(output)).toBe("4 objects: 4 ready, 0 already gone, 0 warnings, 0 problems");
    expect(output).not.toContain(CREDENTIALS.password);
  });

  test("prints one JSON document and nothing else with --json", async () => {
    const { stdout } = await world.project.preflight(["--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ findings: [] });
  });

  test.each<[string, () => void, string]>([
    [
      "a cluster of another name",
      () => {
        world.ocp.renameCluster(27, "payments");
      },
      "payments",
    ],
    [
      "a cluster that is known under another id",
      () => {
        world.ocp.removeCluster(27);
        world.ocp.addCluster({ ...orders(), id: 28 });
      },
      "declare it with clusterId: 28",
    ],
    [
      "an OBProxy that nobody declared",
      () => {
        world.ocp.addObproxy(27, 4);
      },
      "`forceDestroy: true`",
    ],
    [
      "a user who may not read tasks",
      () => {
        world.ocp.setPermissions({ readTasks: false });
      },
      '"Task Center > All"',
    ],
  ])("fails on %s, and says what to do", async (_, happen, remedy) => {
    happen();
    const { code, output } = await world.project.preflight();
    if (world.ocp.cluster(28) !== undefined) world.ocp.removeCluster(28);
    expect(output).toContain(remedy);
    expect(code).toBe(1);
  });

  test.each<[string, Environment, string]>([
    ["credentials are missing", { OCP_USERNAME: "", OCP_PASSWORD: "" }, "no credentials for OCP"],
    ["the password is wrong", { OCP_PASSWORD: "another-password" }, "does not accept the credentials (401)"],
  ])("exits with 2 where %s", async (_, env, text) => {
    const { code, output } = await world.project.preflight([], env);
    expect(code).toBe(2);
    expect(output).toContain(text);
    expect(output).not.toContain("another-password");
  });

  test.each<[string, Declare, string]>([
    [
      "an OBProxy leaves the list",
      (ocp, stack) => {
        const cluster = new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders" });
        new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2] });
      },
      "4 objects: 4 ready, 0 already gone, 0 warnings, 0 problems",
    ],
    [
      "everything is kept",
      (ocp, stack) => {
        const cluster = new ObproxyCluster(stack, "orders", {
          ...{ ocp, clusterId: 27, clusterName: "orders" },
          skipDestroy: true,
        });
        new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3], skipDestroy: true });
      },
      "4 objects: 0 ready, 0 already gone, 4 left alone, 0 warnings, 0 problems",
    ],
    [
      "everything goes to another provider",
      (_ocp, stack) => {
        everything(new OcpProvider(stack, "other", { alias: "other", url: world.ocp.url, carrier }), stack);
      },
      "4 objects: 4 ready, 0 already gone, 0 warnings, 0 problems",
    ],
  ])("sees what is not deployed yet: %s", async (_, declare, summary) => {
    world.synth(declare);
    const { code, output } = await world.project.preflight();
    expect(lastLine(output)).toBe(summary);
    expect(code).toBe(0);
  });
});

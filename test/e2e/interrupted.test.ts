import { join } from "node:path";
import { Carrier } from "../../src/index.js";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import { CliProject } from "../support/project.js";
import { REPOSITORY } from "../support/repository.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { CREDENTIALS, everything, hookEnvironment, orders, World } from "../support/world.js";
import { half, some } from "../support/thorough.js";

/** A destroy that a person, or a CI system, ends in its middle, and the next one. */

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

const STACK = "database-proxies";

/** OCP takes a while over each deletion, so that there is a middle. */
function isSlow(ocp: Simulator): void {
  ocp.planWork({ subtaskName: "Stop and uninstall obproxy", ticks: 25 });
}

function deleteSent(ocp: Simulator): Promise<unknown> {
  return ocp.nextRequest(({ method, status }) => method === "DELETE" && status === 200);
}

function submitted(ocp: Simulator): readonly string[] {
  return ocp.tasks.flatMap(({ obproxyIds }) => obproxyIds).sort();
}

describe.each(some(["SIGINT", "SIGTERM"] as const))("a destroy that is ended by %s while OCP works on it", (signal) => {
  test("is finished by the next one, which sends nothing twice", async () => {
    const world = await World.open(terraform, Carrier.NULL_RESOURCE);
    await world.deploy(everything);
    isSlow(world.ocp);
    const sent = deleteSent(world.ocp);
    const interrupted = await world.project.startDestroy();
    await sent;
    interrupted.signal(signal);
    expect((await interrupted.finished).code).not.toBe(0);
    expect(await world.project.addresses()).toContain(world.address("27"));

    const { code, output } = await world.project.destroy();
    expect(output).toContain("Destroy complete!");
    expect(code).toBe(0);
    expect(world.held()).toEqual([]);
    expect(submitted(world.ocp)).toEqual(["1", "2", "3"]);
    expect(await world.project.addresses()).toEqual([]);
    await world.close();
  });
});

describe("the same of `cdktf destroy`", () => {
  let ocp: Simulator;
  let project: CliProject;
  beforeEach(async () => {
    ocp = await startSimulator({ credentials: CREDENTIALS, tickMs: 20, clusters: [orders()] });
    const tsx = join(REPOSITORY, "node_modules/tsx/dist/cli.mjs");
    project = new CliProject(terraform, {
      app: [process.execPath, tsx, join(REPOSITORY, "main.ts")].map((part) => JSON.stringify(part)).join(" "),
      env: {
        ...hookEnvironment(),
        OCP_URL: ocp.url,
        OBPROXY_CARRIER: Carrier.NULL_RESOURCE,
        OBPROXY_CLUSTER_ID: "27",
        OBPROXY_CLUSTER_NAME: "orders",
        OBPROXY_IDS: "1,2,3",
      },
    });
    expect(await project.cdktf("deploy", "--auto-approve")).toMatchObject({ code: 0 });
    isSlow(ocp);
  });
  afterEach(async () => {
    project.remove();
    await ocp.stop();
  });

  test.each(
    half([
      ["SIGINT to all of it, as a terminal sends it", "SIGINT", "signalAll"],
      ["SIGTERM to `cdktf` alone, as a CI system sends it", "SIGTERM", "signal"],
    ] as const),
  )("ended by %s", async (_, signal, how) => {
    const sent = deleteSent(ocp);
    const interrupted = project.startCdktf("destroy", "--auto-approve");
    await sent;
    interrupted[how](signal);
    // It calls that a success: its exit status is 0.
    await interrupted.finished;
    expect(ocp.clusters).toHaveLength(1);

    const again = await project.cdktf("destroy", "--auto-approve");
    expect(again.code).toBe(0);
    expect(ocp.clusters).toEqual([]);
    expect(submitted(ocp)).toEqual(["1", "2", "3"]);
    expect(await project.addresses(STACK)).toEqual([]);
  });
});

import { join } from "node:path";
import type { Carrier } from "../../src/index.js";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import { withEachCarrier } from "../support/carriers.js";
import { CliProject } from "../support/project.js";
import { REPOSITORY } from "../support/repository.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { CREDENTIALS, hookEnvironment, orders } from "../support/world.js";

const STACK = "database-proxies";

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

/** The example of this repository, run as its `cdktf.json` runs it, with a state of its own. */
function example(ocp: Simulator, carrier: Carrier): CliProject {
  const tsx = join(REPOSITORY, "node_modules/tsx/dist/cli.mjs");
  const app = [process.execPath, tsx, join(REPOSITORY, "main.ts")].map((part) => JSON.stringify(part)).join(" ");
  return new CliProject(terraform, {
    app,
    env: {
      ...hookEnvironment(),
      OCP_URL: ocp.url,
      OBPROXY_CARRIER: carrier,
      OBPROXY_CLUSTER_ID: "27",
      OBPROXY_CLUSTER_NAME: "orders",
      OBPROXY_IDS: "1,2,3",
    },
  });
}

withEachCarrier("the example with %s and the cdktf command line", (carrier) => {
  let ocp: Simulator;
  let project: CliProject;
  beforeEach(async () => {
    ocp = await startSimulator({ credentials: CREDENTIALS, tickMs: 20, clusters: [orders()] });
    project = example(ocp, carrier);
  });
  afterEach(async () => {
    project.remove();
    await ocp.stop();
  });

  test("is deployed, planned and destroyed; a destroy that fails says so by its exit status", async () => {
    const instances = [
      `${carrier}.ocp_obproxies["27/1"]`,
      `${carrier}.ocp_obproxies["27/2"]`,
      `${carrier}.ocp_obproxies["27/3"]`,
      `${carrier}.ocp_obproxy_clusters["27"]`,
    ];
    expect(await project.cdktf("deploy", "--auto-approve")).toMatchObject({ code: 0 });
    expect(ocp.requests).toEqual([]);
    expect(await project.addresses(STACK)).toEqual(expect.arrayContaining(instances));

    const plan = await project.planDestroy(STACK);
    expect(plan.deleted).toEqual(expect.arrayContaining(instances));

    ocp.renameCluster(27, "payments");
    const refused = await project.cdktf("destroy", "--auto-approve");
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain("payments");
    expect(ocp.cluster(27)?.obproxies).toHaveLength(3);

    ocp.renameCluster(27, "orders");
    const destroyed = await project.cdktf("destroy", "--auto-approve");
    expect(destroyed.output).toContain("Destroy complete!");
    expect(destroyed.code).toBe(0);
    expect(ocp.clusters).toEqual([]);
    expect(await project.addresses(STACK)).toEqual([]);
  });
});

import { existsSync } from "node:fs";
import { Carrier, Obproxy, ObproxyCluster } from "../../src/index.js";
import { withEachCarrier } from "../support/carriers.js";
import { commandLinesDuring } from "../support/command-lines.js";
import { filesWith } from "../support/project.js";
import { startTerraform, type Environment, type Terraform } from "../support/terraform.js";
import { World } from "../support/world.js";

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

const PASSWORD = "correct-horse-battery";
const ACCESS_KEY_SECRET = "2fc0c299cc94c6be-of-the-test";

const kinds: readonly (readonly [kind: string, env: Environment, secrets: readonly string[]])[] = [
  [
    "a password",
    { OCP_USERNAME: "teardown", OCP_PASSWORD: PASSWORD },
    [PASSWORD, Buffer.from(`teardown:${PASSWORD}`).toString("base64")],
  ],
  [
    "an access key",
    { OCP_USERNAME: "", OCP_PASSWORD: "", OCP_ACCESS_KEY_ID: "key", OCP_ACCESS_KEY_SECRET: ACCESS_KEY_SECRET },
    [ACCESS_KEY_SECRET],
  ],
];

withEachCarrier("with %s", (carrier) => {
  describe.each(kinds)("%s", (_, env, secrets) => {
    const untouched = { ...process.env };
    let world: World;
    beforeEach(async () => {
      // A program that synthesizes has the secrets around it too.
      Object.assign(process.env, env);
      world = await World.open(terraform, carrier, {
        credentials: { username: "teardown", password: PASSWORD },
        accessKeys: [{ id: "key", secret: ACCESS_KEY_SECRET }],
      });
      await world.deploy((_ocp, stack) => {
        const cluster = new ObproxyCluster(stack, "orders", { clusterId: 27, clusterName: "orders" });
        new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
      });
    });
    afterEach(async () => {
      for (const name of Object.keys(env)) {
        if (untouched[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = untouched[name];
      }
      await world.close();
    });

    const expectNoSecret = (text: string) => {
      for (const secret of secrets) expect(text).not.toContain(secret);
    };
    const expectNoFileHoldsOne = () => {
      const files = world.project.files();
      expect(files.length).toBeGreaterThan(3);
      expect(secrets.flatMap((secret) => filesWith(files, secret))).toEqual([]);
    };

    test("is in no synthesized file, no state and no plan", async () => {
      expectNoFileHoldsOne();
      expectNoSecret(await world.project.stateJson());
      expectNoSecret(await world.project.planJson("-destroy"));
    });

    test("is not in the output of a destroy, nor on the command line of any process, nor left in a file", async () => {
      const destroying = world.project.destroy([], env);
      const seen = [...(await commandLinesDuring(destroying))].join("\n");
      const { code, output } = await destroying;
      expect(code).toBe(0);
      expectNoSecret(output);
      expectNoFileHoldsOne();
      expectNoSecret(seen);
      // It did look: the hook was among the processes.
      if (existsSync("/proc/self/cmdline")) expect(seen).toContain("delete OBProxy cluster 27");
    });
  });
});

test("a secret that OCP writes into the log of a failed task is masked in the output", async () => {
  const credentials = { username: "teardown", password: PASSWORD };
  const world = await World.open(terraform, Carrier.TERRAFORM_DATA, { credentials });
  world.ocp.planWork({ fail: "always", error: `cannot log in with ${PASSWORD} on the host` });
  await world.deploy((ocp, stack) => {
    new Obproxy(stack, "proxies", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [1] });
  });
  const { code, output } = await world.project.destroy([], { OCP_PASSWORD: PASSWORD });
  expect(code).toBe(1);
  expect(output).toContain("cannot log in with");
  expect(output).not.toContain(PASSWORD);
  await world.close();
});

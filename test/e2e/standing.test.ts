import { DataResource } from "cdktf";
import { copyFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Carrier, Obproxy, ObproxyCluster, type OcpProviderProps, WaitFor } from "../../src/index.js";
import { withEachCarrier } from "../support/carriers.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { ALL, CREDENTIALS, type Declare, everything, World } from "../support/world.js";
import { half } from "../support/thorough.js";

/** Nothing that changes in the code, in the library or in OCP makes Terraform replace an object that stands. */

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

const HOOK = "obproxy-hook.cjs";

withEachCarrier("with %s", (carrier) => {
  let world: World;
  const hookDirectory = () => join(world.project.stackPath, "assets/ocp_obproxy_hook/v1");
  const configurationFile = () => join(world.project.stackPath, "cdk.tf.json");

  /** As a later release might write it. */
  const rewriteConfiguration = (...replacements: readonly (readonly [from: string, to: string])[]) => {
    let text = readFileSync(configurationFile(), "utf8");
    for (const [from, to] of replacements) {
      expect(text).toContain(from);
      text = text.replaceAll(from, to);
    }
    writeFileSync(configurationFile(), text);
  };
  const changeHookFile = () => {
    const hook = join(hookDirectory(), HOOK);
    renameSync(hook, join(hookDirectory(), "former.cjs"));
    writeFileSync(hook, 'console.log("the hook of another release"); require("./former.cjs");\n');
  };
  const destroyEverything = async (env = {}) => {
    const { code, output } = await world.project.destroy([], env);
    expect(output).toContain("Destroy complete!");
    expect(code).toBe(0);
    expect(world.held()).toEqual([]);
    return output;
  };

  describe("No changes, whatever differs from what was deployed:", () => {
    beforeAll(async () => {
      world = await World.open(terraform, carrier);
      await world.deploy(everything);
    });
    afterAll(() => world.close());
    afterEach(() => {
      expect(world.ocp.requests).toEqual([]);
    });

    test.each<[string, OcpProviderProps]>(
      half([
        ["the URL", { url: "https://elsewhere.example.com/ocp" }],
        ["the names of the credentials", { envPrefix: "OCP_EU" }],
        ["timeouts", { timeouts: { delete: "90m" } }],
        ["retries", { taskRetries: 3 }],
        ["what is waited for", { waitFor: WaitFor.OBJECT }],
        ["the check of certificates", { insecureSkipVerify: true }],
        ["the certificate", { caFile: join(__dirname, "../simulator/tls/cert.pem") }],
      ]),
    )("%s", async (_, props) => {
      world.synth(everything, props);
      expect(await world.project.plan()).toMatchObject({ changes: [], moved: [] });
    });

    test.each<[string, Declare]>([
      [
        "guards of the objects",
        (ocp, stack) => {
          const props = { ocp, clusterId: 27, clusterName: "orders", forceDestroy: true };
          new Obproxy(stack, "proxies", { cluster: new ObproxyCluster(stack, "orders", props), obproxyIds: [1, 2, 3] });
        },
      ],
    ])("%s", async (_, changed) => {
      world.synth(changed);
      expect(await world.project.plan()).toMatchObject({ changes: [], moved: [] });
    });

    test.each<[string, Declare, number, readonly string[]]>(
      half([
        [
          "settings of the objects",
          (ocp, stack) => {
            const timeouts = { delete: "5m" };
            const props = { ocp, clusterId: 27, clusterName: "orders", timeouts };
            const cluster = new ObproxyCluster(stack, "orders", props);
            new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3], skipHostOperation: true, timeouts });
          },
          4,
          [
            ...["1", "2", "3"].map((id) => `terraform_data.ocp_obproxies_remembered["27/${id}"]`),
            "terraform_data.ocp_obproxy_settings",
          ],
        ],
        [
          "the name of the cluster, or that any will do",
          (ocp, stack) => {
            const cluster = new ObproxyCluster(stack, "c", {
              ocp,
              clusterId: 27,
              clusterName: ObproxyCluster.ANY_NAME,
            });
            new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
          },
          4,
          [],
        ],
      ]),
    )("%s, but for what is kept of it for the hooks", async (_, changed, updates, records) => {
      world.synth(changed);
      const { changes, updated } = await world.project.plan();
      if (carrier === Carrier.TERRAFORM_DATA) {
        expect(updated).toHaveLength(updates);
        expect(changes).toHaveLength(updates);
      } else {
        expect(changes.map(({ actions, address }) => [address, actions])).toEqual(
          records.map((record) => [record, ["create"]]),
        );
      }
    });

    test("the hook file of another release of the library", async () => {
      world.synth(everything);
      changeHookFile();
      expect(await world.project.plan()).toMatchObject({ changes: [], moved: [] });
    });

    test("the path, the environment and the sentence of the hook", async () => {
      world.synth(everything);
      renameSync(hookDirectory(), join(hookDirectory(), "../v2"));
      rewriteConfiguration(
        ["ocp_obproxy_hook/v1", "ocp_obproxy_hook/v2"],
        ['"command": "delete OBProxy', '"command": "take down OBProxy'],
        ['"environment": {', '"environment": { "OBPROXY_HOOK_NEW": "since the next release",'],
      );
      expect(await world.project.plan()).toMatchObject({ changes: [], moved: [] });
    });

    test("what the objects depend on", async () => {
      world.synth((ocp, stack) => {
        const network = new DataResource(stack, "network");
        const cluster = new ObproxyCluster(stack, "orders", {
          ...{ ocp, clusterId: 27, clusterName: "orders" },
          dependsOn: [network],
        });
        new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3], dependsOn: [network] });
      });
      expect((await world.project.plan()).changes).toEqual([
        expect.objectContaining({ address: "terraform_data.network", actions: ["create"] }),
      ]);
    });

    test("protection, but for the blocks that stand for it", async () => {
      world.synth((ocp, stack) => {
        const cluster = new ObproxyCluster(stack, "orders", {
          ...{ ocp, clusterId: 27, clusterName: "orders" },
          preventDestroy: true,
        });
        new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
      });
      expect((await world.project.plan()).changes).toEqual([
        expect.objectContaining({ address: "terraform_data.ocp_protected_27", actions: ["create"] }),
      ]);
    });
  });

  describe("what the code says now holds at destroy, without a deploy between:", () => {
    beforeEach(async () => {
      world = await World.open(terraform, carrier);
      await world.deploy(everything);
    });
    afterEach(() => world.close());

    test("the hook of the library that is installed now", async () => {
      world.synth(everything);
      changeHookFile();
      expect(await destroyEverything()).toContain("the hook of another release");
    });

    test("the names of the credentials", async () => {
      world.synth(everything, { envPrefix: "OCP_EU" });
      const { username, password } = CREDENTIALS;
      const former = { OCP_USERNAME: "", OCP_PASSWORD: "" };
      await destroyEverything({ ...former, OCP_EU_USERNAME: username, OCP_EU_PASSWORD: password });
    });

    test("the name of a cluster that was renamed, in OCP and in the code", async () => {
      world.ocp.renameCluster(27, "orders-eu");
      world.synth((ocp, stack) => {
        const cluster = new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders-eu" });
        new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
      });
      await destroyEverything();
    });
  });

  describe("the name of the last deploy that the carrier can hold", () => {
    beforeEach(async () => {
      world = await World.open(terraform, carrier);
    });
    afterEach(() => world.close());

    test("guards what has left the code; after a rename it has to be declared again, as the failure says", async () => {
      const renamed: Declare = (ocp, stack) => {
        const cluster = new ObproxyCluster(stack, "orders", { ocp, clusterId: 27, clusterName: "orders-eu" });
        new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
      };
      await world.deploy(everything);
      world.ocp.renameCluster(27, "orders-eu");
      await world.deploy(renamed);
      world.synth(() => undefined);
      const { code, output } = await world.project.apply();
      if (carrier === Carrier.TERRAFORM_DATA) {
        expect(code).toBe(0);
        expect(world.held()).toEqual([]);
        return;
      }
      expect(code).toBe(1);
      expect(output.replace(/\s+/g, " ")).toMatch(/declare OBProxy 27\/\d again with clusterName: "?orders-eu/);
      expect(world.held()).toEqual(ALL);
      expect(await world.project.addresses()).toEqual(expect.arrayContaining([...world.addressesOf(ALL)]));
      world.synth(renamed);
      await destroyEverything();
    });
  });

  describe("`-replace=`", () => {
    beforeEach(async () => {
      world = await World.open(terraform, carrier);
      await world.deploy(everything);
    });
    afterEach(() => world.close());

    test("runs the hook of the object that it names, and of no other", async () => {
      expect((await world.project.apply(`-replace=${world.address("27/2")}`)).code).toBe(0);
      expect(world.changes()).toEqual(["DELETE /clusters/27/obproxies/2"]);
      expect(await world.project.addresses()).toEqual(world.addressesOf(ALL));
      await destroyEverything();
    });

    test("of a hook that fails creates nothing and keeps the object in the state", async () => {
      world.ocp.renameCluster(27, "payments");
      const before = await world.project.state();
      expect((await world.project.apply(`-replace=${world.address("27/2")}`)).code).toBe(1);
      expect(await world.project.state()).toEqual(before);
      expect(world.held()).toEqual(ALL);
    });
  });

  describe("files of the stack that are not what they were", () => {
    beforeEach(async () => {
      world = await World.open(terraform, carrier);
      await world.deploy(everything);
    });
    afterEach(() => world.close());

    const expectNothingDone = async () => {
      expect(world.ocp.requests).toEqual([]);
      expect(await world.project.addresses()).toEqual(world.addressesOf(ALL));
    };

    test("a hook that is missing fails the preflight and the destroy, and the state keeps everything", async () => {
      const hook = join(hookDirectory(), HOOK);
      copyFileSync(hook, join(world.project.path, HOOK));
      renameSync(hook, join(hookDirectory(), "gone"));
      const preflight = await world.project.preflight();
      expect(preflight.code).toBe(1);
      expect(preflight.output).toContain("synthesize again");
      world.ocp.clearRequests();
      const { code, output } = await world.project.destroy();
      expect(code).toBe(1);
      expect(output).toContain(HOOK);
      await expectNothingDone();
    });

    test("settings that are missing fail the destroy, which says to synthesize again", async () => {
      renameSync(join(hookDirectory(), "settings.json"), join(hookDirectory(), "gone"));
      const { code, output } = await world.project.destroy();
      expect(code).toBe(1);
      expect(output).toContain("synthesize again");
      await expectNothingDone();
    });

    test("a saved plan works after another synth, with the settings of that synth", async () => {
      await world.project.plan("-destroy");
      world.synth((ocp, stack) => {
        new Obproxy(stack, "proxies", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [1, 2] });
        new Obproxy(stack, "kept", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [3], skipDestroy: true });
      });
      const { output } = await world.project.run(["apply", "-no-color", join(world.project.path, "plan.bin")]);
      expect(output).toContain("skipDestroy is set on stack/kept");
      expect(world.held()).toEqual(["27", "27/3"]);
    });

    test("a saved plan whose files were cleaned away fails, and the state keeps everything", async () => {
      await world.project.plan("-destroy");
      renameSync(hookDirectory(), join(hookDirectory(), "../gone"));
      const { code } = await world.project.run(["apply", "-no-color", join(world.project.path, "plan.bin")]);
      expect(code).toBe(1);
      await expectNothingDone();
    });

    test("Terraform that is started from another directory finds the hook all the same", async () => {
      const args = [`-chdir=${world.project.stackPath}`, "destroy", "-auto-approve", "-no-color", "-input=false"];
      const { code, output } = await terraform.terraform(world.project.path, args, world.project.env);
      expect(output).toContain("Destroy complete!");
      expect(code).toBe(0);
      expect(world.held()).toEqual([]);
    });
  });
});

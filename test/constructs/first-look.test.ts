import {
  DataResource,
  TerraformElement,
  TerraformHclModule,
  TerraformLocal,
  TerraformOutput,
  type TerraformStack,
} from "cdktf";
import { Carrier, ObproxyCluster, OcpProvider } from "../../src/index.js";
import { type Block, orders, synthesize, testStack } from "./support/app.js";

function firstLook(stack: TerraformStack, alias = "ocp"): Block | undefined {
  return synthesize(stack).configuration.resource["terraform_data"]?.[`${alias}_first_look`];
}

describe.each([Carrier.NULL_RESOURCE, Carrier.TERRAFORM_DATA])("with %s, the first look", (carrier) => {
  let stack: TerraformStack;
  beforeEach(() => {
    stack = testStack();
  });

  test("is not there where nothing stands in front of the objects", () => {
    const { ocp } = orders(stack, { carrier, lookFirst: true });
    new DataResource(stack, "other");
    new TerraformOutput(stack, "output", { value: "${terraform_data.other.id}" });
    expect(ocp.node.tryFindChild("first_look")).toBeDefined();
    expect(firstLook(stack)).toBeUndefined();
  });

  test("waits for what waits for the objects, however many steps away, and for nothing else", () => {
    const { cluster, proxies } = orders(stack, { carrier, lookFirst: true });
    const dns = new DataResource(stack, "dns", { dependsOn: [proxies] });
    const name = new TerraformLocal(stack, "name", `a-\${${dns.fqn}.id}`);
    new DataResource(stack, "monitor", { input: { name: name.asString } });
    new DataResource(stack, "backup", { dependsOn: [cluster] });
    new DataResource(stack, "other");
    new TerraformHclModule(stack, "module", {
      source: "./m",
      dependsOn: [proxies],
      skipAssetCreationFromLocalModules: true,
    });
    const block = firstLook(stack);
    expect(block?.depends_on).toEqual([
      "module.module",
      "terraform_data.backup",
      "terraform_data.dns",
      "terraform_data.monitor",
    ]);
    expect(block?.provisioner?.[0]["local-exec"]).toMatchObject({
      when: "destroy",
      environment: { OBPROXY_HOOK_KIND: "first-look", OBPROXY_HOOK_STACK: "stack", OBPROXY_HOOK_PROVIDER: "ocp" },
    });
  });

  test("is written the same each time, and in HCL", () => {
    const { proxies } = orders(stack, { carrier, lookFirst: true });
    new DataResource(stack, "dns", { dependsOn: [proxies] });
    const once = firstLook(stack);
    expect(firstLook(stack)).toEqual(once);
    const { hcl } = stack.toHclTerraform() as { hcl: string };
    expect(hcl.replace(/\s+/g, " ")).toMatch(/"ocp_first_look" {.*depends_on = \[ "?\$?{?terraform_data\.dns/);
  });

  test("counts the blocks of another provider as ours, not as something in front", () => {
    const { cluster } = orders(stack, { carrier, lookFirst: true });
    const other = new OcpProvider(stack, "other", { alias: "other", url: "https://other", carrier, lookFirst: true });
    new ObproxyCluster(stack, "elsewhere", { ocp: other, clusterId: 5, clusterName: "e", dependsOn: [cluster] });
    expect(firstLook(stack)).toBeUndefined();
    expect(firstLook(stack, "other")).toBeUndefined();
  });

  test("is there for each provider whose objects have something in front", () => {
    const { proxies } = orders(stack, { carrier, lookFirst: true });
    const other = new OcpProvider(stack, "other", { alias: "other", url: "https://other", carrier, lookFirst: true });
    const cluster = new ObproxyCluster(stack, "elsewhere", { ocp: other, clusterId: 5, clusterName: "e" });
    new DataResource(stack, "dns", { dependsOn: [proxies] });
    new DataResource(stack, "dns-of-other", { dependsOn: [cluster] });
    expect(firstLook(stack)?.depends_on).toEqual(["terraform_data.dns"]);
    expect(firstLook(stack, "other")?.depends_on).toEqual(["terraform_data.dns-of-other"]);
  });

  test("is only there where it was asked for", () => {
    const { proxies } = orders(stack, { carrier });
    new DataResource(stack, "dns", { dependsOn: [proxies] });
    expect(firstLook(stack)).toBeUndefined();
  });

  test("does not see what an element of another kind writes", () => {
    orders(stack, { carrier, lookFirst: true });
    new (class extends TerraformElement {
      override toTerraform(): unknown {
        return {
          check: {
            health: { assert: [{ condition: `\${length(${carrier}.ocp_obproxies) > 0}`, error_message: "x" }] },
          },
        };
      }
    })(stack, "check");
    expect(firstLook(stack)).toBeUndefined();
  });
});

test("lookFirst has to be true or false", () => {
  const props = { lookFirst: "no" } as unknown as ConstructorParameters<typeof OcpProvider>[2];
  expect(() => new OcpProvider(testStack(), "ocp", props)).toThrow(/lookFirst/);
});

import { TerraformVariable } from "cdktf";
import { Carrier, Obproxy, ObproxyCluster, type ObproxyProps, OcpProvider } from "../../src/index.js";
import { movesOf, orders, synthesize, testStack, warningsOf } from "./support/app.js";

const carriers = [Carrier.NULL_RESOURCE, Carrier.TERRAFORM_DATA] as const;

describe.each(carriers)("with the carrier %s", (carrier) => {
  test("an object with skipDestroy lies in a block of its own, without a hook", () => {
    const stack = testStack();
    const { cluster } = orders(stack, { carrier });
    new Obproxy(stack, "kept", { cluster, obproxyIds: [9], skipDestroy: true });
    const { locals, resource } = synthesize(stack).configuration;
    expect(Object.keys(locals["ocp_obproxies"]!)).toEqual(["27/1", "27/3"]);
    expect(Object.keys(locals["ocp_obproxies_kept"]!)).toEqual(["27/9"]);
    const kept = resource[carrier]!["ocp_obproxies_kept"]!;
    expect(kept["for_each"]).toBe("${local.ocp_obproxies_kept}");
    expect(kept.provisioner).toBeUndefined();
    // Without anything that is kept null_resource needs none.
    expect(locals["ocp_obproxy_clusters_kept"]).toEqual(carrier === Carrier.NULL_RESOURCE ? undefined : {});
  });

  test("an object that is kept goes to that block, all others come back from it", () => {
    const stack = testStack();
    new OcpProvider(stack, "ocp", { carrier });
    const cluster = new ObproxyCluster(stack, "c", { clusterId: 27, clusterName: "orders", skipDestroy: true });
    new Obproxy(stack, "p", { cluster, obproxyIds: [1] });
    expect(movesOf(stack)).toEqual(
      expect.arrayContaining([
        `${carrier}.ocp_obproxy_clusters["27"] -> ${carrier}.ocp_obproxy_clusters_kept["27"]`,
        `${carrier}.ocp_obproxies_kept["27/1"] -> ${carrier}.ocp_obproxies["27/1"]`,
      ]),
    );
  });

  test("an object with preventDestroy has a block beside it that follows its replacement", () => {
    const stack = testStack();
    new OcpProvider(stack, "ocp", { carrier });
    const props = { clusterId: 27, clusterName: "orders", preventDestroy: true };
    const cluster = new ObproxyCluster(stack, "c", props);
    new Obproxy(stack, "p", { cluster, obproxyIds: [3], preventDestroy: true });
    // An update in place is no replacement.
    const part = carrier === Carrier.TERRAFORM_DATA ? ".id" : "";
    const following = (address: string) => ({
      lifecycle: { prevent_destroy: true, replace_triggered_by: [`${carrier}.${address}${part}`] },
    });
    expect(synthesize(stack).configuration.resource["terraform_data"]).toMatchObject({
      ocp_protected_27: following('ocp_obproxy_clusters["27"]'),
      ocp_protected_27_3: following('ocp_obproxies["27/3"]'),
    });
  });
});

test("an object that is kept needs no protection: no plan deletes it", () => {
  const stack = testStack();
  const { cluster } = orders(stack);
  new Obproxy(stack, "p", { cluster, obproxyIds: [9], skipDestroy: true, preventDestroy: true });
  expect(synthesize(stack).configuration.resource["terraform_data"]).not.toHaveProperty("ocp_protected_27_9");
});

test("kept OBProxies in a cluster that is not kept warn", () => {
  const stack = testStack();
  const { cluster } = orders(stack);
  const kept = new Obproxy(stack, "kept", { cluster, obproxyIds: [9], skipDestroy: true });
  expect(warningsOf(kept)).toEqual([
    "skipDestroy keeps these OBProxies, but not their cluster, stack/orders, which cannot be deleted as long as they are in it. Set skipDestroy there too, unless they leave the cluster in OCP before it is destroyed.",
  ]);
});

test("an object may have come from any provider of the stack with the same OCP, and from no other", () => {
  const stack = testStack();
  const a = new OcpProvider(stack, "a", { alias: "a", url: "https://ocp.example.com" });
  new OcpProvider(stack, "b", { alias: "b", url: "https://ocp.example.com/" });
  new OcpProvider(stack, "c", { alias: "c", url: "https://other.example.com" });
  new ObproxyCluster(stack, "orders", { ocp: a, clusterId: 27, clusterName: "orders" });
  const address = (block: string): string => `null_resource.${block}["27"]`;
  expect(movesOf(stack)).toEqual([
    `${address("b_obproxy_clusters_kept")} -> ${address("b_obproxy_clusters")}`,
    `${address("b_obproxy_clusters")} -> ${address("a_obproxy_clusters_kept")}`,
    `${address("a_obproxy_clusters_kept")} -> ${address("a_obproxy_clusters")}`,
  ]);
});

test("ids that only Terraform knows, with two providers of one OCP, are warned of where they may mean the same", () => {
  const warnings = (other: Partial<ObproxyProps>, url?: string): readonly string[] => {
    const stack = testStack();
    const id = (name: string) => new TerraformVariable(stack, name, { type: "number" }).numberValue;
    const home = { clusterId: 27, clusterName: "orders" };
    const a = new OcpProvider(stack, "a");
    const b = new OcpProvider(stack, "b", { alias: "b", ...(url === undefined ? {} : { url }) });
    new Obproxy(stack, "p", { ocp: a, ...home, obproxyIds: [id("one")] });
    new Obproxy(stack, "q", { ocp: b, ...home, obproxyIds: [id("two")], ...other });
    synthesize(stack);
    return warningsOf(a);
  };
  expect(warnings({})).toEqual([expect.stringMatching(/stack\/p and, .* stack\/q have ids that only Terraform knows/)]);
  expect(warnings({ obproxyIds: [3] })).toEqual([]);
  expect(warnings({ clusterId: 28, clusterName: "billing" })).toEqual([]);
  expect(warnings({}, "https://ocp.example.com")).toEqual([]);
});

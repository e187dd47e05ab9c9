import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Carrier } from "../../src/index.js";
import { type Block, type Configuration, orders, synthesize, testStack } from "./support/app.js";

const carriers = [Carrier.NULL_RESOURCE, Carrier.TERRAFORM_DATA] as const;

describe.each(carriers)("a stack with the carrier %s", (carrier) => {
  function configuration(): Configuration {
    const stack = testStack();
    orders(stack, { carrier, url: "https://ocp.example.com" });
    return synthesize(stack).configuration;
  }

  const attribute = carrier === Carrier.NULL_RESOURCE ? "triggers" : "triggers_replace";

  function block(name: string): Block {
    return configuration().resource[carrier]![name]!;
  }

  function hook(name: string): Readonly<Record<string, unknown>> {
    return block(name).provisioner![0]["local-exec"];
  }

  test("is, in what concerns Terraform, as its golden file says", () => {
    const { locals, moved, provider, resource } = configuration();
    const golden = readFileSync(join(__dirname, "golden", `${carrier}.json`), "utf8");
    expect({ locals, moved, provider: provider ?? {}, resource }).toEqual(JSON.parse(golden));
  });

  test("has its objects at the frozen addresses", () => {
    const { locals, resource } = configuration();
    expect(block("ocp_obproxy_clusters")["for_each"]).toBe("${local.ocp_obproxy_clusters}");
    expect(block("ocp_obproxies")["for_each"]).toBe("${local.ocp_obproxies}");
    expect(Object.keys(resource[carrier]!)).toEqual(["ocp_obproxies", "ocp_obproxy_clusters"]);
    expect(Object.keys(locals["ocp_obproxy_clusters"]!)).toEqual(["27"]);
    expect(Object.keys(locals["ocp_obproxies"]!)).toEqual(["27/1", "27/3"]);
  });

  test("has exactly the frozen trigger keys", () => {
    const { locals } = configuration();
    expect(block("ocp_obproxy_clusters")[attribute]).toEqual({
      cluster_id: "${each.key}",
      cluster_name: "${each.value}",
    });
    expect(block("ocp_obproxies")[attribute]).toEqual({
      cluster_id: '${regex("^([0-9]+)/[0-9]+$", each.key)[0]}',
      cluster_name: "${each.value}",
      obproxy_id: '${regex("^[0-9]+/([0-9]+)$", each.key)[0]}',
    });
    expect(locals["ocp_obproxy_clusters"]).toEqual({ "27": "orders" });
    expect(locals["ocp_obproxies"]).toEqual({ "27/1": "orders", "27/3": "orders" });
  });

  test("uses in its hooks only triggers that exist, because Terraform checks that no earlier than at destroy", () => {
    for (const name of ["ocp_obproxy_clusters", "ocp_obproxies"]) {
      const used = [...JSON.stringify(hook(name)).matchAll(/self\.(\w+)\.(\w+)/g)];
      expect(new Set(used.map(([, where]) => where))).toEqual(new Set([attribute]));
      expect(new Set(used.map(([, , key]) => key))).toEqual(new Set(Object.keys(block(name)[attribute]!)));
    }
  });

  test("starts node without a shell, with a sentence for people as the last argument", () => {
    expect(hook("ocp_obproxies")).toMatchObject({
      when: "destroy",
      interpreter: ["node", "${path.module}/assets/ocp_obproxy_hook/v1/obproxy-hook.cjs"],
      command: `delete OBProxy \${self.${attribute}.obproxy_id} of OBProxy cluster \${self.${attribute}.cluster_id}`,
    });
    expect(hook("ocp_obproxy_clusters")["command"]).toBe(`delete OBProxy cluster \${self.${attribute}.cluster_id}`);
  });

  test("never replaces an object because of its name", () => {
    const ignored = carrier === Carrier.NULL_RESOURCE ? 'triggers["cluster_name"]' : "triggers_replace";
    expect(block("ocp_obproxies").lifecycle).toEqual({ ignore_changes: [ignored] });
    expect(block("ocp_obproxy_clusters").lifecycle).toEqual({ ignore_changes: [ignored] });
  });

  test("destroys OBProxies before clusters", () => {
    expect(block("ocp_obproxies").depends_on).toEqual([`${carrier}.ocp_obproxy_clusters`]);
    expect(block("ocp_obproxy_clusters").depends_on).toBeUndefined();
  });

  test("says nothing of the URL to Terraform", () => {
    expect(JSON.stringify(configuration())).not.toContain("ocp.example.com");
  });
});

test("null_resource stands beside empty blocks of terraform_data that refuse what a stack may still hold there", () => {
  const stack = testStack();
  orders(stack);
  const barrier = { count: 0, lifecycle: { prevent_destroy: true } };
  expect(synthesize(stack).configuration.resource["terraform_data"]).toEqual({
    ocp_obproxies: barrier,
    ocp_obproxy_clusters: barrier,
  });
});

test("terraform_data takes over what a stack holds as null_resource", () => {
  const stack = testStack();
  orders(stack, { carrier: Carrier.TERRAFORM_DATA });
  expect(synthesize(stack).configuration.moved).toEqual(
    expect.arrayContaining([
      { from: "null_resource.ocp_obproxies", to: "terraform_data.ocp_obproxies" },
      { from: "null_resource.ocp_obproxy_clusters", to: "terraform_data.ocp_obproxy_clusters" },
    ]),
  );
});

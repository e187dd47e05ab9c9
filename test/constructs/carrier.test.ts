import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformVariable } from "cdktf";
import { Carrier, Obproxy, ObproxyCluster, OcpProvider } from "../../src/index.js";
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
    const kept = carrier === Carrier.TERRAFORM_DATA ? ["ocp_obproxies_kept", "ocp_obproxy_clusters_kept"] : [];
    expect(Object.keys(resource[carrier]!).sort()).toEqual(["ocp_obproxies", "ocp_obproxy_clusters", ...kept].sort());
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
      command:
        'delete OBProxy ${try(split("/", each.key)[1], "")} of OBProxy cluster ${try(split("/", each.key)[0], "")}',
    });
    expect(hook("ocp_obproxy_clusters")["command"]).toBe("delete OBProxy cluster ${each.key}");
  });

  test("never replaces an object because of its name", () => {
    const ignored = carrier === Carrier.NULL_RESOURCE ? 'triggers["cluster_name"]' : "triggers_replace";
    expect(block("ocp_obproxies").lifecycle).toMatchObject({ ignore_changes: [ignored] });
    expect(block("ocp_obproxy_clusters").lifecycle).toMatchObject({ ignore_changes: [ignored] });
  });

  test("destroys OBProxies before clusters", () => {
    expect(block("ocp_obproxies").depends_on).toEqual([`${carrier}.ocp_obproxy_clusters`]);
    expect(block("ocp_obproxy_clusters").depends_on).toBeUndefined();
  });

  test("says nothing of the URL to Terraform", () => {
    expect(JSON.stringify(configuration())).not.toContain("ocp.example.com");
  });
});

describe("where only Terraform knows an id or a name", () => {
  const declared = (carrier: Carrier) => {
    const stack = testStack();
    new OcpProvider(stack, "ocp", { carrier });
    const variable = (name: string) => new TerraformVariable(stack, name, { type: "any" });
    const props = { clusterId: variable("id").numberValue, clusterName: variable("name").stringValue };
    const cluster = new ObproxyCluster(stack, "orders", props);
    new Obproxy(stack, "proxies", { cluster, obproxyIds: [1] });
    return synthesize(stack).configuration;
  };

  test.each(carriers)("conditions check it and name its construct, with %s", (carrier) => {
    const { locals, resource } = declared(carrier);
    expect(locals).toMatchObject({
      ocp_obproxies_paths: { "${var.id}/1": "stack/proxies" },
      ocp_obproxy_clusters_paths: { "${var.id}": "stack/orders" },
    });
    for (const name of ["ocp_obproxies", "ocp_obproxy_clusters"]) {
      const messages = JSON.stringify(resource[carrier]![name]!.lifecycle!["precondition"]);
      expect(messages).toContain(`local.${name}_paths[each.key]`);
      expect(messages).toContain("would be '${each.key}'");
    }
  });

  test("null_resource keeps a change of the name from having no effect, in a destroy too", () => {
    const { locals, resource } = declared(Carrier.NULL_RESOURCE);
    expect(resource["null_resource"]!["ocp_obproxies"]!.lifecycle!["postcondition"]).toHaveLength(1);
    expect(locals["ocp_obproxies_names_unchanged"]).toContain("null_resource.ocp_obproxies[key].triggers.cluster_name");
    expect(declared(Carrier.TERRAFORM_DATA).locals).not.toHaveProperty("ocp_obproxies_names_unchanged");
  });
});

test("settings that a hook needs after its object has left travel in what is updated in place, or are told by the plan", () => {
  const declared = (carrier: Carrier) => {
    const stack = testStack();
    const { cluster } = orders(stack, { carrier });
    new Obproxy(stack, "offline", { cluster, obproxyIds: [5], skipHostOperation: true, timeouts: { delete: "2h" } });
    return synthesize(stack).configuration;
  };
  const updated = declared(Carrier.TERRAFORM_DATA);
  expect(updated.locals["ocp_obproxies_settings"]).toEqual({
    "27/5": { skip_host_operation: "true", delete_timeout: "2h" },
  });
  expect(updated.resource["terraform_data"]!["ocp_obproxies"]!["input"]).toBe(
    "${merge({ cluster_name = each.value }, try(local.ocp_obproxies_settings[each.key], {}))}",
  );
  const told = declared(Carrier.NULL_RESOURCE);
  expect(told.locals).not.toHaveProperty("ocp_obproxies_settings");
  expect(told.resource["terraform_data"]!["ocp_obproxy_settings"]).toEqual({
    input: {
      "OBProxy 27/5":
        "skipHostOperation, timeouts.delete 2h: lost when it leaves the code; destroy it while it is declared (-target)",
    },
  });
});

test("null_resource stands beside empty blocks of terraform_data that refuse what a stack may still hold there", () => {
  const stack = testStack();
  orders(stack);
  const barrier = { count: 0, lifecycle: { prevent_destroy: true } };
  expect(synthesize(stack).configuration.resource["terraform_data"]).toMatchObject({
    ocp_obproxies: barrier,
    ocp_obproxy_clusters: barrier,
  });
});

test("null_resource stands beside blocks that remember the last name where it is not the first", () => {
  const stack = testStack();
  const { cluster } = orders(stack);
  new Obproxy(stack, "offline", { cluster, obproxyIds: [5], skipHostOperation: true });
  const id = new TerraformVariable(stack, "id", { type: "number" }).numberValue;
  new Obproxy(stack, "by-variable", { cluster, obproxyIds: [id] });
  const name = new TerraformVariable(stack, "name", { type: "string" }).stringValue;
  new Obproxy(stack, "named-by-variable", { clusterId: 28, clusterName: name, obproxyIds: [6] });
  const { locals, resource } = synthesize(stack).configuration;
  expect(locals["ocp_obproxies_remembered"]).toContain(
    'local.ocp_obproxies[key] != null_resource.ocp_obproxies[key].triggers["cluster_name"]',
  );
  expect(locals["ocp_obproxies_remembered"]).toContain('setintersection(["27/5"], keys(null_resource.ocp_obproxies))');
  // A change of such a name fails the plan.
  expect(locals["ocp_obproxies_remembered"]).toContain("keys(local.ocp_obproxies_names))");
  expect(locals["ocp_obproxy_clusters_remembered"]).not.toMatch(/skip|names/);
  for (const block of ["ocp_obproxies_remembered", "ocp_obproxy_clusters_remembered"]) {
    expect(resource["terraform_data"]![block]).toMatchObject({
      for_each: `\${local.${block}}`,
      input: "${each.value}",
    });
  }
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

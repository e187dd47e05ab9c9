import {
  App,
  Aspects,
  type IAspect,
  type LocalExecProvisioner,
  TerraformResource,
  type TerraformResourceLifecycle,
  type TerraformStack,
} from "cdktf";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Carrier, Obproxy, OcpProvider } from "../../src/index.js";
import { type Block, orders, synthesize, testApp, testStack } from "./support/app.js";

const carriers = [Carrier.NULL_RESOURCE, Carrier.TERRAFORM_DATA];

/** Does something to every resource of the stack, as the rules of a company do. */
function everywhere(stack: TerraformStack, visit: (resource: TerraformResource) => void): void {
  const aspect: IAspect = {
    visit: (node) => {
      if (TerraformResource.isTerraformResource(node)) visit(node);
    },
  };
  Aspects.of(stack).add(aspect);
}

function declared(carrier: Carrier): TerraformStack {
  const stack = testStack();
  orders(stack, { carrier });
  return stack;
}

function withLifecycle(carrier: Carrier, lifecycle: TerraformResourceLifecycle): TerraformStack {
  const stack = declared(carrier);
  everywhere(stack, (resource) => {
    resource.lifecycle = lifecycle;
  });
  return stack;
}

function blockOf(stack: TerraformStack, carrier: Carrier): Block {
  return synthesize(stack).configuration.resource[carrier]!["ocp_obproxies"]!;
}

describe.each(carriers)("with %s, what an Aspect sets on all resources", (carrier) => {
  const own = carrier === Carrier.NULL_RESOURCE ? 'triggers["cluster_name"]' : "triggers_replace";

  test("is joined with what keeps objects from being replaced", () => {
    const { lifecycle } = blockOf(
      withLifecycle(carrier, { preventDestroy: false, createBeforeDestroy: false, ignoreChanges: ["tags", "id"] }),
      carrier,
    );
    expect(lifecycle).toMatchObject({ prevent_destroy: false, ignore_changes: [own, "id"] });
  });

  test("is joined with the checks of names and ids", () => {
    const mine = { condition: "${true}", errorMessage: "mine" };
    const plain = blockOf(declared(carrier), carrier).lifecycle?.["postcondition"] ?? [];
    const { lifecycle } = blockOf(withLifecycle(carrier, { postcondition: [mine] }), carrier);
    expect(lifecycle?.["postcondition"]).toEqual([
      ...(plain as unknown[]),
      { condition: mine.condition, error_message: mine.errorMessage },
    ]);
  });

  test("is joined with the hook and with what its objects wait for", () => {
    const stack = declared(carrier);
    const mine: LocalExecProvisioner = { type: "local-exec", command: "true" };
    everywhere(stack, (resource) => {
      if (resource.terraformResourceType !== (carrier as string)) return;
      resource.provisioners = [mine];
      if (resource.friendlyUniqueId === "ocp_obproxies") resource.dependsOn = ["terraform_data.other"];
    });
    const block = blockOf(stack, carrier);
    expect(block.provisioner).toHaveLength(2);
    expect(block.provisioner?.[0]["local-exec"]["when"]).toBe("destroy");
    expect(block.depends_on).toEqual([`${carrier}.ocp_obproxy_clusters`, "terraform_data.other"]);
  });

  test("does not disarm the blocks that stand beside the objects", () => {
    const stack = withLifecycle(carrier, { preventDestroy: false, ignoreChanges: ["tags"] });
    const { resource } = synthesize(stack).configuration;
    const barrier = resource["terraform_data"]!["ocp_obproxies"]!;
    if (carrier === Carrier.NULL_RESOURCE) expect(barrier.lifecycle).toEqual({ prevent_destroy: true });
    else expect(barrier.lifecycle).toMatchObject({ ignore_changes: [own] });
  });

  test("is written to HCL too", () => {
    process.env["SYNTH_HCL_OUTPUT"] = "true";
    try {
      const stack = withLifecycle(carrier, { preventDestroy: false, ignoreChanges: ["tags"] });
      const app = App.of(stack);
      app.synth();
      const hcl = readFileSync(join(app.outdir, "stacks/stack/cdk.tf"), "utf8");
      expect(hcl).toContain(`${own.replaceAll('"', '\\"')}"`);
      expect(hcl).not.toContain("tags");
      expect(hcl).toMatch(/prevent_destroy\s*=\s*false/);
    } finally {
      Reflect.deleteProperty(process.env, "SYNTH_HCL_OUTPUT");
    }
  });

  const lifecycles: readonly (readonly [string, TerraformResourceLifecycle, RegExp])[] = [
    ["create_before_destroy", { createBeforeDestroy: true }, /ocp_obproxies: `create_before_destroy` is set/],
    ["replace_triggered_by", { replaceTriggeredBy: ["terraform_data.x"] }, /`replace_triggered_by` is set/],
  ];
  test.each(lifecycles)("is told where it cannot be joined: %s", (_name, lifecycle, problem) => {
    expect(() => synthesize(withLifecycle(carrier, lifecycle))).toThrow(problem);
    expect(() => synthesize(withLifecycle(carrier, lifecycle))).toThrow(/stack\/ocp[^]*Leave what is below stack\/ocp/);
  });

  const overrides: readonly (readonly [string, unknown, RegExp])[] = [
    ["lifecycle.ignore_changes", "none", /ocp_obproxies: `ignore_changes` does not hold/],
    ["lifecycle.create_before_destroy", true, /`create_before_destroy` is set/],
    ["for_each", { a: "b" }, /`for_each` is not what it has to be/],
    ["count", 1, /`count` is set/],
    ["triggers", { team: "a" }, /triggers/],
    ["triggers_replace", { team: "a" }, /triggers_replace/],
    ["provisioner.0.local-exec.on_failure", "continue", /the provisioner that runs the hook is not there/],
    ["provisioner", "none", /the provisioner that runs the hook/],
    ["depends_on", "none", /`depends_on` lacks/],
    ["lifecycle.postcondition", "none", /a postcondition that checks/],
  ];
  const notHere = carrier === Carrier.NULL_RESOURCE ? ["triggers_replace"] : ["triggers", "lifecycle.postcondition"];
  const possible = overrides.filter(([path]) => !notHere.includes(path));
  test.each(possible)("is told where it overrides %s", (path, value, problem) => {
    const stack = declared(carrier);
    everywhere(stack, (resource) => {
      if (resource.friendlyUniqueId === "ocp_obproxies" && resource.terraformResourceType === (carrier as string)) {
        resource.addOverride(path, value);
      }
    });
    expect(() => synthesize(stack)).toThrow(problem);
  });

  test("is told where it overrides a block by way of the stack", () => {
    const stack = declared(carrier);
    stack.addOverride(`resource.${carrier}.ocp_obproxies.lifecycle.create_before_destroy`, true);
    expect(() => synthesize(stack)).toThrow(/`create_before_destroy` is set/);
  });

  test("is told where it changes addresses", () => {
    const stack = declared(carrier);
    everywhere(stack, (resource) => {
      resource.overrideLogicalId(`company_${resource.friendlyUniqueId}`);
    });
    expect(() => synthesize(stack)).toThrow(/Logical ID may not be overridden/);
  });

  test("is told where it changes what is declared", () => {
    const stack = declared(carrier);
    stack.addOverride("locals.ocp_obproxies", { "27/9": "orders" });
    expect(() => synthesize(stack)).toThrow(/local\.ocp_obproxies: it is not what the constructs declare/);
  });
});

test("with terraform_data, today's declaration may not be ignored", () => {
  expect(() => synthesize(withLifecycle(Carrier.TERRAFORM_DATA, { ignoreChanges: "all" }))).toThrow(/holds `input`/);
  expect(() => synthesize(withLifecycle(Carrier.NULL_RESOURCE, { ignoreChanges: "all" }))).not.toThrow();
});

describe("an Aspect that declares objects", () => {
  const declares = (stack: TerraformStack): void => {
    Aspects.of(stack).add({
      visit: (node) => {
        if (node !== stack || stack.node.tryFindChild("late") !== undefined) return;
        new Obproxy(stack, "late", { clusterId: 27, clusterName: "orders", obproxyIds: [9] });
      },
    });
  };
  /** Two stacks, in the order in which cdktf writes them. */
  const stacks = () => {
    const app = testApp();
    const first = testStack(app, "first");
    orders(first);
    const second = testStack(app, "second");
    new OcpProvider(second, "ocp");
    return { first, second };
  };

  test("is refused where the hooks of another stack were written without it", () => {
    const { first, second } = stacks();
    declares(second);
    expect(() => synthesize(first)).toThrow(
      "second/late: it was declared, by an Aspect perhaps, when the stack first was written already, so the destroy hooks there would not spare what it declares. Declare it in a constructor of the app.",
    );
  });

  test("is known to the hooks of all stacks that are written after it", () => {
    const { first, second } = stacks();
    declares(first);
    expect(synthesize(first).settings().obproxies).toHaveProperty("27/9");
    expect(synthesize(second).settings().others[0]!.obproxies).toHaveProperty("27/9");
  });
});

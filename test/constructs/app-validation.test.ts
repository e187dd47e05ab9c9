import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type App,
  CloudBackend,
  DataResource,
  HttpBackend,
  LocalBackend,
  NamedCloudWorkspace,
  S3Backend,
  TaggedCloudWorkspaces,
  TerraformIterator,
  TerraformLocal,
  TerraformStack,
  TerraformVariable,
  Token,
} from "cdktf";
import { Construct } from "constructs";
import { Obproxy, ObproxyCluster, OcpProvider } from "../../src/index.js";
import { orders, synthesize, testApp, testStack, warningsOf } from "./support/app.js";

function problemsOf(stack: TerraformStack): string {
  try {
    synthesize(stack);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

const remedy = [
  "  All OBProxies of stack/ocp are one block in Terraform, and so are all its OBProxy clusters: what one of them waits for, all wait for.",
  "  Declare a second OcpProvider with its own `alias` (and the same `url`), and give it as `ocp` to the constructs at one end of the cycle.",
].join("\n");

describe("two stacks with one id", () => {
  const twins = (...declaring: readonly ("dev" | "prod")[]) =>
    ["dev", "prod"].map((name) => {
      const stack = new TerraformStack(new Construct(app, name), "proxies");
      if (declaring.includes(name as "dev" | "prod")) new OcpProvider(stack, "ocp");
      return stack;
    });
  let app: App;
  beforeEach(() => {
    app = testApp();
  });

  test.each([[["dev"]], [["prod"]], [["dev", "prod"]]] as const)(
    "of which %j have objects are refused: cdktf would write the one over the other",
    (declaring) => {
      twins(...declaring);
      expect(() => {
        app.synth();
      }).toThrow(
        'The stacks dev/proxies and prod/proxies have the same id, "proxies": cdktf writes one over the other, and what the other has deployed would be forgotten, or deleted by hooks that know nothing of it.',
      );
    },
  );

  test("of which none has objects are no matter of ours", () => {
    twins();
    testStack(app, "other");
    expect(() => {
      app.synth();
    }).not.toThrow();
  });
});

describe("the states of two stacks", () => {
  /** The stacks of the first paths have objects. */
  const synthesizeWith = (paths: readonly string[], declaring = paths.length) => {
    const app = testApp();
    for (const [index, path] of paths.entries()) {
      const stack = testStack(app, `stack${index}`);
      if (index < declaring) new OcpProvider(stack, "ocp");
      new LocalBackend(stack, { path });
    }
    app.synth();
  };

  test("cannot be one file: each would take out what the other has deployed", () => {
    expect(() => {
      synthesizeWith(["/states/all.tfstate", "/states/other.tfstate", "/states/x/../all.tfstate"]);
    }).toThrow(
      "The stacks stack0 and stack2 keep their states in one file, /states/all.tfstate: a deploy of one would forget, or delete, what the other has deployed. Give each stack a file of its own.",
    );
  });

  test("may have one path from the directory of each stack", () => {
    expect(() => {
      synthesizeWith(["terraform.tfstate", "terraform.tfstate"]);
    }).not.toThrow();
  });

  test.each<[string, string, string]>([
    ["leads out of the directory of each", "../../all.tfstate", "../../all.tfstate"],
    ["is written in two forms of Unicode", "/states/caf\u00e9.tfstate", "/states/cafe\u0301.tfstate"],
  ])("are one file also where the path %s", (_what, first, second) => {
    expect(() => {
      synthesizeWith([first, second]);
    }).toThrow(/The stacks stack0 and stack1 keep their states in one file, \/.*\.tfstate: /);
  });

  test("are one file also where only one of them has objects: a deploy of the other has no hooks for them", () => {
    expect(() => {
      synthesizeWith(["/states/all.tfstate", "/states/all.tfstate"], 1);
    }).toThrow("The stacks stack0 and stack1 keep their states in one file, /states/all.tfstate: ");
    expect(() => {
      synthesizeWith(["/states/all.tfstate", "/states/all.tfstate"], 0);
    }).not.toThrow();
  });

  test("are one file also where an override or a construct of the stack says so", () => {
    const app = testApp();
    const [first, second, third] = ["first", "second", "third"].map((id) => testStack(app, id)) as [
      ...[TerraformStack, TerraformStack, TerraformStack],
    ];
    new OcpProvider(first, "ocp");
    new LocalBackend(new Construct(first, "state"), { path: "/states/all.tfstate" });
    second.addOverride("terraform.backend.local.path", "/states/all.tfstate");
    new LocalBackend(third, { path: "/states/third.tfstate" });
    expect(() => {
      app.synth();
    }).toThrow("The stacks first and second keep their states in one file, /states/all.tfstate: ");
  });
});

describe("one state in a backend that is not local", () => {
  const s3 = (key: string) => (stack: TerraformStack) => new S3Backend(stack, { bucket: "states", key });
  const cloud = (workspaces: NamedCloudWorkspace | TaggedCloudWorkspaces) => (stack: TerraformStack) =>
    new CloudBackend(stack, { organization: "example", workspaces });
  const tagged = cloud(new TaggedCloudWorkspaces(["proxies"]));

  test.each<[string, boolean, readonly ((stack: TerraformStack) => unknown)[]]>([
    ["one key", true, [s3("a"), s3("a")]],
    ["two keys", false, [s3("a"), s3("b")]],
    ["one workspace", true, [cloud(new NamedCloudWorkspace("a")), cloud(new NamedCloudWorkspace("a"))]],
    ["two workspaces", false, [cloud(new NamedCloudWorkspace("a")), cloud(new NamedCloudWorkspace("b"))]],
    ["workspaces that are chosen later", false, [tagged, tagged]],
    [
      "all said to init",
      false,
      [(stack) => new HttpBackend(stack, {} as never), (stack) => new HttpBackend(stack, {} as never)],
    ],
    ["local states", false, [(stack) => new LocalBackend(stack), (stack) => new LocalBackend(stack)]],
  ])("is warned of, and not refused: %s", (_what, isOne, backends) => {
    const app = testApp();
    const stacks = backends.map((backend, index) => {
      const stack = testStack(app, `stack${index}`);
      backend(stack);
      return stack;
    });
    const ocp = new OcpProvider(stacks[0]!, "ocp");
    app.synth();
    expect(warningsOf(ocp)).toEqual(
      isOne
        ? [
            expect.stringMatching(
              /^The stacks stack0 and stack1 have the same (s3|cloud) backend, and nothing in it tells/,
            ),
          ]
        : [],
    );
  });
});

describe("a cycle of dependencies", () => {
  test("from OBProxies over another resource to OBProxies is named", () => {
    const stack = testStack();
    const { cluster, proxies } = orders(stack);
    const dns = new DataResource(stack, "dns", { dependsOn: [proxies] });
    new Obproxy(stack, "behind", { cluster, obproxyIds: [9], dependsOn: [dns] });
    expect(problemsOf(stack)).toContain(
      [
        "A cycle of dependencies, which Terraform could not plan:",
        "    null_resource.ocp_obproxies (stack/ocp/obproxies) waits for terraform_data.dns (stack/dns), because stack/behind does",
        "    terraform_data.dns (stack/dns) waits for null_resource.ocp_obproxies (stack/ocp/obproxies)",
        remedy,
      ].join("\n"),
    );
  });

  test("is resolved by a second provider", () => {
    const stack = testStack();
    const { cluster, proxies } = orders(stack);
    const dns = new DataResource(stack, "dns", { dependsOn: [proxies] });
    const ocp = new OcpProvider(stack, "behind", { alias: "behind" });
    new Obproxy(stack, "p", { ocp, cluster, obproxyIds: [9], dependsOn: [dns] });
    expect(problemsOf(stack)).toBe("");
  });

  test("through references and locals is found too", () => {
    const stack = testStack();
    const { cluster, proxies } = orders(stack);
    const dns = new DataResource(stack, "dns", { dependsOn: [proxies] });
    const name = new TerraformLocal(stack, "name", `dns-${dns.id}`);
    const host = new DataResource(stack, "host", { input: { name: name.asString } });
    new Obproxy(stack, "behind", { cluster, obproxyIds: [9], dependsOn: [host] });
    expect(problemsOf(stack)).toContain("local.name waits for terraform_data.dns (stack/dns)");
  });

  test("of OBProxies that wait for others of the same provider is named", () => {
    const stack = testStack();
    const { cluster, proxies } = orders(stack);
    new Obproxy(stack, "behind", { cluster, obproxyIds: [9], dependsOn: [proxies] });
    expect(problemsOf(stack)).toContain(
      "    null_resource.ocp_obproxies (stack/ocp/obproxies) waits for null_resource.ocp_obproxies (stack/ocp/obproxies), because stack/behind does\n",
    );
  });

  test("of a cluster that waits for another cluster's OBProxies is named once", () => {
    const stack = testStack();
    const { proxies } = orders(stack);
    new ObproxyCluster(stack, "second", { clusterId: 28, clusterName: "second", dependsOn: [proxies] });
    const problems = problemsOf(stack);
    expect(problems.split("A cycle of dependencies").length - 1).toBe(1);
    expect(problems).toContain(
      "null_resource.ocp_obproxy_clusters (stack/ocp/obproxy_clusters) waits for null_resource.ocp_obproxies (stack/ocp/obproxies), because stack/second does",
    );
  });

  test("in a later stack is told before the first stack is written", () => {
    const app = testApp();
    const first = testStack(app, "first");
    new OcpProvider(first, "ocp");
    const second = testStack(app, "stack");
    const { cluster, proxies } = orders(second);
    new Obproxy(second, "behind", { cluster, obproxyIds: [9], dependsOn: [proxies] });
    expect(problemsOf(second)).toContain("A cycle of dependencies");
    expect(existsSync(join(app.outdir, "stacks", "first", "cdk.tf.json"))).toBe(false);
  });

  test("is not seen in text that only looks like a reference", () => {
    const stack = testStack();
    const { cluster } = orders(stack);
    const note = new DataResource(stack, "note", { input: { text: "see null_resource.ocp_obproxies" } });
    new Obproxy(stack, "p", { cluster, obproxyIds: [9], dependsOn: [note] });
    expect(problemsOf(stack)).toBe("");
  });
});

describe("tokens", () => {
  test("that are the same twice are refused", () => {
    const stack = testStack();
    new OcpProvider(stack, "ocp");
    const id = new TerraformVariable(stack, "id", { type: "number" });
    new ObproxyCluster(stack, "a", { clusterId: id.numberValue, clusterName: "a" });
    new ObproxyCluster(stack, "b", { clusterId: id.numberValue, clusterName: "b" });
    expect(problemsOf(stack)).toContain(
      "OBProxy cluster ${var.id} is declared more than once, by stack/a, stack/b. Declare each object once.",
    );
  });

  test("of an iterator are refused", () => {
    const stack = testStack();
    const { cluster } = orders(stack);
    const iterator = TerraformIterator.fromList(["1", "2"]);
    new Obproxy(stack, "p", { cluster, obproxyIds: [Token.asNumber(iterator.value)] });
    expect(problemsOf(stack)).toContain(
      "stack/p: an id is 27/${each.value}, which Terraform only knows inside the block of an iterator or a count. Use a variable or a local for each id, or a loop of the programming language.",
    );
  });
});

test("an app with several stacks and providers, in order, has no problems", () => {
  const app = testApp();
  const first = testStack(app, "first");
  orders(first, { url: "https://a.example.com" });
  const second = testStack(app, "second");
  orders(second, { url: "https://b.example.com" });
  expect(problemsOf(first)).toBe("");
});

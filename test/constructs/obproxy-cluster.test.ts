import { DataResource, type TerraformStack, TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { ObproxyCluster, type ObproxyClusterProps, OcpProvider } from "../../src/index.js";
import { synthesize, testApp, testStack, warningsOf } from "./support/app.js";

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

function stackWithProvider(): TerraformStack {
  const stack = testStack();
  new OcpProvider(stack, "ocp");
  return stack;
}

function errorOf(props: Readonly<Record<string, unknown>>, stack = stackWithProvider()): string {
  const all = { clusterId: 27, clusterName: "orders", ...props } as ObproxyClusterProps;
  return messageOf(() => new ObproxyCluster(stack, "orders", all));
}

test.each([0, -1, 1.5, NaN, Infinity, 2 ** 53])("clusterId %p is refused", (clusterId) => {
  expect(errorOf({ clusterId })).toBe(
    `stack/orders: \`clusterId\` is ${String(clusterId)}, but an id of OCP is a positive integer. Take the id that OCP shows for the object.`,
  );
});

test.each([undefined, null])("clusterId %p is refused", (clusterId) => {
  expect(errorOf({ clusterId })).toContain("stack/orders: `clusterId` is ");
});

test("clusterId in quotes is refused", () => {
  expect(errorOf({ clusterId: "27" })).toBe(
    'stack/orders: `clusterId` is "27", but an id of OCP is a positive integer. Write a number, without quotes, or Token.asNumber(…) for a value that Terraform knows.',
  );
});

test("clusterName is required", () => {
  expect(errorOf({ clusterName: undefined })).toBe(
    'stack/orders: `clusterName` is missing, but it guards against deleting the wrong cluster by a wrong id. Give the name that OCP shows for the OBProxy cluster, or ObproxyCluster.ANY_NAME ("*") to switch the guard off.',
  );
});

test.each([
  ["", "has at least one character to see"],
  [" \t", "has at least one character to see"],
  ["orders ", "neither begins nor ends with a space"],
  ["or\u0000ders", "has no control characters"],
  ["or\nders", "has no control characters"],
  [27, "is a string"],
])("clusterName %j is refused", (clusterName, why) => {
  expect(errorOf({ clusterName })).toBe(
    `stack/orders: \`clusterName\` is ${JSON.stringify(clusterName)}, but a name ${why}. Give the name exactly as OCP shows it, or ObproxyCluster.ANY_NAME ("*") to switch the guard off.`,
  );
});

test.each(["forceDestroy", "skipDestroy", "preventDestroy"])(
  '%s "false" is refused, because it would be true',
  (name) => {
    expect(errorOf({ [name]: "false" })).toBe(
      `stack/orders: \`${name}\` is "false", but it is a switch. Write true or false.`,
    );
  },
);

test("timeouts.delete of zero is refused", () => {
  expect(errorOf({ timeouts: { delete: "0m" } })).toContain(
    'stack/orders: `timeouts.delete` is "0m", but it has to be a duration greater than zero.',
  );
});

describe("ocp", () => {
  test("is needed in a stack that has none", () => {
    expect(errorOf({}, testStack())).toBe(
      "stack/orders: `ocp` is not given, and this stack has no OcpProvider yet. Declare an OcpProvider before it in the same stack.",
    );
  });

  test("is needed in a stack that has several", () => {
    const stack = testStack();
    new OcpProvider(stack, "a", { alias: "a" });
    new OcpProvider(stack, "b", { alias: "b" });
    expect(errorOf({}, stack)).toBe(
      "stack/orders: `ocp` is not given, and this stack has several: stack/a, stack/b. Say which one with `ocp`.",
    );
  });

  test("has to be an OcpProvider", () => {
    expect(errorOf({ ocp: "ocp" })).toBe(
      'stack/orders: `ocp` is "ocp", which is no OcpProvider. Give the OcpProvider construct itself.',
    );
  });

  test("has to be of the same stack", () => {
    const app = testApp();
    const ocp = new OcpProvider(testStack(app, "other"), "ocp");
    expect(errorOf({ ocp }, testStack(app))).toBe(
      "stack/orders: `ocp` is other/ocp, which is in another stack, and a destroy hook only runs in the stack that holds its block. Declare an OcpProvider in this stack too; it may have the same `url`.",
    );
  });
});

describe("the same cluster, declared twice,", () => {
  const again =
    "Declare each object once in the app, also across stacks; to move it, take it out there in the same change.";

  test("is refused in one stack", () => {
    const stack = stackWithProvider();
    new ObproxyCluster(stack, "first", { clusterId: 27, clusterName: "orders" });
    expect(errorOf({}, stack)).toBe(`stack/orders: OBProxy cluster 27 is declared already, by stack/first. ${again}`);
  });

  test.each([
    [
      {},
      {},
      `${again} Where they are in two OCPs: both OcpProviders have their URL from OCP_URL; give each its \`url\`, or its own \`envPrefix\`.`,
    ],
    [{ url: "https://ocp.example.com" }, { url: "https://OCP.example.com:443/", envPrefix: "OTHER" }, again],
  ])("is refused across stacks whose providers have %j and %j", (one, other, remedy) => {
    const app = testApp();
    const first = testStack(app, "first");
    const second = testStack(app, "second");
    new OcpProvider(first, "ocp", one);
    new OcpProvider(second, "ocp", { alias: "other", ...other });
    new ObproxyCluster(first, "orders", { clusterId: 27, clusterName: "orders" });
    expect(errorOf({}, second)).toBe(
      `second/orders: OBProxy cluster 27 is declared already, by first/orders. ${remedy}`,
    );
  });

  test.each([
    [{ url: "https://ocp.example.com" }, { url: "https://ocp.example.com/eu" }],
    [{ envPrefix: "OCP_EU" }, { envPrefix: "OCP_US" }],
  ])("is another one where the OCPs differ, as %j and %j", (one, other) => {
    const stack = testStack();
    const a = new OcpProvider(stack, "a", { alias: "a", ...one });
    const b = new OcpProvider(stack, "b", { alias: "b", ...other });
    new ObproxyCluster(stack, "first", { ocp: a, clusterId: 27, clusterName: "orders" });
    expect(() => new ObproxyCluster(stack, "second", { ocp: b, clusterId: 27, clusterName: "o" })).not.toThrow();
  });
});

test("a rename or a move of the construct changes nothing for Terraform", () => {
  const configurations = [false, true].map((moved) => {
    const stack = stackWithProvider();
    const scope = moved ? new Construct(stack, "group") : stack;
    new ObproxyCluster(scope, moved ? "renamed" : "orders", { clusterId: 27, clusterName: "orders" });
    return synthesize(stack).configuration;
  });
  expect(configurations[1]).toEqual(configurations[0]);
});

test("names that look like templates reach Terraform as they are", () => {
  const stack = stackWithProvider();
  new ObproxyCluster(stack, "c", { clusterId: 27, clusterName: "a${b}%{c}" });
  const { configuration, settings } = synthesize(stack);
  expect(configuration.locals["ocp_obproxy_clusters"]!["27"]).toBe("a$${b}%%{c}");
  expect(settings().clusters["27"]!.clusterName).toBe("a${b}%{c}");
});

describe("a token", () => {
  function idVariable(stack: TerraformStack): number {
    return new TerraformVariable(stack, "id", { type: "number" }).numberValue;
  }

  test("as clusterId becomes the key", () => {
    const stack = stackWithProvider();
    new ObproxyCluster(stack, "c", { clusterId: idVariable(stack), clusterName: "orders" });
    const { locals, moved } = synthesize(stack).configuration;
    expect(locals["ocp_obproxy_clusters"]).toEqual({ "${var.id}": "orders" });
    expect(moved).toBeUndefined();
  });

  test("as clusterName stays one", () => {
    const stack = stackWithProvider();
    const name = new TerraformVariable(stack, "name", { type: "string" }).stringValue;
    new ObproxyCluster(stack, "c", { clusterId: 27, clusterName: `$\{x}-${name}` });
    expect(synthesize(stack).configuration.locals["ocp_obproxy_clusters"]!["27"]).toBe('${"$"}{x}-${var.name}');
  });

  test.each([{ forceDestroy: true }, { skipDestroy: true }, { preventDestroy: true }, { timeouts: { delete: "1h" } }])(
    "as clusterId goes with none of the settings by key, such as %j",
    (setting) => {
      const stack = stackWithProvider();
      const [property] = Object.keys(setting);
      expect(errorOf({ clusterId: idVariable(stack), ...setting }, stack)).toBe(
        `stack/orders: \`${property!}\` is set, but \`clusterId\` is a value that only Terraform knows, so the hook could not find the setting. Write the id as a number, or leave \`${property!}\` ${property === "timeouts" ? "to the OcpProvider" : "out"}.`,
      );
    },
  );

  test("as clusterId may have a setting switched off", () => {
    const stack = stackWithProvider();
    const props = { clusterId: idVariable(stack), clusterName: "orders", skipDestroy: false };
    expect(() => new ObproxyCluster(stack, "c", props)).not.toThrow();
  });
});

test("ANY_NAME switches the guard off, and warns", () => {
  const stack = stackWithProvider();
  const cluster = new ObproxyCluster(stack, "c", { clusterId: 27, clusterName: ObproxyCluster.ANY_NAME });
  expect(warningsOf(cluster)).toEqual([
    "clusterName is ANY_NAME: OBProxy cluster 27 is deleted whatever it is called, also if the id is wrong. Give the name that OCP shows.",
  ]);
  expect(synthesize(stack).settings().clusters["27"]!.clusterName).toBe("*");
});

test("a resource that depends on a cluster depends on the block, and is destroyed before it", () => {
  const stack = stackWithProvider();
  const cluster = new ObproxyCluster(stack, "c", { clusterId: 27, clusterName: "orders" });
  new DataResource(stack, "dns", { dependsOn: [cluster] });
  expect(synthesize(stack).configuration.resource["terraform_data"]!["dns"]!.depends_on).toEqual([
    "null_resource.ocp_obproxy_clusters",
  ]);
});

test("what several clusters depend on is named once", () => {
  const stack = stackWithProvider();
  const network = new DataResource(stack, "network", {});
  new ObproxyCluster(stack, "a", { clusterId: 1, clusterName: "a", dependsOn: [network] });
  new ObproxyCluster(stack, "b", { clusterId: 2, clusterName: "b", dependsOn: [network] });
  expect(synthesize(stack).configuration.resource["null_resource"]!["ocp_obproxy_clusters"]!.depends_on).toEqual([
    "terraform_data.network",
  ]);
});

test("a dependency may get another logical id after it was given", () => {
  const stack = stackWithProvider();
  const network = new DataResource(stack, "network", {});
  new ObproxyCluster(stack, "a", { clusterId: 1, clusterName: "a", dependsOn: [network] });
  network.overrideLogicalId("net");
  expect(synthesize(stack).configuration.resource["null_resource"]!["ocp_obproxy_clusters"]!.depends_on).toEqual([
    "terraform_data.net",
  ]);
});

test("a dependency in another stack is refused", () => {
  const app = testApp();
  const stack = testStack(app);
  new OcpProvider(stack, "ocp");
  const network = new DataResource(testStack(app, "other"), "network", {});
  expect(errorOf({ dependsOn: [network] }, stack)).toBe(
    "stack/orders: `dependsOn` holds other/network, which is in another stack, where Terraform cannot see it. Order the stacks instead: stack.addDependency(otherStack).",
  );
});

test("what was given can be read", () => {
  const stack = testStack();
  const ocp = new OcpProvider(stack, "ocp");
  const cluster = new ObproxyCluster(stack, "c", { clusterId: 27, clusterName: "orders" });
  expect([cluster.ocp, cluster.clusterId, cluster.clusterName]).toEqual([ocp, 27, "orders"]);
});

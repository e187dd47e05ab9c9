import { DataResource, TerraformVariable, Token } from "cdktf";
import { Obproxy, ObproxyCluster, type ObproxyProps, OcpProvider } from "../../src/index.js";
import { orders, synthesize, testApp, testStack, warningsOf } from "./support/app.js";

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

/** Of an `Obproxy` on a cluster that the stack does not manage. */
function errorOf(props: Readonly<Record<string, unknown>>): string {
  const stack = testStack();
  new OcpProvider(stack, "ocp");
  const all = { clusterId: 27, clusterName: "orders", obproxyIds: [1], ...props } as ObproxyProps;
  return messageOf(() => new Obproxy(stack, "proxies", all));
}

describe("obproxyIds", () => {
  test.each([
    [[0], "0"],
    [[-3], "0"],
    [[1.5], "0"],
    [[1, NaN], "1"],
    [[1, 2, Infinity], "2"],
  ])("%p are refused by their place", (obproxyIds, place) => {
    expect(errorOf({ obproxyIds })).toBe(
      `stack/proxies: \`obproxyIds[${place}]\` is ${String(obproxyIds[Number(place)])}, but an id of OCP is a positive integer. Take the id that OCP shows for the object.`,
    );
  });

  test("in quotes are refused", () => {
    expect(errorOf({ obproxyIds: ["1"] })).toContain('stack/proxies: `obproxyIds[0]` is "1", but an id of OCP is');
  });

  test("cannot be empty", () => {
    expect(errorOf({ obproxyIds: [] })).toBe(
      "stack/proxies: `obproxyIds` is empty. Name at least one OBProxy, or take the construct out of the app.",
    );
  });

  test("cannot repeat themselves", () => {
    expect(errorOf({ obproxyIds: [1, 2, 1] })).toBe(
      "stack/proxies: `obproxyIds` holds 1 more than once. Name each OBProxy once.",
    );
  });

  test.each([undefined, 1, "1,2"])("%p is no list", (obproxyIds) => {
    expect(errorOf({ obproxyIds })).toContain("but it has to be a list of ids. Write [1, 2, 3].");
  });

  test("cannot be a list that only Terraform knows", () => {
    const list = Token.asNumberList({ resolve: () => "${var.ids}" });
    expect(errorOf({ obproxyIds: list })).toBe(
      "stack/proxies: `obproxyIds` is a list that only Terraform knows, but every OBProxy needs an address of its own at synth. List the ids one by one; each may be a token, such as a number variable.",
    );
  });

  test("may be tokens, one by one", () => {
    const stack = testStack();
    const { cluster } = orders(stack);
    const id = new TerraformVariable(stack, "id", { type: "number" }).numberValue;
    new Obproxy(stack, "p", { cluster, obproxyIds: [id, 7] });
    expect(synthesize(stack).configuration.locals["ocp_obproxies"]).toMatchObject({
      "27/${var.id}": "orders",
      "27/7": "orders",
    });
  });

  test.each([
    { skipDestroy: true },
    { preventDestroy: true },
    { skipHostOperation: true },
    { timeouts: { delete: "1h" } },
  ])("that are tokens go with none of the settings by key, such as %j", (setting) => {
    const id = Token.asNumber({ resolve: () => "${var.id}" });
    const [property] = Object.keys(setting);
    expect(errorOf({ obproxyIds: [1, id], ...setting })).toBe(
      `stack/proxies: \`${property!}\` is set, but \`obproxyIds\` is a value that only Terraform knows, so the hook could not find the setting. Write the id as a number, or leave \`${property!}\` ${property === "timeouts" ? "to the OcpProvider" : "out"}.`,
    );
  });
});

describe("the cluster", () => {
  const either =
    "Give `cluster` for a cluster that this stack declares, or `clusterId` and `clusterName` for another one.";

  test("has to be named", () => {
    expect(errorOf({ clusterId: undefined, clusterName: undefined })).toBe(
      `stack/proxies: neither \`cluster\` nor \`clusterId\` is given. ${either}`,
    );
  });

  test("needs a name when only its id is given", () => {
    expect(errorOf({ clusterName: undefined })).toContain("stack/proxies: `clusterName` is missing, but it guards");
  });

  test.each([{ clusterId: 27 }, { clusterName: "orders" }])("cannot be given as a construct and as %j", (props) => {
    const stack = testStack();
    const { cluster } = orders(stack);
    const [property] = Object.keys(props);
    expect(messageOf(() => new Obproxy(stack, "proxies", { cluster, obproxyIds: [9], ...props }))).toBe(
      `stack/proxies: \`cluster\` and \`${property!}\` are both given, and could contradict each other. ${either}`,
    );
  });

  test("has to be an ObproxyCluster", () => {
    expect(errorOf({ cluster: 27 })).toBe(
      "stack/proxies: `cluster` is 27, which is no ObproxyCluster. Give the ObproxyCluster construct itself, or `clusterId` and `clusterName`.",
    );
  });

  test("has to be of the same stack", () => {
    const app = testApp();
    const { cluster } = orders(testStack(app, "other"));
    const stack = testStack(app);
    new OcpProvider(stack, "ocp");
    expect(messageOf(() => new Obproxy(stack, "proxies", { cluster, obproxyIds: [9] }))).toBe(
      "stack/proxies: `cluster` is other/orders, which is in another stack, and a destroy hook only runs in the stack that holds its block. Use `clusterId` and `clusterName` here, an OcpProvider of this stack, and addDependency between the stacks for the order.",
    );
  });

  test("can be one that the stack does not manage", () => {
    const stack = testStack();
    new OcpProvider(stack, "ocp");
    new Obproxy(stack, "p", { clusterId: 27, clusterName: "orders", obproxyIds: [1] });
    expect(synthesize(stack).configuration.locals).toMatchObject({
      ocp_obproxies: { "27/1": "orders" },
      ocp_obproxy_clusters: {},
    });
  });

  test("of another provider with the same OCP goes after the OBProxies", () => {
    const stack = testStack();
    const { cluster } = orders(stack);
    const ocp = new OcpProvider(stack, "more", { alias: "more" });
    new Obproxy(stack, "p", { ocp, cluster, obproxyIds: [9] });
    expect(synthesize(stack).configuration.resource["null_resource"]!["more_obproxies"]!.depends_on).toEqual([
      "null_resource.more_obproxy_clusters",
      "null_resource.ocp_obproxy_clusters",
    ]);
  });

  test("of another provider with the same OCP goes after the OBProxies that name it by its id", () => {
    const stack = testStack();
    const ocp = new OcpProvider(stack, "more", { alias: "more" });
    new Obproxy(stack, "p", { ocp, clusterId: 27, clusterName: "orders", obproxyIds: [9] });
    orders(stack);
    expect(synthesize(stack).configuration.resource["null_resource"]!["more_obproxies"]!.depends_on).toEqual([
      "null_resource.more_obproxy_clusters",
      "null_resource.ocp_obproxy_clusters",
    ]);
  });

  test("cannot be of another OCP", () => {
    const stack = testStack();
    const { cluster } = orders(stack);
    const ocp = new OcpProvider(stack, "eu", { alias: "eu", url: "https://eu.example.com" });
    expect(messageOf(() => new Obproxy(stack, "p", { ocp, cluster, obproxyIds: [9] }))).toBe(
      "stack/p: `cluster` is stack/orders, which lives in another OCP than `ocp`, stack/eu. Leave `ocp` out, or give one with the same `url` (or `envPrefix`, where the URL comes from the environment).",
    );
  });
});

describe("the name of a cluster", () => {
  const remedy = "One of them would never be deleted. Give the name that OCP shows in both places.";

  test("cannot contradict what its own construct says", () => {
    const stack = testStack();
    orders(stack);
    const props = { clusterId: 27, clusterName: "order", obproxyIds: [9] };
    expect(messageOf(() => new Obproxy(stack, "p", props))).toBe(
      `stack/p: \`clusterName\` is "order" for OBProxy cluster 27, but stack/orders says "orders". ${remedy}`,
    );
  });

  test("cannot contradict what its own construct says afterwards, in another stack", () => {
    const app = testApp();
    const first = testStack(app, "first");
    new OcpProvider(first, "ocp");
    new Obproxy(first, "p", { clusterId: 27, clusterName: "order", obproxyIds: [9] });
    expect(messageOf(() => orders(testStack(app, "second")))).toBe(
      `second/orders: \`clusterName\` is "orders" for OBProxy cluster 27, but first/p says "order". ${remedy} Where they are in two OCPs: both OcpProviders have their URL from OCP_URL; give each its \`url\`, or its own \`envPrefix\`.`,
    );
    const url = "https://ocp.example.com";
    const third = testStack(app, "third");
    orders(third, { url });
    const fourth = testStack(app, "fourth");
    new OcpProvider(fourth, "ocp", { url });
    const props = { clusterId: 27, clusterName: "order", obproxyIds: [9] };
    expect(messageOf(() => new Obproxy(fourth, "p", props))).toMatch(/in both places\.$/);
  });

  test("cannot contradict it where only Terraform knows the ids of the OBProxies either", () => {
    const stack = testStack();
    orders(stack);
    const id = new TerraformVariable(stack, "id", { type: "number" }).numberValue;
    const props = { clusterId: 27, clusterName: "staging", obproxyIds: [id] };
    expect(messageOf(() => new Obproxy(stack, "p", props))).toBe(
      `stack/p: \`clusterName\` is "staging" for OBProxy cluster 27, but stack/orders says "orders". ${remedy}`,
    );
  });

  test("may be anything where only Terraform knows which cluster it is of", () => {
    const stack = testStack();
    orders(stack);
    const id = new TerraformVariable(stack, "id", { type: "number" }).numberValue;
    const declare = (name: string) => new Obproxy(stack, name, { clusterId: id, clusterName: name, obproxyIds: [9] });
    expect(() => [declare("staging"), declare("test")]).not.toThrow();
  });

  test("is the same in one character and in two, and is written as Terraform writes it", () => {
    const stack = testStack();
    new OcpProvider(stack, "ocp");
    new ObproxyCluster(stack, "c", { clusterId: 27, clusterName: "caf\u00e9" });
    new Obproxy(stack, "p", { clusterId: 27, clusterName: "cafe\u0301", obproxyIds: [9] });
    expect(synthesize(stack).settings().obproxies["27/9"]!.clusterName).toBe("caf\u00e9");
  });

  test("does not contradict ANY_NAME", () => {
    const stack = testStack();
    orders(stack);
    const props = { clusterId: 27, clusterName: ObproxyCluster.ANY_NAME, obproxyIds: [9] };
    const proxies = new Obproxy(stack, "p", props);
    expect(warningsOf(proxies)).toEqual([
      "clusterName is ANY_NAME: the OBProxies are deleted whatever their cluster is called, also if clusterId is wrong. Give the name that OCP shows.",
    ]);
  });
});

test("an OBProxy that another construct declares is refused, and the same id in another cluster is not", () => {
  const stack = testStack();
  const { cluster } = orders(stack);
  expect(messageOf(() => new Obproxy(stack, "p", { cluster, obproxyIds: [9, 3] }))).toBe(
    "stack/p: OBProxy 27/3 is declared already, by stack/orders-proxies. Declare each object once in the app, also across stacks; to move it, take it out there in the same change.",
  );
  const elsewhere = { clusterId: 28, clusterName: "other", obproxyIds: [3] };
  expect(() => new Obproxy(stack, "q", elsewhere)).not.toThrow();
});

test.each(["skipDestroy", "preventDestroy", "skipHostOperation"])('%s "no" is refused', (name) => {
  expect(errorOf({ [name]: "no" })).toBe(
    `stack/proxies: \`${name}\` is "no", but it is a switch. Write true or false.`,
  );
});

test("timeouts.delete that is no duration is refused", () => {
  expect(errorOf({ timeouts: { delete: "1 hour" } })).toContain('stack/proxies: `timeouts.delete` is "1 hour", but');
});

test("a list that is changed afterwards changes nothing", () => {
  const stack = testStack();
  const { cluster } = orders(stack);
  const ids = [7];
  const proxies = new Obproxy(stack, "p", { cluster, obproxyIds: ids });
  ids.push(8);
  expect(proxies.obproxyIds).toEqual([7]);
});

test("an OBProxy that changes its construct changes nothing for Terraform", () => {
  const configurations = [[[1], [3]], [[3], [1]], [[1, 3]]].map((lists) => {
    const stack = testStack();
    new OcpProvider(stack, "ocp");
    const cluster = new ObproxyCluster(stack, "c", { clusterId: 27, clusterName: "orders" });
    for (const [index, obproxyIds] of lists.entries()) new Obproxy(stack, `p${String(index)}`, { cluster, obproxyIds });
    const { locals, resource } = synthesize(stack).configuration;
    return { locals, resource };
  });
  expect(configurations[1]).toEqual(configurations[0]);
  expect(configurations[2]).toEqual(configurations[0]);
});

test("a resource that depends on OBProxies is destroyed before them, and they before what they depend on", () => {
  const stack = testStack();
  const { cluster } = orders(stack);
  const network = new DataResource(stack, "network", {});
  const proxies = new Obproxy(stack, "p", { cluster, obproxyIds: [9], dependsOn: [network, cluster] });
  new DataResource(stack, "dns", { dependsOn: [proxies] });
  const { null_resource: blocks, terraform_data: others } = synthesize(stack).configuration.resource;
  expect(others!["dns"]!.depends_on).toEqual(["null_resource.ocp_obproxies"]);
  expect(blocks!["ocp_obproxies"]!.depends_on).toEqual([
    "null_resource.ocp_obproxy_clusters",
    "terraform_data.network",
  ]);
});

test("what was given can be read", () => {
  const { cluster, ocp, proxies } = orders(testStack());
  expect([proxies.ocp, proxies.clusterId, proxies.clusterName]).toEqual([ocp, cluster.clusterId, "orders"]);
});

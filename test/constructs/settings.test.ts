import { HttpBackend, LocalBackend, TerraformVariable } from "cdktf";
import { Obproxy, ObproxyCluster, OcpProvider, WaitFor } from "../../src/index.js";
import { settingsText } from "../../src/contract/settings-file.js";
import { orders, synthesize, testApp, testStack } from "./support/app.js";

const url = "https://ocp.example.com";

test("an object with nothing special has its name and the path of its construct", () => {
  const stack = testStack();
  orders(stack);
  expect(synthesize(stack).settings()).toEqual({
    formatVersion: 2,
    stack: "stack",
    provider: {
      alias: "ocp",
      envPrefix: "OCP",
      hasCaFile: false,
      insecureSkipVerify: false,
      taskRetries: 0,
      timeouts: {},
      waitFor: "task",
    },
    clusters: { "27": { clusterName: "orders", path: "stack/orders" } },
    obproxies: {
      "27/1": { clusterName: "orders", path: "stack/orders-proxies" },
      "27/3": { clusterName: "orders", path: "stack/orders-proxies" },
    },
    tokens: [],
    others: [],
  });
});

test("what the constructs say reaches the hook", () => {
  const stack = testStack();
  new OcpProvider(stack, "ocp", {
    alias: "eu",
    url,
    envPrefix: "OCP_EU",
    insecureSkipVerify: true,
    timeouts: { delete: "2h" },
    taskRetries: 3,
    waitFor: WaitFor.OBJECT,
  });
  const cluster = new ObproxyCluster(stack, "c", {
    clusterId: 27,
    clusterName: "orders",
    forceDestroy: true,
    preventDestroy: true,
    timeouts: { delete: "90s" },
  });
  new Obproxy(stack, "p", { cluster, obproxyIds: [3], skipDestroy: true, skipHostOperation: true });
  const settings = synthesize(stack).settings("eu");
  expect(settings.provider).toEqual({
    alias: "eu",
    url,
    envPrefix: "OCP_EU",
    hasCaFile: false,
    insecureSkipVerify: true,
    timeouts: { delete: "2h" },
    taskRetries: 3,
    waitFor: "object",
  });
  expect(settings.clusters["27"]).toEqual({
    path: "stack/c",
    clusterName: "orders",
    forceDestroy: true,
    preventDestroy: true,
    timeouts: { delete: "90s" },
  });
  expect(settings.obproxies["27/3"]).toEqual({
    path: "stack/p",
    clusterName: "orders",
    skipDestroy: true,
    skipHostOperation: true,
  });
});

test("a name that only Terraform knows is left to the trigger", () => {
  const stack = testStack();
  new OcpProvider(stack, "ocp");
  const name = new TerraformVariable(stack, "name", { type: "string" });
  new ObproxyCluster(stack, "c", { clusterId: 27, clusterName: name.stringValue });
  expect(synthesize(stack).settings().clusters["27"]).toEqual({ path: "stack/c" });
});

test("an object whose id only Terraform knows has no entry", () => {
  const stack = testStack();
  new OcpProvider(stack, "ocp");
  const id = new TerraformVariable(stack, "id", { type: "number" });
  new ObproxyCluster(stack, "c", { clusterId: id.numberValue, clusterName: "orders" });
  expect(synthesize(stack).settings().clusters).toEqual({});
});

test("an object whose id only Terraform knows is told by what is known of it", () => {
  const stack = testStack();
  new OcpProvider(stack, "ocp");
  const variable = (name: string): TerraformVariable => new TerraformVariable(stack, name, { type: "any" });
  const id = variable("id").numberValue;
  new ObproxyCluster(stack, "c", { clusterId: id, clusterName: "orders" });
  new Obproxy(stack, "p", { clusterId: 27, clusterName: variable("name").stringValue, obproxyIds: [1, id] });
  new Obproxy(stack, "q", { clusterId: id, clusterName: ObproxyCluster.ANY_NAME, obproxyIds: [3] });
  expect(synthesize(stack).settings().tokens).toEqual([
    { kind: "cluster", path: "stack/c", clusterName: "orders" },
    { kind: "obproxy", path: "stack/p", clusterId: "27" },
    { kind: "obproxy", path: "stack/q", obproxyId: "3", clusterName: "*" },
  ]);
});

test("what all other providers declare is known, whatever their URL, also when they come later", () => {
  const app = testApp();
  const first = testStack(app, "first");
  new OcpProvider(first, "ocp", { url });
  new OcpProvider(first, "again", { alias: "again", envPrefix: "OCP_EU" });
  const second = testStack(app, "second");
  new LocalBackend(second, { path: "/states/second.tfstate" });
  new OcpProvider(second, "ocp", { url: "https://ocp.example.org" });
  const cluster = new ObproxyCluster(second, "c", { clusterId: 9, clusterName: "nine" });
  const id = new TerraformVariable(second, "id", { type: "number" });
  new Obproxy(second, "p", { cluster, obproxyIds: [4, id.numberValue] });
  expect(synthesize(first).settings().others).toEqual([
    expect.objectContaining({ path: "first/again", stack: "first", alias: "again", envPrefix: "OCP_EU", clusters: {} }),
    {
      path: "second/ocp",
      stack: "second",
      alias: "ocp",
      url: "https://ocp.example.org",
      envPrefix: "OCP",
      clusters: { "9": "second/c" },
      obproxies: { "9/4": "second/p" },
      tokens: [{ kind: "obproxy", path: "second/p", clusterId: "9", clusterName: "nine" }],
      stateFile: "/states/second.tfstate",
    },
  ]);
});

test.each([
  [
    "named in the form of Unicode in which Terraform writes it",
    "/states/cafe\u0301.tfstate",
    "/states/caf\u00e9.tfstate",
  ],
  ["told from the directory of the other stack", "terraform.tfstate", "../second/terraform.tfstate"],
])("the file of a state is %s", (_how, path, stateFile) => {
  const app = testApp();
  const first = testStack(app, "first");
  new OcpProvider(first, "ocp");
  const second = testStack(app, "second");
  new OcpProvider(second, "ocp");
  new LocalBackend(second, { path });
  expect(synthesize(first).settings().others).toMatchObject([{ stateFile }]);
});

test("a state that is not local has no file", () => {
  const app = testApp();
  const first = testStack(app, "first");
  new OcpProvider(first, "ocp");
  const second = testStack(app, "second");
  new OcpProvider(second, "ocp");
  new HttpBackend(second, { address: "https://states.example.com" });
  const [other] = synthesize(first).settings().others;
  expect(other).not.toHaveProperty("stateFile");
});

test.each<[string, unknown]>([
  ["terraform.backend.local.path", "/states/other.tfstate"],
  ["terraform.backend", { s3: { bucket: "states" } }],
  ["terraform.cloud", { organization: "example" }],
])("a state that an override of %s puts elsewhere has no file", (path, value) => {
  const app = testApp();
  const first = testStack(app, "first");
  new OcpProvider(first, "ocp");
  const second = testStack(app, "second");
  new OcpProvider(second, "ocp");
  second.addOverride(path, value);
  expect(synthesize(first).settings().others[0]).not.toHaveProperty("stateFile");
});

test("the text is indented, with sorted keys", () => {
  const stack = testStack();
  orders(stack);
  const synthesized = synthesize(stack);
  const text = synthesized.file("assets/ocp_obproxy_hook/v1/settings.json");
  expect(text).toBe(settingsText(synthesized.settings()));
  expect(text).toMatch(/^\{\n {2}"clusters": \{\n/);
  expect(text.endsWith("}\n")).toBe(true);
});

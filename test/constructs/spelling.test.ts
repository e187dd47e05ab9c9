import { App, TerraformStack } from "cdktf";
import { Obproxy, OcpProvider } from "../../src/index.js";
import { inUsersSpelling } from "../../src/constructs/spelling.js";

const text =
  "`obproxyIds[0]` is a token, `timeouts.delete` too, but `ocp` is not: Token.asNumber(…), ObproxyCluster.ANY_NAME";

test.each([
  [
    "Python/3.11.7",
    "`obproxy_ids[0]` is a token, `timeouts.delete` too, but `ocp` is not: Token.as_number(…), ObproxyCluster.ANY_NAME",
  ],
  [
    "go1.26.8/linux/amd64",
    "`ObproxyIds[0]` is a token, `Timeouts.Delete` too, but `Ocp` is not: Token.AsNumber(…), ObproxyCluster.ANY_NAME",
  ],
  [
    "DotNet/8.0.4/.NETCoreApp,Version=v6.0/1.0.0.0",
    "`ObproxyIds[0]` is a token, `Timeouts.Delete` too, but `Ocp` is not: Token.AsNumber(…), ObproxyCluster.ANY_NAME",
  ],
  ["Java/17.0.15", text],
  ["", text],
])("for %s", (agent, expected) => {
  expect(inUsersSpelling(text, agent)).toBe(expected);
});

describe("in a process that a program in Python has started", () => {
  const before = process.env["JSII_AGENT"];
  beforeEach(() => {
    process.env["JSII_AGENT"] = "Python/3.11.7";
  });
  afterEach(() => {
    if (before === undefined) Reflect.deleteProperty(process.env, "JSII_AGENT");
    else process.env["JSII_AGENT"] = before;
  });

  test("an error names a property as Python does, and the construct as it is called", () => {
    const stack = new TerraformStack(new App(), "myStack");
    new OcpProvider(stack, "ocp");
    expect(() => new Obproxy(stack, "ordersProxies", { clusterId: 27, clusterName: "orders", obproxyIds: [] })).toThrow(
      "myStack/ordersProxies: `obproxy_ids` is empty.",
    );
  });
});

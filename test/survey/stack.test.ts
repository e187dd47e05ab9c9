import { DataResource, Testing, type TerraformStack } from "cdktf";
import { OcpProvider } from "../../src/index.js";
import { readStack, type Stack } from "../../src/survey/stack.js";
import { survey } from "../../src/survey/survey.js";
import { orders, testStack } from "../constructs/support/app.js";

function read(stack: TerraformStack): Stack {
  return readStack(`${Testing.fullSynth(stack)}/stacks/stack`);
}

describe("a stack whose first look goes before its DNS record", () => {
  let stack: Stack;
  beforeEach(() => {
    const synthesized = testStack();
    const { proxies } = orders(synthesized, { lookFirst: true });
    new DataResource(synthesized, "dns", { dependsOn: [proxies] });
    const second = new OcpProvider(synthesized, "second", { alias: "second", lookFirst: true });
    expect(second.node.tryFindChild("first_look")).toBeDefined();
    stack = read(synthesized);
  });

  test("really has one", () => {
    expect([...stack.blocks.keys()]).toContain("terraform_data.ocp_first_look");
  });

  test("has its providers alone, and nothing to say against them", () => {
    expect(stack.providers.map(({ alias, flaws }) => ({ alias, flaws }))).toEqual([
      { alias: "ocp", flaws: [] },
      { alias: "second", flaws: [] },
    ]);
  });

  test("declares each object once", () => {
    expect(survey(stack, []).map(({ label, provider }) => `${provider ?? ""} ${label}`)).toEqual([
      "ocp OBProxy cluster 27",
      "ocp OBProxy 27/1",
      "ocp OBProxy 27/3",
    ]);
  });
});

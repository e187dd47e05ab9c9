import "cdktf/lib/testing/adapters/jest";
import { Testing } from "cdktf";
import { Protection } from "../../src/constructs/protection.js";
import { testStack } from "./support/app.js";

Testing.setupJest();

const address = 'null_resource.ocp_obproxies["27/3"]';

test("it cannot be destroyed, and has to be replaced with its object", () => {
  const stack = testStack();
  new Protection(stack, "p", "ocp_protected_27_3", address);
  expect(Testing.synth(stack)).toHaveResourceWithProperties(
    { tfResourceType: "terraform_data" },
    { lifecycle: { prevent_destroy: true, replace_triggered_by: [address] } },
  );
});

test("in HCL the object's address is not in quotes, which Terraform would refuse", () => {
  const stack = testStack();
  new Protection(stack, "p", "ocp_protected_27_3", address);
  expect(Testing.synthHcl(stack)).toContain(
    [
      'resource "terraform_data" "ocp_protected_27_3" {',
      "lifecycle {",
      "prevent_destroy = true",
      `replace_triggered_by = [${address}]`,
    ].join("\n"),
  );
});

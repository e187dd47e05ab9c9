/** The Terraform or OpenTofu that the tests run: what TERRAFORM_BINARY_NAME names, else `terraform`, else `tofu`. */
export function terraformProgram(): string {
  // Set before a test file is loaded (terraform-asked-once.js).
  const program = process.env["TERRAFORM_OF_TESTS"];
  if (program === undefined) {
    const programs = process.env["TERRAFORM_BINARY_NAME"] ?? "terraform or tofu";
    throw new Error(`These tests need ${programs} on the PATH; it cannot be started.`);
  }
  return program;
}

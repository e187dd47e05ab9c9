import { spawnSync } from "node:child_process";

let found: string | undefined;

/** The Terraform or OpenTofu that the tests run: what TERRAFORM_BINARY_NAME names, else `terraform`, else `tofu`. */
export function terraformProgram(): string {
  // Set before a test file is loaded (terraform-asked-once.js); a benchmark has to look for itself.
  found ??= process.env["TERRAFORM_OF_TESTS"] ?? find();
  return found;
}

function find(): string {
  const named = process.env["TERRAFORM_BINARY_NAME"];
  const programs = named === undefined || named === "" ? ["terraform", "tofu"] : [named];
  const env = { ...process.env, CHECKPOINT_DISABLE: "1" };
  const first = programs.find((program) => spawnSync(program, ["version"], { env, stdio: "ignore" }).status === 0);
  if (first === undefined) {
    throw new Error(`These tests need ${programs.join(" or ")} on the PATH; it cannot be started.`);
  }
  return first;
}

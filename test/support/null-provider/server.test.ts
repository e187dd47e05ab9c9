import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory, type TemporaryDirectory } from "../temporary.js";
import { startTerraform, type Terraform } from "../terraform.js";

let terraform: Terraform;
let directory: TemporaryDirectory;

beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  directory.remove();
});

async function apply(resource: object): Promise<string> {
  mkdirSync(directory.path, { recursive: true });
  writeFileSync(
    join(directory.path, "main.tf.json"),
    JSON.stringify({
      terraform: { required_providers: { null: { source: "hashicorp/null" } } },
      resource: { null_resource: { it: resource } },
    }),
  );
  await succeed("init", "-input=false");
  return succeed("apply", "-auto-approve", "-input=false", "-no-color");
}

async function succeed(...args: string[]): Promise<string> {
  const { code, output } = await terraform.terraform(directory.path, args);
  if (code !== 0) throw new Error(output);
  return output;
}

const hook = { provisioner: [{ "local-exec": { when: "destroy", command: "echo gone: ${self.triggers.name}" } }] };

describe("the null provider, real or stand-in, under Terraform", () => {
  test("creates, keeps, replaces and destroys, and runs destroy hooks with the triggers of the state", async () => {
    expect(await apply({ triggers: { name: "a" }, ...hook })).toContain("1 added, 0 changed, 0 destroyed");
    expect(await apply({ triggers: { name: "a" }, ...hook })).toContain("0 added, 0 changed, 0 destroyed");
    const replaced = await apply({ triggers: { name: "b" }, ...hook });
    expect(replaced).toContain("gone: a");
    expect(replaced).toContain("1 added, 0 changed, 1 destroyed");
    expect(await succeed("destroy", "-auto-approve", "-no-color")).toContain("gone: b");
  });

  test("knows values only after apply where they come from another resource", async () => {
    const output = await apply({ for_each: { x: "1" }, triggers: { key: "${each.key}", id: "${uuid()}" } });
    expect(output).toContain("known after apply");
    expect(output).toContain("1 added");
  });
});

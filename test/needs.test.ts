import { readFileSync } from "node:fs";
import { join } from "node:path";
import needs from "../src/needs.json";

/** What is needed stands in one table; whatever else says it has to say the same. */

const text = (path: string): string => readFileSync(join(__dirname, "..", path), "utf8");

test("package.json", () => {
  const { engines } = JSON.parse(text("package.json")) as { engines: { node: string } };
  expect(engines.node).toBe(`>=${needs.node}`);
});

test("the README, once", () => {
  const readme = text("README.md");
  expect(readme).toMatch(new RegExp(`\\| Node\\.js +\\| ${needs.node.replaceAll(".", "\\.")} or later`));
  for (const carrier of ["null_resource", "terraform_data"] as const) {
    const { OpenTofu, Terraform } = needs[carrier];
    expect(readme).toMatch(
      new RegExp(
        `\\| \`Carrier\\.${carrier.toUpperCase()}\` +\\| Terraform ${Terraform} or OpenTofu ${OpenTofu} or later`,
      ),
    );
  }
  const elsewhere = readme.replace(/^\|.*$/gm, "");
  expect(elsewhere).not.toMatch(/(Terraform|OpenTofu) \d+\.\d+ (or|and) later/);
});

test("what the constructs say", () => {
  const said = text("src/constructs/carrier.ts");
  const { null_resource: live, terraform_data: builtIn } = needs;
  expect(said).toContain(`Terraform ${live.Terraform}, OpenTofu ${live.OpenTofu} and later`);
  expect(said).toContain(`Terraform ${builtIn.Terraform}, OpenTofu ${builtIn.OpenTofu} and later`);
});

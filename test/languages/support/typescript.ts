import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pages, snippets } from "../../support/pages.js";
import { succeeded } from "../../support/process.js";
import { CliProject } from "../../support/project.js";
import { REPOSITORY } from "../../support/repository.js";
import type { Terraform } from "../../support/terraform.js";

/** The app of the README, which the examples write in other languages. */
export function readmeApp(): string {
  const apps = pages()
    .flatMap(snippets)
    .filter(({ page, text }) => page === "README.md" && text.includes("app.synth()"));
  if (apps.length !== 1) throw new Error(`The README shows ${apps.length} apps.`);
  return apps[0]!.text;
}

/** What a program in TypeScript synthesizes. */
export async function synthesizedByTypescript(terraform: Terraform, app: string): Promise<Synthesized> {
  const project = new CliProject(terraform, { app: "node", files: { "main.ts": app } });
  try {
    project.link("cdktf-obproxy", REPOSITORY);
    const tsx = join(REPOSITORY, "node_modules/tsx/dist/cli.mjs");
    succeeded(await terraform.node(project.path, [tsx, "main.ts"], { TMPDIR: project.path }));
    return synthesizedIn(project.path);
  } finally {
    project.remove();
  }
}

export interface Synthesized {
  readonly configuration: unknown;
  readonly settings: unknown;
  readonly hook: string;
}

/** What Terraform gets of the stack `proxies`, without the path of the project, in which the local state lies. */
export function synthesizedIn(project: string): Synthesized {
  const file = (path: string) => readFileSync(join(project, "cdktf.out/stacks/proxies", path), "utf8");
  const files = "assets/ocp_obproxy_hook/v1";
  return {
    configuration: JSON.parse(file("cdk.tf.json").replaceAll(project, "<project>")),
    settings: JSON.parse(file(`${files}/settings.json`)),
    hook: file(`${files}/obproxy-hook.cjs`),
  };
}

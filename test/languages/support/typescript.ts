import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pages, snippets } from "../../support/pages.js";
import { type Finished, succeeded } from "../../support/process.js";
import { REPOSITORY } from "../../support/repository.js";
import { temporaryDirectory } from "../../support/temporary.js";
import type { Environment, Terraform } from "../../support/terraform.js";

export type Library = "cdktf" | "cdktn";

/** What an app for each library finds in its `node_modules`. */
const MODULES: Readonly<Record<Library, Readonly<Record<string, string>>>> = {
  cdktf: {
    cdktf: "node_modules/cdktf",
    constructs: "node_modules/constructs",
    "@cdktf/provider-null": "node_modules/@cdktf/provider-null",
    "cdktf-obproxy": "build/packages/cdktf-obproxy",
  },
  cdktn: {
    cdktn: "packages/cdktn-obproxy/node_modules/cdktn",
    constructs: "packages/cdktn-obproxy/node_modules/constructs",
    "cdktn-obproxy": "build/packages/cdktn-obproxy",
  },
};

/** The app of the README, which the examples write in other languages. */
export function readmeApp(): string {
  const apps = pages()
    .flatMap(snippets)
    .filter(({ page, text }) => page === "README.md" && text.includes("app.synth()"));
  if (apps.length !== 1) throw new Error(`The README shows ${apps.length} apps.`);
  return apps[0]!.text;
}

/** All that such a move takes. */
export function movedToCdktn(app: string): string {
  return app.replace(/"cdktf(-obproxy)?"/g, '"cdktn$1"');
}

export interface Synthesized {
  readonly configuration: unknown;
  readonly settings: unknown;
  readonly hook: string;
}

/**
 * What Terraform gets of the stack `proxies`, without the path of the project, in which the local state lies, and
 * without the version of the library.
 */
export function synthesizedIn(project: string): Synthesized {
  const stack = join(project, "cdktf.out/stacks/proxies");
  const file = (path: string): string => readFileSync(join(stack, path), "utf8").replaceAll(project, "<project>");
  const files = "assets/ocp_obproxy_hook/v1";
  return {
    configuration: existsSync(join(stack, "cdk.tf"))
      ? file("cdk.tf")
      : JSON.parse(file("cdk.tf.json").replace(/("stackName": "proxies",\s*"version": )"[^"]*"/, '$1"<version>"')),
    settings: JSON.parse(file(`${files}/settings.json`)),
    hook: file(`${files}/obproxy-hook.cjs`),
  };
}

/** A program in TypeScript, and Terraform on what it synthesizes. The state outlives every synth. */
export class TypescriptApp {
  private readonly directory = temporaryDirectory();

  constructor(
    private readonly terraform: Terraform,
    private readonly env: Environment = {},
  ) {
    writeFileSync(join(this.path, "package.json"), "{}");
  }

  get path(): string {
    return this.directory.path;
  }

  /** Of an app that is written for cdktf. */
  async synth(library: Library, app: string, { hcl = false } = {}): Promise<Synthesized> {
    rmSync(join(this.path, "node_modules"), { recursive: true, force: true });
    rmSync(join(this.path, "cdktf.out"), { recursive: true, force: true });
    for (const [name, target] of Object.entries(MODULES[library])) {
      const path = join(this.path, "node_modules", name);
      mkdirSync(dirname(path), { recursive: true });
      symlinkSync(join(REPOSITORY, target), path, "junction");
    }
    writeFileSync(join(this.path, "main.ts"), library === "cdktf" ? app : movedToCdktn(app));
    const tsx = join(REPOSITORY, "node_modules/tsx/dist/cli.mjs");
    const env: Environment = { ...this.env, TMPDIR: this.path, ...(hcl ? { SYNTH_HCL_OUTPUT: "true" } : {}) };
    succeeded(await this.terraform.node(this.path, [tsx, "main.ts"], env));
    return synthesizedIn(this.path);
  }

  /** Any command of Terraform on what was synthesized last. */
  async inStack(command: string, ...options: readonly string[]): Promise<Finished> {
    const stack = join(this.path, "cdktf.out/stacks/proxies");
    const env = { ...this.env, TMPDIR: this.path };
    succeeded(await this.terraform.terraform(stack, ["init", "-input=false", "-no-color"], env));
    return this.terraform.terraform(stack, [command, "-input=false", "-no-color", ...options], env);
  }

  remove(): void {
    this.directory.remove();
  }
}

/** What a program in TypeScript synthesizes. */
export async function synthesizedByTypescript(terraform: Terraform, app: string): Promise<Synthesized> {
  const program = new TypescriptApp(terraform);
  try {
    return await program.synth("cdktf", app);
  } finally {
    program.remove();
  }
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Simulator, startSimulator } from "../../../src/simulator/index.js";
import { succeeded } from "../../support/process.js";
import { CliProject } from "../../support/project.js";
import { REPOSITORY } from "../../support/repository.js";
import type { Environment, Terraform } from "../../support/terraform.js";
import { CREDENTIALS, hookEnvironment, orders } from "../../support/world.js";

/** jsii says at every start how long Node.js is supported. */
export const QUIET: Environment = {
  JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: process.versions.node.split(".")[0] ?? "",
  JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: "1",
  JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION: "1",
};

/** An example as a user has it, beside an OCP that holds what it declares. */
export class Example {
  static async open(terraform: Terraform, language: string, env: Environment): Promise<Example> {
    const ocp = await startSimulator({ credentials: CREDENTIALS, tickMs: 20, clusters: [orders()] });
    const source = join(REPOSITORY, "examples", language);
    const files = Object.fromEntries(
      readdirSync(source).map((name) => [name, readFileSync(join(source, name), "utf8")]),
    );
    const { app } = JSON.parse(files["cdktf.json"] ?? "") as { app: string };
    // The built packages do not move with it.
    if (files["go.mod"] !== undefined) files["go.mod"] = files["go.mod"].replace("../..", REPOSITORY);
    const project = new CliProject(terraform, {
      app,
      language,
      files,
      env: { ...hookEnvironment(), ...QUIET, ...env, OCP_URL: ocp.url },
    });
    return new Example(ocp, project);
  }

  private constructor(
    readonly ocp: Simulator,
    readonly project: CliProject,
  ) {}

  deletions(): readonly string[] {
    return deletionsOf(this.ocp);
  }

  async destroyByCdktf(): Promise<void> {
    succeeded(await this.project.cdktf("deploy", "--auto-approve"));
    if (this.ocp.requests.length > 0) throw new Error("A deploy has asked OCP something.");
    succeeded(await this.project.cdktf("destroy", "--auto-approve"));
  }

  async destroyByTerraform(): Promise<void> {
    succeeded(await this.project.cdktf("synth"));
    for (const command of [["init"], ["apply", "-auto-approve"], ["destroy", "-auto-approve"]] as const) {
      const [name, ...options] = command;
      succeeded(await this.project.inStack("proxies", name, "-input=false", "-no-color", ...options));
    }
  }

  async close(): Promise<void> {
    this.project.remove();
    await this.ocp.stop();
  }
}

/**
 * What OCP was asked to delete, in order. Those that were deleted next to each other are sorted: hooks may share a call, in
 * which the order is of no meaning, and on a busy machine they may not.
 */
export function deletionsOf(ocp: Simulator): readonly string[] {
  const changes = ocp.requests.filter(({ method, status }) => method !== "GET" && status === 200);
  const keys = changes.flatMap(({ path }) => {
    const [, cluster = path, obproxies] = /\/clusters\/(\d+)(?:\/obproxies\/([\d,]+))?$/.exec(path) ?? [];
    return obproxies === undefined ? [cluster] : obproxies.split(",").map((id) => `${cluster}/${id}`);
  });
  const end = keys.findIndex((key) => !key.includes("/"));
  return [...keys.slice(0, end).sort(), ...keys.slice(end)];
}

/** Each OBProxy once, and their cluster after them. */
export const IN_ORDER = ["27/1", "27/2", "27/3", "27"];

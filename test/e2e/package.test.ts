import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import { installTarball, version } from "../support/packed.js";
import { succeeded } from "../support/process.js";
import { CliProject } from "../support/project.js";
import { REPOSITORY } from "../support/repository.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { CREDENTIALS, hookEnvironment, orders } from "../support/world.js";

/** As a user writes it in a project of their own. */
const MAIN = `
const { App, TerraformStack } = require("cdktf");
const { Obproxy, ObproxyCluster, OcpProvider } = require("cdktf-obproxy");

const app = new App();
const stack = new TerraformStack(app, "mine");
new OcpProvider(stack, "ocp");
const cluster = new ObproxyCluster(stack, "orders", { clusterId: 27, clusterName: "orders" });
new Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
app.synth();
`;

let terraform: Terraform;
let ocp: Simulator;
let project: CliProject;
let paths: readonly string[];

beforeAll(async () => {
  terraform = await startTerraform();
  ocp = await startSimulator({ credentials: CREDENTIALS, tickMs: 20, clusters: [orders()] });
  project = new CliProject(terraform, {
    app: "node main.js",
    files: { "main.js": MAIN },
    env: { ...hookEnvironment(), OCP_URL: ocp.url },
  });
  paths = await installTarball(project);
});
afterAll(async () => {
  project.remove();
  await ocp.stop();
  await terraform.stop();
});

/** Declarations that a user's compiler reads, and so an editor shows. */
function typesFrom(entry: string): readonly string[] {
  const found = new Set([entry]);
  for (const path of found) {
    const text = readFileSync(join(project.modulesPath, "cdktf-obproxy/dist", path), "utf8");
    for (const [, target = ""] of text.matchAll(/["'](\.{1,2}\/[^"']+)\.js["']/g)) {
      found.add(join(dirname(path), `${target}.d.ts`));
    }
  }
  return [...found].sort();
}

describe("the packed package", () => {
  test("holds what users need and nothing else", () => {
    expect(paths.filter((path) => !path.startsWith("dist/"))).toEqual([
      ".jsii",
      "LICENSE",
      "README.md",
      "package.json",
    ]);
    const rooms = new Set(paths.filter((path) => path.startsWith("dist/")).map((path) => path.split("/")[1]));
    expect([...rooms].sort()).toEqual(["cli", "constructs", "contract", "hook", "index.d.ts", "index.js", "simulator"]);
    expect(paths.filter((path) => /^dist\/(hook|cli)\//.test(path))).toEqual([
      "dist/cli/commands.js",
      "dist/cli/main.js",
      "dist/hook/obproxy-hook.cjs",
    ]);
    const compiled = paths.filter((path) => /^dist\/(constructs|contract|simulator)\//.test(path));
    const sources = compiled.map((path) => path.replace(/^dist/, "src").replace(/(\.d\.ts|\.js)$/, ".ts"));
    expect(sources.filter((source) => !existsSync(join(REPOSITORY, source)))).toEqual([]);
  });

  test("has types that lead to what is public and no further", () => {
    const constructs = ["carrier", "obproxy-cluster", "obproxy", "ocp-provider", "timeouts"];
    expect(typesFrom("index.d.ts")).toEqual([...constructs.map((name) => `constructs/${name}.d.ts`), "index.d.ts"]);
    const ofSimulator = typesFrom("simulator/index.d.ts");
    expect(ofSimulator).toContain("simulator/simulator.d.ts");
    expect(ofSimulator.filter((path) => /(wiring|engine|server|resolve-options)/.test(path))).toEqual([]);
  });

  test("is small, and runs nothing when it is installed", () => {
    const manifest = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as {
      dependencies?: object;
      scripts: Readonly<Record<string, string>>;
    };
    expect(statSync(join(project.path, `cdktf-obproxy-${version()}.tgz`)).size).toBeLessThan(500_000);
    expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([]);
    expect(manifest.dependencies).toBeUndefined();
  });

  test("can be required and imported, the simulator too", async () => {
    const names =
      "console.log(typeof p.Obproxy, typeof p.ObproxyCluster, typeof p.OcpProvider, typeof s.startSimulator)";
    const required = `const p = require("cdktf-obproxy"); const s = require("cdktf-obproxy/simulator"); ${names}`;
    const imported = `import * as p from "cdktf-obproxy"; import * as s from "cdktf-obproxy/simulator"; ${names}`;
    const everything = "function function function function\n";
    expect(succeeded(await project.run("node", "--eval", required))).toBe(everything);
    expect(succeeded(await project.run("node", "--input-type=module", "--eval", imported))).toBe(everything);
  });

  test("brings a command line that starts", async () => {
    const { output } = await project.run("node", "node_modules/cdktf-obproxy/dist/cli/main.js", "--help");
    expect(output).toContain("Usage: cdktf-obproxy");
  });

  test("serves a project of ten lines: deploy, destroy, nothing left", async () => {
    const deployed = await project.cdktf("deploy", "--auto-approve");
    expect(deployed.output).toContain("Apply complete! Resources: 4 added");
    const destroyed = await project.cdktf("destroy", "--auto-approve");
    expect(destroyed.output).toContain("Destroy complete! Resources: 4 destroyed.");
    expect(destroyed.code).toBe(0);
    expect(ocp.clusters).toEqual([]);
    expect(await project.addresses("mine")).toEqual([]);
  });
});

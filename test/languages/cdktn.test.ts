import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import { snippets } from "../support/pages.js";
import { run, succeeded } from "../support/process.js";
import { REPOSITORY } from "../support/repository.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { CREDENTIALS, hookEnvironment, orders } from "../support/world.js";
import { IN_ORDER, deletionsOf } from "./support/example.js";
import { movedToCdktn, readmeApp, TypescriptApp } from "./support/typescript.js";

/** The package for CDKTN: the same source, and to Terraform the same. */

jest.setTimeout(120_000);

const PACKAGE = join(REPOSITORY, "build/packages/cdktn-obproxy");
const everything = readFileSync(join(__dirname, "everything.ts"), "utf8");
const carriers = {
  terraform_data: readmeApp(),
  null_resource: readmeApp().replace(", { carrier: Carrier.TERRAFORM_DATA }", ""),
} as const;

let terraform: Terraform;
let ocp: Simulator;
let app: TypescriptApp;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());
beforeEach(async () => {
  ocp = await startSimulator({ credentials: CREDENTIALS, tickMs: 20, clusters: [orders()] });
  app = new TypescriptApp(terraform, { ...hookEnvironment(), OCP_URL: ocp.url });
});
afterEach(async () => {
  app.remove();
  await ocp.stop();
});

const forms = [
  ["terraform_data", "JSON"],
  ["terraform_data", "HCL"],
  ["null_resource", "JSON"],
  ["null_resource", "HCL"],
] as const;

describe.each(forms)("%s in %s", (carrier, form) => {
  const source = carriers[carrier];
  const options = { hcl: form === "HCL" };

  test("is deployed by an app of cdktn, and destroyed in order", async () => {
    await app.synth("cdktn", source, options);
    succeeded(await app.inStack("apply", "-auto-approve"));
    expect(ocp.requests).toEqual([]);
    succeeded(await app.inStack("destroy", "-auto-approve"));
    expect(ocp.clusters).toEqual([]);
    expect(deletionsOf(ocp)).toEqual(IN_ORDER);
  });

  test("an app that moves from cdktf to cdktn is the same to Terraform: no changes, and a destroy in order", async () => {
    const before = await app.synth("cdktf", source, options);
    succeeded(await app.inStack("apply", "-auto-approve"));
    const after = await app.synth("cdktn", source, options);
    expect(after).toEqual(before);
    expect(succeeded(await app.inStack("plan"))).toContain("No changes.");
    succeeded(await app.inStack("destroy", "-auto-approve"));
    expect(ocp.clusters).toEqual([]);
    expect(deletionsOf(ocp)).toEqual(IN_ORDER);
  });
});

test("what else may be written is the same, too", async () => {
  const before = await app.synth("cdktf", everything);
  expect(await app.synth("cdktn", everything)).toEqual(before);
});

test("the package's README shows the app of the other one", () => {
  const shown = snippets("packages/cdktn-obproxy/README.md").find(({ language }) => language === "ts");
  expect(shown?.text).toBe(movedToCdktn(readmeApp()));
});

test("preflight looks at what cdktn synthesized", async () => {
  await app.synth("cdktn", readmeApp());
  const program = join(PACKAGE, "dist/cli/main.js");
  const env = { ...hookEnvironment(), OCP_URL: ocp.url };
  const { code, output } = await terraform.node(app.path, [program, "preflight", "--no-state"], env);
  expect(output).toContain("OBProxy 27/3");
  expect(code).toBe(0);
});

test("generate writes an app for cdktn", async () => {
  const env = { ...hookEnvironment(), OCP_URL: ocp.url };
  const output = succeeded(await terraform.node(app.path, [join(PACKAGE, "dist/cli/main.js"), "generate"], env));
  expect(output).toContain('from "cdktn"');
  expect(output).toContain('from "cdktn-obproxy"');
});

describe("the package", () => {
  const manifest = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as Record<string, unknown>;
  const ofCdktf = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as Record<string, unknown>;

  test("has the version, the program and the entries of that for cdktf, and other peers", () => {
    for (const name of ["version", "license", "engines", "main", "types", "exports", "bin", "files"]) {
      expect([name, manifest[name]]).toEqual([name, ofCdktf[name]]);
    }
    expect(manifest).toMatchObject({
      name: "cdktn-obproxy",
      peerDependencies: { cdktn: "^0.24.0", constructs: ">=10.6.0 <10.8.0" },
    });
    expect(Object.keys(manifest)).not.toContain("private");
  });

  test("holds the same files", async () => {
    const filesOf = async (directory: string): Promise<readonly string[]> => {
      const pack = ["pack", "--dry-run", "--json", "--ignore-scripts"];
      const output = succeeded(await run("npm", pack, { cwd: directory, env: process.env }));
      const [packed] = JSON.parse(output) as readonly { readonly files: readonly { readonly path: string }[] }[];
      return (packed?.files ?? []).map(({ path }) => path).sort();
    };
    expect(await filesOf(PACKAGE)).toEqual(await filesOf(REPOSITORY));
  });

  test("imports nothing of cdktf, in code or in types", async () => {
    const { output } = await run("grep", ["-rlE", '(from|require\\() ?"@?cdktf[/"]', "dist"], {
      cwd: PACKAGE,
      env: process.env,
    });
    expect(output).toBe("");
  });
});

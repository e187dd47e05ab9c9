import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, succeeded } from "../support/process.js";
import { REPOSITORY } from "../support/repository.js";
import { temporaryDirectory, type TemporaryDirectory } from "../support/temporary.js";
import { type Environment, startTerraform, type Terraform } from "../support/terraform.js";
import { Example, IN_ORDER, QUIET } from "./support/example.js";
import { readmeApp, synthesizedByTypescript, synthesizedIn } from "./support/typescript.js";

jest.setTimeout(300_000);

let terraform: Terraform;
let place: TemporaryDirectory;
let env: Environment;
beforeAll(async () => {
  terraform = await startTerraform();
  place = temporaryDirectory();
  env = await virtualEnvironment(place.path);
});
afterAll(async () => {
  place.remove();
  await terraform.stop();
});

/** As the example's README says, and a checker of types. */
async function virtualEnvironment(directory: string): Promise<Environment> {
  const here = { cwd: directory, env: process.env };
  succeeded(await run("python3", ["-m", "venv", "venv"], here));
  const bin = join(directory, "venv/bin");
  const requirements = join(REPOSITORY, "examples/python/requirements.txt");
  succeeded(await run(join(bin, "pip"), ["install", "--quiet", "--requirement", requirements, "mypy==1.18.2"], here));
  return { ...QUIET, PATH: `${bin}:${process.env["PATH"] ?? ""}` };
}

/** A program of its own, in a directory of its own. */
async function python(source: string): Promise<{ readonly directory: string; readonly output: string }> {
  const directory = temporaryDirectory();
  places.push(directory);
  writeFileSync(join(directory.path, "main.py"), source);
  const { output } = await run("python3", ["main.py"], { cwd: directory.path, env: { ...process.env, ...env } });
  return { directory: directory.path, output };
}

const places: TemporaryDirectory[] = [];
afterEach(() => {
  for (const directory of places.splice(0)) directory.remove();
});

describe("the example in Python", () => {
  let example: Example;
  beforeEach(async () => {
    example = await Example.open(terraform, "python", env);
  });
  afterEach(() => example.close());

  test("is deployed and destroyed by cdktf, in order", async () => {
    await example.destroyByCdktf();
    expect(example.ocp.clusters).toEqual([]);
    expect(example.deletions()).toEqual(IN_ORDER);
  });

  test("is deployed and destroyed by Terraform alone, in order", async () => {
    await example.destroyByTerraform();
    expect(example.ocp.clusters).toEqual([]);
    expect(example.deletions()).toEqual(IN_ORDER);
  });

  test("is to Terraform what the README's app is", async () => {
    succeeded(await example.project.run("python3", "main.py"));
    expect(synthesizedIn(example.project.path)).toEqual(await synthesizedByTypescript(terraform, readmeApp()));
  });

  test("brings the command line along", async () => {
    succeeded(await example.project.run("python3", "main.py"));
    const { code, output } = await example.project.run("cdktf-obproxy", "preflight", "--no-state");
    expect(output).toContain("27/3");
    expect(code).toBe(0);
  });
});

test("tokens, iterators, enumerations, guards, order and time limits come out as from TypeScript", async () => {
  const everything = (name: string) => readFileSync(join(__dirname, name), "utf8");
  const { directory, output } = await python(everything("everything.py"));
  expect(output).toBe("");
  expect(synthesizedIn(directory)).toEqual(await synthesizedByTypescript(terraform, everything("everything.ts")));
});

test("without the null provider's package the default carrier is what it is in TypeScript", async () => {
  const { directory, output } = await python(
    readFileSync(join(REPOSITORY, "examples/python/main.py"), "utf8").replace(", carrier=Carrier.TERRAFORM_DATA", ""),
  );
  expect(output).toBe("");
  const inTypescript = readmeApp().replace(", { carrier: Carrier.TERRAFORM_DATA }", "");
  expect(synthesizedIn(directory)).toEqual(await synthesizedByTypescript(terraform, inTypescript));
});

test("mypy --strict finds nothing in the example, nor in what else may be written", async () => {
  cpSync(join(REPOSITORY, "examples/python/main.py"), join(place.path, "main.py"));
  cpSync(join(__dirname, "everything.py"), join(place.path, "everything.py"));
  const files = ["main.py", "everything.py"];
  const { output } = await run("mypy", ["--strict", ...files], { cwd: place.path, env: { ...process.env, ...env } });
  expect(output.trim()).toBe("Success: no issues found in 2 source files");
});

test("mypy finds what is no property, and what has the wrong type", async () => {
  const source = [
    "from cdktf import App, TerraformStack",
    "from cdktf_obproxy import Obproxy, ObproxyCluster",
    'stack = TerraformStack(App(), "proxies")',
    'ObproxyCluster(stack, "a", cluster_id="27", cluster_name="orders")',
    'Obproxy(stack, "b", obproxyIds=[1])',
  ];
  writeFileSync(join(place.path, "wrong.py"), source.join("\n"));
  const options = { cwd: place.path, env: { ...process.env, ...env } };
  const { output } = await run("mypy", ["--strict", "wrong.py"], options);
  expect(output).toMatch(/^wrong\.py:4: error: .*"cluster_id".*$/m);
  expect(output).toMatch(/^wrong\.py:5: error: .*"obproxyIds".*$/m);
});

describe("a mistake is told in the last line, whole, with the construct's path and Python's names:", () => {
  const start = [
    "from cdktf import App, DataResource, TerraformStack, TerraformVariable",
    "from cdktf_obproxy import Obproxy, ObproxyCluster, OcpProvider, Timeouts",
    "app = App()",
    'stack = TerraformStack(app, "proxies")',
    'ocp = OcpProvider(stack, "ocp")',
    'number = TerraformVariable(stack, "number", type="number").number_value',
  ].join("\n");

  test.each([
    [
      'Obproxy(stack, "a", cluster_id=27, cluster_name="orders", obproxy_ids=[])',
      "proxies/a: `obproxy_ids` is empty. Name at least one OBProxy, or take the construct out of the app.",
    ],
    [
      'Obproxy(stack, "a", cluster_id=27, cluster_name="orders", obproxy_ids=[1, -2])',
      "proxies/a: `obproxy_ids[1]` is -2, but an id of OCP is a positive integer. Take the id that OCP shows for the object.",
    ],
    [
      'Obproxy(stack, "a", obproxy_ids=[1])',
      "proxies/a: neither `cluster` nor `cluster_id` is given. Give `cluster` for a cluster that this stack declares, or `cluster_id` and `cluster_name` for another one.",
    ],
    [
      'ObproxyCluster(stack, "a", cluster_id=27, cluster_name="orders", timeouts=Timeouts(delete="soon"))',
      'proxies/a: `timeouts.delete` is "soon", but it has to be a duration greater than zero. Write hours, minutes and seconds, such as "90s", "30m", "2h" or "1h30m".',
    ],
    [
      'ObproxyCluster(stack, "a", cluster_id=number, cluster_name="orders", force_destroy=True)',
      "proxies/a: `force_destroy` is set, but `cluster_id` is a value that only Terraform knows, so the hook could not find the setting. Write the id as a number, or leave `force_destroy` out.",
    ],
    [
      'OcpProvider(stack, "b", alias="ocp")',
      'proxies/b: `alias` is "ocp", which proxies/ocp has already in this stack. Give each OcpProvider of a stack an `alias` of its own, and never change it once it is deployed.',
    ],
  ])("%s", async (mistake, message) => {
    const { output } = await python(`${start}\n${mistake}\napp.synth()\n`);
    expect(output.trimEnd().split("\n").at(-1)).toBe(`RuntimeError: ${message}`);
  });

  test("also through cdktf", async () => {
    const example = await Example.open(terraform, "python", env);
    try {
      const path = join(example.project.path, "main.py");
      writeFileSync(path, readFileSync(path, "utf8").replace("cluster_id=27", "cluster_id=-27"));
      const { code, output } = await example.project.cdktf("synth");
      expect(code).not.toBe(0);
      expect(output).toContain(
        "RuntimeError: proxies/orders: `cluster_id` is -27, but an id of OCP is a positive integer.",
      );
    } finally {
      await example.close();
    }
  });
});

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import { App, TerraformStack, Testing } from "cdktf";
import type { Construct } from "constructs";
import ts from "typescript";
import { generate, GENERATE_HELP } from "../../src/cli/generate.js";
import * as product from "../../src/index.js";
import {
  DEFAULT_CREDENTIALS,
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from "../../src/simulator/index.js";
import { type CommandRun, commandRun } from "../support/command-run.js";
import { REPOSITORY } from "../support/repository.js";
import { temporaryDirectory } from "../support/temporary.js";

const place = temporaryDirectory();
let ocp: Simulator;

afterAll(() => {
  place.remove();
});
afterEach(async () => {
  expect(ocp.requests.filter(({ method }) => method !== "GET")).toEqual([]);
  await ocp.stop();
});

async function given(options: SimulatorOptions = {}): Promise<void> {
  ocp = await startSimulator({
    tickMs: "manual",
    clusters: [
      { id: 27, name: "orders", obproxies: [1, 2, 3] },
      { id: 28, name: "orders-eu", obproxies: [] },
      { id: 29, name: "订单", obproxies: [7] },
      { id: 30, name: 'a "quoted" ${name} */', obproxies: [8] },
    ],
    ...options,
  });
}

const run = (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<CommandRun> =>
  commandRun(generate, args, {
    cwd: place.path,
    env: {
      OCP_URL: ocp.url,
      OCP_USERNAME: DEFAULT_CREDENTIALS.username,
      OCP_PASSWORD: DEFAULT_CREDENTIALS.password,
      ...env,
    },
  });

/** As its command writes it, with this repository's settings. */
function prettied(source: string): string {
  const program = require.resolve("prettier/bin/prettier.cjs");
  const file = join(__dirname, "stack.ts");
  return execFileSync(process.execPath, [program, "--stdin-filepath", file], { input: source, encoding: "utf8" });
}

type StackClass = new (scope: Construct, id: string) => TerraformStack;

const COMPILER_OPTIONS: ts.CompilerOptions = {
  ...{ strict: true, noEmit: true, skipLibCheck: true, noUnusedLocals: true, types: ["node"] },
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  paths: { "cdktf-obproxy": [join(REPOSITORY, "src/index.ts")] },
};

/** Reads each file that is imported once for all programs: those of cdktf take seconds. */
const compilerHost = ts.createCompilerHost(COMPILER_OPTIONS);
const read = compilerHost.getSourceFile.bind(compilerHost);
const sources = new Map<string, ts.SourceFile | undefined>();
compilerHost.getSourceFile = (path, ...rest) => {
  if (!sources.has(path)) sources.set(path, read(path, ...rest));
  return sources.get(path);
};

/** Compiles what was printed against this package, strictly, and synthesizes it. */
function synthesized(
  source: string,
  className = "ObproxyStack",
): { readonly directory: string; readonly text: string } {
  const file = join(mkdtempSync(join(REPOSITORY, "test/.generated-")), "stack.ts");
  try {
    writeFileSync(file, source);
    const program = ts.createProgram([file], COMPILER_OPTIONS, compilerHost);
    // What it imports has been checked by `npm run typecheck`.
    const diagnostics = ts.getPreEmitDiagnostics(program, program.getSourceFile(file));
    expect(diagnostics.map(({ messageText }) => messageText)).toEqual([]);
  } finally {
    rmSync(join(file, ".."), { recursive: true });
  }
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exports: Record<string, StackClass> = {};
  const require = createRequire(__filename);
  const load = (name: string): unknown =>
    name === "cdktf-obproxy" ? product : name === "cdktf" ? jest.requireActual("cdktf") : require(name);
  // The module is ours, made a moment ago.
  const module = compileFunction(outputText, ["require", "exports"]) as (load: unknown, exports: unknown) => void;
  module(load, exports);
  const Stack = exports[className];
  if (Stack === undefined) throw new Error(`no class ${className}`);
  const directory = join(place.path, `out-${Math.random()}`);
  const app = new App({ outdir: directory });
  const stack = new Stack(app, "generated");
  app.synth();
  return { directory: join(directory, "stacks/generated"), text: Testing.synth(stack) };
}

test("prints all clusters with their OBProxies, ready to compile, in Prettier's form", async () => {
  await given();
  const { code, err, out } = await run();
  expect(code).toBe(0);
  expect(err).toBe(`cdktf-obproxy generate: 4 OBProxy clusters and 5 OBProxies of OCP at ${ocp.url}\n`);
  const usual = (await run(["orders", "orders-eu", "29"])).out;
  expect(prettied(usual)).toBe(usual);
  const { text } = synthesized(out);
  const { locals } = JSON.parse(text) as { locals: Record<string, Record<string, string>> };
  expect(Object.keys(locals["ocp_obproxies"] ?? {})).toEqual(["27/1", "27/2", "27/3", "29/7", "30/8"]);
  expect(locals["ocp_obproxy_clusters"]).toMatchObject({ "27": "orders", "28": "orders-eu", "29": "订单" });
  expect(out).toContain(
    'const orders = new ObproxyCluster(this, "orders", { ocp, clusterId: 27, clusterName: "orders" });',
  );
  expect(out).toMatch(/ {8}1, \/\/ \d+\.\d+\.\d+\.\d+:\d+\n/);
});

test("prints those that are named, by name or id", async () => {
  await given();
  const { code, out } = await run(["orders-eu", "29"]);
  expect(code).toBe(0);
  expect([...out.matchAll(/clusterId: (\d+)/g)].map(([, id]) => id)).toEqual(["28", "29"]);
});

test("refuses a name that OCP does not know, and says which it knows", async () => {
  await given();
  const { code, err, out } = await run(["orders", "bills"]);
  expect(code).toBe(2);
  expect(out).toBe("");
  expect(err).toContain(
    'OCP knows no OBProxy cluster with the name or id "bills"; it knows 27 (orders), 28 (orders-eu)',
  );
});

test("says at the top, and by its exit code, what is missing", async () => {
  await given();
  ocp.inject({
    when: ({ path }) => path.endsWith("/clusters/27"),
    does: {
      kind: "rewrite",
      change: (body) => {
        const { data, ...rest } = body as { data: Record<string, unknown> };
        return { ...rest, data: Object.fromEntries(Object.entries(data).filter(([, value]) => !Array.isArray(value))) };
      },
    },
  });
  const { code, err, out } = await run(["orders"]);
  expect(code).toBe(1);
  expect(out).toContain("// NOT WHOLE: OCP does not say which OBProxies the cluster 27 (orders) holds.");
  expect(err).toContain("NOT WHOLE: OCP does not say which OBProxies the cluster 27 (orders) holds");
  synthesized(out);
});

test("writes no id that a number cannot hold", async () => {
  await given({
    clusters: [
      { id: "9007199254740993", name: "huge", obproxies: [1] },
      { id: 1, name: "small" },
    ],
  });
  const { code, out } = await run();
  expect(code).toBe(1);
  expect(out).toContain("// OBProxy cluster 9007199254740993 (huge) cannot be declared: its id is above 2^53");
  expect(out).not.toContain("clusterId: 9007199254740993");
  synthesized(out);
});

test("gives the provider's own name to no cluster", async () => {
  await given({ clusters: [{ id: 5, name: "ocp", obproxies: [1] }] });
  const { code, out } = await run();
  expect(code).toBe(0);
  expect(out).toContain('new ObproxyCluster(this, "ocp_2", { ocp, clusterId: 5, clusterName: "ocp" })');
  synthesized(out);
});

test.each([
  ["*", "stands for whatever name a cluster has"],
  [" orders", "is none that a clusterName can have"],
  ["${TfToken[TOKEN.0]}", "cdktf would take its name"],
])("declares no cluster whose name, %j, would mean something else", async (name, words) => {
  await given({
    clusters: [
      { id: 5, name, obproxies: [1] },
      { id: 6, name: "orders", obproxies: [2] },
    ],
  });
  const { code, err, out } = await run();
  expect(code).toBe(1);
  expect(out).toMatch(/^ {4}\/\/ OBProxy cluster 5 \(.*\) cannot be declared: /m);
  expect(err).toContain(words);
  expect(out).not.toContain("clusterId: 5");
  expect(synthesized(out).text).toContain('"6/2"');
});

test("takes the carrier", async () => {
  await given();
  const { code, out } = await run(["orders", "--carrier", "terraform_data", "--env-prefix", "OCP"]);
  expect(code).toBe(0);
  expect(out).toContain('new OcpProvider(this, "ocp", { carrier: Carrier.TERRAFORM_DATA })');
  expect(synthesized(out).text).toContain("terraform_data");
  expect(prettied(out)).toBe(out);
});

test("takes the prefix of the environment and the name of the class", async () => {
  await given();
  const env = { EU_URL: ocp.url, EU_USERNAME: DEFAULT_CREDENTIALS.username, EU_PASSWORD: DEFAULT_CREDENTIALS.password };
  const { code, out } = await run(["orders", "--env-prefix", "EU", "--class-name", "Eu"], { OCP_URL: "", ...env });
  expect(code).toBe(0);
  expect(out).toContain('new OcpProvider(this, "ocp", { envPrefix: "EU" })');
  synthesized(out, "Eu");
});

test("compares what OCP holds with a stack", async () => {
  await given();
  const { out } = await run(["orders", "28"]);
  const { directory } = synthesized(out);
  ocp.addCluster({ id: 31, name: "new", obproxies: [9] });
  ocp.removeObproxy(27, 3);
  const { code, out: told } = await run(["--check", directory]);
  expect(code).toBe(1);
  const lines = told.split("\n").map((line) => line.trim().replace(/ \d+\.\d+\.\d+\.\d+:\d+( RUNNING)?/, ""));
  expect(lines).toEqual([
    `stack generated, provider ocp, OCP at ${ocp.url}`,
    "only in OCP:    OBProxy cluster 29 (订单)",
    expect.stringContaining("only in OCP:    OBProxy cluster 30"),
    "only in OCP:    OBProxy cluster 31 (new)",
    "only in OCP:    OBProxy 29/7 of 订单",
    expect.stringContaining("only in OCP:    OBProxy 30/8"),
    "only in OCP:    OBProxy 31/9 of new",
    "only declared:  OBProxy 27/3, declared by generated/orders-proxies",
    "",
  ]);
});

test("compares the clusters that are named, by name or id, on whichever side they are", async () => {
  await given();
  const { directory } = synthesized((await run(["orders", "28"])).out);
  ocp.addCluster({ id: 31, name: "new", obproxies: [9] });
  ocp.removeCluster(28);
  const told = async (...names: readonly string[]) => (await run(["--check", directory, ...names])).out.split("\n");
  expect(await told("orders")).toContainEqual(expect.stringContaining("no difference"));
  expect((await told("31", "orders")).filter((line) => /only/.test(line))).toEqual([
    "  only in OCP:    OBProxy cluster 31 (new)",
    expect.stringContaining("only in OCP:    OBProxy 31/9"),
  ]);
  expect((await told("orders-eu")).filter((line) => /only/.test(line))).toEqual([
    "  only declared:  OBProxy cluster 28, declared by generated/orders-eu",
  ]);
  const { code, err } = await run(["--check", directory, "orders", "bills"]);
  expect(code).toBe(2);
  expect(err).toContain('OCP knows no OBProxy cluster with the name or id "bills"');
});

/** Of a stack that nobody has to compile. */
function declaring(declare: (stack: TerraformStack) => void): string {
  const outdir = join(place.path, `out-${Math.random()}`);
  const app = new App({ outdir });
  declare(new TerraformStack(app, "mixed"));
  app.synth();
  return join(outdir, "stacks/mixed");
}

const ORDERS = { clusterId: 27, clusterName: "orders" };

test.each<[string, (stack: TerraformStack) => void, string]>([
  [
    "a cluster",
    (stack) => {
      const cluster = new product.ObproxyCluster(stack, "orders", {
        ocp: new product.OcpProvider(stack, "ocp"),
        ...ORDERS,
      });
      new product.Obproxy(stack, "proxies", { cluster, obproxyIds: [1, 2, 3] });
    },
    "mixed/orders",
  ],
  [
    "OBProxies alone",
    (stack) => {
      const ocp = new product.OcpProvider(stack, "ocp");
      new product.Obproxy(stack, "proxies", { ocp, ...ORDERS, obproxyIds: [1, 2, 3] });
    },
    "mixed/proxies",
  ],
])("says what OCP calls otherwise of %s, whatever name or id is asked for", async (_, declare, path) => {
  await given({ clusters: [{ id: 27, name: "payments", obproxies: [1, 2, 3] }] });
  const directory = declaring(declare);
  for (const names of [[], ["orders"], ["payments"], ["27"]]) {
    const { code, out } = await run(["--check", directory, ...names]);
    expect(out).toContain(`  other name:     OBProxy cluster 27 is "payments" in OCP and "orders" in ${path}\n`);
    expect(out).not.toContain("only declared");
    expect(code).toBe(1);
  }
});

test("asks no OCP for what only another one of the stack has to know", async () => {
  await given();
  const there = await startSimulator({ clusters: [{ id: 5, name: "elsewhere", obproxies: [] }] });
  try {
    const directory = declaring((stack) => {
      const ocp = new product.OcpProvider(stack, "ocp");
      new product.OcpProvider(stack, "there", { alias: "there", url: there.url });
      new product.Obproxy(stack, "proxies", { ocp, ...ORDERS, obproxyIds: [1, 2, 3] });
    });
    const { code, err, out } = await run(["--check", directory, "orders"]);
    expect(err).toBe("");
    expect(out).toContain(`provider there, OCP at ${there.url}\n  no difference`);
    expect(code).toBe(1);
    const unknown = await run(["--check", directory, "orders", "bills"]);
    expect(unknown).toMatchObject({ code: 2, out: "" });
    expect(unknown.err).toContain('the name or id "bills"; it knows 27 (orders)');
    expect(unknown.err).toContain("5 (elsewhere)");
  } finally {
    await there.stop();
  }
});

test("finds no difference where there is none", async () => {
  await given();
  const { directory } = synthesized((await run()).out);
  const { code, out } = await run(["--check", directory]);
  expect(code).toBe(0);
  expect(out).toContain("no difference");
});

test.each<[string, readonly string[], NodeJS.ProcessEnv, RegExp]>([
  [
    "a wrong password",
    [],
    { OCP_PASSWORD: "wrong-one" },
    /does not accept the credentials \(401\).*asked as "admin" at http/,
  ],
  ["no URL", [], { OCP_URL: "" }, /no URL of OCP/],
  ["an OCP that does not answer", ["--url", "http://127.0.0.1:1"], {}, /cannot be reached/],
  ["another language", ["--language", "cobol"], {}, /must be typescript, not "cobol"/],
  ["another carrier", ["--carrier", "pigeon"], {}, /must be null_resource or terraform_data, not "pigeon"/],
  ["a name that is none of a class", ["--class-name", "1x"], {}, /must be the name of a class/],
  ["an option that is not there", ["--frobnicate"], {}, /there is no option/],
  ["a directory without a stack", ["--check", "nowhere"], {}, /there is no directory/],
])("fails with words and code 2 for %s", async (_what, args, env, words) => {
  await given();
  const { code, err, out } = await run(args, env);
  expect(code).toBe(2);
  expect(out).toBe("");
  expect(err).toMatch(words);
  expect(err).not.toMatch(/\n\s+at |wrong-one/);
});

test("teaches", async () => {
  await given();
  expect(await run(["--help"])).toMatchObject({ code: 0, out: `${GENERATE_HELP}\n` });
});

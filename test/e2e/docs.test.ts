import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { parse } from "yaml";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import { pages, type Snippet, snippets } from "../support/pages.js";
import { linkPrograms } from "../support/packed.js";
import { succeeded } from "../support/process.js";
import { terraformProgram } from "../support/program.js";
import { CliProject } from "../support/project.js";
import { REPOSITORY } from "../support/repository.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { half } from "../support/thorough.js";
import { CREDENTIALS, hookEnvironment, orders } from "../support/world.js";

/** What the pages show is run as it stands: apps, commands and pipelines, each section in a project of its own. */

const SUPPORT = join(REPOSITORY, "test/support");
const all = pages().flatMap(snippets);
const ofSection = (page: string, heading: string): readonly Snippet[] =>
  all.filter((snippet) => snippet.page === page && snippet.heading === heading);
const isApp = ({ language, text }: Snippet): boolean => language === "ts" && text.includes("app.synth()");
const README_APP = all.find((snippet) => snippet.page === "README.md" && isApp(snippet))?.text ?? "";

interface Section {
  readonly page: string;
  readonly heading: string;
  /** What there is before its commands run; default nothing is deployed. */
  readonly given?: "deployed" | "deployed, then taken out" | "destroyed";
  /** OBProxies of each cluster that OCP holds afterwards. */
  readonly leaves: Readonly<Record<string, readonly string[]>>;
}

const EVERYTHING = { "27": ["1", "2", "3"] };
const recipe = (heading: string, section: Omit<Section, "page" | "heading">): Section => ({
  page: "docs/recipes.md",
  heading,
  ...section,
});

const SECTIONS: readonly Section[] = [
  { page: "README.md", heading: "Use it", leaves: {} },
  { page: "docs/generate.md", heading: "From OCP to code", leaves: EVERYTHING },
  { page: "docs/preflight.md", heading: "Look before you delete", leaves: EVERYTHING },
  { page: "docs/report.md", heading: "What has become of a destroy", given: "destroyed", leaves: {} },
  { page: "docs/report.md", heading: "In CI", given: "deployed", leaves: {} },
  { page: "docs/simulator.md", heading: "An OCP for your own tests", leaves: EVERYTHING },
  recipe("GitHub Actions", { given: "deployed", leaves: {} }),
  recipe("Atlantis", { given: "deployed, then taken out", leaves: {} }),
  recipe("A plan that another job applies", { given: "deployed", leaves: {} }),
  recipe("Air-gapped, or behind a mirror", { leaves: {} }),
  recipe("Several OCPs", { leaves: {} }),
  recipe("Retire one proxy of many", { leaves: { "27": ["1", "2"] } }),
  recipe("Resume after a failure", { given: "deployed", leaves: {} }),
  recipe("OpenTofu", { leaves: {} }),
];

/** Where the commands of a section are those of another one. */
const ALIKE = [
  ["GitLab", "GitHub Actions"],
  ["Jenkins", "GitHub Actions"],
] as const;

/** `npm ci` and `npm install` need a registry, and the demo and the contributors' commands are run elsewhere. */
const isTriedHere = (command: string): boolean => !/^npm\b/.test(command);

function commandsOf(snippet: Snippet): readonly string[] {
  const { language, text } = snippet;
  if (language === "sh") return text.split("\n").filter((line) => line !== "");
  if (language === "yaml") return stepsIn(parse(text));
  if (language === "groovy") return [...text.matchAll(/^\s*sh '(.*)'$/gm)].map(([, command = ""]) => command);
  return [];
}

/** Every `run` of a step, and every line of a script. */
function stepsIn(value: unknown, name = ""): readonly string[] {
  if (typeof value === "string") return /^(run|script|after_script)$/.test(name) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((each) => stepsIn(each, name));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([member, each]) => stepsIn(each, member));
}

const commandsIn = (page: string, heading: string): readonly string[] =>
  ofSection(page, heading).flatMap(commandsOf).filter(isTriedHere);

let terraform: Terraform;
let east: Simulator;
let west: Simulator;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());
beforeEach(async () => {
  east = await startSimulator({ version: "4.3.6", credentials: CREDENTIALS, tickMs: 20, clusters: [orders()] });
  west = await startSimulator({ credentials: CREDENTIALS, tickMs: 20, clusters: [{ id: 28, name: "reports" }] });
});
afterEach(async () => {
  await east.stop();
  await west.stop();
});

/** The same with addresses and secrets that there are. */
const real = (text: string): string =>
  text
    .replace(/https:\/\/ocp(-east)?\.example\.com/g, east.url)
    .replaceAll("https://ocp-west.example.com", west.url)
    .replaceAll("PASSWORD=…", `PASSWORD=${CREDENTIALS.password}`)
    .replaceAll("$(Agent.TempDirectory)", ".");

/** What `npx` comes to where the program is installed, half a second sooner. */
const QUICK_NPX = `#!/bin/sh\nexec "node_modules/.bin/$@"\n`;
const TSX = join(REPOSITORY, "node_modules/tsx/dist");
/** One process instead of two, where no ECMAScript module is to be loaded. */
const QUICK_TSX = `#!/bin/sh
case "$1" in
*.mts) exec node '${TSX}/cli.mjs' "$@" ;;
*) exec node --require '${SUPPORT}/kept-code.cjs' --require '${TSX}/cjs/index.cjs' "$@" ;;
esac
`;

/** A project of a user with the programs that a user has: as they are, or such as start sooner. */
function project(
  app: string,
  { programs }: { readonly programs: "real" | "quick" } = { programs: "quick" },
): CliProject {
  const made = new CliProject(terraform, { app: "npx tsx main.ts", files: { "main.ts": real(app) } });
  made.link("cdktf-obproxy", REPOSITORY);
  const isReal = programs === "real";
  const cdktf = join(dirname(require.resolve("cdktf-cli/package.json")), "bundle/bin/cdktf");
  linkPrograms(made, {
    cdktf: isReal ? cdktf : join(SUPPORT, "cdktf.cjs"),
    "cdktf-obproxy": join(REPOSITORY, "dist/cli/main.js"),
    ...(isReal ? { tsx: join(TSX, "cli.mjs") } : {}),
  });
  if (!isReal) writeFileSync(join(made.modulesPath, ".bin/tsx"), QUICK_TSX, { mode: 0o755 });
  // Whichever the tests run with, under both names.
  mkdirSync(join(made.path, "bin"));
  for (const name of ["terraform", "tofu"]) {
    const path = join(made.path, "bin", name);
    writeFileSync(path, `#!/bin/sh\nexec '${programPath()}' "$@"\n`, { mode: 0o755 });
  }
  if (!isReal) writeFileSync(join(made.path, "bin/npx"), QUICK_NPX, { mode: 0o755 });
  return made;
}

function programPath(): string {
  const program = terraformProgram();
  const found = (process.env["PATH"] ?? "").split(":").map((directory) => join(directory, program));
  return found.find((path) => ts.sys.fileExists(path)) ?? program;
}

const environment = (made: CliProject): Record<string, string> => ({
  ...hookEnvironment(),
  PATH: `${join(made.path, "bin")}:${process.env["PATH"] ?? ""}`,
  TMPDIR: made.path,
  OCP_URL: east.url,
});

/** What `cdktf deploy` comes to, with a third of the processor time. */
const IN_STACK = "terraform -chdir=cdktf.out/stacks/proxies";
const DEPLOYED = `npx tsx main.ts\n${IN_STACK} init -input=false\n${IN_STACK} apply -auto-approve -input=false`;

const shell = async (made: CliProject, script: string): Promise<string> =>
  succeeded(await terraform.shell(made.path, real(script), environment(made)));

test("every section with something to run is run here", () => {
  const sections = all
    .filter((snippet) => commandsOf(snippet).some(isTriedHere))
    .map(({ page, heading }) => `${page}: ${heading}`);
  const tried = [
    ...SECTIONS.map(({ page, heading }) => `${page}: ${heading}`),
    ...ALIKE.map(([heading]) => `docs/recipes.md: ${heading}`),
  ];
  expect([...new Set(sections)].sort()).toEqual(tried.sort());
});

test.each(ALIKE)("%s does what %s does", (one, other) => {
  const withoutVariables = commandsIn("docs/recipes.md", one).map((command) => command.replace(/^(\w+=\S+ )+/, ""));
  expect(withoutVariables).toEqual(commandsIn("docs/recipes.md", other));
});

test.each(half(SECTIONS))("$page: $heading", async ({ page, heading, given, leaves }) => {
  const app = ofSection(page, heading).find(isApp)?.text ?? README_APP;
  const made = project(app, { programs: page === "README.md" ? "real" : "quick" });
  try {
    if (given !== undefined) await shell(made, DEPLOYED);
    if (given === "destroyed") await shell(made, `${IN_STACK} destroy -auto-approve`);
    if (given === "deployed, then taken out") {
      const main = readFileSync(join(made.path, "main.ts"), "utf8");
      writeFileSync(join(made.path, "main.ts"), main.replace(/^.*new Obproxy.*$/gm, ""));
    }
    await shell(made, commandsIn(page, heading).join("\n"));
    const left = [...east.clusters, ...west.clusters.filter(({ id }) => leaves !== EVERYTHING && id !== "28")];
    expect(Object.fromEntries(left.map(({ id, obproxies }) => [id, obproxies.map((each) => each.id)]))).toEqual(leaves);
    if (heading === "Several OCPs") expect(west.clusters).toEqual([]);
  } finally {
    made.remove();
  }
});

const isRunAbove = (snippet: Snippet): boolean =>
  SECTIONS.some(({ page, heading }) => ofSection(page, heading).find(isApp) === snippet);
test.each(all.filter((snippet) => isApp(snippet) && !isRunAbove(snippet)))(
  "the app of $page: $heading is synthesized",
  async ({ text }) => {
    const made = project(text);
    try {
      await shell(made, "npx cdktf synth");
    } finally {
      made.remove();
    }
  },
);

const scripts = all.filter((snippet) => snippet.language === "ts" && !isApp(snippet));
test.each(scripts)("the program of $page: $heading runs", async ({ text }) => {
  const made = project(README_APP);
  try {
    writeFileSync(join(made.path, "snippet.mts"), text);
    await shell(made, "npx tsx snippet.mts");
  } finally {
    made.remove();
  }
});

test("all TypeScript of the pages has the types that the package promises", () => {
  const typescript = all.filter(({ language }) => language === "ts");
  const files = new Map(typescript.map(({ text }, index) => [join(REPOSITORY, `snippet-${index}.mts`), text]));
  const { config } = ts.readConfigFile(join(REPOSITORY, "tsconfig.json"), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, REPOSITORY);
  const host = ts.createCompilerHost(options);
  const readSource = host.getSourceFile.bind(host);
  host.fileExists = (path) => files.has(path) || ts.sys.fileExists(path);
  host.getSourceFile = (path, version, ...rest) => {
    const text = files.get(path);
    return text === undefined ? readSource(path, version, ...rest) : ts.createSourceFile(path, text, version, true);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  const errors = ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => [
      typescript[[...files.keys()].indexOf(file?.fileName ?? "")]?.heading,
      ts.flattenDiagnosticMessageText(messageText, "\n"),
    ]);
  expect(typescript.length).toBeGreaterThan(4);
  expect(errors).toEqual([]);
});

test.each(all.filter(({ language }) => language === "hcl"))(
  "Terraform understands the configuration of $page: $heading",
  async ({ text }) => {
    const made = project(README_APP);
    try {
      writeFileSync(join(made.path, "terraform.tfrc"), text.replace("/opt/mirror", made.path));
      await shell(made, 'TF_CLI_CONFIG_FILE="$PWD/terraform.tfrc" terraform version');
    } finally {
      made.remove();
    }
  },
);

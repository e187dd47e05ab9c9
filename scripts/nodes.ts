// Runs the tests of the hook and of synth on each version of Node.js that the package is meant for, as npm's package
// `node` brings them. What was installed is kept below node_modules/.cache. Arguments: directories for Jest's results.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import needs from "../src/needs.json";

const VERSIONS = [needs.node, "22", "24"];
/** Of the hook as a process, bundled from the sources and as it is built, and of all that runs at synth. */
const SUITES = ["test/constructs", "test/hook/built.test.ts", "test/hook/field.test.ts"];

const results = process.argv[2];
let failed = false;
for (const version of VERSIONS) {
  const program = installed(version);
  console.log(`\n== Node.js ${run(program, ["--version"], "pipe").stdout.trim()}`);
  const report = results === undefined ? [] : ["--json", `--outputFile=${join(results, `node-${version}.json`)}`];
  const { status } = run(program, ["node_modules/jest/bin/jest.js", ...SUITES, ...report], "inherit");
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;

function installed(version: string): string {
  const directory = join("node_modules/.cache/nodes", version);
  const program = join(directory, "node_modules/node/bin/node");
  if (existsSync(program)) return program;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "package.json"), "{}");
  const args = ["install", "--no-audit", "--no-fund", "--no-save", `node@${version}`];
  const { status, stderr } = run("npm", args, "pipe", directory);
  if (status !== 0 || !existsSync(program)) {
    throw new Error(`npm's package node@${version} cannot be installed:\n${stderr}`);
  }
  return program;
}

function run(program: string, args: readonly string[], stdio: "inherit" | "pipe", cwd = ".") {
  return spawnSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", stdio, stdio] });
}

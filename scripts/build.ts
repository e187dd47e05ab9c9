// Compiles the package: type-checked CommonJS with declarations for what users import, and one bundled file each for
// the destroy hook and the command line, so that neither needs node_modules where it runs. `cdktn`: the package for
// CDKTN instead; `hook`: nothing but the hook.
import { createHash } from "node:crypto";
import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, type Plugin, build, transformSync } from "esbuild";
import needs from "../src/needs.json";
import { compile, type Library, packageDirectory } from "./packages.js";

/**
 * What undici's client asks for and the hook has no use for, each with the little that is left of it. A part stays out only
 * where that alone is worth something: 3 ms of the hook's start, measured against the others by turns, or the package's size.
 */
const TRIMMED: readonly (readonly [RegExp, string])[] = [
  // 9 ms of 60 above a bare Node.js: it loads Node's HTTP/2, and OCP speaks HTTP/1.1 only.
  [/\/client-h2(\.js)?$/, 'module.exports = () => { throw new Error("HTTP/2 is not part of this bundle"); };'],
  // 8 ms: it loads Node's own client and server. Here it knows the limit of what heads an answer; the hook has one of its own.
  [/^node:http$/, "module.exports = { IncomingMessage: class {}, maxHeaderSize: 16384 };"],
  // 4 ms: it loads what compares and prints any two values. Here it is asked nothing but whether something holds.
  [
    /^node:assert$/,
    'module.exports = (holds, why) => { if (!holds) throw new Error(why ?? "undici: assertion failed"); };',
  ],
  // 72 kB in each of two programs: the parser comes twice, and the client takes the other where this one is not to be had.
  // It is asked for right before the other is compiled, at the first connection. V8 would optimise that in the background,
  // for 130 ms, for longer than a hook takes; its baseline code is more than fast enough for a few answers. Said any sooner,
  // Node.js could not use what it has compiled of its own modules, and TLS alone would start 11 ms later.
  [
    /\/llhttp_simd-wasm(\.js)?$/,
    'require("node:v8").setFlagsFromString("--liftoff-only"); throw new Error("one parser is enough");',
  ],
];

const trimmedUndici: Plugin = {
  name: "trimmed-undici",
  setup: (build) => {
    TRIMMED.forEach(([filter], index) => {
      build.onResolve({ filter }, ({ importer }) =>
        /[\\/]node_modules[\\/]undici[\\/]lib[\\/](core|dispatcher|handler|util|api)[\\/]/.test(importer)
          ? { path: String(index), namespace: "trimmed" }
          : undefined,
      );
    });
    build.onLoad({ filter: /.*/, namespace: "trimmed" }, ({ path }) => ({
      contents: TRIMMED[Number(path)]?.[1] ?? "",
    }));
  },
};

const HOOK = "dist/hook/obproxy-hook.cjs";
const undici = versionIn(require.resolve("undici/package.json"));
const undiciLicense = readFileSync(require.resolve("undici/LICENSE"), "utf8").trim();
const licenses = `/*!\nContains undici ${undici}:\n\n${undiciLicense}\n*/`;

const bundle = (entry: string, outfile: string, options: BuildOptions) =>
  build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20.18",
    format: "cjs",
    logLevel: "warning",
    plugins: [trimmedUndici],
    ...options,
  });

/** esbuild leaves other characters in patterns; with them V8 would read the whole as two bytes for each. */
function inAscii(program: string): string {
  const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return program.replace(/[^\n\r\t -~]/g, escape);
}

/**
 * A program that an older Node.js can read far enough to say what it needs. That would fail on the syntax of the rest,
 * and print the line, which is the whole program; so the rest is a comment, which is compiled where it can be. (As a text
 * in quotes it made the hook start 2 ms later.) It is read from the file: Bun and some loaders leave comments out of what they
 * compile, and what is left would do nothing, and end well.
 */
const checkingNode = (
  path: string,
  { exitCode, head, what, run }: { exitCode: number; head: string; what: string; run: string },
): void => {
  const program = inAscii(readFileSync(path, "utf8"));
  const build = createHash("sha256").update(program).digest("hex").slice(0, 12);
  const says = JSON.stringify(`${what} needs Node.js ${needs.node} or later, and this is v`);
  writeFileSync(
    path,
    `${head}(function () {
  var needed = ${JSON.stringify(needs.node)}.split("."), found = process.versions.node.split("."), at = 0;
  while (at < 2 && +found[at] === +needed[at]) at += 1;
  if (+found[at] < +needed[at]) {
    require("fs").writeSync(2, ${says} + process.versions.node + " (" + process.execPath + "): put a newer \`node\` first on the PATH.\\n");
    process.exit(${exitCode});
  }
  var text = require("fs").readFileSync(__filename, "latin1");
  var from = text.indexOf("/*", text.indexOf("/*program*" + "/") + 1) + 2;
  run(text.slice(from, text.lastIndexOf("*" + "/")).split("*\\0/").join("*/"));
})();
${run.replace("BUILD", JSON.stringify(build))}
/*program*/
/*${program.replaceAll("*/", "*\0/")}*/
`,
  );
};

async function main(library: Library): Promise<void> {
  compile(library);
  const directory = packageDirectory(library);
  await buildHook(join(directory, HOOK));
  const program = await buildCommandLine(library, directory);
  chmodSync(program, 0o755);
  if (library === "cdktn") return;
  rmSync("dist", { recursive: true, force: true });
  cpSync(join(directory, "dist"), "dist", { recursive: true });
  cpSync(join(directory, ".jsii"), ".jsii");
}

/** What answers at once, and beside it the commands. */
async function buildCommandLine(library: Library, directory: string): Promise<string> {
  // The paths of sources stand in it.
  const source = library === "cdktf" ? "src/cli" : join(directory, "src/cli");
  const commands = join(directory, "dist/cli/commands.js");
  await bundle(join(source, "commands.ts"), commands, {
    minify: true, // Less text to read before the first word, and a package of under 500 kB.
    banner: { js: licenses },
  });
  writeFileSync(commands, inAscii(readFileSync(commands, "utf8")));
  const program = join(directory, "dist/cli/main.js");
  await bundle(join(source, "main.ts"), program, {
    define: { PACKAGE_VERSION: JSON.stringify(versionIn("package.json")) },
    external: ["./commands.js"],
    // Else Node.js looks through all of the commands for what they export, which takes 40 ms.
    supported: { "dynamic-import": false },
  });
  const run = "function run(program) { module._compile(program, __filename); }";
  checkingNode(program, { exitCode: 2, what: "cdktf-obproxy", head: "#!/usr/bin/env node\n", run });
  return program;
}

async function buildHook(path: string): Promise<void> {
  await bundle("src/hook/main.ts", path, { minify: true });
  const what = "OBProxy teardown: FAILED: the destroy hook";
  const run = transformSync(readFileSync("scripts/kept-compiled.cjs", "utf8"), {
    minifyWhitespace: true,
    target: "es5",
  }).code;
  checkingNode(path, { exitCode: 1, what, head: `${licenses}\n`, run });
}

function versionIn(packageJson: string): string {
  return (JSON.parse(readFileSync(packageJson, "utf8")) as { version: string }).version;
}

const [what = "cdktf"] = process.argv.slice(2);
void (what === "hook" ? buildHook(HOOK) : main(what === "cdktn" ? "cdktn" : "cdktf"));

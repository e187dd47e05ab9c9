// Compiles the package: type-checked CommonJS with declarations for what users import, and one bundled file each for
// the destroy hook and the command line, so that neither needs node_modules where it runs.
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type BuildOptions, type Plugin, build } from "esbuild";
import needs from "../src/needs.json";
import { evaluateModulesAtOnce } from "./eager.js";

type Constants = Readonly<Record<"ERROR" | "TYPE", unknown>>;

/**
 * What undici's client asks for and the hook has no use for, each with the little that is left of it. Node's HTTP/2
 * (OCP speaks HTTP/1.1 only), its HTTP server half and its assertion library cost a quarter of the hook's start-up;
 * fetch's body classes are only for bodies that are neither texts nor buffers.
 */
const TRIMMED: readonly (readonly [RegExp, string | (() => Promise<string>)])[] = [
  [/\/client-h2(\.js)?$/, 'module.exports = () => { throw new Error("HTTP/2 is not part of this bundle"); };'],
  [
    /^node:assert$/,
    'module.exports = (ok, text) => { if (!ok) throw new Error(text ?? "an assumption of undici failed"); };',
  ],
  [/^node:http$/, "module.exports = { maxHeaderSize: 16384, IncomingMessage: class {} };"],
  // The parser comes twice, and the client takes the other where this one is not to be had.
  [/\/llhttp_simd-wasm(\.js)?$/, 'throw new Error("one parser is enough");'],
  // Of the parser's constants the client uses two tables; the others, of all methods and header names, cost a millisecond.
  [
    /\/llhttp\/constants(\.js)?$/,
    async () => {
      const { ERROR, TYPE } = (await import(require.resolve("undici/lib/llhttp/constants.js"))) as Constants;
      return `module.exports = ${JSON.stringify({ ERROR, TYPE })};`;
    },
  ],
  // Tables of well-known header names, to spare the lower-casing of them, and channels that nobody can listen to.
  [/^\.\/tree(\.js)?$/, "module.exports = { tree: { lookup: () => undefined } };"],
  [/^\.\/constants(\.js)?$/, "module.exports = { headerNameLowerCasedRecord: Object.create(null) };"],
  [
    /\/diagnostics(\.js)?$/,
    "module.exports = { channels: new Proxy({}, { get: () => ({ hasSubscribers: false }) }) };",
  ],
  // A proxy that the environment names is an http(s) one, or it is refused before.
  [/\/socks5-proxy-agent(\.js)?$/, "module.exports = class {};"],
  [/\/web\/fetch\/(body|formdata)(\.js)?$/, 'throw new Error("fetch is not part of this bundle");'],
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
    build.onLoad({ filter: /.*/, namespace: "trimmed" }, async ({ path }) => {
      const contents = TRIMMED[Number(path)]?.[1];
      return { contents: typeof contents === "function" ? await contents() : (contents ?? "") };
    });
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

/**
 * A program that an older Node.js can read far enough to say what it needs. That would fail on the syntax of the rest,
 * and print the line, which is the whole program; so the rest is a comment, which is compiled where it can be. (As a text
 * in quotes it made the hook start 2 ms later.)
 */
const checkingNode = (
  path: string,
  { exitCode, head = "", what }: { exitCode: number; head?: string; what: string },
): void => {
  // esbuild leaves other characters in patterns; with them V8 would read the whole as two bytes for each.
  const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const program = readFileSync(path, "utf8").replace(/[^\n\r\t -~]/g, escape);
  const says = JSON.stringify(`${what} needs Node.js ${needs.node} or later, and this is v`);
  writeFileSync(
    path,
    `${head}${licenses}
(function () {
  var needed = ${JSON.stringify(needs.node)}.split("."), found = process.versions.node.split("."), at = 0;
  while (at < 2 && +found[at] === +needed[at]) at += 1;
  if (+found[at] < +needed[at]) {
    require("fs").writeSync(2, ${says} + process.versions.node + " (" + process.execPath + "): put a newer \`node\` first on the PATH.\\n");
    process.exit(${exitCode});
  }
  var text = require("fs").readFileSync(__filename, "latin1");
  module._compile(text.slice(text.indexOf("/*program*" + "/") + 14, -4).split("*\\0/").join("*/"), __filename);
})();
/*program*/
/*${program.replaceAll("*/", "*\0/")}
*/
`,
  );
};

async function main(): Promise<void> {
  rmSync("dist", { recursive: true, force: true });
  execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
    stdio: "inherit",
  });
  await buildHook();
  await bundle("src/cli/main.ts", "dist/cli/main.js", {
    define: { PACKAGE_VERSION: JSON.stringify(versionIn("package.json")) },
  });
  checkingNode("dist/cli/main.js", { exitCode: 2, what: "cdktf-obproxy", head: "#!/usr/bin/env node\n" });
  chmodSync("dist/cli/main.js", 0o755);
}

async function buildHook(): Promise<void> {
  await bundle("src/hook/main.ts", HOOK, { minify: true });
  writeFileSync(HOOK, evaluateModulesAtOnce(readFileSync(HOOK, "utf8")));
  checkingNode(HOOK, { exitCode: 1, what: "OBProxy teardown: FAILED: the destroy hook" });
}

function versionIn(packageJson: string): string {
  return (JSON.parse(readFileSync(packageJson, "utf8")) as { version: string }).version;
}

// `hook`: nothing but the hook.
void (process.argv[2] === "hook" ? buildHook() : main());

// Compiles the package: type-checked CommonJS with declarations for what users import, and one bundled file each for
// the destroy hook and the command line, so that neither needs node_modules where it runs.
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";
import { evaluateModulesAtOnce } from "./eager.mjs";

const require = createRequire(import.meta.url);

/**
 * What undici's client asks for and the hook has no use for, each with the little that is left of it. Node's HTTP/2
 * (OCP speaks HTTP/1.1 only), its HTTP server half and its assertion library cost a quarter of the hook's start-up;
 * fetch's body classes are only for bodies that are neither texts nor buffers.
 */
const TRIMMED = [
  [/\/client-h2(\.js)?$/, 'module.exports = () => { throw new Error("HTTP/2 is not part of this bundle"); };'],
  [
    /^node:assert$/,
    'module.exports = (ok, text) => { if (!ok) throw new Error(text ?? "an assumption of undici failed"); };',
  ],
  [/^node:http$/, "module.exports = { maxHeaderSize: 16384, IncomingMessage: class {} };"],
  // Of the parser's constants the client uses two tables; the others, of all methods and header names, cost a millisecond.
  [
    /\/llhttp\/constants(\.js)?$/,
    () => {
      const { ERROR, TYPE } = require("undici/lib/llhttp/constants.js");
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

const trimmedUndici = {
  name: "trimmed-undici",
  setup({ onResolve, onLoad }) {
    TRIMMED.forEach(([filter], index) => {
      onResolve({ filter }, ({ importer }) =>
        /[\\/]node_modules[\\/]undici[\\/]lib[\\/](core|dispatcher|handler|util|api)[\\/]/.test(importer)
          ? { path: String(index), namespace: "trimmed" }
          : undefined,
      );
    });
    onLoad({ filter: /.*/, namespace: "trimmed" }, ({ path }) => {
      const contents = TRIMMED[Number(path)][1];
      return { contents: typeof contents === "function" ? contents() : contents };
    });
  },
};

const HOOK = "dist/hook/obproxy-hook.cjs";
const undici = JSON.parse(readFileSync(require.resolve("undici/package.json"), "utf8"));
const undiciLicense = readFileSync(require.resolve("undici/LICENSE"), "utf8").trim();
const licenses = `/*!\nContains undici ${undici.version}:\n\n${undiciLicense}\n*/`;

const bundle = (entry, outfile, options) =>
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

rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  stdio: "inherit",
});
await bundle("src/hook/main.ts", HOOK, { minify: true, banner: { js: licenses } });
writeFileSync(HOOK, evaluateModulesAtOnce(readFileSync(HOOK, "utf8")));
const { version } = JSON.parse(readFileSync("package.json", "utf8"));
await bundle("src/cli/main.ts", "dist/cli/main.js", {
  banner: { js: `#!/usr/bin/env node\n${licenses}` },
  define: { PACKAGE_VERSION: JSON.stringify(version) },
});
chmodSync("dist/cli/main.js", 0o755);

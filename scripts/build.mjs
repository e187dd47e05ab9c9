// Compiles the package: type-checked CommonJS with declarations for what users import, and one bundled file each for
// the destroy hook and the command line, so that neither needs node_modules where it runs.
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";

const require = createRequire(import.meta.url);

/**
 * OCP speaks HTTP/1.1 only, and loading Node's HTTP/2 costs a tenth of the hook's start-up: undici's HTTP/2 half is left
 * out. It is only ever called for a client that was made with `allowH2`.
 */
const withoutHttp2 = {
  name: "without-http2",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/client-h2(\.js)?$/ }, () => ({ path: "client-h2", namespace: "without-http2" }));
    onLoad({ filter: /.*/, namespace: "without-http2" }, () => ({
      contents: 'module.exports = () => { throw new Error("HTTP/2 is not part of this bundle"); };',
    }));
  },
};

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
    plugins: [withoutHttp2],
    ...options,
  });

rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  stdio: "inherit",
});
await bundle("src/hook/main.ts", "dist/hook/obproxy-hook.cjs", { minify: true, banner: { js: licenses } });
await bundle("src/cli/main.ts", "dist/cli/main.js", { banner: { js: `#!/usr/bin/env node\n${licenses}` } });
chmodSync("dist/cli/main.js", 0o755);

// Compiles the package: type-checked CommonJS with declarations for what users import, and one bundled file each for
// the destroy hook and the command line, so that neither needs node_modules where it runs.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";

const require = createRequire(import.meta.url);

rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  stdio: "inherit",
});

const bundle = (entry, outfile, options = {}) =>
  build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20.18",
    format: "cjs",
    legalComments: "inline",
    logLevel: "warning",
    ...options,
  });

await bundle("src/hook/main.ts", "dist/hook/obproxy-hook.cjs", { minify: true });
if (existsSync("src/cli/main.ts")) {
  await bundle("src/cli/main.ts", "dist/cli/main.js", { banner: { js: "#!/usr/bin/env node" } });
  chmodSync("dist/cli/main.js", 0o755);
}

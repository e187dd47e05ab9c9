const { execFileSync } = require("node:child_process");
const { existsSync } = require("node:fs");
const { join } = require("node:path");

/** Synth ships the built hook. Where nothing is built yet, the hook alone is: that takes no type-checking. */
module.exports = ({ rootDir }) => {
  if (existsSync(join(rootDir, "dist/hook/obproxy-hook.cjs"))) return;
  execFileSync(process.execPath, ["--import", "./scripts/typescript.mjs", "scripts/build.ts", "hook"], {
    cwd: rootDir,
    stdio: "inherit",
  });
};

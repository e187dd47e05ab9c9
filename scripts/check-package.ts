// What npm would publish of what is built: packs it, and lets publint and "Are the types wrong?" look at it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const directory = mkdtempSync(join(tmpdir(), "cdktf-obproxy-package-"));
try {
  run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", directory]);
  const [tarball = ""] = readdirSync(directory);
  run("publint", ["--strict", join(directory, tarball)]);
  run("attw", ["--format", "ascii", join(directory, tarball)]);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** npm puts the programs of `node_modules` first on the PATH of its scripts. */
function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: "inherit", shell: process.platform === "win32" });
}

import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { run, succeeded } from "./process.js";
import type { CliProject } from "./project.js";
import { REPOSITORY } from "./repository.js";

/** Of this package. */
export function version(): string {
  const manifest = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as { version: string };
  return manifest.version;
}

/** What `npm install` does with a tarball, without a registry. Returns the paths in it. */
export async function installTarball(project: CliProject): Promise<readonly string[]> {
  const options = { cwd: REPOSITORY, env: { ...process.env, npm_config_cache: join(project.path, ".npm") } };
  // Other tests use what was built, so it is not built again.
  succeeded(await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", project.path], options));
  const target = join(project.modulesPath, "cdktf-obproxy");
  mkdirSync(target);
  const tarball = join(project.path, `cdktf-obproxy-${version()}.tgz`);
  succeeded(await project.run("tar", "-xzf", tarball, "-C", target, "--strip-components=1"));
  const listing = succeeded(await project.run("tar", "-tzf", tarball));
  return listing
    .trim()
    .split("\n")
    .map((path) => path.replace(/^package\//, ""))
    .sort();
}

/** The programs that `npx` finds in a project. */
export function linkPrograms(project: CliProject, programs: Readonly<Record<string, string>>): void {
  mkdirSync(join(project.modulesPath, ".bin"));
  for (const [name, path] of Object.entries(programs)) symlinkSync(path, join(project.modulesPath, ".bin", name));
}

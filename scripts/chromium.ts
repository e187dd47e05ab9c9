// The Chromium in which the tests open the report's page, and which takes its picture for the documentation. It
// prints the path of one, after it has installed Debian's package where there is none, or ends with a sentence.
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** What CHROMIUM names, else the first on the PATH; undefined: there is none. */
function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.CHROMIUM) return env.CHROMIUM;
  const directories = (env.PATH ?? "").split(delimiter).filter((directory) => directory !== "");
  return NAMES.flatMap((name) => directories.map((directory) => join(directory, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Throws where there is none, and none can be installed. */
function provideChromium(): string {
  const found = findChromium();
  if (found !== undefined) return found;
  const failed = [["update"], ["install", "--yes", "--no-install-recommends", "chromium"]]
    .map(aptGet)
    .find((why) => why !== undefined);
  const installed = findChromium();
  if (installed !== undefined) return installed;
  throw new Error(
    `The tests of the report's page need Chromium, and it cannot be installed: ${failed ?? "apt-get has installed none"}. Install it (Debian: apt-get install chromium), or name one in CHROMIUM.`,
  );
}

/** Why it failed; undefined: it did not. */
function aptGet(args: readonly string[]): string | undefined {
  const isRoot = process.getuid?.() === 0;
  const [program = "", ...before] = isRoot ? ["apt-get"] : ["sudo", "--non-interactive", "apt-get"];
  const { error, status, stderr } = spawnSync(program, [...before, "--quiet", ...args], {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (error !== undefined) return `${program} cannot be started (${error.message})`;
  return status === 0 ? undefined : `${program} ${args.join(" ")} says: ${stderr.trim().split("\n").at(-1) ?? ""}`;
}

try {
  console.log(provideChromium());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

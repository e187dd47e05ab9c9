import { spawnSync } from "node:child_process";
import { type Browser, chromium } from "playwright-core";
import { REPOSITORY } from "../support/repository.js";

/** How long it may take to install one. */
export const BROWSER_TIMEOUT_MS = 600_000;

/** A browser as people have it. Rejects with a sentence where there is none and none can be installed. */
export async function openBrowser(): Promise<Browser> {
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ["--import", "./scripts/typescript.mjs", "scripts/chromium.ts"],
    {
      cwd: REPOSITORY,
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(stderr.trim());
  return chromium.launch({ executablePath: stdout.trim() });
}

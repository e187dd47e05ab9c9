import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Provider plugins and hooks put unix sockets below it, whose paths may have about 100 characters. */
const LONGEST_BASE = 24;

export interface TemporaryDirectory {
  readonly path: string;
  remove(): void;
}

/** Makes an empty directory whose path is short. */
export function temporaryDirectory(): TemporaryDirectory {
  const path = realpathSync(mkdtempSync(join(base(), "obp-")));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function base(): string {
  const usual = tmpdir();
  return usual.length <= LONGEST_BASE || process.platform === "win32" ? usual : "/tmp";
}

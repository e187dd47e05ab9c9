import { userInfo } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * `$XDG_STATE_HOME`, else `~/.local/state`; `%LOCALAPPDATA%` on Windows. Unlike a temporary directory it belongs to one
 * user, and is still there when the run is repeated. Source: XDG Base Directory Specification, which also says that
 * paths which are not absolute count for nothing.
 */
export function stateDirectory(env: NodeJS.ProcessEnv): { readonly path: string } | { readonly why: string } {
  const isWindows = process.platform === "win32";
  const state = absolute(env[isWindows ? "LOCALAPPDATA" : "XDG_STATE_HOME"]);
  if (state !== undefined) return { path: join(state, DIRECTORY) };
  const home = absolute(env[isWindows ? "USERPROFILE" : "HOME"]) ?? homeOfAccount();
  if (home !== undefined) return { path: join(home, isWindows ? "AppData/Local" : ".local/state", DIRECTORY) };
  return { why: `neither ${isWindows ? "LOCALAPPDATA nor USERPROFILE" : "XDG_STATE_HOME nor HOME"} names a directory` };
}

const DIRECTORY = "cdktf-obproxy";

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

/** Undefined: a user without an account, as containers have. */
function homeOfAccount(): string | undefined {
  try {
    return absolute(userInfo().homedir);
  } catch {
    return undefined;
  }
}

const LONGEST_FILE_NAME = 180;

/**
 * In digits that mean the same where a file system does not tell upper from lower case. Hashing is only loaded for what
 * is too long for a file name: it costs start-up time.
 */
export function fileNameFor(text: string): string {
  const name = Buffer.from(text).toString("hex");
  return name.length <= LONGEST_FILE_NAME
    ? name
    : process.getBuiltinModule("node:crypto").createHash("sha256").update(text).digest("hex");
}

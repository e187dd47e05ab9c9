import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { crypto } from "../../ocp/auth.js";
import { compareIds } from "../../ocp/ids.js";
import type { Notes } from "../act/tools.js";
import type { Note, Recorded } from "../decide/note.js";
import { claim, isMissing, reasonOf, whyNotOurs, whyNotWritable } from "./own-directory.js";

/**
 * A file per object where the user's state belongs. Nothing that goes wrong with it stops a teardown, and nothing that
 * goes wrong with it is kept silent: see `trouble`.
 *
 * @param who tells objects of different OCPs apart: the base URL
 */
export function notesFor(who: string, key: string, env: NodeJS.ProcessEnv = process.env): Notes {
  const place = stateDirectory(env);
  if ("why" in place) {
    return { read: () => undefined, write: () => undefined, remove: () => undefined, trouble: troubleOf(place.why) };
  }
  const directory = place.path;
  const path = join(directory, `${fileName(`${who}\n${key}`)}.json`);
  let failed: string | undefined;
  const attempt = <T>(action: () => T): T | undefined => {
    try {
      const unusable = whyNotOurs(directory);
      if (unusable !== undefined) throw new Error(unusable);
      return action();
    } catch (error) {
      if (!isMissing(error)) failed = reasonOf(error);
      return undefined;
    }
  };
  return {
    read: () => attempt(() => readNote(path)),
    write: (note) => {
      const unusable = claim(directory, { parents: true });
      if (unusable !== undefined) failed = unusable;
      else
        attempt(() => {
          writeNote(path, note);
        });
    },
    remove: () => {
      attempt(() => {
        unlinkSync(path);
      });
    },
    get trouble() {
      const why = failed ?? whyNotOurs(directory) ?? whyNotWritable(directory);
      return why === undefined ? undefined : troubleOf(why);
    },
  };
}

function troubleOf(why: string): string {
  return `no note of OCP's task can be kept on this machine: ${why}; a later run may not know a task of this one that fails late`;
}

/**
 * `$XDG_STATE_HOME`, else `~/.local/state`; `%LOCALAPPDATA%` on Windows. Unlike a temporary directory it belongs to one
 * user, and is still there when the run is repeated. Source: XDG Base Directory Specification, which also says that
 * paths which are not absolute count for nothing.
 */
function stateDirectory(env: NodeJS.ProcessEnv): { readonly path: string } | { readonly why: string } {
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
function fileName(text: string): string {
  const name = Buffer.from(text).toString("hex");
  return name.length <= LONGEST_FILE_NAME ? name : crypto().createHash("sha256").update(text).digest("hex");
}

/** Seen whole or not at all by another hook, and by the next run where this one is killed. */
function writeNote(path: string, note: Recorded): void {
  const draft = `${path}.${process.pid}-${process.hrtime.bigint()}`;
  try {
    writeFileSync(draft, JSON.stringify(note), { mode: 0o600, flag: "wx" });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Many times as long as a note of all OBProxies that one call could name. */
const LONGEST_NOTE = 1024 * 1024;

/** @throws Error where there is something that is no note */
function readNote(path: string): Recorded {
  // Neither by a link to something else, nor waiting for what a pipe may bring.
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = fstatSync(file);
    if (!found.isFile() || found.size > LONGEST_NOTE) throw new Error(`${path} is no file of ours`);
    const note = parseRecorded(readFileSync(file, "utf8"));
    if (note === undefined) throw new Error(`${path} is damaged; remove it`);
    return note;
  } finally {
    closeSync(file);
  }
}

function parseRecorded(text: string): Recorded | undefined {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) return undefined;
  const { task, unheardSince }: Readonly<Record<string, unknown>> = { ...value };
  const note = task === undefined ? undefined : parseNote(task);
  if (task !== undefined && note === undefined) return undefined;
  // OCP may have listed no task yet.
  if (unheardSince !== undefined && unheardSince !== "0" && !isId(unheardSince)) return undefined;
  if (note === undefined && unheardSince === undefined) return undefined;
  return { ...(note !== undefined && { task: note }), ...(unheardSince !== undefined && { unheardSince }) };
}

function parseNote(value: unknown): Note | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { taskId, name, startTime, clusterId, obproxyIds }: Readonly<Record<string, unknown>> = { ...value };
  if (!isId(taskId) || typeof name !== "string" || !isId(clusterId) || !isSortedIds(obproxyIds)) return undefined;
  if (startTime !== undefined && typeof startTime !== "string") return undefined;
  return { taskId, name, ...(startTime !== undefined && { startTime }), clusterId, obproxyIds };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isId(value: unknown): value is string {
  return typeof value === "string" && /^[1-9]\d{0,18}$/.test(value);
}

function isSortedIds(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || !value.every(isId)) return false;
  return value.every((id, index) => index === 0 || compareIds(value[index - 1] ?? "", id) < 0);
}

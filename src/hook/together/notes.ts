import { lstatSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crypto } from "../../ocp/auth.js";
import type { Notes } from "../act/tools.js";
import type { Note } from "../decide/note.js";

/**
 * A directory of the user's own below the machine's temporary one, made when needed. Undefined where there is none
 * that only this user can write to: then the hook does without what it would keep there.
 */
export function privateDirectory(): string | undefined {
  const path = privateDirectoryPath();
  attempt(() => mkdirSync(path, { recursive: true, mode: 0o700 }));
  return isPrivate(path) ? path : undefined;
}

/** Somebody else may have made it first, to read or to plant what is in it. */
function isPrivate(path: string): boolean {
  const uid = process.getuid?.();
  const found = attempt(() => lstatSync(path));
  if (found?.isDirectory() !== true) return false;
  return uid === undefined || (found.uid === uid && (found.mode & 0o077) === 0);
}

function privateDirectoryPath(): string {
  return join(tmpdir(), `cdktf-obproxy-${process.getuid?.() ?? "user"}`);
}

/** `who` tells objects of different OCPs apart: the base URL. The directory is only made when a note is put into it. */
export function notesFor(who: string, key: string): Notes {
  const directory = privateDirectoryPath();
  const path = join(directory, `${fileName(`${who}\n${key}`)}.json`);
  return {
    // Looked at before: in a directory of somebody else's the file could be a pipe, and reading it would never end.
    read: () => (isPrivate(directory) ? parseNote(attempt(() => readFileSync(path, "utf8"))) : undefined),
    trouble: undefined,
    write: (note) => {
      const draft = `${path}.${process.pid}`;
      if (privateDirectory() === undefined) return;
      attempt(() => {
        writeFileSync(draft, JSON.stringify(note), { mode: 0o600 });
        renameSync(draft, path);
      });
    },
    remove: () => {
      attempt(() => {
        unlinkSync(path);
      });
    },
  };
}

const LONGEST_FILE_NAME = 180;

/** Hashing is only loaded for what is too long for a file name: it costs start-up time. */
function fileName(text: string): string {
  const name = Buffer.from(text).toString("base64url");
  return name.length <= LONGEST_FILE_NAME ? name : crypto().createHash("sha256").update(text).digest("hex");
}

function parseNote(text: string | undefined): Note | undefined {
  const value: unknown = text === undefined ? undefined : attempt(() => JSON.parse(text) as unknown);
  if (typeof value !== "object" || value === null) return undefined;
  const { taskId, name, startTime, clusterId, obproxyIds } = value as Record<string, unknown>;
  if (typeof clusterId !== "string" || !Array.isArray(obproxyIds)) return undefined;
  if (typeof taskId !== "string" || !/^[1-9]\d{0,18}$/.test(taskId) || typeof name !== "string") return undefined;
  return {
    taskId,
    name,
    clusterId,
    obproxyIds: obproxyIds.map(String),
    ...(typeof startTime === "string" ? { startTime } : {}),
  };
}

/** A note is a help, never a need: a full disk or a foreign file must not stop a teardown. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

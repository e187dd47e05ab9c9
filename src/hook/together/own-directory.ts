import { accessSync, chmodSync, constants, lstatSync, mkdirSync, statSync, type Stats } from "node:fs";
import { dirname } from "node:path";

/**
 * Directories that nobody but this user can write to: what lies in them somebody else can neither have planted nor
 * exchange. Symbolic links are not followed, because where they lead to may change.
 */

/** Why it is none of ours; undefined: it is, or it is not there yet. */
export function whyNotOurs(path: string): string | undefined {
  const found = look(path);
  if (found === "missing") return undefined;
  return typeof found === "string" ? found : whyForeign(path, found);
}

/** Why it cannot be used; undefined: it can, and is made if it was missing. `parents`: what leads to it is made too. */
export function claim(path: string, { parents }: { readonly parents: boolean }): string | undefined {
  try {
    mkdirSync(path, { recursive: parents, mode: 0o700 });
  } catch (error) {
    // That there is something already is no failure yet: what it is will be seen.
    if (!isCode(error, "EEXIST")) return whyNotWritable(path) ?? reasonOf(error);
  }
  const found = look(path);
  if (found === "missing") return `${path} cannot be made`;
  return typeof found === "string" ? found : whyForeign(path, found);
}

/** Why others may still enter it; undefined: nobody else can. A directory of ours is closed to them. */
export function closeToOthers(path: string): string | undefined {
  if (process.getuid === undefined) return undefined;
  try {
    if ((lstatSync(path).mode & OTHERS) !== 0) chmodSync(path, 0o700);
    return (lstatSync(path).mode & OTHERS) === 0 ? undefined : `${path} can be entered by others`;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Why nothing could be put into `path`, which may still have to be made; undefined: it could. Nothing is changed. */
export function whyNotWritable(path: string): string | undefined {
  for (let above = path; ; above = dirname(above)) {
    try {
      if (!statSync(above).isDirectory()) return `${above} is no directory`;
      accessSync(above, constants.W_OK | constants.X_OK);
      return undefined;
    } catch (error) {
      if (!isMissing(error) || above === dirname(above)) return reasonOf(error);
    }
  }
}

/**
 * Why something in `path` might be exchanged by another user; undefined: it cannot. In a directory that many may write
 * to, such as `/tmp`, the sticky bit keeps each user from what belongs to another.
 */
export function whyNotSafeAbove(path: string): string | undefined {
  const uid = process.getuid?.();
  if (uid === undefined) return undefined;
  try {
    const found = statSync(path);
    if (!found.isDirectory()) return `${path} is no directory`;
    if (found.uid !== uid && found.uid !== 0) return `${path} belongs to another user (uid ${found.uid})`;
    const isShared = (found.mode & WRITABLE_BY_OTHERS) !== 0;
    return isShared && (found.mode & STICKY) === 0 ? `in ${path} others may exchange what is ours` : undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

const OTHERS = 0o077;
const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

function look(path: string): Stats | string {
  try {
    return lstatSync(path);
  } catch (error) {
    return isMissing(error) ? "missing" : reasonOf(error);
  }
}

function whyForeign(path: string, found: Stats): string | undefined {
  if (found.isSymbolicLink()) return `${path} is a symbolic link`;
  if (!found.isDirectory()) return `${path} is no directory`;
  const uid = process.getuid?.();
  // Windows keeps a user's own directories apart by itself.
  if (uid === undefined) return undefined;
  if (found.uid !== uid) return `${path} belongs to another user (uid ${found.uid})`;
  const mode = (found.mode & 0o7777).toString(8);
  return (found.mode & WRITABLE_BY_OTHERS) === 0 ? undefined : `others may write to ${path} (mode ${mode})`;
}

/** Also below something that is no directory. */
export function isMissing(error: unknown): boolean {
  return isCode(error, "ENOENT") || isCode(error, "ENOTDIR");
}

function isCode(error: unknown, code: string): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}

export function reasonOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
}

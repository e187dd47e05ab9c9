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
import { join } from "node:path";
import { listOf, object, objectOf, parseJson, type Reader, string } from "../../contract/json.js";
import { fileNameFor, stateDirectory } from "../../contract/state-directory.js";
import type { Notes } from "../act/tools.js";
import type { Note, Recorded } from "../decide/note.js";
import { isAlive, startOf } from "../tell/terraform-run.js";
import { claim, isMissing, reasonOf, whyNotOurs, whyNotWritable } from "./own-directory.js";
import { id, readWhole, sortedIds } from "./readers.js";

/**
 * A file per object where the user's state belongs. Nothing that goes wrong with it stops a teardown, and nothing that
 * goes wrong with it is kept silent: see `trouble`.
 *
 * @param who tells objects of different OCPs apart: the base URL
 */
export function notesFor(who: string, key: string, env: NodeJS.ProcessEnv = process.env): Notes {
  const run = thisRun();
  const place = stateDirectory(env);
  if ("why" in place) {
    const nothing = (): undefined => undefined;
    return { run, isAtWork, read: nothing, write: nothing, remove: nothing, trouble: troubleOf(place.why) };
  }

  const directory = place.path;
  const path = join(directory, `${fileNameFor(`${who}\n${key}`)}.json`);
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
    run,
    isAtWork,
    read: () => attempt(() => readNote(path)),
    write: (note) => {
      const unusable = claim(directory, { parents: true });
      if (unusable !== undefined) {
        failed = unusable;
      } else {
        attempt(() => {
          writeNote(path, note);
        });
      }
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

/** Its process, with its start where the system tells it, and the moment. */
function thisRun(): string {
  return `${process.pid}-${startOf(process.pid) ?? ""}-${process.hrtime.bigint()}`;
}

/** One whose process had an id that ours has now, or one that began at another time, has ended. */
function isAtWork(run: string): boolean {
  const [, id, start] = /^(\d+)-(\d*)-/.exec(run) ?? [];
  const pid = Number(id ?? "0");
  if (pid === 0 || pid === process.pid || !isAlive(pid)) return false;
  const startNow = startOf(pid);
  return start === "" || startNow === undefined || startNow === start;
}

function troubleOf(why: string): string {
  return `no note of OCP's task can be kept on this machine: ${why}; a later run may not know a task of this one that fails late`;
}

/** Seen whole or not at all by another hook, and by the next run where this one is killed. */
function writeNote(path: string, note: Recorded): void {
  const draft = `${path}.${thisRun()}`;
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

const task = objectOf<Note>({ taskId: id, name: string, clusterId: id, obproxyIds: sortedIds }, { startTime: string });

/** OCP may have listed no task yet. */
const idOrNone: Reader<string> = (value, at) => (value === "0" ? value : id(value, at));

const recorded = object({}, { task, unheardSince: idOrNone, unheardBy: listOf(string) });

function parseRecorded(text: string): Recorded | undefined {
  const found = readWhole(() => recorded(parseJson(text), ""));
  return found === undefined || Object.keys(found).length === 0 ? undefined : found;
}

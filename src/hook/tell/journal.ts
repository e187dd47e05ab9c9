import { closeSync, constants, fstatSync, openSync, readSync, renameSync, writeSync } from "node:fs";
import { devNull } from "node:os";
import { dirname } from "node:path";
import { eventsFile, olderEventsFile } from "../../contract/events-file.js";
import { EVENTS_VERSION, type Happening, type HookEvent, parseEvents, type Stamp } from "../../contract/events.js";
import { clean } from "../../ocp/text.js";
import { claim, reasonOf } from "../together/own-directory.js";

/** Where a hook writes what happens, and reads what the others of its run have written. */
export interface Journal {
  write(happening: Happening): void;
  /** What all hooks of this run have written since the first of them that still matters, this one too, in order. */
  ofThisRun(): readonly HookEvent[];
  /** Whether others can see what is written: false where nothing is. */
  readonly isShared: boolean;
}

export const NO_JOURNAL: Journal = { write: () => undefined, ofThisRun: () => [], isShared: false };

/** Then the file is put aside, and with it the one that was put aside before. */
const LARGEST_FILE = 16 * 1024 * 1024;
/** What is read of the past: more than one run with hundreds of objects writes. */
const MOST_READ = 4 * 1024 * 1024;
const LONGEST_TEXT = 2_000;

/**
 * Names and ids by which an event is told from others and known again. Nobody else's words are in them, and a password that
 * happens to be a part of one, such as `ocean` in `https://ocean.example.com`, would make another of it.
 */
const AS_IT_IS: ReadonlySet<string> = new Set(["event", "hook", "ocp", "retries", "subtask", "task", "with"]);

export interface JournalTools {
  /** Takes secrets out of a text. */
  readonly mask: (text: string) => string;
  /** Hears, once, why something was not written, for people. */
  readonly onTrouble: (text: string) => void;
}

/**
 * Appends each event by one call, so that those of parallel hooks do not mix. Nothing that goes wrong with it stops a
 * teardown.
 */
export function journalFor(
  whose: Omit<Stamp, "v" | "at" | "pid">,
  env: NodeJS.ProcessEnv,
  { mask, onTrouble }: JournalTools,
): Journal {
  const stamp = (): Stamp => ({ v: EVENTS_VERSION, at: new Date().toISOString(), ...whose, pid: process.pid });
  let file: OpenFile | undefined;
  try {
    file = open(whose.stack, env, ({ run, stack }) => run === whose.run && stack === whose.stack);
  } catch (error) {
    onTrouble(`what happens is not written down for a report: ${reasonOf(error)}`);
    return NO_JOURNAL;
  }
  if (file === undefined) return NO_JOURNAL;
  const { descriptor, lineBefore, read } = file;
  let hasTrouble = false;
  /** Nothing that goes wrong with the file may end a teardown. */
  const attempt = <R>(action: () => R): R | undefined => {
    try {
      return action();
    } catch (error) {
      if (!hasTrouble) onTrouble(`what happens is not written down whole for a report: ${reasonOf(error)}`);
      hasTrouble = true;
      return undefined;
    }
  };
  const masked = (text: unknown): unknown => (typeof text === "string" ? clean(text, LONGEST_TEXT, mask) : text);
  const harmless = (happening: Happening): Happening =>
    Object.fromEntries(
      Object.entries(happening).map(([name, value]: [string, unknown]) => {
        if (AS_IT_IS.has(name)) return [name, value];
        return [name, Array.isArray(value) ? value.map(masked) : masked(value)];
      }),
    ) as Happening;
  return {
    isShared: true,
    write: (happening) => {
      attempt(() => {
        const line = JSON.stringify({ ...stamp(), ...harmless(happening) });
        writeSync(descriptor, `${lineBefore()}${line}\n`);
      });
    },
    ofThisRun: () => attempt(read) ?? [],
  };
}

interface OpenFile {
  readonly descriptor: number;
  /** What has to stand before the next line: an end for one that was torn. */
  readonly lineBefore: () => string;
  /** Those of ours in all that has been read. */
  readonly read: () => readonly HookEvent[];
}

/** Undefined: nothing is to be written, for the null device was chosen. */
function open(stack: string, env: NodeJS.ProcessEnv, isOurs: (event: HookEvent) => boolean): OpenFile | undefined {
  const place = eventsFile(env, stack);
  if ("why" in place) throw new Error(place.why);
  const { path, chosen } = place;
  if (chosen && path === devNull) return undefined;
  if (!chosen) {
    const unusable = claim(dirname(path), { parents: true });
    if (unusable !== undefined) throw new Error(unusable);
  }
  let descriptor = openForAppending(path, chosen);
  if (!chosen && fstatSync(descriptor).size > LARGEST_FILE) {
    closeSync(descriptor);
    renameSync(path, olderEventsFile(path));
    descriptor = openForAppending(path, chosen);
  }
  return following(descriptor, isOurs);
}

/** Without waiting for who may read a pipe; a link is only followed where somebody has chosen it. */
function openForAppending(path: string, chosen: boolean): number {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const descriptor = openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK | (chosen ? 0 : O_NOFOLLOW), 0o600);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new Error(`${path} is no file`);
}

function following(descriptor: number, isOurs: (event: HookEvent) => boolean): OpenFile {
  const { size } = fstatSync(descriptor);
  const events: HookEvent[] = [];
  let position = Math.max(0, size - MOST_READ);
  let rest = "";
  let isTorn = size > 0 && bytes(descriptor, size - 1, 1).toString("latin1") !== "\n";
  return {
    descriptor,
    lineBefore: () => {
      const before = isTorn ? "\n" : "";
      isTorn = false;
      return before;
    },
    read: () => {
      const end = fstatSync(descriptor).size;
      if (end - position > MOST_READ) {
        // Others may write what they like to a file that was chosen: its end has to do.
        position = end - MOST_READ;
        rest = "";
      }
      const read = bytes(descriptor, position, end - position);
      position += read.length;
      const text = rest + read.toString("utf8");
      const whole = text.lastIndexOf("\n") + 1;
      // A line that is longer than all that is read is no event.
      rest = text.length - whole > MOST_READ ? "" : text.slice(whole);
      for (const event of parseEvents(text.slice(0, whole)).events) if (isOurs(event)) events.push(event);
      return events;
    },
  };
}

function bytes(descriptor: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(Math.max(0, length));
  return buffer.subarray(0, buffer.length === 0 ? 0 : readSync(descriptor, buffer, 0, buffer.length, position));
}

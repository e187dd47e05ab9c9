import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type HookEvent, parseEvents } from "../contract/events.js";
import { eventsFile, olderEventsFile } from "../contract/events-file.js";

/** What the hooks of a stack have written down, as far as it can be read. */
export interface EventsRead {
  /** Undefined: there is no place for them on this machine. */
  readonly path: string | undefined;
  /** False: no hook has written anything there. */
  readonly found: boolean;
  /** Of the stack alone, in the order in which they were written. */
  readonly events: readonly HookEvent[];
  /** Lines that are no events of a version that this program knows. */
  readonly unread: number;
  /** Why nothing, or not all, could be read, in a sentence without a full stop. */
  readonly trouble?: string;
}

/** More than hooks write before they put a file aside; of a longer one, which somebody has chosen, the end counts. */
const MOST_READ = 20 * 1024 * 1024;

export function readEvents(stack: string, env: NodeJS.ProcessEnv): EventsRead {
  const place = eventsFile(env, stack);
  if ("why" in place) return { path: undefined, found: false, events: [], unread: 0, trouble: place.why };
  const { chosen, path } = place;
  const parts: Part[] = [];
  let trouble: string | undefined;
  for (const each of chosen ? [path] : [olderEventsFile(path), path]) {
    try {
      parts.push(readEnd(each));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT") trouble = message;
    }
  }
  // What was put aside holds older runs; there are years of them.
  const parsed = parts.map(({ text }) => parseEvents(text));
  return {
    path,
    found: parts.length > 0,
    events: parsed.flatMap(({ events }) => events.filter((event) => event.stack === stack)),
    unread: parsed.reduce((sum, { unread }) => sum + unread, 0),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

interface Part {
  readonly text: string;
}

/** From the beginning of a line on. */
function readEnd(path: string): Part {
  // Without waiting for who may write to a pipe.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new Error(`${path} is no file`);
    const { size } = stat;
    const start = Math.max(0, size - MOST_READ);
    const buffer = Buffer.alloc(size - start);
    let length = 0;
    while (length < buffer.length) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, start + length);
      if (read === 0) break;
      length += read;
    }
    const text = buffer.toString("utf8", 0, length);
    return { text: start === 0 ? text : text.slice(text.indexOf("\n") + 1) };
  } finally {
    closeSync(descriptor);
  }
}

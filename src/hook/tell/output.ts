import { writeSync } from "node:fs";

const STDOUT = 1;
const PAUSE_MS = 10;

/**
 * Writes a line with its line feed, at once and whole: nothing has to be flushed before the process ends, on any system,
 * and `process.stdout`, which costs start-up time, need not be made.
 */
export function writeLine(line: string): void {
  let rest = Buffer.from(`${line}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(STDOUT, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") pause();
      // Terraform reads our output as long as it lives. When it is gone nobody waits for the object any more, and a hook
      // that went on alone could send a delete that nobody knows of.
      else process.exit(1);
    }
  }
}

/** A pipe that is full and does not block. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}

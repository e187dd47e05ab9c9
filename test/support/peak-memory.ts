import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The most memory that a process of Node.js has had, in MiB, where it is run with `flags` and `env`. On Linux not what
 * `resourceUsage().maxRSS` says: a new process inherits that from the one that started it.
 */
export class PeakMemory {
  readonly flags = ["--require", join(__dirname, "peak-memory-witness.cjs")] as const;
  readonly env: { readonly PEAK_MEMORY_FILE: string };

  /** @param directory Where the process leaves its word. */
  constructor(directory: string) {
    this.env = { PEAK_MEMORY_FILE: join(directory, "peak-memory") };
  }

  get mebibytes(): number {
    return Number(readFileSync(this.env.PEAK_MEMORY_FILE, "utf8")) / 1024;
  }
}

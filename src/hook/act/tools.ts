import type { OcpApi } from "../../ocp/api.js";
import type { Recorded } from "../decide/note.js";
import type { Intent } from "../intent.js";
import type { Caller } from "../patience/caller.js";
import type { Clock } from "../patience/clock.js";
import type { Deadline } from "../patience/deadline.js";
import type { Chronicle } from "../tell/chronicle.js";
import type { Reporter } from "../tell/reporter.js";
import type { Courier } from "../together/courier.js";

/** Remembers, from one run to the next on the same machine, which task was started for an object. */
export interface Notes {
  read(): Recorded | undefined;
  write(recorded: Recorded): void;
  remove(): void;
  /** Tells this run of the hook from all others. */
  readonly run: string;
  /** Whether this other run of the hook, on this machine, has not ended. */
  isAtWork(run: string): boolean;
  /** Why no note can be kept here, for people; undefined: it can. */
  readonly trouble: string | undefined;
}

/** What a run of the hook works with. */
export interface Tools {
  readonly api: OcpApi;
  readonly courier: Courier;
  readonly caller: Caller;
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly reporter: Reporter;
  readonly chronicle: Chronicle;
  readonly notes: Notes;
  readonly intent: Intent;
  /** Who signs in: name of the user, or the id of the access key. */
  readonly user: string;
  readonly tickMs: number;
  readonly envPrefix: string;
  /** Of the synthesized stack. */
  readonly stackDirectory: string;
  /** What is odd about the credentials, without them. Default: nothing. */
  readonly oddities?: readonly string[];
}

import { type Registration, matchesText } from "./plans.js";
import type { RecordedRequest } from "./recorder.js";

/** What goes wrong. Those marked "processed" have done their work when the trouble begins. */
export type FaultAction =
  /** Any answer; an object is sent as JSON. Default body empty, `application/json`. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /**
   * An error in OCP's envelope; default message `"simulated error"`, default no code at all. A 404 with a code that is
   * no word for the object (`"COM10002"`, `"CMP07001"`, 0, none) comes from OCP's gateway and general error handling.
   */
  | { readonly kind: "error"; readonly status: number; readonly code?: number | string; readonly message?: string }
  /** 200 and the front end's page. */
  | { readonly kind: "html" }
  /** 200, `application/json`, nothing in it. */
  | { readonly kind: "empty" }
  /** Processed; a whole HTTP answer with half the JSON. */
  | { readonly kind: "truncated" }
  /** Processed; the connection breaks in the middle of the body. */
  | { readonly kind: "cut" }
  /** The connection breaks before anything has been done. */
  | { readonly kind: "reset" }
  /** Processed; the connection breaks before the answer. */
  | { readonly kind: "lostAnswer" }
  /** Nothing happens for so long, or until then, and all goes its way; with neither nothing ever happens. */
  | { readonly kind: "hang"; readonly ms?: number; readonly until?: Promise<unknown> }
  /** Processed at once, answered after so long. */
  | { readonly kind: "slow"; readonly ms: number }
  /** 429; OCP documents `RateLimit-Reset` (default 1) and no `Retry-After` (default absent). Both in seconds. */
  | { readonly kind: "tooManyRequests"; readonly resetSeconds?: number; readonly retryAfter?: number | string }
  /** OCP's own database is away: right credentials get 401, a session gets 500, `/time` and `/status` still answer. */
  | { readonly kind: "metadbOutage" }
  /** 302; default to the login page. */
  | { readonly kind: "redirect"; readonly location?: string }
  /** Processed; the JSON goes out changed, for example with a status that no documentation knows. See {@link inData}. */
  | { readonly kind: "rewrite"; readonly change: (body: unknown, request: RecordedRequest) => unknown }
  /** Processed as if the query were another one; undefined: as if the parameter were not there, for example `page`. */
  | { readonly kind: "misread"; readonly query: Readonly<Record<string, string | undefined>> }
  /** Processed as usual, but something happens right before, for example between two pages of a list. */
  | { readonly kind: "meanwhile"; readonly happens: (request: RecordedRequest) => void }
  /** Nothing is processed; these bytes are sent, then the connection is closed. */
  | { readonly kind: "raw"; readonly bytes: string | Uint8Array };

/** Which requests something happens to, and what. What is left out matches any. */
export interface Fault {
  /** Upper case. */
  readonly method?: string;
  /** The path below the prefix, without query: exactly, or by expression. */
  readonly path?: string | RegExp;
  readonly when?: (request: RecordedRequest) => boolean;
  /** Matching requests that are let through first; default 0. */
  readonly after?: number;
  /** How many requests it happens to; default 1, with `forMs` any number. */
  readonly times?: number;
  /** How long it lasts, in real milliseconds from now; default for ever. */
  readonly forMs?: number;
  readonly does: FaultAction;
}

interface Entry {
  readonly fault: Fault;
  readonly until: number;
  toLetThrough: number;
  left: number;
  hits: number;
}

/** The faults that wait for their requests. The one injected first goes first. */
export class Faults {
  private entries: Entry[] = [];

  inject(fault: Fault): Registration {
    const entry: Entry = {
      fault,
      until: fault.forMs === undefined ? Infinity : Date.now() + fault.forMs,
      toLetThrough: fault.after ?? 0,
      left: fault.times ?? (fault.forMs === undefined ? 1 : Infinity),
      hits: 0,
    };
    this.entries.push(entry);
    return {
      get hits() {
        return entry.hits;
      },
      remove: () => {
        this.entries = this.entries.filter((other) => other !== entry);
      },
    };
  }

  clear(): void {
    this.entries = [];
  }

  /** What happens to this request; counts it. */
  take(request: RecordedRequest, path: string): FaultAction | undefined {
    this.entries = this.entries.filter(({ left, until }) => left > 0 && Date.now() < until);
    for (const entry of this.entries) {
      const { fault } = entry;
      if (
        (fault.method ?? request.method) !== request.method ||
        !matchesText(fault.path, path) ||
        fault.when?.(request) === false
      ) {
        continue;
      }

      if (entry.toLetThrough > 0) {
        entry.toLetThrough -= 1;
        continue;
      }
      entry.left -= 1;
      entry.hits += 1;
      return fault.does;
    }
    return undefined;
  }
}

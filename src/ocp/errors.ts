import type { OcpId } from "./model.js";
import { errorCode, errorText } from "./text.js";

/**
 * Why a call to OCP gave no usable answer.
 *
 * - `unreachable`: no connection (name, port, TLS, proxy); the request was not sent
 * - `lost`: the connection broke or timed out after the request may have been sent; what OCP did is unknown
 * - `throttled`: 429
 * - `unauthenticated`: 401
 * - `forbidden`: 403
 * - `redirected`: 3xx, which OCP uses for missing or refused credentials
 * - `not-found`: OCP itself says, by its code for that kind of object, that the object does not exist
 * - `refused`: OCP itself refuses the request (another 4xx with OCP's envelope, also a 404 that says nothing more)
 * - `server-error`: 5xx, with OCP's envelope or without
 * - `not-ocp`: an answer that is not OCP's: HTML, an empty or truncated body, a wrong envelope, fields of wrong types
 */
export type OcpErrorKind =
  | "unreachable"
  | "lost"
  | "throttled"
  | "unauthenticated"
  | "forbidden"
  | "redirected"
  | "not-found"
  | "refused"
  | "server-error"
  | "not-ocp";

export interface OcpErrorDetails {
  readonly kind: OcpErrorKind;
  readonly method: string;
  /** Full URL without credentials. */
  readonly url: string;
  readonly status?: number;
  /** OCP's error code reduced to its number: 21010 for `21010`, `"21010"` and `"ODP21010"`. */
  readonly code?: number;
  /** OCP's code as it came, for messages. */
  readonly codeText?: string;
  /** OCP's own words. */
  readonly ocpMessage?: string;
  readonly traceId?: string;
  /** What `RateLimit-Reset` or `Retry-After` ask for, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The server's `Date` header minus the local clock, in milliseconds. */
  readonly clockSkewMs?: number;
  /** The variable that names a proxy for this call. */
  readonly proxyVariable?: string;
  readonly cause?: unknown;
}

/** A call to OCP that gave no usable answer. The message is one sentence with method and URL in it. */
export class OcpError extends Error implements OcpErrorDetails {
  override readonly name = "OcpError";
  readonly kind: OcpErrorKind;
  readonly method: string;
  readonly url: string;
  readonly status?: number;
  readonly code?: number;
  readonly codeText?: string;
  readonly ocpMessage?: string;
  readonly traceId?: string;
  readonly retryAfterMs?: number;
  readonly clockSkewMs?: number;
  readonly proxyVariable?: string;

  constructor(message: string, details: OcpErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = details.kind;
    this.method = details.method;
    this.url = details.url;
    if (details.status !== undefined) this.status = details.status;
    if (details.code !== undefined) this.code = details.code;
    if (details.codeText !== undefined) this.codeText = details.codeText;
    if (details.ocpMessage !== undefined) this.ocpMessage = details.ocpMessage;
    if (details.traceId !== undefined && details.traceId !== "") this.traceId = details.traceId;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
    if (details.clockSkewMs !== undefined) this.clockSkewMs = details.clockSkewMs;
    if (details.proxyVariable !== undefined) this.proxyVariable = details.proxyVariable;
  }
}

/** Credentials, URL, CA file or another setting of the connection is missing or wrong; nothing was sent. */
export class OcpConfigError extends Error {
  override readonly name: string = "OcpConfigError";
}

/** The machine, or a limit that is set for this process, has no memory left for it. */
export class OutOfMemory extends OcpConfigError {
  constructor(cause: unknown) {
    super(
      `there is not enough memory for a request to OCP (${errorText(cause)}): lift the limit of this process's address space (ulimit -v), of which WebAssembly reserves much more than it uses; of real memory 128 MiB for each hook are enough`,
      { cause },
    );
  }
}

/** The parser of OCP's answers needs WebAssembly, which Node.js can be told to do without. */
export class NoWebAssembly extends OcpConfigError {
  constructor() {
    super(
      "Node.js runs without WebAssembly here, which it takes to read OCP's answers; take --jitless out of NODE_OPTIONS.",
    );
  }
}

/** An answer is longer than what is read of one: whoever asked for a list may ask for less of it at once. */
export class TooLarge extends Error {
  override readonly name = "TooLarge";
}

export function isTooLarge(error: unknown): boolean {
  return error instanceof TooLarge || (error instanceof Error && isTooLarge(error.cause));
}

/** Whether an error says so, of whatever part of Node.js it is. */
export function isOutOfMemory(error: unknown): boolean {
  return (
    errorCode(error) === "ENOMEM" || /out of memory|could not allocate memory|allocation failed/i.test(errorText(error))
  );
}

/** Which ids a message is about. */
export type IdList = readonly OcpId[];

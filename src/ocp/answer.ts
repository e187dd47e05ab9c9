import { OcpError, type OcpErrorDetails, type OcpErrorKind } from "./errors.js";
import { describe, isObject, type JsonObject, optionalText, ShapeError, shownText } from "./fields.js";
import { maskSecrets } from "./mask.js";
import type { Proxy } from "./proxy.js";
import { clean } from "./text.js";

/*
 * What an HTTP answer means. Only 2xx, JSON and (but for `/info`) `successful: true` together are a success: OCP's
 * sibling was seen to answer unknown paths, wrong methods, missing content types and missing tokens with 200 and HTML.
 */

/** Which request an answer belongs to. */
export interface Call {
  readonly method: string;
  /** Full URL without credentials. */
  readonly url: string;
  /** What may turn out not to exist. Undefined: nothing may, as with lists. */
  readonly subject?: Subject;
  /** Takes secrets out of what others wrote, before it is shown. */
  readonly mask?: (text: string) => string;
  /** The proxy that the environment names for it. */
  readonly proxy?: Proxy;
}

export type Subject = "cluster" | "obproxies" | "task";

export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly clockSkewMs?: number;
}

/**
 * Codes that mean "does not exist", by the letters that OCP 4 prints before them. OCP 3 and its sibling use other
 * numbers for tasks, without letters. The letters matter: `TSK10001` is an unknown task, `COM10001` a bad parameter.
 */
const MISSING_CODES: Readonly<Record<Subject, { readonly letters: string; readonly codes: readonly number[] }>> = {
  cluster: { letters: "ODP", codes: [21001] },
  obproxies: { letters: "ODP", codes: [21001, 21002] },
  task: { letters: "TSK", codes: [20000, 4001, 10001] },
};

export interface Success {
  readonly data: unknown;
  /** Empty where OCP gives none. */
  readonly traceId: string;
  /** By OCP's clock; absent where OCP does not tell. */
  readonly timestamp?: string;
}

/** What stands in a successful answer; everything else throws an `OcpError`. */
export function readData(call: Call, answer: Answer): Success {
  const body = readJson(call, answer);
  if (body["successful"] === true) {
    const timestamp = shownText(body["timestamp"]);
    const traceId = clean(optionalText(body["traceId"]) ?? "", 80);
    return { data: body["data"], traceId, ...(timestamp !== undefined && { timestamp }) };
  }
  const failed = readFailure(body, call.mask);
  if (failed !== undefined) {
    throw failure(call, "refused", `OCP answered ${answer.status}, but refused: ${failed.words}`, answer, failed);
  }

  throw notOcp(call, answer, `JSON whose \`successful\` is ${describe(body["successful"])}`);
}

/** The JSON object of a 2xx answer, with or without envelope. */
export function readJson(call: Call, answer: Answer): JsonObject {
  const contentType = answer.headers["content-type"] ?? "";
  const json = /^application\/([\w.-]+\+)?json\b/i.test(contentType) ? parseJson(answer.body) : undefined;
  if (answer.status < 200 || answer.status > 299) throw refusal(call, answer, readFailure(json, call.mask));
  if (isObject(json)) return json;
  throw notOcp(call, answer, describeBody(call, answer, contentType));
}

/** Reads a model out of an answer; a field of a wrong type becomes an `OcpError` that says what came instead. */
export function readModel<T>(call: Call, answer: Answer, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ShapeError) throw notOcp(call, answer, `JSON that is not OCP's: ${error.message}`);
    throw error;
  }
}

interface Failure {
  readonly details: Pick<OcpErrorDetails, "code" | "codeText" | "ocpMessage" | "traceId">;
  /** Message and code in one. */
  readonly words: string;
}

/** OCP's error envelope: `{"successful": false, "error": {"code": …, "message": …}, "traceId": …}`. */
function readFailure(json: unknown, mask: (text: string) => string = maskSecrets): Failure | undefined {
  if (!isObject(json) || json["successful"] !== false || !isObject(json["error"])) return undefined;
  const { code, message } = json["error"];
  const ocpMessage = typeof message === "string" ? clean(message, 300, mask) : "";
  const codeText = typeof code === "number" || typeof code === "string" ? clean(String(code), 40) : "";
  const digits = /^[A-Za-z_-]*(\d{1,9})$/.exec(codeText)?.[1];
  return {
    details: {
      ...(digits !== undefined && { code: Number(digits) }),
      ...(codeText !== "" && { codeText }),
      ...(ocpMessage !== "" && { ocpMessage }),
      ...(typeof json["traceId"] === "string" && { traceId: clean(json["traceId"], 80) }),
    },
    words: `${ocpMessage === "" ? "no reason given" : ocpMessage}${codeText === "" || digits === "0" ? "" : ` (code ${codeText})`}`,
  };
}

function refusal(call: Call, answer: Answer, failed: Failure | undefined): OcpError {
  const { status } = answer;
  const says = failed === undefined ? "" : `; OCP says: ${failed.words}`;
  const make = (kind: OcpErrorKind, text: string): OcpError => failure(call, kind, text, answer, failed);
  if (status >= 300 && status < 400) {
    return make(
      "redirected",
      `was answered ${status} to ${clean(answer.headers["location"] ?? "nowhere", 200, call.mask)}: OCP does so where credentials ` +
        `are missing or refused, and proxies where the URL is not the right one; redirects are not followed`,
    );
  }
  // OCP gives its reasons in its envelope, these two included; a proxy that blocks gives a page of its own.
  if (failed === undefined && (status === 401 || status === 403)) {
    return notOcp(call, answer, describeBody(call, answer));
  }

  if (status === 401) return make("unauthenticated", `was answered 401: ${refusedCredentials(answer)}${says}`);
  if (status === 403) return make("forbidden", `was answered 403: the OCP user may not do this${says}`);
  if (status === 429) return make("throttled", `was answered 429: too many requests${says}`);
  if (status >= 500) {
    return make(
      "server-error",
      `was answered ${status}${failed === undefined ? ` with ${describeBody(call, answer)}` : says}`,
    );
  }
  if (failed === undefined) return notOcp(call, answer, describeBody(call, answer));
  if (call.subject !== undefined && saysMissing(status, call.subject, failed)) {
    return make("not-found", `was answered ${status}: ${failed.words}`);
  }

  return make("refused", `was refused by OCP with ${status}: ${failed.words}`);
}

/** The sibling's message for a locked account is the bare user name, so it takes words of our own. */
function refusedCredentials(answer: Answer): string {
  const minutes = Math.round((answer.clockSkewMs ?? 0) / 60_000);
  const clock = Math.abs(minutes) < 15 ? "" : `; this machine's clock is ${Math.abs(minutes)} minutes off OCP's`;
  return `the credentials are wrong, expired or of a locked account${clock}`;
}

/**
 * Whether this is OCP's word that the very object does not exist. A 404 with a code that says something else, or nothing
 * (`COM10002`, `CMP07001`, 0), is no such word: OCP sent those for clusters that its list still held.
 */
function saysMissing(status: number, subject: Subject, { details }: Failure): boolean {
  const { letters, codes } = MISSING_CODES[subject];
  const [, prefix, digits] = /^([A-Z]*)0*(\d{1,9})$/.exec(details.codeText ?? "") ?? [];
  if (prefix === undefined || !codes.includes(Number(digits))) return false;
  if (prefix === letters) return status === 404 || status === 400;
  // Without letters 10001 may as well be `COM10001`, a bad parameter, which is answered 400.
  return prefix === "" && (status === 404 || (status === 400 && Number(digits) !== 10001));
}

function notOcp(call: Call, answer: Answer, came: string): OcpError {
  const allow = answer.headers["allow"];
  const hint = allow === undefined ? "" : `; this address allows only ${clean(allow, 60)}`;
  const way = call.proxy === undefined ? "" : `; ${proxyWords(call.proxy)}`;
  return failure(
    call,
    "not-ocp",
    `was answered ${answer.status} with ${came}, not with an answer of OCP${hint}${way}`,
    answer,
  );
}

function failure(call: Call, kind: OcpErrorKind, text: string, answer: Answer, failed?: Failure): OcpError {
  const retryAfterMs = retryAfter(answer);
  return ocpError(call, kind, text, {
    status: answer.status,
    ...failed?.details,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(answer.clockSkewMs !== undefined && { clockSkewMs: answer.clockSkewMs }),
  });
}

/** The one place where messages of `OcpError` get their form: method, URL, what happened. */
export function ocpError(
  call: Call,
  kind: OcpErrorKind,
  text: string,
  details: Omit<OcpErrorDetails, "kind" | "method" | "url"> = {},
): OcpError {
  const mask = call.mask ?? maskSecrets;
  return new OcpError(`${call.method} ${call.url} ${mask(text)}`, {
    ...details,
    ...(details.ocpMessage !== undefined && { ocpMessage: mask(details.ocpMessage) }),
    kind,
    method: call.method,
    url: call.url,
    ...(call.proxy !== undefined && { proxyVariable: call.proxy.variable }),
  });
}

/** `HTTPS_PROXY is set to proxy.example.com:3128`, without what it may hold of a password. */
export function proxyWords({ url, variable }: Proxy): string {
  return `${variable} is set to ${clean(new URL(url).host)}`;
}

const LONGEST_RETRY_AFTER_MS = 3_600_000;

/**
 * `RateLimit-Reset` (seconds) stands on all answers of OCP, so it only counts on 429; `Retry-After` (seconds or a date)
 * also where a proxy sends it with a 5xx.
 */
function retryAfter(answer: Answer): number | undefined {
  const waits: number[] = [];
  const reset = answer.headers["ratelimit-reset"] ?? "";
  if (answer.status === 429 && isSeconds(reset)) waits.push(Number(reset) * 1000);
  const after = answer.headers["retry-after"] ?? "";
  if (answer.status === 429 || answer.status >= 500) {
    const sent = Date.parse(answer.headers["date"] ?? "");
    const until = Date.parse(after);
    if (isSeconds(after)) waits.push(Number(after) * 1000);
    else if (!Number.isNaN(until)) waits.push(Math.max(0, until - (Number.isNaN(sent) ? Date.now() : sent)));
  }
  return waits.length === 0 ? undefined : Math.min(Math.max(...waits), LONGEST_RETRY_AFTER_MS);
}

function isSeconds(text: string): boolean {
  return /^\d{1,9}(\.\d+)?$/.test(text.trim());
}

function parseJson(body: string): unknown {
  try {
    const json: unknown = JSON.parse(body);
    return json;
  } catch {
    return undefined;
  }
}

const LONGEST_EXAMINED = 8192;

/** What came instead of OCP's JSON. */
function describeBody(call: Call, answer: Answer, contentType = answer.headers["content-type"] ?? ""): string {
  const { body } = answer;
  const encoding = answer.headers["content-encoding"] ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    return `\`Content-Encoding: ${clean(encoding, 40)}\`, which was not asked for`;
  }
  if (body.trim() === "") return "an empty body";
  if (/^text\/html\b/i.test(contentType) || /^\s*<(!doctype|html)\b/i.test(body)) {
    const title = clean(
      /<title[^>]{0,100}>([^<]{0,400})/i.exec(body.slice(0, LONGEST_EXAMINED))?.[1] ?? "",
      100,
      call.mask,
    );
    return title === "" ? "an HTML page" : `an HTML page (“${title}”)`;
  }
  // Secrets go before the text is cut: half of one would not be known for what it is.
  const excerpt = `“${clean(body.slice(0, LONGEST_EXAMINED), 120, call.mask ?? maskSecrets)}”`;
  if (parseJson(body) !== undefined) {
    return contentType === "" ? `${excerpt} without a content type` : `${clean(contentType, 60)}: ${excerpt}`;
  }

  return /\bjson\b/i.test(contentType) ? `broken or cut off JSON: ${excerpt}` : `the text ${excerpt}`;
}

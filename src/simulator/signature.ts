import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** A request as far as its signature covers it ("AK/SK signature rules" of OCP's API reference). */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly target: string;
  readonly body: Buffer;
  readonly contentType: string;
  readonly host: string;
  /** RFC 1123: from `Date`, or from `x-ocp-date` where there is no `Date`. */
  readonly date: string;
  /** Name and value of every header, in the order of arrival. */
  readonly headers: readonly (readonly [string, string])[];
}

export const ACCESS_KEY_SCHEME = "OCP-ACCESS-KEY-HMACSHA1";
const MAX_CLOCK_SKEW_MS = 15 * 60_000;

/** `OCP-ACCESS-KEY-HMACSHA1 <key>:<signature>`; undefined for anything else. */
export function readAccessKeyHeader(header: string): { readonly id: string; readonly signature: string } | undefined {
  const match = /^OCP-ACCESS-KEY-HMACSHA1 ([^:\s]+):(\S+)$/.exec(header);
  return match === null ? undefined : { id: match[1] ?? "", signature: match[2] ?? "" };
}

/** Why a signature does not hold; undefined if it does. */
export function signatureFault(
  request: SignedRequest,
  signature: string,
  secret: string,
  now: number,
): string | undefined {
  const time = Date.parse(request.date);
  if (Number.isNaN(time)) return "Date header is missing or malformed";

  if (Math.abs(now - time) >= MAX_CLOCK_SKEW_MS) return "Request time is too skewed";

  const expected = Buffer.from(sign(stringToSign(request), secret));
  const given = Buffer.from(signature);
  return expected.length === given.length && timingSafeEqual(expected, given) ? undefined : "Signature does not match";
}

export function sign(text: string, secret: string): string {
  return createHmac("sha1", Buffer.from(secret, "utf8")).update(text, "utf8").digest("base64");
}

/** Seven lines; what is not there leaves its line empty. */
export function stringToSign(request: SignedRequest): string {
  return [
    request.method.toUpperCase(),
    request.body.length === 0 ? "" : createHash("md5").update(request.body).digest("hex").toUpperCase(),
    request.contentType,
    request.date,
    request.host,
    ocpHeaderLines(request.headers),
    canonicalTarget(request.target),
  ].join("\n");
}

function ocpHeaderLines(headers: SignedRequest["headers"]): string {
  const byName = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (lower.startsWith("x-ocp-")) byName.set(lower, [...(byName.get(lower) ?? []), value]);
  }
  return [...byName.entries()]
    .sort(([one], [other]) => byCodePoint(one, other))
    .map(([name, values]) => `${name}:${[...values].sort(byCodePoint).join(",")}`)
    .join("\n");
}

/** The query may come in any order and unencoded: OCP's own example with curl does. It is put in order before signing. */
function canonicalTarget(target: string): string {
  const mark = target.indexOf("?");
  const query = mark < 0 ? "" : target.slice(mark + 1);
  const path = mark < 0 ? target : target.slice(0, mark);
  if (query === "") return path;

  const byKey = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(query)) byKey.set(key, [...(byKey.get(key) ?? []), value]);

  const pairs = [...byKey.entries()]
    .sort(([one], [other]) => byCodePoint(one, other))
    .map(([key, values]) => `${encode(key)}=${encode([...values].sort(byCodePoint).join(","))}`);
  return `${path}?${pairs.join("&")}`;
}

/** RFC 3986: everything but letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function byCodePoint(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

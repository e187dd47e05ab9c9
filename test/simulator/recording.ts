import { recording } from "../fixtures/index.js";
import type { Body, Reply } from "./client.js";

/** An answer as far as the simulator must be like it. */
export interface Likeness {
  readonly status: number;
  readonly reason: string;
  readonly contentType: string | undefined;
  readonly framing: string;
  readonly connection: string | undefined;
  readonly allow: readonly string[];
  readonly location: string | undefined;
  readonly cookies: readonly string[];
  readonly securityHeaders: number;
  readonly encoding: string | undefined;
}

const SECURITY = [
  "x-content-type-options",
  "x-xss-protection",
  "cache-control",
  "pragma",
  "expires",
  "x-frame-options",
];

type HeaderLookup = (name: string) => readonly string[];

function likeness(status: number, reason: string, values: HeaderLookup): Likeness {
  const first = (name: string): string | undefined => values(name)[0];
  const location = first("location");
  return {
    status,
    reason,
    contentType: first("content-type"),
    framing: first("transfer-encoding") ?? (first("content-length") === undefined ? "none" : "length"),
    connection: first("connection"),
    allow: (first("allow") ?? "").split(/, ?/).sort(),
    location: location === undefined ? undefined : new URL(location).pathname,
    cookies: values("set-cookie")
      .map((cookie) => cookie.split("=")[0] ?? "")
      .sort(),
    securityHeaders: SECURITY.filter((name) => values(name).length > 0).length,
    encoding: first("content-encoding"),
  };
}

export function likenessOf(reply: Reply): Likeness {
  return likeness(reply.status, reply.statusMessage, (name) => {
    const value = reply.headers[name];
    return value === undefined ? [] : typeof value === "string" ? [value] : value;
  });
}

export function recorded(name: string): {
  readonly likeness: Likeness;
  readonly text: string;
  readonly json: Body | undefined;
} {
  const raw = recording(`${name}.http`).toString("utf8").replace(/\r\n/g, "\n");
  const end = raw.indexOf("\n\n");
  const [statusLine = "", ...lines] = raw.slice(0, end).split("\n");
  const [, status = "", ...reason] = statusLine.split(" ");
  const headers = lines.map((line) => [
    line.slice(0, line.indexOf(":")).toLowerCase(),
    line.slice(line.indexOf(":") + 2),
  ]);
  const text = raw.slice(end + 2).trim();
  return {
    likeness: likeness(Number(status), reason.join(" "), (wanted) =>
      headers.filter(([header]) => header === wanted).map(([, value]) => value ?? ""),
    ),
    text,
    json: text.startsWith("{") ? (JSON.parse(text) as Body) : undefined,
  };
}

/** Every member of a JSON value as path and type; elements of an array count as one. */
export function shapeOf(value: unknown, path = ""): readonly string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((element) => shapeOf(element, `${path}[]`)))].sort();

  if (typeof value === "object" && value !== null) {
    return Object.entries(value)
      .flatMap(([name, member]) => shapeOf(member, path === "" ? name : `${path}.${name}`))
      .sort();
  }
  return [`${path}: ${typeof value}`];
}

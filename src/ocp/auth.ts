import type * as nodeCrypto from "node:crypto";
import { OcpConfigError } from "./errors.js";

/** A user's name and password, or an access key (OCP 4.0.2 and later), which has exactly its user's rights. */
export type Credentials =
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "aksk"; readonly accessKeyId: string; readonly accessKeySecret: string };

export type Query = readonly (readonly [name: string, value: string])[];

/** What an access key's signature covers. */
export interface SignableRequest {
  readonly method: string;
  /** As it goes over the wire; lists of ids with bare commas. */
  readonly path: string;
  readonly query?: Query;
  readonly body?: string;
  readonly contentType?: string;
  /** RFC 1123, the `Date` header. */
  readonly date: string;
  /** The `Host` header: the port only where it is not the scheme's own. */
  readonly host: string;
  /** Headers whose names start with `x-ocp-`. */
  readonly ocpHeaders?: Readonly<Record<string, string>>;
}

/** @throws OcpConfigError where the credentials could not be sent as they are */
export function checkCredentials(credentials: Credentials): void {
  if (credentials.kind === "basic") {
    if (credentials.username === "") throw new OcpConfigError("OCP's user name is empty; set it and run again.");
    if (credentials.username.includes(":")) {
      throw new OcpConfigError("OCP's user name contains a colon, which HTTP Basic cannot carry; use another user.");
    }

    if (credentials.password === "") throw new OcpConfigError("OCP's password is empty; set it and run again.");
    return;
  }
  if (!/^[!-9;-~]+$/.test(credentials.accessKeyId)) {
    throw new OcpConfigError("OCP's access key id is empty or holds characters that no header can carry; correct it.");
  }

  if (credentials.accessKeySecret === "") {
    throw new OcpConfigError("OCP's access key secret is empty; set it and run again.");
  }
}

/** The `Authorization` header. OCP's sibling refuses `basic` in lower case and passwords in anything but UTF-8. */
export function authorization(credentials: Credentials, request: SignableRequest): string {
  if (credentials.kind === "basic") {
    return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`, "utf8").toString("base64")}`;
  }

  const signature = crypto()
    .createHmac("sha1", Buffer.from(credentials.accessKeySecret, "utf8"))
    .update(stringToSign(request), "utf8")
    .digest("base64");
  return `OCP-ACCESS-KEY-HMACSHA1 ${credentials.accessKeyId}:${signature}`;
}

/** Seven lines, empty ones included, as OCP's page on access key signatures has it. */
export function stringToSign(request: SignableRequest): string {
  const body = request.body ?? "";
  const query = canonicalQuery(request.query ?? []);
  return [
    request.method.toUpperCase(),
    body === "" ? "" : crypto().createHash("md5").update(body, "utf8").digest("hex").toUpperCase(),
    request.contentType ?? "",
    request.date,
    request.host,
    Object.entries(request.ocpHeaders ?? {})
      .map(([name, value]) => `${name.toLowerCase()}:${value}`)
      .sort()
      .join("\n"),
    query === "" ? request.path : `${request.path}?${query}`,
  ].join("\n");
}

/** Names sorted by code point; the values of a repeated name sorted and joined with commas; all RFC 3986 encoded. */
export function canonicalQuery(query: Query): string {
  const values = new Map<string, string[]>();
  for (const [name, value] of query) values.set(name, [...(values.get(name) ?? []), value]);
  return [...values.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, all]) => `${encode(name)}=${encode([...all].sort().join(","))}`)
    .join("&");
}

/** RFC 3986 leaves fewer characters alone than `encodeURIComponent` does. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Loaded when it is needed: Basic, the usual case, does without, and a hook's start-up time counts. */
export function crypto(): typeof nodeCrypto {
  return process.getBuiltinModule("node:crypto");
}

/** A request that the simulator has received. Secrets are left out: of `Authorization` and cookies only the kind is kept. */
export interface RecordedRequest {
  readonly method: string;
  /** Without query, as it came. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case; `authorization` reads `"Basic …"` or the like, `cookie` and CSRF tokens `"…"`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: "none" | "basic" | "accessKey" | "other";
  /** Whether it came with a cookie. */
  readonly cookie: boolean;
  /** As it came; empty without one. */
  readonly body: string;
  /** Milliseconds since the epoch, by the simulator's clock. */
  readonly time: number;
  /** Counts connections from 1. */
  readonly connection: number;
  /** Counts the requests of this connection from 1. */
  readonly onConnection: number;
  /** Undefined while it is not answered, and for ever where the connection was cut instead. */
  readonly status: number | undefined;
  /** The connection was cut before a whole answer had been sent. */
  readonly cut: boolean;
  /** Kind of the fault that was put in its way, if any. */
  readonly fault: string | undefined;
}

/** The record while the request is under way. */
export type OpenRecord = { -readonly [Member in keyof RecordedRequest]: RecordedRequest[Member] };

export function credentialsOf(authorization: string | undefined): RecordedRequest["credentials"] {
  if (authorization === undefined) return "none";

  return authorization.startsWith("Basic ")
    ? "basic"
    : authorization.startsWith("OCP-ACCESS-KEY-")
      ? "accessKey"
      : "other";
}

const SECRET = new Set(["cookie", "x-xsrf-token"]);

export function withoutSecrets(headers: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    headers.map(([name, value]) => {
      const lower = name.toLowerCase();
      if (lower === "authorization") return [lower, `${value.split(" ")[0] ?? ""} …`];

      return [lower, SECRET.has(lower) ? "…" : value];
    }),
  );
}

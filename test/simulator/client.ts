import * as http from "node:http";
import { DEFAULT_CREDENTIALS } from "../../src/simulator/index.js";

/** An answer's JSON, with the members that tests read; a test that finds one missing fails. */
export interface Body {
  readonly data: ObjectBody;
  readonly error: { readonly code: number | string; readonly message: string; readonly debugMessage: string };
  readonly successful: boolean;
  readonly status: number;
  readonly server: string;
  readonly traceId: string;
}

export interface ObjectBody {
  readonly id: number | string;
  readonly name: string;
  readonly status: string;
  readonly operation: string;
  readonly finishTime: string | undefined;
  readonly prohibitRollback: boolean;
  readonly subtasks: readonly SubtaskBody[];
  readonly obproxies: readonly { readonly id: number; readonly status: string; readonly operateStatus: string }[];
  readonly contents: readonly ObjectBody[];
  readonly page: object;
  readonly tags: readonly object[];
  readonly context: { readonly listMap: object; readonly stringMap: Readonly<Record<string, string>> };
  readonly log: string;
}

export interface SubtaskBody {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly operation: string;
  readonly parallelIdx: number;
  readonly runTime: number;
  readonly upstreams: readonly number[];
  readonly downstreams: readonly number[];
  readonly finishTime: string | undefined;
}

export interface Reply {
  readonly status: number;
  readonly statusMessage: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  /** The parsed body; undefined where it is not JSON. */
  readonly json: Body | undefined;
}

export interface Ask {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Default JSON, where there is a body. */
  readonly contentType?: string | null;
  readonly agent?: http.Agent;
  /** Default the right password. */
  readonly authorization?: string | null;
}

export const BASIC = basic(DEFAULT_CREDENTIALS.username, DEFAULT_CREDENTIALS.password);

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** Sends one request as it is written, on a connection of its own unless an agent is given; follows nothing. */
export function ask(base: string, method: string, path: string, options: Ask = {}): Promise<Reply> {
  const { authorization = BASIC, body, contentType = "application/json", agent = false } = options;
  const url = new URL(base);
  const headers: Record<string, string> = {
    ...(authorization === null ? {} : { Authorization: authorization }),
    ...(body === undefined || contentType === null ? {} : { "Content-Type": contentType }),
    ...(body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: url.hostname, port: url.port, method, path: `${url.pathname.replace(/\/$/, "")}${path}`, headers, agent },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({
            status: response.statusCode ?? 0,
            statusMessage: response.statusMessage ?? "",
            headers: response.headers,
            text,
            json: parse(text),
          });
        });
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

function parse(text: string): Body | undefined {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return undefined;
  }
}

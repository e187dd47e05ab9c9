import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Answer, Answers, Exchange } from "./answers.js";
import { ApiError } from "./api-error.js";
import type { Faults } from "./faults.js";
import { misbehave } from "./misbehave.js";
import type { SimulatedNode } from "./options.js";
import type { Random } from "./random.js";
import { credentialsOf, type OpenRecord, type RecordedRequest, withoutSecrets } from "./recorder.js";
import { Reply } from "./reply.js";
import type { Service } from "./service.js";

export interface HttpSettings {
  readonly host: string;
  readonly pathPrefix: string;
  readonly https: { readonly key: string; readonly cert: string } | undefined;
  readonly nodes: readonly SimulatedNode[];
  readonly locale: "en-US" | "zh-CN";
  readonly clock: () => number;
  readonly unref: boolean;
  /** A request has been received, and nothing done yet. */
  readonly onArrival: (request: RecordedRequest) => void;
  /** A request has been answered, or its connection has broken. */
  readonly onRequest: (request: RecordedRequest) => void;
}

/** How long idle connections live (Tomcat's default, seen in ocp-express). */
const KEEP_ALIVE_MS = 60_000;
/** Larger headers get the container's 400 (Tomcat's default, seen in ocp-express). */
const MAX_HEADER_BYTES = 8192;

interface Connection {
  readonly number: number;
  requests: number;
}

/** The HTTP side: connections, and the record of requests. */
export class HttpServer {
  readonly requests: RecordedRequest[] = [];
  private server: http.Server | undefined;
  private readonly connections = new WeakMap<Socket, Connection>();
  private connectionCount = 0;
  private turn = 0;
  private readonly pauses = new Set<() => void>();

  constructor(
    private readonly service: Service,
    private readonly answers: Answers,
    private readonly faults: Faults,
    private readonly random: Random,
    private readonly settings: HttpSettings,
  ) {}

  /** Resolves to the port. */
  async listen(port: number): Promise<number> {
    const server = this.createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, this.settings.host, () => {
        server.off("error", reject);
        resolve();
      });
    });
    if (this.settings.unref) server.unref();

    this.server = server;
    return (server.address() as AddressInfo).port;
  }

  /** Refuses new connections and breaks those that are open. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    for (const end of [...this.pauses]) end();

    if (server !== undefined) {
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    }
  }

  private createServer(): http.Server {
    const listener = (request: http.IncomingMessage, response: http.ServerResponse): void => {
      void this.serve(request, response);
    };
    const options = { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS };
    const server =
      this.settings.https === undefined
        ? http.createServer(options, listener)
        : https.createServer({ ...options, ...this.settings.https }, listener);
    server.on("clientError", (_error, socket) => {
      if (socket.writable) {
        const { headers, body } = this.answers.container(400);
        const all = [...headers, ["Content-Length", String(Buffer.byteLength(body))], ["Connection", "close"]] as const;
        const head = all.map(([name, value]) => `${name}: ${value}\r\n`).join("");
        socket.end(`HTTP/1.1 400 \r\n${head}\r\n${body}`);
      }
    });
    return server;
  }

  private async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const receivedAt = this.settings.clock();
    const connection = this.connectionOf(request.socket);
    const rawHeaders = pairs(request.rawHeaders);
    const target = request.url ?? "/";
    const [path = "/"] = target.split("?");
    const query = new URLSearchParams(target.slice(path.length));
    const record: OpenRecord = {
      method: request.method ?? "GET",
      path,
      query: Object.fromEntries(query),
      headers: withoutSecrets(rawHeaders),
      credentials: credentialsOf(request.headers.authorization),
      cookie: request.headers.cookie !== undefined,
      body: "",
      time: receivedAt,
      connection: connection.number,
      onConnection: connection.requests,
      status: undefined,
      cut: false,
      fault: undefined,
    };
    this.requests.push(record);
    const reply = new Reply(request, response, record, this.settings);
    const body = await readBody(request);
    if (body === undefined) return;

    record.body = body.toString("utf8");
    this.settings.onArrival(record);
    const exchange = this.exchange(request, { target, path, query, rawHeaders, body, receivedAt });
    await this.respond(exchange, reply, record);
  }

  private exchange(
    request: http.IncomingMessage,
    given: Pick<Exchange, "target" | "path" | "query" | "rawHeaders" | "body" | "receivedAt">,
  ): Exchange {
    const { https: secure, host, locale, nodes, pathPrefix } = this.settings;
    const node = nodes[this.turn++ % nodes.length] ?? { server: host, executor: host };
    // Exactly these two are known; anything else takes the server's language (seen in ocp-express).
    const asked = (request.headers["accept-language"] ?? "").split(/[,;]/)[0];
    const language = asked === "zh-CN" || (asked !== "en-US" && locale === "zh-CN") ? "zh" : "en";
    const traceId = request.headers["x-trace-id"];
    return {
      ...given,
      method: request.method ?? "GET",
      path: this.isBelowPrefix(given.path) ? given.path.slice(pathPrefix.length) : given.path,
      node,
      traceId: typeof traceId === "string" && traceId !== "" ? traceId : this.random.hex(16),
      language,
      origin: `${secure === undefined ? "http" : "https"}://${request.headers.host ?? host}${pathPrefix}`,
    };
  }

  private async respond(exchange: Exchange, reply: Reply, record: OpenRecord): Promise<void> {
    const answer = (asked = exchange): Answer =>
      this.isBelowPrefix(record.path) ? this.service.answer(asked) : this.answers.container(404);
    const fault = this.faults.take(record, exchange.path);
    record.fault = fault?.kind;
    try {
      if (fault === undefined) {
        reply.send(answer());
      } else {
        const { answers, service } = this;
        await misbehave(fault, { exchange, record, reply, answers, service, answer, pause: (ms) => this.pause(ms) });
      }
    } catch (error) {
      // A mistake of the simulator's own, or of a `rewrite`: never silent, and told like OCP's own mistakes.
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      const text = `Unhandled exception, type=${name}, message=${message}`;
      reply.send(this.answers.error(exchange, new ApiError(500, 0, { en: text, zh: text })));
    }
  }

  private isBelowPrefix(path: string): boolean {
    return path.startsWith(`${this.settings.pathPrefix}/`);
  }

  /** Resolves to false where the server is closed meanwhile. */
  private pause(ms: number | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (whole: boolean): void => {
        clearTimeout(timer);
        this.pauses.delete(abandon);
        resolve(whole);
      };
      const abandon = (): void => {
        done(false);
      };
      const timer =
        ms === undefined
          ? undefined
          : setTimeout(() => {
              done(true);
            }, ms);
      this.pauses.add(abandon);
    });
  }

  private connectionOf(socket: Socket): Connection {
    const known = this.connections.get(socket) ?? { number: ++this.connectionCount, requests: 0 };
    known.requests += 1;
    this.connections.set(socket, known);
    return known;
  }
}

function pairs(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  return rawHeaders.flatMap((name, place) => (place % 2 === 0 ? [[name, rawHeaders[place + 1] ?? ""] as const] : []));
}

/** Undefined where the client went away before it was done. */
async function readBody(request: http.IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);

    return Buffer.concat(chunks);
  } catch {
    return undefined;
  }
}

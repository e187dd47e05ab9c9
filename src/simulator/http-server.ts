import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { type Answer, type Answers, type Exchange, header } from "./answers.js";
import { ApiError } from "./api-error.js";
import { type FaultAction, type Faults } from "./faults.js";
import type { SimulatedNode } from "./options.js";
import type { Random } from "./random.js";
import { TOO_MANY_REQUESTS } from "./rate-limit.js";
import { credentialsOf, type OpenRecord, type RecordedRequest, withoutSecrets } from "./recorder.js";
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

/** Idle connections live a minute and serve a hundred requests (Tomcat's defaults, seen in ocp-express). */
const KEEP_ALIVE_MS = 60_000;
const REQUESTS_PER_CONNECTION = 100;
/** Larger headers get the container's 400 (Tomcat's default, seen in ocp-express). */
const MAX_HEADER_BYTES = 8192;

interface Connection {
  readonly number: number;
  requests: number;
}

/** The HTTP side: connections, the record of requests, faults, and answers as bytes. */
export class HttpServer {
  readonly requests: RecordedRequest[] = [];
  private server: http.Server | undefined;
  private readonly connections = new WeakMap<Socket, Connection>();
  private connectionCount = 0;
  private turn = 0;
  private readonly pauses = new Set<() => void>();
  private readonly finished = new WeakSet<RecordedRequest>();

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
    if (this.settings.unref) {
      server.unref();
    }
    this.server = server;
    return (server.address() as AddressInfo).port;
  }

  /** Refuses new connections and breaks those that are open. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    for (const end of [...this.pauses]) {
      end();
    }
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
    // Also where the client goes away, or the server, while the request is under way.
    response.once("close", () => {
      this.finish(record, !response.writableFinished);
    });
    const body = await readBody(request);
    if (body === undefined) {
      return;
    }
    record.body = body.toString("utf8");
    this.settings.onArrival(record);
    const exchange = this.exchange(request, { target, path, query, rawHeaders, body, receivedAt });
    await this.respond(exchange, response, record);
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

  private async respond(exchange: Exchange, response: http.ServerResponse, record: OpenRecord): Promise<void> {
    const fault = this.faults.take(record, exchange.path);
    record.fault = fault?.kind;
    try {
      if (fault === undefined) {
        this.send(response, record, exchange, this.answer(exchange, record));
      } else {
        await this.misbehave(fault, exchange, response, record);
      }
    } catch (error) {
      // A mistake of the simulator's own, or of a `rewrite`: never silent, and told like OCP's own mistakes.
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      const text = `Unhandled exception, type=${name}, message=${message}`;
      const told = new ApiError(500, 0, { en: text, zh: text });
      this.send(response, record, exchange, this.answers.error(exchange, told));
    }
  }

  private answer(exchange: Exchange, record: RecordedRequest): Answer {
    return this.isBelowPrefix(record.path) ? this.service.answer(exchange) : this.answers.container(404);
  }

  private isBelowPrefix(path: string): boolean {
    return path.startsWith(`${this.settings.pathPrefix}/`);
  }

  private async misbehave(
    fault: FaultAction,
    exchange: Exchange,
    response: http.ServerResponse,
    record: OpenRecord,
  ): Promise<void> {
    const send = (answer: Answer): void => {
      this.send(response, record, exchange, answer);
    };
    const answerOf = (status: number, body: string, headers: Answer["headers"]): Answer => ({
      status,
      headers,
      body,
      framing: "length",
    });
    switch (fault.kind) {
      case "answer": {
        const { body = "" } = fault;
        const headers = { "Content-Type": "application/json", ...fault.headers };
        send(answerOf(fault.status, typeof body === "string" ? body : JSON.stringify(body), Object.entries(headers)));
        return;
      }
      case "error": {
        const message = fault.message ?? "simulated error";
        send(this.answers.error(exchange, new ApiError(fault.status, fault.code, { en: message, zh: message })));
        return;
      }
      case "html":
        send(this.answers.indexPage());
        return;
      case "empty":
        send(answerOf(200, "", [["Content-Type", "application/json"]]));
        return;
      case "truncated": {
        const answer = this.answer(exchange, record);
        send({ ...answer, body: answer.body.slice(0, answer.body.length / 2) });
        return;
      }
      case "cut":
        this.sendHalf(response, record, exchange, this.answer(exchange, record));
        return;
      case "reset":
        this.cut(response, record);
        return;
      case "lostAnswer":
        this.answer(exchange, record);
        this.cut(response, record);
        return;
      case "hang":
        if (await this.pause(fault.ms)) {
          send(this.answer(exchange, record));
        }
        return;
      case "slow": {
        const answer = this.answer(exchange, record);
        if (await this.pause(fault.ms)) {
          send(answer);
        }
        return;
      }
      case "tooManyRequests": {
        const answer = this.answers.security(exchange, 429, TOO_MANY_REQUESTS);
        const headers: Answer["headers"] = [
          ["RateLimit-Limit", "10"],
          ["RateLimit-Remaining", "0"],
          ["RateLimit-Reset", String(fault.resetSeconds ?? 1)],
          ...(fault.retryAfter === undefined ? [] : [["Retry-After", String(fault.retryAfter)] as const]),
        ];
        send({ ...answer, headers: [...headers, ...answer.headers] });
        return;
      }
      case "metadbOutage":
        send(this.service.answerWithoutDatabase(exchange));
        return;
      case "redirect":
        send(fault.location === undefined ? this.answers.toLogin(exchange) : this.answers.redirect(fault.location));
        return;
      case "rewrite": {
        const answer = this.answer(exchange, record);
        send({ ...answer, body: JSON.stringify(fault.change(JSON.parse(answer.body) as unknown)) });
        return;
      }
      case "raw":
        response.socket?.end(fault.bytes);
        this.finish(record, true);
        return;
    }
  }

  private send(response: http.ServerResponse, record: OpenRecord, exchange: Exchange, answer: Answer): void {
    if (response.destroyed || response.socket?.destroyed !== false) {
      this.finish(record, true);
      return;
    }
    const body = this.writeHead(response, record, exchange, answer);
    record.status = answer.status;
    response.end(exchange.method === "HEAD" ? undefined : body, () => {
      this.finish(record, false);
    });
  }

  private sendHalf(response: http.ServerResponse, record: OpenRecord, exchange: Exchange, answer: Answer): void {
    const body = this.writeHead(response, record, exchange, answer);
    record.status = answer.status;
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => {
      this.cut(response, record);
    });
  }

  private writeHead(
    response: http.ServerResponse,
    record: RecordedRequest,
    exchange: Exchange,
    answer: Answer,
  ): Buffer {
    const plain = Buffer.from(answer.body, "utf8");
    const zipped =
      answer.framing === "chunked" && plain.length > 0 && /\bgzip\b/.test(header(exchange, "accept-encoding") ?? "");
    const body = zipped ? gzipSync(plain) : plain;
    const closes = answer.close === true || record.onConnection >= REQUESTS_PER_CONNECTION;
    // No `Connection: keep-alive` and no `Keep-Alive`: staying open is what HTTP/1.1 does by itself.
    response.removeHeader("connection");
    for (const [name, value] of answer.headers) {
      response.appendHeader(name, value);
    }
    if (zipped) {
      response.setHeader("Content-Encoding", "gzip");
    }
    if (answer.framing === "length") {
      response.setHeader("Content-Length", String(body.length));
    } else {
      response.setHeader("Transfer-Encoding", "chunked");
    }
    if (closes) {
      response.setHeader("Connection", "close");
    }
    // An empty reason phrase, as Tomcat sends it.
    response.writeHead(answer.status, "");
    return body;
  }

  private cut(response: http.ServerResponse, record: OpenRecord): void {
    const { socket } = response;
    if (socket !== null) {
      if (this.settings.https === undefined) {
        socket.resetAndDestroy();
      } else {
        socket.destroy();
      }
    }
    this.finish(record, true);
  }

  private finish(record: OpenRecord, cut: boolean): void {
    if (!this.finished.has(record)) {
      this.finished.add(record);
      record.cut = cut;
      this.settings.onRequest(record);
    }
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
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks);
  } catch {
    return undefined;
  }
}

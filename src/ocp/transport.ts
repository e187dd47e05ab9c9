import type { Client, Dispatcher } from "undici";
import UndiciClient from "undici/lib/dispatcher/client.js";
import { type Answer, type Call, ocpError, proxyWords } from "./answer.js";
import type { BaseUrl } from "./base-url.js";
import { isOutOfMemory, NoWebAssembly, type OcpErrorKind, OutOfMemory, TooLarge } from "./errors.js";
import { type Environment, openThroughProxy, proxyFor } from "./proxy.js";
import { errorCode, errorText } from "./text.js";

export interface TransportOptions {
  readonly baseUrl: BaseUrl;
  /** PEM texts that replace Node's list of authorities. */
  readonly ca?: readonly string[];
  readonly insecureSkipVerify: boolean;
  readonly env: Environment;
  readonly now: () => number;
  readonly connectTimeoutMs: number;
}

export interface TransportRequest extends Call {
  /** Path and query as they go over the wire. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** After `timeoutMs` there is no time for another request either. */
  readonly untilTimeIsUp?: boolean;
  /**
   * `own`: a connection of its own, so that a reset of one that had gone stale is never mistaken for a lost answer.
   * `kept`: one that is kept for the next request; for requests that may be sent twice.
   */
  readonly connection: "own" | "kept";
}

const LARGEST_ANSWER = 8 * 1024 * 1024;
const LARGEST_HEAD = 64 * 1024;

/**
 * Requests and answers over HTTP, without a judgement about what the answers mean. Follows no redirect, keeps no cookie,
 * asks for no compression.
 */
export class Transport {
  private readonly options: TransportOptions;
  private readonly idle: Dispatcher[] = [];
  private closed = false;
  private skewMs: number | undefined;

  constructor(options: TransportOptions) {
    this.options = options;
    proxyFor(options.baseUrl, options.env); // throws at once what would throw later
  }

  /** The `Date` of the last answer minus the local clock. */
  get clockSkewMs(): number | undefined {
    return this.skewMs;
  }

  /** @throws OcpError of the kinds `unreachable`, `lost` and `not-ocp` */
  async send(request: TransportRequest): Promise<Answer> {
    const kept = request.connection === "kept" ? this.idle.pop() : undefined;
    const startedMs = nowMs();
    const first = await new Attempt(request, this.options).run(kept);
    // The server may close a kept connection (OCP: after 60 s, after 100 requests) just when it is used again.
    const staleConnection = kept !== undefined && first.kind === "failed" && first.noAnswerYet;
    const outcome = staleConnection ? await this.again(request, nowMs() - startedMs) : first;
    if (outcome.kind === "failed") {
      // On the first request, before anything was written: what parses the answers needs memory of its own.
      if (isOutOfMemory(outcome.cause)) throw new OutOfMemory(outcome.cause);
      if (!("WebAssembly" in globalThis)) throw new NoWebAssembly();
      throw ocpError(request, outcome.as, outcome.text, {
        cause: outcome.cause,
        ...(this.skewMs !== undefined && { clockSkewMs: this.skewMs }),
      });
    }
    if (request.connection === "kept" && !this.closed) this.idle.push(outcome.dispatcher);
    else discard(outcome.dispatcher);
    this.skewMs = outcome.answer.clockSkewMs ?? this.skewMs;
    return outcome.answer;
  }

  /** On a new connection, and still within the time that was given. */
  private again(request: TransportRequest, spentMs: number): Promise<Outcome> {
    const timeoutMs = Math.max(1, Math.floor(request.timeoutMs - spentMs));
    return new Attempt({ ...request, timeoutMs }, this.options).run(undefined);
  }

  /** Closes what is idle; what is under way closes when it is done. */
  close(): void {
    this.closed = true;
    for (const dispatcher of this.idle.splice(0)) discard(dispatcher);
  }
}

type Outcome =
  | { readonly kind: "answered"; readonly answer: Answer; readonly dispatcher: Dispatcher }
  | {
      readonly kind: "failed";
      readonly as: OcpErrorKind;
      readonly text: string;
      readonly cause: unknown;
      /** The connection broke, and not by a time-out of ours, before a byte of an answer. */
      readonly noAnswerYet: boolean;
    };

/** One request on one connection. */
class Attempt {
  private readonly request: TransportRequest;
  private readonly options: TransportOptions;

  constructor(request: TransportRequest, options: TransportOptions) {
    this.request = request;
    this.options = options;
  }

  async run(kept: Dispatcher | undefined): Promise<Outcome> {
    let refused: ((error: Error) => void) | undefined;
    const dispatcher = kept ?? (await openConnection(this.options, (error) => refused?.(error)));
    const outcome = await new Promise<Outcome>((resolve) => {
      const exchange = new Exchange(this.request, this.options, dispatcher, resolve);
      refused = (error) => {
        exchange.onResponseError(undefined, error);
      };
      exchange.start();
    });
    if (outcome.kind === "failed") discard(dispatcher);
    return outcome;
  }
}

/**
 * Follows one request through undici. `onRequestStart` comes right before the first byte is written, on a connection
 * that stands: what fails earlier was certainly not sent, what fails later may have been.
 */
class Exchange implements Dispatcher.DispatchHandler {
  private readonly request: TransportRequest;
  private readonly options: TransportOptions;
  private readonly dispatcher: Dispatcher;
  private readonly settle: (outcome: Outcome) => void;
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly chunks: Buffer[] = [];
  private controller: Dispatcher.DispatchController | undefined;
  private settled = false;
  private size = 0;
  private head: Omit<Answer, "body"> | undefined;

  constructor(
    request: TransportRequest,
    options: TransportOptions,
    dispatcher: Dispatcher,
    settle: (outcome: Outcome) => void,
  ) {
    this.request = request;
    this.options = options;
    this.dispatcher = dispatcher;
    this.settle = settle;
  }

  start(): void {
    const { timeoutMs, untilTimeIsUp, method, path, headers, body, connection } = this.request;
    const { connectTimeoutMs, baseUrl } = this.options;
    const thenUp = untilTimeIsUp === true ? ", and then the time was up" : "";
    this.after(timeoutMs, `no answer within ${seconds(timeoutMs)}${thenUp}`);
    if (connectTimeoutMs < timeoutMs) {
      this.after(
        connectTimeoutMs,
        `no connection within ${seconds(connectTimeoutMs)}`,
        () => this.controller === undefined,
      );
    }
    this.dispatcher.dispatch(
      {
        origin: baseUrl.origin,
        method,
        path,
        headers: { ...headers },
        body: body ?? null,
        reset: connection === "own",
      },
      this,
    );
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // Given up already: undici must not write it any more.
    if (this.settled) controller.abort(new Error("given up"));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200) return;
    const flat = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? (value[0] ?? "") : (value ?? "")]),
    );
    const clockSkewMs = Date.parse(flat["date"] ?? "") - this.options.now();
    this.head = { status, headers: flat, ...(!Number.isNaN(clockSkewMs) && { clockSkewMs }) };
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size <= LARGEST_ANSWER) {
      this.chunks.push(chunk);
    } else {
      const text = `was answered with more than ${LARGEST_ANSWER / 1024 / 1024} MiB; the rest was not read`;
      this.fail("not-ocp", text, new TooLarge());
    }
  }

  onResponseEnd(): void {
    if (this.head === undefined) {
      this.fail("lost", "got an answer without a head");
      return;
    }
    const answer = { ...this.head, body: Buffer.concat(this.chunks).toString("utf8") };
    // 407 comes from a proxy that did not pass the request on.
    if (answer.status === 407) this.fail("unreachable", "was answered 407: the proxy wants a user name and password");
    else this.finish({ kind: "answered", answer, dispatcher: this.dispatcher });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    const why = errorText(error);
    if (this.controller === undefined) {
      this.fail("unreachable", `got no connection: ${why}${connectHint(error, this.options)}`, error);
    } else if (errorCode(error) === "UND_ERR_INVALID_ARG" && why.includes("407")) {
      this.fail("unreachable", "was answered 407: the proxy wants a user name and password", error);
    } else if (isNotHttp(error)) {
      this.fail("not-ocp", `was answered with what is not HTTP as it should be: ${why}`, error);
    } else {
      this.fail(
        "lost",
        `lost its connection ${this.head === undefined ? "before" : "within"} the answer: ${why}`,
        error,
      );
    }
  }

  private after(delayMs: number, text: string, stillValid: () => boolean = () => true): void {
    this.timers.push(
      setTimeout(() => {
        if (!stillValid()) return;
        const sent = this.controller !== undefined;
        this.fail(sent ? "lost" : "unreachable", `got ${text}${sent ? "" : connectHint(undefined, this.options)}`);
      }, delayMs),
    );
  }

  private fail(as: OcpErrorKind, text: string, cause?: Error): void {
    const noAnswerYet = as === "lost" && this.head === undefined && cause !== undefined;
    this.finish({ kind: "failed", as, text, cause, noAnswerYet });
    this.controller?.abort(new Error("given up"));
  }

  private finish(outcome: Outcome): void {
    if (this.settled) return;
    this.settled = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.settle(outcome);
  }
}

async function openConnection(options: TransportOptions, onConnectError: (error: Error) => void): Promise<Dispatcher> {
  const clientOptions: Client.Options = {
    connect: {
      ...(options.ca !== undefined && { ca: [...options.ca] }),
      rejectUnauthorized: !options.insecureSkipVerify,
      // Node gives each address of a name 250 ms, too short for a VPN where the last address is a dead one.
      autoSelectFamilyAttemptTimeout: 1500,
      timeout: 0,
    },
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: LARGEST_HEAD,
    // Longer than the longest pause between two polls, shorter than OCP's 60 s.
    keepAliveTimeout: 30_000,
  };
  const proxy = proxyFor(options.baseUrl, options.env);
  if (proxy !== undefined) return openThroughProxy(proxy, clientOptions, onConnectError);
  const client = new UndiciClient(options.baseUrl.origin, clientOptions);
  client.on("connectionError", (_origin, _targets, error) => {
    onConnectError(error);
  });
  return client;
}

function discard(dispatcher: Dispatcher): void {
  dispatcher.destroy().catch(() => undefined);
}

/** Answers that break the protocol; a connection that was cut is another matter. undici gives parser errors no code. */
function isNotHttp(error: Error): boolean {
  if (error.name === "HTTPParserError") return !/\bEOF\b/i.test(error.message);
  return ["UND_ERR_HEADERS_OVERFLOW", "UND_ERR_RES_CONTENT_LENGTH_MISMATCH"].includes(errorCode(error));
}

/** What to do about it, where the cause tells. */
function connectHint(error: Error | undefined, options: TransportOptions): string {
  const code = errorCode(error);
  const proxy = proxyFor(options.baseUrl, options.env);
  if (/SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|CERT_UNTRUSTED/.test(code)) {
    return options.ca === undefined
      ? " (its certificate is of an authority that is not known here: give the authority's certificate as `caFile`)"
      : " (its certificate is of an authority that is neither in `caFile` nor in NODE_EXTRA_CA_CERTS: add it to one of them)";
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL_")) return " (does it speak plain http instead of https?)";
  return proxy === undefined ? "" : ` (${proxyWords(proxy)})`;
}

/** Monotonic; `performance` would have to be loaded first. */
function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function seconds(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}

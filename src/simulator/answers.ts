import type { ApiError, Texts } from "./api-error.js";
import type { SimulatedNode } from "./options.js";
import { formatInstant } from "./time.js";

/** An answer before it is sent. `Date` and cookies are added by the server. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  /** Controllers' answers come chunked, those of the security layer and the container with a length. */
  readonly framing: "chunked" | "length";
  readonly close?: true;
}

/** A request as handlers and answers see it. */
export interface Exchange {
  readonly method: string;
  /** Below the prefix, as it came. */
  readonly path: string;
  /** Path and query as they stand in the request line. */
  readonly target: string;
  readonly query: URLSearchParams;
  readonly rawHeaders: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly receivedAt: number;
  readonly node: SimulatedNode;
  readonly traceId: string;
  readonly language: keyof Texts;
  /** Scheme and authority under which the client reached us, and the prefix: what a `Location` starts with. */
  readonly origin: string;
}

export function header(exchange: Exchange, name: string): string | undefined {
  return exchange.rawHeaders.find(([other]) => other.toLowerCase() === name)?.[1];
}

/** Headers of Spring Security, on everything but the request firewall's and the container's own answers. */
const SECURITY_HEADERS: Answer["headers"] = [
  ["X-Content-Type-Options", "nosniff"],
  ["X-XSS-Protection", "1; mode=block"],
  ["Cache-Control", "no-cache, no-store, max-age=0, must-revalidate"],
  ["Pragma", "no-cache"],
  ["Expires", "0"],
  ["X-Frame-Options", "DENY"],
];

const NOT_LOGGED_IN: Texts = {
  en: "The current user has not logged on or a logon error has occurred. Please log on and try again.",
  zh: "当前用户没有登录或登录出错了，请登陆后重试",
};

const INDEX_PAGE =
  '<!DOCTYPE html><html><head><title>OceanBase Cloud Platform</title></head><body><div id="root"></div></body></html>';

/** Writes answers as a running ocp-express sends them. */
export class Answers {
  constructor(
    private readonly clock: () => number,
    private readonly utcOffsetMinutes: number,
  ) {}

  data(exchange: Exchange, data: unknown): Answer {
    return this.json(exchange, 200, data === undefined ? {} : { data });
  }

  error(exchange: Exchange, error: ApiError): Answer {
    const { debugMessage, subErrors } = error.more;
    return this.json(exchange, error.status, undefined, {
      code: error.code,
      ...(debugMessage === undefined ? {} : { debugMessage }),
      message: error.texts[exchange.language],
      ...(subErrors === undefined ? {} : { subErrors }),
    });
  }

  /** Without envelope, as `/info` and `/time`. */
  bare(value: unknown): Answer {
    return controllerAnswer(200, JSON.stringify(value), "application/json");
  }

  text(text: string): Answer {
    return controllerAnswer(200, text, "text/plain;charset=UTF-8");
  }

  /** Refused before it reached a controller: no trace, no duration, a length instead of chunks. */
  security(exchange: Exchange, status: number, message: string, debugMessage?: string): Answer {
    const error = { code: 0, ...(debugMessage === undefined ? {} : { debugMessage }), message };
    const timestamp = formatInstant(this.clock(), this.utcOffsetMinutes);
    const { server } = exchange.node;
    return {
      status,
      headers: [...SECURITY_HEADERS, ["Content-Type", "application/json;charset=UTF-8"]],
      body: JSON.stringify({ duration: 0, error, server, status, successful: false, timestamp, traceId: "" }),
      framing: "length",
    };
  }

  notLoggedIn(exchange: Exchange): Answer {
    return this.security(
      exchange,
      401,
      NOT_LOGGED_IN[exchange.language],
      "Full authentication is required to access this resource",
    );
  }

  /** OCP's front end, in place of 404, 405, 406 and 415. */
  indexPage(more: Answer["headers"] = []): Answer {
    return {
      status: 200,
      headers: [
        ...more,
        ...SECURITY_HEADERS,
        ["vary", "accept-encoding"],
        ["Content-Type", "text/html;charset=UTF-8"],
        ["Content-Language", "en-US"],
      ],
      body: INDEX_PAGE,
      framing: "chunked",
    };
  }

  redirect(location: string, headers: Answer["headers"] = SECURITY_HEADERS): Answer {
    return { status: 302, headers: [...headers, ["Location", location]], body: "", framing: "length" };
  }

  toLogin(exchange: Exchange): Answer {
    return this.redirect(`${exchange.origin}/login`);
  }

  /** `//`, `;` and `..` in a path, also with right credentials. */
  firewall(exchange: Exchange, cookie: string): Answer {
    return this.redirect(`${exchange.origin}/login`, [["Set-Cookie", cookie]]);
  }

  options(allow: string): Answer {
    return { status: 200, headers: [["Allow", allow], ...SECURITY_HEADERS], body: "", framing: "length" };
  }

  /** Of the servlet container itself, before any of OCP's code. */
  container(status: 400 | 404 | 405, more: Answer["headers"] = []): Answer {
    const title = { 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed" }[status];
    return {
      status,
      headers: [...more, ["Content-Type", "text/html;charset=utf-8"], ["Content-Language", "en"]],
      body: `<!doctype html><html lang="en"><head><title>HTTP Status ${status} – ${title}</title></head><body><h1>HTTP Status ${status} – ${title}</h1></body></html>`,
      framing: "length",
      ...(status === 400 ? { close: true } : {}),
    };
  }

  private json(exchange: Exchange, status: number, success?: object, error?: object): Answer {
    const now = this.clock();
    const body = {
      ...success,
      duration: Math.max(0, Math.round(now - exchange.receivedAt)),
      ...(error === undefined ? {} : { error }),
      server: exchange.node.server,
      status,
      successful: error === undefined,
      timestamp: formatInstant(now, this.utcOffsetMinutes),
      traceId: exchange.traceId,
    };
    return controllerAnswer(status, JSON.stringify(body), "application/json");
  }
}

function controllerAnswer(status: number, body: string, contentType: string): Answer {
  return {
    status,
    headers: [...SECURITY_HEADERS, ["vary", "accept-encoding"], ["Content-Type", contentType]],
    body,
    framing: "chunked",
    // Seen on every 400 and 500, and on no other status.
    ...(status === 400 || status === 500 ? { close: true } : {}),
  };
}

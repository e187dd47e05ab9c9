import type * as http from "node:http";
import { gzipSync } from "node:zlib";
import type { Answer } from "./answers.js";
import type { OpenRecord, RecordedRequest } from "./recorder.js";

/** Requests that a connection serves before it is closed (Tomcat's default, seen in ocp-express). */
const REQUESTS_PER_CONNECTION = 100;

export interface ReplySettings {
  readonly https: unknown;
  readonly onRequest: (request: RecordedRequest) => void;
}

/** What goes back on the wire for one request, whole or broken, and what the record says about it. */
export class Reply {
  private finished = false;

  constructor(
    private readonly request: http.IncomingMessage,
    private readonly response: http.ServerResponse,
    private readonly record: OpenRecord,
    private readonly settings: ReplySettings,
  ) {
    // Also where the client goes away, or the server, while the request is under way.
    response.once("close", () => {
      this.finish(!response.writableFinished);
    });
  }

  send(answer: Answer): void {
    if (this.response.destroyed || this.response.socket?.destroyed !== false) {
      this.finish(true);
      return;
    }
    const body = this.writeHead(answer);
    this.response.end(this.request.method === "HEAD" ? undefined : body, () => {
      this.finish(false);
    });
  }

  /** The connection breaks in the middle of the body. */
  sendHalf(answer: Answer): void {
    const body = this.writeHead(answer);
    this.response.write(body.subarray(0, Math.floor(body.length / 2)), () => {
      this.cut();
    });
  }

  /** These bytes, and the end of the connection. */
  sendRaw(bytes: string | Uint8Array): void {
    this.response.socket?.end(bytes);
    this.finish(true);
  }

  /** The connection breaks. */
  cut(): void {
    const { socket } = this.response;
    if (this.settings.https === undefined) {
      socket?.resetAndDestroy();
    } else {
      // A TLS connection knows no reset.
      socket?.destroy();
    }
    this.finish(true);
  }

  private writeHead(answer: Answer): Buffer {
    const { record, response } = this;
    const plain = Buffer.from(answer.body, "utf8");
    const zipped =
      answer.framing === "chunked" &&
      plain.length > 0 &&
      /\bgzip\b/.test(this.request.headers["accept-encoding"] ?? "");
    const body = zipped ? gzipSync(plain) : plain;
    // No `Connection: keep-alive` and no `Keep-Alive`: staying open is what HTTP/1.1 does by itself.
    response.removeHeader("connection");
    for (const [name, value] of answer.headers) response.appendHeader(name, value);

    if (zipped) response.setHeader("Content-Encoding", "gzip");

    if (answer.framing === "length") response.setHeader("Content-Length", String(body.length));
    else response.setHeader("Transfer-Encoding", "chunked");

    if (answer.close === true || record.onConnection >= REQUESTS_PER_CONNECTION) {
      response.setHeader("Connection", "close");
    }

    // An empty reason phrase, as Tomcat sends it.
    response.writeHead(answer.status, "");
    record.status = answer.status;
    return body;
  }

  private finish(cut: boolean): void {
    if (!this.finished) {
      this.finished = true;
      this.record.cut = cut;
      this.settings.onRequest(this.record);
    }
  }
}

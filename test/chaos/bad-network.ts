import { connect, createServer, type Server, type Socket } from "node:net";
import type { Random } from "./random.js";

/** What happens to one request. `answer…`: to what comes back, so that the request may have taken effect. */
export type Trouble =
  | { readonly kind: "none" }
  /** The connection ends before anything has gone on. */
  | { readonly kind: "dropped" }
  | { readonly kind: "delayed"; readonly ms: number }
  /** Only its beginning gets there. */
  | { readonly kind: "truncated" }
  /** It gets there twice; `answer`: which of the two answers comes back. */
  | { readonly kind: "duplicated"; readonly answer: "first" | "second" }
  | { readonly kind: "answerLost" }
  | { readonly kind: "answerCut"; readonly bytes: number }
  | { readonly kind: "answerDelayed"; readonly ms: number }
  | { readonly kind: "answerTwice" };

/** How likely trouble is, per request: of those that ask, and of those that change something. */
export interface Weather {
  readonly asking: number;
  readonly changing: number;
}

/** A request that has left its hook whole. */
export interface Sent {
  readonly hook: string;
  readonly at: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: string;
  readonly trouble: Trouble["kind"];
}

/** The line by which OCP's record tells whose request it is. */
export const HOOK_HEADER = "x-hook";

export interface NetworkOptions {
  /** The port of the OCP that a hook reaches by the one address that all hooks have. */
  readonly route: (hook: string) => number;
  readonly random: Random;
  readonly onSent: (sent: Sent) => void;
  /** The answer, or the end of it, has gone to the hook. */
  readonly onAnswered: (sent: Sent) => void;
}

/** A proxy of TCP connections that stands between the hooks and OCP, and does what networks do. */
export class BadNetwork {
  weather: Weather = { asking: 0, changing: 0 };
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private readonly chances = new Map<string, Random>();

  private constructor(private readonly options: NetworkOptions) {
    this.server = createServer((client) => {
      this.serve(client);
    });
  }

  static async open(options: NetworkOptions): Promise<BadNetwork> {
    const network = new BadNetwork(options);
    await new Promise<void>((resolve) => network.server.listen(0, "127.0.0.1", resolve));
    return network;
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === "string") throw new Error("the network is down");
    return `http://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(client: Socket): void {
    this.keep(client);
    let hook: string | undefined;
    let waiting = Buffer.alloc(0);
    let ocp: Socket | undefined;
    client.on("data", (bytes) => {
      waiting = Buffer.concat([waiting, bytes]);
      if (hook === undefined) {
        const end = waiting.indexOf("\n");
        if (end < 0) return;
        hook = waiting.toString("latin1", 0, end);
        waiting = waiting.subarray(end + 1);
      }
      for (let whole = requestIn(waiting); whole !== undefined; whole = requestIn(waiting)) {
        waiting = waiting.subarray(whole.length);
        ocp ??= this.towards(hook, client);
        this.carry(whole, hook, client, ocp);
      }
    });
    client.on("close", () => ocp?.destroy());
  }

  private towards(hook: string, client: Socket): Socket {
    const ocp = connect(this.options.route(hook), "127.0.0.1");
    this.keep(ocp);
    ocp.on("close", () => client.end());
    return ocp;
  }

  private carry(request: Buffer, hook: string, client: Socket, ocp: Socket): void {
    const { onSent, onAnswered } = this.options;
    const [method = "", path = ""] = request.toString("latin1", 0, request.indexOf("\r\n")).split(" ");
    const trouble = this.draw(hook, method);
    const body = request.toString("utf8", request.indexOf("\r\n\r\n") + 4);
    const sent: Sent = { hook, at: Date.now(), method, path, body, trouble: trouble.kind };
    onSent(sent);
    const marked = withHeader(request, `${HOOK_HEADER}: ${hook}`);
    const end = (): void => {
      client.destroy();
      ocp.destroy();
    };
    let from = ocp;
    switch (trouble.kind) {
      case "dropped":
        end();
        return;
      case "truncated":
        ocp.end(marked.subarray(0, Math.floor(marked.length / 2)), end);
        return;
      case "duplicated": {
        const other = this.towards(hook, client);
        client.on("close", () => other.destroy());
        for (const each of trouble.answer === "first" ? [ocp, other] : [other, ocp]) each.write(marked);
        from = trouble.answer === "first" ? ocp : other;
        break;
      }
      case "none":
      case "delayed":
      case "answerLost":
      case "answerCut":
      case "answerDelayed":
      case "answerTwice":
        later(trouble.kind === "delayed" ? trouble.ms : 0, () => ocp.write(marked));
    }
    let left = trouble.kind === "answerCut" ? trouble.bytes : Infinity;
    ocp.removeAllListeners("data");
    ocp.on("data", () => undefined);
    from.removeAllListeners("data");
    from.on("data", (bytes: Buffer) => {
      if (trouble.kind === "answerLost") {
        end();
        return;
      }
      const part = bytes.subarray(0, Math.min(bytes.length, left));
      left -= part.length;
      later(trouble.kind === "answerDelayed" ? trouble.ms : 0, () => {
        client.write(part);
        if (trouble.kind === "answerTwice") client.write(part);
        if (left <= 0) end();
        onAnswered(sent);
      });
    });
  }

  /** A hook's own chances: what happens to its third request does not depend on what others send meanwhile. */
  private draw(hook: string, method: string): Trouble {
    const random = this.chances.get(hook) ?? this.options.random.fork(hook);
    this.chances.set(hook, random);
    const isBad = random.chance(method === "GET" ? this.weather.asking : this.weather.changing);
    const ms = 10 + random.below(120);
    const trouble = random.of<Trouble>([
      { kind: "dropped" },
      { kind: "delayed", ms },
      { kind: "truncated" },
      { kind: "duplicated", answer: random.of(["first", "second"]) },
      { kind: "answerLost" },
      { kind: "answerLost" },
      { kind: "answerCut", bytes: 1 + random.below(900) },
      { kind: "answerDelayed", ms },
      { kind: "answerTwice" },
    ]);
    return isBad ? trouble : { kind: "none" };
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.sockets.delete(socket));
  }
}

/** The first request, if it has come whole. Hooks tell the length of what they send. */
function requestIn(bytes: Buffer): Buffer | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [, length = "0"] = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString("latin1", 0, end)) ?? [];
  const whole = end + 4 + Number(length);
  return bytes.length < whole ? undefined : bytes.subarray(0, whole);
}

function withHeader(request: Buffer, line: string): Buffer {
  const end = request.indexOf("\r\n") + 2;
  return Buffer.concat([request.subarray(0, end), Buffer.from(`${line}\r\n`), request.subarray(end)]);
}

function later(ms: number, does: () => unknown): void {
  if (ms === 0) does();
  else setTimeout(does, ms);
}

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A server on loopback that a test closes in the end, connections included. */
export interface Running {
  readonly port: number;
  readonly connections: () => number;
  close(): Promise<void>;
}

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly connection: net.Socket;
}

export type Respond = (seen: Seen, response: http.ServerResponse) => void;

export async function httpServer(respond: Respond, tls?: Certificate): Promise<Running & { readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const listener: http.RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers, socket } = request;
      const each = { method, url, headers, body: Buffer.concat(chunks).toString(), connection: socket };
      seen.push(each);
      respond(each, response);
    });
  };
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  return { ...(await listen(server)), seen };
}

export function rawServer(onConnection: (socket: net.Socket) => void): Promise<Running> {
  return listen(
    net.createServer((socket) => {
      socket.on("error", () => undefined);
      onConnection(socket);
    }),
  );
}

/** Plays these bytes once a whole request has come, then ends the connection. */
export function playing(bytes: Buffer | string): (socket: net.Socket) => void {
  return (socket) => {
    onRequest(socket, () => socket.end(bytes));
  };
}

/** Calls back each time when the head of a request, and its body, have come. */
export function onRequest(socket: net.Socket, callback: (head: string) => void): void {
  let received = "";
  socket.on("data", (chunk: Buffer) => {
    received += chunk.toString("latin1");
    const end = received.indexOf("\r\n\r\n");
    const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? "0");
    if (end < 0 || received.length < end + 4 + length) return;
    const head = received.slice(0, end);
    received = "";
    callback(head);
  });
}

async function listen(server: net.Server, host = "127.0.0.1"): Promise<Running> {
  const sockets = new Set<net.Socket>();
  let connections = 0;
  server.on("connection", (socket: net.Socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** A port of loopback on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await rawServer(() => undefined);
  await server.close();
  return server.port;
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

export function selfSigned(name: string, subjectAltName: string): Certificate {
  const directory = mkdtempSync(join(tmpdir(), "ocp-tls-"));
  try {
    const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
    const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${subjectAltName}`];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    execFileSync("openssl", ["req", "-x509", ...curve, "-days", "2", ...subject, "-keyout", key, "-out", cert], {
      stdio: "ignore",
    });
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

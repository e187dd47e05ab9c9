import { rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { crypto } from "../../ocp/auth.js";

/**
 * Where the hooks of one OBProxy cluster meet that Terraform runs on the same machine at the same time: a local socket
 * that the first of them listens on. It only saves OCP work; where it cannot be had, each hook works alone.
 */

/** What is said there: JSON, one message a line. */
export type Send = (message: unknown) => void;

export type Arrival =
  | { readonly role: "leader"; readonly server: Server; leave(): void }
  | { readonly role: "follower"; readonly socket: Socket };

/** Raised when messages change, so that hooks of two releases of the library do not misunderstand each other. */
const PROTOCOL = 1;
/** The longest path of a Unix socket on macOS, terminator included; Linux has 108. */
const LONGEST_SOCKET_PATH = 103;
const MAX_TRIES = 3;
const MAX_MESSAGE_LENGTH = 16 * 1024 * 1024;

/** `who` tells OCP, user and cluster apart. Undefined: no place that only this user can reach. */
export function meetingAddress(directory: string | undefined, who: string): string | undefined {
  if (directory === undefined) return undefined;
  const name = crypto().createHash("sha256").update(`${PROTOCOL}\n${who}`).digest("hex").slice(0, 16);
  if (process.platform === "win32") return `\\\\.\\pipe\\cdktf-obproxy-${name}`;
  const path = join(directory, `${name}.sock`);
  return path.length > LONGEST_SOCKET_PATH ? undefined : path;
}

/** The first to come listens; the others connect to it. Undefined: no meeting here. */
export async function arrive(address: string): Promise<Arrival | undefined> {
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const server = await listen(address);
    if (server !== undefined) return { role: "leader", server, leave: () => server.close() };
    const socket = await connect(address);
    if (socket !== undefined) return { role: "follower", socket };
    // Nobody listens behind the name: its owner was killed. Two hooks that clear it away at the same moment become two
    // leaders, which costs a second call and nothing else.
    clearAway(address);
  }
  return undefined;
}

export function sendTo(socket: Socket, message: unknown): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
}

/** Calls `each` with every message; what is not JSON ends the connection. */
export function onMessages(socket: Socket, each: (message: unknown) => void): void {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    rest += chunk;
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    try {
      if (rest.length > MAX_MESSAGE_LENGTH) throw new Error("message too long");
      for (const line of lines) each(JSON.parse(line));
    } catch {
      socket.destroy();
    }
  });
}

function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(undefined);
    });
    server.listen(address, () => {
      resolve(server);
    });
  });
}

function connect(address: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection(address);
    socket.once("error", () => {
      resolve(undefined);
    });
    socket.once("connect", () => {
      resolve(socket);
    });
  });
}

function clearAway(address: string): void {
  if (process.platform === "win32") return;
  try {
    rmSync(address, { force: true });
  } catch {
    // Then listening fails again, and each hook works alone.
  }
}

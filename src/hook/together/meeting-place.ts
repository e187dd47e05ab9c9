import { chmodSync, lstatSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { dirname, isAbsolute, join } from "node:path";
import { crypto } from "../../ocp/auth.js";
import type { OcpId } from "../../ocp/model.js";
import type { Route } from "./member.js";
import { claim, closeToOthers, reasonOf, whyNotSafeAbove } from "./own-directory.js";

/**
 * Where the hooks of one OBProxy cluster meet that Terraform runs on the same machine at the same time: a local socket
 * that the first of them listens on. It only saves OCP work; where it cannot be had, each hook works alone.
 */

export type Arrival =
  | { readonly role: "leader"; readonly server: Server; leave(): void }
  | { readonly role: "follower"; readonly socket: Socket }
  /** There is no place to meet, for this reason. */
  | { readonly role: "nobody"; readonly why: string };

/** Raised when messages change, so that hooks of two releases of the library do not misunderstand each other. */
const PROTOCOL = 2;
/** In bytes: the longest path of a Unix socket on macOS, terminator included. Node cuts a longer one without a word. */
const LONGEST_SOCKET_PATH = 103;
const MAX_TRIES = 3;
const MOST_GUESTS = 1000;

/** The first to come listens; the others connect to it. */
export async function meet(name: string, directories: readonly string[]): Promise<Arrival> {
  if (process.platform === "win32") return arrive(`\\\\.\\pipe\\cdktf-obproxy-${name}`);
  const reasons: string[] = [];
  for (const directory of directories) {
    const address = join(directory, `${name}.sock`);
    const why = whyUnfit(directory, address);
    const arrival: Arrival = why === undefined ? await arrive(address) : { role: "nobody", why };
    if (arrival.role !== "nobody") return arrival;
    reasons.push(arrival.why);
  }
  return { role: "nobody", why: reasons.join("; ") };
}

/** Tells OCPs, users and clusters apart as well as a name can; that the objects are the same ones is looked at later. */
export function meetingName({ baseUrl, way, user }: Route, clusterId: OcpId): string {
  const whole = JSON.stringify([PROTOCOL, baseUrl, way, user, clusterId]);
  return crypto().createHash("sha256").update(whole).digest("hex").slice(0, 16);
}

/**
 * Directories for the sockets, the best first: the user's own for sockets, one that does not depend on a temporary
 * directory of the job's own (whose path is often too long for a socket), and then that.
 */
export function meetingDirectories(env: NodeJS.ProcessEnv, common = "/tmp"): string[] {
  const temporary = [env["TMPDIR"], env["TMP"], env["TEMP"]].find((path) => path !== undefined && isAbsolute(path));
  const below = (parent: string): string => join(parent, `cdktf-obproxy-${process.getuid?.() ?? "user"}`);
  const runtime = env["XDG_RUNTIME_DIR"];
  const all = [
    ...(runtime !== undefined && isAbsolute(runtime) ? [join(runtime, "cdktf-obproxy")] : []),
    below(common),
    ...(temporary === undefined ? [] : [below(temporary)]),
  ];
  return [...new Set(all)];
}

/** Why the hooks cannot meet at this address; undefined: they can, and its directory is there. */
function whyUnfit(directory: string, address: string): string | undefined {
  const length = Buffer.byteLength(address);
  if (length > LONGEST_SOCKET_PATH) return `${directory} is too long for a socket (${length} bytes with its name)`;
  // What is not there yet is not made: a temporary directory that is missing is somebody's mistake.
  return whyNotSafeAbove(dirname(directory)) ?? claim(directory, { parents: false }) ?? closeToOthers(directory);
}

export async function arrive(address: string): Promise<Arrival> {
  let why = "";
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const listening = await listen(address);
    if ("server" in listening) {
      const { server } = listening;
      return { role: "leader", server, leave: () => server.close() };
    }
    const found = fingerprint(address);
    const connected = await connectPatiently(address);
    if ("socket" in connected) return { role: "follower", socket: connected.socket };
    why = `${listening.why}; ${connected.why}`;
    // Nobody listens behind the name: its owner was killed. Two hooks that clear it away at the same moment become two
    // leaders, which costs a second call and nothing else.
    if (found !== undefined && found === fingerprint(address)) clearAway(address);
  }
  return { role: "nobody", why };
}

/** A name is there a moment before somebody listens behind it. */
const MOMENT_MS = 50;

async function connectPatiently(address: string): Promise<{ readonly socket: Socket } | Failed> {
  const first = await connect(address);
  if ("socket" in first) return first;
  await new Promise((resolve) => setTimeout(resolve, MOMENT_MS));
  return connect(address);
}

/** A message as it goes over the wire: JSON, one a line. */
export function encode(message: unknown): string {
  return `${JSON.stringify(message)}\n`;
}

/** Whoever does not read what he is told, because he is stopped, is told no more. */
const LONGEST_BACKLOG = 32 * 1024 * 1024;

export function sendTo(socket: Socket, encoded: string): void {
  if (socket.destroyed || !socket.writable) return;
  if (socket.writableLength > LONGEST_BACKLOG) socket.destroy();
  else socket.write(encoded);
}

/** Calls `each` with every message; what is not JSON, or longer than `longest` characters, ends the connection. */
export function onMessages(socket: Socket, longest: number, each: (message: unknown) => void): void {
  let parts: string[] = [];
  let length = 0;
  const take = (part: string): void => {
    parts.push(part);
    length += part.length;
    if (length > longest) throw new Error("message too long");
  };
  const deliver = (): void => {
    const line = parts.join("");
    parts = [];
    length = 0;
    each(JSON.parse(line));
  };
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    if (socket.destroyed) return;
    try {
      const [first = "", ...more] = chunk.split("\n");
      take(first);
      for (const part of more) {
        deliver();
        take(part);
      }
    } catch {
      socket.destroy();
    }
  });
}

interface Failed {
  readonly why: string;
}

function listen(address: string): Promise<{ readonly server: Server } | Failed> {
  return new Promise((resolve) => {
    const server = createServer();
    server.maxConnections = MOST_GUESTS;
    server.on("error", (error) => {
      resolve({ why: reasonOf(error) });
    });
    server.listen(address, () => {
      // The directory keeps others out already; a socket's own mode does so on some systems only.
      if (process.platform !== "win32") {
        attempt(() => {
          chmodSync(address, 0o600);
        });
      }
      resolve({ server });
    });
  });
}

function connect(address: string): Promise<{ readonly socket: Socket } | Failed> {
  return new Promise((resolve) => {
    const socket = createConnection(address);
    // Stays: an error without a listener would end the hook.
    socket.on("error", (error) => {
      resolve({ why: reasonOf(error) });
    });
    socket.once("connect", () => {
      resolve({ socket });
    });
  });
}

/** By which a socket is told from one that took its place. */
function fingerprint(address: string): string | undefined {
  if (process.platform === "win32") return undefined;
  return attempt(() => {
    const { ino, ctimeMs } = lstatSync(address);
    return `${ino} ${ctimeMs}`;
  });
}

function clearAway(address: string): void {
  // Where that fails listening fails again, and each hook works alone.
  attempt(() => {
    rmSync(address, { force: true });
  });
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { temporaryDirectory } from "./temporary.js";

/** A PostgreSQL of its own, for Terraform's `pg` backend. */
export interface Postgres {
  /** For a client on this machine, who needs no password. */
  readonly connStr: string;
  stop(): Promise<void>;
}

/**
 * Starts one in a temporary directory. Where the machine has none, Debian's package is installed, which takes a user who
 * may do that.
 *
 * @throws Error where there is none and none can be installed: what it is for cannot be shown without
 */
export async function startPostgres(): Promise<Postgres> {
  const programs = findPrograms() ?? install();
  const directory = temporaryDirectory();
  const data = join(directory.path, "data");
  mkdirSync(data, { mode: 0o700 });
  const as = serverUser();
  if (as !== undefined) {
    // It has to get to its own data through the directory above.
    chmodSync(directory.path, 0o711);
    chownSync(data, as.uid, as.gid);
  }
  const env = { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" };
  const common = { ...as, cwd: data, env };
  const made = spawnSync(
    join(programs, "initdb"),
    ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8"],
    { ...common, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? ""}\n${made.stdout}${made.stderr}`);
  const port = await freePort();
  const settings = { listen_addresses: "127.0.0.1", port, unix_socket_directories: "", fsync: "off" };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(join(programs, "postgres"), ["-D", data, ...options], {
    ...common,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<void>((resolve) =>
    server.once("close", () => {
      resolve();
    }),
  );
  await isReady(server.stderr, ended);
  return {
    connStr: `postgres://postgres@127.0.0.1:${port}/postgres?sslmode=disable`,
    stop: async () => {
      server.kill("SIGINT");
      await ended;
      directory.remove();
    },
  };
}

/** Where `initdb` and `postgres` lie: Debian keeps them off the PATH, by version. */
function findPrograms(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const places = [
    ...versions.map((version) => join(DEBIAN, version, "bin")),
    ...(process.env["PATH"] ?? "").split(":"),
  ];
  return places.find((place) => ["initdb", "postgres"].every((name) => existsSync(join(place, name))));
}

const DEBIAN = "/usr/lib/postgresql";

function install(): string {
  const isRoot = process.getuid?.() === 0;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const said: string[] = [];
  for (const args of [["update"], ["install", "--yes", "--no-install-recommends", "postgresql"]]) {
    const command = isRoot ? "apt-get" : "sudo";
    const rest = isRoot ? args : ["--non-interactive", "apt-get", ...args];
    const { error, output } = spawnSync(command, rest, { env, encoding: "utf8", timeout: 300_000 });
    // Without such a command there is an error, and no output.
    said.push(`$ ${[command, ...rest].join(" ")}`, error?.message ?? output.join("").slice(-1500));
  }
  const found = findPrograms();
  if (found !== undefined) return found;
  throw new Error(
    [
      "This test keeps Terraform's state in a real PostgreSQL. There is none on this machine, and Debian's package could not be installed: install `postgresql` (only its programs are used), then run it again.",
      ...said.filter((text) => text !== ""),
    ].join("\n"),
  );
}

/** The server refuses to run as root. Undefined: whoever runs the tests will do. */
function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (user: string, which: string): number =>
    Number(spawnSync("id", [which, user], { encoding: "utf8" }).stdout.trim() || "NaN");
  for (const user of ["postgres", "nobody"]) {
    const [uid, gid] = [idOf(user, "-u"), idOf(user, "-g")];
    if (Number.isInteger(uid) && Number.isInteger(gid)) return { uid, gid };
  }
  throw new Error("PostgreSQL refuses to run as root, and there is neither a user `postgres` nor `nobody`.");
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => {
        resolve(port);
      });
    });
  });
}

async function isReady(stderr: NodeJS.ReadableStream, ended: Promise<void>): Promise<void> {
  let said = "";
  const ready = new Promise<true>((resolve) => {
    stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("ready to accept connections")) resolve(true);
    });
  });
  const isUp = await Promise.race([ready, ended.then(() => false)]);
  if (!isUp) throw new Error(`PostgreSQL did not start:\n${said}`);
}

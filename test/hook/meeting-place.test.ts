import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  arrive,
  type Arrival,
  encode,
  meet,
  meetingDirectories,
  meetingName,
  onMessages,
  sendTo,
} from "../../src/hook/together/meeting-place.js";
import { temporaryDirectory } from "../support/temporary.js";
import type { Route } from "../../src/hook/together/member.js";

let directory: string;
const arrivals: Arrival[] = [];
const sockets: Socket[] = [];

beforeEach(() => {
  directory = temporaryDirectory().path;
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const each of arrivals.splice(0)) {
    if (each.role === "leader") each.leave();
    if (each.role === "follower") each.socket.destroy();
  }
  rmSync(directory, { recursive: true, force: true });
});

const address = (): string => join(directory, "x.sock");
function kept(arrival: Arrival): Arrival {
  arrivals.push(arrival);
  if (arrival.role === "leader") arrival.server.on("connection", (socket) => sockets.push(socket));
  return arrival;
}
const come = async (): Promise<string> => kept(await arrive(address())).role;
const comeTo = async (...directories: string[]): Promise<Arrival> => kept(await meet("name", directories));

describe("the name of a meeting", () => {
  const route: Route = { baseUrl: "http://ocp", way: "a", user: "basic:admin" };

  test("is another one for each OCP, way there, user and cluster", () => {
    const names = [
      meetingName(route, "27"),
      meetingName(route, "28"),
      meetingName({ ...route, baseUrl: "http://other" }, "27"),
      meetingName({ ...route, way: "b" }, "27"),
      meetingName({ ...route, user: "basic:root" }, "27"),
      meetingName({ ...route, user: "aksk:admin" }, "27"),
    ];
    expect(meetingName({ ...route }, "27")).toBe(names[0]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("the directory of a meeting", () => {
  const whyNot = async (...directories: string[]): Promise<string> => {
    const arrival = await comeTo(...directories);
    return arrival.role === "nobody" ? arrival.why : arrival.role;
  };

  test("is looked for first where it does not depend on a temporary directory of the job's own", () => {
    const uid = process.getuid?.() ?? "";
    const env = { XDG_RUNTIME_DIR: "/run/user/7", TMPDIR: "/builds/job/tmp" };
    expect(meetingDirectories(env)).toEqual([
      "/run/user/7/cdktf-obproxy",
      `/tmp/cdktf-obproxy-${uid}`,
      `/builds/job/tmp/cdktf-obproxy-${uid}`,
    ]);
    expect(meetingDirectories({ TMPDIR: "/tmp", XDG_RUNTIME_DIR: "relative" })).toEqual([`/tmp/cdktf-obproxy-${uid}`]);
    expect(meetingDirectories({ TMPDIR: "tmp" })).toEqual([`/tmp/cdktf-obproxy-${uid}`]);
  });

  test("is made for this user alone, and so is the socket", async () => {
    const own = join(directory, "own");
    expect((await comeTo(own)).role).toBe("leader");
    expect(statSync(own).mode & 0o777).toBe(0o700);
    expect(lstatSync(join(own, "name.sock")).mode & 0o777).toBe(0o600);
  });

  test("is closed to others where it is ours and they could enter", async () => {
    const own = join(directory, "own");
    mkdirSync(own);
    chmodSync(own, 0o755);
    expect((await comeTo(own)).role).toBe("leader");
    expect(statSync(own).mode & 0o777).toBe(0o700);
  });

  test("is never one that others may write to: what is in it may be theirs", async () => {
    const own = join(directory, "own");
    mkdirSync(own);
    chmodSync(own, 0o777);
    expect(await whyNot(own)).toContain("others may write to");
  });

  test("is never somebody else's", async () => {
    const own = join(directory, "own");
    mkdirSync(own, { mode: 0o700 });
    const spy = jest.spyOn(process, "getuid");
    if (process.getuid?.() === 0) chownSync(own, 12345, 12345);
    else spy.mockReturnValue(12345);
    const why = await whyNot(own);
    spy.mockRestore();
    expect(why).toContain("belongs to another user");
  });

  test.each<[string, (path: string) => void, string]>([
    [
      "a link",
      (path) => {
        symlinkSync(tmpdir(), path);
      },
      "is a symbolic link",
    ],
    [
      "a file",
      (path) => {
        writeFileSync(path, "");
      },
      "is no directory",
    ],
    ["a pipe", (path) => spawnSync("mkfifo", [path]), "is no directory"],
  ])("is never %s", async (_what, make, expected) => {
    const own = join(directory, "own");
    make(own);
    expect(await whyNot(own)).toContain(expected);
  });

  test("is none where others could exchange it", async () => {
    chmodSync(directory, 0o777);
    expect(await whyNot(join(directory, "own"))).toContain("others may exchange");
    chmodSync(directory, 0o1777);
    expect(await whyNot(join(directory, "own"))).toBe("leader");
  });

  test.each([
    ["of many characters", "x".repeat(80)],
    ["of few characters and many bytes", "任".repeat(27)],
  ])("is none whose path is too long for a socket: %s", async (_what, name) => {
    const long = join(directory, name);
    expect(long.length).toBeLessThan(103);
    mkdirSync(long);
    expect(await whyNot(join(long, "own"))).toMatch(/is too long for a socket \(\d+ bytes/);
    expect(existsSync(join(long, "own"))).toBe(false);
  });

  test("is the next one where one cannot be used, and the reasons of all are told where none can", async () => {
    const missing = join(directory, "missing/own");
    expect((await comeTo(missing, join(directory, "own"))).role).toBe("leader");
    expect((await comeTo(missing, join(directory, "own"))).role).toBe("follower");
    expect(await whyNot(missing, "/dev/null/own")).toMatch(/missing.*; \/dev\/null is no directory/);
  });

  test("has room for a socket of 103 bytes, and for none longer", async () => {
    const room = 103 - Buffer.byteLength(join(directory, "/", "name.sock")) - 1;
    expect((await comeTo(join(directory, "x".repeat(room)))).role).toBe("leader");
    expect((await comeTo(join(directory, "x".repeat(room + 1)))).role).toBe("nobody");
  });
});

describe("the meeting place", () => {
  test("is led by the first who comes, and the others find him there", async () => {
    expect(await come()).toBe("leader");
    expect(await come()).toBe("follower");
    expect(await come()).toBe("follower");
  });

  test("is free again when the leader has left", async () => {
    const first = kept(await arrive(address()));
    if (first.role === "leader") first.leave();
    expect(await come()).toBe("leader");
  });

  test("is taken over where its leader was killed and left only a name", async () => {
    const program = `require("net").createServer().listen(${JSON.stringify(address())}, () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", program]);
    expect(existsSync(address())).toBe(true);
    expect(await come()).toBe("leader");
  });

  test("is none where nobody can listen", async () => {
    expect((await arrive(join(directory, "missing", "x.sock"))).role).toBe("nobody");
  });
});

describe("messages", () => {
  /** What arrives of these chunks. */
  const received = (chunks: readonly string[], longest = 100): Promise<unknown[]> =>
    new Promise((resolve) => {
      const all: unknown[] = [];
      const server = createServer((socket) => {
        onMessages(socket, longest, (message) => all.push(message));
        socket.on("close", () => {
          server.close(() => {
            resolve(all);
          });
        });
      });
      server.listen(address(), () => {
        const client = createConnection(address());
        client.on("error", () => undefined);
        client.on("connect", () => {
          for (const chunk of chunks) client.write(chunk);
          client.end();
        });
      });
    });

  test("are lines of JSON, however they are cut", async () => {
    expect(await received(['{"a":', "1}\n", '{"b":"ü', '"}\n{"c":3}\n{"unfinished'])).toEqual([
      { a: 1 },
      { b: "ü" },
      { c: 3 },
    ]);
  });

  test("that are none end the connection", async () => {
    expect(await received(['{"a":1}\n', "nonsense\n", '{"b":2}\n'])).toEqual([{ a: 1 }]);
  });

  test.each([
    ["with an end", ["1\n", `"${"x".repeat(99)}"\n`, "2\n"]],
    ["without an end", ["1\n", "x".repeat(60), "x".repeat(60), "\n2\n"]],
  ])("that are too long end the connection (%s)", async (_what, chunks) => {
    expect(await received(chunks)).toEqual([1]);
  });

  test("are not sent to those who have gone", () => {
    const socket = createConnection(address());
    socket.on("error", () => undefined);
    socket.destroy();
    expect(() => {
      sendTo(socket, encode({ says: "alone" }));
    }).not.toThrow();
  });
});

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { type Arrival, arrive, meetingAddress, onMessages, sendTo } from "../../src/hook/together/meeting-place.js";

let directory: string;
const arrivals: Arrival[] = [];
const sockets: Socket[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "meet-"));
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const each of arrivals.splice(0)) {
    if (each.role === "leader") each.leave();
    else each.socket.destroy();
  }
  rmSync(directory, { recursive: true, force: true });
});

const address = (who = "http://ocp\nadmin\n27"): string => meetingAddress(directory, who) ?? "";
async function come(to = address()): Promise<Arrival> {
  const arrival = await arrive(to);
  if (arrival === undefined) throw new Error("no meeting");
  arrivals.push(arrival);
  if (arrival.role === "leader") arrival.server.on("connection", (socket) => sockets.push(socket));
  return arrival;
}

describe("the meeting place", () => {
  it("is another one for each OCP, user and cluster", () => {
    expect(address()).toBe(address());
    expect(new Set([address(), address("http://ocp\nadmin\n28"), address("http://ocp\nroot\n27")]).size).toBe(3);
  });

  it("is nowhere without a private directory, or where its path would be too long for a socket", () => {
    expect(meetingAddress(undefined, "x")).toBeUndefined();
    expect(meetingAddress(join(directory, "x".repeat(100)), "x")).toBeUndefined();
  });

  it("is led by the first who comes, and the others find him there", async () => {
    expect((await come()).role).toBe("leader");
    expect((await come()).role).toBe("follower");
    expect((await come()).role).toBe("follower");
  });

  it("is free again when the leader has left", async () => {
    const first = await come();
    if (first.role === "leader") first.leave();
    expect((await come()).role).toBe("leader");
  });

  it("is taken over where its leader was killed and left only a name", async () => {
    const program = `require("net").createServer().listen(${JSON.stringify(address())}, () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", program]);
    expect(existsSync(address())).toBe(true);
    expect((await come()).role).toBe("leader");
  });

  it("is none where nobody can listen", async () => {
    expect(await arrive(join(directory, "missing", "x.sock"))).toBeUndefined();
  });
});

describe("messages", () => {
  /** What arrives of these chunks; `true` at the end where the connection was ended for them. */
  const received = (chunks: readonly string[]): Promise<unknown[]> =>
    new Promise((resolve) => {
      const all: unknown[] = [];
      const server = createServer((socket) => {
        onMessages(socket, (message) => all.push(message));
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

  it("are lines of JSON, however they are cut", async () => {
    expect(await received(['{"a":', "1}\n", '{"b":"ü', '"}\n{"c":3}\n{"unfinished'])).toEqual([
      { a: 1 },
      { b: "ü" },
      { c: 3 },
    ]);
  });

  it("that are none end the connection", async () => {
    expect(await received(['{"a":1}\n', "nonsense\n", '{"b":2}\n'])).toEqual([{ a: 1 }]);
  });

  it("are not sent to those who have gone", () => {
    const socket = createConnection(address());
    socket.on("error", () => undefined);
    socket.destroy();
    expect(() => {
      sendTo(socket, { says: "task" });
    }).not.toThrow();
  });
});

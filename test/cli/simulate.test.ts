import { EventEmitter } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simulate } from "../../src/cli/simulate.js";
import { ask, basic } from "../simulator/client.js";

interface Run {
  /** Lines so far. */
  readonly out: readonly string[];
  readonly err: readonly string[];
  /** The URL of the first line. */
  readonly url: Promise<string>;
  readonly exitCode: Promise<number>;
  signal(name: string): void;
}

function start(args: string[], env: Record<string, string> = {}): Run {
  const out: string[] = [];
  const err: string[] = [];
  const events = new EventEmitter();
  const url = new Promise<string>((resolve) => {
    events.once("url", resolve);
  });
  const exitCode = simulate(args, {
    stdout: {
      write: (text) => {
        out.push(...text.trimEnd().split("\n"));
        const found = /http:\/\/[\d.]+:\d+/.exec(text);
        events.emit("url", found?.[0]);
      },
    },
    stderr: { write: (text) => err.push(...text.trimEnd().split("\n")) },
    env,
    once: (signal, listener) => events.once(signal, listener),
  });
  return { out, err, url, exitCode, signal: (name) => events.emit(name) };
}

async function during<T>(run: Run, test: (url: string) => Promise<T>): Promise<T> {
  try {
    return await test(await run.url);
  } finally {
    run.signal("SIGTERM");
    await run.exitCode;
  }
}

let directory = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "simulate-"));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function seedFile(content: string): Promise<string> {
  const file = join(directory, "seed.json");
  await writeFile(file, content);
  return file;
}

test("says where it is and what to export", async () => {
  const run = start(["--port", "0"]);

  await during(run, (url) => {
    expect(run.out).toEqual([`OCP 4.2.2 at ${url}; export OCP_URL=${url} OCP_USERNAME=admin OCP_PASSWORD=simulator`]);
    return Promise.resolve();
  });
});

test("does not show a password that somebody chose", async () => {
  const run = start(["--port", "0", "--password", "s3cret"]);

  await during(run, () => Promise.resolve());

  expect(run.out.join("\n")).not.toContain("s3cret");
});

test.each(["SIGINT", "SIGTERM"])("ends with 0 on %s", async (name) => {
  const run = start(["--port", "0"]);
  await run.url;
  run.signal(name);
  expect(await run.exitCode).toBe(0);
});

test("prints a line per request", async () => {
  const run = start(["--port", "0"]);

  await during(run, (url) => ask(url, "GET", "/api/v2/obproxy/clusters?size=5"));

  expect(run.out[1]).toBe("GET /api/v2/obproxy/clusters?size=5 → 200");
});

test("takes the password from OCP_PASSWORD", async () => {
  const run = start(["--port", "0", "--username", "ci"], { OCP_PASSWORD: "from the environment" });

  const reply = await during(run, (url) =>
    ask(url, "GET", "/api/v2/info", { authorization: basic("ci", "from the environment") }),
  );

  expect(reply.status).toBe(200);
});

test("takes the user from OCP_USERNAME, and shows no password of the environment", async () => {
  const run = start(["--port", "0"], { OCP_USERNAME: "teardown", OCP_PASSWORD: "from the environment" });
  const authorization = basic("teardown", "from the environment");

  const reply = await during(run, (url) => ask(url, "GET", "/api/v2/info", { authorization }));

  expect(reply.status).toBe(200);
  expect(run.out[0]).toMatch(/ OCP_USERNAME=teardown, and the password that it was given$/);
});

test("is the version that is asked for", async () => {
  const run = start(["--port", "0", "--version", "4.3.6"]);

  const reply = await during(run, (url) => ask(url, "GET", "/api/v2/info"));

  expect(reply.json).toMatchObject({ buildVersion: "4.3.6-SNAPSHOT" });
});

test("starts with the clusters of a seed file", async () => {
  const file = await seedFile('{"clusters":[{"id":5,"name":"five","obproxies":[{"id":8,"status":"UNAVAILABLE"}]}]}');
  const run = start(["--port", "0", "--seed", file]);

  const reply = await during(run, (url) => ask(url, "GET", "/api/v2/obproxy/clusters/5"));

  expect(reply.json?.data).toMatchObject({ name: "five", obproxies: [{ id: 8, status: "UNAVAILABLE" }] });
});

/** How often the deletion of the OBProxies fails before it succeeds; it is given up after three times. */
async function failures(...args: string[]): Promise<number> {
  const run = start(["--port", "0", "--tick", "1", ...args]);
  return during(run, async (url) => {
    const authorization = basic("admin", "simulator");
    const deleted = await ask(url, "DELETE", "/api/v2/obproxy/clusters/27/obproxies/1,2", { authorization });
    const task = `/api/v2/tasks/instances/${String((deleted.json?.data as { id: number }).id)}`;
    for (let failed = 0; ; failed += 1) {
      let status: unknown = "RUNNING";
      while (status === "RUNNING") {
        const { json } = await ask(url, "GET", task, { authorization });
        ({ status } = json?.data as { status: unknown });
      }
      if (status !== "FAILED" || failed === 3) return failed;
      await ask(url, "POST", `${task}/retry`, { authorization });
    }
  });
}

test.each<[number, readonly string[]]>([
  [0, []],
  [0, ["--fail", "Prepare delete obproxy"]],
  [1, ["--fail", "unreserve host"]],
  [2, ["--fail", "Unreserve host:2"]],
  [3, ["--fail", "Unreserve host:always"]],
  [2, ["--fail", "Unreserve host", "--fail", "Delete obproxy info:1"]],
])("fails %d times with %j", async (times, args) => {
  expect(await failures(...args)).toBe(times);
});

test("shows its help", async () => {
  const run = start(["--help"]);
  expect(await run.exitCode).toBe(0);
  expect(run.out.join("\n")).toContain("Usage: cdktf-obproxy simulate");
});

test.each([
  [["--prot", "1"], /simulate: there is no option `--prot`\.$/],
  [["--port"], /simulate: `--port` needs a value\.$/],
  [["--port", "--tick", "5"], /simulate: `--port` needs a value\.$/],
  [["--help=yes"], /simulate: `--help` takes no value\.$/],
  [["--port", "many"], /`--port` must be a whole number/],
  [["--port", "70000"], /`port` must be an integer from 0 to 65535/],
  [["--tick", "0"], /`--tick` must be a whole number from 1 on/],
  [["--version", "newest"], /`version` must be a version such as "4.2.2"/],
  [["--version", "9.9.9"], /`--version` must be from 3\.1\.1 to 4\.4\.x, .* not "9\.9\.9"/],
  [["--version", "3.1.0"], /`--version` must be from 3\.1\.1 to 4\.4\.x/],
  [["--version", "4.5.0"], /`--version` must be from 3\.1\.1 to 4\.4\.x/],
  [["--seed", "/no/such/file.json"], /`--seed` \/no\/such\/file.json: ENOENT/],
  [["--fail"], /`--fail` needs a value/],
  [
    ["--fail", "Coffee"],
    /`--fail` takes the name of a subtask of a deletion, not "Coffee": Start node, .*Unreserve host/,
  ],
  [["--fail", "Unreserve host:0"], /`--fail` must be a whole number from 1 on, not "0"/],
  [["--fail", "Unreserve host:a:b"], /`--fail` takes the name/],
  [["extra"], /nothing is known to do with "extra"/],
])("refuses %j with exit code 2", async (args, text) => {
  const run = start(args);
  expect(await run.exitCode).toBe(2);
  expect(run.err[0]).toMatch(text);
});

test.each(["{", '{"clusters":{}}', '[{"id":1}]', '[{"id":1,"name":"a","obproxies":[{}]}]'])(
  "refuses the seed %s with exit code 2",
  async (content) => {
    const run = start(["--seed", await seedFile(content)]);
    expect(await run.exitCode).toBe(2);
    expect(run.err[0]).toMatch(/`--seed`/);
  },
);

test("ends with 1 where the port is taken", async () => {
  const taken = await listen();
  const { port } = taken.address() as { port: number };

  const run = start(["--port", String(port)]);

  expect(await run.exitCode).toBe(1);
  expect(run.err[0]).toBe(`cdktf-obproxy simulate: port ${port} is in use; try --port 0`);
  await new Promise((resolve) => taken.close(resolve));
});

function listen(): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve(server);
    });
  });
}

import { parse } from "acorn";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { join } from "node:path";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/index.js";
import { selfSigned } from "../ocp/support/server.js";
import { PeakMemory } from "../support/peak-memory.js";
import { until } from "../support/until.js";
import { HookRunner, TICK_MS } from "./hook-process.js";
import { half } from "../support/thorough.js";

/** The program as it is published leaves out parts of undici: here it goes every way that needs another part of it. */
const runner = new HookRunner({ built: true });
const certificate = selfSigned("localhost", "DNS:localhost,IP:127.0.0.1,DNS:ocp.test");
let ocp: Simulator;
let proxy: http.Server | undefined;
let throughProxy: string[];

afterAll(() => {
  runner.dispose();
});
afterEach(async () => {
  await ocp.stop();
  proxy?.closeAllConnections();
  proxy?.close();
  proxy = undefined;
});

async function given(options: SimulatorOptions = {}): Promise<void> {
  ocp = await startSimulator({
    tickMs: TICK_MS,
    clusters: [{ id: 27, name: "orders", obproxies: [1] }],
    ...options,
  });
}

/** OCP's address by another name, which only the proxy knows: no proxy is asked for what is on this machine. */
const elsewhere = (): string => ocp.url.replace("127.0.0.1", "ocp.test");
const here = (url: string): string => url.replace("ocp.test", "127.0.0.1");

/** An HTTP proxy: tunnels by CONNECT, and plain requests in absolute form. */
async function startProxy(): Promise<string> {
  throughProxy = [];
  const server = http.createServer((request, response) => {
    throughProxy.push(`${request.method ?? ""} ${new URL(request.url ?? "").pathname}`);
    const { method, headers } = request;
    request.pipe(
      http.request(here(request.url ?? ""), { ...(method !== undefined && { method }), headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  server.on("connect", ({ url }, socket) => {
    throughProxy.push(`CONNECT ${url ?? ""}`);
    const target = new URL(`http://${url ?? ""}`);
    const upstream = net.connect(Number(target.port), here(target.hostname), () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  proxy = server;
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const one = { kind: "obproxy", clusterId: 27, obproxyId: 1 } as const;
const tls = { ca: certificate.cert, settings: { provider: { hasCaFile: true } } };

async function deletes(call: Parameters<HookRunner["run"]>[1]): Promise<void> {
  const { code, output } = await runner.run(ocp, call);
  expect(output).toMatch(/deleted: task \d+ ended SUCCESSFUL/);
  expect(code).toBe(0);
  expect(ocp.cluster(27)?.obproxies).toEqual([]);
}

test("plain http", async () => {
  await given();
  await deletes(one);
});

test("https with an authority of its own", async () => {
  await given({ https: certificate });
  await deletes({ ...one, ...tls });
});

test("https of an unknown authority is refused, with what to do", async () => {
  await given({ https: certificate });
  const { code, output } = await runner.run(ocp, one);
  expect(code).toBe(1);
  expect(output).toMatch(/cannot be reached.*caFile/);
});

test("https without verification, which is told", async () => {
  await given({ https: certificate });
  await deletes({ ...one, settings: { provider: { insecureSkipVerify: true } } });
});

test("an access key, and the dialect with a body", async () => {
  await given({ version: "4.3.5", accessKeys: [{ id: "key", secret: "secret-of-the-key" }] });
  const env = { OCP_ACCESS_KEY_ID: "key", OCP_ACCESS_KEY_SECRET: "secret-of-the-key" };
  await deletes({ ...one, env: { ...env, OCP_USERNAME: undefined, OCP_PASSWORD: undefined } });
});

test("http through a proxy", async () => {
  await given();
  await deletes({ ...one, env: { OCP_URL: elsewhere(), HTTP_PROXY: await startProxy() } });
  expect(throughProxy).toContain("DELETE /api/v2/obproxy/clusters/27/obproxies/1");
});

test("https through a proxy", async () => {
  await given({ https: certificate });
  await deletes({ ...one, ...tls, env: { OCP_URL: elsewhere(), HTTPS_PROXY: await startProxy() } });
  expect(new Set(throughProxy)).toEqual(new Set([`CONNECT ${new URL(elsewhere()).host}`]));
});

test("past a proxy, where OCP is on this machine", async () => {
  await given();
  await deletes({ ...one, env: { HTTP_PROXY: await startProxy() } });
  expect(throughProxy).toEqual([]);
});

const onPosix = process.platform === "win32" ? test.skip : test;

describe("a machine with little memory", () => {
  onPosix("by a limit of the address space is told as that, not as an OCP that cannot be reached", async () => {
    await given();
    const under = "ulimit -v 4000000";
    // Newer ones reserve less.
    const script = `${under} && exec "$0" -e "new WebAssembly.Memory({ initial: 2 })"`;
    const isEnough = spawnSync("sh", ["-c", script, process.execPath]).status === 0;
    const { code, output } = await runner.run(ocp, { ...one, under });
    expect(code).toBe(isEnough ? 0 : 1);
    expect(output.includes("not enough memory")).toBe(!isEnough);
    expect(output.includes("ulimit -v")).toBe(!isEnough);
    expect(output).not.toMatch(/cannot be reached|check the URL/);
  });

  test("without WebAssembly is told as that", async () => {
    await given();
    const { code, output } = await runner.run(ocp, { ...one, env: { NODE_OPTIONS: "--jitless" } });
    expect({ code, requests: ocp.requests.length }).toEqual({ code: 1, requests: 0 });
    expect(output).toContain("take --jitless out of NODE_OPTIONS");
    expect(output).not.toMatch(/cannot be reached|check the URL/);
  });

  test("of 128 MiB has room for a hook", async () => {
    await given();
    const memory = new PeakMemory(runner.directory);
    const flags = [...memory.flags, "--max-old-space-size=64"];
    await deletes({ ...one, env: { NODE_OPTIONS: flags.join(" "), ...memory.env } });
    expect(memory.mebibytes).toBeGreaterThan(20);
    expect(memory.mebibytes).toBeLessThan(128);
  });
});

describe("where comments are left out, as by Bun and by some loaders", () => {
  const loader = join(runner.directory, "no-comments.cjs");
  const withLoader = { NODE_OPTIONS: `--require ${loader}` };

  beforeAll(() => {
    writeFileSync(
      loader,
      `const { transformSync } = require(${JSON.stringify(require.resolve("esbuild"))});
       const { prototype } = require("node:module");
       const compile = prototype._compile;
       prototype._compile = function (text, ...rest) {
         return compile.call(this, text.includes("function program()") ? transformSync(text).code : text, ...rest);
       };`,
    );
  });

  test("the hook deletes all the same", async () => {
    await given();
    await deletes({ ...one, env: withLoader });
  });

  test("the command line answers all the same", async () => {
    await given();
    const { stdout } = spawnSync(process.execPath, [join(__dirname, "../../dist/cli/main.js"), "--version"], {
      env: { ...process.env, ...withLoader },
      encoding: "utf8",
    });
    expect(stdout).toMatch(/\d+\.\d+\.\d+/);
  });
});

describe("what V8 has compiled", () => {
  const directory = (place: string): string => join(runner.directory, place);
  const kept = (place: string): readonly string[] =>
    readdirSync(directory(place)).filter((name) => name.startsWith("."));
  const keptFile = (place: string): string => join(directory(place), kept(place)[0] ?? "");
  const gone = { ...one, obproxyId: 2 };
  let places = 0;

  async function isGone(place: string, env: Record<string, string> = {}): Promise<void> {
    const { code, output } = await runner.run(ocp, { ...gone, place, env });
    expect(output).toMatch(/already gone/);
    expect(code).toBe(0);
  }

  /** Runs the hook and tells whether V8 took what was kept; undefined: nothing was offered to it. */
  async function isTaken(place: string, flags = ""): Promise<boolean | undefined> {
    const probe = join(runner.directory, "probe.cjs");
    const found = join(runner.directory, "found.json");
    writeFileSync(
      probe,
      `const vm = require("node:vm");
       vm.Script = class extends vm.Script {
         constructor(text, options) {
           super(text, options);
           require("node:fs").writeFileSync(${JSON.stringify(found)}, JSON.stringify({ rejected: this.cachedDataRejected }));
         }
       };`,
    );
    await isGone(place, { NODE_OPTIONS: `--require ${probe} ${flags}` });
    const { rejected } = JSON.parse(readFileSync(found, "utf8")) as { rejected?: boolean };
    return rejected === undefined ? undefined : !rejected;
  }

  async function keptPlace(): Promise<string> {
    places += 1;
    const place = `kept-${places}`;
    await given();
    await isGone(place);
    return place;
  }

  test("is kept beside the hook, and taken the next time", async () => {
    const place = await keptPlace();
    expect(kept(place)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^\\.obproxy-hook-[0-9a-f]{12}-${process.version.replaceAll(".", "\\.")}-${process.arch}\\.compiled$`,
        ),
      ),
    ]);
    expect(statSync(keptFile(place)).mode & 0o777).toBe(0o600);
    expect(await isTaken(place)).toBe(true);
  });

  test("is taken for another object, that has to be deleted", async () => {
    const place = await keptPlace();
    await deletes({ ...one, place });
  });

  test.each<[string, (bytes: Buffer) => Buffer]>(
    half<[string, (bytes: Buffer) => Buffer]>([
      ["empty", () => Buffer.alloc(0)],
      ["shorter than its checksum", () => Buffer.alloc(3)],
      ["cut short", (bytes) => bytes.subarray(0, bytes.length / 2)],
      [
        "half of it zeros, as after a crash",
        (bytes) => Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096)]),
      ],
      ["one bit of it changed", (bytes) => bytes.fill((bytes[200_000] ?? 0) ^ 1, 200_000, 200_001)],
    ]),
  )("is not even offered where it is %s", async (_, spoil) => {
    const place = await keptPlace();
    const bytes = readFileSync(keptFile(place));
    writeFileSync(keptFile(place), spoil(bytes));
    expect(await isTaken(place)).toBeUndefined();
  });

  test("is made anew where it was spoiled", async () => {
    const place = await keptPlace();
    writeFileSync(keptFile(place), "spoiled");
    await isGone(place);
    expect(await isTaken(place)).toBe(true);
  });

  test("is refused by V8 where that runs by other flags, and the hook runs all the same", async () => {
    const place = await keptPlace();
    expect(await isTaken(place, "--interpreted-frames-native-stack")).toBe(false);
    // It was made anew, for the flags that came last.
    expect(await isTaken(place, "--interpreted-frames-native-stack")).toBe(true);
  });

  onPosix(
    "is not even offered to another program of the same length, such as one that somebody has mended",
    async () => {
      const place = await keptPlace();
      const script = `const { readFileSync, writeFileSync } = require("fs");
      const program = process.argv[1];
      const text = readFileSync(program, "latin1").replaceAll("does not list it", "DOES NOT LIST IT");
      writeFileSync(program, text, "latin1");`;
      const { output } = await runner.run(ocp, { ...gone, place, under: `"$1" -e '${script}' "$2"` });
      expect(output).toContain("DOES NOT LIST IT");
    },
  );

  test("is not even offered to another build of the same Node.js", async () => {
    const place = await keptPlace();
    const build = join(runner.directory, "build.cjs");
    writeFileSync(
      build,
      `const fs = require("fs");
       const { statSync } = fs;
       fs.statSync = (path, options) => {
         const found = statSync(path, options);
         if (path === process.execPath) found.size += 1;
         return found;
       };`,
    );
    expect(await isTaken(place, `--require ${build}`)).toBeUndefined();
    expect(await isTaken(place, `--require ${build}`)).toBe(true);
  });

  test("a run that fails keeps nothing", async () => {
    await given();
    const { code } = await runner.run(ocp, { ...gone, place: "failed", env: { OCP_PASSWORD: "wrong" } });
    expect(code).toBe(1);
    expect(kept("failed")).toEqual([]);
  });

  test("is kept while OCP is at work, also where nobody lives to see the end", async () => {
    await given({ tickMs: "manual" });
    const hook = runner.start(ocp, { ...one, place: "at-work" });
    await until(() => existsSync(directory("at-work")) && kept("at-work").some((name) => name.endsWith(".compiled")));
    hook.kill();
    await hook.done;
    await ocp.stop();
    await given();
    expect(await isTaken("at-work")).toBe(true);
  });

  test("where another hook is at it, or nothing can be kept, the hook says nothing of it", async () => {
    await given();
    mkdirSync(directory("busy"), { recursive: true });
    await isGone("busy");
    const [name = ""] = kept("busy");
    rmSync(keptFile("busy"));
    writeFileSync(join(directory("busy"), `${name}.part`), "");
    const { code, lines } = await runner.run(ocp, { ...gone, place: "busy" });
    expect(code).toBe(0);
    expect(lines).toHaveLength(1);
    expect(kept("busy")).toEqual([`${name}.part`]);
  });

  test("what a hook left that was killed at it does not stand in the way for ever", async () => {
    const place = await keptPlace();
    const file = keptFile(place);
    rmSync(file);
    writeFileSync(`${file}.part`, "");
    const twoMinutesAgo = new Date(Date.now() - 120_000);
    utimesSync(`${file}.part`, twoMinutesAgo, twoMinutesAgo);
    await isGone(place);
    expect(kept(place)).toEqual([expect.stringMatching(/\.compiled$/)]);
    expect(await isTaken(place)).toBe(true);
  });

  onPosix("where it does not fit on the disk, nothing of it is left there", async () => {
    await given();
    const { code } = await runner.run(ocp, { ...gone, place: "full", under: "ulimit -f 400" });
    expect(code).toBe(0);
    expect(kept("full")).toEqual([]);
  });

  test("where something else has its name, nothing is left beside that", async () => {
    const place = await keptPlace();
    const names = kept(place);
    const file = keptFile(place);
    rmSync(file);
    mkdirSync(file);
    await isGone(place);
    expect(kept(place)).toEqual(names);
  });

  test("a Node.js without checksums leaves nothing", async () => {
    await given();
    const old = join(runner.directory, "no-checksum.cjs");
    writeFileSync(old, 'delete require("zlib").crc32;');
    await isGone("no-checksum", { NODE_OPTIONS: `--require ${old}` });
    expect(kept("no-checksum")).toEqual([]);
  });

  onPosix("lies beside the hook, too, where that is not what Node.js was called with", async () => {
    await given();
    const hook = JSON.stringify(join(directory("required"), "obproxy-hook.cjs"));
    const { code, output } = await runner.run(ocp, {
      ...gone,
      place: "required",
      under: `exec "$1" -e 'require(${hook})'`,
    });
    expect(output).toMatch(/already gone/);
    expect(code).toBe(0);
    expect(kept("required")).toHaveLength(1);
  });

  test("six at once leave one whole file", async () => {
    await given();
    await Promise.all(Array.from({ length: 6 }, () => isGone("many")));
    expect(kept("many")).toEqual([expect.stringMatching(/\.compiled$/)]);
    expect(await isTaken("many")).toBe(true);
  });
});

describe("on an older Node.js", () => {
  const text = readFileSync(join(__dirname, "../../dist/hook/obproxy-hook.cjs"), "utf8");

  test("is what the first lines can be read by", () => {
    expect(() => parse(text, { ecmaVersion: 5, sourceType: "script" })).not.toThrow();
  });

  test.each(["12.22.12", "16.20.2", "18.20.8", "20.18.0"])(
    "%s the hook says in one sentence what it needs",
    async (old) => {
      await given();
      const probe = join(runner.directory, "old.cjs");
      writeFileSync(probe, `Object.defineProperty(process.versions, "node", { value: "${old}" });`);
      const { code, lines } = await runner.run(ocp, { ...one, env: { NODE_OPTIONS: `--require ${probe}` } });
      expect(code).toBe(1);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(
        new RegExp(`needs Node\\.js 20\\.18\\.1 or later, and this is v${old.replaceAll(".", "\\.")} \\(`),
      );
      expect(ocp.requests).toEqual([]);
    },
  );
});

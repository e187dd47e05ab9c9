import { appendFileSync, mkdirSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type HookEvent, parseEvents } from "../../src/contract/events.js";
import { eventsFile } from "../../src/contract/events-file.js";
import { journalFor } from "../../src/hook/tell/journal.js";
import { readEvents } from "../../src/report/events.js";
import {
  DEFAULT_CREDENTIALS,
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from "../../src/simulator/index.js";
import { until } from "../support/until.js";
import { Barrier, startGate } from "./gate.js";
import { type HookCall, HookRunner, TICK_MS } from "./hook-process.js";

/** What hooks write down for a report, and what that spares people who read them side by side. */

let runner: HookRunner;
let ocp: Simulator;

beforeEach(() => {
  runner = new HookRunner({ asProcesses: true });
});
afterEach(async () => {
  runner.dispose();
  await ocp.stop();
});

async function given(options: SimulatorOptions = {}): Promise<void> {
  ocp = await startSimulator({
    tickMs: TICK_MS,
    clusters: [{ id: 27, name: "orders", obproxies: [1, 2, 3, 4, 5, 6] }],
    ...options,
  });
}

const obproxies = Object.fromEntries([1, 2, 3, 4, 5, 6].map((id) => [`27/${id}`, { path: `app/p${id}` }]));
const proxy = (id: number, change: Partial<HookCall> = {}): HookCall => ({
  kind: "obproxy",
  clusterId: 27,
  obproxyId: id,
  settings: { obproxies },
  ...change,
});

function defaultFile(): string {
  const place = eventsFile({ XDG_STATE_HOME: runner.machine().state }, "app");
  if ("why" in place) throw new Error(place.why);
  return place.path;
}
const events = (path = defaultFile()): readonly HookEvent[] => parseEvents(readFileSync(path, "utf8")).events;

describe("a hook that deletes", () => {
  test("writes what happens, in order", async () => {
    await given();
    expect((await runner.run(ocp, proxy(3))).code).toBe(0);
    const task = "31440";
    const written = events();
    const told = written.filter(({ event }) => event !== "subtask");
    const others = told.slice(3, -2);
    expect(told.slice(0, 3)).toEqual([
      expect.objectContaining({ event: "started", object: "27/3", stack: "app", provider: "ocp", path: "app/p3" }),
      expect.objectContaining({ event: "looked", is: "there" }),
      expect.objectContaining({ event: "sent", task, with: ["27/3"] }),
    ]);
    expect(others.every((event) => event.event === "task" && event.task === task && event.ours)).toBe(true);
    expect(told.slice(-2)).toEqual([
      expect.objectContaining({ event: "looked", is: "gone" }),
      expect.objectContaining({ event: "deleted", task }),
    ]);
    expect(new Set(written.map(({ run, pid }) => `${run} ${pid}`)).size).toBe(1);
    const subtasks = ocp.task(task)?.subtasks ?? [];
    const ended = written.filter((event) => event.event === "subtask" && event.status === "SUCCESSFUL");
    expect(ended).toHaveLength(subtasks.length);
  });

  test("keeps the file to its user", async () => {
    await given();
    await runner.run(ocp, proxy(3));
    expect(statSync(defaultFile()).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(defaultFile())).mode & 0o777).toBe(0o700);
  });

  test("goes on after a line that was torn", async () => {
    await given();
    mkdirSync(dirname(defaultFile()), { recursive: true, mode: 0o700 });
    appendFileSync(defaultFile(), '{"v":1,"at":"2026-01-0', { mode: 0o600 });
    await runner.run(ocp, proxy(3));
    const { events: read, unread } = parseEvents(readFileSync(defaultFile(), "utf8"));
    expect(unread).toBe(1);
    expect(read[0]?.event).toBe("started");
    expect(read.at(-1)?.event).toBe("deleted");
  });

  test("writes to the file that was chosen", async () => {
    await given();
    const path = join(runner.directory, "events.jsonl");
    await runner.run(ocp, proxy(3, { env: { OBPROXY_EVENTS: path } }));
    expect(events(path).at(-1)?.event).toBe("deleted");
    expect(
      readdirSync(runner.machine().state, { recursive: true }).filter((name) => /events/.test(String(name))),
    ).toEqual([]);
  });

  test.each([
    [
      "a place that is not there",
      "/nowhere/events.jsonl",
      /WARNING: what happens is not written down for a report: .*ENOENT/,
    ],
    ["a directory", "/tmp", /WARNING: what happens is not written down for a report: .*EISDIR/],
  ])("deletes all the same where %s was chosen, and says so", async (_what, path, words) => {
    await given();
    const { code, output } = await runner.run(ocp, proxy(3, { env: { OBPROXY_EVENTS: path } }));
    expect(code).toBe(0);
    expect(output).toMatch(words);
  });

  test("deletes all the same where the file takes nothing, and says so once", async () => {
    await given();
    // A file that can be opened, and refuses what is written.
    const { code, lines } = await runner.run(ocp, proxy(3, { env: { OBPROXY_EVENTS: "/proc/self/oom_score_adj" } }));
    expect(code).toBe(0);
    expect(
      lines.filter((line) => /WARNING: what happens is not written down whole for a report: EINVAL/.test(line)),
    ).toHaveLength(1);
    expect(lines.some((line) => /task 31440: \d+\/\d+ done/.test(line))).toBe(true);
  });

  test("writes nothing where the null device was chosen", async () => {
    await given();
    const { code, output } = await runner.run(ocp, proxy(3, { env: { OBPROXY_EVENTS: "/dev/null" } }));
    expect(code).toBe(0);
    expect(output).not.toContain("WARNING");
  });

  test("writes what a person should know, though all ends well", async () => {
    await given();
    ocp.planWork({ subtaskName: "Unreserve host", fail: "always" });
    expect((await runner.run(ocp, proxy(3))).code).toBe(1);
    const [task] = ocp.tasks;
    ocp.skip(task?.id ?? 0);
    ocp.runToEnd(task?.id ?? 0);
    expect((await runner.run(ocp, proxy(3))).code).toBe(0);
    expect(events().filter(({ event }) => event === "warned")).toMatchObject([
      {
        object: "27/3",
        text: expect.stringMatching(/^somebody skipped in OCP: subtask \d+ "Unreserve host"/) as unknown,
      },
    ]);
  });

  test("writes why it can keep no note", async () => {
    await given();
    const path = join(runner.machine().home, "without-notes.jsonl");
    const env = { XDG_STATE_HOME: "/dev/null", OBPROXY_EVENTS: path };
    expect((await runner.run(ocp, proxy(4, { env }))).code).toBe(0);
    expect(events(path).filter(({ event }) => event === "warned")).toMatchObject([
      { object: "27/4", text: expect.stringContaining("no note of OCP's task can be kept on this machine") as unknown },
    ]);
  });

  test("writes no secret", async () => {
    const password = "p@ss/w0rd,long&strange";
    await given({ credentials: { ...DEFAULT_CREDENTIALS, password } });
    ocp.planWork({ subtaskName: /./, fail: "always", error: `login with ${password} refused` });
    const { code } = await runner.run(ocp, proxy(3, { env: { OCP_PASSWORD: password } }));
    expect(code).toBe(1);
    expect(JSON.stringify(events().at(-1))).toMatch(/"event":"failed".*login with \*\*\*/);
    expect(readFileSync(defaultFile(), "utf8")).not.toContain("p@ss");
  });
});

test("what tells an event from others is not changed by a password that is a part of it", async () => {
  const password = "127.0";
  await given({ credentials: { username: "teardown", password } });
  const env = { OCP_USERNAME: "teardown", OCP_PASSWORD: password };
  const settings = { stack: "of-127.0", obproxies };
  const path = join(runner.machine().home, "of-127.0.jsonl");
  expect((await runner.run(ocp, proxy(3, { settings, env: { ...env, OBPROXY_EVENTS: path } }))).code).toBe(0);
  const all = events(path);
  expect(all[0]).toMatchObject({ event: "started", stack: "of-127.0", ocp: ocp.url });
  expect(all.at(-1)).toMatchObject({ event: "deleted", stack: "of-127.0" });
});

describe("a file of events that grows by hundreds of mebibytes at once", () => {
  const HUGE = 600 * 1024 * 1024;

  /** A file of that length, most of which is a hole, that ends with these lines. */
  function grow(path: string, end = ""): void {
    truncateSync(path, statSync(path).size + HUGE);
    appendFileSync(path, end);
  }

  const whose = { run: "runner-7-1-1", stack: "app", provider: "ocp", object: "27/3" };

  test("is read from its end, for what others of the run have written", async () => {
    await given();
    const path = join(runner.directory, "events.jsonl");
    const told: string[] = [];
    const tools = { mask: (text: string) => text, onTrouble: (text: string) => told.push(text) };
    const journal = journalFor(whose, { OBPROXY_EVENTS: path }, tools);
    journal.write({ event: "started", hook: "/hook" });
    expect(journal.ofThisRun()).toHaveLength(1);
    const other = journalFor({ ...whose, object: "27/4" }, { OBPROXY_EVENTS: path }, tools);
    grow(path, "\n");
    other.write({ event: "started", hook: "/hook" });
    const before = process.memoryUsage().rss;
    expect(journal.ofThisRun().map(({ object }) => object)).toEqual(["27/3", "27/4"]);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
    other.write({ event: "deleted" });
    expect(journal.ofThisRun().at(-1)).toMatchObject({ event: "deleted", object: "27/4" });
    // Without an end of its line.
    grow(path);
    expect(journal.ofThisRun()).toHaveLength(3);
    grow(path);
    expect(journal.ofThisRun()).toHaveLength(3);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
    expect(told).toEqual([]);
  });

  test("keeps no hook from its work, nor from telling its failure", async () => {
    await given();
    const path = join(runner.directory, "events.jsonl");
    ocp.planWork({ subtaskName: "Unreserve host", fail: "always", error: "no route to host" });
    ocp.inject({
      path: /tasks\/instances\/\d+$/,
      does: {
        kind: "meanwhile",
        happens: () => {
          grow(path, "\n");
        },
      },
    });
    const { code, output } = await runner.run(ocp, proxy(3, { env: { OBPROXY_EVENTS: path } }));
    expect(code).toBe(1);
    expect(output).toContain("no route to host");
    expect(output).not.toContain("WARNING");
  });

  test("is read from its end by the report", async () => {
    await given();
    const path = join(runner.directory, "events.jsonl");
    const line = JSON.stringify({ v: 1, at: "2026-11-26T07:12:03.500Z", pid: 1, ...whose, event: "deleted" });
    writeFileSync(path, "");
    grow(path, `\n${line}\n`);
    const before = process.memoryUsage().rss;
    expect(readEvents("app", { OBPROXY_EVENTS: path }).events).toHaveLength(1);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });
});

describe("hooks of one run of Terraform", () => {
  test("tell a failure whole once, and name who does", async () => {
    await given();
    const env = { OCP_PASSWORD: "wrong" };
    const runs = await Promise.all([1, 2, 3, 4, 5, 6].map((id) => runner.run(ocp, proxy(id, { env }))));
    expect(runs.map(({ code }) => code)).toEqual([1, 1, 1, 1, 1, 1]);
    const whole = runs.filter(({ output }) => output.includes("what to do:"));
    expect(whole).toHaveLength(1);
    const teller = /^OBProxy 27\/\d/.exec(whole[0]?.lines[0] ?? "")?.[0];
    const others = runs.filter((run) => run !== whole[0]);
    for (const { lines } of others) {
      expect(lines.at(-1)).toMatch(new RegExp(`FAILED: .*401.*\\(${teller} says more, and what to do\\)$`));
    }
  });

  test("tell a failed task's cause once", async () => {
    await given();
    ocp.planWork({ subtaskName: "Unreserve host", fail: "always", error: "no route to host" });
    const gate = await startGate(new Barrier(3), () => ocp.url);
    const env = { OCP_URL: gate.url };
    const runs = await Promise.all([1, 2, 3].map((id) => runner.run(ocp, proxy(id, { env }))));
    gate.close();
    expect(runs.map(({ code }) => code)).toEqual([1, 1, 1]);
    const output = runs.map((run) => run.output).join("\n");
    expect(output.match(/no route to host/g)).toHaveLength(1);
    expect(output.match(/what to do:/g)).toHaveLength(1);
    expect(output.match(/FAILED: OCP's task/g)).toHaveLength(3);
  });

  test("tell the progress of a task that they share once, whichever of them leads", async () => {
    await given();
    ocp.planWork({ subtaskName: "Unreserve host", ticks: 50 });
    for (const ids of [
      [1, 2, 3],
      [4, 5, 6],
    ]) {
      const runs = await Promise.all(ids.map((id) => runner.run(ocp, proxy(id))));
      expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
      const output = runs.map((run) => run.output).join("\n");
      const tasks = new Set([...output.matchAll(/in task (\d+)/g)].map(([, id = ""]) => id));
      for (const id of tasks) {
        const speakers = runs.filter((run) => run.output.includes(`: task ${id}: `));
        expect(speakers).toHaveLength(1);
      }
    }
  });

  test("tell the progress of one task once, and go on telling it where the one who did was killed", async () => {
    await given();
    ocp.planWork({ subtaskName: "Unreserve host", ticks: 300 });
    const first = runner.start(ocp, proxy(1));
    await ocp.nextRequest(({ path }) => /tasks\/instances\/\d+$/.test(path));
    first.kill();
    await first.done;
    // Two that resume the same task, which they know by its tags.
    const [a, b] = [runner.start(ocp, proxy(1)), runner.start(ocp, proxy(1))];
    const hooks = [a, b];
    const spoke = (lines: readonly string[]): boolean => lines.some((line) => /\d+\/\d+ done/.test(line));
    await until(() => hooks.some(({ lines }) => spoke(lines)));
    const speakers = hooks.filter(({ lines }) => spoke(lines));
    expect(speakers).toHaveLength(1);
    const other = hooks.find((hook) => hook !== speakers[0]);
    speakers[0]?.kill();
    await speakers[0]?.done;
    expect((await other?.done)?.code).toBe(0);
    expect(spoke(other?.lines ?? [])).toBe(true);
  });

  test.each([
    [
      "4.2.2",
      /OBProxy cluster 27 says that it is being worked on; waiting for our turn, perhaps behind task 31440 "Restart obproxy" of kim \(\d\/2 done\), at most 4 h/,
    ],
    [
      "4.3.6",
      /another task works on the cluster; waiting for task 31440 "Restart obproxy" \(2 subtasks\) of kim, at most 4 h/,
    ],
  ])("say for whose task they wait, how far it is and how long at most (OCP %s)", async (version, words) => {
    await given({ version });
    ocp.planWork({ subtaskName: "Start node", ticks: 1_000, tasks: 1 });
    const { id: task } = ocp.startTask({ name: "Restart obproxy", clusterId: 27, obproxyIds: [1], creator: "kim" });
    const hooks = [1, 2].map((id) => runner.start(ocp, proxy(id)));
    await until(() => hooks.every(({ lines }) => lines.length > 0));
    ocp.runToEnd(task);
    const runs = await Promise.all(hooks.map(({ done }) => done));
    for (const { code, output } of runs) {
      expect(code).toBe(0);
      expect(output).toMatch(words);
    }
    expect(runs.filter(({ output }) => /task 31440: .* done/.test(output)).length).toBeLessThan(2);
  });

  test("call what their run has begun its own", async () => {
    await given({ version: "4.3.6" });
    ocp.planWork({ subtaskName: "Stop obproxy", ticks: 300, tasks: 1 });
    const first = runner.start(ocp, proxy(1));
    await ocp.nextRequest(({ method }) => method === "POST" || method === "DELETE");
    await ocp.nextRequest(({ path }) => /tasks\/instances\/\d+$/.test(path));
    const late = runner.start(ocp, proxy(2));
    await until(() => late.lines.length > 0);
    ocp.runToEnd(31440);
    expect((await first.done).code).toBe(0);
    expect((await late.done).output).toContain(
      "this run is at work on the cluster for OBProxy 27/1; waiting for task 31440",
    );
  });

  test("say which task of their run keeps the lock where OCP's tags do not (OCP 4.2.2)", async () => {
    await given({ version: "4.2.2" });
    ocp.planWork({ subtaskName: "Stop and uninstall obproxy", ticks: 30, fail: "always" });
    const first = runner.start(ocp, proxy(1));
    await ocp.nextRequest(({ method }) => method === "DELETE");
    await ocp.nextRequest(({ path }) => /tasks\/instances\/\d+$/.test(path));
    const late = await runner.run(ocp, proxy(2));
    expect((await first.done).code).toBe(1);
    expect(late.code).toBe(1);
    expect(late.output).toMatch(
      /OCP keeps OBProxy cluster 27 locked, and task 31440, which this run began for OBProxy 27\/1, has FAILED[^]*see to task 31440 at http/,
    );
  });

  test("of different OCPs speak for themselves, whose tasks may have the same id", async () => {
    const there = await startSimulator({ tickMs: TICK_MS, clusters: [{ id: 27, name: "orders", obproxies: [1, 2] }] });
    try {
      await given();
      const runs = await Promise.all([runner.run(ocp, proxy(1)), runner.run(there, proxy(2))]);
      expect(runs.map(({ code }) => code)).toEqual([0, 0]);
      for (const { output } of runs) expect(output).toMatch(/task 31440: \d+\/\d+ done/);
    } finally {
      await there.stop();
    }
  });

  test("each tell their own where they are hooks of different stacks", async () => {
    await given();
    const env = { OCP_PASSWORD: "wrong" };
    const runs = await Promise.all(
      ["a", "b"].map((stack) => runner.run(ocp, proxy(1, { env, settings: { obproxies, stack } }))),
    );
    for (const { output } of runs) expect(output).toContain("what to do:");
  });
});

describe("a file of events that has grown long", () => {
  const OLD = { v: 1, at: "2026-11-25T07:12:03.500Z", run: "runner-7-1-1", pid: 1, stack: "app", provider: "ocp" };

  test("is put aside once by hooks that begin together, and nothing that any of them tells is lost", async () => {
    await given();
    mkdirSync(dirname(defaultFile()), { recursive: true, mode: 0o700 });
    const line = (event: object): string => `${JSON.stringify({ ...OLD, object: "27/9", ...event })}\n`;
    const filler = line({ event: "warned", text: "x".repeat(2_000) });
    const long = 17 * 1024 * 1024;
    writeFileSync(
      defaultFile(),
      line({ event: "deleted", task: "900" }) + filler.repeat(Math.ceil(long / filler.length)),
      { mode: 0o600 },
    );
    const ids = [1, 2, 3];
    const runs = await Promise.all(ids.map((id) => runner.run(ocp, proxy(id))));
    expect(runs.map(({ code }) => code)).toEqual(ids.map(() => 0));
    expect(statSync(defaultFile()).size).toBeLessThan(long);
    const all = readEvents("app", { XDG_STATE_HOME: runner.machine().state }).events;
    expect(all.filter(({ run }) => run === OLD.run)[0]).toMatchObject({ event: "deleted" });
    const own = all.filter(({ run }) => run !== OLD.run);
    for (const event of ["started", "deleted"]) {
      const told = own.filter((each) => each.event === event).map(({ object }) => object);
      expect({ event, told: told.sort() }).toEqual({ event, told: ids.map((id) => `27/${id}`) });
    }
  });
});

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { compareNote, type Note, noteOf } from "../../src/hook/decide/note.js";
import type { Notes } from "../../src/hook/act/tools.js";
import { notesFor } from "../../src/hook/together/notes.js";
import type { Target } from "../../src/contract/object.js";
import type { Task, TaskTag } from "../../src/ocp/model.js";

const URL = "http://ocp.example.com:8080";
const START = "2026-11-22T10:00:00.123456789+08:00";
const note: Note = {
  taskId: "31440",
  name: "Offline obproxy",
  startTime: START,
  clusterId: "27",
  obproxyIds: ["3", "4", "10"],
};

function withoutStart<T extends { readonly startTime?: string }>({ ...whole }: T): Omit<T, "startTime"> {
  Reflect.deleteProperty(whole, "startTime");
  return whole;
}

let place: string;
const directory = (): string => join(place, "cdktf-obproxy");
const noteFile = (): string => join(directory(), readdirSync(directory())[0] ?? "");
const notes = (key = "27/3", url = URL): Notes => notesFor(url, key, { XDG_STATE_HOME: place });

beforeEach(() => {
  place = mkdtempSync(join(os.tmpdir(), "notes-"));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(place, { recursive: true, force: true });
});

describe("notes", () => {
  test("remember the task from one run to the next, until it is removed", () => {
    notes().write({ task: note });
    expect(notes().read()).toEqual({ task: note });
    notes().remove();
    expect(notes().read()).toBeUndefined();
    notes().remove();
    expect(notes().trouble).toBeUndefined();
  });

  test("of a task whose start OCP did not tell, and of a cluster, are whole too", () => {
    const ofCluster = { ...withoutStart(note), obproxyIds: [] };
    notes("27").write({ task: ofCluster });
    expect(notes("27").read()).toEqual({ task: ofCluster });
  });

  test("tell objects and OCPs apart, also where their names are long", () => {
    const long = `${URL}/${"x".repeat(300)}`;
    notes().write({ task: note });
    notes("27/3", long).write({ task: { ...note, taskId: "31441" } });
    expect(notes("27/4").read()).toBeUndefined();
    expect(notes("27/3", "http://other:8080").read()).toBeUndefined();
    expect(notes("27/3", long).read()?.task?.taskId).toBe("31441");
  });

  test("have names that differ also where upper and lower case are one", () => {
    for (let port = 1000; port < 1200; port += 1) notes("27/3", `http://ocp:${port}`).write({ task: note });
    expect(new Set(readdirSync(directory()).map((name) => name.toLowerCase())).size).toBe(200);
  });

  test("hold that a delete was sent and no answer heard, beside what is known of an earlier one", () => {
    const both = { task: note, unheardSince: "31500", unheardBy: ["one run", "another"] };
    notes().write(both);
    expect(notes().read()).toEqual(both);
    notes().write({ unheardSince: "0" });
    expect(notes().read()).toEqual({ unheardSince: "0" });
  });

  test("tell which of the runs that they name is at work, by its process", async () => {
    const other = spawn(process.execPath, ["-e", "setTimeout(() => undefined, 60_000)"]);
    const start = readFileSync(`/proc/${other.pid}/stat`, "latin1").split(" ")[21];
    expect(notes().isAtWork(`${other.pid}-${start}-1`)).toBe(true);
    // Where the system does not tell when it began.
    expect(notes().isAtWork(`${other.pid}--1`)).toBe(true);
    // One that has ended, and somebody else's process has its id.
    expect(notes().isAtWork(`${other.pid}-${Number(start) - 1}-1`)).toBe(false);
    other.kill("SIGKILL");
    await once(other, "exit");
    expect(notes().isAtWork(`${other.pid}-${start}-1`)).toBe(false);
    expect(notes().isAtWork(`${other.pid}--1`)).toBe(false);
    // Each process is one run, and no number is no process.
    expect(notes().run).toMatch(new RegExp(`^${process.pid}-\\d+-\\d+$`));
    for (const ended of [notes().run, "", "one run", "0--1", "1-1"]) expect(notes().isAtWork(ended)).toBe(false);
  });

  test("make nothing where nothing is written", () => {
    notes().read();
    notes().remove();
    expect(notes().trouble).toBeUndefined();
    expect(readdirSync(place)).toEqual([]);
  });

  test("are nobody else's to read", () => {
    notes().write({ task: note });
    expect(statSync(directory()).mode & 0o777).toBe(0o700);
    expect(statSync(noteFile()).mode & 0o777).toBe(0o600);
  });

  test("leave nothing but themselves behind", () => {
    notes().write({ task: note });
    notes().write({ task: { ...note, taskId: "31441" } });
    expect(readdirSync(directory())).toHaveLength(1);
  });
});

describe("notes lie where the user's state belongs:", () => {
  const write = (env: NodeJS.ProcessEnv): void => {
    notesFor(URL, "27/3", env).write({ task: note });
  };

  test("in $XDG_STATE_HOME, whatever the temporary directory is", () => {
    write({ XDG_STATE_HOME: place, HOME: "/dev/null", TMPDIR: "/dev/null" });
    expect(notesFor(URL, "27/3", { XDG_STATE_HOME: place, HOME: "/elsewhere" }).read()).toEqual({ task: note });
  });

  test.each([undefined, "", "state"])("else in ~/.local/state (XDG_STATE_HOME is %j)", (state) => {
    write({ ...(state !== undefined && { XDG_STATE_HOME: state }), HOME: place });
    expect(readdirSync(join(place, ".local/state/cdktf-obproxy"))).toHaveLength(1);
  });

  test.each([undefined, ""])("else in the home that the user's account has (HOME is %j)", (home) => {
    jest.spyOn(os, "userInfo").mockReturnValue({ ...os.userInfo(), homedir: place });
    write(home === undefined ? {} : { HOME: home });
    expect(readdirSync(join(place, ".local/state/cdktf-obproxy"))).toHaveLength(1);
  });
});

describe("where no note can be kept nothing is stopped, and the reason is told:", () => {
  const trouble = (env: NodeJS.ProcessEnv): string | undefined => {
    const kept = notesFor(URL, "27/3", env);
    const before = kept.trouble;
    kept.write({ task: note });
    expect(kept.read()).toBeUndefined();
    kept.remove();
    expect(before).toBeDefined();
    return kept.trouble;
  };

  test("no home at all", () => {
    jest.spyOn(os, "userInfo").mockImplementation(() => {
      throw new Error("no such user");
    });
    expect(trouble({})).toMatch(/no note of OCP's task can be kept .*: neither XDG_STATE_HOME nor HOME/);
  });

  test("a home that is no directory", () => {
    expect(trouble({ XDG_STATE_HOME: "/dev/null" })).toContain("/dev/null is no directory");
  });

  test("a file in its place", () => {
    writeFileSync(directory(), "");
    expect(trouble({ XDG_STATE_HOME: place })).toContain(`${directory()} is no directory`);
  });

  test("a link in its place, also to a directory of one's own", () => {
    const elsewhere = join(place, "elsewhere");
    mkdirSync(elsewhere, { mode: 0o700 });
    symlinkSync(elsewhere, directory());
    expect(trouble({ XDG_STATE_HOME: place })).toContain("is a symbolic link");
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  test.each([0o777, 0o770, 0o702])("others may write to it (mode %o)", (mode) => {
    notes().write({ task: note });
    const kept = readFileSync(noteFile(), "utf8");
    chmodSync(directory(), mode);
    expect(trouble({ XDG_STATE_HOME: place })).toContain(
      `others may write to ${directory()} (mode ${mode.toString(8)})`,
    );
    expect(readFileSync(noteFile(), "utf8")).toBe(kept);
  });

  test("it belongs to somebody else", () => {
    notes().write({ task: note });
    if (process.getuid?.() === 0) chownSync(directory(), 12345, 12345);
    else jest.spyOn(process, "getuid").mockReturnValue(12345);
    expect(trouble({ XDG_STATE_HOME: place })).toContain("belongs to another user");
  });

  test("a full disk, of which only the writing tells", () => {
    const kept = notes();
    mkdirSync(directory(), { mode: 0o700 });
    kept.write({ task: { ...note, name: "x".repeat(10) } });
    // A directory where the file belongs cannot be replaced by a file, as little as a file can grow on a full disk.
    const file = noteFile();
    rmSync(file);
    mkdirSync(join(file, "in-the-way"), { recursive: true });
    kept.write({ task: note });
    expect(kept.trouble).toMatch(/no note of OCP's task can be kept/);
    expect(readdirSync(directory())).toHaveLength(1);
  });
});

test.each([0o755, 0o750])("notes are kept in a directory that others may read (mode %o)", (mode) => {
  mkdirSync(directory());
  chmodSync(directory(), mode);
  notes().write({ task: note });
  expect(notes().read()).toEqual({ task: note });
  expect(notes().trouble).toBeUndefined();
});

describe("a damaged note counts for nothing, and is told", () => {
  const text = (change: Record<string, unknown>): string => JSON.stringify({ task: { ...note, ...change } });

  test.each([
    ["no JSON", "{"],
    ["empty", ""],
    ["no object", "null"],
    ["a list", "[]"],
    ["nothing that is known", "{}"],
    ["a task that is none", JSON.stringify({ task: 5 })],
    ["an unheard delete since what is no task", JSON.stringify({ unheardSince: "x" })],
    ["without a name", text({ name: undefined })],
    ["without a cluster", text({ clusterId: undefined })],
    ["without OBProxies", text({ obproxyIds: undefined })],
    ["OBProxies that are no ids", text({ obproxyIds: ["3", "x"] })],
    ["OBProxies out of order", text({ obproxyIds: ["10", "3"] })],
    ["an OBProxy twice", text({ obproxyIds: ["3", "3"] })],
    ["an id that is none", text({ taskId: "1/../2" })],
    ["an id of zero", text({ taskId: "0" })],
    ["an id that is too long", text({ taskId: "123456789012345678901" })],
    ["an id that is a number", text({ taskId: 1 })],
    ["a start that is no text", text({ startTime: 1 })],
    ["endless", " ".repeat(2 * 1024 * 1024)],
  ])("%s", (_what, content) => {
    notes().write({ task: note });
    writeFileSync(noteFile(), content);
    const kept = notes();
    expect(kept.read()).toBeUndefined();
    expect(kept.trouble).toContain("no note of OCP's task can be kept");
  });

  test("a pipe, without waiting for what it may bring", () => {
    notes().write({ task: note });
    const path = noteFile();
    rmSync(path);
    execFileSync("mkfifo", [path]);
    const kept = notes();
    expect(kept.read()).toBeUndefined();
    expect(kept.trouble).toContain("is no file of ours");
  });

  test("a link to something else", () => {
    notes().write({ task: note });
    const path = noteFile();
    const elsewhere = join(place, "elsewhere");
    writeFileSync(elsewhere, JSON.stringify(note));
    rmSync(path);
    symlinkSync(elsewhere, path);
    const kept = notes();
    expect(kept.read()).toBeUndefined();
    expect(kept.trouble).toBeDefined();
  });
});

describe("a task, compared with the note,", () => {
  const proxy: Target = { kind: "obproxy", clusterId: "27", obproxyId: "3" };
  const cluster: Target = { kind: "cluster", clusterId: "27" };
  const task: Task = { id: "31440", name: "Offline obproxy", status: "RUNNING", startTime: START, subtasks: [] };
  const tagged = (...tags: TaskTag[]): Task => ({ ...task, tags });
  const started = (startTime: string | undefined): Task => {
    return { ...withoutStart(task), ...(startTime !== undefined && { startTime }) };
  };

  test.each([
    ["with the same start", START],
    ["with the start cut to three digits", "2026-11-22T10:00:00.123+08:00"],
    ["with the start rounded to three digits", "2026-11-22T10:00:00.124+08:00"],
    ["with the start cut to a second", "2026-11-22T10:00:00+08:00"],
    ["with the start rounded to a second", "2026-11-22T10:00:01+08:00"],
    ["with the start in another zone", "2026-11-22T02:00:00.123Z"],
    ["with a zone written without a colon", "2026-11-22T10:00:00.123+0800"],
  ])("is proven to be it %s", (_what, startTime) => {
    expect(compareNote(started(startTime), note, proxy)).toBe("proven");
  });

  test.each([
    ["that a restart under another zone has shifted by 8 h", "2026-11-22T18:00:00.123+08:00"],
    ["shifted by a quarter of an hour", "2026-11-22T09:45:00.123+08:00"],
    ["shifted by 27 h", "2026-11-23T13:00:00.123+08:00"],
    ["shifted, and cut to a second", "2026-11-22T18:00:00+08:00"],
    ["that is not told", undefined],
    ["that cannot be read", "yesterday"],
    ["without a zone", "2026-11-22T10:00:00.123"],
    ["on a day that is none", "2026-13-45T10:00:00.123Z"],
  ])("may be it with a start %s", (_what, startTime) => {
    expect(compareNote(started(startTime), note, proxy)).toBe("unsure");
  });

  test.each(["offline obproxy", " OFFLINE  OBProxy "])("is proven to be it under the same name, written %j", (name) => {
    expect(compareNote({ ...task, name }, note, proxy)).toBe("proven");
  });

  test("may be it where OCP leaves its name out", () => {
    expect(compareNote({ ...task, name: "" }, note, proxy)).toBe("unsure");
    expect(compareNote(task, { ...note, name: "" }, proxy)).toBe("unsure");
    expect(compareNote({ ...task, id: "31441", name: "" }, note, proxy)).toBe("other");
  });

  test("may be it where the note has no start", () => {
    expect(compareNote(task, withoutStart(note), proxy)).toBe("unsure");
  });

  test.each([
    ["two milliseconds later", "2026-11-22T10:00:00.125+08:00"],
    ["two seconds later", "2026-11-22T10:00:02+08:00"],
    ["seven minutes later", "2026-11-22T10:07:00+08:00"],
    ["a quarter of an hour and two milliseconds later", "2026-11-22T10:15:00.125+08:00"],
    ["27 h and a quarter later", "2026-11-23T13:15:00.123+08:00"],
    ["some days later", "2026-11-25T10:00:00.123+08:00"],
  ])("is another one with a start %s", (_what, startTime) => {
    expect(compareNote(started(startTime), note, proxy)).toBe("other");
  });

  test.each<[string, Task, Note, Target]>([
    ["under another name", { ...task, name: "Install obproxy" }, note, proxy],
    ["under another id", { ...task, id: "31441" }, note, proxy],
    ["where the note is about another cluster", task, { ...note, clusterId: "28" }, proxy],
    ["where the note is about other OBProxies", task, { ...note, obproxyIds: ["4", "10"] }, proxy],
    ["where the note is about the cluster, not the OBProxy", task, { ...note, obproxyIds: [] }, proxy],
    ["where the note is about OBProxies, not the cluster", task, note, cluster],
  ])("is another one %s", (_what, shown, noted, target) => {
    expect(compareNote(shown, noted, target)).toBe("other");
  });

  const servers = (...ids: string[]): TaskTag[] => ids.map((obproxyServerId) => ({ obproxyServerId }));

  test.each<[string, Task, string]>([
    ["none", tagged(), "proven"],
    ["the cluster", tagged({ obproxyClusterId: "27" }), "proven"],
    ["the same OBProxies", tagged({ obproxyClusterId: "27" }, ...servers("10", "4", "3")), "proven"],
    ["other things than OBProxies", tagged({}), "proven"],
    ["another cluster", tagged({ obproxyClusterId: "28" }), "other"],
    ["an OBProxy more", tagged(...servers("3", "4", "10", "11")), "other"],
    ["an OBProxy less", tagged(...servers("3", "4")), "other"],
    ["another OBProxy", tagged(...servers("3", "4", "11")), "other"],
    ["an OBProxy less, and what was not understood", { ...tagged(...servers("3", "4")), unreadTags: 1 }, "proven"],
    ["another OBProxy, and what was not understood", { ...tagged(...servers("11")), unreadTags: 1 }, "other"],
    ["another cluster, and what was not understood", { ...tagged({ obproxyClusterId: "28" }), unreadTags: 1 }, "other"],
  ])("with tags that name %s: %#", (_what, shown, expected) => {
    expect(compareNote(shown, note, proxy)).toBe(expected);
  });

  test("is the cluster's deletion also where its tags name OBProxies", () => {
    const shown = tagged({ obproxyClusterId: "27" }, ...servers("3"));
    expect(compareNote(shown, { ...note, obproxyIds: [] }, cluster)).toBe("proven");
  });

  test("is the one whose acceptance was noted", () => {
    expect(compareNote(task, noteOf(task, ["3", "4"], proxy), proxy)).toBe("proven");
  });
});

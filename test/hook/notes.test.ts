import { execFileSync } from "node:child_process";
import {
  chmodSync,
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
import { isNoted, notesFor, privateDirectory } from "../../src/hook/together/notes.js";
import type { Task } from "../../src/ocp/model.js";

const URL = "http://ocp.example.com:8080";
const START = "2026-11-22T10:00:00.123+08:00";
const task: Task = { id: "31440", name: "Offline obproxy", status: "RUNNING", startTime: START, subtasks: [] };

let place: string;
let temporary: string;
const directory = (): string => join(place, `cdktf-obproxy-${process.getuid?.() ?? "user"}`);
const noteFile = (): string => join(directory(), readdirSync(directory())[0] ?? "");

beforeEach(() => {
  place = mkdtempSync(join(os.tmpdir(), "notes-"));
  temporary = place;
  jest.spyOn(os, "tmpdir").mockImplementation(() => temporary);
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(place, { recursive: true, force: true });
});

describe("notes", () => {
  it("remember the task from one run to the next, until it is removed", () => {
    notesFor(URL, "27/3").write(task);
    expect(notesFor(URL, "27/3").read()).toEqual({ taskId: "31440", name: "Offline obproxy", startTime: START });
    notesFor(URL, "27/3").remove();
    expect(notesFor(URL, "27/3").read()).toBeUndefined();
    notesFor(URL, "27/3").remove();
  });

  it("tell objects and OCPs apart, also where their names are long", () => {
    const long = `${URL}/${"x".repeat(300)}`;
    notesFor(URL, "27/3").write(task);
    notesFor(long, "27/3").write({ ...task, id: "31441" });
    expect(notesFor(URL, "27/4").read()).toBeUndefined();
    expect(notesFor("http://other:8080", "27/3").read()).toBeUndefined();
    expect(notesFor(long, "27/3").read()?.taskId).toBe("31441");
  });

  it("make nothing where nothing is written", () => {
    notesFor(URL, "27/3").read();
    notesFor(URL, "27/3").remove();
    expect(readdirSync(place)).toEqual([]);
  });

  it("are nobody else's to read", () => {
    notesFor(URL, "27/3").write(task);
    expect(statSync(directory()).mode & 0o777).toBe(0o700);
    expect(statSync(noteFile()).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["no JSON", "{"],
    ["empty", ""],
    ["no object", "null"],
    ["a list", "[]"],
    ["without a name", '{"taskId":"1"}'],
    ["an id that is none", '{"taskId":"1/../2","name":"x"}'],
    ["an id of zero", '{"taskId":"0","name":"x"}'],
    ["an id that is too long", '{"taskId":"123456789012345678901","name":"x"}'],
    ["an id that is a number", '{"taskId":1,"name":"x"}'],
  ])("that are damaged count for nothing: %s", (_what, text) => {
    notesFor(URL, "27/3").write(task);
    writeFileSync(noteFile(), text);
    expect(notesFor(URL, "27/3").read()).toBeUndefined();
  });

  it("stop nothing where no directory can be had", () => {
    temporary = "/dev/null";
    notesFor(URL, "27/3").write(task);
    expect(notesFor(URL, "27/3").read()).toBeUndefined();
    notesFor(URL, "27/3").remove();
    expect(privateDirectory()).toBeUndefined();
  });

  it("are neither read from nor written to a directory that others may write to", () => {
    notesFor(URL, "27/3").write(task);
    const kept = readFileSync(noteFile(), "utf8");
    chmodSync(directory(), 0o777);
    expect(privateDirectory()).toBeUndefined();
    expect(notesFor(URL, "27/3").read()).toBeUndefined();
    notesFor(URL, "27/3").write({ ...task, id: "31441" });
    expect(readFileSync(noteFile(), "utf8")).toBe(kept);
  });

  it("are not kept behind a link", () => {
    const elsewhere = join(place, "elsewhere");
    mkdirSync(elsewhere, { mode: 0o700 });
    symlinkSync(elsewhere, directory());
    notesFor(URL, "27/3").write(task);
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(privateDirectory()).toBeUndefined();
  });

  it("do not wait for a pipe that somebody put where a note would be", () => {
    notesFor(URL, "27/3").write(task);
    const path = noteFile();
    rmSync(path);
    execFileSync("mkfifo", [path]);
    chmodSync(directory(), 0o755);
    expect(notesFor(URL, "27/3").read()).toBeUndefined();
  });
});

describe("a task is the noted one", () => {
  const note = { taskId: "31440", name: "Offline obproxy", startTime: START };

  it.each([
    ["with the same start", START, true],
    ["with the start rounded to a second", "2026-11-22T10:00:00+08:00", true],
    ["with the start in another zone", "2026-11-22T02:00:00.123Z", true],
    ["with a start that a restart under another zone has shifted by 8 h", "2026-11-22T18:00:00+08:00", true],
    ["with no start told", undefined, true],
    ["with a start that cannot be read", "yesterday", true],
    ["but not with a start some minutes later", "2026-11-22T10:07:00+08:00", false],
    ["but not with a start some days later", "2026-11-25T10:00:00+08:00", false],
  ])("%s", (_what, startTime, expected) => {
    const { id, name, status, subtasks } = task;
    const found = { id, name, status, subtasks, ...(startTime === undefined ? {} : { startTime }) };
    expect(isNoted(found, note)).toBe(expected);
  });

  it("but not under another name", () => {
    expect(isNoted({ ...task, name: "Install obproxy" }, note)).toBe(false);
  });
});

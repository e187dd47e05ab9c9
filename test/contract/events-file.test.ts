import { userInfo } from "node:os";
import { join } from "node:path";
import { eventsFile, olderEventsFile } from "../../src/contract/events-file.js";
import { fileNameFor, stateDirectory } from "../../src/contract/state-directory.js";

const platform = Object.getOwnPropertyDescriptor(process, "platform")!;

afterEach(() => {
  Object.defineProperty(process, "platform", platform);
});

describe("the file of a stack's events", () => {
  test("is the one that was chosen", () => {
    expect(eventsFile({ OBPROXY_EVENTS: "/srv/here.jsonl", HOME: "/home/u" }, "orders")).toEqual({
      path: "/srv/here.jsonl",
      chosen: true,
    });
  });

  test("is none that hooks and commands would look for in different directories", () => {
    expect(eventsFile({ OBPROXY_EVENTS: "here.jsonl", HOME: "/home/u" }, "orders")).toEqual({
      why: 'OBPROXY_EVENTS is "here.jsonl", and has to be a path from the root',
    });
  });

  test("is else in the user's state directory, by the name of the stack", () => {
    const path = "/home/u/.local/state/cdktf-obproxy/events/6f7264657273.jsonl";
    expect(eventsFile({ OBPROXY_EVENTS: "", HOME: "/home/u" }, "orders")).toEqual({ path, chosen: false });
  });

  test("is nowhere on a machine without such a directory", () => {
    Object.defineProperty(process, "platform", { value: "win32" });
    jest.spyOn(jest.requireActual("node:os"), "userInfo").mockReturnValueOnce({ homedir: "" });
    expect(eventsFile({}, "orders")).toEqual({ why: "neither LOCALAPPDATA nor USERPROFILE names a directory" });
  });

  test("has its older runs beside it", () => {
    expect(olderEventsFile("/s/orders.jsonl")).toBe("/s/orders.jsonl.old");
  });
});

describe("the state directory", () => {
  test.each([
    [{ XDG_STATE_HOME: "/s", HOME: "/home/u" }, "/s/cdktf-obproxy"],
    [{ XDG_STATE_HOME: "relative", HOME: "/home/u" }, "/home/u/.local/state/cdktf-obproxy"],
    [{}, join(userInfo().homedir, ".local/state/cdktf-obproxy")],
  ])("of %j is %s", (env, path) => {
    expect(stateDirectory(env)).toEqual({ path });
  });

  test.each([
    [{ LOCALAPPDATA: "/l", USERPROFILE: "/u" }, "/l/cdktf-obproxy"],
    [{ USERPROFILE: "/u" }, "/u/AppData/Local/cdktf-obproxy"],
  ])("of %j on Windows is %s", (env, path) => {
    Object.defineProperty(process, "platform", { value: "win32" });
    expect(stateDirectory(env)).toEqual({ path });
  });
});

test("a name that is too long for a file becomes one that is not, and another for each", () => {
  const [one, two] = [fileNameFor("a".repeat(91)), fileNameFor("b".repeat(91))];
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(two).not.toBe(one);
});

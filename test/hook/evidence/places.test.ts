import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { HookCall } from "../hook-process.js";
import { failureIn, LATE, proxy, Stage } from "./stage.js";

/** Where a hook keeps what the next run needs, and where hooks meet. */

const stage = new Stage();
const uid = process.getuid?.() ?? "user";

describe("a note", () => {
  const first = async (call: HookCall): Promise<void> => {
    await stage.given();
    stage.ocp.planWork({ subtaskName: LATE, fail: "always" });
    expect((await stage.run(call)).code).toBe(1);
  };
  const expectRemembered = async (call: HookCall): Promise<void> => {
    const { code, lines } = await stage.run(call);
    expect(code).toBe(1);
    expect(failureIn(lines)).toContain("31440");
  };

  test("is kept where the user's state belongs, not in the temporary directory", async () => {
    const { home } = stage.runner.machine("other-temporary");
    const [before, after] = ["before", "after"].map((name) => join(home, name));
    for (const path of [before!, after!]) mkdirSync(path);
    const call = { ...proxy, machine: "other-temporary" };
    await first({ ...call, env: { TMPDIR: before } });
    await expectRemembered({ ...call, env: { TMPDIR: after } });
  });

  test("is kept below the home directory where nothing else is named", async () => {
    const { home } = stage.runner.machine("home");
    const [before, after] = ["before", "after"].map((name) => join(home, name));
    for (const path of [before!, after!]) mkdirSync(path);
    const call = { ...proxy, machine: "home" };
    await first({ ...call, env: { XDG_STATE_HOME: undefined, TMPDIR: before } });
    await expectRemembered({ ...call, env: { XDG_STATE_HOME: undefined, TMPDIR: after } });
  });

  test("is kept where the private temporary directory may be read by others", async () => {
    const { temporary } = stage.runner.machine("readable");
    mkdirSync(join(temporary, `cdktf-obproxy-${uid}`));
    chmodSync(join(temporary, `cdktf-obproxy-${uid}`), 0o755);
    const call = { ...proxy, machine: "readable" };
    await first(call);
    await expectRemembered(call);
  });

  test("is found where the directories of the user's state may be read by others", async () => {
    const call = { ...proxy, machine: "readable-state" };
    const { state } = stage.runner.machine(call.machine);
    await first(call);
    const directories = readdirSync(state, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    for (const { parentPath, name } of directories) chmodSync(join(parentPath, name), 0o755);
    chmodSync(state, 0o755);
    await expectRemembered(call);
  });

  test("that cannot be kept is told of once", async () => {
    await stage.given();
    const env = { TMPDIR: "/dev/null", HOME: "/dev/null", XDG_STATE_HOME: "/dev/null/state" };
    const { code, lines } = await stage.run({ ...proxy, env });
    expect(code).toBe(0);
    expect(lines.filter((line) => /XDG_STATE_HOME|\bnotes?\b/i.test(line))).toHaveLength(1);
  });
});

describe("a meeting place", () => {
  const three = [1, 2, 3];
  const given = (): Promise<unknown> => stage.given({ clusters: [{ id: 27, name: "orders", obproxies: three }] });
  const all = (env: HookCall["env"]): readonly HookCall[] =>
    three.map((obproxyId) => ({ ...proxy, obproxyId, ...(env === undefined ? {} : { env }) }));

  /** A directory whose path has so many characters. */
  const deep = (length: number): string => {
    const { home } = stage.runner.machine();
    const path = `${home}/${"ci-workspace-".repeat(30)}`.slice(0, length);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };

  test.each([75, 90, 120, 200])("can be had though TMPDIR has %d characters", async (length) => {
    await given();
    const runs = await stage.together(all({ TMPDIR: deep(length) }));
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(stage.changes()).toEqual(["delete 1,2,3"]);
  });

  test("can be had in XDG_RUNTIME_DIR, whatever TMPDIR is", async () => {
    await given();
    const { home } = stage.runner.machine();
    const run = join(home, "run");
    mkdirSync(run, { recursive: true, mode: 0o700 });
    await stage.together(all({ TMPDIR: "/dev/null", XDG_RUNTIME_DIR: run }));
    expect(stage.changes()).toEqual(["delete 1,2,3"]);
  });

  test("can be had though XDG_RUNTIME_DIR is no place for it", async () => {
    await given();
    await stage.together(all({ XDG_RUNTIME_DIR: deep(150) }));
    expect(stage.changes()).toEqual(["delete 1,2,3"]);
  });
});

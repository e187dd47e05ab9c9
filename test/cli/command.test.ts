import { runCommand } from "../../src/cli/command.js";
import { CannotLook } from "../../src/survey/cannot-look.js";

/** What every command does with what goes wrong. */

async function failing(error: Error, env: NodeJS.ProcessEnv = {}): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const io = {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
    env,
    cwd: "/",
  };
  const code = await runCommand(
    { name: "look", help: "", io },
    () => ({}),
    () => Promise.reject(error),
  );
  return { code, out, err };
}

test("tells what cannot be looked at, and what to do", async () => {
  expect(await failing(new CannotLook("no state", "run init"))).toEqual({
    code: 2,
    out: "",
    err: "cdktf-obproxy look: no state\n  what to do: run init\n",
  });
});

test("tells of what nobody has thought of without a stack trace, which can be had", async () => {
  const { code, err, out } = await failing(new TypeError("x is not a function, password=hunter2"));
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toBe(
    "cdktf-obproxy look: a defect of this command keeps it from its work: x is not a function, password=***\n  what to do: please report it, with what OBPROXY_DEBUG=1 adds\n",
  );
  const debugged = await failing(new TypeError("x"), { OBPROXY_DEBUG: "1" });
  expect(debugged.err).toMatch(/\n {4}at /);
});

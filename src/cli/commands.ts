import type { CommandIo } from "./command.js";

/** @returns its exit code */
type Command = (args: readonly string[]) => Promise<number>;

const ofProcess = (): CommandIo => ({
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
});

/** What each of them needs is evaluated when it is asked for. */
const COMMANDS: Readonly<Record<string, Command>> = {
  preflight: async (args) => (await import("./preflight.js")).preflight(args, ofProcess()),
  report: async (args) => (await import("./report.js")).report(args, ofProcess()),
  retry: async (args) => (await import("./retry.js")).retry(args, ofProcess()),
  generate: async (args) => (await import("./generate.js")).generate(args, ofProcess()),
  simulate: async (args) => (await import("./simulate.js")).simulate(args, process),
};

/** Undefined: there is none of this name. */
export function commandOf(name: string): Command | undefined {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
}

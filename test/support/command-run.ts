import type { CommandIo } from "../../src/cli/command.js";
import type { World } from "./world.js";

export interface CommandRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A command of the command line in this process, without pauses between its tries; what it printed, and its exit code. */
export async function commandRun(
  command: (args: readonly string[], io: CommandIo) => Promise<number>,
  args: readonly string[],
  place: Pick<CommandIo, "cwd" | "env">,
): Promise<CommandRun> {
  let out = "";
  let err = "";
  const code = await command(args, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    pause: () => Promise.resolve(),
    ...place,
  });
  return { code, out, err };
}

/** Where a command runs that looks at a world's project. */
export function placeIn({ project }: World, env: NodeJS.ProcessEnv = {}): Pick<CommandIo, "cwd" | "env"> {
  return {
    cwd: project.path,
    env: { PATH: process.env["PATH"], HOME: project.path, CHECKPOINT_DISABLE: "1", ...project.env, ...env },
  };
}

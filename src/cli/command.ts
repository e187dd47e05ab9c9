import { maskSecrets } from "../ocp/mask.js";
import { oneLine } from "../ocp/text.js";
import { UsageError } from "./arguments.js";
import { CannotLook, messageOf } from "../survey/cannot-look.js";

/** What a command reads and writes: the process, or what a test hands in. */
export interface CommandIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: NodeJS.ProcessEnv;
  /** Paths are relative to it. */
  readonly cwd: string;
  /** Between two tries at an OCP in trouble. Default a real one. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** Exit code where something cannot be looked at, or the command line is wrong. */
const CANNOT_LOOK = 2;

/**
 * Runs a command to its exit code: prints its help where that is asked for, and what keeps it from its work in words.
 *
 * @param readOptions `"help"`: what was asked for
 */
export async function runCommand<T>(
  { name, help, io }: { readonly name: string; readonly help: string; readonly io: CommandIo },
  readOptions: () => T | "help",
  run: (options: T) => Promise<number>,
): Promise<number> {
  try {
    const options = readOptions();
    if (options !== "help") return await run(options);
    io.stdout.write(`${help}\n`);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr.write(`cdktf-obproxy ${name}: ${linesOf(error.message)}\nTry \`cdktf-obproxy ${name} --help\`.\n`);
      return CANNOT_LOOK;
    }

    if (!(error instanceof CannotLook)) {
      io.stderr.write(defect(name, error, io.env));
      return CANNOT_LOOK;
    }
    const [what, next] = [error.message, error.next].map((text) => linesOf(maskSecrets(text)));
    io.stderr.write(`cdktf-obproxy ${name}: ${what ?? ""}\n  what to do: ${next ?? ""}\n`);
    return CANNOT_LOOK;
  }
}

/** Shows where in the program something went wrong that nobody has thought of. */
const DEBUG_VARIABLE = "OBPROXY_DEBUG";

function defect(name: string, error: unknown, env: NodeJS.ProcessEnv): string {
  const where = error instanceof Error && env[DEBUG_VARIABLE] === "1" ? `${maskSecrets(error.stack ?? "")}\n` : "";
  const what = linesOf(maskSecrets(messageOf(error)));
  return `cdktf-obproxy ${name}: a defect of this command keeps it from its work: ${what}\n  what to do: please report it, with what ${DEBUG_VARIABLE}=1 adds\n${where}`;
}

/** What Terraform says takes several lines. */
function linesOf(text: string): string {
  return text.split(/\r?\n/).map(oneLine).join("\n");
}

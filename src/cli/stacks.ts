import { isAbsolute, relative, resolve } from "node:path";
import { UsageError } from "./arguments.js";
import type { CommandIo } from "./command.js";
import { findStacks } from "../survey/find-stacks.js";
import { readStack, type Stack } from "../survey/stack.js";

/**
 * The stacks in these directories, each of which is a synthesized app or one stack of it.
 *
 * @param state the file that was named for the state of one stack
 * @throws UsageError, CannotLook
 */
export function stacksAt(
  directories: readonly string[],
  { cwd, env }: Pick<CommandIo, "cwd" | "env">,
  state?: string,
): readonly Stack[] {
  const places = directories.flatMap((given) =>
    findStacks(resolve(cwd, given)).map((place) => ({
      ...place,
      shown: isAbsolute(given) ? place.directory : relative(cwd, place.directory) || ".",
    })),
  );
  if (state !== undefined && places.length !== 1) {
    throw new UsageError(
      `\`--state\` is the state of one stack, but there are ${places.length}: name the stack's directory too.`,
    );
  }
  return places.map(({ dependencies, directory, shown }) => readStack(directory, { dependencies, shown, env }));
}

/** The only stack in a directory. @throws UsageError, CannotLook */
export function oneStackAt(directory: string, io: Pick<CommandIo, "cwd" | "env">): Stack {
  const [stack, ...more] = stacksAt([directory], io);
  if (stack !== undefined && more.length === 0) return stack;
  throw new UsageError(
    `${directory} holds ${more.length + (stack === undefined ? 0 : 1)} stacks; name the directory of one (cdktf.out/stacks/<stack>).`,
  );
}

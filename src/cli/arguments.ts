import { parseArgs, type ParseArgsConfig } from "node:util";

/** Something on the command line that cannot be meant. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Refuses, in a sentence of our own, what Node's `parseArgs` would explain at length. @throws UsageError */
export function checkArguments(
  args: readonly string[],
  options: NonNullable<ParseArgsConfig["options"]>,
  { positionals }: { readonly positionals: boolean },
): void {
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === "positional" && !positionals) {
      throw new UsageError(`nothing is known to do with ${JSON.stringify(token.value)}.`);
    }

    if (token.kind !== "option") continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) throw new UsageError(`there is no option \`${token.rawName}\`.`);
    if (option.type === "boolean" && token.value !== undefined) {
      throw new UsageError(`\`${token.rawName}\` takes no value.`);
    }

    // What follows a forgotten value is the next option.
    const forgotten = token.value === undefined || (!token.inlineValue && /^-./.test(token.value));
    if (option.type === "string" && forgotten) throw new UsageError(`\`${token.rawName}\` needs a value.`);
  }
}

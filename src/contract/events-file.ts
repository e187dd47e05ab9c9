import { isAbsolute, join } from "node:path";
import { EVENTS_VARIABLE } from "./events.js";
import { fileNameFor, stateDirectory } from "./state-directory.js";

/**
 * Where the events of a stack are: a file that was chosen, or one in the user's state directory. Hooks work in the stack's
 * directory and commands in the user's, so that a path from there would mean two files.
 */
export function eventsFile(
  env: NodeJS.ProcessEnv,
  stack: string,
): { readonly path: string; readonly chosen: boolean } | { readonly why: string } {
  const chosen = env[EVENTS_VARIABLE];
  if (chosen !== undefined && chosen !== "") {
    if (isAbsolute(chosen)) return { path: chosen, chosen: true };
    return { why: `${EVENTS_VARIABLE} is ${JSON.stringify(chosen)}, and has to be a path from the root` };
  }
  const state = stateDirectory(env);
  return "why" in state ? state : { path: join(state.path, "events", `${fileNameFor(stack)}.jsonl`), chosen: false };
}

/** What was in the file before it had grown too long: older runs. */
export function olderEventsFile(path: string): string {
  return `${path}.old`;
}

import { join } from "node:path";
import { EVENTS_VARIABLE } from "./events.js";
import { fileNameFor, stateDirectory } from "./state-directory.js";

/** Where the events of a stack are: a file that was chosen, or one in the user's state directory. */
export function eventsFile(
  env: NodeJS.ProcessEnv,
  stack: string,
): { readonly path: string; readonly chosen: boolean } | { readonly why: string } {
  const chosen = env[EVENTS_VARIABLE];
  if (chosen !== undefined && chosen !== "") return { path: chosen, chosen: true };
  const state = stateDirectory(env);
  return "why" in state ? state : { path: join(state.path, "events", `${fileNameFor(stack)}.jsonl`), chosen: false };
}

/** What was in the file before it had grown too long: older runs. */
export function olderEventsFile(path: string): string {
  return `${path}.old`;
}

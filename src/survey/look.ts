import { type Connection, userOf } from "../hook/connection.js";
import { begin } from "../hook/decide/evolve.js";
import { situation } from "../hook/decide/situation.js";
import { type Intent, intentFrom } from "../hook/intent.js";
import { lookAround } from "../hook/observe/look-around.js";
import { observer } from "../hook/observe/observer.js";
import type { Settings } from "../hook/settings.js";
import { HookFailure } from "../hook/tell/failure.js";
import { notesFor } from "../hook/together/notes.js";
import { OcpError } from "../ocp/errors.js";
import type { Look } from "./answers.js";
import type { ReadOnlyApi } from "./read-only-api.js";
import { refusalOf } from "./refusal.js";
import type { Surveyed } from "./survey.js";

/** An OCP, as one user sees it. */
export interface Session {
  readonly api: ReadOnlyApi;
  readonly connection: Connection;
  /** Where notes are looked for. */
  readonly env: NodeJS.ProcessEnv;
}

const AT_ONCE = 8;

/** An object to look at, and what its hook would want of it, or why it would fail before. */
export interface Wanted {
  readonly key: string;
  readonly intent: Intent | HookFailure;
}

export function intentsOf(objects: readonly Surveyed[], settings: Settings): readonly Wanted[] {
  return objects.map(({ key, target, remembered }) => {
    try {
      return { key, intent: intentFrom(target, remembered, settings) };
    } catch (error) {
      if (error instanceof HookFailure) return { key, intent: error };
      throw error;
    }
  });
}

export async function lookAtAll(
  session: Session,
  settings: Settings,
  intents: readonly Wanted[],
): Promise<readonly (readonly [string, Look])[]> {
  const looks: (readonly [string, Look])[] = [];
  const waiting = [...intents];
  const work = async (): Promise<void> => {
    for (let wanted = waiting.shift(); wanted !== undefined; wanted = waiting.shift()) {
      looks.push([wanted.key, await lookAt(session, settings, wanted.intent)]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return looks;
}

/** What the hook itself would see, by the hook's own eyes: the same questions, the same memory of the answers. */
async function lookAt(session: Session, settings: Settings, intent: Intent | HookFailure): Promise<Look> {
  if (intent instanceof HookFailure) return { kind: "failed", refusal: refusalOf(intent, undefined) };
  const { api, connection, env } = session;
  // Who may not read tasks has been told so once; what is left to see is the object.
  const waitFor = api.tasksRefusal === undefined ? intent.waitFor : "object";
  const recorded = waitFor === "task" ? notesFor(api.baseUrl, intent.key, env).read() : undefined;
  const beginning = begin({ target: intent.target, waitFor, user: userOf(connection), tickMs: 1000, recorded, at: 0 });
  try {
    const memory = await lookAround(
      beginning,
      observer(api, (call) => call()),
      () => 0,
    );
    return { kind: "seen", seen: situation(memory, intent), intent };
  } catch (error) {
    if (error instanceof OcpError) return { kind: "failed", refusal: refusalOf(error, settings) };
    throw error;
  }
}

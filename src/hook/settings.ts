import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { WrongMember } from "../contract/json.js";
import { FROM_HOOK_TO_STACK } from "../contract/names.js";
import { type HookSettings, parseSettings } from "../contract/settings-file.js";
import { addressOf, type Neighbour, neighboursOf } from "./neighbours.js";
import { HookFailure } from "./tell/failure.js";

/** The settings file, and what the environment adds to it: which of the other providers stand for the same OCP. */
export interface Settings extends Omit<HookSettings, "others"> {
  readonly others: readonly Neighbour[];
  /** Of the provider's own OCP; undefined: this environment does not tell. */
  readonly address: string | undefined;
}

/**
 * Reads the settings file that the constructs wrote beside the hook.
 *
 * @param env of the hook: the URLs of other providers may come from it, as its own may
 * @throws HookFailure that names the member
 */
export function readSettings(path: string, env: NodeJS.ProcessEnv): Settings {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw unusable(path, String(error), error);
  }
  try {
    return resolveSettings(parseSettings(text), env, join(dirname(path), FROM_HOOK_TO_STACK));
  } catch (error) {
    if (error instanceof WrongMember) throw unusable(path, error.message, error);
    throw error;
  }
}

export function resolveSettings(settings: HookSettings, env: NodeJS.ProcessEnv, stackDirectory: string): Settings {
  return {
    ...settings,
    address: addressOf(settings.provider, env),
    others: neighboursOf(settings, env, stackDirectory),
  };
}

function unusable(path: string, why: string, cause: unknown): HookFailure {
  return new HookFailure(
    {
      what: `the settings beside the hook (${path}) cannot be used: ${why}`,
      details: ["nothing was sent to OCP"],
      next: "synthesize again (cdktf synth), then repeat the command",
    },
    { cause },
  );
}

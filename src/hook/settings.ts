import { readFileSync } from "node:fs";
import { HookFailure } from "./tell/failure.js";
import type { HookSettings } from "./request.js";

/** Reads the settings file that the constructs wrote beside the hook. */
export function readSettings(path: string): HookSettings {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw unusable(path, String(error), error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unusable(path, `it is not JSON: ${String(error)}`, error);
  }
  if (!isSettings(value)) throw unusable(path, "it is not of format 1, which this hook reads");
  return value;
}

/** The file comes with the hook, from the same release: what is checked is that it is whole. */
function isSettings(value: unknown): value is HookSettings {
  if (!isRecord(value) || value["formatVersion"] !== 1) return false;
  const { provider, clusters, obproxies, elsewhere } = value;
  return (
    isRecord(provider) &&
    typeof provider["envPrefix"] === "string" &&
    isRecord(provider["timeouts"]) &&
    Number.isSafeInteger(provider["taskRetries"]) &&
    (provider["waitFor"] === "task" || provider["waitFor"] === "object") &&
    isRecord(clusters) &&
    isRecord(obproxies) &&
    isRecord(elsewhere) &&
    isRecord(elsewhere["clusters"]) &&
    isRecord(elsewhere["obproxies"])
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unusable(path: string, why: string, cause?: unknown): HookFailure {
  return new HookFailure(
    {
      what: `the settings beside the hook (${path}) cannot be used: ${why}`,
      details: ["nothing was sent to OCP"],
      next: "synthesize again (cdktf synth), then repeat the command",
    },
    cause === undefined ? undefined : { cause },
  );
}

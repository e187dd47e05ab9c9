import { ENV } from "../contract/names.js";
import type { Settings } from "./settings.js";
import { HookFailure } from "./tell/failure.js";

/**
 * Whether the settings that were found are those of the provider whose hook was called. A name that is not passed is
 * not compared.
 *
 * @throws HookFailure
 */
export function checkWhose(settings: Settings, path: string, env: NodeJS.ProcessEnv): void {
  const wanted = { stack: env[ENV.stack], provider: env[ENV.provider] };
  const found = { stack: settings.stack, provider: settings.provider.alias };
  // Terraform normalizes the texts that it passes.
  const differs = (name: "stack" | "provider"): boolean =>
    wanted[name] !== undefined && wanted[name].normalize() !== found[name].normalize();
  if (!differs("stack") && !differs("provider")) return;
  throw new HookFailure({
    what: `the settings beside the hook (${path}) are those of the stack ${found.stack} (provider ${found.provider}), but the hook was called for the stack ${wanted.stack ?? "?"} (provider ${wanted.provider ?? "?"})`,
    details: ["nothing was sent to OCP"],
    next: "synthesize again (cdktf synth) into a directory that shares no files with other stacks, then repeat the command",
  });
}

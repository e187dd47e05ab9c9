import type { Inquiry } from "../survey/inquiry.js";
import type { Output } from "../survey/output.js";
import type { Stack } from "../survey/stack.js";
import { examine } from "./judge/examine.js";
import { type LookOptions, lookAtApp, lookAtStack, type Place } from "./look/look.js";
import type { Report } from "./report/report.js";
import { masked, strictly } from "./report/summary.js";
import type { AppSeen, Command, Scene } from "./scene.js";

/** What would a deploy or a destroy meet? Looks at what is synthesized, deployed and in OCP, judges it, and reports. */

export { jsonReport } from "./report/json.js";
export { exitCodeOf } from "./report/summary.js";
export { textReport } from "./report/text.js";
export type { Command, LookOptions, Scene };

/** All that was seen. */
export interface Seen {
  readonly app: AppSeen;
  readonly scenes: readonly Scene[];
}

/** @param output where the app was synthesized to; undefined: the stacks were named one by one */
export async function lookAt(
  stacks: readonly Stack[],
  output: Output | undefined,
  options: LookOptions,
  place: Place,
  inquiry: Inquiry,
): Promise<Seen> {
  const app = await lookAtApp(stacks, output, place);
  const scenes: Scene[] = [];
  // One after another: Terraform may lock what stacks share, such as a plugin cache.
  for (const stack of stacks) scenes.push(await lookAtStack(stack, options, place, inquiry));
  return { app, scenes };
}

export interface ReportOptions {
  /** Undefined: what either of them would meet. */
  readonly command: Command | undefined;
  /** Warnings are problems. */
  readonly strict: boolean;
  /** What must not be shown. */
  readonly secrets: readonly string[];
}

export function reportOn({ app, scenes }: Seen, { command, secrets, strict }: ReportOptions): Report {
  const examined = examine(scenes, command, app);
  return masked(strict ? strictly(examined) : examined, secrets);
}

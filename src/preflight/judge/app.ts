import type { Stack } from "../../survey/stack.js";
import type { AppSeen } from "../scene.js";
import type { Finding, ReportedApp } from "../report/report.js";
import { outdated, stackLeft } from "../words/stacks.js";
import { nodeFindings } from "./programs.js";

/** What there is to say about the app around its stacks, and about the machine. */
export function appFindings({ leftBehind, node, output }: AppSeen, stacks: readonly Stack[]): readonly Finding[] {
  const about = { provider: undefined, objects: [] };
  const user = stacks.find(({ providers }) => providers.length > 0);
  const { age, directory = "" } = output ?? {};
  const stale: Finding[] =
    age?.changedSince === undefined
      ? []
      : [
          {
            ...about,
            stack: directory,
            code: "synth-outdated",
            level: "warning",
            ...outdated(directory, age.text, age.changedSince),
          },
        ];
  const left = leftBehind.map(({ file, holds, stack }): Finding => ({
    ...about,
    stack,
    objects: holds,
    code: "stack-left",
    level: "problem",
    ...stackLeft(stack, file, holds),
  }));
  return [...stale, ...left, ...(user === undefined ? [] : nodeFindings(user, node))];
}

/** Undefined: stacks were named one by one. */
export function reportedApp({ output }: AppSeen): ReportedApp | undefined {
  return output && { directory: output.directory, from: output.from, age: output.age?.text };
}

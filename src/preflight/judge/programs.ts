import needs from "../../needs.json";
import type { Stack } from "../../survey/stack.js";
import type { ProgramVersion } from "../../survey/terraform.js";
import type { Finding } from "../report/report.js";
import { nodeUnusable, programTooOld } from "../words/stacks.js";

/** What has to be on the machine; the one table of it is `needs.json`. */

/** @param found the version of the node that Terraform would start; undefined: none can be started */
export function nodeFindings(stack: Stack, found: string | undefined): readonly Finding[] {
  if (found !== undefined && isAtLeast(found, needs.node)) return [];
  const about = { stack: stack.name, provider: undefined, objects: [] };
  return [{ ...about, code: "node-unusable", level: "problem", ...nodeUnusable(found, needs.node) }];
}

/** Whether a program can run what the stack holds. */
export function programFinding(stack: Stack, program: ProgramVersion): Finding | undefined {
  const carriers = [...stack.blocks.values()]
    .filter(({ provider }) => provider !== undefined)
    .map(({ address }) => (address.startsWith("terraform_data.") ? "terraform_data" : "null_resource"));
  const carrier = carriers.includes("terraform_data") ? "terraform_data" : "null_resource";
  const found = `${program.major}.${program.minor}`;
  if (carriers.length === 0 || isAtLeast(found, needs[carrier][program.name])) return undefined;
  const told = programTooOld(program, carrier, needs[carrier]);
  return { code: "program-too-old", level: "problem", stack: stack.name, provider: undefined, objects: [], ...told };
}

/** Terraform 1.9 (its pull request 35163) and OpenTofu 1.10 (its pull request 2481) move null_resource to terraform_data. */
export function movesCarriers({ major, minor, name }: ProgramVersion): boolean {
  return isAtLeast(`${major}.${minor}`, needs.terraform_data[name]);
}

export function isAtLeast(found: string, needed: string): boolean {
  const parts = found.split(".").map(Number);
  for (const [index, part] of needed.split(".").map(Number).entries()) {
    const own = parts[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}

import { execFile } from "node:child_process";
import needs from "../../needs.json";
import type { Finding } from "./report.js";
import type { Stack } from "./stack.js";
import type { ProgramVersion } from "./terraform.js";

/** What has to be on the machine; the one table of it is `needs.json`. */

/** `node` as Terraform would start it: the first on the PATH, whatever runs this. */
export async function nodeFindings(stacks: readonly Stack[], env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const stack = stacks.find(({ providers }) => providers.length > 0);
  if (stack === undefined) return [];
  const found = await versionOfNode(env);
  if (found !== undefined && isAtLeast(found, needs.node)) return [];
  return [
    {
      code: "node-unusable",
      level: "problem",
      stack: stack.name,
      provider: undefined,
      objects: [],
      message:
        found === undefined
          ? `no \`node\` on the PATH can be started, and Terraform starts one for each hook`
          : `the \`node\` on the PATH, which Terraform starts for each hook, is v${found}; hooks need Node.js ${needs.node} or later`,
      next: `put Node.js ${needs.node} or later first on the PATH of terraform and cdktf`,
    },
  ];
}

function versionOfNode(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Options of NODE_OPTIONS that an old one does not know would be told in place of its version.
    const own = { ...env, NODE_OPTIONS: "" };
    execFile("node", ["--version"], { env: own, timeout: 20_000 }, (error, stdout) => {
      resolve(error === null ? /^v(\d+\.\d+\.\d+)/.exec(stdout)?.[1] : undefined);
    });
  });
}

/** Whether a program can run what the stack holds. */
export function programFinding(stack: Stack, program: ProgramVersion): Finding | undefined {
  const carriers = [...stack.blocks.values()]
    .filter(({ provider }) => provider !== undefined)
    .map(({ address }) => (address.startsWith("terraform_data.") ? "terraform_data" : "null_resource"));
  const carrier = carriers.includes("terraform_data") ? "terraform_data" : "null_resource";
  const needed = needs[carrier][program.name];
  const found = `${program.major}.${program.minor}`;
  if (carriers.length === 0 || isAtLeast(found, needed)) return undefined;
  return {
    code: "program-too-old",
    level: "problem",
    stack: stack.name,
    provider: undefined,
    objects: [],
    message: `this is ${program.name} ${found}; the carrier ${carrier} needs Terraform ${needs[carrier].Terraform} or OpenTofu ${needs[carrier].OpenTofu} or later`,
    next: "use a later one (TERRAFORM_BINARY_NAME names it to cdktf and to preflight)",
  };
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

// The Terraform or OpenTofu that the demo and the tests run, by the one table of what is needed. Run as a program it ends
// with a sentence where there is none that will do.
import { spawnSync } from "node:child_process";
import needs from "../src/needs.json";

export type CarrierName = "null_resource" | "terraform_data";

export interface FoundProgram {
  readonly program: string;
  readonly name: string;
  readonly version: string;
  runs(carrier: CarrierName): boolean;
}

/** `Terraform 1.4 or OpenTofu 1.6` */
export const neededFor = (carrier: CarrierName): string =>
  Object.entries(needs[carrier])
    .map(([name, version]) => `${name} ${version}`)
    .join(" or ");

/** What TERRAFORM_BINARY_NAME names, else `terraform`, else `tofu`. Throws where none of them can run the package. */
export function findProgram(env: NodeJS.ProcessEnv = process.env): FoundProgram {
  const named = env.TERRAFORM_BINARY_NAME;
  for (const program of named ? [named] : ["terraform", "tofu"]) {
    // Where no such program can be started there is no output, whatever the types of Node.js say.
    const answer: { readonly status: number | null; readonly stdout: string | null } = spawnSync(program, ["version"], {
      encoding: "utf8",
      env: { ...env, CHECKPOINT_DISABLE: "1", TF_CLI_ARGS: "", TF_CLI_ARGS_version: "" },
    });
    const [, name, version] = /^(Terraform|OpenTofu) v(\d+\.\d+)/m.exec(answer.stdout ?? "") ?? [];
    if (answer.status !== 0 || version === undefined || (name !== "Terraform" && name !== "OpenTofu")) continue;
    if (!isAtLeast(version, needs.null_resource[name])) {
      throw new Error(`\`${program}\` is ${name} ${version}, but ${neededFor("null_resource")} or later is needed.`);
    }

    return { program, name, version, runs: (carrier) => isAtLeast(version, needs[carrier][name]) };
  }
  throw new Error(
    named
      ? `TERRAFORM_BINARY_NAME is "${named}", but no such program can be started.`
      : `Neither \`terraform\` nor \`tofu\` is on the PATH. Install one of them: ${neededFor("null_resource")} or later; ${neededFor("terraform_data")} or later where providers cannot be downloaded.`,
  );
}

function isAtLeast(found: string, needed: string): boolean {
  const [major = 0, minor = 0] = found.split(".").map(Number);
  const [neededMajor = 0, neededMinor = 0] = needed.split(".").map(Number);
  return major > neededMajor || (major === neededMajor && minor >= neededMinor);
}

if (require.main === module) {
  try {
    findProgram();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

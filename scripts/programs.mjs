// The Terraform or OpenTofu that the demo and the tests run, by the one table of what is needed. Run as a program it ends
// with a sentence where there is none that will do.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const needs = JSON.parse(readFileSync(new URL("../src/needs.json", import.meta.url), "utf8"));

/** `Terraform 1.4 or OpenTofu 1.6` */
export const neededFor = (carrier) =>
  Object.entries(needs[carrier])
    .map(([name, version]) => `${name} ${version}`)
    .join(" or ");

/** What TERRAFORM_BINARY_NAME names, else `terraform`, else `tofu`. Throws where none of them can run the package. */
export function findProgram(env = process.env) {
  const named = env.TERRAFORM_BINARY_NAME;
  for (const program of named ? [named] : ["terraform", "tofu"]) {
    const { status, stdout } = spawnSync(program, ["version"], {
      encoding: "utf8",
      env: { ...env, CHECKPOINT_DISABLE: "1", TF_CLI_ARGS: "", TF_CLI_ARGS_version: "" },
    });
    const [, name, version] = /^(Terraform|OpenTofu) v(\d+\.\d+)/m.exec(stdout ?? "") ?? [];
    if (status !== 0 || name === undefined) continue;
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

function isAtLeast(found, needed) {
  const [major, minor] = found.split(".").map(Number);
  const [neededMajor, neededMinor] = needed.split(".").map(Number);
  return major > neededMajor || (major === neededMajor && minor >= neededMinor);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    findProgram();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

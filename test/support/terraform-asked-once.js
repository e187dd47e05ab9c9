const { spawnSync } = require("node:child_process");

// At each synth cdktf runs `terraform version` for each of its own resources, and all else waits meanwhile. Here it is
// told what one run has said. What is synthesized by a process of its own asks for itself.
const named = process.env.TERRAFORM_BINARY_NAME;
const env = { ...process.env, CHECKPOINT_DISABLE: "1" };
for (const program of named ? [named] : ["terraform", "tofu"]) {
  const { status, stdout } = spawnSync(program, ["version"], { env, encoding: "utf8" });
  if (status !== 0) continue;
  process.env.TERRAFORM_OF_TESTS = program;
  // OpenTofu prints its warnings there too.
  process.env.TERRAFORM_BINARY_NAME = `echo ${/^\w+ v\d.*/m.exec(stdout)?.[0]} as asked by`;
  break;
}

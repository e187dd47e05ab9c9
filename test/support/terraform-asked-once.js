const { spawnSync } = require("node:child_process");
const answerAtOnce = require("./terraform-version.js");

// What one run has said.
const named = process.env.TERRAFORM_BINARY_NAME;
const env = { ...process.env, CHECKPOINT_DISABLE: "1" };
for (const program of named ? [named] : ["terraform", "tofu"]) {
  const { status, stdout } = spawnSync(program, ["version"], { env, encoding: "utf8" });
  if (status !== 0) continue;
  process.env.TERRAFORM_OF_TESTS = program;
  // OpenTofu prints its warnings there too.
  answerAtOnce(/^\w+ v\d.*/m.exec(stdout)?.[0]);
  break;
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { leftBehind } from "../../src/preflight/look/left-behind.js";
import { readStack, type Stack } from "../../src/survey/stack.js";
import { temporaryDirectory } from "../support/temporary.js";

/** A state file beside the app, and what a stack says of where its state is. */

const HOLDS_ONE = {
  version: 4,
  resources: [
    {
      mode: "managed",
      type: "null_resource",
      name: "ocp_obproxies",
      instances: [
        { index_key: "27/3", attributes: { triggers: { cluster_id: "27", cluster_name: "orders", obproxy_id: "3" } } },
      ],
    },
  ],
};

let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  directory.remove();
});

function stackWith(path: string): Stack {
  const configuration = { terraform: { backend: { local: { path } } } };
  writeFileSync(join(directory.path, "cdk.tf.json"), JSON.stringify(configuration));
  return readStack(directory.path);
}

test("is that of a stack, also where its path is written in another form of Unicode: Terraform writes one of them", () => {
  const [composed, decomposed] = ["caf\u00e9", "cafe\u0301"];
  writeFileSync(join(directory.path, `terraform.${composed}.tfstate`), JSON.stringify(HOLDS_ONE));
  const found = (name: string) =>
    leftBehind([stackWith(join(directory.path, `terraform.${name}.tfstate`))], directory.path).map(
      ({ stack }) => stack,
    );
  expect(found("other")).toEqual([composed]);
  expect(found(composed)).toEqual([]);
  expect(found(decomposed)).toEqual([]);
});

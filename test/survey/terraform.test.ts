import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateFromFile } from "../../src/survey/terraform.js";
import { temporaryDirectory } from "../support/temporary.js";

const directory = temporaryDirectory();
afterAll(() => {
  directory.remove();
});

const STATE = JSON.stringify({
  format_version: "1.0",
  values: {
    root_module: {
      resources: [
        {
          ...{ address: 'terraform_data.ocp_obproxies["27/3"]', mode: "managed", type: "terraform_data" },
          values: { triggers_replace: { cluster_id: "27", obproxy_id: "3", cluster_name: "orders" } },
        },
      ],
    },
  },
});

const WARNING = "\nWarning: Unable to open CLI configuration file\n\nThe file {x} does not exist.\n";

test.each([
  ["alone", STATE],
  ["over many lines", JSON.stringify(JSON.parse(STATE), undefined, 2)],
  ["after OpenTofu's warnings", `${WARNING}${STATE}`],
  ["after a mark of the text's beginning", `\ufeff${STATE}`],
])("a state is read that stands in its file %s", async (_, text) => {
  const path = join(directory.path, "state.json");
  writeFileSync(path, text);
  const { instances } = await stateFromFile(path);
  expect(instances.map(({ address }) => address)).toEqual(['terraform_data.ocp_obproxies["27/3"]']);
});

test.each(["", "{", `${WARNING}no state`])("%j is none, and that is said", async (text) => {
  const path = join(directory.path, "none.json");
  writeFileSync(path, text);
  await expect(stateFromFile(path)).rejects.toThrow(`the state from ${path} is not JSON`);
});

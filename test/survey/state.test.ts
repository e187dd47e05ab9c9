import { readInstances, readSettingsRecords } from "../../src/survey/state.js";

const triggers = { cluster_id: "27", obproxy_id: "3", cluster_name: "orders" };
const address = 'terraform_data.ocp_obproxies["27/3"]';
const expected = {
  address,
  block: "terraform_data.ocp_obproxies",
  triggers: {
    target: { kind: "obproxy", clusterId: "27", obproxyId: "3" },
    remembered: { clusterName: "orders", nameFrom: "first-deploy" },
  },
  tainted: false,
  deposed: false,
};

function shown(values: object, more: object = {}): object {
  const resource = { address, mode: "managed", type: "terraform_data", values, ...more };
  return { format_version: "1.0", values: { root_module: { resources: [resource] } } };
}

function file(attributes: object, more: object = {}): object {
  const instances = [{ index_key: "27/3", attributes, ...more }];
  return { version: 4, resources: [{ mode: "managed", type: "terraform_data", name: "ocp_obproxies", instances }] };
}

test("reads the output of terraform show -json", () => {
  expect(readInstances(shown({ triggers_replace: triggers }))).toEqual([expected]);
});

test("reads a state file, where a value of any type comes with its type", () => {
  expect(readInstances(file({ triggers_replace: { value: triggers, type: ["object", {}] } }))).toEqual([expected]);
});

test("reads null_resource from a state file", () => {
  const instances = [{ index_key: "27", attributes: { triggers: { cluster_id: "27", cluster_name: "orders" } } }];
  const resources = [{ mode: "managed", type: "null_resource", name: "ocp_obproxy_clusters", instances }];
  expect(readInstances({ version: 4, resources })).toMatchObject([
    { address: 'null_resource.ocp_obproxy_clusters["27"]', triggers: { target: { kind: "cluster", clusterId: "27" } } },
  ]);
});

test.each([
  ["terraform show -json", shown({ triggers_replace: triggers }, { tainted: true })],
  ["a state file", file({ triggers_replace: { value: triggers } }, { status: "tainted" })],
])("sees a taint in %s", (_what, state) => {
  expect(readInstances(state)).toEqual([{ ...expected, tainted: true }]);
});

test.each([
  ["terraform show -json", shown({ triggers_replace: triggers }, { deposed_key: "ab12" })],
  ["a state file", file({ triggers_replace: { value: triggers } }, { deposed: "ab12" })],
])("sees a deposed object in %s", (_what, state) => {
  expect(readInstances(state)).toEqual([{ ...expected, deposed: true }]);
});

test("knows what was deployed under another key than it has, also where that is no id", () => {
  const moved = shown({ triggers_replace: triggers }, { address: 'terraform_data.ocp_obproxies["27/03"]' });
  expect(readInstances(moved)).toMatchObject([{ deployedAs: expected.triggers.target }]);
});

test("finds instances in modules", () => {
  const inner = {
    resources: [
      {
        address: `module.a.${address}`,
        mode: "managed",
        type: "terraform_data",
        values: { triggers_replace: triggers },
      },
    ],
  };
  const state = { format_version: "1.0", values: { root_module: { child_modules: [inner] } } };
  expect(readInstances(state)).toMatchObject([{ address: `module.a.${address}` }]);
});

test("takes an empty state for what it is", () => {
  expect(readInstances({ format_version: "1.0" })).toEqual([]);
});

test("knows what was imported by its key", () => {
  expect(readInstances(shown({ triggers_replace: null }))).toEqual([
    {
      ...expected,
      triggers: { target: expected.triggers.target, remembered: { clusterName: "", nameFrom: "first-deploy" } },
      deployedAs: "nothing",
    },
  ]);
});

test.each([
  ["other triggers", { triggers_replace: { ...triggers, more: "1" } }],
  ["an id that is none", { triggers_replace: { ...triggers, obproxy_id: "03" } }],
])("leaves out what is not ours: %s", (_what, values) => {
  expect(readInstances(shown(values))).toEqual([]);
});

test.each([
  ["a plan", { format_version: "1.2", planned_values: {} }],
  ["an old state", { version: 3 }],
  ["a list", []],
])("refuses %s", (_what, value) => {
  expect(readInstances(value)).toBeUndefined();
});

test("reads the settings that the last deploy knew, without what explains them in a plan", () => {
  const input = { "OBProxy 27/3": "timeouts.delete 2h: lost when it leaves the code" };
  const resource = { mode: "managed", type: "terraform_data", name: "ocp_obproxy_settings", values: { input } };
  const state = { format_version: "1.0", values: { root_module: { resources: [resource] } } };
  expect(readSettingsRecords(state)).toEqual(new Map([["ocp OBProxy 27/3", "timeouts.delete 2h"]]));
});

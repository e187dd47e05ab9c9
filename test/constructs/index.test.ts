import * as library from "../../src/index.js";

test("exactly the public names are exported", () => {
  expect(Object.keys(library).sort()).toEqual(["Carrier", "Obproxy", "ObproxyCluster", "OcpProvider", "WaitFor"]);
});

test("enumerations have the values that are documented", () => {
  expect(library.Carrier).toEqual({ NULL_RESOURCE: "null_resource", TERRAFORM_DATA: "terraform_data" });
  expect(library.WaitFor).toEqual({ TASK: "task", OBJECT: "object" });
});

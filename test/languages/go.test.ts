import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, succeeded } from "../support/process.js";
import { REPOSITORY } from "../support/repository.js";
import { temporaryDirectory, type TemporaryDirectory } from "../support/temporary.js";
import { type Environment, startTerraform, type Terraform } from "../support/terraform.js";
import { Example, IN_ORDER } from "./support/example.js";
import { readmeApp, synthesizedByTypescript, synthesizedIn } from "./support/typescript.js";

jest.setTimeout(300_000);

let terraform: Terraform;
let temporary: TemporaryDirectory;
let example: Example;
beforeAll(async () => {
  terraform = await startTerraform();
  temporary = temporaryDirectory();
});
afterAll(async () => {
  temporary.remove();
  await terraform.stop();
});
beforeEach(async () => {
  // A module may not lie in the temporary directory itself.
  example = await Example.open(terraform, "go", { ...(await caches()), TMPDIR: temporary.path });
});
afterEach(() => example.close());

/** Programs of a test have a home of their own, in which Go would download and compile everything again. */
async function caches(): Promise<Environment> {
  const names = ["GOPATH", "GOMODCACHE", "GOCACHE", "GOPROXY", "GOFLAGS"];
  const output = succeeded(await run("go", ["env", "-json", ...names], { cwd: REPOSITORY, env: process.env }));
  return JSON.parse(output) as Environment;
}

test("the example in Go is deployed and destroyed by cdktf, in order", async () => {
  await example.destroyByCdktf();
  expect(example.ocp.clusters).toEqual([]);
  expect(example.deletions()).toEqual(IN_ORDER);
});

test("it is deployed and destroyed by Terraform alone, in order", async () => {
  await example.destroyByTerraform();
  expect(example.ocp.clusters).toEqual([]);
  expect(example.deletions()).toEqual(IN_ORDER);
});

test("it is to Terraform what the README's app is, formed as gofmt forms it, and go vet has nothing to say", async () => {
  succeeded(await example.project.run("go", "run", "."));
  expect(synthesizedIn(example.project.path)).toEqual(await synthesizedByTypescript(terraform, readmeApp()));
  expect(succeeded(await example.project.run("gofmt", "-l", "."))).toBe("");
  expect((await example.project.run("go", "vet", "./...")).output).toBe("");
});

const MISTAKE = `package main

import (
	"example.com/cdktf-obproxy-go/cdktfobproxy"
	"github.com/aws/jsii-runtime-go"
	"github.com/hashicorp/terraform-cdk-go/cdktf"
)

func main() {
	stack := cdktf.NewTerraformStack(cdktf.NewApp(nil), jsii.String("proxies"))
	cdktfobproxy.NewOcpProvider(stack, jsii.String("ocp"), nil)
	cdktfobproxy.NewObproxyCluster(stack, jsii.String("orders"), &cdktfobproxy.ObproxyClusterProps{
		ClusterId:   jsii.Number(-27),
		ClusterName: jsii.String("orders"),
	})
}
`;

test("a mistake is told in the line of the panic, whole, with the construct's path and Go's names", async () => {
  mkdirSync(join(example.project.path, "mistake"));
  writeFileSync(join(example.project.path, "mistake/main.go"), MISTAKE);
  const { code, output } = await example.project.run("go", "run", "./mistake");
  expect(code).not.toBe(0);
  expect(output.split("\n")).toContain(
    "panic: proxies/orders: `ClusterId` is -27, but an id of OCP is a positive integer. Take the id that OCP shows for the object.",
  );
});

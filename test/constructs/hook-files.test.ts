import fs, { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Aspects } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { Obproxy, OcpProvider } from "../../src/index.js";
import { orders, synthesize, testApp, testStack } from "./support/app.js";
import { CERTIFICATE } from "./support/pem.js";

const directory = "assets/ocp_obproxy_hook/v1";

test("the built hook travels with the stack", () => {
  const stack = testStack();
  orders(stack);
  const built = readFileSync(join(__dirname, "..", "..", "dist", "hook", "obproxy-hook.cjs"), "utf8");
  expect(synthesize(stack).file(`${directory}/obproxy-hook.cjs`)).toBe(built);
});

test("its path hangs on the alias, not on where the provider stands", () => {
  const stack = testStack();
  new OcpProvider(new Construct(new Construct(stack, "some"), "where"), "else", { alias: "eu" });
  const { configuration } = synthesize(stack);
  expect(JSON.stringify(configuration)).toContain("${path.module}/assets/eu_obproxy_hook/v1/obproxy-hook.cjs");
});

test("each provider of a stack has its own", () => {
  const stack = testStack();
  new OcpProvider(stack, "a", { alias: "a" });
  new OcpProvider(stack, "b", { alias: "b" });
  const { settings } = synthesize(stack);
  expect([settings("a").provider.alias, settings("b").provider.alias]).toEqual(["a", "b"]);
});

test("it knows what an aspect declares", () => {
  const stack = testStack();
  const { cluster } = orders(stack);
  const last = new Construct(stack, "last");
  Aspects.of(stack).add({
    visit: (node: IConstruct) => {
      if (node === last) new Obproxy(last, "late", { cluster, obproxyIds: [9] });
    },
  });
  expect(Object.keys(synthesize(stack).settings().obproxies)).toContain("27/9");
});

test("the certificate of caFile lies beside it", () => {
  const home = mkdtempSync(join(tmpdir(), "ca-"));
  writeFileSync(join(home, "ca.pem"), CERTIFICATE);
  const stack = testStack();
  new OcpProvider(stack, "ocp", { caFile: join(home, "ca.pem") });
  rmSync(home, { recursive: true });
  const { file, settings } = synthesize(stack);
  expect(file(`${directory}/ca.pem`)).toBe(CERTIFICATE);
  expect(settings().provider.hasCaFile).toBe(true);
});

test("an app can be synthesized twice", () => {
  const stack = testStack();
  const { cluster } = orders(stack);
  synthesize(stack);
  new Obproxy(stack, "more", { cluster, obproxyIds: [9] });
  expect(Object.keys(synthesize(stack).settings().obproxies)).toContain("27/9");
});

test("nothing is left of it in the temporary directory", async () => {
  const made = jest.spyOn(fs, "mkdtempSync");
  const app = testApp();
  const stack = testStack(app);
  orders(stack);
  synthesize(stack);
  const directories = made.mock.results.map(({ value }) => String(value)).filter((path) => path.includes("-synth-"));
  made.mockRestore();
  await new Promise(setImmediate);
  expect(directories).toHaveLength(1);
  expect(directories.filter((path) => fs.existsSync(path))).toEqual([]);
  expect(fs.existsSync(join(app.outdir, "stacks/stack", directory, "settings.json"))).toBe(true);
});

import { ENV, FIRST_LOOK } from "../../../src/contract/names.js";
import { type HookCall, HookRunner } from "../hook-process.js";

const runner = new HookRunner();
afterAll(() => {
  runner.dispose();
});

/** An environment in which OCP could not be asked. */
const NO_OCP = { OCP_URL: undefined, OCP_USERNAME: undefined, OCP_PASSWORD: undefined };

function look(settings: HookCall["settings"]): ReturnType<HookRunner["run"]> {
  const env = { ...NO_OCP, [ENV.kind]: FIRST_LOOK };
  return runner.run(undefined, { kind: "cluster", clusterId: 27, env, ...(settings && { settings }) });
}

const kept = { path: "app/kept", skipDestroy: true };

describe("the first look, where OCP cannot be asked,", () => {
  test("holds back no destroy whose hooks will not ask it either", async () => {
    const { code, output } = await look({ clusters: { "27": kept }, obproxies: { "27/3": kept } });
    expect(output).toContain("OCP was not asked: all that is declared is to be left alone");
    expect(code).toBe(0);
  });

  test.each<[string, HookCall["settings"]]>([
    ["one of several is to go", { clusters: { "27": kept }, obproxies: { "27/3": { path: "app/p" } } }],
    [
      "ids that only Terraform knows may be of one that is to go",
      { clusters: { "27": kept }, tokens: [{ kind: "obproxy", path: "app/t" }] },
    ],
    ["nothing is declared, and only the state knows what goes", {}],
  ])("fails where %s", async (_, settings) => {
    const { code, output } = await look(settings);
    expect(output).toContain("no URL of OCP");
    expect(code).toBe(1);
  });
});

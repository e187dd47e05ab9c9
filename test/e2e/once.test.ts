import { Carrier } from "../../src/index.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { everything, onlyObproxies, World } from "../support/world.js";

/** What several hooks have to say in a `terraform destroy`, live and once more in the boxes of Terraform's errors. */

/** So slow that hooks meet also where others use the machine: they wait for each other for a part of it. */
const TICK_MS = 500;

let terraform: Terraform;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());

let world: World;
afterEach(() => world.close());

/** Lines of hooks as they came, and as Terraform's boxes repeat them, folded to its width. */
function ours(output: string): { readonly live: readonly string[]; readonly inBoxes: readonly string[] } {
  const live = output.split("\n").flatMap((line) => /\(local-exec\): (OBProxy .*)$/.exec(line)?.[1] ?? []);
  const boxes = [...output.matchAll(/exit status\s1\. Output: ([^]*?)\n\n/g)].map(([, said = ""]) => said);
  return { live, inBoxes: boxes.flatMap((box) => box.split("\n")) };
}

test("a wrong password with six OBProxies is told in fewer than sixty lines, with its cause whole once", async () => {
  const six = [1, 2, 3, 4, 5, 6];
  const clusters = [{ id: 27, name: "orders", obproxies: six }];
  world = await World.open(terraform, Carrier.TERRAFORM_DATA, { clusters });
  await world.deploy(onlyObproxies(six));
  const { code, output } = await world.project.destroy([], { OCP_PASSWORD: "wrong" });
  expect(code).toBe(1);
  const { inBoxes, live } = ours(output);
  expect(live.filter((line) => line.includes("FAILED: OCP does not accept the credentials (401)"))).toHaveLength(6);
  expect(live.filter((line) => line.includes("what to do:"))).toHaveLength(1);
  expect(inBoxes.filter((line) => line.includes("what to do:"))).toHaveLength(1);
  expect(live.length + inBoxes.length).toBeLessThan(60);
});

test.each(["4.2.2", "4.3.6"])(
  "one failed task of three OBProxies has its cause told whole, once (OCP %s)",
  async (version) => {
    world = await World.open(terraform, Carrier.TERRAFORM_DATA, { version, tickMs: TICK_MS });
    await world.deploy(everything);
    world.ocp.planWork({ subtaskName: "Unreserve host", fail: "always", error: "no route to host" });
    const { code, output } = await world.project.destroy([], { OBPROXY_HOOK_TICK_MS: String(TICK_MS) });
    expect(code).toBe(1);
    const { inBoxes, live } = ours(output);
    expect(live.filter((line) => line.includes("FAILED: OCP's task"))).toHaveLength(3);
    for (const told of [live, inBoxes]) {
      expect(told.filter((line) => line.includes("no route to host"))).toHaveLength(1);
      expect(told.filter((line) => line.includes("what to do: mend the cause"))).toHaveLength(1);
    }
    expect(live.filter((line) => /\(OBProxy 27\/\d says more, and what to do\)$/.test(line))).toHaveLength(2);
  },
);

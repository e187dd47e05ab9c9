import { App, TerraformVariable } from "cdktf";
import { Obproxy, OcpProvider } from "../../src/index.js";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import type { Finished } from "../support/process.js";
import type { Project } from "../support/project.js";
import { startTerraform, type Terraform } from "../support/terraform.js";
import { carriers } from "../support/carriers.js";
import { CREDENTIALS, type Declare, orders, World } from "../support/world.js";
import { half } from "../support/thorough.js";

/**
 * Every way in which one OBProxy's declaration changes: its flag, its ids, where it is declared, and what is run then.
 * Whatever happens, nothing that is declared or kept is deleted, and nothing is left behind by runs that all end well.
 *
 * A sample by seed; `PRODUCT_SEED=7` repeats one, `PRODUCT=all` runs the whole product.
 */

type Flag = "plain" | "kept" | "protected";
type Ids = "numbers" | "variables";

interface Form {
  readonly flag: Flag;
  readonly ids: Ids;
}

/** Where the declaration goes; it comes from the provider `ocp`. */
const PLACES = ["the same provider", "another provider", "another stack", "another URL", "nowhere"] as const;
type Place = (typeof PLACES)[number];

const STEPS = ["apply", "apply, destroy", "apply, removal", "destroy without apply"] as const;
type Step = (typeof STEPS)[number];

/** Flags need ids that synth knows. */
const FORMS: readonly Form[] = [
  { flag: "plain", ids: "numbers" },
  { flag: "plain", ids: "variables" },
  { flag: "kept", ids: "numbers" },
  { flag: "protected", ids: "numbers" },
];

interface Case {
  readonly carrier: (typeof carriers)[number];
  readonly before: Form;
  readonly place: Place;
  readonly after: Form;
  readonly step: Step;
}

const ALL_CASES: readonly Case[] = carriers.flatMap((carrier) =>
  FORMS.flatMap((before) =>
    PLACES.flatMap((place) =>
      (place === "nowhere" ? FORMS.slice(0, 1) : FORMS).flatMap((after) =>
        STEPS.map((step) => ({ carrier, before, place, after, step })),
      ),
    ),
  ),
);

const SAMPLE_SIZE = 10;
const seed = Number(process.env["PRODUCT_SEED"] ?? Date.now() % 100_000);

/** xorshift, so that a seed is a sample on every machine. */
function sample(cases: readonly Case[]): readonly Case[] {
  const left = [...cases];
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return Array.from({ length: SAMPLE_SIZE }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return left.splice(state % left.length, 1)[0];
  }).filter((each) => each !== undefined);
}

const isWhole = process.env["PRODUCT"] === "all";
const cases = isWhole ? ALL_CASES : sample(ALL_CASES);

let terraform: Terraform;
let world: World;
/** An OCP with the same ids and names, of which only "another URL" declares anything. */
let elsewhere: Simulator;
beforeAll(async () => {
  terraform = await startTerraform();
});
afterAll(() => terraform.stop());
beforeEach(async () => {
  elsewhere = await startSimulator({ credentials: CREDENTIALS, tickMs: 20, clusters: [orders()] });
});
afterEach(async () => {
  await world.close();
  await elsewhere.stop();
});

function proxy({ flag, ids }: Form): Declare {
  return (ocp, stack) => {
    const id = ids === "numbers" ? 3 : new TerraformVariable(stack, "id", { type: "number", default: 3 }).numberValue;
    new Obproxy(stack, "proxy", {
      ...{ ocp, clusterId: 27, clusterName: "orders", obproxyIds: [id] },
      ...(flag === "kept" ? { skipDestroy: true } : {}),
      ...(flag === "protected" ? { preventDestroy: true } : {}),
    });
  };
}

/** The app with the OBProxy at one place; every provider is there all the time. */
function app({ carrier }: Case, place: Place, form: Form): Declare {
  return (ocp, stack) => {
    const others = world.project.another("other").addStack(App.of(stack));
    const at: Readonly<Record<Exclude<Place, "nowhere">, OcpProvider>> = {
      "the same provider": ocp,
      "another provider": new OcpProvider(stack, "b", { alias: "b", url: `${world.ocp.url}/`, carrier }),
      "another URL": new OcpProvider(stack, "c", { alias: "c", url: elsewhere.url, carrier }),
      "another stack": new OcpProvider(others, "ocp", { url: world.ocp.url, carrier }),
    };
    if (place !== "nowhere") proxy(form)(at[place], place === "another stack" ? others : stack);
  };
}

const stacksOf = (): readonly Project[] => [world.project, world.project.another("other")];

/** Once more where it fails: what has been created by the first run is known to the second. */
async function applyAll(): Promise<boolean> {
  let well = true;
  for (const stack of stacksOf()) well = (await stack.apply()).code === 0 && well;
  if (well) return true;
  let wellNow = true;
  for (const stack of stacksOf()) wellNow = (await stack.apply()).code === 0 && wellNow;
  return wellNow;
}

async function destroyAll(): Promise<boolean> {
  const runs: Finished[] = [];
  for (const stack of stacksOf()) runs.push(await stack.destroy());
  return runs.every(({ code }) => code === 0);
}

const isIn = (ocp: Simulator): boolean => ocp.cluster(27)?.obproxies.some(({ id }) => id === "3") === true;

test.each(half(cases).map((each) => [nameOf(each), each] as const))(
  isWhole ? "%s" : `%s (seed ${seed})`,
  async (_name, given) => {
    const { after, before, carrier, place, step } = given;
    world = await World.open(terraform, carrier);
    await world.deploy(app(given, "the same provider", before));
    await world.project.another("other").deploy();
    world.synth(app(given, place, after));
    const home = place === "another URL" ? elsewhere : world.ocp;
    const stays = after.flag !== "plain" && place !== "nowhere";

    if (step === "destroy without apply") {
      const well = await destroyAll();
      // What was never deployed for it is nobody's to delete.
      expect(isIn(elsewhere)).toBe(true);
      if (stays && home === world.ocp) expect(isIn(home)).toBe(true);
      // What was kept had been let go; Terraform forgets it without a hook.
      else if (well && before.flag !== "kept") expect(isIn(world.ocp)).toBe(false);
      return;
    }

    const applied = await applyAll();
    expect(isIn(elsewhere)).toBe(true);
    if (place !== "nowhere" && home === world.ocp) expect(isIn(home)).toBe(true);
    else if (applied && before.flag !== "kept") expect(isIn(world.ocp)).toBe(false);
    if (step === "apply" || !applied) return;

    if (step === "apply, removal") world.synth(app(given, "nowhere", after));
    const well = step === "apply, removal" ? await applyAll() : await destroyAll();
    const keeps = step === "apply, removal" ? after.flag === "kept" : stays;
    if (place === "nowhere") return;
    if (keeps) expect(isIn(home)).toBe(true);
    else if (well) expect(isIn(home)).toBe(false);
    if (home === world.ocp) expect(isIn(elsewhere)).toBe(true);
  },
);

function nameOf({ after, before, carrier, place, step }: Case): string {
  const form = ({ flag, ids }: Form): string => `${flag} by ${ids}`;
  const goes = place === "nowhere" ? "leaves" : `goes to ${place}, ${form(after)}`;
  return `${carrier}: ${form(before)} ${goes}; ${step}`;
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { explore } from "./explore.js";
import { hunt } from "./hunt.js";
import { MUTANTS } from "./mutants.js";
import { BOUNDS, scenesOf } from "./scenes.js";

/** The short bound of the model; `npm run model` visits the deep one, `npm run model -- --mutants` tries the model itself. */

describe("whatever happens, in any order, within the short bound", () => {
  test.each(scenesOf("short").map((scene) => [scene.name, scene] as const))(
    "no invariant is broken: %s",
    (_name, scene) => {
      const { stories, states } = explore(scene, BOUNDS.short);
      expect(stories.map(({ broken, sentences }) => [broken, ...sentences].join("\n"))).toEqual([]);
      expect(states).toBeGreaterThan(100);
    },
  );
});

describe("the model's mutants", () => {
  test.each(MUTANTS.map((mutant) => [mutant.without, mutant] as const))(
    "have a rule to switch off: %s",
    (_what, mutant) => {
      const source = readFileSync(join(__dirname, "../../src/hook/decide", mutant.file), "utf8");
      expect(source.split(mutant.from)).toHaveLength(2);
    },
  );

  test("have, those that are hunted for, a scene of the short bound", () => {
    const scenes = new Set(scenesOf("short").map(({ name }) => name));
    const hunted = MUTANTS.flatMap(({ scene }) => scene ?? []);
    expect(hunted.filter((scene) => !scenes.has(scene))).toEqual([]);
    expect(hunted.length).toBeGreaterThanOrEqual(55);
  });

  test.each([
    "a 404 in general words is no witness",
    "what began after a lost delete may be what became of it",
    "a retry spares what is protected or not declared",
    "an OBProxy that nobody declares",
  ])("are found by a story: %s", async (without) => {
    const found = await hunt(
      MUTANTS.find((mutant) => mutant.without === without)!,
      true,
    );
    expect(found?.broken).toMatch(/^I[12]: /);
    expect(found?.story.length).toBeGreaterThan(3);
  });

  test("are of many rules", () => {
    expect(new Set(MUTANTS.map(({ without }) => without)).size).toBeGreaterThanOrEqual(40);
  });
});

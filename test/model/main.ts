import { explore, type Explored, type Story } from "./explore.js";
import { hunt } from "./hunt.js";
import { MUTANTS } from "./mutants.js";
import { BOUNDS, type Bound, scenesOf } from "./scenes.js";

const FIRST_LOOK = 1_500;

/**
 * `npm run model`: the deep bound. `-- --bound short`: what `npm test` runs. `-- --mutants`: each safety rule switched
 * off, and the shortest story that it prevents; with `--quick` only in the scene that is known to tell one. `-- --only
 * "<scene or rule>"`, `-- --states <n>`: one of them, another limit.
 */
async function main(args: readonly string[]): Promise<void> {
  const option = (name: string): string | undefined => {
    const at = args.indexOf(`--${name}`);
    return at < 0 ? undefined : args[at + 1];
  };
  if (args.includes("--mutants")) {
    await huntMutants(option("only"), args.includes("--quick"));
    return;
  }
  const bound = readBound(option("bound") ?? "deep");
  const { states } = BOUNDS[bound];
  const only = option("only");
  const first = args.includes("--first");
  const all: Explored[] = [];
  const scenes = scenesOf(bound).filter(({ name }) => only === undefined || name === only);
  // The first story is soonest found by a short look at every scene.
  for (const limit of first ? [FIRST_LOOK, states] : [states]) {
    for (const scene of scenes) {
      const found = explore(scene, { states: Number(option("states") ?? scene.states ?? limit), first });
      all.push(found);
      if (!first) console.log(lineOf(found));
      for (const story of found.stories) console.log(textOf(story));
      if (first && found.stories.length > 0) {
        process.exitCode = 1;
        return;
      }
    }
  }
  if (!first) console.log(total(all));
  if (all.some(({ stories }) => stories.length > 0)) process.exitCode = 1;
}

function readBound(text: string): Bound {
  if (text === "short" || text === "deep") return text;
  throw new Error(`--bound is ${JSON.stringify(text)}; it is short or deep`);
}

function lineOf({ scene, states, transitions, depth, isWhole, seconds }: Explored): string {
  const how = isWhole ? "all of it" : "as far as the bound";
  return `${scene}: ${states} states, ${transitions} transitions, depth ${depth}, ${how}, ${seconds.toFixed(1)} s, ${rate(states, seconds)}`;
}

function total(all: readonly Explored[]): string {
  const sum = (of: (each: Explored) => number): number => all.reduce((so, each) => so + of(each), 0);
  const [states, seconds] = [sum((each) => each.states), sum((each) => each.seconds)];
  const broken = sum(({ stories }) => stories.length);
  return `in all: ${states} states, ${sum(({ transitions }) => transitions)} transitions, ${seconds.toFixed(0)} s, ${rate(states, seconds)}; ${broken === 0 ? "no invariant broken" : `${broken} stories that break an invariant`}`;
}

function rate(states: number, seconds: number): string {
  return `${Math.round(states / Math.max(seconds, 0.001))} states/s`;
}

function textOf({ broken, scene, sentences }: Story): string {
  return [`BROKEN ${broken}`, `  in the scene: ${scene}`, ...sentences.map((each) => `  ${each}`)].join("\n");
}

async function huntMutants(only: string | undefined, isQuick: boolean): Promise<void> {
  const mutants = MUTANTS.filter(({ without }) => only === undefined || without === only);
  let missed = 0;
  console.log("| without the rule | broken | in the scene | steps |\n|---|---|---|---|");
  for (const mutant of mutants) {
    const found = isQuick && mutant.secondLine !== undefined ? undefined : await hunt(mutant, isQuick);
    if (found === undefined && mutant.secondLine === undefined) missed += 1;
    const { broken, scene, story } = found ?? { broken: mutant.secondLine ?? "NOT FOUND", scene: "", story: [] };
    console.log(`| ${mutant.without} | ${broken} | ${scene} | ${story.length === 0 ? "" : story.length} |`);
    if (only !== undefined) console.log(story.join("\n"));
  }
  console.log(missed === 0 ? `all ${mutants.length} accounted for` : `${missed} of ${mutants.length} not found`);
  if (missed > 0) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

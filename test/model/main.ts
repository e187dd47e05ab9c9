import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { explore, type Explored, type Story } from "./explore.js";
import { MUTANTS, type Mutant } from "./mutants.js";
import { BOUNDS, type Bound, scenesOf } from "./scenes.js";

/**
 * `npm run model`: the deep bound. `-- --bound short`: what `npm test` runs. `-- --mutants`: each safety rule switched
 * off, and the shortest story that it prevents. `-- --only "<scene>"`, `-- --states <n>`: one scene, another limit.
 */
async function main(args: readonly string[]): Promise<void> {
  const option = (name: string): string | undefined => {
    const at = args.indexOf(`--${name}`);
    return at < 0 ? undefined : args[at + 1];
  };
  if (args.includes("--mutants")) {
    await huntMutants(option("only"));
    return;
  }
  const bound = readBound(option("bound") ?? "deep");
  const states = Number(option("states") ?? BOUNDS[bound].states);
  const only = option("only");
  const first = args.includes("--first");
  const all: Explored[] = [];
  for (const scene of scenesOf(bound)) {
    if (only !== undefined && scene.name !== only) continue;
    const found = explore(scene, { states, first });
    all.push(found);
    if (!first) console.log(lineOf(found));
    for (const story of found.stories) console.log(textOf(story));
    if (first && found.stories.length > 0) break;
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

// ---- mutants

async function huntMutants(only: string | undefined): Promise<void> {
  let missed = 0;
  for (const mutant of MUTANTS) {
    if (only !== undefined && mutant.without !== only) continue;
    const began = Date.now();
    const run = spawnSync(process.execPath, ["-", "--bound", "short", "--first"], {
      input: await bundleOf(mutant),
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    const [broken = "", scene = "", ...story] = run.stdout.trimEnd().split("\n");
    const isFound = broken.startsWith("BROKEN");
    if (!isFound) missed += 1;
    const seconds = ((Date.now() - began) / 1000).toFixed(0);
    const found = isFound
      ? `${broken.slice(7)} | ${scene.replace("  in the scene: ", "")} | ${story.length} steps`
      : `NOT FOUND ${run.stderr.slice(0, 300)}`;
    console.log(`${mutant.without} | ${found} | ${seconds} s`);
    if (only !== undefined) console.log(run.stdout);
  }
  console.log(missed === 0 ? `all ${MUTANTS.length} found` : `${missed} of ${MUTANTS.length} not found`);
  if (missed > 0) process.exitCode = 1;
}

/** The whole model, with the mutant in place of the hook's own source. */
async function bundleOf(mutant: Mutant): Promise<string> {
  const path = join(process.cwd(), "src/hook/decide", mutant.file);
  const source = readFileSync(path, "utf8");
  if (source.split(mutant.from).length !== 2) throw new Error(`${mutant.file} does not hold, once: ${mutant.from}`);
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [join(process.cwd(), "test/model/main.ts")],
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["esbuild"],
    write: false,
    logLevel: "error",
    plugins: [
      {
        name: "mutant",
        setup: (plugin) => {
          plugin.onLoad({ filter: /[\\/]hook[\\/]decide[\\/][\w-]+\.ts$/ }, (file) =>
            file.path === path ? { contents: source.replace(mutant.from, () => mutant.to), loader: "ts" } : undefined,
          );
        },
      },
    ],
  });
  return outputFiles[0]!.text;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

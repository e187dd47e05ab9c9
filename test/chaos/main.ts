import { join } from "node:path";
import { temporaryDirectory } from "../support/temporary.js";
import { chaos, numberOf, storyOf } from "./chaos.js";
import { buildMutant, type Mutant, MUTANTS } from "./mutants.js";

/**
 * `npm run chaos -- --histories 2000 --seed 1`; `--seed 1 --only 17` lives one of them again and tells it; `--mutants`
 * switches safety rules off, one at a time, and tells which history finds that (`--mutants deadline`: of that name alone).
 */
async function main(args: readonly string[]): Promise<boolean> {
  const option = (name: string, otherwise: number): number => {
    const at = args.indexOf(`--${name}`);
    return at < 0 ? otherwise : Number(args[at + 1]);
  };
  const common = { seed: option("seed", 1), sideBySide: option("side-by-side", 6) };
  const mutants = args.indexOf("--mutants");
  if (mutants >= 0) {
    const named = args[mutants + 1];
    const chosen = MUTANTS.filter(({ name }) => named === undefined || named.startsWith("--") || name.includes(named));
    const tells = args.includes("--stories");
    return findMutants(chosen, { ...common, histories: option("histories", 200), tells });
  }
  const only = option("only", 0);
  return liveHistories({ ...common, histories: option("histories", 2000), ...(only === 0 ? {} : { only }) });
}

interface Asked {
  readonly seed: number;
  readonly histories: number;
  readonly sideBySide: number;
}

async function liveHistories({ seed, histories: wanted, ...options }: Asked & { only?: number }): Promise<boolean> {
  let lived = 0;
  const { histories, broken, counts, seconds } = await chaos(seed, wanted, {
    ...options,
    onTold: (told) => {
      lived += 1;
      if (lived % 250 === 0) console.log(`… ${lived} of ${wanted} histories`);
      if (told.broken.length > 0 || options.only !== undefined) console.log(storyOf(told));
    },
  });
  const { hooks, killed, stopped, successes, failures, troubles } = counts;
  console.log(
    `${histories} histories of seed ${seed} in ${seconds.toFixed(0)} s: ${hooks} hooks, ${killed} killed, ` +
      `${stopped} stopped, ${successes} succeeded, ${failures} failed, ${troubles} requests in trouble; ` +
      (broken.length === 0 ? "no invariant broken" : `${broken.length} histories that break an invariant`),
  );
  return broken.length === 0;
}

/** False: one of them lives through all histories. */
async function findMutants(
  mutants: readonly Mutant[],
  { seed, histories, sideBySide, tells }: Asked & { tells: boolean },
): Promise<boolean> {
  const directory = temporaryDirectory();
  let all = true;
  console.log("| mutant | found by history | broken | sentences of its story | s |\n| --- | --: | --- | --: | --: |");
  try {
    for (const mutant of mutants) {
      const hook = join(directory.path, "mutant.cjs");
      await buildMutant(mutant, hook);
      const { broken, seconds } = await chaos(seed, histories, { sideBySide, hook, untilBroken: true });
      const first = broken[0];
      all &&= first !== undefined;
      const cells =
        first === undefined
          ? ["none", "", ""]
          : [numberOf(first), first.broken[0]?.split(":").slice(0, 2).join(":") ?? "", first.sentences.length];
      console.log(`| ${[mutant.name, ...cells, seconds.toFixed(0)].join(" | ")} |`);
      if (tells && first !== undefined) console.log(storyOf(first));
    }
  } finally {
    directory.remove();
  }
  return all;
}

void main(process.argv.slice(2)).then(
  (isWell) => {
    process.exit(isWell ? 0 : 1);
  },
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);

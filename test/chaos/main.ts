import { chaos, storyOf } from "./chaos.js";

/** `npm run chaos -- --histories 2000 --seed 1`; `--seed 1 --only 17` lives one of them again and tells it. */
async function main(args: readonly string[]): Promise<void> {
  const option = (name: string, otherwise: number): number => {
    const at = args.indexOf(`--${name}`);
    return at < 0 ? otherwise : Number(args[at + 1]);
  };
  const only = option("only", 0);
  const seed = option("seed", 1);
  const { histories, broken, counts, seconds } = await chaos(seed, option("histories", 2000), {
    ...(only === 0 ? {} : { only }),
    sideBySide: option("side-by-side", 6),
    onTold: (told) => {
      if (told.broken.length > 0 || only !== 0) console.log(storyOf(told));
    },
  });
  const { hooks, killed, stopped, successes, failures, troubles } = counts;
  console.log(
    `${histories} histories of seed ${seed} in ${seconds.toFixed(0)} s: ${hooks} hooks, ${killed} killed, ${stopped} stopped, ${successes} succeeded, ${failures} failed, ${troubles} requests in trouble; ` +
      (broken.length === 0 ? "no invariant broken" : `${broken.length} histories that break an invariant`),
  );
  process.exitCode = broken.length === 0 ? 0 : 1;
}

void main(process.argv.slice(2)).then(
  () => {
    process.exit();
  },
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Mutant } from "./mutants.js";

export interface Hunted {
  /** The invariant. */
  readonly broken: string;
  readonly scene: string;
  /** A sentence for each step. */
  readonly story: readonly string[];
}

const ROOT = process.cwd();

/** What the short bound makes of a hook without the rule; first in the scene where its absence is known to show. */
export async function hunt(mutant: Mutant, isQuick = false): Promise<Hunted | undefined> {
  const bundle = await bundleOf(mutant);
  const known = mutant.scene === undefined ? undefined : firstStory(bundle, ["--only", mutant.scene]);
  return known !== undefined || (isQuick && mutant.scene !== undefined) ? known : firstStory(bundle, []);
}

function firstStory(bundle: string, options: readonly string[]): Hunted | undefined {
  const run = spawnSync(process.execPath, ["-", "--bound", "short", "--first", ...options], {
    input: bundle,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (run.stderr !== "") throw new Error(run.stderr);
  const [broken = "", scene = "", ...story] = run.stdout.trimEnd().split("\n");
  if (!broken.startsWith("BROKEN")) return undefined;
  return { broken: broken.slice("BROKEN ".length), scene: scene.replace("  in the scene: ", ""), story };
}

/** The whole model, with the mutant in place of the hook's own source. */
async function bundleOf(mutant: Mutant): Promise<string> {
  const { build } = await import("esbuild");
  const path = join(ROOT, "src/hook/decide", mutant.file);
  const source = readFileSync(path, "utf8");
  if (source.split(mutant.from).length !== 2) throw new Error(`${mutant.file} does not hold, once: ${mutant.from}`);
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, "test/model/main.ts")],
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

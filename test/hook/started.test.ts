import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { HOOK_FILE } from "../../src/contract/names.js";
import { deletion } from "../../src/contract/object.js";
import { parallelism } from "../../src/hook/together/started.js";
import { run } from "../support/process.js";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary.js";

/** What a hook sees of the others that Terraform has started. */

let temporary: TemporaryDirectory;
beforeAll(() => {
  temporary = temporaryDirectory();
});
afterAll(() => {
  temporary.remove();
});

/** A program by the hook's name. With a number of hooks it tells what it sees when there are so many; else it just stays. */
function program(place: string): string {
  const directory = join(temporary.path, place);
  mkdirSync(directory, { recursive: true });
  const outfile = join(directory, HOOK_FILE);
  const source = join(__dirname, "../../src/hook/together/started.js");
  buildSync({
    stdin: {
      contents: `
        import { seeStarted } from ${JSON.stringify(source)};
        const see = seeStarted("27", process.env);
        const look = () => {
          const seen = see();
          const hooks = seen?.hooks.split(",").length;
          if (seen !== undefined && hooks < Number(process.env.HOOKS)) return setTimeout(look, 10);
          const { isFull, ofCluster = [] } = seen ?? {};
          console.log(JSON.stringify({ hooks, isFull, ofCluster: [...ofCluster].sort() }));
        };
        if (process.env.HOOKS === undefined) setInterval(() => {}, 1000);
        else look();`,
      resolveDir: __dirname,
    },
    outfile,
    bundle: true,
    platform: "node",
    target: "node20.18",
  });
  return outfile;
}

interface Child {
  readonly file: string;
  readonly sentence: string;
}

/** What the first of some processes sees that one with this name starts. */
async function seenBy(
  name: string,
  args: readonly string[],
  children: readonly Child[],
  hooks: number,
): Promise<unknown> {
  const parent = join(temporary.path, name);
  const calls = children.map(({ file, sentence }) => `'${process.execPath}' '${file}' '${sentence}' &`);
  const script = [
    "#!/bin/bash",
    `HOOKS=${hooks} ${calls[0]}`,
    "first=$!",
    ...calls.slice(1),
    "wait $first",
    "kill $(jobs -p) 2>/dev/null",
  ];
  writeFileSync(parent, script.join("\n"), { mode: 0o755 });
  const { stdout } = await run(parent, args, { cwd: temporary.path, env: { PATH: process.env["PATH"] ?? "" } });
  return JSON.parse(stdout);
}

const proxy = (id: string, file: string, clusterId = "27"): Child => ({
  file,
  sentence: deletion("obproxy", clusterId, id),
});

// Elsewhere nobody tells a program of the others.
const onLinux = process.platform === "linux" ? test : test.skip;

onLinux("a hook sees those of its cluster, and how many there are at all", async () => {
  const [own, others] = [program("own"), program("others")];
  const children = [
    ...[proxy("3", own), proxy("12", own), proxy("5", own, "28"), { file: own, sentence: deletion("cluster", "27") }],
    // By another provider, whose cluster 27 may be of another OCP.
    proxy("4", others),
  ];
  expect(await seenBy("terraform", ["destroy"], children, 5)).toEqual({
    hooks: 5,
    isFull: false,
    ofCluster: ["12", "3"],
  });
});

onLinux("a hook sees that Terraform can start no other before one ends", async () => {
  const own = program("own");
  const children = [proxy("3", own), proxy("4", own)];
  expect(await seenBy("tofu", ["destroy", "-parallelism=2"], children, 2)).toMatchObject({ isFull: true });
});

onLinux("a hook sees nothing where it does not find Terraform above it", async () => {
  expect(await seenBy("make", ["destroy"], [proxy("3", program("own"))], 1)).toEqual({ ofCluster: [] });
});

test.each<[string, readonly string[], NodeJS.ProcessEnv, number]>([
  ["Terraform's own", ["terraform", "destroy", "-auto-approve"], {}, 10],
  ["an argument", ["terraform", "-chdir=x", "destroy", "-parallelism=31"], {}, 31],
  ["an argument with two dashes and a space", ["terraform", "destroy", "--parallelism", "7"], {}, 7],
  ["the environment", ["terraform", "destroy"], { TF_CLI_ARGS: "-no-color -parallelism=5" }, 5],
  ["the environment of the command", ["terraform", "apply", "p"], { TF_CLI_ARGS_apply: "-parallelism=6" }, 6],
  ["not that of another one", ["terraform", "apply", "p"], { TF_CLI_ARGS_destroy: "-parallelism=6" }, 10],
  ["the last", ["terraform", "destroy", "-parallelism=8"], { TF_CLI_ARGS_destroy: "-parallelism=6" }, 8],
  ["0, which Terraform takes for its own", ["terraform", "destroy", "-parallelism=0"], {}, 10],
])("how many hooks run at once: %s", (_, call, env, expected) => {
  expect(parallelism(call, env)).toBe(expected);
});

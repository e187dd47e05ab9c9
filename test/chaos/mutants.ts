import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

/** A safety rule that only processes can show, and the hook without it. */
export interface Mutant {
  readonly name: string;
  readonly changes: readonly Change[];
}

interface Change {
  /** Below `src`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "who has joined is in the call, though it does not answer the count any more",
    changes: [
      { file: "hook/together/leading.ts", from: "this.guests.delete(socket);", to: "" },
      {
        file: "hook/together/leading.ts",
        from: "members = await this.count();",
        to: 'members = [...this.guests.values()].flatMap((guest) => ("member" in guest ? [guest.member] : []));',
      },
    ],
  },
  {
    name: "nothing is noted before the delete is sent",
    changes: [
      {
        file: "hook/act/act.ts",
        from: "notes.write({ ...before, unheardSince: before?.unheardSince ?? seen.newestListed, unheardBy });",
        to: "",
      },
    ],
  },
  {
    name: "the task that OCP tells is not noted",
    changes: [
      {
        file: "hook/act/act.ts",
        from: "notes.write({ task: noteOf(task, obproxyIds, intent.target) });",
        to: "void noteOf(task, obproxyIds, intent.target);\n    withdraw(notes, before);",
      },
    ],
  },
  {
    name: "a leader that is silent is waited for",
    changes: [
      {
        file: "hook/together/patience.ts",
        from: "untilCountMs: longestMs + VERSION_MS + A_LITTLE_MORE_MS,",
        to: "untilCountMs: Infinity,",
      },
    ],
  },
  {
    name: "hooks that meet do not compare what they are about",
    changes: [
      {
        file: "hook/together/member.ts",
        from: "return isSameRoute(leader.route, other.route) && isSameSight(sightOf(saw, other.sight.obproxyId), other.sight);",
        to: "return isSameRoute(leader.route, other.route) || isSameSight(sightOf(saw, other.sight.obproxyId), other.sight);",
      },
    ],
  },
  {
    name: "the deadline ends neither the waiting nor a request",
    changes: [
      { file: "hook/patience/deadline.ts", from: "if (this.left() <= 0) throw", to: "if (this.left() <= -1e9) throw" },
      {
        file: "hook/patience/deadline.ts",
        from: "if (left <= 0) throw new DeadlinePassed(trouble);\n    await this.clock.sleep(Math.min(milliseconds, left));",
        to: "if (left <= -1e9) throw new DeadlinePassed(trouble);\n    await this.clock.sleep(milliseconds);",
      },
      // Else no request would leave any more.
      { file: "hook/teardown.ts", from: "timeLeftMs: () => deadline.left(),", to: "timeLeftMs: () => Infinity," },
    ],
  },
  {
    name: "what OCP answers is printed with the secrets in it",
    changes: [
      {
        file: "ocp/mask.ts",
        from: "const withoutGiven = [...new Set(secrets)]",
        to: "if (secrets.length >= 0) return text;\n  const withoutGiven = [...new Set(secrets)]",
      },
    ],
  },
];

const SOURCE = join(__dirname, "../../src");

/** Builds the hook with some of its lines changed. Throws where a line is not there any more. */
export async function buildMutant({ name, changes }: Mutant, outfile: string): Promise<void> {
  const files = [...new Set(changes.map(({ file }) => file))];
  const texts = new Map(files.map((file) => [join(SOURCE, file), changed(file, changes, name)]));
  const mutate: Plugin = {
    name: "mutate",
    setup: (build) => {
      build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
        const contents = texts.get(path);
        return contents === undefined ? undefined : { contents, loader: "ts" };
      });
    },
  };
  await build({
    ...{ entryPoints: [join(SOURCE, "hook/main.ts")], outfile, bundle: true, platform: "node", target: "node20.18" },
    ...{ format: "cjs", minify: true, plugins: [mutate] },
  });
}

function changed(file: string, changes: readonly Change[], name: string): string {
  let text = readFileSync(join(SOURCE, file), "utf8");
  for (const { from, to } of changes.filter((each) => each.file === file)) {
    if (!text.includes(from)) throw new Error(`mutant "${name}": ${file} does not hold ${from}`);
    text = text.replace(from, () => to);
  }
  return text;
}

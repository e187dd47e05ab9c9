import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { textAt } from "../../survey/json.js";

/** What an app can be made of. */

export interface Source {
  readonly path: string;
  readonly time: number;
}

/** More are not looked through: the age of an app is a hint. */
const MOST_FILES = 20_000;

/** @param configuration cdktf.json, parsed */
export function sourcesOf(directory: string, output: string, configuration: unknown): readonly Source[] {
  const entries = entriesIn(directory, textAt(configuration, "app") ?? "");
  const paths =
    entries.length > 0
      ? loadedFrom(entries, output)
      : sourcesBelow(directory, output, EXTENSIONS[textAt(configuration, "language") ?? ""] ?? ANY_EXTENSION);
  return paths.map((path) => ({ path, time: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
}

const SCRIPT = /\.[cm]?[jt]sx?$/;

const EXTENSIONS: Readonly<Record<string, RegExp>> = {
  typescript: SCRIPT,
  python: /\.py$/,
  java: /\.(?:java|kt)$/,
  csharp: /\.(?:cs|fs)$/,
  go: /\.go$/,
};
const ANY_EXTENSION = /\.(?:[cm]?[jt]sx?|py|java|kt|go|cs|fs)$/;

/** The scripts that the command of the app names: `npx tsx main.ts`. Empty: it names none. */
function entriesIn(directory: string, command: string): readonly string[] {
  return command
    .split(/[\s"']+/)
    .filter((word) => SCRIPT.test(word))
    .map((word) => resolve(directory, word))
    .filter(isFile);
}

/** What scripts load by relative paths, directly or by way of others; packages and hidden directories are not followed. */
function loadedFrom(entries: readonly string[], output: string): readonly string[] {
  const found = new Set(entries);
  for (const path of found) {
    if (found.size > MOST_FILES) break;
    if (!SCRIPT.test(path)) continue;
    for (const name of relativeImports(path)) {
      const loaded = scriptAt(resolve(dirname(path), name));
      if (loaded !== undefined && !isForeign(loaded, output)) found.add(loaded);
    }
  }
  return [...found];
}

/** `from "./x"`, `import "./x"`, `import("./x")`, `require("./x")` */
const RELATIVE_IMPORT = /\b(?:from|import|require)\s*\(?\s*["'](\.{1,2}(?:\/[^"'\n]*)?)["']/g;

function relativeImports(path: string): readonly string[] {
  try {
    return [...readFileSync(path, "utf8").matchAll(RELATIVE_IMPORT)].flatMap(([, name]) => name ?? []);
  } catch {
    return [];
  }
}

const SUFFIXES = ["", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"];

/** As TypeScript and Node.js resolve it: `./x.js` may be `x.ts`, and `./x` a directory with an index. */
function scriptAt(path: string): string | undefined {
  const asTypeScript = path.replace(/\.([cm]?)js(x?)$/, ".$1ts$2");
  const candidates = [path, asTypeScript, join(path, "index")].flatMap((each) => SUFFIXES.map((end) => each + end));
  return candidates.find(isFile);
}

function isForeign(path: string, output: string): boolean {
  return path.startsWith(output + sep) || path.split(sep).some((name) => name === "node_modules" || name === ".gen");
}

/** Tests, documentation, packages, and what is built or synthesized. */
const NO_SOURCES =
  /^(?:\..*|node_modules|cdktf\.out|tests?|__tests__|spec|.*\.[Tt]ests?|docs?|coverage|dist|build|target|bin|obj|vendor|venv|__pycache__)$/;
const NO_SOURCE =
  /(?:[._](?:test|spec)\.\w+|\.config\.[cm]?[jt]s|\.d\.[cm]?ts|Tests?\.(?:java|kt|cs|fs))$|^(?:test_.*|conftest)\.py$/;

function sourcesBelow(root: string, output: string, extension: RegExp): readonly string[] {
  const directories = [root];
  const found: string[] = [];
  let left = MOST_FILES;
  for (const directory of directories) {
    for (const entry of entriesOf(directory)) {
      left -= 1;
      if (left < 0) return found;
      const { name } = entry;
      const path = join(directory, name);
      if (entry.isDirectory()) {
        if (!NO_SOURCES.test(name) && path !== output) directories.push(path);
      } else if (entry.isFile() && extension.test(name) && !NO_SOURCE.test(name)) {
        found.push(path);
      }
    }
  }
  return found;
}

function entriesOf(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

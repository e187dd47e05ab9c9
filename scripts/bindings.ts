// Makes the packages for other languages: `npm run bindings`, or some of them: `npm run bindings -- python go`, or of one
// package alone: `npm run bindings -- cdktf-obproxy python`. Each language needs its own tools, and takes what its build
// needs from its own registry.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { type Library, packageDirectory, packageName, quiet } from "./packages.js";

const REPOSITORY = resolve(__dirname, "..");
const BINDINGS = join(REPOSITORY, "build/bindings");
const LIBRARIES: readonly Library[] = ["cdktf", "cdktn"];

interface Language {
  /** Commands that succeed where everything is there. */
  readonly needs: readonly string[];
  readonly install: string;
  /** Sources are what is published, or all that can be made here. */
  readonly sourcesAlone: boolean;
}

const LANGUAGES: Readonly<Record<string, Language>> = {
  python: {
    needs: ['python3 -c "import ensurepip, venv"'],
    install: "Python 3.9 or later with venv (Debian: apt-get install python3 python3-venv)",
    sourcesAlone: false,
  },
  go: { needs: [], install: "", sourcesAlone: true },
  java: {
    needs: ["javac -version", "mvn --version"],
    install: "a JDK, 11 or later, and Maven (Debian: apt-get install default-jdk-headless maven)",
    sourcesAlone: false,
  },
  dotnet: { needs: [], install: "", sourcesAlone: true },
};

function main(asked: readonly string[]): void {
  const packages = LIBRARIES.map(packageName);
  const known = [...packages, ...Object.keys(LANGUAGES)];
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`${unknown.join(", ")}: unknown. Choose of ${known.join(", ")}.`);
  const chosen = (names: readonly string[]): readonly string[] => {
    const some = names.filter((name) => asked.includes(name));
    return some.length > 0 ? some : names;
  };
  const libraries = LIBRARIES.filter((library) => chosen(packages).includes(packageName(library)));
  const failed = chosen(Object.keys(LANGUAGES)).filter((language) => !make(language, libraries));
  if (failed.length > 0) throw new Error(`Not made: ${failed.join(", ")}. The reasons stand above.`);
}

function make(name: string, libraries: readonly Library[]): boolean {
  const { install, needs, sourcesAlone } = LANGUAGES[name] ?? { install: "", needs: [], sourcesAlone: true };
  const missing = needs.filter((command) => spawnSync(command, { shell: true, stdio: "ignore" }).status !== 0);
  if (missing.length > 0) {
    console.error(`${name}: this does not work here: ${missing.join(", ")}. Install ${install}.`);
    return false;
  }
  return libraries.map((library) => generate(name, library, sourcesAlone)).every((made) => made);
}

function generate(language: string, library: Library, sourcesAlone: boolean): boolean {
  // What an earlier version has made would stay beside the new.
  const output = join(BINDINGS, packageName(library));
  rmSync(join(output, language), { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const options = [
    "--target",
    language,
    "--outdir",
    output,
    "--no-npmignore",
    ...(sourcesAlone ? ["--code-only"] : []),
  ];
  const program = require.resolve("jsii-pacmak/bin/jsii-pacmak");
  try {
    execFileSync(process.execPath, [program, packageDirectory(library), ...options], {
      stdio: "inherit",
      env: quiet(),
    });
  } catch {
    console.error(`${language}: ${packageName(library)} could not be made.`);
    return false;
  }

  const files = readdirSync(join(output, language), { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
  const size = Math.ceil(files.reduce((sum, each) => sum + each, 0) / 1024);
  console.log(`${relative(REPOSITORY, join(output, language))}: ${files.length} files, ${size} KiB`);
  return true;
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

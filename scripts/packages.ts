// The packages that are made of this one source: `cdktf-obproxy`, and `cdktn-obproxy` for CDKTF's successor. Each is put
// together in a directory of its own, `build/packages/<name>`, and jsii compiles it there: its demands on a package's
// manifest and layout need not be those of this repository.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

export type Library = "cdktf" | "cdktn";

const REPOSITORY = resolve(__dirname, "..");

/** A name that is reserved for examples: nobody knows yet where it will be published from, and jsii wants to be told. */
const PUBLISHED_FROM = "https://example.com/cdktf-obproxy.git";

export const packageName = (library: Library): string => `${library}-obproxy`;

/** Where a package is put together: manifest, `src`, `dist`, and `.jsii`, which describes its API to jsii. */
export const packageDirectory = (library: Library): string => join(REPOSITORY, "build/packages", packageName(library));

/** Warnings of jsii that are known, each with its reason. Any other one ends the build. */
const WARNINGS: Readonly<Record<string, string>> = {
  "language-compatibility/reserved-word":
    "`delete` in `Timeouts`: what every resource of Terraform calls it. Go writes it `Delete`, which is no reserved word.",
};

interface Manifest {
  readonly peerDependencies: object;
  readonly jsii: object;
}

/** Compiles the sources with jsii, into `dist` of the package's directory. */
export function compile(library: Library): void {
  const directory = packageDirectory(library);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeJson(join(directory, "package.json"), manifestOf(library));
  writeJson(join(directory, "tsconfig.json"), {
    extends: "../../../tsconfig.build.json",
    compilerOptions: { rootDir: "src", outDir: "dist", noEmitOnError: true },
    files: ["src/index.ts", "src/simulator/index.ts"],
  });
  cpSync(join(REPOSITORY, "LICENSE"), join(directory, "LICENSE"));
  cpSync(
    join(REPOSITORY, library === "cdktf" ? "" : "packages/cdktn-obproxy", "README.md"),
    join(directory, "README.md"),
  );
  cpSync(join(REPOSITORY, "src"), join(directory, "src"), { recursive: true });
  if (library === "cdktn") {
    speakOfCdktn(join(directory, "src"));
    // cdktn takes other versions of `constructs` than cdktf.
    symlinkSync(join(REPOSITORY, "packages/cdktn-obproxy/node_modules"), join(directory, "node_modules"), "junction");
  }
  const options = ["--tsconfig", "tsconfig.json", "--validate-tsconfig", "minimal", "--fail-on-warnings"];
  const silent = ["--silence-warnings", ...Object.keys(WARNINGS)];
  execFileSync(process.execPath, [require.resolve("jsii/bin/jsii"), directory, ...options, ...silent], {
    stdio: ["ignore", "ignore", "inherit"],
    env: quiet(),
  });
}

/** What npm would publish of it, but for what jsii is told besides. */
function manifestOf(library: Library): object {
  const root = readManifest("package.json");
  const own = library === "cdktf" ? root : { ...root, ...readManifest("packages/cdktn-obproxy/package.json") };
  return {
    ...without(own, ["scripts", "overrides", "private", "workspaces"]),
    repository: { type: "git", url: PUBLISHED_FROM },
    // Of jsii's languages not all have it, and none needs it: see src/constructs/null-provider.ts.
    peerDependencies: without(own.peerDependencies, ["@cdktf/provider-null"]),
    jsii: { ...own.jsii, outdir: "../../bindings", tsc: { rootDir: "src", outDir: "dist" } },
  };
}

function without(object: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

/**
 * Texts that name a package rather than a thing of Terraform or of this package. The rest stays: what is frozen, what is
 * shared between the two, and the name of the program.
 */
const RENAMED: readonly (readonly [paths: RegExp, pattern: RegExp, replacement: string])[] = [
  [/\.ts$/, /\b(from |require\()"(@?)cdktf(?=["/])/g, '$1"$2cdktn'],
  [/^generate\//, /"cdktf-obproxy"/g, '"cdktn-obproxy"'],
  [/^constructs\/errors\.ts$/, /\bcdktf-obproxy\b/g, "cdktn-obproxy"],
];

function speakOfCdktn(source: string): void {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).map((path) => path.replaceAll("\\", "/"));
  for (const [paths, pattern, replacement] of RENAMED) {
    const changed = files.filter((path) => paths.test(path) && replaceIn(join(source, path), pattern, replacement));
    if (changed.length === 0) throw new Error(`Nothing in src is like ${String(pattern)} any more.`);
  }
}

function replaceIn(path: string, pattern: RegExp, replacement: string): boolean {
  if (!statSync(path).isFile()) return false;
  const before = readFileSync(path, "utf8");
  const after = before.replace(pattern, replacement);
  if (after !== before) writeFileSync(path, after);
  return after !== before;
}

/** jsii says at length which versions of Node.js it was tested with, and for how long it was supported. */
export function quiet(): NodeJS.ProcessEnv {
  const [major = ""] = process.versions.node.split(".");
  return {
    ...process.env,
    JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: major,
    JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: "1",
    JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION: "1",
    JSII_SILENCE_SUPPORT_WARNING: "1",
  };
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(join(REPOSITORY, path), "utf8")) as Manifest;
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

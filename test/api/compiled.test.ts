import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { run, succeeded } from "../support/process.js";
import { REPOSITORY } from "../support/repository.js";
import { temporaryDirectory } from "../support/temporary.js";

/** jsii is a compiler of its own; users of TypeScript must not notice. */

/** By path: what is compiled, without the bundles. */
function filesOf(directory: string): Readonly<Record<string, string>> {
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();
  const compiled = paths.filter((path) => statSync(join(directory, path)).isFile() && !/(^cli\/|\.cjs$)/.test(path));
  return Object.fromEntries(compiled.map((path) => [path, readFileSync(join(directory, path), "utf8")]));
}

test("what is published is what TypeScript's own compiler makes, but for jsii's mark in each public class", async () => {
  const directory = temporaryDirectory();
  try {
    const tsc = [require.resolve("typescript/bin/tsc"), "-p", "tsconfig.build.json", "--outDir", directory.path];
    succeeded(await run(process.execPath, tsc, { cwd: REPOSITORY, env: process.env }));
    const published = filesOf(join(REPOSITORY, "dist"));
    const marks = Object.values(published).flatMap((text) => text.match(/JSII_RTTI_SYMBOL_1\] = .*/g) ?? []);
    expect(marks).toHaveLength(3);
    const withoutMarks = Object.entries(published).map(([path, text]) => [
      path,
      text.replace(/^.*JSII_RTTI.*\n/gm, ""),
    ]);
    expect(Object.fromEntries(withoutMarks)).toEqual(filesOf(directory.path));
  } finally {
    directory.remove();
  }
});

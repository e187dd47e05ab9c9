import { run } from "../support/process.js";
import { REPOSITORY } from "../support/repository.js";

/** `npm run bindings` on a machine that lacks something, and by somebody who mistypes. */
async function bindings(
  ...names: readonly string[]
): Promise<{ readonly code: number | null; readonly output: string }> {
  const args = ["--import", "./scripts/typescript.mjs", "scripts/bindings.ts", ...names];
  return run(process.execPath, args, { cwd: REPOSITORY, env: { ...process.env, PATH: "/nonexistent" } });
}

test.each([
  ["java", ["javac -version", "mvn --version", "apt-get install default-jdk-headless maven"]],
  ["python", ["python3 -c", "apt-get install python3 python3-venv"]],
])("without the tools of %s it says which, and what to install", async (language, said) => {
  const { code, output } = await bindings("cdktf-obproxy", language);
  for (const text of said) expect(output).toContain(text);
  expect(output).toContain(`Not made: ${language}.`);
  expect(code).toBe(1);
});

test("a language that there is not is told with those that there are", async () => {
  const { code, output } = await bindings("ruby");
  expect(output).toBe("ruby: unknown. Choose of cdktf-obproxy, cdktn-obproxy, python, go, java, dotnet.\n");
  expect(code).toBe(1);
});

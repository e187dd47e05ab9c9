import { spawn } from "node:child_process";

export interface Run {
  readonly milliseconds: number;
  readonly code: number | null;
  readonly output: string;
}

/** Runs Node.js to its end and measures the whole process from outside. */
export function run(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Run> {
  return runProgram(process.execPath, args, { env });
}

/** Rejects where Terraform fails. `onText`: called with what it prints as it comes. */
export async function terraform(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  onText?: (text: string) => void,
): Promise<Run> {
  const program = process.env["TERRAFORM_BINARY_NAME"] ?? "terraform";
  const result = await runProgram(program, args, { cwd, env }, onText);
  if (result.code !== 0) throw new Error(result.output);
  return result;
}

function runProgram(
  program: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; cwd?: string },
  onText: (text: string) => void = () => undefined,
) {
  const start = process.hrtime.bigint();
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const take = (text: string): void => {
    output += text;
    onText(text);
  };
  child.stdout.setEncoding("utf8").on("data", take);
  child.stderr.setEncoding("utf8").on("data", take);
  return new Promise<Run>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ milliseconds: Number(process.hrtime.bigint() - start) / 1e6, code, output });
    });
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** One row of a table for people. */
export function row(cells: readonly (string | number)[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => (typeof cell === "number" ? cell.toFixed(2) : cell).padEnd(widths[index] ?? 12))
    .join(" ")
    .trimEnd();
}

/** Prints the verdict on a limit and makes the process fail when it is not kept. */
export function judge(what: string, value: number, limit: number): void {
  const kept = value <= limit;
  console.log(`${kept ? "ok  " : "FAIL"} ${what}: ${value.toFixed(2)} (at most ${limit})`);
  if (!kept) process.exitCode = 1;
}

/** Runs every benchmark, one after the other, and ends with a table of what each has to keep. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { row } from "./measure.js";

const BENCHMARKS = ["startup", "synth", "waiting", "together", "peers", "events", "report"];
/** As `judge` prints it. */
const VERDICT = /^(ok {2}|FAIL) (.*): ([\d.]+) \(at most ([\d.]+)\)$/gm;

async function main(): Promise<void> {
  const rows: (readonly string[])[] = [];
  for (const name of BENCHMARKS) {
    console.log(`\n== ${name}`);
    const { code, output } = await benchmark(name);
    const verdicts = [...output.matchAll(VERDICT)].map(([, kept = "", what = "", value = "", limit = ""]) => [
      name,
      what,
      value,
      limit,
      kept.trim(),
    ]);
    rows.push(...verdicts);
    if (verdicts.length === 0) rows.push([name, "no figures", "", "", "FAIL"]);
    if (code !== 0) process.exitCode = 1;
  }
  const table = [["benchmark", "figure", "found", "at most", ""], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)) + 1);
  console.log(`\n${table.map((cells) => row(cells, widths)).join("\n")}`);
}

function benchmark(name: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, `${name}.ts`)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, output });
    });
  });
}

void main();

/**
 * What a report of five hundred objects costs: the whole process, with all forms, the state from a file; with events
 * alone, and with an OCP that is asked for all of them.
 */
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { startSimulator } from "../src/simulator/index.js";
import { Place } from "../test/report/place.js";
import { fiveHundred } from "../test/report/five-hundred.js";
import { PeakMemory } from "../test/support/peak-memory.js";
import { judge, median, run } from "./measure.js";

const RUNS = Number(process.env["RUNS"] ?? "11");
const LIMIT_MS = 1000;
const LIMIT_MIB = 200;
const PROGRAM = resolve("dist/cli/main.js");
const CREDENTIALS = { username: "teardown", password: "of-the-bench" };

async function main(): Promise<void> {
  const obproxyIds = Array.from({ length: 500 }, (_, index) => index + 1);
  const clusters = [{ id: 27, name: "orders", obproxies: obproxyIds }];
  const ocp = await startSimulator({ credentials: CREDENTIALS, clusters });
  const place = new Place({ obproxyIds, url: ocp.url });
  try {
    place.wrote(String(fiveHundred(place, { ocp: ocp.url })));
    place.holds(["27", "27/500"]);
    console.log(`events: ${(statSync(place.eventsFile).size / 2 ** 20).toFixed(1)} MiB`);
    const files = ["--html", join(place.path, "r.html"), "--junit", join(place.path, "r.xml")];
    const stack = join(place.path, "cdktf.out/stacks/proxies");
    const memory = new PeakMemory(place.path);
    const args = [
      ...memory.flags,
      PROGRAM,
      "report",
      stack,
      "--state",
      join(place.path, "state.json"),
      "--markdown",
      ...files,
    ];
    const env = {
      ...process.env,
      ...memory.env,
      OBPROXY_EVENTS: place.eventsFile,
      OCP_USERNAME: CREDENTIALS.username,
      OCP_PASSWORD: CREDENTIALS.password,
    };
    for (const [name, more] of [
      ["by events and state", ["--no-ocp"]],
      ["and with OCP asked", []],
    ] as const) {
      const times: number[] = [];
      const mebibytes: number[] = [];
      for (let count = 0; count < RUNS; count += 1) {
        const { code, milliseconds, output } = await run([...args, ...more], env);
        if (code !== 1 || !output.includes("501 objects")) throw new Error(output);
        times.push(milliseconds);
        mebibytes.push(memory.mebibytes);
      }
      console.log(`report of 501 objects ${name}: median of ${RUNS} ${median(times).toFixed(0)} ms`);
      // Others on the machine only add to it.
      judge(`report of 501 objects ${name}, the fastest of ${RUNS}, ms`, Math.min(...times), LIMIT_MS);
      judge(`report of 501 objects ${name}, the most memory, MiB`, Math.max(...mebibytes), LIMIT_MIB);
    }
  } finally {
    place.remove();
    await ocp.stop();
  }
}

void main();

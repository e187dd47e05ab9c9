/**
 * What a hook costs whose object is already gone: the whole process against `node -e 0`, pair by pair in one run, less
 * the time of its round trips: the same requests on one connection of a process that is warm already. In a clean environment,
 * and with NODE_EXTRA_CA_CERTS, which many companies set and which makes Node.js itself start later. And part by part.
 */
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { startSimulator } from "../src/simulator/index.js";
import { hookPlace } from "./hook-place.js";
import { judge, median, row, run } from "./measure.js";

const PAIRS = Number(process.env["PAIRS"] ?? "41");

async function main(): Promise<void> {
  const simulator = await startSimulator({ clusters: [{ id: 1, name: "orders" }] });
  const place = hookPlace();
  const clean = place.env(simulator, {
    clusterId: "1",
    obproxyId: "2",
    clusterName: "orders",
  });
  delete clean["NODE_EXTRA_CA_CERTS"];
  const hook = async (env: NodeJS.ProcessEnv, ...flags: readonly string[]): Promise<number> => {
    const { code, milliseconds, output } = await run([...flags, place.program, "delete OBProxy 2"], env);
    if (code !== 0 || !output.includes("already gone")) throw new Error(output);
    return milliseconds;
  };
  try {
    await hook(clean); // Also leaves behind what V8 has compiled, as the first hook of a stack does.
    const asked = simulator.requests.map(({ path, query }) => `${path}?${new URLSearchParams(query).toString()}`);
    console.log(`${PAIRS} pairs; a gone object takes ${asked.length} requests`);
    const authorities = join(place.directory, "authorities.pem");
    writeFileSync(authorities, rootCertificates.join("\n"));
    for (const [name, env, limit] of [
      ["in a clean environment", clean, 2.2],
      ["with NODE_EXTRA_CA_CERTS", { ...clean, NODE_EXTRA_CA_CERTS: authorities }, 1.4],
    ] as const) {
      const pairs: { readonly hook: number; readonly bare: number; readonly trips: number }[] = [];
      for (let pair = 0; pair < PAIRS; pair += 1) {
        const whole = await hook(env);
        const bare = (await run(["-e", "0"], env)).milliseconds;
        pairs.push({ hook: whole, bare, trips: await roundTrips(asked, simulator.url, clean) });
      }
      const of = (what: "hook" | "bare" | "trips"): string =>
        `${median(pairs.map((pair) => pair[what])).toFixed(1)} ms`;
      console.log(`${name}: hook ${of("hook")}, node -e 0 ${of("bare")}, round trips ${of("trips")} (medians)`);
      const ratio = median(pairs.map(({ hook: whole, bare, trips }) => (whole - trips) / bare));
      judge(`${name}: (hook − round trips) / node -e 0, median of the pairs`, ratio, limit);
    }
    await parts(hook, clean, join(place.directory, "parts.json"));
  } finally {
    await simulator.stop();
    place.remove();
  }
}

/** Each from the one before, as a process that watches itself tells. */
const PARTS = {
  started: "Node.js itself",
  read: "the program is read",
  compiled: "compiled, or taken as it was compiled before",
  connected: "evaluated, up to the first connection",
  ended: "all requests and answers, up to the end",
} as const;

async function parts(
  hook: (env: NodeJS.ProcessEnv, ...flags: readonly string[]) => Promise<number>,
  clean: NodeJS.ProcessEnv,
  file: string,
): Promise<void> {
  const env = { ...clean, BENCH_PARTS_FILE: file };
  const names = Object.keys(PARTS) as (keyof typeof PARTS)[];
  const runs: Record<keyof typeof PARTS, number>[] = [];
  for (let count = 0; count < PAIRS; count += 1) {
    await hook(env, "--require", join(__dirname, "startup-parts.cjs"));
    runs.push(JSON.parse(readFileSync(file, "utf8")) as (typeof runs)[number]);
  }
  for (const [index, name] of names.entries()) {
    const before = names[index - 1];
    const took = median(runs.map((reached) => reached[name] - (before === undefined ? 0 : reached[before])));
    console.log(row([PARTS[name], `${took.toFixed(1)} ms`], [45]));
  }
}

/** These requests on one kept connection. */
async function roundTrips(asked: readonly string[], url: string, env: NodeJS.ProcessEnv): Promise<number> {
  const { OCP_USERNAME = "", OCP_PASSWORD = "" } = env;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const authorization = `Basic ${Buffer.from(`${OCP_USERNAME}:${OCP_PASSWORD}`).toString("base64")}`;
  const get = (path: string): Promise<void> =>
    new Promise((resolve, reject) => {
      http
        .get(`${url}${path}`, { agent, headers: { authorization, accept: "application/json" } }, (response) => {
          response.resume();
          response.once("end", resolve);
        })
        .once("error", reject);
    });
  const start = process.hrtime.bigint();
  for (const path of asked) await get(path);
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
  agent.destroy();
  return milliseconds;
}

void main();

/**
 * What a hook costs whose object is already gone: the whole process against `node -e 0`, pair by pair in one run, less
 * the time of its round trips: the same requests on one connection of a process that is warm already.
 */
import http from "node:http";
import { startSimulator } from "../src/simulator/index.js";
import { hookPlace } from "./hook-place.js";
import { judge, median, run } from "./measure.js";

const PAIRS = Number(process.env["PAIRS"] ?? "41");
const LIMIT = 1.4;

async function main(): Promise<void> {
  const simulator = await startSimulator({ clusters: [{ id: 1, name: "orders" }] });
  const place = hookPlace();
  const env = place.env(simulator, { clusterId: "1", obproxyId: "2", clusterName: "orders" });
  const bare = () => run(["-e", "0"], env);
  const hook = async () => {
    const result = await run([place.program, "delete OBProxy 2"], env);
    if (result.code !== 0 || !result.output.includes("already gone")) throw new Error(result.output);
    return result;
  };
  try {
    await bare();
    await hook();
    const asked = simulator.requests.map(({ path, query }) => `${path}?${new URLSearchParams(query).toString()}`);
    const trips: number[] = [];
    const ratios: number[] = [];
    const hooks: number[] = [];
    const bares: number[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const [a, b] = [await hook(), await bare()];
      const trip = await roundTrips(asked, simulator.url, String(env["OCP_USERNAME"]), String(env["OCP_PASSWORD"]));
      trips.push(trip);
      hooks.push(a.milliseconds);
      bares.push(b.milliseconds);
      ratios.push((a.milliseconds - trip) / b.milliseconds);
    }
    console.log(`${PAIRS} pairs; a gone object takes ${asked.length} requests`);
    console.log(`hook, whole process   median ${median(hooks).toFixed(1)} ms`);
    console.log(`node -e 0             median ${median(bares).toFixed(1)} ms`);
    console.log(`round trips           median ${median(trips).toFixed(1)} ms`);
    judge("(hook − round trips) / node -e 0, median of the pairs", median(ratios), LIMIT);
  } finally {
    await simulator.stop();
    place.remove();
  }
}

/** These requests on one kept connection. */
async function roundTrips(asked: readonly string[], url: string, username: string, password: string): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
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

import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/index.js";
import { published } from "../fixtures/index.js";
import { ask } from "./client.js";

const at = (text: string): number => Date.parse(text);

let simulator: Simulator | undefined;

afterEach(async () => {
  await simulator?.stop();
  simulator = undefined;
});

/** A clock that says `times` one after the other, then the last one for ever. */
function script(...times: number[]): () => number {
  return () => (times.length > 1 ? times.shift()! : times[0]!);
}

async function start(options: SimulatorOptions): Promise<Simulator> {
  simulator = await startSimulator({ tickMs: "manual", ...options });
  return simulator;
}

describe("deleting an OBProxy cluster without OBProxies", () => {
  const addedAt = 0;
  // As published: asked 46 ms before the answer, submitted 24 ms before it.
  const clock = () =>
    script(
      addedAt,
      at("2021-09-03T15:13:22.633+08:00"),
      at("2021-09-03T15:13:22.655+08:00"),
      at("2021-09-03T15:13:22.679+08:00"),
    );
  const trace = { "x-trace-id": "54e4e962c95d4e3e" };

  test.each([
    ["3.1.1", "delete_obproxy_cluster.seed-v3", "192.168.0.1", "192.168.0.1"],
    ["4.2.2", "delete_obproxy_cluster.v4.2.2", "a83ad33525", "xxx.xxx.xxx.xxx"],
    ["4.3.5", "delete_obproxy_cluster.v4.3.5plus", "a83ad33525", "xxx.xxx.xxx.xxx"],
  ])("answers in %s what is published, to the last field", async (version, name, server, executor) => {
    const { url } = await start({
      version,
      clusters: [{ id: 27, name: "orders" }],
      nodes: [{ server, executor }],
      clock: clock(),
    });

    const reply = await ask(url, "DELETE", "/api/v2/obproxy/clusters/27", { headers: trace });

    expect(reply.status).toBe(200);
    expect(reply.json).toEqual(published(`${name}.json`));
  });
});

describe("deleting OBProxy 2 of cluster 1", () => {
  const clusters = [{ id: 1, name: "test", obproxies: [1, 2, 3, 4] }];
  const clock = () =>
    script(
      0,
      at("2021-09-03T16:31:58.145+08:00"),
      at("2021-09-03T16:31:58.151+08:00"),
      at("2021-09-03T16:31:58.162+08:00"),
    );
  const trace = { "x-trace-id": "0fda4c74b7a84932" };

  test.each([
    ["3.1.1", "delete_obproxy.DELETE-dialect.seed-v3", "xxx.xxx.xxx.xxx"],
    ["4.2.2", "delete_obproxy.DELETE-dialect.v4.2.2", "a83ad33525"],
    ["4.3.5", "delete_obproxy.DELETE-dialect.v4.3.5plus", "a83ad33525"],
  ])("by DELETE, answers in %s what is published, to the last field", async (version, name, server) => {
    const { url } = await start({
      version,
      clusters,
      nodes: [{ server, executor: "xxx.xxx.xxx.xxx" }],
      clock: clock(),
      firstTaskId: 33149,
      firstSubtaskId: 34963,
    });

    const reply = await ask(url, "DELETE", "/api/v2/obproxy/clusters/1/obproxies/2", { headers: trace });

    expect(reply.json).toEqual(published(`${name}.json`));
  });

  test("by POST, answers in 4.3.5 what is published, to the last field", async () => {
    const { url } = await start({
      version: "4.3.5",
      clusters,
      nodes: [{ server: "74f95ea2f4", executor: "xxx.xxx.xxx.xxx" }],
      clock: script(
        0,
        at("2025-01-16T17:08:22.695+08:00"),
        at("2025-01-16T17:08:22.719+08:00"),
        at("2025-01-16T17:08:22.78+08:00"),
      ),
      firstTaskId: 13153297,
      firstSubtaskId: 13175940,
    });

    const reply = await ask(url, "POST", "/api/v2/obproxy/clusters/1/servers/delete", {
      body: '{"obproxyServerIds":[2]}',
      headers: { "x-trace-id": "debd595a13b904b7" },
    });

    expect(reply.json).toEqual(published("delete_obproxy.POST-dialect.v4.3.5plus.json"));
  });
});

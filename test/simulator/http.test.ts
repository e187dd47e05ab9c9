import * as http from "node:http";
import { SimulatorOptionError, type SimulatorOptions, startSimulator } from "../../src/simulator/index.js";
import { BASIC } from "./client.js";
import { CLUSTERS, Scene, TASKS } from "./scene.js";

let scene: Scene;

afterEach(() => scene.close());

describe("connections", () => {
  const open = async (): Promise<http.Agent> => {
    scene = await Scene.open();
    return new http.Agent({ keepAlive: true, maxSockets: 1 });
  };

  test("stay open without saying so, for a hundred requests", async () => {
    const agent = await open();
    const connections: unknown[] = [];
    for (let request = 0; request < 101; request += 1) {
      const { headers } = await scene.ask("GET", "/api/v2/time", { agent, authorization: null });
      connections.push(headers.connection);
      expect(headers["keep-alive"]).toBeUndefined();
    }
    expect(connections.indexOf("close")).toBe(99);
    expect(scene.ocp.requests.slice(98).map(({ connection, onConnection }) => [connection, onConnection])).toEqual([
      [1, 99],
      [1, 100],
      [2, 1],
    ]);
    agent.destroy();
  });

  test("end with a 400, and not with a 404", async () => {
    const agent = await open();
    await scene.ask("GET", `${TASKS}/1`, { agent });
    await scene.ask("GET", `${TASKS}/x`, { agent });
    await scene.ask("GET", `${TASKS}/1`, { agent });
    expect(scene.ocp.requests.map(({ connection }) => connection)).toEqual([1, 1, 2]);
    agent.destroy();
  });
});

describe("requests are recorded", () => {
  beforeEach(async () => {
    scene = await Scene.open({ version: "4.3.5" });
  });

  test("with all that a test wants to know", async () => {
    await scene.ask("POST", `${CLUSTERS}/1/servers/delete?dry=1`, { body: '{"obproxyServerIds":[1]}' });
    expect(scene.ocp.requests).toEqual([
      expect.objectContaining({
        method: "POST",
        path: `${CLUSTERS}/1/servers/delete`,
        query: { dry: "1" },
        body: '{"obproxyServerIds":[1]}',
        credentials: "basic",
        cookie: false,
        status: 200,
        cut: false,
        connection: 1,
        onConnection: 1,
      }),
    ]);
  });

  test("without secrets", async () => {
    await scene.ask("GET", CLUSTERS, { headers: { Cookie: "JSESSIONID=SECRET", "X-XSRF-TOKEN": "SECRET" } });
    const record = JSON.stringify(scene.ocp.requests);
    expect(record).not.toContain("SECRET");
    expect(record).not.toContain(BASIC.split(" ")[1]);
    expect(scene.ocp.requests[0]).toMatchObject({ headers: { authorization: "Basic …", cookie: "…" }, cookie: true });
  });

  test("and can be waited for", async () => {
    const next = scene.ocp.nextRequest(({ method }) => method === "DELETE");
    await scene.get(CLUSTERS);
    await scene.delete(`${CLUSTERS}/27`);
    expect(await next).toMatchObject({ method: "DELETE", status: 200 });
  });

  test("until they are cleared", async () => {
    await scene.get(CLUSTERS);
    scene.ocp.clearRequests();
    expect(scene.ocp.requests).toEqual([]);
  });
});

describe("below a path prefix", () => {
  beforeEach(async () => {
    scene = await Scene.open({ pathPrefix: "/ocp" });
  });

  test("everything is as usual", async () => {
    expect(scene.ocp.url).toMatch(/\/ocp$/);
    expect((await scene.get(CLUSTERS)).json?.successful).toBe(true);
  });

  test("redirects name the prefix", async () => {
    const { headers } = await scene.ask("DELETE", `${CLUSTERS}/1`, { authorization: null });
    expect(headers.location).toBe(`${scene.ocp.url}/login`);
  });

  test.each(["/api/v2/time", "/ocpapi/v2/time"])("%s is not found", async (path) => {
    const { host } = new URL(scene.ocp.url);
    expect((await fetch(`http://${host}${path}`)).status).toBe(404);
  });
});

test("fetch understands what is sent, zipped and with a comma in the path", async () => {
  scene = await Scene.open();
  const reply = await fetch(`${scene.ocp.url}${CLUSTERS}/1/obproxies/1%2C2`, {
    method: "DELETE",
    headers: { Authorization: BASIC },
  });
  expect(reply.headers.get("content-encoding")).toBe("gzip");
  expect(await reply.json()).toMatchObject({
    successful: true,
    data: { context: { listMap: { host_ids: ["1", "2"] } } },
  });
});

test("new credentials hold at once, and a session goes on", async () => {
  scene = await Scene.open();
  const { headers } = await scene.get(CLUSTERS);
  const cookie = headers["set-cookie"]!.find((value) => value.startsWith("JSESSIONID"))!.split(";")[0]!;
  scene.ocp.setCredentials({ username: "admin", password: "new" });
  expect((await scene.get(CLUSTERS)).status).toBe(401);
  expect((await scene.ask("GET", CLUSTERS, { headers: { Cookie: cookie } })).status).toBe(200);
});

test("the same seed gives the same traces and cookies", async () => {
  const traces = [];
  for (const seed of [7, 7, 8]) {
    scene = await Scene.open({ seed });
    traces.push((await scene.get(CLUSTERS)).json?.traceId);
    await scene.close();
  }
  expect(traces[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(traces[1]).toBe(traces[0]);
  expect(traces[2]).not.toBe(traces[0]);
});

describe("options that cannot be meant", () => {
  beforeEach(async () => {
    scene = await Scene.open();
  });

  test.each<[string, SimulatorOptions]>([
    ["version", { version: "latest" }],
    ["tickMs", { tickMs: -1 }],
    ["port", { port: 99_999 }],
    ["pathPrefix", { pathPrefix: "ocp/" }],
    ["utcOffset", { utcOffset: "CET" }],
    ["nodes", { nodes: [] }],
    ["firstTaskId", { firstTaskId: 0 }],
    ["cluster id", { clusters: [{ id: "x", name: "x" }] }],
    ["OBProxy id", { clusters: [{ id: 1, name: "x", obproxies: [1.5] }] }],
  ])("`%s` is refused by name", async (name, options) => {
    const starting = startSimulator(options);
    await expect(starting).rejects.toThrow(SimulatorOptionError);
    await expect(starting).rejects.toThrow(`\`${name}\``);
  });

  test.each<[string, () => void]>([
    [
      "OBProxy cluster 99",
      () => {
        scene.ocp.renameCluster(99, "x");
      },
    ],
    [
      "task 99",
      () => {
        scene.ocp.retry(99);
      },
    ],
  ])("what does not exist is named: %s", (text, act) => {
    expect(act).toThrow(text);
  });
});

import { connect } from "node:net";
import {
  type FaultAction,
  inContents,
  inData,
  inPage,
  type RecordedRequest,
  type SimulatorOptions,
} from "../../src/simulator/index.js";
import { published } from "../fixtures/index.js";
import { shapeOf } from "./recording.js";
import { CLUSTERS, Scene, TASKS } from "./scene.js";

let scene: Scene;

beforeEach(async () => {
  scene = await Scene.open();
});

afterEach(() => scene.close());

const DETAIL = `${CLUSTERS}/1`;
const DELETE = `${CLUSTERS}/1/obproxies/1`;

function inject(does: FaultAction): void {
  scene.ocp.inject({ does });
}

describe("a fault", () => {
  test("happens once, if nothing else is said", async () => {
    inject({ kind: "html" });
    expect((await scene.get(DETAIL)).json).toBeUndefined();
    expect((await scene.get(DETAIL)).json?.successful).toBe(true);
  });

  test("happens to the method and path that it is for", async () => {
    scene.ocp.inject({ method: "DELETE", path: /obproxies/, does: { kind: "html" } });
    expect((await scene.get(DETAIL)).json?.successful).toBe(true);
    expect((await scene.delete(`${CLUSTERS}/27`)).json?.successful).toBe(true);
    expect((await scene.delete(DELETE)).json).toBeUndefined();
  });

  test("lets requests through first, and happens as often as is said", async () => {
    const fault = scene.ocp.inject({ after: 1, times: 2, does: { kind: "answer", status: 503 } });
    const statuses = [];
    for (let request = 0; request < 4; request += 1) statuses.push((await scene.get(DETAIL)).status);

    expect(statuses).toEqual([200, 503, 503, 200]);
    expect(fault.hits).toBe(2);
  });

  test("can choose by the request, and be taken back", async () => {
    const fault = scene.ocp.inject({
      when: ({ headers }) => headers["x-trace-id"] === "me",
      times: Infinity,
      does: { kind: "html" },
    });
    const mine = { headers: { "x-trace-id": "me" } };
    expect((await scene.ask("GET", DETAIL, mine)).json).toBeUndefined();
    expect((await scene.get(DETAIL)).status).toBe(200);
    fault.remove();
    expect((await scene.ask("GET", DETAIL, mine)).json?.successful).toBe(true);
  });

  test("stands in the record of the request", async () => {
    inject({ kind: "html" });
    await scene.get(DETAIL);
    expect(scene.ocp.requests[0]).toMatchObject({ fault: "html", status: 200 });
  });
});

describe("answers instead of OCP's", () => {
  test("answer: any status, body and headers", async () => {
    inject({ kind: "answer", status: 502, body: { oops: 1 }, headers: { "X-Proxy": "lb" } });
    const reply = await scene.get(DETAIL);
    expect([reply.status, reply.text, reply.headers["x-proxy"]]).toEqual([502, '{"oops":1}', "lb"]);
  });

  test("error: OCP's envelope", async () => {
    inject({ kind: "error", status: 500, code: 20003 });
    expect((await scene.get(DETAIL)).json).toMatchObject({ successful: false, status: 500, error: { code: 20003 } });
  });

  test.each([["COM10002"], ["CMP07001"], [0], [undefined]])("error: a 404 in general words, code %j", async (code) => {
    inject({ kind: "error", status: 404, ...(code === undefined ? {} : { code }) });
    const { status, json } = await scene.get(DETAIL);
    expect([status, json?.successful, json?.error.code]).toEqual([404, false, code]);
  });

  test("empty: 200 without a body", async () => {
    inject({ kind: "empty" });
    const { status, text, headers } = await scene.get(DETAIL);
    expect([status, text, headers["content-type"]]).toEqual([200, "", "application/json"]);
  });

  test("redirect: to the login page", async () => {
    inject({ kind: "redirect" });
    const { status, headers } = await scene.get(DETAIL);
    expect([status, headers.location]).toEqual([302, `${scene.ocp.url}/login`]);
  });

  test("tooManyRequests: as documented", async () => {
    inject({ kind: "tooManyRequests", resetSeconds: 53 });
    const { status, headers, json } = await scene.get(DETAIL);
    expect([status, headers["ratelimit-reset"], headers["retry-after"]]).toEqual([429, "53", undefined]);
    expect(shapeOf(json)).toEqual(shapeOf(published("error_429_rate_limited.documented.json")));
  });

  test("raw: these bytes", async () => {
    inject({ kind: "raw", bytes: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" });
    expect((await scene.get(DETAIL)).text).toBe("{}");
  });

  test("metadbOutage leaves /time alone", async () => {
    inject({ kind: "metadbOutage" });
    expect((await scene.ask("GET", "/api/v2/time", { authorization: null })).status).toBe(200);
  });
});

describe("answers of OCP's that come out wrong, though the work is done", () => {
  const isSubmitted = (): boolean => scene.ocp.tasks.length === 1;

  test("truncated: half of the JSON", async () => {
    inject({ kind: "truncated" });
    const { status, text, json } = await scene.delete(DELETE);
    expect([status, text.startsWith('{"data":'), json, isSubmitted()]).toEqual([200, true, undefined, true]);
  });

  test("cut: a connection that breaks in the middle", async () => {
    inject({ kind: "cut" });
    await expect(scene.delete(DELETE)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(isSubmitted()).toBe(true);
  });

  test("lostAnswer: a connection that breaks before", async () => {
    inject({ kind: "lostAnswer" });
    await expect(scene.delete(DELETE)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(isSubmitted()).toBe(true);
    expect(scene.ocp.requests[0]).toMatchObject({ cut: true, status: undefined });
  });

  test("reset: a connection that breaks before anything is done", async () => {
    inject({ kind: "reset" });
    await expect(scene.delete(DELETE)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(isSubmitted()).toBe(false);
  });

  test("rewrite: another JSON", async () => {
    inject({ kind: "rewrite", change: (body) => ({ ...(body as object), status: 299 }) });
    expect((await scene.delete(DELETE)).json?.status).toBe(299);
  });

  test("rewrite: another JSON for one request than for another", async () => {
    const change = (body: unknown, { path }: RecordedRequest): unknown => ({ ...(body as object), server: path });
    scene.ocp.inject({ times: 2, does: { kind: "rewrite", change } });
    expect((await scene.get(DETAIL)).json?.server).toBe(DETAIL);
    expect((await scene.get(CLUSTERS)).json?.server).toBe(CLUSTERS);
  });

  test("rewrite: another object", async () => {
    inject({ kind: "rewrite", change: inData((data) => ({ ...data, obproxies: undefined })) });
    const { data } = (await scene.get(DETAIL)).json!;
    expect([data.name, data.obproxies]).toEqual(["test", undefined]);
  });

  test("rewrite: other entries of a list, which goes on counting those that were", async () => {
    inject({ kind: "rewrite", change: inContents((entries) => [...entries.slice(1), { id: "?" }]) });
    const { data } = (await scene.get(CLUSTERS)).json!;
    expect(data.contents.map(({ id }) => id)).toEqual([27, "?"]);
    expect(data.page).toMatchObject({ totalElements: 2 });
  });

  test("rewrite: other totals of a list", async () => {
    inject({ kind: "rewrite", change: inPage({ totalElements: 1, totalPages: undefined }) });
    const { data } = (await scene.get(CLUSTERS)).json!;
    expect(data.contents).toHaveLength(2);
    expect(data.page).toEqual({ number: 1, size: 10, totalElements: 1 });
  });

  test("rewrite: answers that are no list, and lists that have no pages, stay as they are", async () => {
    scene.ocp.inject({ times: 2, does: { kind: "rewrite", change: inContents(() => []) } });
    expect((await scene.get(DETAIL)).json?.data.name).toBe("test");
    expect((await scene.get("/api/v2/info")).text).toContain("ocp-server");
  });

  test("misread: a page that was not asked for", async () => {
    inject({ kind: "misread", query: { page: undefined, size: "1" } });
    const { data } = (await scene.get(`${CLUSTERS}?page=2&size=20`)).json!;
    expect(data.contents.map(({ id }) => id)).toEqual([1]);
    expect(data.page).toEqual({ number: 1, size: 1, totalElements: 2, totalPages: 2 });
  });

  test("meanwhile: a task that leaves the filter lets another one slip between two pages", async () => {
    const past = { name: "Offline obproxy", status: "FAILED" } as const;
    const ids = scene.ocp.addPastTasks(4, past).map(({ id }) => Number(id));
    const newest = ids.at(-1)!;
    const page = async (number: number): Promise<readonly (number | string)[]> =>
      (await scene.get(`${TASKS}?status=FAILED&size=2&page=${number}`)).json!.data.contents.map(({ id }) => id);
    const pages = [await page(1)];
    inject({
      kind: "meanwhile",
      happens: () => {
        scene.ocp.retry(newest);
      },
    });
    pages.push(await page(2));
    expect(pages).toEqual([[newest, ids[2]], [ids[0]]]);
  });

  test("hang: nothing, until the simulator ends", async () => {
    inject({ kind: "hang" });
    const arrival = scene.ocp.nextArrival();
    const broken = expect(scene.delete(DELETE)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await arrival).toMatchObject({ method: "DELETE", status: undefined });
    await scene.ocp.stop();
    await broken;
    expect(isSubmitted()).toBe(false);
  });

  test("hang: all as usual, but later", async () => {
    inject({ kind: "hang", ms: 1 });
    expect((await scene.delete(DELETE)).status).toBe(200);
  });

  test("hang: all as usual, as soon as something else has happened", async () => {
    let release = (): void => undefined;
    inject({ kind: "hang", until: new Promise<void>((resolve) => (release = resolve)) });
    const arrival = scene.ocp.nextArrival();
    const reply = scene.delete(DELETE);
    expect(await arrival).toMatchObject({ status: undefined });
    expect(isSubmitted()).toBe(false);
    release();
    expect((await reply).status).toBe(200);
  });

  test("slow: done at once, told later", async () => {
    inject({ kind: "slow", ms: 1 });
    expect((await scene.delete(DELETE)).status).toBe(200);
  });
});

describe("permissions", () => {
  test.each<[keyof NonNullable<SimulatorOptions["permissions"]>, string, string]>([
    ["readObproxy", "GET", DETAIL],
    ["deleteObproxy", "DELETE", DELETE],
    ["deleteObproxy", "DELETE", DETAIL],
    ["readTasks", "GET", "/api/v2/tasks/instances"],
    ["readTasks", "GET", "/api/v2/tasks/instances/1/subtasks/1/log"],
    ["manageTasks", "POST", "/api/v2/tasks/instances/1/retry"],
  ])("without %s, %s %s is 403", async (permission, method, path) => {
    scene.ocp.setPermissions({ [permission]: false });
    const { status, json } = await scene.ask(method, path);
    expect([status, json?.error.code]).toEqual([403, 11000]);
    expect(scene.ocp.tasks).toEqual([]);
  });
});

describe("a rate limit", () => {
  test("counts down, refuses, and starts anew with the next window", async () => {
    let now = 0;
    const limited = await Scene.open({ rateLimit: { limit: 2, windowSeconds: 10 }, clock: () => now });
    const look = async (): Promise<readonly unknown[]> => {
      const { status, headers } = await limited.get(DETAIL);
      return [status, headers["ratelimit-remaining"], headers["ratelimit-reset"]];
    };
    expect(await look()).toEqual([200, "1", "10"]);
    now = 4000;
    expect(await look()).toEqual([200, "0", "6"]);
    expect(await look()).toEqual([429, "0", "6"]);
    now = 10_000;
    expect(await look()).toEqual([200, "1", "10"]);
    await limited.close();
  });
});

describe("what the simulator leaves behind", () => {
  test("an idle connection does not keep it from stopping", async () => {
    const socket = connect(Number(new URL(scene.ocp.url).port), "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => undefined);
    await scene.ocp.stop();
    await closed;
  });
});

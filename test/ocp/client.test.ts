import type { OcpApi } from "../../src/ocp/api.js";
import { createOcpClient, type OcpClientOptions } from "../../src/ocp/client.js";
import { OcpConfigError } from "../../src/ocp/errors.js";
import { CLUSTER, errorOf, failure, send, success, TASK } from "./support/answers.js";
import { httpServer, type Respond, type Running, type Seen } from "./support/server.js";

const BASIC = { kind: "basic", username: "admin", password: "hunter2-secret" } as const;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function ocp(
  respond: Respond,
  options: Partial<OcpClientOptions> = {},
  prefix = "",
): Promise<{ api: OcpApi; server: Running & { seen: Seen[] } }> {
  const server = await httpServer(respond);
  const api = createOcpClient({ baseUrl: `http://127.0.0.1:${server.port}${prefix}`, credentials: BASIC, ...options });
  open.push(api, server);
  return { api, server };
}

describe("requests", () => {
  const deletion = { clusterId: "27", obproxyIds: ["10", "9", "10"] };

  test.each<[string, (api: OcpApi) => Promise<unknown>, string, string]>([
    ["version", (api) => api.version(), "GET /api/v2/info", ""],
    ["cluster", (api) => api.cluster("27"), "GET /api/v2/obproxy/clusters/27", ""],
    [
      "clusters",
      (api) => api.clusters({ page: 1, size: 200 }),
      "GET /api/v2/obproxy/clusters?page=1&size=200&sort=id%2Cdesc",
      "",
    ],
    [
      "tasks",
      (api) => api.tasks({ status: ["RUNNING", "FAILED"], page: 1, size: 50 }),
      "GET /api/v2/tasks/instances?page=1&size=50&sort=id%2Cdesc&status=RUNNING%2CFAILED",
      "",
    ],
    ["task", (api) => api.task("7"), "GET /api/v2/tasks/instances/7", ""],
    ["log", (api) => api.subtaskLog("7", "8"), "GET /api/v2/tasks/instances/7/subtasks/8/log", ""],
    ["retry", (api) => api.retryTask("7"), "POST /api/v2/tasks/instances/7/retry", ""],
    ["deleteCluster", (api) => api.deleteCluster("27"), "DELETE /api/v2/obproxy/clusters/27", ""],
    [
      "deleteObproxies",
      (api) => api.deleteObproxies({ dialect: "DELETE", ...deletion }),
      "DELETE /api/v2/obproxy/clusters/27/obproxies/9,10",
      "",
    ],
    [
      "deleteObproxies by POST",
      (api) => api.deleteObproxies({ dialect: "POST", ...deletion }),
      "POST /api/v2/obproxy/clusters/27/servers/delete",
      '{"obproxyServerIds":[9,10]}',
    ],
    [
      "deleteObproxies beyond 2^53",
      (api) =>
        api.deleteObproxies({
          dialect: "POST",
          clusterId: "27",
          obproxyIds: ["9007199254740993", "2"],
          skipHostOperationIds: ["9007199254740993"],
        }),
      "POST /api/v2/obproxy/clusters/27/servers/delete",
      '{"obproxyServerIds":[2,9007199254740993],"skipHostOperationServerIds":[9007199254740993]}',
    ],
  ])("%s", async (_, call, line, body) => {
    const { api, server } = await ocp(
      (_seen, response) => {
        send(response, 404, failure(404, 1, "no"));
      },
      {},
      "//ocp///",
    );
    await errorOf(call(api));
    const [seen] = server.seen;
    const [method, path] = line.split(" ");
    expect([seen!.method, seen!.url, seen!.body]).toEqual([method, `/ocp${path!}`, body]);
  });

  test("carry exactly the headers that OCP needs", async () => {
    const { api, server } = await ocp((_seen, response) => {
      send(response, 200, success(TASK));
    });
    await api.deleteObproxies({ dialect: "POST", ...deletion });
    expect(server.seen[0]!.headers).toEqual({
      host: `127.0.0.1:${server.port}`,
      accept: "application/json",
      "accept-language": "en-US",
      "user-agent": "cdktf-obproxy",
      "content-type": "application/json",
      "content-length": "27",
      connection: "close",
      authorization: `Basic ${Buffer.from("admin:hunter2-secret").toString("base64")}`,
    });
  });

  test("without a body have no content type, and cookies are not sent back", async () => {
    const { api, server } = await ocp((_seen, response) => {
      send(response, 200, success({ ...CLUSTER }), { "set-cookie": "JSESSIONID=1; Path=/" });
    });
    await api.cluster("27");
    await api.cluster("27");
    expect(Object.keys(server.seen[1]!.headers).sort()).toEqual(
      ["accept", "accept-language", "authorization", "connection", "host", "user-agent"].sort(),
    );
  });

  test("with an access key are signed over host, date and path", async () => {
    const credentials = { kind: "aksk", accessKeyId: "ak", accessKeySecret: "sk-secret" } as const;
    const now = () => Date.UTC(2023, 0, 17, 9, 13, 57);
    const { api, server } = await ocp(
      (_s, response) => {
        send(response, 200, success(TASK));
      },
      { credentials, now },
    );
    await api.deleteCluster("27");
    const { authorization, date, host } = server.seen[0]!.headers;
    expect([date, host]).toEqual(["Tue, 17 Jan 2023 09:13:57 GMT", `127.0.0.1:${server.port}`]);
    expect(authorization).toMatch(/^OCP-ACCESS-KEY-HMACSHA1 ak:[\w+/]{27}=$/);
  });

  test.each<[string, (api: OcpApi) => Promise<unknown>]>([
    ["an id that is none", (api) => api.cluster("27/../1")],
    ["id 0", (api) => api.task("0")],
    ["no ids", (api) => api.deleteObproxies({ dialect: "DELETE", clusterId: "27", obproxyIds: [] })],
    ["an empty id", (api) => api.deleteObproxies({ dialect: "DELETE", clusterId: "27", obproxyIds: [""] })],
    [
      "skipped hosts in the old dialect",
      (api) => api.deleteObproxies({ dialect: "DELETE", ...deletion, skipHostOperationIds: ["9"] }),
    ],
  ])("with %s are not sent", async (_, call) => {
    const { api, server } = await ocp((_s, response) => {
      send(response, 200, success(TASK));
    });
    await expect(call(api)).rejects.toBeInstanceOf(OcpConfigError);
    expect(server.seen).toHaveLength(0);
  });
});

describe("answers", () => {
  test("a task carries the trace id of its answer", async () => {
    const { api } = await ocp((_s, response) => {
      send(response, 200, { ...success(TASK), traceId: "0bc4" });
    });
    expect(await api.task("31440")).toMatchObject({ id: "31440", status: "RUNNING", traceId: "0bc4" });
  });

  test("about something else than what was asked for are not OCP's", async () => {
    const { api } = await ocp((_s, response) => {
      send(response, 200, success(CLUSTER));
    });
    const error = await errorOf(api.cluster("28"));
    expect([error.kind, error.message]).toEqual(["not-ocp", expect.stringContaining("`data.id` is 27 instead of 28")]);
  });

  test("the version comes without an envelope", async () => {
    const { api } = await ocp((_s, response) => {
      send(response, 200, { buildVersion: "4.3.6-SNAPSHOT" });
    });
    expect(await api.version()).toMatchObject({ major: 4, minor: 3, patch: 6 });
  });

  test("a retry needs no data", async () => {
    const { api } = await ocp((_s, response) => {
      send(response, 200, { successful: true, status: 200 });
    });
    await expect(api.retryTask("7")).resolves.toBeUndefined();
  });

  const cases: readonly (readonly [string, number, unknown, object, string, string])[] = [
    ["401", 401, failure(401, 0, "admin"), {}, "unauthenticated", "of a locked account; OCP says: admin"],
    ["403", 403, failure(403, 30014, "Not authorized"), {}, "forbidden", "Not authorized (code 30014)"],
    ["429", 429, failure(429, 0, "Excessive"), {}, "throttled", "too many requests"],
    ["302", 302, "", { location: "http://127.0.0.1/login" }, "redirected", "302 to http://127.0.0.1/login"],
    ["404 of OCP", 404, failure(404, 21001, "gone"), {}, "not-found", "gone (code 21001)"],
    ["404 with letters", 404, failure(404, "ODP21001", "gone"), {}, "not-found", "gone (code ODP21001)"],
    [
      "404 in general words",
      404,
      failure(404, "COM10002", "not found"),
      {},
      "refused",
      "404: not found (code COM10002)",
    ],
    ["404 about a host", 404, failure(404, "CMP07001", "no host"), {}, "refused", "no host (code CMP07001)"],
    ["404 with code 0", 404, failure(404, 0, "Not Found"), {}, "refused", "404: Not Found"],
    ["404 without a code", 404, { ...failure(404, 0, ""), error: { message: "No" } }, {}, "refused", "404: No"],
    ["404 about a task", 404, failure(404, "TSK10001", "no task"), {}, "refused", "no task (code TSK10001)"],
    ["404 about an OBProxy", 404, failure(404, 21002, "no OBProxy"), {}, "refused", "no OBProxy (code 21002)"],
    ["404 of another room", 404, failure(404, "CMP21001", "no"), {}, "refused", "no (code CMP21001)"],
    ["404 with a negative code", 404, failure(404, -21001, "no"), {}, "refused", "no (code -21001)"],
    ["404 with an odd code", 404, failure(404, "_21001", "no"), {}, "refused", "no (code _21001)"],
    ["404 of somebody else", 404, "<html><title>nginx</title>", { "content-type": "text/html" }, "not-ocp", "“nginx”"],
    ["404 of Spring", 404, { status: 404, error: "Not Found" }, {}, "not-ocp", "Not Found"],
    ["400 with 21001", 400, failure(400, 21001, "gone"), {}, "not-found", "gone"],
    ["400 with ODP21001", 400, failure(400, "ODP21001", "gone"), {}, "not-found", "ODP21001"],
    ["400 with a task's code", 400, failure(400, 20000, "no task"), {}, "refused", "20000"],
    ["400 with a parameter's code", 400, failure(400, "COM10001", "bad"), {}, "refused", "COM10001"],
    ["409 busy", 409, failure(409, "ODP21010", "busy"), {}, "refused", "busy (code ODP21010)"],
    ["500 with a not-found code", 500, failure(500, 21001, "gone"), {}, "server-error", "gone"],
    ["502 of a gateway", 502, "<html>bad gateway", { "content-type": "text/html" }, "server-error", "an HTML page"],
    ["200 refused", 200, failure(200, 21010, "busy"), {}, "refused", "busy"],
    ["200 not found", 200, failure(200, 21001, "gone"), {}, "refused", "gone"],
    [
      "200 HTML",
      200,
      "<!doctype html><title>OCP</title>",
      { "content-type": "text/html", allow: "GET" },
      "not-ocp",
      "allows only GET",
    ],
    ["200 JSON as text", 200, success(CLUSTER), { "content-type": "text/plain" }, "not-ocp", "text/plain: “{"],
    ["200 empty", 200, "", {}, "not-ocp", "an empty body"],
    ["200 cut", 200, '{"data":{"id":27', {}, "not-ocp", "broken or cut off JSON"],
    ["200 without envelope", 200, CLUSTER, {}, "not-ocp", "whose `successful` is missing"],
    ["200 without data", 200, { successful: true }, {}, "not-ocp", "`data` is missing instead of an object"],
    ["200 with successful as text", 200, { ...success(CLUSTER), successful: "true" }, {}, "not-ocp", 'the text "true"'],
    ["200 a list", 200, [], {}, "not-ocp", "[]"],
    ["200 compressed", 200, "x", { "content-encoding": "gzip" }, "not-ocp", "Content-Encoding: gzip"],
    ["204", 204, "", {}, "not-ocp", "an empty body"],
  ];

  test.each(cases)("%s", async (_, status, body, headers, kind, text) => {
    const { api } = await ocp((_s, response) => {
      send(response, status, body, headers);
    });
    const error = await errorOf(api.cluster("27"));
    expect([error.kind, error.status]).toEqual([kind, status]);
    expect(error.message).toContain(`GET ${api.baseUrl}/api/v2/obproxy/clusters/27 `);
    expect(error.message).toContain(text);
  });

  test.each<[string, (api: OcpApi) => Promise<unknown>, number, number | string, string]>([
    [
      "a server",
      (api) => api.deleteObproxies({ dialect: "DELETE", clusterId: "27", obproxyIds: ["3"] }),
      400,
      21002,
      "not-found",
    ],
    ["a cluster", (api) => api.deleteCluster("27"), 400, 21002, "refused"],
    ["a task", (api) => api.task("7"), 400, 20000, "not-found"],
    ["a task of OCP 3", (api) => api.task("7"), 400, 4001, "not-found"],
    ["a task of OCP 4", (api) => api.subtaskLog("7", "8"), 400, "TSK10001", "not-found"],
    ["a task of OCP 4, without letters", (api) => api.task("7"), 404, 10001, "not-found"],
    ["a parameter, or a task", (api) => api.task("7"), 400, 10001, "refused"],
    ["a parameter", (api) => api.task("7"), 404, "COM10001", "refused"],
    ["something", (api) => api.task("7"), 404, "COM10002", "refused"],
    ["nothing", (api) => api.task("7"), 404, 0, "refused"],
    ["a cluster, where a task was asked for", (api) => api.task("7"), 404, 21001, "refused"],
    [
      "a server, in general words",
      (api) => api.deleteObproxies({ dialect: "DELETE", clusterId: "27", obproxyIds: ["3"] }),
      404,
      "COM10002",
      "refused",
    ],
    [
      "a server's cluster",
      (api) => api.deleteObproxies({ dialect: "DELETE", clusterId: "27", obproxyIds: ["3"] }),
      404,
      "ODP21001",
      "not-found",
    ],
    ["a task in the wrong state", (api) => api.retryTask("7"), 400, 20003, "refused"],
    ["nothing: a list cannot be missing", (api) => api.clusters({ page: 1, size: 200 }), 404, 20000, "refused"],
    ["nothing: the version cannot be missing", (api) => api.version(), 404, 20000, "refused"],
  ])("codes are read as being about %s", async (_, call, status, code, kind) => {
    const { api } = await ocp((_s, response) => {
      send(response, status, failure(status, code, "words"));
    });
    expect((await errorOf(call(api))).kind).toBe(kind);
  });

  test("errors carry code, words and trace id", async () => {
    const { api } = await ocp((_s, response) => {
      send(response, 400, failure(400, "ODP21010", "cluster is busy"));
    });
    expect(await errorOf(api.deleteCluster("27"))).toMatchObject({
      kind: "refused",
      method: "DELETE",
      url: `${api.baseUrl}/api/v2/obproxy/clusters/27`,
      code: 21010,
      codeText: "ODP21010",
      ocpMessage: "cluster is busy",
      traceId: "feed",
    });
  });

  test("errors do not repeat the password, not even when OCP does", async () => {
    const { api } = await ocp((_s, response) => {
      send(response, 401, failure(401, 0, "hunter2-secret is wrong"));
    });
    const error = await errorOf(api.cluster("27"));
    expect([error.message, error.ocpMessage].join()).not.toContain("hunter2");
  });

  test.each([
    [429, { "ratelimit-reset": "53" }, 53_000],
    [429, { "retry-after": "7", "ratelimit-reset": "3" }, 7_000],
    [429, { "retry-after": "Sun, 22 Nov 2026 13:00:20 GMT", date: "Sun, 22 Nov 2026 13:00:00 GMT" }, 20_000],
    [429, { "ratelimit-reset": "999999999" }, 3_600_000],
    [429, { "ratelimit-reset": "soon" }, undefined],
    [503, { "retry-after": "5", "ratelimit-reset": "53" }, 5_000],
    [500, { "ratelimit-reset": "53" }, undefined],
  ])("%d with %j asks to wait %s ms", async (status, headers, wait) => {
    const { api } = await ocp((_s, response) => {
      send(response, status, failure(status, 0, "later"), headers);
    });
    expect((await errorOf(api.cluster("27"))).retryAfterMs).toBe(wait);
  });

  test("the difference of the clocks is kept and told with a 401", async () => {
    const now = () => Date.UTC(2026, 10, 22, 13, 0, 0);
    const headers = { date: "Sun, 22 Nov 2026 13:20:00 GMT" };
    const { api } = await ocp(
      (_s, response) => {
        send(response, 401, failure(401, 0, "no"), headers);
      },
      { now },
    );
    const error = await errorOf(api.cluster("27"));
    expect(error.clockSkewMs).toBe(20 * 60_000);
    expect(error.message).toContain("this machine's clock is 20 minutes off OCP's");
  });
});

describe("lists", () => {
  test("are read one page at a time, with all that was asked for", async () => {
    const { api, server } = await ocp((_s, response) => {
      send(response, 200, success({ contents: [CLUSTER], page: { totalElements: 3, totalPage: 2, number: 2 } }));
    });
    expect(await api.clusters({ page: 2, size: 2 })).toEqual({
      entries: [expect.objectContaining({ id: "27" })],
      unread: [],
      totalElements: 3,
      totalPages: 2,
    });
    await api.tasks({ status: [], name: "Offline obproxy", page: 3, size: 7 });
    expect(server.seen.map(({ url }) => url)).toEqual([
      "/api/v2/obproxy/clusters?page=2&size=2&sort=id%2Cdesc",
      "/api/v2/tasks/instances?name=Offline%20obproxy&page=3&size=7&sort=id%2Cdesc",
    ]);
  });

  test("keep what they understand, and say what they do not", async () => {
    const { api } = await ocp((_s, response) => {
      send(response, 200, success({ contents: [{ ...TASK, status: 5 }, TASK] }));
    });
    expect(await api.tasks({ status: ["FAILED"], page: 1, size: 10 })).toEqual({
      entries: [expect.objectContaining({ id: "31440" })],
      unread: [
        { id: "31440", name: "Offline obproxy", why: "`data.contents[0].status` is the number 5 instead of a text" },
      ],
    });
  });

  test.each([[{}], [{ contents: null }], [{ contents: { id: 1 } }]])("of %j are none", async (data) => {
    const { api } = await ocp((_s, response) => {
      send(response, 200, success(data));
    });
    expect((await errorOf(api.clusters({ page: 1, size: 10 }))).kind).toBe("not-ocp");
  });
});

describe("the time that is left", () => {
  test("ends a request that hangs, and the error says so", async () => {
    const { api } = await ocp(() => undefined, { timeLeftMs: () => 50 });
    const error = await errorOf(api.cluster("27"));
    expect([error.kind, error.message]).toEqual([
      "lost",
      expect.stringContaining("got no answer within 50 ms, and then the time was up"),
    ]);
  });

  test("ends a delete that hangs too", async () => {
    const { api } = await ocp(() => undefined, { timeLeftMs: () => 50 });
    expect((await errorOf(api.deleteCluster("27"))).message).toContain("the time was up");
  });

  test("that is longer than a request may take changes nothing", async () => {
    const { api } = await ocp(() => undefined, { timeLeftMs: () => 1000, requestTimeoutMs: 50 });
    const error = await errorOf(api.cluster("27"));
    expect(error.message).toMatch(/got no answer within 50 ms$/);
  });

  test.each([0, -5, 0.5, Number.NaN])("%s ms: nothing is sent", async (left) => {
    const { api, server } = await ocp(
      (_s, response) => {
        send(response, 200, success(TASK));
      },
      { timeLeftMs: () => left },
    );
    const errors = [await errorOf(api.cluster("27")), await errorOf(api.deleteCluster("27"))];
    expect(errors.map(({ kind, message }) => [kind, message])).toEqual(
      ["GET", "DELETE"].map((method) => [
        "unreachable",
        `${method} ${api.baseUrl}/api/v2/obproxy/clusters/27 was not sent, because the time is up`,
      ]),
    );
    expect(server.seen).toHaveLength(0);
  });

  test("is asked for anew for each request", async () => {
    const left = [60_000, 0];
    const { api, server } = await ocp(
      (_s, response) => {
        send(response, 200, success(CLUSTER));
      },
      { timeLeftMs: () => left.shift() ?? 0 },
    );
    await api.cluster("27");
    await errorOf(api.cluster("27"));
    expect(server.seen).toHaveLength(1);
  });
});

test.each([
  [{ baseUrl: "ocp" }, "is not a URL"],
  [{ credentials: { kind: "basic", username: "a:b", password: "x" } }, "contains a colon"],
  [{ ca: "no pem" }, "holds no certificate"],
  [{ ca: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" }, "holds no certificate"],
  [{ env: { HTTP_PROXY: "socks5://x" } }, "HTTP_PROXY is “socks5://x”"],
] as const)("options that cannot be right are refused at once: %j", (change, text) => {
  const create = () => createOcpClient({ baseUrl: "http://ocp.example.com", credentials: BASIC, ...change });
  expect(create).toThrow(OcpConfigError);
  expect(create).toThrow(text);
});

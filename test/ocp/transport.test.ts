import net from "node:net";
import type { OcpApi } from "../../src/ocp/api.js";
import { createOcpClient, type OcpClientOptions } from "../../src/ocp/client.js";
import { parseBaseUrl } from "../../src/ocp/base-url.js";
import { proxyFor } from "../../src/ocp/proxy.js";
import { CLUSTER, errorOf, failure, send, success, TASK } from "./support/answers.js";
import { closedPort, httpServer, onRequest, playing, rawServer, type Respond, selfSigned } from "./support/server.js";

const BASIC = { kind: "basic", username: "admin", password: "hunter2-secret" } as const;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

function opened<T extends { close(): Promise<void> }>(each: T): T {
  open.push(each);
  return each;
}

function client(baseUrl: string, options: Partial<OcpClientOptions> = {}): OcpApi {
  return opened(createOcpClient({ baseUrl, credentials: BASIC, ...options }));
}

function raw(bytes: string): string {
  return bytes.replace(/\n/g, "\r\n");
}

function json(body: unknown): string {
  const text = JSON.stringify(body);
  return `${raw(`HTTP/1.1 200 \nContent-Type: application/json\nContent-Length: ${Buffer.byteLength(text)}\n\n`)}${text}`;
}

const ok: Respond = (seen, response) => {
  send(response, 200, success(seen.method === "GET" ? CLUSTER : TASK));
};

describe("a request that was certainly not sent is `unreachable`", () => {
  test("connection refused", async () => {
    const error = await errorOf(client(`http://127.0.0.1:${await closedPort()}`).deleteCluster("27"));
    expect([error.kind, error.message]).toEqual([
      "unreachable",
      expect.stringContaining("got no connection: connect ECONNREFUSED"),
    ]);
  });

  test("refused on every address of a name", async () => {
    const error = await errorOf(client(`http://localhost:${await closedPort()}`).deleteCluster("27"));
    expect([error.kind, error.message]).toEqual(["unreachable", expect.stringContaining("ECONNREFUSED")]);
  });

  test("a name that does not exist", async () => {
    const error = await errorOf(client("http://ocp.invalid").deleteCluster("27"));
    expect(error.kind).toBe("unreachable");
  });

  test("a connection that does not come to stand in time", async () => {
    // A TCP server that never answers the TLS handshake.
    const server = opened(await rawServer(() => undefined));
    const api = client(`https://127.0.0.1:${server.port}`, { connectTimeoutMs: 50 });
    const error = await errorOf(api.deleteCluster("27"));
    expect([error.kind, error.message]).toEqual([
      "unreachable",
      expect.stringContaining("got no connection within 50 ms"),
    ]);
  });

  test("a server that speaks no TLS", async () => {
    const server = opened(
      await rawServer((socket) => {
        socket.once("data", () => socket.end("HTTP/1.1 400 \r\n\r\n"));
      }),
    );
    const error = await errorOf(client(`https://127.0.0.1:${server.port}`).deleteCluster("27"));
    expect([error.kind, error.message]).toEqual([
      "unreachable",
      expect.stringContaining("plain http instead of https"),
    ]);
  });
});

describe("a request that may have been sent is `lost`", () => {
  test("closed without a byte", async () => {
    const server = opened(
      await rawServer((socket) => {
        onRequest(socket, () => socket.end());
      }),
    );
    const error = await errorOf(client(`http://127.0.0.1:${server.port}`).deleteCluster("27"));
    expect([error.kind, server.connections()]).toEqual(["lost", 1]);
    expect(error.message).toContain("lost its connection before the answer");
  });

  test("reset without a byte", async () => {
    const server = opened(
      await rawServer((socket) => {
        onRequest(socket, () => socket.resetAndDestroy());
      }),
    );
    const error = await errorOf(client(`http://127.0.0.1:${server.port}`).deleteCluster("27"));
    expect([error.kind, server.connections()]).toEqual(["lost", 1]);
  });

  test("cut within the head", async () => {
    const server = opened(await rawServer(playing("HTTP/1.1 200 \r\nContent-Ty")));
    expect((await errorOf(client(`http://127.0.0.1:${server.port}`).deleteCluster("27"))).kind).toBe("lost");
  });

  test("cut within the body", async () => {
    const server = opened(await rawServer(playing(json(success(TASK)).slice(0, -5))));
    const error = await errorOf(client(`http://127.0.0.1:${server.port}`).deleteCluster("27"));
    expect([error.kind, error.message]).toEqual(["lost", expect.stringContaining("within the answer")]);
  });

  test("cut within a chunked body", async () => {
    const head = raw("HTTP/1.1 200 \nContent-Type: application/json\nTransfer-Encoding: chunked\n\n");
    const server = opened(await rawServer(playing(`${head}20\r\n{"data":`)));
    expect((await errorOf(client(`http://127.0.0.1:${server.port}`).deleteCluster("27"))).kind).toBe("lost");
  });

  test("no answer in time", async () => {
    const server = opened(
      await rawServer((socket) => {
        onRequest(socket, () => undefined);
      }),
    );
    const error = await errorOf(client(`http://127.0.0.1:${server.port}`, { deleteTimeoutMs: 60 }).deleteCluster("27"));
    expect([error.kind, error.message]).toEqual(["lost", expect.stringContaining("got no answer within 60 ms")]);
  });

  test("an answer that drips on for ever", async () => {
    const server = opened(
      await rawServer((socket) => {
        onRequest(socket, () => {
          socket.write(raw("HTTP/1.1 200 \nContent-Type: application/json\nContent-Length: 100000\n\n{"));
        });
      }),
    );
    const error = await errorOf(client(`http://127.0.0.1:${server.port}`, { requestTimeoutMs: 60 }).cluster("27"));
    expect(error.kind).toBe("lost");
  });
});

describe("an answer that is not as HTTP should be is not OCP's", () => {
  test.each([
    ["another protocol", "220 mail.example.com ESMTP\r\n"],
    ["chunks that are none", raw("HTTP/1.1 200 \nTransfer-Encoding: chunked\n\n{}")],
    ["a head without end", `HTTP/1.1 200 \r\nX: ${"x".repeat(200_000)}\r\n\r\n`],
  ])("%s", async (_, bytes) => {
    const server = opened(await rawServer(playing(bytes)));
    expect((await errorOf(client(`http://127.0.0.1:${server.port}`).cluster("27"))).kind).toBe("not-ocp");
  });

  test("more than 8 MiB", async () => {
    const { port } = opened(
      await httpServer((_s, response) => {
        send(response, 200, `"${"x".repeat(9 * 1024 * 1024)}"`);
      }),
    );
    const error = await errorOf(client(`http://127.0.0.1:${port}`).cluster("27"));
    expect([error.kind, error.message]).toEqual(["not-ocp", expect.stringContaining("more than 8 MiB")]);
  });
});

describe("connections", () => {
  test("GETs share one, one after the other", async () => {
    const server = opened(await httpServer(ok));
    const api = client(`http://127.0.0.1:${server.port}`);
    for (let i = 0; i < 3; i++) await api.cluster("27");
    expect(server.connections()).toBe(1);
  });

  test("GETs at the same time do not wait for each other", async () => {
    const waiting: (() => void)[] = [];
    const server = opened(
      await httpServer((seen, response) => {
        waiting.push(() => {
          ok(seen, response);
        });
        if (waiting.length === 2) for (const answer of waiting) answer();
      }),
    );
    const api = client(`http://127.0.0.1:${server.port}`);
    await Promise.all([api.cluster("27"), api.cluster("27")]);
    expect(server.connections()).toBe(2);
  });

  test("a delete has one of its own, closed afterwards", async () => {
    const server = opened(await httpServer(ok));
    const api = client(`http://127.0.0.1:${server.port}`);
    await api.cluster("27");
    await api.deleteCluster("27");
    await api.cluster("27");
    expect(server.connections()).toBe(2);
    expect(server.seen[1]!.connection).not.toBe(server.seen[0]!.connection);
    expect(server.seen[2]!.connection).toBe(server.seen[0]!.connection);
  });

  /** Answers the first request of a connection and breaks it at the second one. */
  function goesStale(socket: net.Socket): void {
    let requests = 0;
    onRequest(socket, () => (++requests === 1 ? socket.write(json(success(CLUSTER))) : socket.resetAndDestroy()));
  }

  test("a GET on one that had gone stale is sent again", async () => {
    const server = opened(await rawServer(goesStale));
    const api = client(`http://127.0.0.1:${server.port}`);
    await api.cluster("27");
    await expect(api.cluster("27")).resolves.toMatchObject({ id: "27" });
    expect(server.connections()).toBe(2);
  });

  test("a GET is sent again only once", async () => {
    let requests = 0;
    const server = opened(
      await rawServer((socket) => {
        onRequest(socket, () => (++requests === 1 ? socket.write(json(success(CLUSTER))) : socket.resetAndDestroy()));
      }),
    );
    const api = client(`http://127.0.0.1:${server.port}`);
    await api.cluster("27");
    expect((await errorOf(api.cluster("27"))).kind).toBe("lost");
    expect(requests).toBe(3);
  });

  test("a GET on a fresh one is not sent again", async () => {
    let requests = 0;
    const server = opened(
      await rawServer((socket) => {
        onRequest(socket, () => {
          requests++;
          socket.resetAndDestroy();
        });
      }),
    );
    expect((await errorOf(client(`http://127.0.0.1:${server.port}`).cluster("27"))).kind).toBe("lost");
    expect(requests).toBe(1);
  });

  test("close() closes what is idle", async () => {
    const server = opened(await httpServer(ok));
    const api = client(`http://127.0.0.1:${server.port}`);
    await api.cluster("27");
    const { connection } = server.seen[0]!;
    const closed = new Promise((resolve) => connection.on("close", resolve));
    await api.close();
    await closed;
    expect(connection.destroyed).toBe(true);
  });
});

test("redirects are not followed", async () => {
  const server = opened(
    await httpServer((_s, response) => {
      send(response, 302, "", { location: "/elsewhere" });
    }),
  );
  expect((await errorOf(client(`http://127.0.0.1:${server.port}`).deleteCluster("27"))).kind).toBe("redirected");
  expect(server.seen).toHaveLength(1);
});

test("information before the answer is passed over", async () => {
  const server = opened(await rawServer(playing(`HTTP/1.1 103 Early Hints\r\n\r\n${json(success(CLUSTER))}`)));
  await expect(client(`http://127.0.0.1:${server.port}`).cluster("27")).resolves.toMatchObject({ id: "27" });
});

describe("TLS", () => {
  const certificate = selfSigned("ocp", "DNS:localhost,IP:127.0.0.1,DNS:ocp.test");
  const elsewhere = selfSigned("other", "DNS:other.example.com");

  test("an unknown authority is refused, with what to do about it", async () => {
    const server = opened(await httpServer(ok, certificate));
    const error = await errorOf(client(`https://127.0.0.1:${server.port}`).deleteCluster("27"));
    expect(error.kind).toBe("unreachable");
    expect(error.message).toContain("give the authority's certificate as `caFile`");
    expect(server.seen).toHaveLength(0);
  });

  test.each(["127.0.0.1", "localhost"])("a given authority is trusted, for %s", async (host) => {
    const server = opened(await httpServer(ok, certificate));
    const api = client(`https://${host}:${server.port}`, { ca: certificate.cert });
    await expect(api.cluster("27")).resolves.toMatchObject({ id: "27" });
    await expect(api.deleteCluster("27")).resolves.toMatchObject({ id: "31440" });
    expect(server.seen[0]!.headers.host).toBe(`${host}:${server.port}`);
  });

  test("a certificate for another name is refused", async () => {
    const { port } = opened(await httpServer(ok, elsewhere));
    const error = await errorOf(client(`https://localhost:${port}`, { ca: elsewhere.cert }).deleteCluster("27"));
    expect([error.kind, error.message]).toEqual(["unreachable", expect.stringContaining("altnames")]);
  });

  test("`insecureSkipVerify` takes any", async () => {
    const { port } = opened(await httpServer(ok, elsewhere));
    const api = client(`https://localhost:${port}`, { insecureSkipVerify: true });
    await expect(api.cluster("27")).resolves.toMatchObject({ id: "27" });
  });

  describe("through a proxy", () => {
    /** A proxy for CONNECT that remembers where to. */
    async function tunnel(): Promise<{ url: string; targets: string[] }> {
      const targets: string[] = [];
      const server = opened(
        await rawServer((socket) => {
          socket.once("data", (chunk: Buffer) => {
            const target = /^CONNECT (\S+)/.exec(chunk.toString())![1]!;
            targets.push(target);
            const upstream = net.connect(Number(target.split(":")[1]), "127.0.0.1", () => {
              socket.write("HTTP/1.1 200 OK\r\n\r\n");
              socket.pipe(upstream).pipe(socket);
            });
            upstream.on("error", () => socket.destroy());
            socket.on("close", () => upstream.destroy());
          });
        }),
      );
      return { url: `http://127.0.0.1:${server.port}`, targets };
    }

    test.each(["HTTPS_PROXY", "https_proxy"])("that %s names, all goes in a tunnel", async (variable) => {
      const { port } = opened(await httpServer(ok, certificate));
      const proxy = await tunnel();
      const api = client(`https://ocp.test:${port}`, { ca: certificate.cert, env: { [variable]: proxy.url } });
      await api.cluster("27");
      await api.deleteCluster("27");
      expect(proxy.targets).toEqual([`ocp.test:${port}`, `ocp.test:${port}`]);
    });

    test("OCP on this machine is asked without it", async () => {
      const { port } = opened(await httpServer(ok, certificate));
      const proxy = await tunnel();
      const env = { HTTPS_PROXY: proxy.url };
      await client(`https://localhost:${port}`, { ca: certificate.cert, env }).cluster("27");
      expect(proxy.targets).toEqual([]);
    });

    test("NO_PROXY is heeded", async () => {
      const { port } = opened(await httpServer(ok, certificate));
      const proxy = await tunnel();
      const env = { HTTPS_PROXY: proxy.url, NO_PROXY: "example.com, localhost" };
      await client(`https://localhost:${port}`, { ca: certificate.cert, env }).cluster("27");
      expect(proxy.targets).toEqual([]);
    });

    test("the authority is checked all the same", async () => {
      const { port } = opened(await httpServer(ok, certificate));
      const proxy = await tunnel();
      const error = await errorOf(
        client(`https://ocp.test:${port}`, { env: { HTTPS_PROXY: proxy.url } }).cluster("27"),
      );
      expect(error.kind).toBe("unreachable");
    });

    test.each([
      ["refuses the tunnel", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "403"],
      ["wants a password", "HTTP/1.1 407 Auth\r\nContent-Length: 0\r\n\r\n", "407"],
      ["hangs up", "", "HTTPS_PROXY is set to"],
    ])("that %s, nothing was sent", async (_, answer, text) => {
      const proxy = opened(await rawServer(playing(answer)));
      const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
      const error = await errorOf(client("https://ocp.invalid", { env }).deleteCluster("27"));
      expect(error.kind).toBe("unreachable");
      expect(error.message).toContain(text);
      expect(proxy.connections()).toBeLessThan(3);
    });

    test("that is not there, nothing was sent", async () => {
      const env = { HTTPS_PROXY: `127.0.0.1:${await closedPort()}` };
      expect((await errorOf(client("https://ocp.invalid", { env }).deleteCluster("27"))).kind).toBe("unreachable");
    });

    test("that never answers, nothing was sent", async () => {
      const proxy = opened(await rawServer(() => undefined));
      const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
      const error = await errorOf(client("https://ocp.invalid", { env, connectTimeoutMs: 60 }).deleteCluster("27"));
      expect(error.kind).toBe("unreachable");
    });
  });
});

describe("plain http through a proxy", () => {
  test("goes in absolute form, with Host of the target and the proxy's password", async () => {
    const proxy = opened(await httpServer(ok));
    const env = { HTTP_PROXY: `http://me:p%40ss@127.0.0.1:${proxy.port}`, HTTPS_PROXY: "http://wrong.invalid" };
    const api = client("http://ocp.invalid:8080/x", { env });
    await api.cluster("27");
    await api.deleteCluster("27");
    const [get, deletion] = proxy.seen;
    expect([get!.url, deletion!.url]).toEqual(Array(2).fill("http://ocp.invalid:8080/x/api/v2/obproxy/clusters/27"));
    expect(get!.headers).toMatchObject({
      host: "ocp.invalid:8080",
      "proxy-authorization": `Basic ${Buffer.from("me:p@ss").toString("base64")}`,
    });
  });

  test("that wants a password did not send it on", async () => {
    const proxy = opened(
      await httpServer((_s, response) => {
        send(response, 407, "who are you?");
      }),
    );
    const error = await errorOf(
      client("http://ocp.invalid", { env: { http_proxy: `http://127.0.0.1:${proxy.port}` } }).deleteCluster("27"),
    );
    expect([error.kind, error.message]).toEqual([
      "unreachable",
      expect.stringContaining("the proxy wants a user name"),
    ]);
  });

  test("that cannot reach OCP is a server's error", async () => {
    const proxy = opened(
      await httpServer((_s, response) => {
        send(response, 502, failure(502, 0, "x"));
      }),
    );
    const error = await errorOf(
      client("http://ocp.invalid", { env: { http_proxy: `http://127.0.0.1:${proxy.port}` } }).cluster("27"),
    );
    expect(error.kind).toBe("server-error");
  });

  /** An address without a listener, which is not this machine's; only a proxy would answer for it. */
  const ELSEWHERE = "192.0.2.7";

  /** How often a proxy is asked for OCP there. */
  async function askedFor(change: Readonly<Record<string, string>>): Promise<number> {
    const proxy = opened(await httpServer(ok));
    const env = { ...("http_proxy" in change ? {} : { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` }), ...change };
    await client(`http://${ELSEWHERE}`, { env, connectTimeoutMs: 100 })
      .cluster("27")
      .catch(() => undefined);
    return proxy.seen.length;
  }

  test.each([
    { NO_PROXY: ELSEWHERE },
    { NO_PROXY: "192.0.2.0/24" },
    { NO_PROXY: `10.0.0.0/8 ${ELSEWHERE}/32` },
    { NO_PROXY: "*" },
    { no_proxy: "", NO_PROXY: ELSEWHERE },
    { no_proxy: " ", NO_PROXY: "192.0.2.0/24" },
    { no_proxy: ELSEWHERE, NO_PROXY: "" },
    { no_proxy: "example.com", NO_PROXY: ELSEWHERE },
    { no_proxy: ELSEWHERE, NO_PROXY: "example.com" },
    { no_proxy: "*", NO_PROXY: "example.com" },
    { http_proxy: "" },
    { http_proxy: " ", HTTP_PROXY: "" },
  ])("is not used with %j", async (change) => {
    expect(await askedFor(change)).toBe(0);
  });

  test("is used where nothing excepts OCP", async () => {
    expect(await askedFor({})).toBe(1);
    expect(await askedFor({ NO_PROXY: "10.0.0.0/8,::1" })).toBe(1);
  });

  test.each(["127.0.0.1", "127.9.9.9", "localhost", "LOCALHOST", "ocp.localhost", "[::1]", "[::ffff:127.0.0.1]"])(
    "is not used where OCP is on this machine: %s",
    async (host) => {
      const env = { HTTP_PROXY: `http://127.0.0.1:${await closedPort()}` };
      expect(proxyFor(parseBaseUrl(`http://${host}:8080`), env)).toBeUndefined();
      if (!/^(127\.0|localhost)/i.test(host)) return;
      const server = opened(await httpServer(ok));
      await expect(client(`http://${host}:${server.port}`, { env }).cluster("27")).resolves.toMatchObject({ id: "27" });
    },
  );

  test.each([
    ["ocp.example.com", "example.com"],
    ["ocp.example.com", "*.example.com"],
    ["ocp.example.com", "ocp.example.com."],
    ["ocp.example.com.", "ocp.example.com"],
    ["ocp.example.com", "https://ocp.example.com/"],
    ["ocp.example.com", 'a,"ocp.example.com"'],
    ["ocp.example.com", "OCP.example.com:80"],
    ["ocp.例え.jp", "例え.jp"],
    ["[2001:db8::1]", "2001:DB8:0:0::1"],
    ["[2001:db8::1]", "[2001:db8:0::1]:80"],
  ])("is not used for %s where %s is excepted, however that is written", (host, entry) => {
    const env = { HTTP_PROXY: "http://p:1", NO_PROXY: entry };
    expect(proxyFor(parseBaseUrl(`http://${host}`), env)).toBeUndefined();
  });

  test.each([
    ["ocp.example.com", "ocp.example.com:8080"],
    ["ocp.example.com", "example.org"],
    ["myexample.com", "example.com"],
    ["ocp.example.com", "."],
    ["ocp.example.com", "com.."],
    ["[2001:db8::1]", "2001:db8::2"],
  ])("is used for %s where only %s is excepted", (host, entry) => {
    const env = { HTTP_PROXY: "http://p:1", NO_PROXY: entry };
    expect(proxyFor(parseBaseUrl(`http://${host}`), env)?.url).toBe("http://p:1");
  });

  test.each(["localhost.example.com", "127.0.0.1.example.com", "128.0.0.1", "mylocalhost"])(
    "is used for what only looks like this machine: %s",
    (host) => {
      expect(proxyFor(parseBaseUrl(`http://${host}`), { HTTP_PROXY: "http://p:1" })?.url).toBe("http://p:1");
    },
  );

  test("is the one that is set, where its other spelling is empty", async () => {
    const env = { http_proxy: "", HTTP_PROXY: `http://127.0.0.1:${await closedPort()}`, no_proxy: "", NO_PROXY: "" };
    const error = await errorOf(client("http://ocp.invalid", { env }).cluster("27"));
    expect(error.message).toContain("HTTP_PROXY is set to 127.0.0.1");
  });
});

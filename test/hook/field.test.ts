import http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { DEFAULT_CREDENTIALS, type FaultAction } from "../../src/simulator/index.js";
import { selfSigned } from "../ocp/support/server.js";
import { ENV } from "../../src/contract/names.js";
import { cluster, proxy, Stage, withProvider } from "./evidence/stage.js";
import type { HookRun } from "./hook-process.js";

/** What networks, secrets and machines of other people do to a hook. */
const stage = new Stage({ asProcesses: true });

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function answering(status: number, contentType: string, body: string): Promise<string> {
  const server = http.createServer((_request, response) => {
    response.writeHead(status, { "content-type": contentType }).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const PAGE = "<html><head><title>Blocked by policy 7</title></head><body>no</body></html>";

describe("a page of something on the way", () => {
  test.each([401, 403])("with %s is not taken for OCP's word, and the proxy's variable is named", async (status) => {
    const way = await answering(status, "text/html", PAGE);
    const { code, output } = await stage.runner.run(undefined, {
      ...proxy,
      env: { OCP_URL: "http://ocp.test", HTTP_PROXY: way },
    });
    expect(code).toBe(1);
    expect(output).toContain("Blocked by policy 7");
    expect(output).toContain("HTTP_PROXY");
    expect(output).not.toMatch(/OBPROXY_MANAGER|credentials/);
  });

  test.each<[string, string, string]>([
    ["a page without a title", "text/html", "<html><body>no</body></html>"],
    ["nothing", "text/plain", ""],
    ["JSON of its own", "application/json", '{"message":"denied by gateway"}'],
  ])("that is %s is none either", async (_what, type, body) => {
    const OCP_URL = await answering(403, type, body);
    const { output } = await stage.runner.run(undefined, { ...proxy, env: { OCP_URL } });
    expect(output).toContain("what answers is not OCP's API");
    expect(output).toContain("answered 403");
  });

  test("is told from OCP's own refusal", async () => {
    await stage.given();
    const does: FaultAction = { kind: "error", status: 403, code: "IAM11000", message: "no right" };
    stage.ocp.inject({ path: /clusters\/27$/, does });
    const { output } = await stage.run(proxy);
    expect(output).toContain("OBPROXY_MANAGER");
    expect(output).toContain("no right");
  });
});

describe("authorities", () => {
  const ours = selfSigned("localhost", "DNS:localhost,IP:127.0.0.1");
  const others = selfSigned("other", "DNS:other");

  function extra(pem: string): Readonly<Record<string, string>> {
    const path = join(stage.runner.directory, "extra.pem");
    writeFileSync(path, pem);
    return { NODE_EXTRA_CA_CERTS: path };
  }

  test.each<[string, string, string]>([
    ["caFile", ours.cert, others.cert],
    ["NODE_EXTRA_CA_CERTS", others.cert, ours.cert],
  ])("of %s count beside those of the other", async (_where, ca, more) => {
    await stage.given({ https: ours });
    const call = { ...withProvider(proxy, { hasCaFile: true }), ca };
    const { code, output } = await stage.run({ ...call, env: extra(`# company\n${more}\n`) });
    expect(output).not.toContain("FAILED");
    expect(code).toBe(0);
  });

  test("that are nowhere are asked for in both places", async () => {
    await stage.given({ https: ours });
    const call = { ...withProvider(proxy, { hasCaFile: true }), ca: others.cert };
    const { code, output } = await stage.run({ ...call, env: extra("no certificate at all") });
    expect(code).toBe(1);
    expect(output).toMatch(/neither in `caFile` nor in NODE_EXTRA_CA_CERTS/);
  });
});

describe("what stands around a secret", () => {
  const password = "pass-word-of-the-test";
  const withSecret = async (value: string): Promise<HookRun> => {
    await stage.given({ credentials: { ...DEFAULT_CREDENTIALS, password } });
    return stage.run({ ...proxy, env: { OCP_PASSWORD: value } });
  };

  test.each(["\n", "\r\n", "\n\n"])("is taken off and told, where it is a line feed at the end: %j", async (end) => {
    const { code, output } = await withSecret(password + end);
    expect(output).toContain("OCP_PASSWORD ends with a line feed");
    expect(code).toBe(0);
  });

  test.each<[string, string]>([
    [`${password}\r`, "ends with a carriage return"],
    [`"${password}"`, "stands in quotes"],
    [`'${password}'`, "stands in quotes"],
    [` ${password}`, "begins with a blank"],
    [`${password}\t`, "ends with a blank"],
    [`\u00a0${password}`, "begins with a blank"],
    [`\ufeff${password}`, "holds a character that nobody sees"],
    [`\n${password}`, "holds a line break"],
  ])("is hinted at where OCP refuses it, and not shown: %j", async (value, words) => {
    const { code, output } = await withSecret(value);
    expect(code).toBe(1);
    expect(output).toContain(`OCP_PASSWORD ${words}`);
    expect(output).not.toContain(password);
  });

  test("is not hinted at where there is nothing", async () => {
    const { output } = await withSecret("another");
    expect(output).toContain("check OCP_USERNAME and OCP_PASSWORD (or");
    expect(output).not.toMatch(/quotes|blank|line|nobody sees/);
  });

  test("counts as not set where nothing else is there", async () => {
    const { output } = await withSecret("\n");
    expect(output).toContain("credentials for OCP are half set");
  });
});

describe("a delete that was sent is told as sent", () => {
  const answers: readonly (readonly [string, FaultAction])[] = [
    ["404 of OCP", { kind: "error", status: 404, code: 21001, message: "no such cluster" }],
    ["404 in general words", { kind: "error", status: 404, code: "COM10002", message: "not found" }],
    ["403", { kind: "error", status: 403, code: "IAM11000", message: "no right" }],
    ["400", { kind: "error", status: 400, code: "COM10001", message: "bad" }],
  ];
  test.each(answers)("answered %s", async (_what, does) => {
    for (const call of [proxy, cluster]) {
      await stage.given();
      stage.ocp.inject({ method: "DELETE", times: 100, does });
      const { code, output } = await stage.run(call);
      expect(code).toBe(1);
      expect(output).not.toContain("no delete was sent");
      await stage.ocp.stop();
    }
  });
});

describe("whose hook it is", () => {
  test.each([
    [{ [ENV.stack]: "other" }, "the stack other"],
    [{ [ENV.provider]: "ocp_eu" }, "provider ocp_eu"],
  ])("is compared with the settings: %j", async (env, words) => {
    await stage.given();
    const { code, output } = await stage.run({ ...proxy, env });
    expect(code).toBe(1);
    expect(output).toContain(words);
    expect(stage.ocp.requests).toEqual([]);
  });

  test("is a matter of the key that the state was deployed under", async () => {
    await stage.given();
    const { code, output } = await stage.run({ ...proxy, env: { [ENV.deployedAs]: "27/4" } });
    expect(code).toBe(1);
    expect(output).toContain("OBProxy 27/3 was deployed as 27/4");
    expect((await stage.run({ ...proxy, env: { [ENV.deployedAs]: "27/3" } })).code).toBe(0);
  });
});

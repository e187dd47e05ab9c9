import { sign, stringToSign } from "../../src/simulator/signature.js";
import { type SignatureVector, signatureVectors } from "../fixtures/index.js";
import { CLUSTERS, Scene } from "./scene.js";

const request = (vector: SignatureVector) => ({
  ...vector,
  target: vector.pathAndQuery,
  body: Buffer.from(vector.body ?? ""),
  headers: Object.entries(vector.xOcpHeaders),
});

describe.each(signatureVectors.map((vector) => [vector.name, vector] as const))(
  "the published example: %s",
  (_name, vector) => {
    test("has the published string to sign", () => {
      expect(stringToSign(request(vector))).toBe(vector.stringToSign);
    });

    test("has the published signature", () => {
      expect(sign(stringToSign(request(vector)), vector.accessKeySecret)).toBe(vector.signature);
    });
  },
);

test.each([
  ["/p?b=2&a=1", "/p?a=1&b=2"],
  ["/p?a=2&a=1", "/p?a=1%2C2"],
  ["/p?a=x y", "/p?a=x%20y"],
  ["/p?t=14:30+08:00", "/p?t=14%3A30%2008%3A00"],
  ["/p?a=", "/p?a="],
  ["/p?", "/p"],
  ["/p/1,2", "/p/1,2"],
])("the query of %s is put in order", (target, canonical) => {
  const text = stringToSign({
    method: "get",
    target,
    body: Buffer.alloc(0),
    contentType: "",
    host: "h",
    date: "d",
    headers: [],
  });
  expect(text).toBe(`GET\n\n\nd\nh\n\n${canonical}`);
});

test("several x-ocp headers are sorted, and so are the values of one", () => {
  const text = stringToSign({
    method: "GET",
    target: "/",
    body: Buffer.alloc(0),
    contentType: "",
    host: "h",
    date: "d",
    headers: [
      ["X-Ocp-B", "2"],
      ["x-ocp-a", "z"],
      ["x-ocp-b", "1"],
      ["x-other", "no"],
    ],
  });
  expect(text.split("\n").slice(5, 7)).toEqual(["x-ocp-a:z", "x-ocp-b:1,2"]);
});

describe("a signed request", () => {
  const key = { id: "cqammmxBpfGjFlto", secret: "2fc0c299cc94c6be266f2ceece765d4d" };
  const now = Date.parse("2023-01-17T09:13:57Z");
  let scene: Scene;

  beforeEach(async () => {
    scene = await Scene.open({ version: "4.3.5", accessKeys: [key], clock: () => now });
  });

  afterEach(() => scene.close());

  interface Signing {
    readonly dateHeader?: "Date" | "x-ocp-date";
    readonly offsetMs?: number;
    readonly secret?: string;
    readonly id?: string;
    readonly signedBody?: string;
  }

  function signed(method: string, target: string, body: string | undefined, signing: Signing = {}) {
    const { dateHeader = "Date", offsetMs = 0, secret = key.secret, id = key.id } = signing;
    const date = new Date(now + offsetMs).toUTCString();
    const host = new URL(scene.ocp.url).host;
    const contentType = body === undefined ? "" : "application/json";
    const ocpHeaders = dateHeader === "x-ocp-date" ? { "x-ocp-date": date } : {};
    const text = stringToSign({
      method,
      target,
      body: Buffer.from(signing.signedBody ?? body ?? ""),
      contentType,
      host,
      date,
      headers: Object.entries(ocpHeaders),
    });
    return {
      authorization: `OCP-ACCESS-KEY-HMACSHA1 ${id}:${sign(text, secret)}`,
      headers: { [dateHeader]: date },
      ...(body === undefined ? {} : { body }),
    };
  }

  const LIST = `${CLUSTERS}?size=5`;

  test.each(["Date", "x-ocp-date"] as const)("with its time in %s is accepted", async (dateHeader) => {
    expect((await scene.ask("GET", LIST, signed("GET", LIST, undefined, { dateHeader }))).status).toBe(200);
  });

  test("with a body is accepted, without any CSRF token", async () => {
    const path = `${CLUSTERS}/1/servers/delete`;
    const reply = await scene.ask("POST", path, signed("POST", path, '{"obproxyServerIds":[1]}'));
    expect(reply.json).toMatchObject({ successful: true });
  });

  test.each<[string, Signing]>([
    ["another secret", { secret: "x" }],
    ["an unknown key", { id: "unknown" }],
    ["another body than was signed", { signedBody: "other" }],
    ["a time that is 15 minutes late", { offsetMs: -15 * 60_000 }],
    ["a time that is 15 minutes early", { offsetMs: 15 * 60_000 }],
  ])("with %s is refused", async (_text, signing) => {
    const reply = await scene.ask("GET", LIST, signed("GET", LIST, undefined, signing));
    expect([reply.status, reply.json?.error.code]).toEqual([401, 0]);
  });

  test("that is 14 minutes late is accepted", async () => {
    const reply = await scene.ask("GET", LIST, signed("GET", LIST, undefined, { offsetMs: -14 * 60_000 }));
    expect(reply.status).toBe(200);
  });

  test("means nothing before 4.0.2: a redirect for what changes something", async () => {
    const older = await Scene.open({ version: "4.0.1", accessKeys: [key], clock: () => now });
    const reply = await older.ask("DELETE", `${CLUSTERS}/27`, signed("DELETE", `${CLUSTERS}/27`, undefined));
    expect([reply.status, older.ocp.tasks.length]).toEqual([302, 0]);
    await older.close();
  });
});

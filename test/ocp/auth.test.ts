import { authorization, canonicalQuery, checkCredentials, type Query, stringToSign } from "../../src/ocp/auth.js";
import { type SignatureVector, signatureVectors } from "../fixtures/index.js";

function request(vector: SignatureVector) {
  const [path = "", query = ""] = vector.pathAndQuery.split("?");
  return {
    method: vector.method,
    path,
    // Backwards and decoded: the order and the encoding are the signature's business.
    query: [...new URLSearchParams(query)].reverse(),
    ...(vector.body !== null && { body: vector.body }),
    contentType: vector.contentType,
    date: vector.date,
    host: vector.host,
    ocpHeaders: vector.xOcpHeaders,
  };
}

describe("an access key's signature", () => {
  test.each(signatureVectors)("signs what OCP's documentation signs: $name", (vector) => {
    expect(stringToSign(request(vector))).toBe(vector.stringToSign);
  });

  test.each(signatureVectors)("is the one of OCP's documentation: $name", (vector) => {
    const { accessKeyId, accessKeySecret } = vector;
    expect(authorization({ kind: "aksk", accessKeyId, accessKeySecret }, request(vector))).toBe(
      `OCP-ACCESS-KEY-HMACSHA1 ${accessKeyId}:${vector.signature}`,
    );
  });

  test("joins the sorted values of a repeated query parameter before it encodes them", () => {
    const query: Query = [
      ["b", "x y"],
      ["a", "2"],
      ["a", "1"],
      ["c", "!'()*~"],
    ];
    expect(canonicalQuery(query)).toBe("a=1%2C2&b=x%20y&c=%21%27%28%29%2A~");
  });

  test("covers a list of ids in the path with bare commas", () => {
    const path = "/api/v2/obproxy/clusters/27/obproxies/1,2,3";
    expect(stringToSign({ method: "delete", path, date: "D", host: "h:1" })).toBe(`DELETE\n\n\nD\nh:1\n\n${path}`);
  });
});

test("Basic is written exactly so, in UTF-8", () => {
  const credentials = { kind: "basic", username: "jörg", password: "pä:ss" } as const;
  const header = authorization(credentials, { method: "GET", path: "/", date: "", host: "" });
  expect(header).toBe(`Basic ${Buffer.from("jörg:pä:ss", "utf8").toString("base64")}`);
});

test.each([
  [{ kind: "basic", username: "", password: "x" }, "user name is empty"],
  [{ kind: "basic", username: "a:b", password: "x" }, "contains a colon"],
  [{ kind: "basic", username: "a", password: "" }, "password is empty"],
  [{ kind: "aksk", accessKeyId: "id\n", accessKeySecret: "x" }, "access key id"],
  [{ kind: "aksk", accessKeyId: "id", accessKeySecret: "" }, "secret is empty"],
] as const)("credentials that cannot be sent are refused: %j", (credentials, text) => {
  expect(() => {
    checkCredentials(credentials);
  }).toThrow(text);
});

import { inspect } from "node:util";
import fc from "fast-check";
import { parseBaseUrl } from "../../src/ocp/base-url.js";
import { createOcpClient } from "../../src/ocp/client.js";
import { harmlessUrl } from "../../src/ocp/harmless-url.js";
import { randomRuns } from "../support/thorough.js";
import { errorOf } from "./support/answers.js";

test.each<[string, string | undefined]>([
  ["https://ocp.example.com:8080/x?y#z", "https://ocp.example.com:8080"],
  ["socks5://proxy.example.com:1080", "socks5://proxy.example.com:1080"],
  ["http://[::1]:8080", "http://[::1]:8080"],
  ["http://me:hunter2@proxy:3128", "http://***@proxy:3128"],
  ["http://me:hun@ter2@proxy:3128", undefined],
  ["http://me:12/ter2@proxy:3128", undefined],
  ["http://me:12/ter2%40proxy:3128", undefined],
  ["http://me:12/ter2%2540proxy:3128", undefined],
  ["http://me:12/ter2＠proxy:3128", undefined],
  ["http://me:12?ter2@proxy:3128", undefined],
  ["http://me:12#ter2@proxy:3128", undefined],
  ["http://me:12\\ter2@proxy:3128", undefined],
  ["http:me:12/ter2@proxy:3128", undefined],
  ["hunter2://proxy", undefined],
  ["me://hunter2@proxy", undefined],
  ["socks5://me:hunter2@proxy", undefined],
  ["me:hunter2", undefined],
  ["hunter2", undefined],
  ["", undefined],
])("of %j %s may be shown", (text, shown) => {
  expect(harmlessUrl(text)).toBe(shown);
});

describe("a password in a URL is not repeated", () => {
  /** Such that each part of it is known again. */
  const SECRET = ["hunter2", "s3cret", "pa55w0rd"];
  const glue = fc.constantFrom(
    ...[
      "",
      " ",
      "/",
      "@",
      ":",
      "?",
      "#",
      "\\",
      "%",
      "%40",
      "%2F",
      "//",
      "@@",
      "://",
      "&",
      "=",
      "[",
      "]",
      "\t",
      "\n",
      "％",
      "＠",
    ],
  );
  const secret = fc
    .tuple(glue, glue, glue, glue)
    .map(([a, b, c, d]) => a + SECRET[0]! + b + SECRET[1]! + c + SECRET[2]! + d);
  const encoded = fc.tuple(secret, fc.nat(2)).map(([text, times]) => {
    let result = text;
    for (let time = 0; time < times; time += 1) result = encodeURIComponent(result);
    return result;
  });
  const scheme = fc.constantFrom(
    "http://",
    "https://",
    "HTTP://",
    "http:",
    "http:/",
    "http:\\\\",
    "socks5://",
    "ftp://",
    "",
    "//",
    "http:///",
  );
  const host = fc.constantFrom("proxy.example.com:3128", "127.0.0.1", "[::1]:3128", "proxy", "");
  const user = fc.constantFrom("jane", "", "jane%40example.com", "DOMAIN\\jane", "jane@example.com");
  const spelling = fc
    .tuple(scheme, user, encoded, host, fc.constantFrom("", "/", "/x", "?y", "#z", " "))
    .map(([start, name, password, at, end]) => `${start}${name}:${password}@${at}${end}`);

  function leaks(text: string): readonly string[] {
    return SECRET.filter((part) => text.toLowerCase().includes(part));
  }

  /** All that anybody could print of an error. */
  function printed(error: unknown): string {
    return (
      inspect(error, { depth: 3, showHidden: true }) +
      String(error) +
      (error instanceof Error ? (error.stack ?? "") : "")
    );
  }

  test("by a message about OCP's URL", () => {
    fc.assert(
      fc.property(spelling, (url) => {
        let href = "";
        let told = "";
        try {
          ({ href } = parseBaseUrl(url));
        } catch (error) {
          told = printed(error);
        }
        // Where it is taken all the same, it stands in every message.
        expect(leaks(href + told)).toEqual([]);
      }),
      { numRuns: randomRuns(3_000) },
    );
  });

  test.each(["HTTPS_PROXY", "https_proxy"])("by a message about %s", (variable) => {
    let refused = 0;
    fc.assert(
      fc.property(spelling, (url) => {
        try {
          createOcpClient({
            baseUrl: "https://ocp.example.com",
            credentials: { kind: "basic", username: "admin", password: "other" },
            env: { [variable]: url },
          });
        } catch (error) {
          refused += 1;
          expect(leaks(printed(error))).toEqual([]);
          expect(printed(error)).toContain(variable);
        }
      }),
      { numRuns: randomRuns(3_000) },
    );
    expect(refused).toBeGreaterThan(randomRuns(3_000) / 6);
  });

  test.each([
    "http://jane:hunter2%2Fs3cret@127.0.0.1:9",
    "http://jane:hunter2 s3cret@127.0.0.1:9",
    "http://jane:hunter2@s3cret@127.0.0.1:9",
    "jane:hunter2@127.0.0.1:9",
    "http://hunter2@127.0.0.1:9",
  ])("by the failure to reach a proxy that is taken: %s", async (url) => {
    const api = createOcpClient({
      baseUrl: "http://ocp.invalid",
      credentials: { kind: "basic", username: "admin", password: "other" },
      env: { HTTP_PROXY: url },
    });
    const error = await errorOf(api.cluster("27"));
    expect(error.message).toContain("HTTP_PROXY is set to 127.0.0.1:9");
    expect(leaks(error.message + (error.stack ?? ""))).toEqual([]);
    await api.close();
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TerraformVariable } from "cdktf";
import fc from "fast-check";
import { checkUrl } from "../../src/constructs/validation.js";
import { Carrier, ObproxyCluster, OcpProvider, WaitFor } from "../../src/index.js";
import { parseBaseUrl } from "../../src/ocp/base-url.js";
import { synthesize, testApp, testStack, warningsOf } from "./support/app.js";
import { CERTIFICATE } from "./support/pem.js";

/** The text of the error; `props` may be what only JavaScript can write. */
function errorOf(props: Readonly<Record<string, unknown>>): string {
  return messageOf(() => new OcpProvider(testStack(), "ocp", props));
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

function accepts(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

describe("url", () => {
  test.each(["https://ocp.example.com", "http://10.0.0.1:8080", "https://example.com/ocp/"])("%s is one", (url) => {
    expect(() => new OcpProvider(testStack(), "ocp", { url })).not.toThrow();
  });

  test.each(["", "ocp.example.com", "https://", " https://ocp.example.com", "https://ocp.example.com/\n"])(
    "%j is none",
    (url) => {
      expect(errorOf({ url })).toBe(
        `stack/ocp: \`url\` is ${JSON.stringify(url)}, but it is no URL. Write the address of OCP alone, such as https://ocp.example.com.`,
      );
    },
  );

  test("is none that the hook would refuse when it is too late", () => {
    const parts = [
      "http:",
      "HTTPS:",
      "https:",
      "//",
      "/",
      "\\",
      "ocp",
      ".",
      ":80",
      "[::1]",
      "/api",
      "/v2",
      "%40",
      "%2540",
      "ü",
      "\uff20",
    ];
    const url = fc.array(fc.constantFrom(...parts), { minLength: 2, maxLength: 7 }).map((some) => some.join(""));
    const stack = testStack();
    fc.assert(
      fc.property(fc.constantFrom("http:", "https:"), url, (scheme, rest) => {
        const text = scheme + rest;
        if (
          accepts(() => {
            checkUrl(stack, text, "OCP");
          })
        ) {
          expect(() => parseBaseUrl(text)).not.toThrow();
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test("has to be http or https", () => {
    expect(errorOf({ url: "https://ocp.example.com/api/v2/" })).toBe(
      'stack/ocp: `url` is "https://ocp.example.com/api/v2/", but the API\'s own path is added to every request. Write the address of OCP alone, such as https://ocp.example.com.',
    );
    expect(errorOf({ url: "ftp://ocp.example.com" })).toBe(
      'stack/ocp: `url` is "ftp://ocp.example.com", but OCP speaks http or https. Write the address of OCP alone, such as https://ocp.example.com.',
    );
  });

  test.each([
    ["https://admin:s3cret@ocp.example.com", "a user or a password"],
    ["https://s3cret@ocp.example.com", "a user or a password"],
    ["https://ocp.example.com?token=s3cret", "a query"],
    ["https://ocp.example.com/#s3cret", "a fragment"],
    ["not a url@s3cret", "an @"],
    ["https://ocp.example.com/s3cret%40ocp", "an @"],
    ["https://ocp.example.com/s3cret%2540ocp", "an @"],
  ])("%s is refused and not repeated, because it may hold a secret", (url, part) => {
    const message = errorOf({ url, envPrefix: "OCP_EU" });
    expect(message).toBe(
      `stack/ocp: \`url\` holds ${part}, and would carry it into the stack's files. Put the address without it; credentials belong in OCP_EU_USERNAME and OCP_EU_PASSWORD (or OCP_EU_ACCESS_KEY_ID and OCP_EU_ACCESS_KEY_SECRET) of the environment at destroy time.`,
    );
    expect(message).not.toContain("s3cret");
  });

  test("cannot be a token, because Terraform gives none to a destroy hook", () => {
    const stack = testStack();
    const url = new TerraformVariable(stack, "url", { type: "string" }).stringValue;
    expect(messageOf(() => new OcpProvider(stack, "ocp", { url }))).toBe(
      "stack/ocp: `url` is a value that only Terraform knows, and Terraform gives no such value to a destroy hook. Leave `url` out and set OCP_URL in the environment of the machine that destroys.",
    );
  });

  test("may hold what Terraform would take for a template", () => {
    const stack = testStack();
    new OcpProvider(stack, "ocp", { url: "https://ocp.example.com/${a}%{b}" });
    expect(synthesize(stack).settings().provider.url).toBe("https://ocp.example.com/${a}%{b}");
  });
});

describe("alias", () => {
  test.each(["", "Ocp", "1ocp", "ocp-eu", "ocp.eu", "${x}", 7, null])("%j is none", (alias) => {
    expect(errorOf({ alias })).toBe(
      `stack/ocp: \`alias\` is ${JSON.stringify(alias)}, but it becomes part of Terraform addresses. Use small letters, digits and underscores, with a letter first, such as ocp_eu.`,
    );
  });

  test("cannot be used twice in a stack", () => {
    const stack = testStack();
    new OcpProvider(stack, "first");
    expect(messageOf(() => new OcpProvider(stack, "second"))).toBe(
      'stack/second: `alias` is "ocp", which stack/first has already in this stack. Give each OcpProvider of a stack an `alias` of its own, and never change it once it is deployed.',
    );
  });

  test("can be used again in another stack", () => {
    const app = testApp();
    new OcpProvider(testStack(app, "first"), "ocp");
    expect(() => new OcpProvider(testStack(app, "second"), "ocp")).not.toThrow();
  });

  test("gives the addresses their first part", () => {
    const stack = testStack();
    expect(new OcpProvider(stack, "ocp", { alias: "eu_1" }).alias).toBe("eu_1");
    const { locals, resource } = synthesize(stack).configuration;
    expect(Object.keys(resource["null_resource"]!)).toEqual(["eu_1_obproxies", "eu_1_obproxy_clusters"]);
    expect(locals).toMatchObject({ eu_1_obproxies: {}, eu_1_obproxy_clusters: {} });
    for (const name of Object.keys(locals)) expect(name).toMatch(/^eu_1_/);
  });
});

test.each(["", "1OCP", "OCP-EU", "OCP EU", "OCP=", 7])("envPrefix %j is refused", (envPrefix) => {
  expect(errorOf({ envPrefix })).toBe(
    `stack/ocp: \`envPrefix\` is ${JSON.stringify(envPrefix)}, but it is the beginning of environment variables' names. Use letters, digits and underscores, with no digit first, such as OCP_EU.`,
  );
});

describe("caFile", () => {
  let home: string;
  let caFile: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "ca-"));
    caFile = join(home, "ca.pem");
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
  });

  test("that is not there is refused", () => {
    const message = errorOf({ caFile });
    expect(message).toContain(`stack/ocp: \`caFile\` ${JSON.stringify(caFile)} cannot be read (`);
    expect(message).toContain("ENOENT");
    expect(message).toContain("Give the path of a PEM file, from the directory in which the app runs.");
  });

  test("that holds no certificate is refused", () => {
    writeFileSync(caFile, "hello");
    expect(errorOf({ caFile })).toBe(
      `stack/ocp: \`caFile\` ${JSON.stringify(caFile)} holds no certificate. Give a PEM file with the certificate of the authority (-----BEGIN CERTIFICATE-----).`,
    );
  });

  test("whose second certificate is damaged is refused", () => {
    writeFileSync(caFile, CERTIFICATE + CERTIFICATE.replace("MIIB", "AAAA"));
    expect(errorOf({ caFile })).toContain("is damaged: certificate 2 cannot be read. Give a PEM file");
  });

  test("that holds a private key is refused", () => {
    writeFileSync(caFile, `${CERTIFICATE}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`);
    expect(errorOf({ caFile })).toBe(
      `stack/ocp: \`caFile\` ${JSON.stringify(caFile)} holds a private key, which would be copied into the stack's files. Give a file that holds certificates alone.`,
    );
  });

  test("with several certificates is accepted", () => {
    writeFileSync(caFile, CERTIFICATE + CERTIFICATE);
    expect(() => new OcpProvider(testStack(), "ocp", { caFile })).not.toThrow();
  });
});

test.each([
  ["2h", '"2h"'],
  [{ destroy: "2h" }, "an object"],
  [null, "null"],
])("timeouts %j is refused", (timeouts, shown) => {
  expect(errorOf({ timeouts })).toBe(
    `stack/ocp: \`timeouts\` is ${shown}, but it has to be an object with \`delete\` alone. Write { delete: "2h" }.`,
  );
});

test.each(["0s", "soon", "", 90])("timeouts.delete %j is refused", (duration) => {
  expect(errorOf({ timeouts: { delete: duration } })).toBe(
    `stack/ocp: \`timeouts.delete\` is ${JSON.stringify(duration)}, but it has to be a duration greater than zero. Write hours, minutes and seconds, such as "90s", "30m", "2h" or "1h30m".`,
  );
});

test.each([-1, 1.5, NaN, Infinity, "1"])("taskRetries %p is refused", (taskRetries) => {
  expect(errorOf({ taskRetries })).toMatch(
    /^stack\/ocp: `taskRetries` is .+, but it counts\. Write 0 or a positive integer\.$/,
  );
});

test.each([
  ["carrier", "local_file", '"null_resource" or "terraform_data"'],
  ["waitFor", "nothing", '"task" or "object"'],
])("%s %j is refused", (property, value, choices) => {
  expect(errorOf({ [property]: value })).toBe(
    `stack/ocp: \`${property}\` is "${value}", which is none of its values. Choose ${choices}.`,
  );
});

test('insecureSkipVerify "false" is refused, because it would be true', () => {
  expect(errorOf({ insecureSkipVerify: "false" })).toBe(
    'stack/ocp: `insecureSkipVerify` is "false", but it is a switch. Write true or false.',
  );
});

test("two providers of one stack cannot manage the same OCP with different carriers", () => {
  const stack = testStack();
  new OcpProvider(stack, "first", { alias: "a" });
  expect(messageOf(() => new OcpProvider(stack, "second", { alias: "b", carrier: Carrier.TERRAFORM_DATA }))).toBe(
    "stack/second: `carrier` differs from that of stack/first, which manages the same OCP in this stack, so that objects could not move between the two. Give both the same `carrier`.",
  );
});

test("a provider under which nothing is declared keeps its blocks, with their hooks", () => {
  const stack = testStack();
  new OcpProvider(stack, "ocp");
  const { locals, resource } = synthesize(stack).configuration;
  expect(locals).toMatchObject({ ocp_obproxies: {}, ocp_obproxy_clusters: {} });
  for (const block of Object.values(resource["null_resource"]!)) expect(block.provisioner).toHaveLength(1);
});

test("a provider without special properties warns of nothing", () => {
  expect(warningsOf(new OcpProvider(testStack(), "ocp"))).toEqual([]);
});

test("insecureSkipVerify and waitFor OBJECT warn, each with a way out", () => {
  const ocp = new OcpProvider(testStack(), "ocp", { insecureSkipVerify: true, waitFor: WaitFor.OBJECT });
  expect(warningsOf(ocp)).toEqual([
    expect.stringContaining("Give the certificate of OCP's authority with `caFile` instead."),
    expect.stringContaining("Let the user of OCP read tasks, and leave `waitFor` out."),
  ]);
});

test("of two providers, each manages its own", () => {
  const stack = testStack();
  const a = new OcpProvider(stack, "a", { alias: "a", url: "https://a.example.com" });
  const b = new OcpProvider(stack, "b", { alias: "b", url: "https://b.example.com" });
  new ObproxyCluster(stack, "c1", { ocp: a, clusterId: 1, clusterName: "one" });
  new ObproxyCluster(stack, "c2", { ocp: b, clusterId: 1, clusterName: "uno" });
  expect(synthesize(stack).configuration.locals).toMatchObject({
    a_obproxy_clusters: { "1": "one" },
    b_obproxy_clusters: { "1": "uno" },
  });
});

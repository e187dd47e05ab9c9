import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectionFrom } from "../../src/hook/connection.js";
import { HookFailure } from "../../src/hook/tell/failure.js";
import { handsOff, impossibleId, intentFrom, readTarget } from "../../src/hook/intent.js";
import { labelOf } from "../../src/contract/object.js";
import { ANY_NAME, ENV } from "../../src/contract/names.js";
import type { ProviderSettings } from "../../src/contract/settings-file.js";
import { readSettings, type Settings } from "../../src/hook/settings.js";
import { other, settingsWith } from "./hook-process.js";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "hook-input-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function failureOf(action: () => unknown): HookFailure {
  try {
    action();
  } catch (error) {
    if (error instanceof HookFailure) return error;
    throw error;
  }
  throw new Error("no failure");
}

describe("the connection", () => {
  const { provider } = settingsWith();
  const from = (env: NodeJS.ProcessEnv, more: Partial<ProviderSettings> = {}): ReturnType<typeof connectionFrom> =>
    connectionFrom({ ...provider, ...more }, env, directory);
  const URL = { OCP_URL: "http://ocp:8080" };
  const BASIC = { OCP_USERNAME: "admin", OCP_PASSWORD: "pass word" };
  const KEYS = { OCP_ACCESS_KEY_ID: "ak", OCP_ACCESS_KEY_SECRET: "sk" };

  test("takes URL and credentials from the environment", () => {
    expect(from({ ...URL, ...BASIC })).toEqual({
      baseUrl: "http://ocp:8080",
      credentials: { kind: "basic", username: "admin", password: "pass word" },
      ca: undefined,
      insecureSkipVerify: false,
    });
    expect(from({ ...URL, ...KEYS }).credentials).toEqual({ kind: "aksk", accessKeyId: "ak", accessKeySecret: "sk" });
  });

  test("prefers the provider's URL, and its prefix for the environment", () => {
    const env = { OCP_URL: "http://wrong", EU_URL: "http://wrong", EU_USERNAME: "u", EU_PASSWORD: "p" };
    expect(from(env, { url: "http://eu", envPrefix: "EU" })).toMatchObject({
      baseUrl: "http://eu",
      credentials: { username: "u" },
    });
  });

  test.each<[string, NodeJS.ProcessEnv, RegExp, RegExp]>([
    ["no URL", BASIC, /no URL of OCP: .* OCP_URL is not set/, /set OCP_URL/],
    ["an empty URL", { OCP_URL: "", ...BASIC }, /no URL of OCP/, /set OCP_URL/],
    [
      "no credentials",
      URL,
      /neither OCP_USERNAME and OCP_PASSWORD nor OCP_ACCESS_KEY_ID and OCP_ACCESS_KEY_SECRET/,
      /CI/,
    ],
    ["empty credentials", { ...URL, OCP_USERNAME: "", OCP_PASSWORD: "" }, /no credentials for OCP/, /CI/],
    [
      "no password",
      { ...URL, OCP_USERNAME: "u" },
      /half set: OCP_USERNAME is there, OCP_PASSWORD is not/,
      /set OCP_PASSWORD too/,
    ],
    [
      "no user",
      { ...URL, OCP_PASSWORD: "p" },
      /half set: OCP_PASSWORD is there, OCP_USERNAME is not/,
      /set OCP_USERNAME too/,
    ],
    [
      "no secret",
      { ...URL, OCP_ACCESS_KEY_ID: "a" },
      /half set: OCP_ACCESS_KEY_ID is there, OCP_ACCESS_KEY_SECRET is not/,
      /SECRET too/,
    ],
    [
      "no key id",
      { ...URL, OCP_ACCESS_KEY_SECRET: "s" },
      /OCP_ACCESS_KEY_SECRET is there, OCP_ACCESS_KEY_ID is not/,
      /KEY_ID too/,
    ],
    [
      "both kinds",
      { ...URL, ...BASIC, ...KEYS },
      /two kinds of credentials .*OCP_USERNAME, OCP_PASSWORD, OCP_ACCESS_KEY_ID, OCP_ACCESS_KEY_SECRET/,
      /leave either/,
    ],
    [
      "halves of both kinds",
      { ...URL, OCP_PASSWORD: "p", OCP_ACCESS_KEY_ID: "a" },
      /are set: OCP_PASSWORD, OCP_ACCESS_KEY_ID$/,
      /leave either/,
    ],
  ])("says what is missing: %s", (_what, env, what, next) => {
    const failure = failureOf(() => from(env));
    expect(failure.message).toMatch(what);
    expect(failure.details).toEqual(["nothing was sent to OCP"]);
    expect(failure.next).toMatch(next);
    expect(`${failure.message}${failure.next}`).not.toMatch(/pass word|"p"|"s"|\bsk\b/);
  });

  test("reads the CA file beside the hook, and says when it is not there", () => {
    expect(failureOf(() => from({ ...URL, ...BASIC }, { hasCaFile: true })).next).toMatch(/synthesize again/);
    writeFileSync(join(directory, "ca.pem"), "PEM");
    expect(from({ ...URL, ...BASIC }, { hasCaFile: true }).ca).toBe("PEM");
  });
});

describe("the settings beside the hook", () => {
  const read = (text: string | undefined): Settings => {
    const path = join(directory, "settings.json");
    if (text === undefined) rmSync(path, { force: true });
    else writeFileSync(path, text);
    return readSettings(path, {});
  };
  const whole = settingsWith({
    provider: { url: "https://ocp.example.com", timeouts: { delete: "2h" } },
    clusters: { "27": { path: "app/c", forceDestroy: true, clusterName: "orders", timeouts: { delete: "90s" } } },
    obproxies: { "27/3": { path: "app/p", skipHostOperation: true, skipDestroy: true, preventDestroy: true } },
    tokens: [{ kind: "obproxy", path: "app/t", clusterId: "27", obproxyId: "3", clusterName: "orders" }],
    others: [other({ url: "https://ocp.example.org", obproxies: { "27/4": "b" }, stateFile: "/s" })],
  });

  test("are read, and resolved with the environment", () => {
    expect(JSON.parse(JSON.stringify(read(JSON.stringify(whole))))).toEqual(JSON.parse(JSON.stringify(whole)));
    expect(read(JSON.stringify(whole)).others[0]?.sameOcp).toBe("different");
  });

  test.each([
    ["missing", undefined, /ENOENT/],
    ["empty", "", /not JSON/],
    ["cut off", JSON.stringify(whole).slice(0, 60), /not JSON/],
    ["of another format", JSON.stringify({ ...whole, formatVersion: 1 }), /`formatVersion` is not 2/],
    ["null", "null", /`formatVersion` is not 2/],
  ])("are refused where they are %s", (_what, text, why) => {
    const failure = failureOf(() => read(text));
    expect(failure.message).toMatch(why);
    expect(failure.next).toMatch(/synthesize again/);
  });

  /** `a.b["27"].c` → the file with another value there. */
  const damaged = (path: readonly (string | number)[], value: unknown): string => {
    const copy = JSON.parse(JSON.stringify(whole)) as Record<string | number, unknown>;
    let at = copy;
    for (const name of path.slice(0, -1)) at = at[name] as Record<string | number, unknown>;
    at[path.at(-1)!] = value;
    return JSON.stringify(copy);
  };

  test.each<[string, readonly (string | number)[], unknown]>([
    ["provider", ["provider"], undefined],
    ["provider.url", ["provider", "url"], 5],
    ["provider.alias", ["provider", "alias"], undefined],
    ["provider.envPrefix", ["provider", "envPrefix"], null],
    ["provider.hasCaFile", ["provider", "hasCaFile"], "false"],
    ["provider.insecureSkipVerify", ["provider", "insecureSkipVerify"], 0],
    ["provider.timeouts", ["provider", "timeouts"], []],
    ["provider.timeouts.delete", ["provider", "timeouts", "delete"], 90],
    ["provider.timeouts.delete", ["provider", "timeouts", "delete"], "soon"],
    ["provider.taskRetries", ["provider", "taskRetries"], -1],
    ["provider.taskRetries", ["provider", "taskRetries"], 1.5],
    ["provider.waitFor", ["provider", "waitFor"], "x"],
    ["stack", ["stack"], undefined],
    ["clusters", ["clusters"], []],
    ['clusters["27"]', ["clusters", "27"], "app/c"],
    ['clusters["27"].path', ["clusters", "27", "path"], undefined],
    ['clusters["27"].forceDestroy', ["clusters", "27", "forceDestroy"], "yes"],
    ['clusters["27"].clusterName', ["clusters", "27", "clusterName"], 27],
    ['clusters["27"].timeouts.delete', ["clusters", "27", "timeouts", "delete"], ""],
    ['obproxies["27/3"].skipDestroy', ["obproxies", "27/3", "skipDestroy"], null],
    ['obproxies["27/3"].preventDestroy', ["obproxies", "27/3", "preventDestroy"], 1],
    ['obproxies["27/3"].skipHostOperation', ["obproxies", "27/3", "skipHostOperation"], {}],
    ["tokens", ["tokens"], undefined],
    ["tokens[0].kind", ["tokens", 0, "kind"], "tenant"],
    ["tokens[0].clusterId", ["tokens", 0, "clusterId"], 27],
    ["others", ["others"], {}],
    ["others[0]", ["others", 0], null],
    ["others[0].url", ["others", 0, "url"], 5],
    ["others[0].obproxies.27/4", ["others", 0, "obproxies", "27/4"], true],
    ["others[0].tokens", ["others", 0, "tokens"], undefined],
    ["others[0].stateFile", ["others", 0, "stateFile"], 1],
  ])("are refused where %s is wrong, by its name", (name, path, value) => {
    const failure = failureOf(() => read(damaged(path, value)));
    expect(failure.message).toContain(`\`${name}\``);
    expect(failure.details).toEqual(["nothing was sent to OCP"]);
    expect(failure.next).toMatch(/synthesize again/);
  });
});

describe("what Terraform passes", () => {
  const env = { [ENV.kind]: "obproxy", [ENV.clusterId]: "27", [ENV.obproxyId]: "3", [ENV.clusterName]: "orders" };

  test("names the object", () => {
    const { target, triggerName } = readTarget(env);
    expect(target).toEqual({ kind: "obproxy", clusterId: "27", obproxyId: "3" });
    expect(triggerName).toBe("orders");
    expect(labelOf(target)).toBe("OBProxy 27/3");
    expect(labelOf(readTarget({ ...env, [ENV.kind]: "cluster" }).target)).toBe("OBProxy cluster 27");
  });

  test.each([
    [ENV.kind, undefined],
    [ENV.kind, "tenant"],
    [ENV.clusterId, undefined],
    [ENV.clusterId, "0"],
    [ENV.clusterId, "027"],
    [ENV.clusterId, "27/../28"],
    [ENV.clusterId, "2.7e1"],
    [ENV.obproxyId, undefined],
    [ENV.obproxyId, "3,4"],
    [ENV.obproxyId, "99999999999999999999"],
    [ENV.clusterName, undefined],
  ])("is refused where %s is %j", (name, value) => {
    expect(failureOf(() => readTarget({ ...env, [name]: value })).message).toContain(name);
  });
});

describe("what the state remembers", () => {
  const env = { [ENV.kind]: "cluster", [ENV.clusterId]: "27", [ENV.clusterName]: "staging" };
  const first = { clusterName: "staging", nameFrom: "first-deploy" };

  test.each([
    [undefined, first],
    ["", first],
    ["null", first],
    ["{}", first],
    ['{"cluster_name":"orders"}', { clusterName: "orders", nameFrom: "last-deploy" }],
    [
      '{"cluster_name":"orders","skip_host_operation":"true","delete_timeout":"2h","later":"x"}',
      { clusterName: "orders", nameFrom: "last-deploy", skipHostOperation: true, deleteTimeout: "2h" },
    ],
  ])("of the last deploy %j", (text, expected) => {
    expect(readTarget({ ...env, [ENV.lastDeploy]: text }).remembered).toEqual(expected);
  });

  test.each(["{", "5", '"x"'])("is refused where it is %j", (text) => {
    expect(failureOf(() => readTarget({ ...env, [ENV.lastDeploy]: text })).message).toContain(ENV.lastDeploy);
  });

  test("of settings counts for what has left the code, and today's for what is declared", () => {
    const target = { kind: "obproxy", clusterId: "27", obproxyId: "3" } as const;
    const remembered = {
      ...{ clusterName: "orders", nameFrom: "last-deploy" as const },
      ...{ skipHostOperation: true, deleteTimeout: "90s" },
    };
    const provider = { timeouts: { delete: "2h" } };
    expect(intentFrom(target, remembered, settingsWith({ provider }))).toMatchObject({
      ...{ skipHostOperation: true, timeoutMs: 90_000, clusterName: "orders", nameFrom: "last-deploy" },
    });
    const declared = settingsWith({ provider, obproxies: { "27/3": { path: "app/p", clusterName: "renamed" } } });
    expect(intentFrom(target, remembered, declared)).toMatchObject({
      ...{ skipHostOperation: false, timeoutMs: 7_200_000, clusterName: "renamed", nameFrom: "declaration" },
    });
  });
});

describe("an id that OCP cannot have given", () => {
  const env = { [ENV.kind]: "obproxy", [ENV.clusterId]: "27", [ENV.obproxyId]: "3" };

  test.each([
    [ENV.obproxyId, "0"],
    [ENV.obproxyId, "abc"],
    [ENV.obproxyId, "01"],
    [ENV.obproxyId, ""],
    [ENV.clusterId, "9223372036854775808"],
  ])("is told: %s %j", (name, value) => {
    const found = impossibleId({ ...env, [name]: value });
    expect(found?.label).toMatch(/^OBProxy .*\/.*$/);
    expect(found?.why).toContain(`${JSON.stringify(value)} is no id that OCP can have given`);
  });

  test("is a key that somebody gave it in the state, where it was deployed under one that is an id: nobody calls it gone", () => {
    for (const obproxyId of ["03", "x"]) {
      const moved = { ...env, [ENV.obproxyId]: obproxyId, [ENV.deployedAs]: "27/3" };
      expect(() => impossibleId(moved)).toThrow(`OBProxy 27/${obproxyId} was deployed as 27/3`);
      expect(impossibleId({ ...moved, [ENV.deployedAs]: `27/${obproxyId}` })?.why).toContain("is no id");
    }
  });

  test("is not one that is not passed, nor one that OCP may have given", () => {
    expect(impossibleId(env)).toBeUndefined();
    expect(impossibleId({ ...env, [ENV.obproxyId]: undefined })).toBeUndefined();
    expect(impossibleId({ [ENV.kind]: "cluster", [ENV.clusterId]: "9223372036854775807" })).toBeUndefined();
  });
});

describe("the intent", () => {
  const proxy = { kind: "obproxy", clusterId: "27", obproxyId: "3" } as const;
  const cluster = { kind: "cluster", clusterId: "27" } as const;

  test("takes the declared name before the one of the first deploy", () => {
    const declared = settingsWith({ obproxies: { "27/3": { path: "app/p", clusterName: "renamed" } } });
    expect(intentFrom(proxy, "orders", declared)).toMatchObject({
      clusterName: "renamed",
      nameFrom: "declaration",
      declared: true,
    });
    expect(intentFrom(proxy, "orders", settingsWith())).toMatchObject({
      clusterName: "orders",
      nameFrom: "first-deploy",
      declared: false,
    });
  });

  test("takes the name that the provider gives the cluster elsewhere in the code before the one of the state", () => {
    const named = { clusterName: "orders", nameFrom: "declaration" };
    const byCluster = settingsWith({ clusters: { "27": { path: "app/c", clusterName: "orders" } } });
    expect(intentFrom(proxy, "staging", byCluster)).toMatchObject(named);
    const bySibling = settingsWith({ obproxies: { "27/4": { path: "app/p", clusterName: "orders" } } });
    expect(intentFrom(cluster, ANY_NAME, bySibling)).toMatchObject(named);
    const byToken = settingsWith({
      tokens: [{ kind: "obproxy", path: "app/p", clusterId: "27", clusterName: "orders" }],
    });
    expect(intentFrom(proxy, "staging", byToken)).toMatchObject(named);
    const any = settingsWith({ clusters: { "27": { path: "app/c", clusterName: ANY_NAME } } });
    expect(intentFrom(proxy, "staging", any)).toMatchObject({ clusterName: "staging", nameFrom: "first-deploy" });
  });

  test("takes the state's name where its own in the code is one that only Terraform knows, whatever others call the cluster", () => {
    const clusters = { "27": { path: "app/c", clusterName: "orders" } };
    const byVariable = settingsWith({ clusters, obproxies: { "27/3": { path: "app/p" } } });
    const ofTheState = { clusterName: "staging", nameFrom: "first-deploy" };
    expect(intentFrom(proxy, "staging", byVariable)).toMatchObject(ofTheState);
    const ofTheCode = { clusterName: "orders", nameFrom: "declaration" };
    expect(intentFrom(proxy, ANY_NAME, byVariable)).toMatchObject(ofTheCode);
    // Imported.
    expect(intentFrom(proxy, "", byVariable)).toMatchObject(ofTheCode);
  });

  test("knows today's names of what may be declared by ids that only Terraform knows", () => {
    const declaring = (...names: readonly (string | undefined)[]): Settings =>
      settingsWith({
        tokens: names.map((clusterName) => ({
          ...{ kind: "obproxy", path: "app/p" },
          ...(clusterName === undefined ? {} : { clusterName }),
        })) as never,
      });
    const renamed = (given: Settings) => [...(intentFrom(proxy, "staging", given).renamedTo ?? [])];
    expect(renamed(declaring("orders", "billing"))).toEqual(["orders", "billing"]);
    expect(renamed(declaring("orders", "staging"))).toEqual([]);
    expect(renamed(declaring("orders", undefined))).toEqual([]);
    expect(renamed(declaring("orders", ANY_NAME))).toEqual([]);
    expect(renamed(declaring())).toEqual([]);
    expect(intentFrom(cluster, "staging", declaring("orders")).renamedTo).toBeUndefined();
  });

  test("knows no name where any will do", () => {
    expect(intentFrom(proxy, ANY_NAME, settingsWith()).clusterName).toBeUndefined();
  });

  test("holds an object that has left the code to the strictest guards", () => {
    expect(
      intentFrom(cluster, "orders", settingsWith({ clusters: { "28": { path: "x", forceDestroy: true } } })),
    ).toMatchObject({
      forceDestroy: false,
      skipHostOperation: false,
    });
  });

  test("tells the OBProxies of its own cluster from those of others whose id begins alike", () => {
    const settings = settingsWith({
      obproxies: {
        "27/3": { path: "a" },
        "27/4": { path: "a", skipDestroy: true },
        "27/6": { path: "a", preventDestroy: true },
        "271/5": { path: "a" },
        "2/7": { path: "a" },
      },
      others: [other({ obproxies: { "27/9": "app/other", "272/1": "app/other" } })],
    });
    const intent = intentFrom(cluster, "orders", settings);
    expect([...intent.declaredObproxyIds]).toEqual(["3", "4", "6"]);
    expect([...intent.keptObproxyIds]).toEqual(["4", "6"]);
    expect([...intent.elsewhereObproxies.keys()]).toEqual(["9", "3", "4", "6"]);
    const declared = intentFrom(cluster, "orders", { ...settings, clusters: { "27": { path: "app/c" } } });
    expect([...declared.elsewhereObproxies.keys()]).toEqual(["9", "3", "4", "6"]);
    const proxyIntent = intentFrom({ ...cluster, kind: "obproxy", obproxyId: "3" }, "orders", settings);
    expect([...proxyIntent.elsewhereObproxies]).toEqual([["9", "app/other"]]);
  });

  test("takes an object's own timeout before the provider's", () => {
    const provider = { timeouts: { delete: "2h" } };
    const own = settingsWith({ provider, obproxies: { "27/3": { path: "a", timeouts: { delete: "90s" } } } });
    expect(intentFrom(proxy, "orders", own).timeoutMs).toBe(90_000);
    expect(intentFrom(proxy, "orders", settingsWith({ provider })).timeoutMs).toBe(7_200_000);
    expect(intentFrom(proxy, "orders", settingsWith()).timeoutMs).toBeUndefined();
  });

  test("keeps its hands off a kept one", () => {
    const settings = settingsWith({ obproxies: { "27/3": { path: "app/p", skipDestroy: true } } });
    const reason = "skipDestroy is set on app/p";
    expect(handsOff(proxy, settings)).toEqual({ off: true, outcome: "left-alone", reason });
  });

  test("refuses a protected one", () => {
    const settings = settingsWith({ obproxies: { "27/3": { path: "app/p", preventDestroy: true } } });
    const reason = "preventDestroy is set on app/p";
    expect(handsOff(proxy, settings)).toMatchObject({ off: true, outcome: "refused", reason });
  });
});

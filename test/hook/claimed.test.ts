import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { claimedElsewhere } from "../../src/hook/claimed.js";
import { claimOf } from "../../src/hook/intent.js";
import type { Neighbour } from "../../src/hook/neighbours.js";
import type { HookSettings, OtherProvider, TokenDeclaration } from "../../src/contract/settings-file.js";
import { resolveSettings, type Settings } from "../../src/hook/settings.js";
import { temporaryDirectory, type TemporaryDirectory } from "../support/temporary.js";
import { type DeepPartial, other, settingsWith } from "./hook-process.js";

/** Whose an object is that leaves its provider: by key, by ids that only Terraform knows, here and elsewhere. */

const OWN = "https://ocp.example.com";
const proxy = { kind: "obproxy", clusterId: "27", obproxyId: "3" } as const;
const token = { kind: "obproxy", path: "other/t" } as const;

/** This provider at {@link OWN}, and another one. */
function settings(change: Partial<OtherProvider>, own: DeepPartial<HookSettings> = {}, env = {}): Settings {
  return settingsWith({ provider: { url: OWN }, others: [other({ url: OWN, ...change })], ...own }, env);
}

/** With what the state of the other stack holds. */
function holding(given: Settings, holds: boolean | undefined): Settings {
  return { ...given, others: given.others.map((each): Neighbour => ({ ...each, holds: () => holds })) };
}

type Where = "same" | "different" | "unknown";
const WHERE: Readonly<Record<Where, Partial<OtherProvider>>> = {
  same: { url: `${OWN}:443/` },
  different: { url: "https://ocp.example.org" },
  unknown: { url: undefined as never },
};
const KEY = { obproxies: { "27/3": "other/p" } };
const TOKEN = { tokens: [token] };
const HERE: Readonly<Record<"declared" | "may be declared" | "left", DeepPartial<HookSettings>>> = {
  declared: { obproxies: { "27/3": { path: "app/p" } } },
  "may be declared": { tokens: [{ ...token, path: "app/t" }] },
  left: {},
};

type Outcome = "deleted" | "left-alone" | "refused";

function outcome(given: Settings, name: string | undefined = "orders"): Outcome {
  const hands = claimedElsewhere(proxy, name, given);
  return hands.off ? hands.outcome : "deleted";
}

describe.each<[keyof typeof HERE, Where, Outcome, Outcome]>([
  // here, OCP of the other, declared there by key, by ids that only Terraform knows
  ["declared", "same", "refused", "deleted"],
  ["declared", "different", "deleted", "deleted"],
  ["declared", "unknown", "deleted", "deleted"],
  ["may be declared", "same", "left-alone", "refused"],
  ["may be declared", "different", "deleted", "deleted"],
  ["may be declared", "unknown", "refused", "refused"],
  ["left", "same", "left-alone", "refused"],
  ["left", "different", "refused", "refused"],
  ["left", "unknown", "refused", "refused"],
])("what is %s here, with another provider of an OCP that is %s", (here, where, byKey, byToken) => {
  test(`is ${byKey} where that declares the same key`, () => {
    expect(outcome(settings({ ...WHERE[where], ...KEY }, HERE[here]))).toBe(byKey);
  });

  test(`is ${byToken} where that declares something by ids that only Terraform knows`, () => {
    expect(outcome(settings({ ...WHERE[where], ...TOKEN }, HERE[here]))).toBe(byToken);
  });

  test("is deleted where that declares other things", () => {
    const others = { clusters: { "27": "other/c" }, obproxies: { "27/4": "other/p" } };
    expect(outcome(settings({ ...WHERE[where], ...others }, HERE[here]))).toBe("deleted");
  });
});

describe("ids that only Terraform knows", () => {
  test.each<[string, Partial<TokenDeclaration>, Outcome]>([
    ["of the same cluster", { clusterId: "27" }, "refused"],
    ["of another cluster", { clusterId: "28" }, "deleted"],
    ["of the same number in some cluster", { obproxyId: "3" }, "refused"],
    ["of another number", { obproxyId: "4" }, "deleted"],
    ["of a cluster itself", { kind: "cluster" }, "deleted"],
    ["of a cluster with the same name", { clusterName: "orders" }, "refused"],
    ["of a cluster with any name", { clusterName: "*" }, "refused"],
    ["of a cluster with another name", { clusterName: "billing" }, "deleted"],
  ])("%s", (_what, change, expected) => {
    expect(outcome(settings({ tokens: [{ ...token, ...change }] }))).toBe(expected);
  });

  test("may be of any name where the guard is switched off", () => {
    const given = settings({ tokens: [{ ...token, clusterName: "billing" }] });
    expect(outcome(given, "*")).toBe("refused");
    expect(claimedElsewhere(proxy, undefined, given)).toMatchObject({ outcome: "refused" });
  });

  test("are a reason to refuse only what OCP still has, where it is the same OCP", () => {
    const gone = (where: Where) => claimOf(claimedElsewhere(proxy, "orders", settings({ ...WHERE[where], ...TOKEN })));
    expect(gone("same")).toMatchObject({ reason: expect.stringContaining("which may be OBProxy 27/3") as string });
    expect(gone("different")).toBeUndefined();
    expect(gone("unknown")).toBeUndefined();
  });

  test("are known to be the object once the state of their stack holds it", () => {
    expect(outcome(holding(settings(TOKEN), true))).toBe("left-alone");
    expect(outcome(holding(settings(TOKEN), false))).toBe("refused");
  });
});

describe("what somebody else declares", () => {
  const hands = (holds: boolean | undefined, change: Partial<OtherProvider> = {}) =>
    claimedElsewhere(proxy, "orders", holding(settings({ ...KEY, ...change }), holds));

  test("is left alone without a doubt where the state there holds it", () => {
    expect(hands(true)).toEqual({
      off: true,
      outcome: "left-alone",
      reason: "other/p of the same app declares it now",
    });
  });

  test("is left alone with a warning that names the stack where nobody can see whether it is deployed", () => {
    expect(hands(undefined)).toMatchObject({
      outcome: "left-alone",
      doubt: expect.stringMatching(/whether the stack other is deployed with it cannot be seen/) as string,
    });
  });

  test("is not forgotten where it is not deployed there", () => {
    expect(hands(false)).toMatchObject({
      outcome: "refused",
      next: "deploy the stack other first, then repeat the command",
    });
    expect(hands(false, { stack: "app" })).toMatchObject({
      outcome: "refused",
      next: expect.stringMatching(/^run deploy/) as string,
    });
  });

  test("is asked for where the same OCP tells whether it is gone, and only where nothing else is in doubt", () => {
    const [own, there] = [other({ url: OWN, ...KEY }), other({ ...WHERE.different, ...KEY })];
    const claimed = (...others: readonly OtherProvider[]) =>
      claimedElsewhere(proxy, "orders", holding(settingsWith({ provider: { url: OWN }, others }), false));
    expect(claimed(own)).toMatchObject({ outcome: "refused", unlessGone: true });
    expect(claimed(other({ url: OWN, ...TOKEN }))).toMatchObject({ outcome: "refused", unlessGone: true });
    for (const others of [[there], [own, there], [there, own], [own, other({ ...WHERE.unknown, ...TOKEN })]]) {
      expect(claimed(...others)).toMatchObject({ outcome: "refused" });
      expect(claimed(...others)).not.toHaveProperty("unlessGone");
    }
  });

  test("is not taken for gone by the word of one OCP where it may have moved to another one", () => {
    const near = other({ url: OWN, ...KEY });
    const far = other({ ...WHERE.different, ...KEY, path: "far/ocp" });
    for (const others of [
      [near, far],
      [far, near],
    ]) {
      const given = holding(settingsWith({ provider: { url: OWN }, others }), false);
      const found = claimedElsewhere(proxy, "orders", given);
      expect(found).toMatchObject({
        outcome: "refused",
        reason: expect.stringContaining("it may have moved") as string,
      });
      expect(claimOf(found)).toBeUndefined();
    }
  });

  test("is told with both addresses where they differ", () => {
    expect(hands(undefined, WHERE.different)).toMatchObject({
      reason: expect.stringMatching(
        /for the OCP at https:\/\/ocp\.example\.org, while this hook would ask the one at https:\/\/ocp\.example\.com:/,
      ) as string,
      next: expect.stringMatching(/state rm.*-target/) as string,
    });
  });

  test("names the variable that is missing", () => {
    const given = settings({ ...KEY, ...WHERE.unknown, envPrefix: "OCP_EU" });
    expect(claimedElsewhere(proxy, "orders", given)).toMatchObject({
      next: expect.stringContaining("set OCP_EU_URL") as string,
    });
    const own = settings(KEY, { provider: { envPrefix: "OCP_US" } });
    expect(claimedElsewhere(proxy, "orders", own)).toMatchObject({
      next: expect.stringContaining("set OCP_US_URL") as string,
    });
  });
});

describe("two OCPs are the same", () => {
  const compare = (own: Partial<OtherProvider>, there: Partial<OtherProvider>, env: NodeJS.ProcessEnv = {}) => {
    const provider = { envPrefix: "OCP", ...own } as DeepPartial<HookSettings["provider"]>;
    return settingsWith({ provider, others: [other(there)] }, env).others[0]?.sameOcp;
  };

  test.each<[string, string, Where]>([
    ["https://ocp", "https://OCP:443/", "same"],
    ["http://ocp:80", "http://ocp", "same"],
    ["http://ocp/a", "http://ocp/a//", "same"],
    ["http://ocp/a", "http://ocp/A", "different"],
    ["http://ocp", "https://ocp", "different"],
    ["http://ocp", "http://ocp:8080", "different"],
    ["http://localhost", "http://127.0.0.1", "different"],
    ["http://ocp", "not a URL", "unknown"],
    ["http://ocp", "http://user:password@ocp", "unknown"],
  ])("%s and %s: %s", (own, there, expected) => {
    expect(compare({ url: own }, { url: there })).toBe(expected);
    expect(compare({ url: own }, { envPrefix: "EU" }, { EU_URL: there })).toBe(expected);
  });

  test("where they read the same variable, whether it is set or not", () => {
    expect(compare({}, {})).toBe("same");
    expect(compare({}, { envPrefix: "EU" })).toBe("unknown");
    expect(compare({}, { envPrefix: "EU" }, { OCP_URL: "http://ocp", EU_URL: "" })).toBe("unknown");
    expect(compare({}, { envPrefix: "EU" }, { OCP_URL: "http://ocp", EU_URL: "http://ocp/" })).toBe("same");
  });
});

describe("whether the state of another stack holds an object", () => {
  let directory: TemporaryDirectory;
  beforeEach(() => {
    directory = temporaryDirectory();
  });
  afterEach(() => {
    directory.remove();
  });

  const instance = (type: string, name: string, key: string) => ({ type, name, instances: [{ index_key: key }] });
  const holds = (state: unknown, env: NodeJS.ProcessEnv = {}, stackDirectory = directory.path): boolean | undefined => {
    const stateFile = join(directory.path, "other.tfstate");
    if (state !== undefined) writeFileSync(stateFile, typeof state === "string" ? state : JSON.stringify(state));
    const { others, ...file } = settingsWith({ others: [other({ stateFile })] });
    return resolveSettings({ ...file, others }, env, stackDirectory).others[0]?.holds("27/3");
  };

  test.each([
    ["with a hook", instance("null_resource", "ocp_obproxies", "27/3"), true],
    ["kept", instance("terraform_data", "ocp_obproxies_kept", "27/3"), true],
    ["under another key", instance("null_resource", "ocp_obproxies", "27/4"), false],
    ["of another provider", instance("null_resource", "eu_obproxies", "27/3"), false],
    ["of another type", instance("aws_instance", "ocp_obproxies", "27/3"), false],
  ])("%s", (_what, resource, expected) => {
    expect(holds({ version: 4, resources: [resource] })).toBe(expected);
  });

  test("is no where the file has not been written, and unknown where its directory is of another machine", () => {
    expect(holds(undefined)).toBe(false);
    const [there] = settingsWith({ others: [other({ stateFile: "/no/such/directory/s.tfstate" })] }).others;
    expect(there?.holds("27/3")).toBeUndefined();
    expect(settingsWith({ others: [other()] }).others[0]?.holds("27/3")).toBeUndefined();
  });

  test.each([["{"], ["{}"], [{ version: 3, resources: [] }], [{ encrypted_data: "x" }]])(
    "is unknown of %j",
    (state) => {
      expect(holds(state)).toBeUndefined();
    },
  );

  test("is unknown in another workspace than the default", () => {
    const state = { version: 4, resources: [] };
    expect(holds(state, { TF_WORKSPACE: "eu" })).toBeUndefined();
    expect(holds(state, { TF_WORKSPACE: "default" })).toBe(false);
    mkdirSync(join(directory.path, ".terraform"));
    writeFileSync(join(directory.path, ".terraform/environment"), "eu");
    expect(holds(state)).toBeUndefined();
  });

  test("is unknown where nobody can tell which workspace is chosen", () => {
    mkdirSync(join(directory.path, ".terraform/environment"), { recursive: true });
    expect(holds({ version: 4, resources: [] })).toBeUndefined();
  });

  test("is seen in a file that lies in the directory of that stack", () => {
    const [own, there] = ["app", "other"].map((name) => join(directory.path, name)) as [string, string];
    for (const each of [own, there]) mkdirSync(each, { recursive: true });
    const seen = () => {
      const others = [other({ stateFile: "../other/terraform.tfstate" })];
      return resolveSettings({ ...settingsWith(), others }, {}, own).others[0]?.holds("27/3");
    };
    expect(seen()).toBe(false);
    const resources = [instance("null_resource", "ocp_obproxies", "27/3")];
    writeFileSync(join(there, "terraform.tfstate"), JSON.stringify({ version: 4, resources }));
    expect(seen()).toBe(true);
  });

  test("is unknown where the other stack is in another workspace than the default", () => {
    const own = join(directory.path, "stacks/app");
    const there = join(directory.path, "stacks/other/.terraform");
    for (const each of [own, there]) mkdirSync(each, { recursive: true });
    expect(holds({ version: 4, resources: [] }, {}, own)).toBe(false);
    writeFileSync(join(there, "environment"), "eu");
    expect(holds(undefined, {}, own)).toBeUndefined();
  });
});

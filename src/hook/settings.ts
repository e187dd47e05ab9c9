import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseDuration } from "./duration.js";
import { addressOf, type Neighbour, neighboursOf } from "./neighbours.js";
import type {
  ClusterSettings,
  HookSettings,
  ObproxySettings,
  OtherProvider,
  ProviderSettings,
  TimeoutSettings,
  TokenDeclaration,
} from "./request.js";
import { HookFailure } from "./tell/failure.js";

/** The settings file, and what the environment adds to it: which of the other providers stand for the same OCP. */
export interface Settings extends Omit<HookSettings, "others"> {
  readonly others: readonly Neighbour[];
  /** Of the provider's own OCP; undefined: this environment does not tell. */
  readonly address: string | undefined;
}

/**
 * Reads the settings file that the constructs wrote beside the hook, whole: a wrong member anywhere is told before
 * anything is done.
 *
 * @param env of the hook: the URLs of other providers may come from it, as its own may
 * @throws HookFailure that names the member
 */
export function readSettings(path: string, env: NodeJS.ProcessEnv): Settings {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw unusable(path, String(error), error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unusable(path, `it is not JSON: ${String(error)}`, error);
  }
  try {
    return resolveSettings(parseSettings(value), env, join(dirname(path), FROM_HOOK_TO_STACK));
  } catch (error) {
    if (error instanceof WrongMember) throw unusable(path, error.message, error);
    throw error;
  }
}

/** `assets/<alias>_obproxy_hook/v1` */
const FROM_HOOK_TO_STACK = "../../..";

export function resolveSettings(settings: HookSettings, env: NodeJS.ProcessEnv, stackDirectory: string): Settings {
  return {
    ...settings,
    address: addressOf(settings.provider, env),
    others: neighboursOf(settings, env, stackDirectory),
  };
}

/** @throws WrongMember */
function parseSettings(value: unknown): HookSettings {
  if (!isRecord(value) || value["formatVersion"] !== FORMAT) {
    throw new WrongMember(`its \`formatVersion\` is not ${FORMAT}, which this hook reads`);
  }

  const root = new Member(value, "");
  return {
    formatVersion: FORMAT,
    stack: root.text("stack"),
    provider: providerOf(root.member("provider")),
    clusters: root.mapOf("clusters", clusterOf),
    obproxies: root.mapOf("obproxies", obproxyOf),
    tokens: root.listOf("tokens", tokenOf),
    others: root.listOf("others", otherOf),
  };
}

const FORMAT = 2;

function providerOf(at: Member): ProviderSettings {
  return {
    alias: at.text("alias"),
    ...at.optional("url", (name) => at.text(name)),
    envPrefix: at.text("envPrefix"),
    hasCaFile: at.flag("hasCaFile"),
    insecureSkipVerify: at.flag("insecureSkipVerify"),
    timeouts: timeoutsOf(at.member("timeouts")),
    taskRetries: at.count("taskRetries"),
    waitFor: at.oneOf("waitFor", ["task", "object"] as const),
  };
}

function clusterOf(at: Member): ClusterSettings {
  return { ...commonOf(at), ...at.optional("forceDestroy", (name) => at.flag(name)) };
}

function obproxyOf(at: Member): ObproxySettings {
  return { ...commonOf(at), ...at.optional("skipHostOperation", (name) => at.flag(name)) };
}

function commonOf(at: Member): Omit<ClusterSettings, "forceDestroy"> {
  return {
    path: at.text("path"),
    ...at.optional("clusterName", (name) => at.text(name)),
    ...at.optional("skipDestroy", (name) => at.flag(name)),
    ...at.optional("preventDestroy", (name) => at.flag(name)),
    ...at.optional("timeouts", (name) => timeoutsOf(at.member(name))),
  };
}

function timeoutsOf(at: Member): TimeoutSettings {
  return at.optional("delete", (name) => at.duration(name));
}

function tokenOf(at: Member): TokenDeclaration {
  return {
    kind: at.oneOf("kind", ["cluster", "obproxy"] as const),
    path: at.text("path"),
    ...at.optional("clusterId", (name) => at.text(name)),
    ...at.optional("obproxyId", (name) => at.text(name)),
    ...at.optional("clusterName", (name) => at.text(name)),
  };
}

function otherOf(at: Member): OtherProvider {
  return {
    path: at.text("path"),
    stack: at.text("stack"),
    alias: at.text("alias"),
    ...at.optional("url", (name) => at.text(name)),
    envPrefix: at.text("envPrefix"),
    clusters: at.texts("clusters"),
    obproxies: at.texts("obproxies"),
    tokens: at.listOf("tokens", tokenOf),
    ...at.optional("stateFile", (name) => at.text(name)),
  };
}

class WrongMember extends Error {
  override readonly name = "WrongMember";
}

/** An object of the file, and where in it it stands, so that what is wrong can be named. */
class Member {
  private readonly value: Readonly<Record<string, unknown>>;
  private readonly path: string;

  constructor(value: unknown, path: string) {
    if (!isRecord(value)) throw wrong(path, value, "an object");
    this.value = value;
    this.path = path;
  }

  text(name: string): string {
    const value = this.value[name];
    if (typeof value !== "string" || value === "") throw wrong(this.at(name), value, "a text");
    return value;
  }

  flag(name: string): boolean {
    const value = this.value[name];
    if (typeof value !== "boolean") throw wrong(this.at(name), value, "true or false");
    return value;
  }

  count(name: string): number {
    const value = this.value[name];
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
      throw wrong(this.at(name), value, "0 or a positive integer");
    }

    return value;
  }

  duration(name: string): string {
    const value = this.value[name];
    if (typeof value !== "string" || parseDuration(value) === undefined) {
      throw wrong(this.at(name), value, "a duration such as 2h");
    }
    return value;
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.value[name];
    const found = choices.find((choice) => choice === value);
    if (found === undefined) {
      throw wrong(this.at(name), value, choices.map((each) => JSON.stringify(each)).join(" or "));
    }
    return found;
  }

  member(name: string): Member {
    return new Member(this.value[name], this.at(name));
  }

  listOf<T>(name: string, read: (at: Member) => T): readonly T[] {
    const value: unknown = this.value[name];
    if (!Array.isArray(value)) throw wrong(this.at(name), value, "a list");
    return value.map((each: unknown, index) => read(new Member(each, `${this.at(name)}[${index}]`)));
  }

  mapOf<T>(name: string, read: (at: Member) => T): Readonly<Record<string, T>> {
    const members = this.member(name);
    return Object.fromEntries(
      Object.entries(members.value).map(([key, each]) => [
        key,
        read(new Member(each, `${members.path}[${JSON.stringify(key)}]`)),
      ]),
    );
  }

  texts(name: string): Readonly<Record<string, string>> {
    const members = this.member(name);
    return Object.fromEntries(Object.keys(members.value).map((key) => [key, members.text(key)]));
  }

  /** `{}` where the member is absent. */
  optional<N extends string, T>(name: N, read: (name: N) => T): { readonly [K in N]?: T } {
    return this.value[name] === undefined ? {} : ({ [name]: read(name) } as { readonly [K in N]?: T });
  }

  private at(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }
}

function wrong(path: string, value: unknown, wanted: string): WrongMember {
  return new WrongMember(
    value === undefined ? `\`${path}\` is missing` : `\`${path}\` is ${shown(value)}, but has to be ${wanted}`,
  );
}

/** The file holds no secrets, but nobody knows what a damaged one holds. */
function shown(value: unknown): string {
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : "another text";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unusable(path: string, why: string, cause?: unknown): HookFailure {
  return new HookFailure(
    {
      what: `the settings beside the hook (${path}) cannot be used: ${why}`,
      details: ["nothing was sent to OCP"],
      next: "synthesize again (cdktf synth), then repeat the command",
    },
    cause === undefined ? undefined : { cause },
  );
}

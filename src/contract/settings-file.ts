import { parseDuration } from "./duration.js";
import {
  count,
  flag,
  isRecord,
  listOf,
  mapOf,
  object,
  oneOf,
  parseJson,
  type Read,
  type Reader,
  text,
  texts,
  wrong,
  WrongMember,
} from "./json.js";

/**
 * The settings file beside the hook: how the code of today wants each object to be treated. The constructs write it, the
 * hook reads it at destroy time; its form and its types stand here once. A member that is new is optional, with the
 * behaviour of before where it is absent: what an older version has synthesized may still have to be destroyed.
 */

const FORMAT = 2;

const format: Reader<typeof FORMAT> = (value) => {
  if (value === FORMAT) return FORMAT;
  throw new WrongMember(`its \`formatVersion\` is not ${FORMAT}, which this hook reads`);
};

const duration: Reader<string> = (value, at) => {
  if (typeof value !== "string" || parseDuration(value) === undefined) throw wrong(at, value, "a duration such as 2h");
  return value;
};

const timeouts = object(
  {},
  {
    /** A duration such as `"90s"`, `"30m"`, `"2h"`, `"1h30m"`. */
    delete: duration,
  },
);

/** As Terraform writes every text into its state, from where the other names are: a letter with its accent in one. */
const clusterName: Reader<string> = (value, at) => text(value, at).normalize();

/** Of every object. Members that are absent have the value of the guard's default. */
const ofAnyObject = {
  /** As declared today; absent where it is a token: then the trigger's name holds. */
  clusterName,
  skipDestroy: flag,
  preventDestroy: flag,
  timeouts,
};

/** Path of the construct that declares it, for messages. */
const declared = { path: text };

const cluster = object(declared, { ...ofAnyObject, forceDestroy: flag });

const obproxy = object(declared, { ...ofAnyObject, skipHostOperation: flag });

const provider = object(
  {
    alias: text,
    envPrefix: text,
    /** True when a copy of `caFile` lies beside the hook. */
    hasCaFile: flag,
    insecureSkipVerify: flag,
    timeouts,
    taskRetries: count,
    waitFor: oneOf("task", "object"),
  },
  {
    /** Absent: the hook reads `<envPrefix>_URL`. */
    url: text,
  },
);

const token = object(
  {
    kind: oneOf("cluster", "obproxy"),
    /** Path of the construct that declares it. */
    path: text,
  },
  { clusterId: text, obproxyId: text, clusterName },
);

const other = object(
  {
    /** Path of its construct. */
    path: text,
    stack: text,
    alias: text,
    envPrefix: text,
    /** Key → path of the declaring construct. */
    clusters: texts,
    obproxies: texts,
    tokens: listOf(token),
  },
  {
    /** Absent: its hooks read `<envPrefix>_URL`. Whether it is the same OCP is only known at destroy time. */
    url: text,
    /** Where its stack keeps a local state file: an absolute path, or one from the directory of this hook's stack. */
    stateFile: text,
  },
);

const settings = object(
  {
    formatVersion: format,
    /** Of the stack that the hook belongs to. */
    stack: text,
    provider,
    /** By key: `"27"`. */
    clusters: mapOf(cluster),
    /** By key: `"27/3"`. */
    obproxies: mapOf(obproxy),
    /** What the provider itself declares without a key that synth knows. */
    tokens: listOf(token),
    /** What is declared there protects what lies here: see `decide/elsewhere.ts`. */
    others: listOf(other),
  },
  {},
);

export type ClusterSettings = Read<typeof cluster>;
export type ObproxySettings = Read<typeof obproxy>;
export type ProviderSettings = Read<typeof provider>;

/**
 * An object that is declared by ids of which at least one is known to Terraform alone. The hook cannot tell which object
 * that is, only which it cannot be: by the members that are known.
 */
export type TokenDeclaration = Read<typeof token>;

/** Another `OcpProvider` of the same app, in this stack or in another one, and what it declares. */
export type OtherProvider = Read<typeof other>;

export type HookSettings = Read<typeof settings>;

/** Indented, with sorted keys, so that two synths compare. */
export function settingsText(settings: HookSettings): string {
  const sorted = (_key: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value;
  return `${JSON.stringify(settings, sorted, 2)}\n`;
}

/** All of it: a wrong member anywhere is told before anything is done. @throws WrongMember */
export function parseSettings(written: string): HookSettings {
  const value = parseJson(written);
  return settings(isRecord(value) ? value : {}, "");
}

/**
 * What the constructs hand to the destroy hook: the environment of the provisioner names the object, the settings file
 * beside the hook holds everything else. This file is the only thing that `constructs/` and `hook/` share; it holds
 * types and names and nothing that runs.
 */

/** The bundled hook, as it is named in the stack's asset directory. */
export const HOOK_FILE = "obproxy-hook.cjs";
/** The settings of everything that the provider manages, beside the hook. */
export const SETTINGS_FILE = "settings.json";
/** A copy of the provider's `caFile`, beside the hook; only there when `caFile` was given. */
export const CA_FILE = "ca.pem";

/** The value of a `clusterName` that switches the name guard off. */
export const ANY_NAME = "*";

/** Environment variables that the provisioner sets from the instance's key, its triggers, and what synth knows. */
export const ENV = {
  /** `"cluster"` or `"obproxy"`. */
  kind: "OBPROXY_HOOK_KIND",
  /**
   * Set instead of {@link ENV.kind}, with the same values: not the object is to go, but what is remembered of its last
   * declaration beside a null_resource, which is in {@link ENV.lastDeploy}.
   */
  memoryOf: "OBPROXY_HOOK_MEMORY_OF",
  /**
   * Whose hook is called: the name of the stack and the alias of the provider, as its settings have them. Files that are
   * alike may be one file to a store that keeps each content once, and then lie beside the settings of another stack.
   */
  stack: "OBPROXY_HOOK_STACK",
  provider: "OBPROXY_HOOK_PROVIDER",
  /** Of the instance's key: decimal digits. */
  clusterId: "OBPROXY_HOOK_CLUSTER_ID",
  /** Of the instance's key: decimal digits; unset for a cluster. */
  obproxyId: "OBPROXY_HOOK_OBPROXY_ID",
  /**
   * `self.triggers.cluster_name`: the name of the first deploy, or {@link ANY_NAME}. Empty: the state knows none, because
   * the instance was imported.
   */
  clusterName: "OBPROXY_HOOK_CLUSTER_NAME",
  /** The key as the triggers have it; empty: they do not know. Another one: somebody has moved it in the state. */
  deployedAs: "OBPROXY_HOOK_DEPLOYED_AS",
  /**
   * What the carrier holds of the last deploy's declaration: JSON of an object with the members of {@link TODAY}.
   * Unset, empty or `null`: nothing, so that the first deploy's name holds.
   */
  lastDeploy: "OBPROXY_HOOK_LAST_DEPLOY",
  /**
   * For tests and demonstrations against a simulator that runs faster than life: the length of a tick of OCP's task
   * engine in milliseconds. Every pause of the hook scales with it. Default 1000.
   */
  tickMs: "OBPROXY_HOOK_TICK_MS",
} as const;

/** Members of {@link ENV.lastDeploy}, all of them texts. */
export const TODAY = {
  clusterName: "cluster_name",
  /** `"true"`, or absent. */
  skipHostOperation: "skip_host_operation",
  /** A duration, or absent. */
  deleteTimeout: "delete_timeout",
} as const;

/** Beside the members of {@link TODAY}, where a null_resource does not know the last name: the first one. */
export const FIRST_NAME = "first_cluster_name";

/** A duration: hours, minutes and seconds, each at most once and in this order. */
export const DURATION = /^(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?$/;

export interface TimeoutSettings {
  /** A duration such as `"90s"`, `"30m"`, `"2h"`, `"1h30m"`. */
  readonly delete?: string;
}

export interface ProviderSettings {
  readonly alias: string;
  /** Absent: the hook reads `<envPrefix>_URL`. */
  readonly url?: string;
  readonly envPrefix: string;
  /** True when {@link CA_FILE} lies beside the hook. */
  readonly hasCaFile: boolean;
  readonly insecureSkipVerify: boolean;
  readonly timeouts: TimeoutSettings;
  readonly taskRetries: number;
  readonly waitFor: "task" | "object";
}

/** Members that are absent have the value of the guard's default. */
export interface ClusterSettings {
  /** As declared today; absent where it is a token: then the trigger's name holds. */
  readonly clusterName?: string;
  readonly forceDestroy?: boolean;
  readonly skipDestroy?: boolean;
  readonly preventDestroy?: boolean;
  readonly timeouts?: TimeoutSettings;
  /** Path of the construct that declares it, for messages. */
  readonly path: string;
}

export interface ObproxySettings {
  readonly clusterName?: string;
  readonly skipHostOperation?: boolean;
  readonly skipDestroy?: boolean;
  readonly preventDestroy?: boolean;
  readonly timeouts?: TimeoutSettings;
  readonly path: string;
}

/**
 * An object that is declared by ids of which at least one is known to Terraform alone. The hook cannot tell which object
 * that is, only which it cannot be: by the members that are known.
 */
export interface TokenDeclaration {
  readonly kind: "cluster" | "obproxy";
  /** Path of the construct that declares it. */
  readonly path: string;
  readonly clusterId?: string;
  readonly obproxyId?: string;
  readonly clusterName?: string;
}

/** Another `OcpProvider` of the same app, in this stack or in another one, and what it declares. */
export interface OtherProvider {
  /** Path of its construct. */
  readonly path: string;
  readonly stack: string;
  readonly alias: string;
  /** Absent: its hooks read `<envPrefix>_URL`. Whether it is the same OCP is only known at destroy time. */
  readonly url?: string;
  readonly envPrefix: string;
  /** Key → path of the declaring construct. */
  readonly clusters: Readonly<Record<string, string>>;
  readonly obproxies: Readonly<Record<string, string>>;
  readonly tokens: readonly TokenDeclaration[];
  /** Where its stack keeps a local state file: its absolute path. */
  readonly stateFile?: string;
}

export interface HookSettings {
  readonly formatVersion: 2;
  /** Of the stack that the hook belongs to. */
  readonly stack: string;
  readonly provider: ProviderSettings;
  /** By key: `"27"`. */
  readonly clusters: Readonly<Record<string, ClusterSettings>>;
  /** By key: `"27/3"`. */
  readonly obproxies: Readonly<Record<string, ObproxySettings>>;
  /** What the provider itself declares without a key that synth knows. */
  readonly tokens: readonly TokenDeclaration[];
  /** What is declared there protects what lies here: see `decide/elsewhere.ts`. */
  readonly others: readonly OtherProvider[];
}

/** The key of a cluster: `"27"`. */
export function clusterKey(clusterId: string): string {
  return clusterId;
}

/** The key of an OBProxy: `"27/3"`. */
export function obproxyKey(clusterId: string, obproxyId: string): string {
  return `${clusterId}/${obproxyId}`;
}

import type { ObjectKind } from "./object.js";

/**
 * Names that synth, the destroy hook and whoever looks at its work have to agree on. **They are frozen**: users have them in
 * their configurations and states.
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
  /** `"cluster"` or `"obproxy"`, or {@link FIRST_LOOK}. */
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

/** Instead of the kind of an object: nothing is to go yet; see {@link firstLookName}. */
export const FIRST_LOOK = "first-look";

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

/** What an instance holds of its object. */
export type TriggerKey = "cluster_id" | "obproxy_id" | "cluster_name";

/** The types of resource that carry a hook, and in which attribute each of them holds the triggers. */
export const TRIGGERS = { null_resource: "triggers", terraform_data: "triggers_replace" } as const;

/** Parts of addresses. */
export const PLURALS: Readonly<Record<ObjectKind, string>> = { cluster: "obproxy_clusters", obproxy: "obproxies" };

/** Of the block with the objects of one kind: `ocp_obproxies`; with those that are left alone: `ocp_obproxies_kept`. */
export function blockName(alias: string, kind: ObjectKind, kept = false): string {
  return `${alias}_${PLURALS[kind]}${kept ? "_kept" : ""}`;
}

/** Of the block beside it, which remembers what a null_resource cannot: `ocp_obproxies_remembered`. */
export function memoryName(alias: string, kind: ObjectKind): string {
  return `${blockName(alias, kind)}_remembered`;
}

/** Of the block that shows which settings of a null_resource's objects would be lost: `ocp_obproxy_settings`. */
export function settingsRecordName(alias: string): string {
  return `${alias}_obproxy_settings`;
}

/** Of the block that keeps one object from being deleted: `ocp_protected_27_3`. */
export function protectionName(alias: string, key: string): string {
  return `${alias}_protected_${key.replace("/", "_")}`;
}

/** Of the block whose hook looks at OCP before anything goes that stands in front of the objects: `ocp_first_look`. */
export function firstLookName(alias: string): string {
  return `${alias}_first_look`;
}

/** The asset with the hook; from the stack's directory: `assets/ocp_obproxy_hook/v1`. */
export function hookAsset(alias: string): string {
  return `${alias}_obproxy_hook`;
}

/** Instead of a hash of what is in it: the path of the hook stays the same from release to release. */
export const HOOK_ASSET_VERSION = "v1";

/** From the hook's directory to that of its stack. */
export const FROM_HOOK_TO_STACK = "../../..";

/** `null_resource.ocp_obproxies["27/3"]`. */
export function instanceAddress(carrier: string, block: string, key: string): string {
  return `${carrier}.${block}["${key}"]`;
}

/** The user's own variable with the address of OCP. */
export function urlVariable(envPrefix: string): string {
  return `${envPrefix}_URL`;
}

/** Those with who asks OCP: a user, or an access key. */
export function credentialVariables(envPrefix: string) {
  return {
    username: `${envPrefix}_USERNAME`,
    password: `${envPrefix}_PASSWORD`,
    accessKeyId: `${envPrefix}_ACCESS_KEY_ID`,
    accessKeySecret: `${envPrefix}_ACCESS_KEY_SECRET`,
  } as const;
}

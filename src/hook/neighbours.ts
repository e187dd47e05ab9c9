import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { member } from "../contract/json.js";
import { blockName, TRIGGERS, urlVariable } from "../contract/names.js";
import { kindOfKey } from "../contract/object.js";
import type { HookSettings, OtherProvider } from "../contract/settings-file.js";
import { OcpConfigError } from "../ocp/errors.js";
import { parseBaseUrl } from "../ocp/base-url.js";

/** Whether another provider's OCP is this one: by the addresses that both have in this environment. */
export type SameOcp = "same" | "different" | "unknown";

/** Another provider of the app as it is seen from the machine that destroys. */
export interface Neighbour extends OtherProvider {
  readonly sameOcp: SameOcp;
  /** The address of its OCP; undefined: this environment does not tell. */
  readonly address: string | undefined;
  /** Whether the state of its stack holds the object with this key; undefined: that state cannot be read from here. */
  readonly holds: (key: string) => boolean | undefined;
}

/** @param stackDirectory of the stack that the hook belongs to, with what Terraform keeps there */
export function neighboursOf(
  { others, provider }: HookSettings,
  env: NodeJS.ProcessEnv,
  stackDirectory: string,
): readonly Neighbour[] {
  const own = addressOf(provider, env);
  return others.map((other) => {
    const address = addressOf(other, env);
    return {
      ...other,
      address,
      sameOcp: readTheSameVariable(provider, other) ? "same" : compare(own, address),
      holds: (key) =>
        isInWorkspace(env, stackDirectory, other.stack) ? undefined : holdsInState(other, stackDirectory, key),
    };
  });
}

/** Then they are one, whatever its value. */
function readTheSameVariable(a: Whereabouts, b: Whereabouts): boolean {
  return a.url === undefined && b.url === undefined && a.envPrefix === b.envPrefix;
}

/**
 * Two spellings of one address are the same; two addresses may still lead to one OCP, which nobody can tell from here,
 * so "different" is never taken as a proof that an object is another one.
 */
function compare(own: string | undefined, other: string | undefined): SameOcp {
  if (own === undefined || other === undefined) return "unknown";
  return own === other ? "same" : "different";
}

type Whereabouts = Pick<OtherProvider, "url" | "envPrefix">;

/** Scheme, host, port and path in one spelling; undefined: it is not set here, or no URL. */
export function addressOf({ envPrefix, url }: Whereabouts, env: NodeJS.ProcessEnv): string | undefined {
  const text = url ?? env[urlVariable(envPrefix)];
  if (text === undefined || text === "") return undefined;
  try {
    return parseBaseUrl(text).href;
  } catch (error) {
    if (error instanceof OcpConfigError) return undefined;
    throw error;
  }
}

/**
 * Undefined where it cannot be known: the state lies in a remote backend or in another workspace, or the directory of
 * its file is of another machine. A file that is missing in a directory that is there has not been written yet.
 */
function holdsInState({ alias, stateFile }: OtherProvider, directory: string, key: string): boolean | undefined {
  const file = stateFile && resolve(directory, stateFile);
  if (file === undefined || !existsSync(dirname(file))) return undefined;
  if (!existsSync(file)) return false;
  try {
    return resourcesOf(JSON.parse(readFileSync(file, "utf8")))?.some((resource) => isOf(resource, alias, key));
  } catch {
    // Being written, locked by another program, or encrypted.
    return undefined;
  }
}

/** In another one than the default, or perhaps, in this stack or in the other one: of both the same one is meant to be chosen. */
function isInWorkspace(env: NodeJS.ProcessEnv, stackDirectory: string, otherStack: string): boolean {
  const chosen = env["TF_WORKSPACE"];
  if (chosen !== undefined && chosen !== "") return chosen !== "default";
  const data = env["TF_DATA_DIR"];
  return [stackDirectory, join(stackDirectory, "..", otherStack)].some((directory) => {
    const file = join(resolve(directory, data === undefined || data === "" ? ".terraform" : data), "environment");
    try {
      return existsSync(file) && readFileSync(file, "utf8").trim() !== "default";
    } catch {
      // Nobody can tell which one is chosen.
      return true;
    }
  });
}

/** Undefined: this is no state file of format 4. */
function resourcesOf(state: unknown): readonly unknown[] | undefined {
  const resources = member(state, "resources");
  return member(state, "version") === 4 && Array.isArray(resources) ? resources : undefined;
}

const CARRIERS: readonly unknown[] = Object.keys(TRIGGERS);

/** In whichever block of the provider, with a hook or kept, of whichever carrier. */
function isOf(resource: unknown, alias: string, key: string): boolean {
  const kind = kindOfKey(key);
  const name = member(resource, "name");
  const instances = member(resource, "instances");
  return (
    CARRIERS.includes(member(resource, "type")) &&
    (name === blockName(alias, kind) || name === blockName(alias, kind, true)) &&
    Array.isArray(instances) &&
    instances.some((instance: unknown) => member(instance, "index_key") === key)
  );
}

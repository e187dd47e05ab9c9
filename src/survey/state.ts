import { at, isObject, listAt, textAt } from "./json.js";
import { keyOf, type Target, targetOfKey } from "../contract/object.js";
import { rememberedOf } from "../hook/intent.js";
import { type Memory, memoryFrom } from "../hook/memory.js";
import { readTriggers, type Triggers } from "./triggers.js";

/** One resource instance of the state that stands for an object of OCP. */
export interface Instance {
  /** `null_resource.ocp_obproxies["27/3"]` */
  readonly address: string;
  /** `null_resource.ocp_obproxies` */
  readonly block: string;
  /** Those of the address, for which the hook is called; an empty name where the state holds none. */
  readonly triggers: Triggers;
  /** Absent: as itself. Else the state holds no triggers (it was imported), or those of another object. */
  readonly deployedAs?: "nothing" | Target;
  readonly tainted: boolean;
  /** A leftover of a replacement, which Terraform destroys without any hook. */
  readonly deposed: boolean;
  /** What lies beside a null_resource of its object's last declaration; absent: nothing that it does not know itself. */
  readonly memory?: Pick<Memory, "remembered" | "firstName">;
}

const CARRIERS: Readonly<Record<string, string>> = { null_resource: "triggers", terraform_data: "triggers_replace" };

/**
 * The objects of OCP in a state: the output of `terraform show -json`, or a raw state file of format 4. Undefined where
 * the text is neither.
 */
export function readInstances(state: unknown): readonly Instance[] | undefined {
  if (!isObject(state)) return undefined;
  const instances =
    typeof state["format_version"] === "string" && state["planned_values"] === undefined
      ? fromShow(at(state, "values", "root_module"))
      : state["version"] === 4 && Array.isArray(state["resources"])
        ? fromFile(state["resources"])
        : undefined;
  const memories = readMemories(state);
  return instances?.map((instance) => {
    const memory = memories.get(instance.address);
    return memory === undefined ? instance : { ...instance, memory };
  });
}

/** By the address of the object beside which it lies. */
function readMemories(state: unknown): ReadonlyMap<string, Pick<Memory, "remembered" | "firstName">> {
  const found = dataOf(state).flatMap(({ input, key, name }): [string, Pick<Memory, "remembered" | "firstName">][] => {
    const block = /^(\w+)_remembered$/.exec(name)?.[1];
    return block === undefined || typeof key !== "string"
      ? []
      : [[`null_resource.${block}["${key}"]`, memoryFrom(input)]];
  });
  return new Map(found);
}

interface Data {
  readonly name: string;
  readonly key: unknown;
  readonly input: unknown;
}

/** The instances of terraform_data in the root module. */
function dataOf(state: unknown): readonly Data[] {
  const isData = (resource: unknown): boolean => at(resource, "type") === "terraform_data";
  const shown = listAt(state, "values", "root_module", "resources").map((resource) => ({
    resource,
    key: at(resource, "index"),
    input: at(resource, "values", "input"),
  }));
  const raw = listAt(state, "resources").flatMap((resource) =>
    listAt(resource, "instances").map((instance) => ({
      resource,
      key: at(instance, "index_key"),
      input: withoutType(at(instance, "attributes", "input")),
    })),
  );
  return [...shown, ...raw]
    .filter(({ resource }) => isData(resource))
    .map(({ input, key, resource }) => ({ name: textAt(resource, "name") ?? "", key, input }));
}

/**
 * What a stack of null_resource remembers of its objects' settings: `<alias> <label>` → settings, as `SettingsRecord`
 * has them before the colon; what follows explains them to who reads a plan.
 */
export function readSettingsRecords(state: unknown): ReadonlyMap<string, string> {
  const records = dataOf(state).flatMap(({ input, name }): [string, string][] => {
    const alias = /^(\w+)_obproxy_settings$/.exec(name)?.[1];
    if (alias === undefined || !isObject(input)) return [];
    return Object.entries(input).map(([label, settings]) => [`${alias} ${label}`, beforeColon(String(settings))]);
  });
  return new Map(records);
}

function beforeColon(text: string): string {
  const [settings = text] = text.split(":");
  return settings;
}

function fromShow(module: unknown): readonly Instance[] {
  const own = listAt(module, "resources").flatMap((resource): Instance[] => {
    const address = textAt(resource, "address");
    const type = textAt(resource, "type");
    const attribute = CARRIERS[type ?? ""];
    if (address === undefined || attribute === undefined || at(resource, "mode") !== "managed") return [];
    const identity = identify(address, at(resource, "values", attribute), at(resource, "values", "input"));
    if (identity === undefined) return [];
    const tainted = at(resource, "tainted") === true;
    const deposed = at(resource, "deposed_key") !== undefined;
    return [{ address, block: blockOf(address), ...identity, tainted, deposed }];
  });
  return [...own, ...listAt(module, "child_modules").flatMap(fromShow)];
}

function fromFile(resources: readonly unknown[]): readonly Instance[] {
  return resources.flatMap((resource) => {
    const type = textAt(resource, "type") ?? "";
    const attribute = CARRIERS[type];
    if (attribute === undefined || at(resource, "mode") !== "managed") return [];
    const module = textAt(resource, "module");
    const block = `${module === undefined ? "" : `${module}.`}${type}.${textAt(resource, "name") ?? ""}`;
    return listAt(resource, "instances").flatMap((instance): Instance[] => {
      const value = (name: string): unknown => withoutType(at(instance, "attributes", name));
      const index = at(instance, "index_key");
      const address = index === undefined ? block : `${block}[${JSON.stringify(index)}]`;
      const identity = identify(address, value(attribute), value("input"));
      if (identity === undefined) return [];
      const tainted = at(instance, "status") === "tainted";
      return [{ address, block, ...identity, tainted, deposed: at(instance, "deposed") !== undefined }];
    });
  });
}

/** Undefined: it is none of ours. */
function identify(
  address: string,
  value: unknown,
  input: unknown,
): Pick<Instance, "triggers" | "deployedAs"> | undefined {
  const triggers = readTriggers(value, input);
  const place = placeOf(address);
  const ofKey = place?.target;
  if (triggers === undefined) {
    const isEmpty = value === null || (isObject(value) && Object.keys(value).length === 0);
    if (!isEmpty || ofKey === undefined) return undefined;
    const remembered = rememberedOf("", input);
    // A deploy since has written the name.
    const hasName = remembered.clusterName !== "";
    return { triggers: { target: ofKey, remembered }, ...(hasName ? {} : { deployedAs: "nothing" }) };
  }
  // A key that is none was given to it in the state: what it was deployed as is in OCP.
  if (place !== undefined && ofKey === undefined) return { triggers, deployedAs: triggers.target };
  if (ofKey === undefined || keyOf(ofKey) === keyOf(triggers.target)) return { triggers };
  return { triggers: { ...triggers, target: ofKey }, deployedAs: triggers.target };
}

/** `null_resource.ocp_obproxies["27/3"]`; undefined: no address of ours. `target`: undefined where the key is no id. */
function placeOf(address: string): { readonly target: Target | undefined } | undefined {
  const [, plural, key] = /_(obproxies|obproxy_clusters)(?:_kept)?\["([^"]*)"\]$/.exec(address) ?? [];
  if (key === undefined) return undefined;
  const target = targetOfKey(key);
  return { target: (target?.kind === "cluster") === (plural === "obproxy_clusters") ? target : undefined };
}

/** A value of any type is kept together with its type. */
function withoutType(value: unknown): unknown {
  return isObject(value) && "value" in value ? value["value"] : value;
}

function blockOf(address: string): string {
  return address.replace(/\[[^[\]]*\]$/, "");
}

import type { ITerraformIterator, LocalExecProvisioner } from "cdktf";
import type { Construct } from "constructs";
import type { BlockNeeds } from "../contract/block-needs.js";
import { ANY_NAME, FIRST_NAME, TODAY } from "../contract/names.js";
import type { ObjectKind } from "../contract/object.js";
import { DataBlock } from "./data-block.js";
import { type HookCall, memoryHook } from "./destroy-hook.js";

export interface MemoryConfig {
  readonly kind: ObjectKind;
  /** The frozen name of the block, which is that of the local with what it remembers, too. */
  readonly name: string;
  /** From key to what is to be remembered; see {@link remembered}. */
  readonly objects: ITerraformIterator;
  readonly hook: HookCall;
}

/**
 * What a null_resource cannot remember of an object's last declaration: the name of its cluster, where that is no longer
 * the first deploy's, and `skipHostOperation`. Only such objects have an instance here. It goes together with its object,
 * and before it; its hook refuses where the object has left the code, because the object's own hook would ask for the
 * first name, or delete without the setting. Of an object that is declared it sees first that the cluster has today's
 * name: else the object's own hook would fail, with nothing left here for the time after.
 */
export class Memory extends DataBlock {
  private readonly hook: LocalExecProvisioner;

  constructor(scope: Construct, id: string, { hook, kind, name, objects }: MemoryConfig) {
    const provisioner = memoryHook(kind, hook);
    super(scope, id, name, { forEach: objects, provisioners: [provisioner] });
    this.hook = provisioner;
  }

  get needs(): BlockNeeds {
    const { type, ...hook } = this.hook;
    return {
      type: this.terraformResourceType,
      name: this.name,
      carriesObjects: false,
      attributes: { for_each: `\${local.${this.name}}`, input: "${each.value}" },
      provisioners: [{ [type]: hook }],
    };
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { input: "${each.value}" };
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    return { input: { value: "${each.value}", isBlock: false, type: "simple", storageClassType: "string" } };
  }
}

export interface RememberedConfig {
  /** Of the objects: `null_resource.ocp_obproxies`. */
  readonly block: string;
  /** Names of locals: what is declared, and which of it fails the plan where its name changes; see `checks.ts`. */
  readonly declared: string;
  readonly checked: string | undefined;
  /** Keys of what is declared with `skipHostOperation`. */
  readonly offline: readonly string[];
}

/**
 * As an expression, because only Terraform knows the name of the first deploy. Without `try` and `can`: before Terraform
 * 1.6 they know nothing of an instance that is still to be created (its `id` is unknown), and this is a `for_each`. For the
 * same reason nothing is asked of a name that only Terraform knows: it may be sensitive.
 */
export function remembered({ block, checked, declared, offline }: RememberedConfig): string {
  // All keys at once: a function that is given all objects for each of them makes planning 500 take a minute.
  const present = `setintersection(keys(local.${declared}), keys(${block}))`;
  const literal = checked === undefined ? present : `setsubtract(${present}, keys(local.${checked}))`;
  // What was imported has no triggers.
  const deployed = `[for key in ${literal} : key if ${block}[key].triggers != null]`;
  const name = `local.${declared}[key]`;
  const first = `${block}[key].triggers["cluster_name"]`;
  const both = `{ ${TODAY.clusterName} = ${name}, ${FIRST_NAME} = ${first} }`;
  const renamed = `{ for key in ${deployed} : key => ${both} if ${name} != "${ANY_NAME}" && ${name} != ${first} }`;
  if (offline.length === 0) return `\${${renamed}}`;
  const skipping = `{ for key in setintersection(${JSON.stringify(offline)}, keys(${block})) : key => { ${TODAY.skipHostOperation} = "true" } }`;
  const ofKey = ["renamed", "skipping"].map((of) => `contains(keys(${of}), key) ? [${of}[key]] : []`);
  return `\${[for renamed in [${renamed}] : [for skipping in [${skipping}] : { for key in setunion(keys(renamed), keys(skipping)) : key => merge(concat(${ofKey.join(", ")})...) }][0]][0]}`;
}

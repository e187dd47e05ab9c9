import {
  type ITerraformIterator,
  type LocalExecProvisioner,
  type Postcondition,
  TerraformResource,
  type TerraformResourceLifecycle,
} from "cdktf";
import type { Construct } from "constructs";
import type { BlockNeeds } from "../contract/block-needs.js";
import { ENV, HOOK_FILE, TODAY, type TriggerKey } from "../contract/names.js";
import type { ObjectKind } from "../contract/object.js";
import { idChecks, lifecycleInHcl, nameCheck, type NamesChecked, namesUnchanged } from "./checks.js";
import type { Declaration } from "./declaration.js";
import { withLifecycle } from "./lifecycle.js";
import { terraformText } from "./terraform-text.js";

/** The Terraform resource that stands for an object of OCP and carries its destroy hook. */
export enum Carrier {
  /**
   * `null_resource` of the provider `hashicorp/null`: the `NullProvider` that the stack has, or else one that is added
   * to it. Terraform 1.4, OpenTofu 1.6 and later.
   */
  NULL_RESOURCE = "null_resource",
  /**
   * `terraform_data`, which is built in and needs no provider download. Terraform 1.9, OpenTofu 1.10 and later. A switch
   * from `null_resource` changes nothing in OCP; there is no way back, and Terraform refuses one.
   */
  TERRAFORM_DATA = "terraform_data",
}

interface CarrierForm {
  readonly providerName: string;
  /** The attribute that holds the triggers. */
  readonly attribute: string;
  /** Keeps an object from ever being replaced: its triggers stay those of the first deploy. */
  readonly ignoreChanges: readonly string[];
  /** Whatever `ignore_changes` may name: Terraform refuses what is none. */
  readonly attributes: readonly string[];
  /**
   * An attribute that is updated in place, and so holds the last deploy's declaration; undefined: the carrier has none,
   * and what the triggers hold is all that the state remembers.
   */
  readonly today?: string;
}

/** All that the library knows of the difference between the carriers. */
const FORMS: Readonly<Record<Carrier, CarrierForm>> = {
  [Carrier.NULL_RESOURCE]: {
    providerName: "null",
    attribute: "triggers",
    // The ids are the key, so they cannot change; the name can, and must not replace anything.
    ignoreChanges: ['triggers["cluster_name"]'],
    attributes: ["id", "triggers"],
  },
  [Carrier.TERRAFORM_DATA]: {
    providerName: "terraform",
    // Whole: a `moved` from null_resource fills this attribute alone, and without the name in it the same switch
    // planned a replacement, and with it a real delete, of every object.
    attribute: "triggers_replace",
    ignoreChanges: ["triggers_replace"],
    attributes: ["id", "input", "output", "triggers_replace"],
    today: "input",
  },
};

/**
 * What an instance knows of its object. Its keys are frozen, like the addresses. It is made from key and value of `for_each`. Terraform goes through all values
 * for each instance: with a map of all triggers as the value, planning 500 objects took half as long again. A variable
 * that is no id fails the plan, because the key does not match.
 */
const TRIGGERS: Readonly<Record<ObjectKind, Readonly<Partial<Record<TriggerKey, string>>>>> = {
  cluster: { cluster_id: "${each.key}", cluster_name: "${each.value}" },
  obproxy: {
    cluster_id: '${regex("^([0-9]+)/[0-9]+$", each.key)[0]}',
    cluster_name: "${each.value}",
    obproxy_id: '${regex("^[0-9]+/([0-9]+)$", each.key)[0]}',
  },
};

export interface CarrierBlockConfig {
  readonly carrier: Carrier;
  readonly kind: ObjectKind;
  /** The frozen name of the block. */
  readonly name: string;
  /** From the key of each object to the name of its cluster. */
  readonly objects: ITerraformIterator;
  /** Asked for when the block is written. */
  readonly dependsOn?: () => readonly string[];
  /** Without it the block has no hook. */
  readonly hook?: HookCall;
  /** Names of locals that are there only where something needs them; asked for when the block is written. */
  readonly locals: () => BlockLocals;
}

/** What is the same for all hooks of a provider. */
export interface HookCall {
  /** Where the hook's files lie, from the stack's directory. */
  readonly directory: string;
  /** Whose hook it is; the hook compares them with the settings that it finds. */
  readonly stack: string;
  readonly alias: string;
}

export interface BlockLocals {
  /** From the key of each object whose ids or name only Terraform knows to the path of its construct. */
  readonly paths?: string | undefined;
  /** From the key of each object whose name of today its hook cannot know, to the path of its construct. */
  readonly names?: string | undefined;
  /** From the key of each object with settings of its own to those that its hook needs; see {@link lastSettings}. */
  readonly settings?: string | undefined;
}

/**
 * One resource block with one instance per object. Aspects of the app may set anything on it; what can be joined with
 * what it needs is joined when it is written, and the rest is told (see `block-needs.ts`).
 */
export class CarrierBlock extends TerraformResource {
  private readonly form: CarrierForm;
  private readonly hook: LocalExecProvisioner | undefined;

  constructor(
    scope: Construct,
    id: string,
    private readonly config: CarrierBlockConfig,
  ) {
    const form = FORMS[config.carrier];
    super(scope, id, {
      terraformResourceType: config.carrier,
      terraformGeneratorMetadata: { providerName: form.providerName },
      forEach: config.objects,
      lifecycle: { ignoreChanges: [...form.ignoreChanges] },
    });
    this.form = form;
    this.hook = config.hook === undefined ? undefined : destroyHook(config.kind, config.hook, form);
    this.overrideLogicalId(config.name);
  }

  /** What has to stand in the configuration, whatever Aspects and overrides of the app have done; holds tokens. */
  get needs(): BlockNeeds {
    const { precondition = [], postcondition = [] } = this.checks();
    return {
      type: this.config.carrier,
      name: this.config.name,
      carriesObjects: true,
      attributes: { ...this.synthesizeAttributes(), for_each: `\${local.${this.config.name}}` },
      provisioners: this.hook === undefined ? [] : [asWritten(this.hook)],
      conditions: {
        precondition: precondition.map(conditionAsWritten),
        postcondition: postcondition.map(conditionAsWritten),
      },
      dependsOn: this.config.dependsOn?.() ?? [],
    };
  }

  override toTerraform(): unknown {
    return this.withNeeds(() => super.toTerraform() as unknown);
  }

  /** cdktf writes checks as an attribute there, and Terraform reads them as blocks. */
  override toHclTerraform(): unknown {
    const written = this.withNeeds(() => super.toHclTerraform() as HclResource);
    const block = written.resource?.[this.terraformResourceType]?.[this.friendlyUniqueId];
    if (block?.lifecycle !== undefined) block.lifecycle = lifecycleInHcl(block.lifecycle);
    return written;
  }

  /** What others have set stays as it is, so that it can be written again. */
  private withNeeds<T>(write: () => T): T {
    const { dependsOn, lifecycle, provisioners } = this;
    const waitsFor = [...new Set([...(this.config.dependsOn?.() ?? []), ...(dependsOn ?? [])])];
    const hooks = this.hook === undefined ? [] : [this.hook];
    const run = [...hooks, ...(provisioners ?? []).filter((each) => each !== this.hook)];
    // Terraform refuses empty lists.
    Object.assign(this, {
      dependsOn: waitsFor.length === 0 ? undefined : waitsFor,
      lifecycle: this.joined(lifecycle ?? {}),
      provisioners: run.length === 0 ? undefined : run,
    });
    try {
      return write();
    } finally {
      Object.assign(this, { dependsOn, lifecycle, provisioners });
    }
  }

  private joined(given: TerraformResourceLifecycle): TerraformResourceLifecycle {
    const { precondition = [], postcondition = [] } = this.checks();
    const before = [...precondition, ...(given.precondition ?? [])];
    const after = [...postcondition, ...(given.postcondition ?? [])];
    return {
      ...given,
      ignoreChanges: this.joinedIgnores(given.ignoreChanges ?? []),
      ...(before.length === 0 ? {} : { precondition: before }),
      ...(after.length === 0 ? {} : { postcondition: after }),
    };
  }

  /** What an Aspect wants to be ignored on all resources, such as `tags`, may be nothing that this one has. */
  private joinedIgnores(given: "all" | readonly string[]): "all" | string[] {
    if (given === "all") return given;
    const { attributes, ignoreChanges } = this.form;
    const others = given.filter((each) => attributes.includes(each.split(/[.[]/)[0] ?? ""));
    return [...new Set([...ignoreChanges, ...others])];
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    const { attribute, today } = this.form;
    return {
      [attribute]: TRIGGERS[this.config.kind],
      ...(today === undefined ? {} : { [today]: this.declaredToday() }),
    };
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    const { attribute, today } = this.form;
    const value = this.declaredToday();
    const ofToday =
      typeof value === "string"
        ? { value, isBlock: false, type: "simple", storageClassType: "string" }
        : { value, isBlock: false, type: "map", storageClassType: "stringMap" };
    return {
      [attribute]: { value: TRIGGERS[this.config.kind], isBlock: false, type: "map", storageClassType: "stringMap" },
      ...(today === undefined ? {} : { [today]: ofToday }),
    };
  }

  private declaredToday(): Readonly<Record<string, string>> | string {
    const { settings } = this.config.locals();
    if (settings === undefined) return { [TODAY.clusterName]: "${each.value}" };
    return `\${merge({ ${TODAY.clusterName} = each.value }, try(local.${settings}[each.key], {}))}`;
  }

  private checks(): Pick<TerraformResourceLifecycle, "precondition" | "postcondition"> {
    const { names, paths } = this.config.locals();
    return {
      ...(paths === undefined ? {} : { precondition: idChecks(this.config.kind, paths) }),
      // With an attribute of today's declaration a change of the name reaches the hook.
      ...(this.form.today === undefined ? { postcondition: [nameCheck(this.form.attribute, names)] } : {}),
    };
  }
}

/** As cdktf writes it. */
function asWritten({ type, ...hook }: LocalExecProvisioner): Readonly<Record<string, unknown>> {
  return { [type]: hook };
}

function conditionAsWritten({ condition, errorMessage }: Postcondition): Readonly<Record<string, unknown>> {
  return { condition, error_message: errorMessage };
}

interface HclResource {
  readonly resource?: Record<string, Record<string, { lifecycle?: Record<string, unknown> }>>;
}

/** What the hook needs to know of the last deploy's declaration, as texts, for Terraform's map of them. */
export function lastSettings({ skipHostOperation, timeouts }: Declaration): Readonly<Record<string, string>> {
  return {
    ...(skipHostOperation ? { [TODAY.skipHostOperation]: "true" } : {}),
    ...(timeouts?.delete === undefined ? {} : { [TODAY.deleteTimeout]: timeouts.delete }),
  };
}

/**
 * Beside each block of null_resource, an empty one of terraform_data with the same name. In a stack that was deployed
 * with terraform_data and has gone back, a plain `destroy` would otherwise forget the objects without a hook, and end
 * well. This way Terraform refuses every plan until the carrier is terraform_data again.
 */
export class CarrierBarrier extends TerraformResource {
  constructor(
    scope: Construct,
    id: string,
    private readonly name: string,
  ) {
    super(scope, id, {
      terraformResourceType: Carrier.TERRAFORM_DATA,
      terraformGeneratorMetadata: { providerName: FORMS[Carrier.TERRAFORM_DATA].providerName },
      count: 0,
      lifecycle: { preventDestroy: true },
    });
    this.overrideLogicalId(name);
  }

  get needs(): BlockNeeds {
    const attributes = { count: 0, lifecycle: { prevent_destroy: true } };
    return { type: Carrier.TERRAFORM_DATA, name: this.name, carriesObjects: false, attributes };
  }

  override toTerraform(): unknown {
    return withLifecycle(this, { preventDestroy: true }, () => super.toTerraform() as unknown);
  }

  override toHclTerraform(): unknown {
    return withLifecycle(this, { preventDestroy: true }, () => super.toHclTerraform() as unknown);
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return {};
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    return {};
  }
}

/** What a sentinel has to follow, so that it is replaced with its object. */
export function replacedWith(carrier: Carrier, address: string): string {
  // The id of what is updated in place stays; that of what is replaced becomes unknown.
  return FORMS[carrier].today === undefined ? address : `${address}.id`;
}

/** See {@link namesUnchanged}; undefined for a carrier that follows the name. */
export function namesCheck(
  carrier: Carrier,
  names: Pick<NamesChecked, "block" | "declared" | "paths">,
): string | undefined {
  const { attribute, today } = FORMS[carrier];
  return today === undefined ? namesUnchanged({ ...names, attribute: `${attribute}.cluster_name` }) : undefined;
}

/** `null_resource.ocp_obproxies["27/3"]`. */
export function instanceAddress(carrier: Carrier, block: string, key: string): string {
  return `${carrier}.${block}["${key}"]`;
}

/**
 * `node` is started without a shell: then Terraform's SIGKILL on interrupt hits the hook itself and leaves no orphan,
 * nothing needs quoting, and the last argument, `command`, is free to be a sentence for people.
 *
 * The ids are those of the instance's key: an instance that was imported has no triggers.
 */
function destroyHook(
  kind: ObjectKind,
  { alias, directory, stack }: HookCall,
  { attribute, today }: CarrierForm,
): LocalExecProvisioner {
  const trigger = (key: TriggerKey): string => `self.${attribute}.${key}`;
  const ids: Readonly<Partial<Record<TriggerKey, string>>> =
    kind === "cluster" ? { cluster_id: "${each.key}" } : { cluster_id: part(0), obproxy_id: part(1) };
  const cluster = `OBProxy cluster ${ids.cluster_id ?? ""}`;
  const deployedAs = kind === "cluster" ? [trigger("cluster_id")] : [trigger("cluster_id"), trigger("obproxy_id")];
  return {
    type: "local-exec",
    when: "destroy",
    interpreter: ["node", `\${path.module}/${directory}/${HOOK_FILE}`],
    command: kind === "cluster" ? `delete ${cluster}` : `delete OBProxy ${ids.obproxy_id ?? ""} of ${cluster}`,
    environment: {
      [ENV.kind]: kind,
      [ENV.stack]: terraformText(stack),
      [ENV.provider]: alias,
      [ENV.clusterId]: ids.cluster_id ?? "",
      ...(ids.obproxy_id === undefined ? {} : { [ENV.obproxyId]: ids.obproxy_id }),
      [ENV.clusterName]: `\${try(tostring(${trigger("cluster_name")}), "")}`,
      [ENV.deployedAs]: `\${try(join("/", [${deployedAs.join(", ")}]), "")}`,
      // What was deployed by null_resource, or before this attribute was, has none.
      ...(today === undefined ? {} : { [ENV.lastDeploy]: `\${try(jsonencode(self.${today}), "")}` }),
    },
  };
}

/** Of the key `27/3`. */
function part(index: 0 | 1): string {
  return `\${try(split("/", each.key)[${String(index)}], "")}`;
}

import {
  type ITerraformIterator,
  type LocalExecProvisioner,
  TerraformResource,
  type TerraformResourceLifecycle,
} from "cdktf";
import type { Construct } from "constructs";
import { ENV, HOOK_FILE, TODAY } from "../hook/request.js";
import { idChecks, lifecycleInHcl, nameCheck, type NamesChecked, namesUnchanged } from "./checks.js";
import { type Declaration, type ObjectKind, TRIGGER_KEYS, type TriggerKey } from "./declaration.js";

/** The Terraform resource that stands for an object of OCP and carries its destroy hook. */
export enum Carrier {
  /**
   * `null_resource` of the provider `hashicorp/null`: the `NullProvider` that the stack has, or else one that is added
   * to it. Terraform 1.4 and later.
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
  readonly ignoreChanges: string[];
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
  },
  [Carrier.TERRAFORM_DATA]: {
    providerName: "terraform",
    // Whole: a `moved` from null_resource fills this attribute alone, and without the name in it the same switch
    // planned a replacement, and with it a real delete, of every object.
    attribute: "triggers_replace",
    ignoreChanges: ["triggers_replace"],
    today: "input",
  },
};

/**
 * What an instance knows of its object, made from its key and the value of `for_each`. Terraform goes through all values
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
  readonly dependsOn?: string[];
  /** Where the hook's files lie, from the stack's directory; without it the block has no hook. */
  readonly hookDirectory?: string;
  /** Names of locals that are there only where something needs them; asked for when the block is written. */
  readonly locals: () => BlockLocals;
}

export interface BlockLocals {
  /** From the key of each object whose ids or name only Terraform knows to the path of its construct. */
  readonly paths?: string | undefined;
  /** From the key of each object whose name of today its hook cannot know, to the path of its construct. */
  readonly names?: string | undefined;
  /** From the key of each object with settings of its own to those that its hook needs; see {@link lastSettings}. */
  readonly settings?: string | undefined;
}

/** One resource block with one instance per object. */
export class CarrierBlock extends TerraformResource {
  private readonly form: CarrierForm;
  private readonly kind: ObjectKind;
  private readonly locals: () => BlockLocals;

  public constructor(scope: Construct, id: string, config: CarrierBlockConfig) {
    const form = FORMS[config.carrier];
    super(scope, id, {
      terraformResourceType: config.carrier,
      terraformGeneratorMetadata: { providerName: form.providerName },
      forEach: config.objects,
      lifecycle: { ignoreChanges: form.ignoreChanges },
      // An empty list would be rendered, and Terraform refuses it.
      ...(config.hookDirectory === undefined
        ? {}
        : { provisioners: [destroyHook(config.kind, config.hookDirectory, form)] }),
    });
    this.form = form;
    this.kind = config.kind;
    this.locals = config.locals;
    if (config.dependsOn !== undefined) this.dependsOn = config.dependsOn;
    this.overrideLogicalId(config.name);
  }

  public override toTerraform(): unknown {
    this.lifecycle = { ...this.lifecycle, ...this.checks() };
    return super.toTerraform();
  }

  /** cdktf writes checks as an attribute there, and Terraform reads them as blocks. */
  public override toHclTerraform(): unknown {
    this.lifecycle = { ...this.lifecycle, ...this.checks() };
    const written = super.toHclTerraform() as HclResource;
    const block = written.resource?.[this.terraformResourceType]?.[this.friendlyUniqueId];
    if (block?.lifecycle !== undefined) block.lifecycle = lifecycleInHcl(block.lifecycle);
    return written;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    const { attribute, today } = this.form;
    return { [attribute]: TRIGGERS[this.kind], ...(today === undefined ? {} : { [today]: this.declaredToday() }) };
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    const { attribute, today } = this.form;
    const value = this.declaredToday();
    const ofToday =
      typeof value === "string"
        ? { value, isBlock: false, type: "simple", storageClassType: "string" }
        : { value, isBlock: false, type: "map", storageClassType: "stringMap" };
    return {
      [attribute]: { value: TRIGGERS[this.kind], isBlock: false, type: "map", storageClassType: "stringMap" },
      ...(today === undefined ? {} : { [today]: ofToday }),
    };
  }

  private declaredToday(): Readonly<Record<string, string>> | string {
    const { settings } = this.locals();
    if (settings === undefined) return { [TODAY.clusterName]: "${each.value}" };
    return `\${merge({ ${TODAY.clusterName} = each.value }, try(local.${settings}[each.key], {}))}`;
  }

  private checks(): Pick<TerraformResourceLifecycle, "precondition" | "postcondition"> {
    const { names, paths } = this.locals();
    return {
      ...(paths === undefined ? {} : { precondition: idChecks(this.kind, paths) }),
      // With an attribute of today's declaration a change of the name reaches the hook.
      ...(this.form.today === undefined ? { postcondition: [nameCheck(this.form.attribute, names)] } : {}),
    };
  }
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
  public constructor(scope: Construct, id: string, name: string) {
    super(scope, id, {
      terraformResourceType: Carrier.TERRAFORM_DATA,
      terraformGeneratorMetadata: { providerName: FORMS[Carrier.TERRAFORM_DATA].providerName },
      count: 0,
      lifecycle: { preventDestroy: true },
    });
    this.overrideLogicalId(name);
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
 */
function destroyHook(kind: ObjectKind, directory: string, { attribute, today }: CarrierForm): LocalExecProvisioner {
  const trigger = (key: TriggerKey): string => `\${self.${attribute}.${key}}`;
  const cluster = `OBProxy cluster ${trigger("cluster_id")}`;
  const values: Readonly<Record<TriggerKey, string>> = {
    cluster_id: ENV.clusterId,
    obproxy_id: ENV.obproxyId,
    cluster_name: ENV.clusterName,
  };
  return {
    type: "local-exec",
    when: "destroy",
    interpreter: ["node", `\${path.module}/${directory}/${HOOK_FILE}`],
    command: kind === "cluster" ? `delete ${cluster}` : `delete OBProxy ${trigger("obproxy_id")} of ${cluster}`,
    environment: {
      [ENV.kind]: kind,
      ...Object.fromEntries(TRIGGER_KEYS[kind].map((key) => [values[key], trigger(key)])),
      // What was deployed by null_resource, or before this attribute was, has none.
      ...(today === undefined ? {} : { [ENV.lastDeploy]: `\${try(jsonencode(self.${today}), "")}` }),
    },
  };
}

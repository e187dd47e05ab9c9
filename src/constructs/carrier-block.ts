import {
  type ITerraformIterator,
  type LocalExecProvisioner,
  type Postcondition,
  TerraformResource,
  type TerraformResourceLifecycle,
} from "cdktf";
import type { Construct } from "constructs";
import type { BlockNeeds } from "../contract/block-needs.js";
import { TODAY, type TriggerKey } from "../contract/names.js";
import type { ObjectKind } from "../contract/object.js";
import type { Carrier } from "./carrier.js";
import { type CarrierForm, FORMS } from "./carrier-form.js";
import { idChecks, lifecycleInHcl, nameCheck } from "./checks.js";
import { destroyHook, type HookCall } from "./destroy-hook.js";

/**
 * What an instance knows of its object. Its keys are frozen, like the addresses. It is made from key and value of
 * `for_each`. Terraform goes through all values for each instance: with a map of all triggers as the value, planning 500
 * objects took half as long again. A variable that is no id fails the plan, because the key does not match.
 */
const TRIGGERS_OF: Readonly<Record<ObjectKind, Readonly<Partial<Record<TriggerKey, string>>>>> = {
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
      [attribute]: TRIGGERS_OF[this.config.kind],
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
      [attribute]: { value: TRIGGERS_OF[this.config.kind], isBlock: false, type: "map", storageClassType: "stringMap" },
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

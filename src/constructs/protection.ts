import { TerraformResource, type TerraformResourceLifecycle } from "cdktf";
import type { Construct } from "constructs";
import type { BlockNeeds } from "../contract/block-needs.js";
import { withLifecycle } from "./lifecycle.js";

/**
 * Stands beside one object with `preventDestroy`, because `prevent_destroy` on the object's own block would hold for
 * all of the block. Terraform refuses every plan that destroys or replaces the object, since that would do the same to
 * this block.
 */
export class Protection extends TerraformResource {
  constructor(
    scope: Construct,
    id: string,
    private readonly name: string,
    private readonly objectAddress: string,
  ) {
    super(scope, id, {
      terraformResourceType: "terraform_data",
      terraformGeneratorMetadata: { providerName: "terraform" },
    });
    this.overrideLogicalId(name);
  }

  get needs(): BlockNeeds {
    const lifecycle = { prevent_destroy: true, replace_triggered_by: [this.objectAddress] };
    return { type: this.terraformResourceType, name: this.name, carriesObjects: false, attributes: { lifecycle } };
  }

  override toTerraform(): unknown {
    const own: TerraformResourceLifecycle = { preventDestroy: true, replaceTriggeredBy: [this.objectAddress] };
    return withLifecycle(this, own, () => super.toTerraform() as unknown);
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return {};
  }

  /** In HCL cdktf puts the address in quotes, which Terraform refuses there. */
  override toHclTerraform(): unknown {
    const bare = (value: string): unknown => ({
      value,
      isBlock: false,
      type: "simple",
      storageClassType: "reference",
    });
    const lifecycle = {
      isBlock: true,
      type: "list",
      storageClassType: "objectList",
      value: [{ prevent_destroy: bare("true"), replace_triggered_by: bare(`[${this.objectAddress}]`) }],
    };
    const block = { "//": this.constructNodeMetadata as unknown, lifecycle };
    return { resource: { [this.terraformResourceType]: { [this.friendlyUniqueId]: block } } };
  }
}

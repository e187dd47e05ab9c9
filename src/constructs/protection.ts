import { TerraformResource } from "cdktf";
import type { Construct } from "constructs";

/**
 * Stands beside one object with `preventDestroy`, because `prevent_destroy` on the object's own block would hold for
 * all of the block. Terraform refuses every plan that destroys or replaces the object, since that would do the same to
 * this block.
 */
export class Protection extends TerraformResource {
  public constructor(scope: Construct, id: string, name: string, objectAddress: string) {
    super(scope, id, {
      terraformResourceType: "terraform_data",
      terraformGeneratorMetadata: { providerName: "terraform" },
      lifecycle: { preventDestroy: true, replaceTriggeredBy: [objectAddress] },
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

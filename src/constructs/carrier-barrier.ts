import { TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import type { BlockNeeds } from "../contract/block-needs.js";
import { Carrier } from "./carrier.js";
import { FORMS } from "./carrier-form.js";
import { withLifecycle } from "./lifecycle.js";

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

import type { Construct } from "constructs";
import type { BlockNeeds } from "../contract/block-needs.js";
import { DataBlock } from "./data-block.js";

/**
 * Beside each block of null_resource, an empty one of terraform_data with the same name. In a stack that was deployed
 * with terraform_data and has gone back, a plain `destroy` would otherwise forget the objects without a hook, and end
 * well. This way Terraform refuses every plan until the carrier is terraform_data again.
 */
export class CarrierBarrier extends DataBlock {
  constructor(scope: Construct, id: string, name: string) {
    super(scope, id, name, { count: 0, lifecycle: { preventDestroy: true } });
  }

  get needs(): BlockNeeds {
    const attributes = { count: 0, lifecycle: { prevent_destroy: true } };
    return { type: this.terraformResourceType, name: this.name, carriesObjects: false, attributes };
  }
}

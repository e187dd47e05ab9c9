import type { Construct } from "constructs";
import type { BlockNeeds } from "../contract/block-needs.js";
import { DataBlock } from "./data-block.js";

/**
 * Stands beside one object with `preventDestroy`, because `prevent_destroy` on the object's own block would hold for
 * all of the block. Terraform refuses every plan that destroys or replaces the object, since that would do the same to
 * this block.
 */
export class Protection extends DataBlock {
  constructor(
    scope: Construct,
    id: string,
    name: string,
    private readonly objectAddress: string,
  ) {
    super(scope, id, name, { lifecycle: { preventDestroy: true, replaceTriggeredBy: [objectAddress] } });
  }

  get needs(): BlockNeeds {
    const lifecycle = { prevent_destroy: true, replace_triggered_by: [this.objectAddress] };
    return { type: this.terraformResourceType, name: this.name, carriesObjects: false, attributes: { lifecycle } };
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

import { type TerraformMetaArguments, TerraformResource } from "cdktf";
import type { Construct } from "constructs";

export type DataBlockConfig = Pick<TerraformMetaArguments, "count" | "forEach" | "lifecycle" | "provisioners">;

/**
 * A block of terraform_data that stands for no object of OCP. It is written with its own `lifecycle` and nothing else, and
 * with its own provisioner where it has one: what an Aspect of the app sets on all resources would take its purpose away, or
 * name attributes that it does not have.
 */
export abstract class DataBlock extends TerraformResource {
  /** @param name frozen, as a part of its address */
  constructor(
    scope: Construct,
    id: string,
    protected readonly name: string,
    private readonly own: DataBlockConfig = {},
  ) {
    super(scope, id, {
      terraformResourceType: "terraform_data",
      terraformGeneratorMetadata: { providerName: "terraform" },
      ...own,
    });
    this.overrideLogicalId(name);
  }

  override toTerraform(): unknown {
    return this.asItsOwn(() => super.toTerraform() as unknown);
  }

  override toHclTerraform(): unknown {
    return this.asItsOwn(() => super.toHclTerraform() as unknown);
  }

  private asItsOwn<T>(write: () => T): T {
    const { lifecycle, provisioners } = this;
    Object.assign(this, { lifecycle: this.own.lifecycle, provisioners: this.own.provisioners ?? provisioners });
    try {
      return write();
    } finally {
      Object.assign(this, { lifecycle, provisioners });
    }
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return {};
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    return {};
  }
}

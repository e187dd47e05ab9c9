import { TerraformElement } from "cdktf";
import type { Construct } from "constructs";

export interface Move {
  readonly from: string;
  readonly to: string;
}

/** Where one object may lie in the state of its stack, in the order in which `moved` leads through it. */
export function chain(addresses: readonly string[]): Move[] {
  return addresses.slice(1).map((to, index) => ({ from: addresses[index] ?? to, to }));
}

/** The `moved` blocks of one provider, which are only known when all constructs are. */
export class MovedBlocks extends TerraformElement {
  private readonly produce: () => readonly Move[];

  public constructor(scope: Construct, id: string, produce: () => readonly Move[]) {
    super(scope, id);
    this.produce = produce;
  }

  public override toTerraform(): unknown {
    const moved = this.produce();
    return moved.length === 0 ? {} : { moved };
  }

  public override toHclTerraform(): unknown {
    const address = (value: string): unknown => ({
      value,
      isBlock: false,
      type: "simple",
      storageClassType: "reference",
    });
    const moved = this.produce().map(({ from, to }) => ({ from: address(from), to: address(to) }));
    return moved.length === 0 ? {} : { moved };
  }
}

import { TerraformElement } from "cdktf";
import type { Construct } from "constructs";
import { instanceAddress } from "../contract/names.js";
import { KINDS } from "../contract/object.js";
import { Carrier } from "./carrier.js";
import type { Declarations } from "./declarations.js";

export interface Move {
  readonly from: string;
  readonly to: string;
}

/** The two blocks of one provider in which an object can lie: with a hook, and without. */
export interface Home {
  readonly live: string;
  readonly kept: string;
}

export interface ObjectPlace {
  readonly carrier: Carrier;
  readonly key: string;
  /** All providers of the stack that manage the same OCP; the one that declares the object comes last. */
  readonly homes: readonly Home[];
  readonly isKept: boolean;
}

/** @param neighbours the other providers of the stack that manage the same OCP */
export function movesOf(declarations: Declarations, neighbours: readonly Declarations[]): readonly Move[] {
  const { all, carrier } = declarations;
  return [
    ...(carrier === Carrier.TERRAFORM_DATA
      ? KINDS.flatMap((kind) => [false, true].map((kept) => blockMove(declarations.blockName(kind, kept))))
      : []),
    ...all
      .filter((each) => !each.isToken)
      .flatMap(({ key, kind, settings }) => {
        const homes = [...neighbours, declarations].map((each) => ({
          live: each.blockName(kind),
          kept: each.blockName(kind, true),
        }));
        return objectMoves({ carrier, homes, key, isKept: settings.skipDestroy === true });
      }),
  ];
}

/** A stack that was deployed with null_resource: whatever is in a block. */
function blockMove(name: string): Move {
  return { from: `${Carrier.NULL_RESOURCE}.${name}`, to: `${Carrier.TERRAFORM_DATA}.${name}` };
}

/**
 * From wherever the object may lie in the state to where it belongs. Terraform allows one move to an address, so all
 * places make one chain.
 */
export function objectMoves({ carrier, homes, isKept, key }: ObjectPlace): readonly Move[] {
  const keptFirst = ({ kept, live }: Home): readonly string[] => [kept, live];
  const blocks = homes.flatMap(keptFirst);
  if (isKept) blocks.push(...blocks.splice(-2).reverse());
  return chain(blocks.map((block) => instanceAddress(carrier, block, key)));
}

function chain(addresses: readonly string[]): Move[] {
  return addresses.slice(1).map((to, index) => ({ from: addresses[index] ?? to, to }));
}

/** The `moved` blocks of one provider, which are only known when all constructs are. */
export class MovedBlocks extends TerraformElement {
  private readonly produce: () => readonly Move[];

  constructor(scope: Construct, id: string, produce: () => readonly Move[]) {
    super(scope, id);
    this.produce = produce;
  }

  override toTerraform(): unknown {
    const moved = this.produce();
    return moved.length === 0 ? {} : { moved };
  }

  override toHclTerraform(): unknown {
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

import { blockFlaws, type BlockNeeds, localFlaws } from "../contract/block-needs.js";
import { KINDS } from "../contract/object.js";
import { blockId, entriesOf } from "./blocks.js";
import { CarrierBarrier } from "./carrier-barrier.js";
import { CarrierBlock } from "./carrier-block.js";
import type { Declarations } from "./declarations.js";
import { Memory } from "./memory.js";
import { Protection } from "./protection.js";
import { resolved } from "./resolved.js";

/** What Aspects and overrides of the app have taken from what the blocks of one provider need, by address. */
export function flawsOf(declarations: Declarations, configuration: unknown): readonly string[] {
  const { provider, stack } = declarations;
  const blocks = provider.node.children.filter(isOurBlock).flatMap((child) => {
    const needs = resolved(stack, child.needs) as BlockNeeds;
    return blockFlaws(configuration, needs).map((flaw) => `${needs.type}.${needs.name}: ${flaw}`);
  });
  const homes = KINDS.flatMap((kind) => [false, true].map((kept) => ({ kind, kept })));
  const locals = homes
    .filter(({ kept, kind }) => provider.node.tryFindChild(blockId(kind, kept)) !== undefined)
    .flatMap(({ kept, kind }) => {
      const name = declarations.blockName(kind, kept);
      const entries = resolved(stack, entriesOf(declarations, kind, kept));
      return localFlaws(configuration, name, entries).map((flaw) => `local.${name}: ${flaw}`);
    });
  return [...blocks, ...locals];
}

type OurBlock = CarrierBlock | CarrierBarrier | Memory | Protection;

function isOurBlock(child: unknown): child is OurBlock {
  return [CarrierBlock, CarrierBarrier, Memory, Protection].some((form) => child instanceof form);
}

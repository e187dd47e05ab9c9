import { dependable, Lazy, TerraformIterator, TerraformLocal } from "cdktf";
import { firstLookName, instanceAddress, memoryName, PLURALS, protectionName } from "../contract/names.js";
import { KINDS, type ObjectKind } from "../contract/object.js";
import { Carrier } from "./carrier.js";
import { CarrierBarrier } from "./carrier-barrier.js";
import { CarrierBlock } from "./carrier-block.js";
import { replacedWith } from "./carrier-form.js";
import type { Declaration } from "./declaration.js";
import type { Declarations } from "./declarations.js";
import type { HookCall } from "./destroy-hook.js";
import { FirstLook } from "./first-look.js";
import { Memory, remembered } from "./memory.js";
import { MovedBlocks, movesOf } from "./moved.js";
import { Protection } from "./protection.js";
import { RareLocals } from "./rare-locals.js";
import { resolved } from "./resolved.js";
import { terraformText } from "./terraform-text.js";

export interface BlocksConfig {
  readonly hook: HookCall;
  /** The other providers of the stack that manage the same OCP; asked for when something is written. */
  readonly neighbours: () => readonly Declarations[];
  /** Whether the construct with this path is part of a provider of the stack; asked for when something is written. */
  readonly isOurs: (path: string) => boolean;
  readonly lookFirst: boolean;
}

/**
 * The blocks of one `OcpProvider`. They belong to the provider and not to the constructs that declare the objects,
 * because Terraform runs a destroy hook only while its block is in the configuration: a construct that is taken out,
 * or renamed, would take its hook with it, and the object would stay in OCP without a word.
 */
export class Blocks {
  private readonly carriers: Readonly<Record<ObjectKind, CarrierBlock>>;
  private readonly rare: RareLocals;

  constructor(
    private readonly declarations: Declarations,
    private readonly config: BlocksConfig,
  ) {
    this.rare = new RareLocals(declarations);
    this.carriers = { cluster: this.addBlock("cluster", false), obproxy: this.addBlock("obproxy", false) };
    if (declarations.carrier === Carrier.TERRAFORM_DATA) {
      // Terraform (seen with 1.11) moves nothing of another type to a block that is not in the configuration.
      for (const kind of KINDS) this.addBlock(kind, true);
    } else {
      for (const kind of KINDS) this.addBarrier(kind);
      for (const kind of KINDS) this.addMemory(kind);
    }
    if (config.lookFirst) this.addFirstLook();
    new MovedBlocks(declarations.provider, "moved", () => movesOf(declarations, config.neighbours()));
  }

  fqn(kind: ObjectKind): string {
    return this.carriers[kind].fqn;
  }

  addFor(declaration: Declaration): void {
    const { kind, settings } = declaration;
    if (settings.skipDestroy === true) {
      if (this.declarations.provider.node.tryFindChild(blockId(kind, true)) === undefined) this.addBlock(kind, true);
    } else if (settings.preventDestroy === true) {
      this.protect(declaration);
    }
    this.rare.addFor(declaration);
  }

  private addBlock(kind: ObjectKind, kept: boolean): CarrierBlock {
    const { carrier, provider } = this.declarations;
    const name = this.declarations.blockName(kind, kept);
    return new CarrierBlock(provider, blockId(kind, kept), {
      carrier,
      kind,
      name,
      locals: () => this.rare.of(kind),
      objects: this.mapInLocal(`${blockId(kind, kept)}_local`, name, () => entriesOf(this.declarations, kind, kept)),
      ...(kept ? {} : { dependsOn: () => this.dependsOn(kind), hook: this.config.hook }),
    });
  }

  /** As a literal inside for_each, planning 500 objects took 16 s; from a local, 1.8 s. */
  private mapInLocal(id: string, name: string, produce: () => unknown): TerraformIterator {
    const local = new TerraformLocal(this.declarations.provider, id, Lazy.anyValue({ produce }));
    local.overrideLogicalId(name);
    return TerraformIterator.fromMap(local.asAnyMap);
  }

  /** Terraform cannot move anything back from terraform_data; see {@link CarrierBarrier}. */
  private addBarrier(kind: ObjectKind): void {
    const { provider } = this.declarations;
    new CarrierBarrier(provider, `${blockId(kind, false)}_barrier`, this.declarations.blockName(kind));
  }

  private addMemory(kind: ObjectKind): void {
    const { alias, provider } = this.declarations;
    const id = `${blockId(kind, false)}_remembered`;
    const name = memoryName(alias, kind);
    const objects = this.mapInLocal(`${id}_local`, name, () => this.rememberedOf(kind));
    new Memory(provider, id, { kind, name, objects, hook: this.config.hook });
  }

  private addFirstLook(): void {
    const { alias, provider, stack } = this.declarations;
    const objects = KINDS.map((kind) => this.declarations.blockAddress(kind));
    const { hook, isOurs } = this.config;
    new FirstLook(provider, { name: firstLookName(alias), hook, stack, objects, isOurs });
  }

  private rememberedOf(kind: ObjectKind): string {
    const offline = ({ settings }: Declaration): boolean =>
      settings.skipHostOperation === true && settings.skipDestroy !== true;
    return remembered({
      block: this.declarations.blockAddress(kind),
      declared: this.declarations.blockName(kind),
      checked: this.rare.of(kind).names,
      offline: this.declarations
        .of(kind)
        .filter(offline)
        .map(({ key }) => key),
    });
  }

  private protect({ key, kind }: Declaration): void {
    const { alias, carrier, provider } = this.declarations;
    const object = instanceAddress(carrier, this.declarations.blockName(kind), key);
    new Protection(provider, `protected_${key}`, protectionName(alias, key), replacedWith(carrier, object));
  }

  /** OBProxies go before all clusters, and before those of theirs that other providers of the stack manage. */
  private dependsOn(kind: ObjectKind): string[] {
    const declared = this.declarations.dependenciesOf(kind).map(({ on }) => on);
    const others = [...new Map(declared.map((on) => [on.fqn, on])).values()].map((on) =>
      String(resolved(this.declarations.stack, dependable(on))),
    );
    if (kind === "cluster") return [...new Set(others)];
    const elsewhere = this.config.neighbours().filter((each) => this.hasProxiesIn(each));
    const clusters = elsewhere.map((each) => each.blockAddress("cluster"));
    return [...new Set([this.declarations.blockAddress("cluster"), ...others, ...clusters])];
  }

  private hasProxiesIn(other: Declarations): boolean {
    const clusterIds = new Set(this.declarations.of("obproxy").map((each) => each.clusterId));
    return other.of("cluster").some((each) => clusterIds.has(each.clusterId));
  }
}

/** From the key of each object that lies in one block to the name of its cluster. */
export function entriesOf(declarations: Declarations, kind: ObjectKind, kept: boolean): Record<string, string> {
  const lying = declarations.of(kind).filter(({ settings }) => (settings.skipDestroy === true) === kept);
  return Object.fromEntries(lying.map((each) => [each.key, terraformText(each.clusterName)]));
}

/** Of the construct. */
export function blockId(kind: ObjectKind, kept: boolean): string {
  return kept ? `${PLURALS[kind]}_kept` : PLURALS[kind];
}

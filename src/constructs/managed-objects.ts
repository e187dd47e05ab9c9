import { type ITerraformDependable, Lazy } from "cdktf";
import type { Construct, IConstruct } from "constructs";
import type { ObjectKind } from "../contract/object.js";
import type { ProviderSettings } from "../contract/settings-file.js";
import { AppRegistry } from "./app-registry.js";
import { atSynth } from "./at-synth.js";
import { Blocks } from "./blocks.js";
import type { Carrier } from "./carrier.js";
import type { Declaration } from "./declaration.js";
import { Declarations } from "./declarations.js";
import { HookFiles } from "./hook-files.js";

export interface ManagedObjectsConfig {
  readonly carrier: Carrier;
  readonly settings: ProviderSettings;
  /** Contents of `caFile`. */
  readonly ca?: string;
  readonly lookFirst: boolean;
}

/**
 * What stands behind one `OcpProvider`: it puts the list of what is declared, the blocks of it and the steps at synth
 * together. The constructs speak to this alone, and find it beside the provider rather than in it, where users would see it.
 */
export class ManagedObjects {
  private static readonly byProvider = new WeakMap<IConstruct, ManagedObjects>();

  static of(provider: IConstruct): ManagedObjects {
    const found = ManagedObjects.byProvider.get(provider);
    if (found === undefined) throw new Error(`${provider.node.path} is no OcpProvider.`);
    return found;
  }

  private readonly declarations: Declarations;
  private readonly registry: AppRegistry;
  private readonly blocks: Blocks;

  constructor(provider: Construct, { ca, carrier, lookFirst, settings }: ManagedObjectsConfig) {
    this.declarations = new Declarations(provider, carrier, settings);
    this.registry = AppRegistry.of(provider);
    this.registry.addProvider(this.declarations);
    const { alias, stack } = this.declarations;
    const files = new HookFiles(stack, alias);
    const directory = Lazy.stringValue({ produce: () => files.directory });
    this.blocks = new Blocks(this.declarations, {
      hook: { directory, stack: stack.node.id, alias },
      neighbours: () => this.registry.neighboursOf(this.declarations),
      isOurs: (path) => this.registry.providersOf(stack).some((each) => path.startsWith(`${each.provider.node.path}/`)),
      lookFirst,
    });
    atSynth(this.declarations, { registry: this.registry, files, ca });
    ManagedObjects.byProvider.set(provider, this);
  }

  /** Throws where the app declares the object already. */
  declare(given: Declaration): void {
    // As Terraform writes it, so that two ways to write one letter are no two names.
    const declaration = { ...given, clusterName: given.clusterName.normalize() };
    this.registry.declare(this.declarations, declaration);
    this.declarations.add(declaration);
    this.blocks.addFor(declaration);
  }

  addDependencies(kind: ObjectKind, from: Construct, dependencies: readonly ITerraformDependable[]): void {
    this.declarations.addDependencies(kind, from, dependencies);
  }

  /** Of the block with the objects of one kind. */
  fqn(kind: ObjectKind): string {
    return this.blocks.fqn(kind);
  }

  sameOcpAs(other: ManagedObjects): boolean {
    return this.declarations.sameOcpAs(other.declarations);
  }

  isKept(construct: Construct): boolean {
    return this.declarations.isKept(construct);
  }
}

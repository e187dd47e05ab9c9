import {
  Annotations,
  Aspects,
  dependable,
  type ITerraformDependable,
  Lazy,
  TerraformIterator,
  TerraformLocal,
  TerraformStack,
  Token,
} from "cdktf";
import { Construct } from "constructs";
import { blockFlaws, type BlockNeeds, localFlaws } from "../contract/block-needs.js";
import { KINDS, label, type ObjectKind } from "../contract/object.js";
import { type ProviderSettings, settingsText } from "../contract/settings-file.js";
import { appProblems, resolved } from "./app-validation.js";
import { AppRegistry } from "./app-registry.js";
import {
  type BlockLocals,
  Carrier,
  CarrierBarrier,
  CarrierBlock,
  type HookCall,
  instanceAddress,
  lastSettings,
  namesCheck,
  replacedWith,
} from "./carrier.js";
import type { Declaration } from "./declaration.js";
import * as errors from "./errors.js";
import { HookFiles } from "./hook-files.js";
import { Memory, remembered } from "./memory.js";
import { blockMove, type Move, MovedBlocks, objectMoves } from "./moved.js";
import type { OcpProvider } from "./ocp-provider.js";
import { ensureNullProvider } from "./null-provider.js";
import { Protection } from "./protection.js";
import { SettingsRecord, settingsForPeople } from "./settings-record.js";
import { hookSettings, indistinguishable } from "./settings.js";
import { terraformText } from "./terraform-text.js";

export interface ManagedObjectsConfig {
  readonly carrier: Carrier;
  readonly settings: ProviderSettings;
  /** Contents of `caFile`. */
  readonly ca?: string;
}

interface Dependency {
  readonly from: Construct;
  readonly on: ITerraformDependable;
}

/** Frozen: parts of the addresses. */
const PLURALS: Readonly<Record<ObjectKind, string>> = { cluster: "obproxy_clusters", obproxy: "obproxies" };

/**
 * The blocks of one `OcpProvider`. They belong to the provider and not to the constructs that declare the objects,
 * because Terraform runs a destroy hook only while its block is in the configuration: a construct that is taken out,
 * or renamed, would take its hook with it, and the object would stay in OCP without a word.
 */
export class ManagedObjects {
  readonly stack: TerraformStack;
  readonly alias: string;
  readonly carrier: Carrier;
  readonly settings: ProviderSettings;
  readonly declarations: Declaration[] = [];
  private readonly registry: AppRegistry;
  private readonly files: HookFiles;
  private readonly dependencies: Record<ObjectKind, Dependency[]> = { cluster: [], obproxy: [] };
  private readonly locals: { readonly kind: ObjectKind; readonly kept: boolean }[] = [];
  private readonly blocks: Readonly<Record<ObjectKind, CarrierBlock>>;

  constructor(
    readonly provider: OcpProvider,
    private readonly config: ManagedObjectsConfig,
  ) {
    this.stack = TerraformStack.of(provider);
    this.alias = config.settings.alias;
    this.carrier = config.carrier;
    this.settings = config.settings;
    this.registry = AppRegistry.of(provider);
    this.registry.addProvider(this);
    this.files = new HookFiles(this.stack, this.alias);
    this.blocks = { cluster: this.addBlock("cluster", false), obproxy: this.addBlock("obproxy", false) };
    this.dependencies.obproxy.push({ from: provider, on: this.blocks.cluster });
    if (this.carrier === Carrier.NULL_RESOURCE) {
      this.addBarriers();
      this.addMemories();
    }
    new MovedBlocks(provider, "moved", () => this.moves());
    Aspects.of(provider).add({
      visit: (node) => {
        if (node === provider) this.prepare();
      },
    });
    provider.node.addValidation({ validate: () => this.validate() });
  }

  /** Two providers with the same identity manage the same OCP, as far as synth can tell. */
  get ocpIdentity(): string {
    const { envPrefix, url } = this.settings;
    return url === undefined ? `env:${envPrefix}` : new URL(url).href.replace(/\/+$/, "");
  }

  sameOcpAs(other: ManagedObjects): boolean {
    return this.ocpIdentity === other.ocpIdentity;
  }

  fqn(kind: ObjectKind): string {
    return this.blocks[kind].fqn;
  }

  declare(declaration: Declaration): void {
    this.registry.declare(this, declaration);
    this.declarations.push(declaration);
    if (declaration.skipDestroy) this.addKeptBlock(declaration.kind);
    else if (declaration.preventDestroy) this.protect(declaration);
    this.addLocalsFor(declaration);
  }

  addDependencies(kind: ObjectKind, from: Construct, dependencies: readonly ITerraformDependable[]): void {
    for (const on of dependencies) {
      if (Construct.isConstruct(on) && TerraformStack.of(on) !== this.stack) {
        throw errors.dependencyInAnotherStack(from, on);
      }

      this.dependencies[kind].push({ from, on });
    }
  }

  isKept(construct: Construct): boolean {
    return this.declarations.some((each) => each.construct === construct && each.skipDestroy);
  }

  /** Of the blocks with a hook: `null_resource.ocp_obproxies`. */
  get addresses(): readonly string[] {
    return KINDS.map((kind) => this.blockAddress(kind));
  }

  /** Path of the construct that made one block wait for another; undefined where it is ours to do so. */
  dependencyPath(from: string, on: string): string | undefined {
    const kind = KINDS.find((each) => this.blockAddress(each) === from);
    if (kind === undefined) return undefined;
    return this.dependencies[kind].find(
      (each) => each.from !== this.provider && resolved(this, each.on.fqn) === `\${${on}}`,
    )?.from.node.path;
  }

  private blockAddress(kind: ObjectKind): string {
    return `${this.carrier}.${this.blockName(kind, false)}`;
  }

  private addKeptBlock(kind: ObjectKind): void {
    if (this.provider.node.tryFindChild(blockId(kind, true)) === undefined) this.addBlock(kind, true);
  }

  private addBlock(kind: ObjectKind, kept: boolean): CarrierBlock {
    const name = this.blockName(kind, kept);
    this.locals.push({ kind, kept });
    // As a literal inside for_each, planning 500 objects took 16 s; from a local, 1.8 s.
    const local = new TerraformLocal(
      this.provider,
      `${blockId(kind, kept)}_local`,
      Lazy.anyValue({ produce: () => this.entries(kind, kept) }),
    );
    local.overrideLogicalId(name);
    return new CarrierBlock(this.provider, blockId(kind, kept), {
      carrier: this.carrier,
      kind,
      name,
      locals: () => this.localsOf(kind),
      objects: TerraformIterator.fromMap(local.asAnyMap),
      ...(kept
        ? {}
        : {
            dependsOn: () => this.dependsOn(kind),
            hook: this.hookCall(),
          }),
    });
  }

  private hookCall(): HookCall {
    return {
      directory: Lazy.stringValue({ produce: () => this.files.directory }),
      stack: this.stack.node.id,
      alias: this.alias,
    };
  }

  /** What Aspects and overrides of the app have taken from what is needed, by address. */
  flaws(configuration: unknown): readonly string[] {
    const blocks = this.provider.node.children.flatMap((child) => {
      if (!isOurBlock(child)) return [];
      const needs = resolved(this, child.needs) as BlockNeeds;
      return blockFlaws(configuration, needs).map((flaw) => `${needs.type}.${needs.name}: ${flaw}`);
    });
    const locals = this.locals.flatMap(({ kind, kept }) => {
      const name = this.blockName(kind, kept);
      const entries = resolved(this, this.entries(kind, kept));
      return localFlaws(configuration, name, entries).map((flaw) => `local.${name}: ${flaw}`);
    });
    return [...blocks, ...locals];
  }

  /** What is rarely needed is only there where it is. */
  private addLocalsFor(declaration: Declaration): void {
    const { kind } = declaration;
    if (isUnknown(declaration)) this.addLocal(this.pathsId(kind), () => this.mapOf(kind, isUnknown, pathOf));
    if (isUnreachable(declaration)) this.addNamesCheck(kind);
    if (!hasLastSettings(declaration)) return;
    if (this.carrier === Carrier.TERRAFORM_DATA) {
      this.addLocal(this.settingsId(kind), () => this.mapOf(kind, hasLastSettings, lastSettings));
    } else if (this.provider.node.tryFindChild("settings") === undefined) {
      new SettingsRecord(this.provider, "settings", `${this.alias}_obproxy_settings`, () => this.settingsRecord());
    }
  }

  private addNamesCheck(kind: ObjectKind): void {
    const declared = this.blockName(kind, false);
    const paths = `${this.alias}_${this.namesId(kind)}`;
    const check = namesCheck(this.carrier, { block: this.blockAddress(kind), declared, paths });
    if (check === undefined) return;
    this.addLocal(this.namesId(kind), () => this.mapOf(kind, isUnreachable, pathOf));
    this.addLocal(`${this.namesId(kind)}_unchanged`, () => check);
  }

  private addLocal(id: string, produce: () => unknown): void {
    if (this.provider.node.tryFindChild(id) !== undefined) return;
    new TerraformLocal(this.provider, id, Lazy.anyValue({ produce })).overrideLogicalId(`${this.alias}_${id}`);
  }

  private localsOf(kind: ObjectKind): BlockLocals {
    const named = (id: string): string | undefined =>
      this.provider.node.tryFindChild(id) === undefined ? undefined : `${this.alias}_${id}`;
    return {
      paths: named(this.pathsId(kind)),
      names: named(this.namesId(kind)),
      settings: named(this.settingsId(kind)),
    };
  }

  private pathsId(kind: ObjectKind): string {
    return `${blockId(kind, false)}_paths`;
  }

  private namesId(kind: ObjectKind): string {
    return `${blockId(kind, false)}_names`;
  }

  private settingsId(kind: ObjectKind): string {
    return `${blockId(kind, false)}_settings`;
  }

  private mapOf<T>(
    kind: ObjectKind,
    filter: (declaration: Declaration) => boolean,
    map: (declaration: Declaration) => T,
  ): Record<string, T> {
    const wanted = this.declarations.filter((each) => each.kind === kind && filter(each));
    return Object.fromEntries(wanted.map((each) => [each.key, map(each)]));
  }

  private settingsRecord(): Record<string, string> {
    return Object.fromEntries(
      this.declarations.filter(hasLastSettings).map((each) => [label(each.kind, each.key), settingsForPeople(each)]),
    );
  }

  /** Terraform cannot move anything back from terraform_data; see {@link CarrierBarrier}. */
  private addBarriers(): void {
    for (const kind of KINDS) {
      new CarrierBarrier(this.provider, `${blockId(kind, false)}_barrier`, this.blockName(kind, false));
    }
  }

  private addMemories(): void {
    for (const kind of KINDS) {
      const id = `${blockId(kind, false)}_remembered`;
      const name = `${this.alias}_${id}`;
      const local = new TerraformLocal(
        this.provider,
        `${id}_local`,
        Lazy.anyValue({ produce: () => this.rememberedOf(kind) }),
      );
      local.overrideLogicalId(name);
      new Memory(this.provider, id, {
        kind,
        name,
        objects: TerraformIterator.fromMap(local.asAnyMap),
        hook: this.hookCall(),
      });
    }
  }

  private rememberedOf(kind: ObjectKind): string {
    return remembered({
      block: this.blockAddress(kind),
      declared: this.blockName(kind, false),
      checked: this.localsOf(kind).names,
      offline: this.declarations
        .filter((each) => each.kind === kind && each.skipHostOperation && !each.skipDestroy)
        .map(({ key }) => key),
    });
  }

  /** `ocp_obproxies`, `ocp_obproxies_kept`, … */
  private blockName(kind: ObjectKind, kept: boolean): string {
    return `${this.alias}_${blockId(kind, kept)}`;
  }

  private protect(declaration: Declaration): void {
    const name = `${this.alias}_protected_${declaration.key.replace("/", "_")}`;
    new Protection(
      this.provider,
      `protected_${declaration.key}`,
      name,
      replacedWith(
        this.carrier,
        instanceAddress(this.carrier, this.blockName(declaration.kind, false), declaration.key),
      ),
    );
  }

  private entries(kind: ObjectKind, kept: boolean): Record<string, string> {
    return Object.fromEntries(
      this.declarations
        .filter((each) => each.kind === kind && each.skipDestroy === kept)
        .map((each) => [each.key, terraformText(each.clusterName)]),
    );
  }

  private dependsOn(kind: ObjectKind): string[] {
    const declared = this.dependencies[kind].map(({ on }) => on);
    const clusters = kind === "obproxy" ? this.clusterBlocksElsewhere() : [];
    const byFqn = new Map([...declared, ...clusters].map((on) => [on.fqn, on]));
    return [...byFqn.values()].map((on) => dependable(on));
  }

  /** Clusters of our OBProxies that other providers of the stack manage: they have to go after them all the same. */
  private clusterBlocksElsewhere(): readonly ITerraformDependable[] {
    const clusterIds = new Set(
      this.declarations.filter((each) => each.kind === "obproxy").map((each) => each.clusterId),
    );
    const holdsOne = (other: ManagedObjects): boolean =>
      other.declarations.some((each) => each.kind === "cluster" && clusterIds.has(each.clusterId));
    return this.neighbours.filter(holdsOne).map((other) => other.blocks.cluster);
  }

  /** The other providers of the stack that manage the same OCP. */
  private get neighbours(): readonly ManagedObjects[] {
    return this.registry.providersOf(this.stack).filter((each) => each !== this && each.sameOcpAs(this));
  }

  private moves(): readonly Move[] {
    const objects = this.declarations.filter((each) => !each.isToken);
    return [
      ...(this.carrier === Carrier.TERRAFORM_DATA ? KINDS.map((kind) => blockMove(this.blockName(kind, false))) : []),
      ...objects.flatMap(({ key, kind, skipDestroy }) => {
        const homes = [...this.neighbours, this].map((each) => ({
          live: each.blockName(kind, false),
          kept: each.blockName(kind, true),
        }));
        return objectMoves({ carrier: this.carrier, homes, key, isKept: skipDestroy });
      }),
    ];
  }

  /** What is only known, or only safe to do, when all constructs are there. */
  private prepare(): void {
    if (this.carrier === Carrier.NULL_RESOURCE) ensureNullProvider(this.stack, this.provider);
    this.warnOfVariables();
    this.writeFiles();
  }

  /** Their hooks could not tell the objects apart, and would refuse to delete any. */
  private warnOfVariables(): void {
    for (const other of this.registry.providers) {
      const paths = other !== this && other.sameOcpAs(this) ? indistinguishable(this, other) : undefined;
      if (paths === undefined) continue;
      const [own, others] = paths;
      Annotations.of(this.provider).addWarning(
        `${own} and, with another OcpProvider, ${others} have ids that only Terraform knows, and may mean the same object: no hook can tell, so destroy refuses to delete them. Write the ids of one of the two as numbers.`,
      );
    }
  }

  private writeFiles(): void {
    const settings = settingsText(hookSettings(this, this.registry.providers));
    this.files.write(settings, this.config.ca);
  }

  private validate(): string[] {
    // Once more: other aspects may have declared objects since.
    this.writeFiles();
    const isFirst = this.registry.providersOf(this.stack)[0] === this;
    return isFirst ? appProblems(this.registry.providers) : [];
  }
}

type OurBlock = CarrierBlock | CarrierBarrier | Memory | Protection;

function isOurBlock(child: unknown): child is OurBlock {
  return [CarrierBlock, CarrierBarrier, Memory, Protection].some((form) => child instanceof form);
}

function blockId(kind: ObjectKind, kept: boolean): string {
  return kept ? `${PLURALS[kind]}_kept` : PLURALS[kind];
}

/** Today's name does not reach the hook: it is itself known to Terraform alone, or whose name it is. */
function isUnreachable({ clusterId, clusterName }: Declaration): boolean {
  return Token.isUnresolved(clusterId) || Token.isUnresolved(clusterName);
}

/** Ids or a name that only Terraform knows, and can check. */
function isUnknown({ clusterName, isToken }: Declaration): boolean {
  return isToken || Token.isUnresolved(clusterName);
}

function pathOf({ construct }: Declaration): string {
  return terraformText(construct.node.path);
}

function hasLastSettings(declaration: Declaration): boolean {
  return Object.keys(lastSettings(declaration)).length > 0;
}

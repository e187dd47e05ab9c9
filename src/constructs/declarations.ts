import { type ITerraformDependable, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { blockName } from "../contract/names.js";
import type { ObjectKind } from "../contract/object.js";
import type { ProviderSettings } from "../contract/settings-file.js";
import type { Carrier } from "./carrier.js";
import type { Declaration } from "./declaration.js";
import * as errors from "./errors.js";

interface Dependency {
  readonly from: Construct;
  readonly on: ITerraformDependable;
}

/** What is declared under one `OcpProvider`, and what others ask about that. It knows no block, only where each lies. */
export class Declarations {
  readonly stack: TerraformStack;
  readonly alias: string;
  private readonly declared: Declaration[] = [];
  private readonly dependencies: Readonly<Record<ObjectKind, Dependency[]>> = { cluster: [], obproxy: [] };

  constructor(
    readonly provider: Construct,
    readonly carrier: Carrier,
    readonly settings: ProviderSettings,
  ) {
    this.stack = TerraformStack.of(provider);
    this.alias = settings.alias;
  }

  /** In the order of their declaration. */
  get all(): readonly Declaration[] {
    return this.declared;
  }

  of(kind: ObjectKind): readonly Declaration[] {
    return this.declared.filter((each) => each.kind === kind);
  }

  add(declaration: Declaration): void {
    this.declared.push(declaration);
  }

  addDependencies(kind: ObjectKind, from: Construct, dependencies: readonly ITerraformDependable[]): void {
    for (const on of dependencies) {
      if (Construct.isConstruct(on) && TerraformStack.of(on) !== this.stack) {
        throw errors.dependencyInAnotherStack(from, on);
      }

      this.dependencies[kind].push({ from, on });
    }
  }

  /** What the constructs of one kind wait for, and which of them. */
  dependenciesOf(kind: ObjectKind): readonly Dependency[] {
    return this.dependencies[kind];
  }

  /** Two providers with the same identity manage the same OCP, as far as synth can tell. */
  get ocpIdentity(): string {
    const { envPrefix, url } = this.settings;
    return url === undefined ? `env:${envPrefix}` : new URL(url).href.replace(/\/+$/, "");
  }

  sameOcpAs(other: Declarations): boolean {
    return this.ocpIdentity === other.ocpIdentity;
  }

  isKept(construct: Construct): boolean {
    return this.declared.some((each) => each.construct === construct && each.settings.skipDestroy === true);
  }

  /** `ocp_obproxies`, `ocp_obproxies_kept`, … */
  blockName(kind: ObjectKind, kept = false): string {
    return blockName(this.alias, kind, kept);
  }

  /** Of the block with a hook: `null_resource.ocp_obproxies`. */
  blockAddress(kind: ObjectKind): string {
    return `${this.carrier}.${this.blockName(kind)}`;
  }
}

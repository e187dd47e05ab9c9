import { Token } from "cdktf";
import type { Construct, IConstruct } from "constructs";
import { ANY_NAME, urlVariable } from "../contract/names.js";
import { label } from "../contract/object.js";
import type { Declaration } from "./declaration.js";
import type { Declarations } from "./declarations.js";
import * as errors from "./errors.js";

/** On the app: the registry of the copy of this library that declares something in it. The same for all copies. */
const MARK = Symbol.for("obproxy/app-registry");

/** Before a construct of another copy is taken for a wrong value. Throws where the app declares with two. */
export function checkOnlyCopy(at: Construct): void {
  AppRegistry.of(at);
}

/** What all `OcpProvider`s of one app declare, across its stacks. */
export class AppRegistry {
  private static readonly registries = new WeakMap<IConstruct, AppRegistry>();

  static of(construct: Construct): AppRegistry {
    const { root } = construct.node;
    let registry = AppRegistry.registries.get(root);
    if (registry === undefined) {
      if (Reflect.has(root, MARK)) throw errors.loadedTwice(construct);
      const made = new AppRegistry();
      Object.defineProperty(root, MARK, { value: made });
      registry = made;
      AppRegistry.registries.set(root, made);
      // The app's own validations come last, when all stacks are written.
      root.node.addValidation({ validate: () => made.lateProblems() });
    }
    return registry;
  }

  private readonly all: Declarations[] = [];
  private readonly objects = new Map<string, Declaration>();
  private readonly names = new Map<string, Declaration>();
  private readonly declared: Declaration[] = [];
  /** How many of them the settings of each provider were written with. */
  private readonly told = new Map<Declarations, number>();

  /** In the order of their declaration. */
  get providers(): readonly Declarations[] {
    return this.all;
  }

  providersOf(stack: IConstruct): readonly Declarations[] {
    return this.all.filter((each) => each.stack === stack);
  }

  /** The other providers of the stack that manage the same OCP. */
  neighboursOf(declarations: Declarations): readonly Declarations[] {
    return this.providersOf(declarations.stack).filter((each) => each !== declarations && each.sameOcpAs(declarations));
  }

  addProvider(added: Declarations): void {
    for (const other of this.providersOf(added.stack)) {
      if (other.alias === added.alias) throw errors.aliasRepeated(added.provider, added.alias, other.provider);
      if (other.sameOcpAs(added) && other.carrier !== added.carrier) {
        throw errors.mixedCarriers(added.provider, other.provider);
      }
    }
    this.all.push(added);
  }

  /** Refuses an object that the app declares already, and a name that contradicts what another construct says. */
  declare(owner: Declarations, declaration: Declaration): void {
    const { construct, isToken, key, kind } = declaration;
    const object = JSON.stringify([owner.ocpIdentity, kind, key]);
    const other = isToken ? undefined : this.objects.get(object);
    if (other !== undefined) {
      throw errors.declaredTwice(construct, label(kind, key), other.construct, this.variableOfBoth(owner, other));
    }

    this.checkName(owner, declaration);
    if (!isToken) this.objects.set(object, declaration);
    this.declared.push(declaration);
  }

  /** The settings of a provider are being written with all that is declared by now. */
  noteWritten(declarations: Declarations): void {
    this.told.set(declarations, this.declared.length);
  }

  /**
   * cdktf runs the Aspects of one stack after the other, and writes it before it comes to the next: the hooks of one that
   * is written know nothing of what an Aspect declares afterwards, and would not spare it.
   */
  private lateProblems(): string[] {
    const constructs = new Set<IConstruct>();
    return this.declared.flatMap(({ construct }, index) => {
      const without = this.all.find((each) => (this.told.get(each) ?? Infinity) <= index);
      if (without === undefined || constructs.has(construct)) return [];
      constructs.add(construct);
      return [errors.declaredTooLate(construct, without.stack).message];
    });
  }

  /** Also of OBProxies with ids that only Terraform knows: their hooks go by the one name that the cluster is given. */
  private checkName(owner: Declarations, declaration: Declaration): void {
    const { clusterId, clusterName, construct } = declaration;
    if (clusterName === ANY_NAME || [clusterId, clusterName].some((each) => Token.isUnresolved(each))) return;
    const cluster = JSON.stringify([owner.ocpIdentity, clusterId]);
    const named = this.names.get(cluster);
    if (named === undefined) {
      this.names.set(cluster, declaration);
    } else if (named.clusterName !== clusterName) {
      const variable = this.variableOfBoth(owner, named);
      throw errors.namesContradict(construct, clusterId, clusterName, named.construct, named.clusterName, variable);
    }
  }

  /** Of two providers of which only the environment says that they are one OCP. */
  private variableOfBoth(owner: Declarations, other: Declaration): string | undefined {
    const { envPrefix, url } = owner.settings;
    return url !== undefined || owner.all.includes(other) ? undefined : urlVariable(envPrefix);
  }
}

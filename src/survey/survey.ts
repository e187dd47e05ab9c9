import { keyOf, labelOf, type ObjectKind, type Target, targetOfKey } from "../contract/object.js";
import type { Remembered } from "../hook/intent.js";
import { ANY_NAME, PLURALS } from "../contract/names.js";
import { aliasOf, type Block, type Stack } from "./stack.js";
import type { Instance } from "./state.js";

/**
 * What Terraform would do with an object's instance in a destroy.
 *
 * - `hook`: run its hook
 * - `kept`: forget it; it lies in a block without a hook, as `skipDestroy` wants
 * - `not-deployed`: nothing; the object is declared but not in the state
 * - `no-block`: forget it, without anybody having wanted that
 * - `switched-back`: refuse the whole plan, because its carrier was terraform_data
 * - `unknown-block`: whatever a block does that carries its triggers, but none of our hooks
 */
export type Fate = "hook" | "kept" | "not-deployed" | "no-block" | "switched-back" | "unknown-block";

/** An object of OCP that the stack declares, or that its state knows. */
export interface Surveyed {
  readonly key: string;
  readonly label: string;
  readonly target: Target;
  /** Alias; undefined where no provider of the stack stands for it. */
  readonly provider: string | undefined;
  /** Path of the construct that declares it; undefined: none does. */
  readonly declaredBy: string | undefined;
  readonly fate: Fate;
  readonly instance: Instance | undefined;
  /** Where a `moved` block brings the instance, if not where it is. */
  readonly movesTo: string | undefined;
  readonly wave: number;
  /** Whether the deploy that is to follow replaces it, though it is declared. */
  readonly isReplaced?: boolean;
  /** What the hook would get from the state. */
  readonly remembered: Remembered;
}

/**
 * All objects of a stack, sorted: what is declared, and what its state knows.
 *
 * @param replaced addresses of the state
 */
export function survey(
  stack: Stack,
  instances: readonly Instance[],
  replaced: ReadonlySet<string> = new Set(),
): readonly Surveyed[] {
  const occupied = new Set(instances.map(({ address }) => address));
  const known = instances.map((instance): Surveyed => {
    const object = ofInstance(stack, instance, occupied);
    return replaced.has(instance.address) ? { ...object, isReplaced: true } : object;
  });
  const inState = new Set(known.map(({ provider, key }) => `${provider ?? ""} ${key}`));
  const declared = stack.providers.flatMap(({ alias, settings }) =>
    settings === undefined
      ? []
      : [...Object.keys(settings.clusters), ...Object.keys(settings.obproxies)]
          .filter((key) => !inState.has(`${alias} ${key}`))
          .flatMap((key) => notDeployed(stack, alias, key)),
  );
  return [...known, ...declared].sort(compare);
}

function ofInstance(stack: Stack, instance: Instance, occupied: ReadonlySet<string>): Surveyed {
  const { target, remembered } = instance.triggers;
  const address = destination(stack, instance.address, occupied);
  const block = stack.blocks.get(withoutKey(address));
  const provider = block?.provider ?? aliasIn(stack, address);
  return {
    ...identity(target),
    provider,
    declaredBy: declaredBy(stack, provider, keyOf(target)),
    fate: fateAt(stack, address),
    instance,
    movesTo: address === instance.address ? undefined : address,
    wave: block?.wave ?? 0,
    remembered,
  };
}

/** A switch from null_resource to terraform_data that has not been deployed. */
export function changesCarrier({ instance, movesTo }: Surveyed): boolean {
  return movesTo?.startsWith("terraform_data.") === true && instance?.block.startsWith("null_resource.") === true;
}

function notDeployed(stack: Stack, alias: string, key: string): Surveyed[] {
  const target = targetOfKey(key);
  if (target === undefined) return [];
  return [
    {
      ...identity(target),
      provider: alias,
      declaredBy: declaredBy(stack, alias, key),
      fate: "not-deployed",
      instance: undefined,
      movesTo: undefined,
      wave: waveOf(stack, alias, target),
      // A declared name goes before it; one that is a token is not known yet.
      remembered: { clusterName: ANY_NAME, nameFrom: "first-deploy" },
    },
  ];
}

function identity(target: Target): Pick<Surveyed, "key" | "label" | "target"> {
  return { key: keyOf(target), label: labelOf(target), target };
}

/** As Terraform does: from move to move, unless the place is taken. */
function destination({ moves }: Stack, start: string, occupied: ReadonlySet<string>): string {
  const seen = new Set([start]);
  for (let address = start; ;) {
    const block = withoutKey(address);
    const ofBlock = moves.get(block);
    const next = moves.get(address) ?? (ofBlock === undefined ? undefined : ofBlock + address.slice(block.length));
    if (next === undefined || seen.has(next) || occupied.has(next)) return address;
    seen.add(next);
    address = next;
  }
}

function fateAt({ blocks }: Stack, address: string): Fate {
  const block = withoutKey(address);
  const found = blocks.get(block);
  if (found?.provider !== undefined) return "hook";
  if (isKept(block)) return "kept";
  if (found?.isBarrier === true) return "switched-back";
  const twin = blocks.get(block.replace(/^terraform_data\./, "null_resource."));
  if (found === undefined && block.startsWith("terraform_data.") && twin?.provider !== undefined) {
    return "switched-back";
  }

  return found === undefined ? "no-block" : "unknown-block";
}

function isKept(block: string): boolean {
  return /_(?:obproxies|obproxy_clusters)_kept$/.test(block);
}

function aliasIn({ providers }: Stack, address: string): string | undefined {
  const alias = aliasOf(address);
  return providers.some((provider) => provider.alias === alias) ? alias : undefined;
}

function declaredBy(stack: Stack, alias: string | undefined, key: string): string | undefined {
  const settings = stack.providers.find((provider) => provider.alias === alias)?.settings;
  return (settings?.clusters[key] ?? settings?.obproxies[key])?.path;
}

function waveOf(stack: Stack, alias: string, target: Target): number {
  return blockOf(stack, alias, target.kind)?.wave ?? 0;
}

/** Of a provider, the block in which its objects of a kind lie; undefined: the stack has none. */
export function blockOf({ blocks }: Stack, alias: string | undefined, kind: ObjectKind): Block | undefined {
  return [...blocks.values()].find(
    ({ address, provider }) => provider === alias && address.endsWith(`_${PLURALS[kind]}`),
  );
}

export function withoutKey(address: string): string {
  return address.replace(/\[[^[\]]*\]$/, "");
}

/** Providers as they come, clusters before their OBProxies, by number. */
function compare(a: Surveyed, b: Surveyed): number {
  const providers = (a.provider ?? "~").localeCompare(b.provider ?? "~");
  if (providers !== 0) return providers;
  const [clusterA, proxyA] = numbers(a);
  const [clusterB, proxyB] = numbers(b);
  if (clusterA !== clusterB) return clusterA < clusterB ? -1 : 1;
  return proxyA < proxyB ? -1 : proxyA > proxyB ? 1 : 0;
}

function numbers({ target }: Surveyed): readonly [bigint, bigint] {
  return [BigInt(target.clusterId), target.kind === "cluster" ? 0n : BigInt(target.obproxyId)];
}

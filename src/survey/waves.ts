import { graphOf } from "../contract/dependency-cycles.js";

/** In which order Terraform comes to blocks. */

/** Which of the blocks each of them needs, directly or by way of others. */
export function needsOf(configuration: unknown, hooked: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const { edges } = graphOf(configuration);
  return new Map(hooked.map((address) => [address, reachable(edges, address)]));
}

/** Terraform destroys a block when every block that needs it, directly or by way of others, is gone. */
export function wavesOf(needs: ReadonlyMap<string, ReadonlySet<string>>): ReadonlyMap<string, number> {
  const hooked = [...needs.keys()];
  const waves = new Map<string, number>();
  const waveOf = (address: string, above: readonly string[]): number => {
    const known = waves.get(address);
    if (known !== undefined) return known;
    const needy = hooked.filter((other) => needs.get(other)?.has(address) === true && !above.includes(other));
    const wave = 1 + Math.max(0, ...needy.map((other) => waveOf(other, [...above, address])));
    waves.set(address, wave);
    return wave;
  };
  for (const address of hooked) waveOf(address, [address]);
  return waves;
}

function reachable(edges: ReadonlyMap<string, ReadonlySet<string>>, start: string): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = [start];
  for (const address of queue) {
    for (const next of edges.get(address) ?? []) {
      if (next === start || found.has(next)) continue;
      found.add(next);
      queue.push(next);
    }
  }
  return found;
}

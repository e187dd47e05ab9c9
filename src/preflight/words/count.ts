const MOST = 20;

/** Names for a person to read, who needs no more than some of a great many. */
export function listed(names: readonly string[]): string {
  const more = names.length - MOST;
  return names.slice(0, MOST).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** The words of a sentence about one thing, or about several. */
export function numbered<T>(amount: number, one: T, several: T): T {
  return amount === 1 ? one : several;
}

const MOST = 20;

/** Names for a person to read, who needs no more than some of a great many. */
export function listed(names: readonly string[]): string {
  const more = names.length - MOST;
  return names.slice(0, MOST).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Resolves when `holds()` does; fails where it has not come to that in `longestMs`. */
export async function until(holds: () => boolean, longestMs = 30_000): Promise<void> {
  const end = Date.now() + longestMs;
  while (!holds()) {
    if (Date.now() > end) throw new Error("it has not come to what was waited for");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

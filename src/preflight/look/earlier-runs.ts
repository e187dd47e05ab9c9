import type { HookEvent } from "../../contract/events.js";

/**
 * Keys of what hooks have deleted at one OCP, in whichever run, as far as nothing has been told of it since. "Already gone"
 * proves nothing by itself: so the hook says of an id that was never right.
 *
 * @param events of one stack, in the order in which they were written
 * @param address of OCP, as the hooks resolve it
 */
export function deletedBefore(events: readonly HookEvent[], address: string | undefined): ReadonlySet<string> {
  const deleted = new Set<string>();
  if (address === undefined) return deleted;
  // Deletions that OCP has accepted, whose end a later run may be the first to see.
  const begun = new Set<string>();
  const ocps = new Map<string, string | undefined>();
  for (const event of events) {
    const { object: key, pid, run } = event;
    const hook = JSON.stringify([run, pid, key]);
    if (event.event === "started") ocps.set(hook, event.ocp);
    if (ocps.get(hook) !== address) continue;
    switch (event.event) {
      case "sent":
        for (const each of [key, ...event.with]) begun.add(each);
        break;
      case "task":
        if (event.ours) begun.add(key);
        break;
      case "deleted":
        begun.add(key);
        deleted.add(key);
        break;
      case "already-gone":
        if (begun.has(key) || event.task !== undefined) deleted.add(key);
        break;
      case "started":
      case "left-alone":
      case "failed":
        deleted.delete(key);
        break;
      case "looked":
      case "send-failed":
      case "subtask":
      case "waiting":
      case "retried":
      case "warned":
    }
  }
  return deleted;
}

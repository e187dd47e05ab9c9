import type { Status } from "../report/report.js";
import type { Command } from "../scene.js";
import { goesBefore } from "./content.js";
import type { Entry } from "./entry.js";
import type { Judgement } from "./judgement.js";
import { isBlindToTasks } from "./provider.js";

/** What becomes of judgements when they stand beside those of others. */

/** Without what only the other command would meet. */
export function only(command: Command | undefined, entry: Entry): Entry {
  const { remarks, status } = entry.judgement;
  const met = remarks.filter(({ meets }) => command === undefined || meets === undefined || meets === command);
  const worst = met.some(({ level }) => level === "problem") ? "problem" : "ready";
  return {
    ...entry,
    judgement: { status: status === "problem" && met.length < remarks.length ? worst : status, remarks: met },
  };
}

/** Terraform comes to a cluster only when all that needs it is gone, and to a stack when those that depend on it are. */
export function holdBack(entries: readonly Entry[]): readonly Entry[] {
  const stuck = entries.filter(
    ({ object, judgement }) => object.fate === "hook" && object.target.kind === "obproxy" && isStuck(judgement),
  );
  return entries.map((entry) => {
    const { object, judgement, scene } = entry;
    const waits = judgement.status === "ready" || judgement.status === "waits";
    if (object.target.kind !== "cluster" || !waits) return entry;
    if (!stuck.some((other) => goesBefore(other, scene, object))) return entry;
    return { ...entry, judgement: { ...judgement, status: "held-back" } };
  });
}

/** A hook that would fail; where none would run, Terraform goes on. */
function isStuck({ remarks }: Judgement): boolean {
  return remarks.some(({ code, level }) => level === "problem" && code !== "tainted" && code !== "deposed");
}

/** Where no hook of the provider could do its work, nothing of it is ready, whatever OCP says of the object. */
export function stopWithProvider(entry: Entry): Entry {
  const { judgement, object, scene } = entry;
  const provider = scene.stack.providers.find(({ alias }) => alias === object.provider);
  if (provider === undefined || object.fate !== "hook" || !WITHOUT_PROBLEM.has(judgement.status)) return entry;
  const blindToTasks = isBlindToTasks(provider, scene.answers.get(provider.alias));
  if (!blindToTasks && provider.flaws.length === 0) return entry;
  // Who sees no tasks cannot tell what a cluster is busy with either.
  const remarks = judgement.remarks.filter(({ code }) => code !== "busy" || !blindToTasks);
  return { ...entry, judgement: { status: "problem", remarks } };
}

const WITHOUT_PROBLEM = new Set<Status>(["ready", "waits", "held-back", "gone"]);

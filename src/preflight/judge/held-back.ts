import type { Status } from "../report/report.js";
import type { Command } from "../scene.js";
import { goesBefore, placeOf } from "./content.js";
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

/**
 * Terraform comes to an object only when all that needs it is gone, and cdktf to a stack when those that depend on it are:
 * what cannot go holds back what comes after it, and that what comes after that.
 */
export function holdBack(entries: readonly Entry[]): readonly Entry[] {
  const stopping = entries.filter(({ object, judgement }) => object.fate === "hook" && isStuck(judgement));
  let held = entries;
  for (let before: readonly Entry[] = []; before !== held;) {
    before = held;
    const stops = [...stopping, ...held.filter(({ judgement }) => judgement.status === "held-back")];
    held = holdBehind(held, onePerPlace(stops));
  }
  return held;
}

/** The very same list where nothing more is held back. */
function holdBehind(entries: readonly Entry[], stops: readonly Entry[]): readonly Entry[] {
  const isHeld = ({ judgement: { status }, object, scene }: Entry): boolean =>
    object.fate === "hook" &&
    (status === "ready" || status === "waits") &&
    stops.some((stop) => goesBefore(stop, scene, object));
  if (!entries.some(isHeld)) return entries;
  return entries.map((entry) =>
    isHeld(entry) ? { ...entry, judgement: { ...entry.judgement, status: "held-back" } } : entry,
  );
}

/** Of what is ordered alike one will do. */
function onePerPlace(entries: readonly Entry[]): readonly Entry[] {
  const places = entries.map((entry) => [`${entry.scene.stack.name} ${placeOf(entry)}`, entry] as const);
  return [...new Map(places).values()];
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

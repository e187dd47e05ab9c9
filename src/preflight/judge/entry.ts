import type { Surveyed } from "../../survey/survey.js";
import type { Scene } from "../scene.js";
import type { Judgement } from "./judgement.js";

/** An object, where it belongs, and what has been judged of it. */
export interface Entry {
  readonly scene: Scene;
  readonly object: Surveyed;
  readonly judgement: Judgement;
}

/** Base URL of the object's OCP, where it was asked. */
export function urlOf({ answers }: Scene, alias: string | undefined): string | undefined {
  return answers.get(alias ?? "")?.url;
}

export function entriesOf(scene: Scene, entries: readonly Entry[]): readonly Entry[] {
  return scene.objects.flatMap((object) => entries.filter((entry) => entry.scene === scene && entry.object === object));
}

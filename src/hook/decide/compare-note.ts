import type { Task } from "../../ocp/model.js";
import type { Target } from "../intent.js";
import type { Note } from "./note.js";

/** What a note proves about a task that OCP shows today. */
export type NoteVerdict = "proven" | "unsure" | "other";

export function compareNote(task: Task, note: Note, target: Target): NoteVerdict {
  if (task.name !== note.name || note.clusterId !== target.clusterId) return "other";
  return task.startTime === note.startTime && note.startTime !== undefined ? "proven" : "unsure";
}

import type { Task } from "../../ocp/model.js";
import { classify } from "../../ocp/task.js";
import { type Memory, newestFirst } from "../decide/memory.js";

/** What a run knew last, for a person who reads why it ended. One thought per line. */
export function lastSeen(memory: Memory): string[] {
  const { following, sent, waiting, rounds } = memory;
  if (following !== undefined) return [state(following.task)];
  const newest = newestFirst(memory.deletions.values())[0];
  const about = newest === undefined ? [] : [state(newest.task)];
  if (sent.state === "locked") return ["OCP refused the delete, because something works on the cluster", ...about];
  if (sent.state === "undelivered") return [`the delete did not get through: ${sent.error.message}`];
  if (sent.state === "lost") {
    return ["the answer to the delete was lost, and what became of it was looked for", ...about];
  }
  if (sent.state === "accepted") return ["OCP had accepted the delete and still listed the object", ...about];
  if (waiting?.because === "unknown") return ["what OCP answered left open whether the object is there", ...about];
  if (waiting !== undefined) return ["the cluster said that it was being worked on", ...about];
  return rounds === 0 ? ["OCP had not answered a question yet"] : ["the object was there", ...about];
}

function state(task: Task): string {
  return `task ${task.id} "${task.name}": ${classify(task).reason}`;
}

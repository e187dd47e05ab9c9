import { evolve } from "../decide/evolve.js";
import type { Memory } from "../decide/memory.js";
import { questions } from "../decide/questions.js";
import type { Observer } from "./observer.js";

/** Looks until nothing is open: what one look shows may raise a question. At most a few looks. */
export async function lookAround(before: Memory, observer: Observer, now: () => number): Promise<Memory> {
  let memory = before;
  for (let open = questions(memory); open !== undefined; open = questions(memory)) {
    const look = await observer.look(open);
    memory = evolve(memory, { event: "looked", look, at: now() });
  }
  return memory;
}

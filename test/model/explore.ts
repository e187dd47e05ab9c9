import { further, goesOnToItsEnd, quiet } from "./further.js";
import { Model, type Outcome, Pairs } from "./model.js";
import { OPERATOR_DOES, type OperatorDoes, type Scene } from "./scene.js";
import { leftBy } from "./world.js";

/** Budgets and notes: all of a state that is neither the world nor a run. */
interface Rest {
  readonly troubles: number;
  readonly faults: number;
  readonly kills: number;
  readonly failures: number;
  readonly acts: number;
  readonly acted: readonly OperatorDoes[];
  /** By hook, then by machine. */
  readonly notes: readonly (readonly number[])[];
}

export interface Story {
  readonly broken: string;
  readonly scene: string;
  readonly sentences: readonly string[];
}

export interface Explored {
  readonly scene: string;
  /** Distinct ones, each visited. */
  readonly states: number;
  /** Met, but beyond the bound. */
  readonly unvisited: number;
  readonly transitions: number;
  readonly depth: number;
  /** All that the scene's bound allows has been visited. */
  readonly isWhole: boolean;
  readonly seconds: number;
  /** The shortest one of each kind. */
  readonly stories: readonly Story[];
}

export interface Limits {
  readonly states: number;
  /** Stop at the first. */
  readonly first?: boolean;
}

/** A state in numbers: world, rest, and one per hook. */
type State = readonly number[];

/** Visits what can be reached, breadth first, and tells what breaks an invariant by its shortest story. */
export function explore(scene: Scene, limits: Limits): Explored {
  return new Explorer(scene).run(limits);
}

class Explorer {
  private readonly model: Model;
  private readonly rests = new Rests();
  private readonly words: number;
  private readonly table: StateTable;
  private readonly quietRuns = new Map<string, string | undefined>();
  private readonly waits = new Pairs<boolean>();
  private readonly stories = new Map<string, Story>();
  private transitions = 0;

  constructor(private readonly scene: Scene) {
    this.model = new Model(scene);
    this.words = 2 + scene.hooks.length;
    this.table = new StateTable(this.words);
  }

  run({ states, first = false }: Limits): Explored {
    const began = process.hrtime.bigint();
    this.table.add(this.first(), -1);
    let [depth, endOfLevel, at] = [0, 1, 0];
    const isOver = (): boolean => at >= this.table.size || at >= states || (first && this.stories.size > 0);
    for (; !isOver(); at += 1) {
      if (at === endOfLevel) {
        depth += 1;
        endOfLevel = this.table.size;
      }
      this.visit(at);
    }
    return {
      scene: this.scene.name,
      states: at,
      unvisited: this.table.size - at,
      transitions: this.transitions,
      depth,
      isWhole: at >= this.table.size,
      seconds: Number(process.hrtime.bigint() - began) / 1e9,
      stories: [...this.stories.values()],
    };
  }

  private first(): State {
    const { scene, model } = this;
    const { troubles, faults, kills, failures, operatorActs: acts, hooks, machines } = scene;
    const notes = hooks.map(() => Array.from({ length: machines }, () => 0));
    return [
      model.firstWorld(),
      this.rests.number({ troubles, faults, kills, failures, acts, acted: [], notes }),
      ...hooks.map((_, hook) => model.place(hook, { is: "resting", runs: scene.runs })),
    ];
  }

  private visit(index: number): void {
    const state = this.table.at(index);
    this.lookFurther(state, index);
    this.each(state, (next, words, broken) => {
      this.transitions += 1;
      if (broken !== undefined) this.tell(broken, index, [words()]);
      this.table.add(next, index);
    });
  }

  /** I4, from wherever a hook is at rest, or waits. */
  private lookFurther([world = 0, rest = 0, ...places]: State, index: number): void {
    const { notes } = this.rests.at(rest);
    places.forEach((place, hook) => {
      const { is, ...run } = this.model.places.at(place);
      if (is === "running" && "doing" in run && run.doing.does === "wait") this.waitFurther(world, hook, place, index);
      if (is !== "resting") return;
      notes[hook]!.forEach((note, machine) => {
        const key = `${world}/${hook}/${note}`;
        if (this.quietRuns.has(key)) return;
        const { broken, told } = further(this.model, hook, world, note, machine);
        this.quietRuns.set(key, broken);
        if (broken !== undefined) this.tell(`${broken} (in a further run)`, index, told);
      });
    });
  }

  private waitFurther(now: number, hook: number, place: number, index: number): void {
    const world = this.model.world(quiet(this.model.worlds.at(now), this.scene.manner));
    if (this.waits.get(place, world) !== undefined) return;
    const { broken, told } = goesOnToItsEnd(this.model, hook, place, world);
    this.waits.set(place, world, broken === undefined);
    if (broken !== undefined) this.tell(broken, index, ["  the world is quiet", ...told]);
  }

  private each(state: State, visit: (next: State, words: () => string, broken?: string) => void): void {
    const [world = 0, rest = 0] = state;
    this.worldSteps(state, world, rest, visit);
    this.scene.hooks.forEach((_, hook) => {
      this.runSteps(state, hook, world, rest, visit);
      for (let other = hook + 1; other < this.scene.hooks.length; other += 1) {
        this.jointSteps(state, [hook, other], world, rest, visit);
      }
    });
  }

  private worldSteps(state: State, world: number, rest: number, visit: Visit): void {
    for (const step of this.model.stepsOfWorld(world)) {
      const { costs } = step;
      const spent = costs === "nothing" ? rest : this.rests.after(rest, costs);
      if (spent === TOO_MUCH || (costs.startsWith("setUpAnew") && this.someRun(state))) continue;
      const next = state.slice();
      next[0] = step.world;
      next[1] = spent;
      visit(next, () => step.words);
    }
  }

  private someRun([, , ...places]: State): boolean {
    return places.some((place) => this.model.places.at(place).is === "running");
  }

  private runSteps(state: State, hook: number, world: number, rest: number, visit: Visit): void {
    const number = state[2 + hook]!;
    const place = this.model.places.at(number);
    switch (place.is) {
      case "succeeded":
        return;
      case "resting":
        if (place.runs > 0) this.beginnings(state, hook, place.runs - 1, rest, visit);
        return;
      case "running":
        for (const outcome of this.model.outcomes(hook, number, world)) {
          this.take(state, [[hook, outcome]], rest, place.machine, visit);
        }

        this.kill(state, hook, place.runs, rest, visit);
    }
  }

  private beginnings(state: State, hook: number, runs: number, rest: number, visit: Visit): void {
    const { notes } = this.rests.at(rest);
    for (let machine = 0; machine < this.scene.machines; machine += 1) {
      const next = state.slice();
      next[2 + hook] = this.model.begin(hook, runs, machine, notes[hook]![machine]!);
      visit(next, () => `${this.nameOf(hook)} is run on machine ${"AB"[machine] ?? machine}`);
    }
  }

  private kill(state: State, hook: number, runs: number, rest: number, visit: Visit): void {
    const spent = this.rests.after(rest, "kill");
    if (spent === TOO_MUCH) return;
    const next = state.slice();
    next[1] = spent;
    next[2 + hook] = this.model.place(hook, { is: "resting", runs });
    next[0] = this.leftBy(hook, state[0]!);
    visit(next, () => `${this.nameOf(hook)} is killed`);
  }

  /** Nobody waits any more for what it had sent. */
  private leftBy(hook: number, number: number): number {
    const world = this.model.worlds.at(number);
    const after = leftBy(world, hook);
    return after === world ? number : this.model.world(after);
  }

  /** Two hooks of one machine, which have seen the same, send one call. */
  private jointSteps(state: State, [a, b]: readonly [number, number], world: number, rest: number, visit: Visit): void {
    const [one, other] = [this.model.places.at(state[2 + a]!), this.model.places.at(state[2 + b]!)];
    if (one.is !== "running" || other.is !== "running") return;
    if (one.doing.does !== "delete" || other.doing.does !== "delete" || one.machine !== other.machine) return;
    if (this.model.intents[a]!.target.kind === "cluster" || this.model.intents[b]!.target.kind === "cluster") return;
    if (this.scene.hooks[a]!.target === this.scene.hooks[b]!.target || one.saw.cluster !== other.saw.cluster) return;
    const runs = [a, b].map((hook) => ({ hook, place: state[2 + hook]! }));
    for (const [first, second] of this.model.together(runs[0]!, runs[1]!, world)) {
      this.take(
        state,
        [
          [a, first],
          [b, second],
        ],
        rest,
        one.machine,
        visit,
      );
    }
  }

  private take(
    state: State,
    taken: readonly (readonly [hook: number, outcome: Outcome])[],
    rest: number,
    machine: number,
    visit: Visit,
  ): void {
    const isFault = taken.some(([, outcome]) => outcome.isFault);
    let after = isFault ? this.rests.after(rest, "fault") : rest;
    if (after === TOO_MUCH) return;
    const next = state.slice();
    for (const [hook, { place, world, note }] of taken) {
      next[0] = this.model.places.at(place).is === "running" ? world : this.leftBy(hook, world);
      next[2 + hook] = place;
      if (note !== undefined) after = this.rests.noted(after, hook, machine, note);
    }
    next[1] = after;
    const broken = taken.map(([, outcome]) => outcome.broken).find((each) => each !== undefined);
    visit(next, () => taken.map(([hook, { words }]) => `${this.nameOf(hook)} ${words}`).join("; with it "), broken);
  }

  private nameOf(hook: number): string {
    const { target } = this.scene.hooks[hook]!;
    const twice = this.scene.hooks.filter((each) => each.target === target).length > 1;
    return `the hook of ${target === "cluster" ? "the cluster" : `OBProxy ${target}`}${twice ? ` (${hook + 1})` : ""}`;
  }

  private tell(broken: string, index: number, last: readonly string[]): void {
    const kind = broken.replaceAll(/task \d+/g, "task");
    if (this.stories.has(kind)) return;
    const sentences = [...this.storyTo(index), ...last];
    this.stories.set(kind, { broken, scene: this.scene.name, sentences });
  }

  /** How a state came about: the table knows the state before each, and the words are found by taking the step again. */
  private storyTo(index: number): string[] {
    const path: number[] = [];
    for (let at = index; at >= 0; at = this.table.parent(at)) path.unshift(at);
    return path.slice(1).map((at, nth) => {
      const wanted = this.table.at(at);
      let found = "?";
      this.each(this.table.at(path[nth]!), (next, words) => {
        if (found === "?" && next.every((value, place) => value === wanted[place])) found = words();
      });
      return found;
    });
  }
}

type Visit = (next: State, words: () => string, broken?: string) => void;

function replaced<T>(values: readonly T[], index: number, value: T): readonly T[] {
  return values.map((each, at) => (at === index ? value : each));
}

/** What costs of the budgets. */
type Cost = "fault" | "kill" | "failure" | OperatorDoes;
const BUDGETS = { fault: "faults", kill: "kills", failure: "failures" } as const;
const COSTS: readonly Cost[] = ["fault", "kill", "failure", ...OPERATOR_DOES];
/** More than the budgets allow. */
const TOO_MUCH = -1;

/** Budgets and notes as numbers, equal ones the same. */
class Rests {
  private readonly values: Rest[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly afters = new Pairs<number>();
  private readonly noteds = new Pairs<number>();

  number(rest: Rest): number {
    const key = JSON.stringify(rest);
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.values.push(rest);
    this.numbers.set(key, this.values.length - 1);
    return this.values.length - 1;
  }

  at(number: number): Rest {
    return this.values[number]!;
  }

  after(number: number, cost: Cost): number {
    const key = COSTS.indexOf(cost);
    const known = this.afters.get(number, key);
    if (known !== undefined) return known;
    const spent = spend(this.at(number), cost);
    const after = spent === undefined ? TOO_MUCH : this.number(usable(spent));
    this.afters.set(number, key, after);
    return after;
  }

  noted(number: number, hook: number, machine: number, note: number): number {
    const { notes } = this.at(number);
    if (notes[hook]![machine] === note) return number;
    const key = (note * notes.length + hook) * notes[hook]!.length + machine;
    const known = this.noteds.get(number, key);
    if (known !== undefined) return known;
    const changed = replaced(notes, hook, replaced(notes[hook]!, machine, note));
    const after = this.number({ ...this.at(number), notes: changed });
    this.noteds.set(number, key, after);
    return after;
  }
}

/** Without what can make no difference any more. */
function usable(rest: Rest): Rest {
  const { troubles } = rest;
  const acts = Math.min(rest.acts, troubles);
  return {
    ...rest,
    faults: Math.min(rest.faults, troubles),
    kills: Math.min(rest.kills, troubles),
    failures: Math.min(rest.failures, troubles),
    acts,
    acted: acts === 0 ? [] : rest.acted,
  };
}

/** Undefined: there is not so much of it left. */
function spend(rest: Rest, cost: Cost): Rest | undefined {
  if (rest.troubles === 0) return undefined;
  const less = { ...rest, troubles: rest.troubles - 1 };
  if (cost === "fault" || cost === "kill" || cost === "failure") {
    const budget = BUDGETS[cost];
    return rest[budget] === 0 ? undefined : { ...less, [budget]: rest[budget] - 1 };
  }
  if (rest.acts === 0 || rest.acted.includes(cost)) return undefined;
  return { ...less, acts: rest.acts - 1, acted: [...rest.acted, cost].sort() };
}

/** All states that were met, each once, in the order in which they were: an exact set, by open addressing. */
class StateTable {
  size = 0;
  private rows: Uint32Array;
  private parents = new Int32Array(1 << 16);
  private slots = new Int32Array(1 << 18).fill(-1);

  constructor(private readonly words: number) {
    this.rows = new Uint32Array(words << 16);
  }

  add(state: State, parent: number): void {
    let slot = this.slotOf(state);
    for (;;) {
      const found = this.slots[slot]!;
      if (found < 0) break;
      if (this.equals(found, state)) return;
      slot = (slot + 1) & (this.slots.length - 1);
    }
    if (this.size === this.parents.length) this.growRows();
    this.rows.set(state, this.size * this.words);
    this.parents[this.size] = parent;
    this.slots[slot] = this.size;
    this.size += 1;
    if (this.size * 2 > this.slots.length) this.growSlots();
  }

  at(index: number): State {
    const state: number[] = [];
    for (let word = index * this.words; word < (index + 1) * this.words; word += 1) state.push(this.rows[word]!);
    return state;
  }

  parent(index: number): number {
    return this.parents[index]!;
  }

  private equals(index: number, state: State): boolean {
    const start = index * this.words;
    for (let word = 0; word < this.words; word += 1) if (this.rows[start + word] !== state[word]) return false;
    return true;
  }

  private slotOf(state: State): number {
    let hash = 0x811c9dc5;
    for (const word of state) {
      hash = Math.imul(hash ^ word, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return (hash >>> 0) & (this.slots.length - 1);
  }

  private growRows(): void {
    const rows = new Uint32Array(this.rows.length * 2);
    rows.set(this.rows);
    this.rows = rows;
    const parents = new Int32Array(this.parents.length * 2);
    parents.set(this.parents);
    this.parents = parents;
  }

  private growSlots(): void {
    this.slots = new Int32Array(this.slots.length * 2).fill(-1);
    for (let index = 0; index < this.size; index += 1) {
      let slot = this.slotOf(this.at(index));
      while (this.slots[slot]! >= 0) slot = (slot + 1) & (this.slots.length - 1);
      this.slots[slot] = index;
    }
  }
}

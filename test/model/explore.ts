import { further } from "./further.js";
import { Model, type Outcome } from "./model.js";
import type { OperatorDoes } from "./scene.js";
import type { Scene } from "./scene.js";
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
  readonly states: number;
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
  private readonly rests = new Numbered<Rest>();
  private readonly words: number;
  private readonly table: StateTable;
  private readonly quietRuns = new Map<string, string | undefined>();
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
      states: this.table.size,
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
      this.rest({ troubles, faults, kills, failures, acts, acted: [], notes }),
      ...hooks.map((_, hook) => model.place(hook, { is: "resting", runs: scene.runs })),
    ];
  }

  private rest(rest: Rest): number {
    return this.rests.number(JSON.stringify(rest), rest);
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

  /** I4, from wherever a hook is at rest. */
  private lookFurther([world = 0, rest = 0, ...places]: State, index: number): void {
    const { notes } = this.rests.at(rest);
    places.forEach((place, hook) => {
      if (this.model.places.at(place).is !== "resting") return;
      notes[hook]!.forEach((note, machine) => {
        const key = `${world}/${hook}/${note}`;
        if (this.quietRuns.has(key)) return;
        const { broken, told } = further(this.model, hook, world, note, machine);
        this.quietRuns.set(key, broken);
        if (broken !== undefined) this.tell(`${broken} (in a further run)`, index, told);
      });
    });
  }

  private each(state: State, visit: (next: State, words: () => string, broken?: string) => void): void {
    const [world = 0, number = 0] = state;
    const rest = this.rests.at(number);
    this.worldSteps(state, world, rest, visit);
    this.scene.hooks.forEach((_, hook) => {
      this.runSteps(state, hook, world, rest, visit);
      for (let other = hook + 1; other < this.scene.hooks.length; other += 1) {
        this.jointSteps(state, [hook, other], world, rest, visit);
      }
    });
  }

  private worldSteps(state: State, world: number, rest: Rest, visit: Visit): void {
    for (const step of this.model.stepsOfWorld(world)) {
      const { costs } = step;
      let spent = rest;
      if (costs === "failure") {
        if (rest.troubles === 0 || rest.failures === 0) continue;
        spent = { ...rest, troubles: rest.troubles - 1, failures: rest.failures - 1 };
      } else if (costs !== "nothing") {
        if (rest.troubles === 0 || rest.acts === 0 || rest.acted.includes(costs)) continue;
        if (costs.startsWith("setUpAnew") && this.someRun(state)) continue;
        spent = { ...rest, troubles: rest.troubles - 1, acts: rest.acts - 1, acted: [...rest.acted, costs].sort() };
      }
      const next = [...state];
      next[0] = step.world;
      if (spent !== rest) next[1] = this.rest(spent);
      visit(next, () => step.words);
    }
  }

  private someRun([, , ...places]: State): boolean {
    return places.some((place) => this.model.places.at(place).is === "running");
  }

  private runSteps(state: State, hook: number, world: number, rest: Rest, visit: Visit): void {
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
          if (outcome.isFault && (rest.troubles === 0 || rest.faults === 0)) continue;
          this.take(state, [[hook, outcome]], rest, place.machine, visit);
        }
        if (rest.troubles > 0 && rest.kills > 0) this.kill(state, hook, place.runs, rest, visit);
    }
  }

  private beginnings(state: State, hook: number, runs: number, rest: Rest, visit: Visit): void {
    for (let machine = 0; machine < this.scene.machines; machine += 1) {
      const next = [...state];
      next[2 + hook] = this.model.begin(hook, runs, machine, rest.notes[hook]![machine]!);
      visit(next, () => `${this.nameOf(hook)} is run on machine ${"AB"[machine] ?? machine}`);
    }
  }

  private kill(state: State, hook: number, runs: number, rest: Rest, visit: Visit): void {
    const next = [...state];
    next[1] = this.rest({ ...rest, troubles: rest.troubles - 1, kills: rest.kills - 1 });
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
  private jointSteps(state: State, [a, b]: readonly [number, number], world: number, rest: Rest, visit: Visit): void {
    const [one, other] = [this.model.places.at(state[2 + a]!), this.model.places.at(state[2 + b]!)];
    if (one.is !== "running" || other.is !== "running") return;
    if (one.doing.does !== "delete" || other.doing.does !== "delete" || one.machine !== other.machine) return;
    if (this.model.intents[a]!.target.kind === "cluster" || this.model.intents[b]!.target.kind === "cluster") return;
    if (this.scene.hooks[a]!.target === this.scene.hooks[b]!.target || one.saw.cluster !== other.saw.cluster) return;
    const runs = [a, b].map((hook) => ({ hook, place: state[2 + hook]! }));
    for (const [first, second] of this.model.together(runs[0]!, runs[1]!, world)) {
      if (first.isFault && (rest.troubles === 0 || rest.faults === 0)) continue;
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
    rest: Rest,
    machine: number,
    visit: Visit,
  ): void {
    const next = [...state];
    let after = rest;
    for (const [hook, { place, world, note }] of taken) {
      next[0] = this.model.places.at(place).is === "running" ? world : this.leftBy(hook, world);
      next[2 + hook] = place;
      if (note !== undefined && after.notes[hook]![machine] !== note) {
        after = { ...after, notes: replaced(after.notes, hook, replaced(after.notes[hook]!, machine, note)) };
      }
    }
    if (taken.some(([, { isFault }]) => isFault))
      after = { ...after, troubles: after.troubles - 1, faults: after.faults - 1 };
    if (after !== rest) next[1] = this.rest(after);
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

class Numbered<T> {
  private readonly values: T[] = [];
  private readonly numbers = new Map<string, number>();

  number(key: string, value: T): number {
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.values.push(value);
    this.numbers.set(key, this.values.length - 1);
    return this.values.length - 1;
  }

  at(number: number): T {
    return this.values[number]!;
  }
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
    return [...this.rows.subarray(index * this.words, (index + 1) * this.words)];
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

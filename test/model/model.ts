import type { Failing } from "../../src/hook/decide/decide.js";
import type { Memory } from "../../src/hook/decide/memory.js";
import { earlierMark, noteOf, type Recorded } from "../../src/hook/decide/note.js";
import type { TaskAnswer } from "../../src/hook/decide/look.js";
import type { Intent } from "../../src/hook/intent.js";
import type { Listing } from "../../src/ocp/list.js";
import type { Cluster, Task } from "../../src/ocp/model.js";
import { Answers, CLUSTER_ID, type ErrorName, ERRORS } from "./answers.js";
import { type Answer, answered, type Doing, evolved, keyOf, numberOf, start, type Step } from "./hook.js";
import {
  type Broken,
  type DeletionFact,
  whyDeletingIsWrong,
  whyStartingIsWrong,
  whySuccessIsWrong,
} from "./invariants.js";
import { type Fault, intentsOf, type OperatorDoes, type Scene } from "./scene.js";
import {
  end,
  fail,
  failures,
  hasDeleted,
  hasFailed,
  isAtWork,
  type Manner,
  NAME,
  progress,
  purge,
  rename,
  retry,
  rollBack,
  setUpAnew,
  skip,
  submit,
  taskOf,
  type World,
  type WorldTask,
} from "./world.js";

/** A place where a hook is run, again and again. */
export type Place =
  | { readonly is: "resting"; readonly runs: number }
  | { readonly is: "succeeded" }
  | {
      readonly is: "running";
      /** Left after this one. */
      readonly runs: number;
      readonly machine: number;
      readonly memory: Memory;
      readonly doing: Doing;
      readonly saw: Saw;
      /** What is noted on its machine; while it sends a delete, what was before. */
      readonly recorded: number;
    };

/** What was true when the run asked last, in this round. */
export interface Saw {
  readonly cluster: string | undefined;
  /** Deletions of its object, with how far each had come. */
  readonly tasks: readonly string[] | undefined;
  /** Deletions of its object that it has seen at work, in any round. */
  readonly atWork: readonly number[];
}

const SAW_NOTHING: Saw = { cluster: undefined, tasks: undefined, atWork: [] };

/** One thing that may happen to a run. */
export interface Outcome {
  readonly words: string;
  readonly world: number;
  readonly place: number;
  readonly isFault: boolean;
  /** A note that is written, or 0 where one is removed. */
  readonly note: number | undefined;
  readonly broken: Broken;
  /** Why the run has failed, where it has. */
  readonly why: Failing | undefined;
}

export interface WorldStep {
  readonly words: string;
  readonly world: number;
  readonly costs: "nothing" | "failure" | OperatorDoes;
}

class Interner<T> {
  readonly values: T[] = [];
  private readonly numbers = new Map<string, number>();

  number(key: string, make: () => T): number {
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.values.push(make());
    this.numbers.set(key, this.values.length - 1);
    return this.values.length - 1;
  }

  at(number: number): T {
    if (number >= this.values.length) throw new Error(`no value ${number}`);
    return this.values[number]!;
  }
}

/** Values by two small numbers, which maps find faster than a large one made of both. */
export class Pairs<T> {
  size = 0;
  private readonly byFirst: (Map<number, T> | undefined)[] = [];

  get(first: number, second: number): T | undefined {
    return this.byFirst[first]?.get(second);
  }

  set(first: number, second: number, value: T): void {
    const bySecond = (this.byFirst[first] ??= new Map<number, T>());
    bySecond.set(second, value);
    this.size += 1;
  }
}

/** Everything that can happen in a scene, one step at a time. Worlds, runs and notes are numbers, equal ones the same. */
export class Model {
  readonly intents: readonly Intent[];
  readonly worlds = new Interner<World>();
  readonly places = new Interner<Place>();
  /** 0: none. */
  readonly notes = new Interner<Recorded | undefined>();
  readonly answers: Answers;
  private readonly worldSteps = new Map<number, readonly WorldStep[]>();
  private memo = new Pairs<readonly Outcome[]>();
  private readonly saids = new Map<string, readonly Said[]>();
  private readonly nexts = new Pairs<Next>();
  private readonly beginnings = new Pairs<number>();
  private readonly events = new Interner<string>();

  constructor(readonly scene: Scene) {
    this.intents = intentsOf(scene);
    this.answers = new Answers(scene.manner);
    this.notes.number("", () => undefined);
  }

  firstWorld(): number {
    const { obproxies, past, manner } = this.scene;
    const tasks: WorldTask[] =
      past === undefined ? [] : [{ ...past, id: 1, by: "job", runs: [], tries: [1, 1], ended: 1 }];
    return this.world({
      era: 0,
      cluster: { name: NAME, obproxies },
      elsewhere: false,
      lock: manner.unlockOnFailure ? undefined : tasks[0]?.id,
      tasks,
      nextId: tasks.length + 1,
      ends: tasks.length,
      late: [],
    });
  }

  world(world: World): number {
    const { cluster, tasks, late } = world;
    const key = [
      world.era,
      cluster === undefined ? "-" : `${cluster.name}:${cluster.obproxies.join(",")}`,
      world.elsewhere ? "e" : "",
      world.lock ?? "",
      tasks
        .map(
          (task) =>
            `${task.id}${task.kind}${task.obproxies.join(",")}${task.by}${task.phase}${task.tries.join("-")}/${task.ended}/${task.runs.join("")}`,
        )
        .join(";"),
      `${world.nextId}/${world.ends}`,
      late.map((each) => `${each.kind}${each.obproxies.join(",")}${each.runs.join("")}`).join(";"),
    ].join("|");
    return this.worlds.number(key, () => world);
  }

  place(hook: number, place: Place): number {
    return this.places.number(placeKey(hook, place), () => place);
  }

  note(recorded: Recorded): number {
    return this.notes.number(String(numberOf(recorded)), () => recorded);
  }

  /** Before a delete is sent: if the run ends before the answer comes, the next one has to know of it. */
  private noteOfSending(recorded: number, { newestListed }: Memory): number {
    const before = this.notes.at(recorded);
    return this.note({ ...before, unheardSince: earlierMark(before?.unheardSince, newestListed) });
  }

  // ---- the world's own steps

  stepsOfWorld(number: number): readonly WorldStep[] {
    const known = this.worldSteps.get(number);
    if (known !== undefined) return known;
    const steps = [...this.ownSteps(this.worlds.at(number)), ...this.operatorSteps(this.worlds.at(number))].filter(
      (step) => step.world !== number,
    );
    this.worldSteps.set(number, steps);
    return steps;
  }

  private ownSteps(world: World): WorldStep[] {
    const steps = world.tasks.filter(isAtWork).flatMap((task): WorldStep[] => [
      {
        words: `OCP: ${describe(task)} goes on`,
        world: this.world(progress(world, task.id, this.scene.manner)),
        costs: "nothing",
      },
      ...failures(task).map((phase): WorldStep => ({
        words: `OCP: ${describe(task)} fails${phase.startsWith("settling") ? ", while a subtask of it is still READY" : ""}`,
        world: this.world(fail(world, task.id, phase, this.scene.manner)),
        costs: "failure",
      })),
    ]);
    return [...steps, ...this.lateArrivals(world)];
  }

  private lateArrivals(world: World): WorldStep[] {
    return world.late.map((late, index) => {
      const rest = { ...world, late: world.late.filter((_, each) => each !== index) };
      const after = submit(rest, late, this.scene.manner);
      return {
        words: `OCP: the delete that was on its way arrives${typeof after === "string" ? ` and is refused (${after})` : ""}`,
        world: this.world(typeof after === "string" ? rest : after),
        costs: "nothing",
      };
    });
  }

  private operatorSteps(world: World): WorldStep[] {
    const { scene } = this;
    const steps: WorldStep[] = [];
    const add = (costs: OperatorDoes, words: string, after: World | string | undefined): void => {
      if (!scene.operator.includes(costs) || after === undefined || typeof after === "string") return;
      steps.push({ words: `operator: ${words}`, world: this.world(after), costs });
    };
    for (const id of world.cluster?.obproxies ?? []) {
      const by = "operator";
      add(
        "delete",
        `deletes OBProxy ${id}`,
        submit(world, { kind: "obproxies", obproxies: [id], by, runs: [] }, scene.manner),
      );
      add(
        "restart",
        `restarts OBProxy ${id}`,
        submit(world, { kind: "restart", obproxies: [id], by, runs: [] }, scene.manner),
      );
    }
    add(
      "deleteCluster",
      "deletes the cluster",
      submit(world, { kind: "cluster", obproxies: [], by: "operator", runs: [] }, scene.manner),
    );
    for (const task of world.tasks) {
      add("retry", `retries ${describe(task)}`, retry(world, task.id));
      add("skip", `skips the failed subtask of ${describe(task)}`, skip(world, task.id));
      add("rollBack", `rolls ${describe(task)} back`, rollBack(world, task.id));
      add("end", `ends ${describe(task)} by hand`, end(world, task.id));
      add("purge", `OCP's history of ${describe(task)} is cleared`, purge(world, task.id));
    }
    const { obproxies } = scene;
    add("rename", "gives the cluster another name", rename(world));
    add("setUpAnew", "sets OCP up anew, with the same ids", setUpAnew(world, obproxies, "same-name"));
    add(
      "setUpAnewOtherName",
      "sets OCP up anew; the id is another cluster's",
      setUpAnew(world, obproxies, "other-name"),
    );
    add("setUpAnewOtherId", "sets OCP up anew; the cluster has another id", setUpAnew(world, obproxies, "other-id"));
    return steps;
  }

  // ---- the steps of a run

  begin(hook: number, runs: number, machine: number, note: number): number {
    const key = (runs * this.scene.machines + machine) * this.intents.length + hook;
    const known = this.beginnings.get(note, key);
    if (known !== undefined) return known;
    const place = this.newRun(hook, runs, machine, note);
    this.beginnings.set(note, key, place);
    return place;
  }

  private newRun(hook: number, runs: number, machine: number, note: number): number {
    const step = start(this.intents[hook]!, this.notes.at(note));
    if (step.is !== "on") throw new Error("the hook decides before it has asked");
    return this.place(hook, {
      ...{ is: "running", runs, machine, memory: step.memory, doing: step.doing, saw: SAW_NOTHING, recorded: note },
    });
  }

  outcomes(hook: number, place: number, world: number): readonly Outcome[] {
    const known = this.memo.get(place, world);
    if (known !== undefined) return known;
    const found = this.findOutcomes(hook, place, world);
    if (this.memo.size > 2_000_000) this.memo = new Pairs();
    this.memo.set(place, world, found);
    return found;
  }

  private findOutcomes(hook: number, at: number, number: number): Outcome[] {
    const [place, world] = [this.places.at(at), this.worlds.at(number)];
    if (place.is !== "running") return [];
    const run: Run = { hook, place, at, world, number };
    switch (place.doing.does) {
      case "ask":
        return this.asked(run, place.doing);
      case "delete":
        return this.sent([run]);
      case "retry":
        return this.retried(run, place.doing.task);
      case "wait": {
        // What is on its way arrives before anybody's patience with it ends.
        if (world.late.length > 0) return [];
        const { because } = place.doing;
        const next = this.next(run, 0, place.saw, () =>
          evolved(place.memory, { event: "waited", because, at: 0 }, this.intents[hook]!, true),
        );
        return [this.outcome(run, next, place.saw, { words: `waits (${because})` })];
      }
      case "poll":
        return world.late.length > 0 ? [] : this.polled(run, place.doing);
    }
  }

  private asked(run: Run, doing: Extract<Doing, { does: "ask" }>): Outcome[] {
    const { place, world, hook } = run;
    const saw = {
      cluster: ["cluster", "clusters"].includes(doing.next.asks) ? clusterTruth(world) : place.saw.cluster,
      tasks: doing.next.asks === "tasks" ? tasksTruth(world, this.intents[hook]!) : place.saw.tasks,
    };
    return this.answersTo(run, doing).map(({ given, words, fault, number }) => {
      const atWork =
        given.to === "tasks" || given.to === "anyStatus"
          ? this.seenAtWork(run, given.answer.entries)
          : place.saw.atWork;
      const seen: Saw = { ...saw, atWork };
      const next = this.next(run, number, seen, () => answered(place.memory, doing, given, this.intents[hook]!));
      return this.outcome(run, next, seen, { words, isFault: fault !== undefined });
    });
  }

  private seenAtWork({ world, place, hook }: Run, told: readonly Task[]): readonly number[] {
    const intent = this.intents[hook]!;
    const now = world.tasks.filter(
      (task) => isAtWork(task) && touches(task, intent) && told.some(({ id }) => id === String(task.id)),
    );
    return [...new Set([...place.saw.atWork, ...now.map(({ id }) => id)])].sort((a, b) => a - b);
  }

  private answersTo({ world, number, hook }: Run, doing: Extract<Doing, { does: "ask" }>): readonly Said[] {
    const { next } = doing;
    const about =
      next.asks === "task"
        ? next.id
        : next.asks === "tasks"
          ? next.newerThan
          : next.asks === "anyStatus"
            ? next.since
            : "";
    const key = `${number}/${hook}/${next.asks}${about ?? ""}`;
    return cached(this.saids, key, () => {
      const intent = this.intents[hook]!;
      const truth =
        next.asks === "cluster" || next.asks === "clusters"
          ? clusterTruth(world)
          : next.asks === "tasks" || next.asks === "anyStatus"
            ? tasksTruth(world, intent).join()
            : "";
      return this.said(world, doing, intent).map((each): Said => ({
        ...each,
        number: this.event(`${numberOf(each.given)}/${truth}`),
      }));
    });
  }

  /** What OCP may answer to a question. */
  private said(world: World, doing: Extract<Doing, { does: "ask" }>, intent: Intent): Omit<Said, "number">[] {
    const { next } = doing;
    const { answers, scene } = this;
    const all: Omit<Said, "number">[] = [];
    const add = (words: string, given: Answer, fault?: Fault): void => {
      if (fault === undefined || scene.faultKinds.includes(fault)) all.push({ words, given, fault });
    };
    switch (next.asks) {
      case "cluster": {
        const cluster = answers.cluster(world);
        const to = "cluster";
        if (cluster === undefined) {
          add("asks for the cluster: it does not exist", { to, answer: { says: "missing" } });
        } else {
          add(`asks for the cluster: ${describeCluster(cluster)}`, { to, answer: { says: "there", cluster } });
          add(
            "asks for the cluster: OCP says wrongly that it does not exist",
            { to, answer: { says: "missing" } },
            "oneWitness",
          );
          for (const silent of silences(cluster, intent)) {
            add(
              "asks for the cluster: OCP does not tell all its OBProxies",
              { to, answer: { says: "there", cluster: silent } },
              "silence",
            );
          }
        }
        const stale = this.stale(world);
        if (stale !== undefined) {
          add(
            "asks for the cluster: a node that lags still lists what is gone",
            { to, answer: { says: "there", cluster: stale } },
            "lag",
          );
        }
        add(
          "asks for the cluster: 404 in general words",
          { to, answer: { says: "unclear", error: ERRORS.general404 } },
          "general404",
        );
        break;
      }
      case "clusters": {
        const list = answers.list(world);
        const to = "clusters";
        add(`asks for all clusters: ${list.entries.map(({ id, name }) => `${id} "${name}"`).join(", ")}`, {
          to,
          answer: list,
        });
        add(
          "asks for all clusters: the list is not whole",
          { to, answer: { entries: [], unread: [], complete: false } },
          "brokenList",
        );
        const unread = [{ id: CLUSTER_ID, why: "it is odd" }];
        const others = list.entries.filter(({ id }) => id !== CLUSTER_ID);
        if (others.length < list.entries.length) {
          add(
            "asks for all clusters: its own cannot be understood",
            { to, answer: { ...list, entries: others, unread } },
            "brokenList",
          );
          add(
            "asks for all clusters: one cannot be understood, not even its id",
            { to, answer: { ...list, entries: others, unread: [{ why: "it is odd" }] } },
            "brokenList",
          );
        } else {
          const odd = others.map(({ id }) => ({ id, why: "it is odd" }));
          add(
            "asks for all clusters: another one cannot be understood, not even its name",
            { to, answer: { ...list, entries: [], unread: odd } },
            "brokenList",
          );
          const stale = this.stale(world);
          if (stale !== undefined) {
            add(
              "asks for all clusters: the list still holds it",
              { to, answer: { ...list, entries: [stale, ...others] } },
              "oneWitness",
            );
          }
        }
        break;
      }
      case "tasks": {
        const to = "tasks";
        const list = answers.working(world, next.newerThan === undefined ? undefined : Number(next.newerThan));
        add(`asks for tasks: ${describeTasks(list.entries)}`, { to, answer: list });
        add(
          "asks for tasks: the list is not whole",
          { to, answer: { entries: [], unread: [], complete: false } },
          "brokenList",
        );
        for (const { words, answer } of oddities(list)) add(`asks for tasks: ${words}`, { to, answer }, "brokenList");
        break;
      }
      case "task":
        for (const { words, answer, fault } of this.detail(world, next.id)) {
          add(words, { to: "task", id: next.id, answer }, fault);
        }
        break;
      case "anyStatus": {
        const to = "anyStatus";
        const { since } = next;
        const words = `asks for tasks in any status${since === "0" ? "" : ` since task ${since}`}`;
        const list = answers.anyStatus(world, Number(since));
        add(`${words}: ${describeTasks(list.entries)}`, { to, since, answer: list });
        const cut = { entries: [], unread: [], complete: false };
        add(`${words}: the list is not whole`, { to, since, answer: cut }, "brokenList");
        for (const odd of oddities(list)) {
          add(`${words}: ${odd.words}`, { to, since, answer: odd.answer }, "brokenList");
        }

        break;
      }
    }
    return all;
  }

  /** What a node that lags would show: what the deletions at work, or the newest one, have taken away. */
  private stale(world: World): Cluster | undefined {
    const last = world.tasks.findLast((task) => task.kind !== "restart" && hasDeleted(task));
    if (last === undefined) return undefined;
    const cluster = world.cluster ?? (last.kind === "cluster" ? { name: NAME, obproxies: [] } : undefined);
    if (cluster === undefined) return undefined;
    const obproxies = [...new Set([...cluster.obproxies, ...last.obproxies])].sort((a, b) => a - b);
    return this.answers.cluster({ ...world, cluster: { ...cluster, obproxies } });
  }

  private detail(world: World, id: string): { words: string; answer: TaskAnswer; fault?: Fault }[] {
    const known = taskOf(world, Number(id));
    const task = known?.phase === "forgotten" ? undefined : known;
    const honest: TaskAnswer =
      task === undefined ? { says: "purged" } : { says: "there", task: this.answers.task(task, world.era, "detail") };
    const { faultKinds } = this.scene;
    return [
      { words: `reads task ${id}: ${task === undefined ? "OCP does not know it" : task.phase}`, answer: honest },
      ...(task !== undefined && isAtWork(task) && faultKinds.includes("unknownTask")
        ? [
            {
              words: `reads task ${id}: another node does not know it yet`,
              answer: { says: "purged" as const },
              fault: "unknownTask" as const,
            },
          ]
        : []),
      ...(faultKinds.includes("general404")
        ? [
            {
              words: `reads task ${id}: 404 in general words`,
              answer: { says: "unclear" as const, error: ERRORS.general404 },
              fault: "general404" as const,
            },
          ]
        : []),
    ];
  }

  private polled(run: Run, doing: Extract<Doing, { does: "poll" }>): Outcome[] {
    const { task, ours, certain } = doing.action;
    return this.detail(run.world, task.id).map(({ words, answer, fault }) => {
      const event = { event: "polled", task, ours, certain, quick: false, answer, at: 0 } as const;
      const atWork = answer.says === "there" ? this.seenAtWork(run, [answer.task]) : run.place.saw.atWork;
      const saw: Saw = { ...run.place.saw, atWork };
      const key = this.event(`polled${answer.says === "there" ? numberOf(answer.task) : answer.says}`);
      const next = this.next(run, key, saw, () => evolved(run.place.memory, event, this.intents[run.hook]!, true));
      return this.outcome(run, next, saw, { words: `follows: ${words}`, isFault: fault !== undefined });
    });
  }

  private retried(run: Run, told: Task): Outcome[] {
    const { world, place, hook } = run;
    const intent = this.intents[hook]!;
    const after = retry(world, Number(told.id));
    const task = taskOf(world, Number(told.id));
    const broken = after === undefined || task === undefined ? undefined : this.whyRetryIsWrong(run, task);
    const next = this.next(run, 0, place.saw, () =>
      evolved(place.memory, { event: "retried", task: told, at: 0 }, intent),
    );
    const words = `asks OCP to retry task ${told.id}`;
    const done = {
      words: `${words}${after === undefined ? ", which OCP refuses" : ""}`,
      world: after ?? world,
      broken,
    };
    return [
      this.outcome(run, next, place.saw, done),
      ...(this.scene.faultKinds.includes("lostBefore")
        ? [this.outcome(run, next, place.saw, { words: `${words}, which never arrives`, isFault: true })]
        : []),
    ];
  }

  private whyRetryIsWrong({ world, place, hook }: Run, task: WorldTask): Broken {
    const intent = this.intents[hook]!;
    const wasSent = place.memory.deletions.get(String(task.id))?.proof === "sent";
    const isTarget = (id: number | string): boolean =>
      intent.target.kind === "obproxy" && intent.target.obproxyId === String(id);
    return whyDeletingIsWrong({
      does: "retry",
      asSeen: place.saw.cluster === clusterTruth(world),
      name: world.cluster?.name,
      wantedName: intent.clusterName,
      isClaimed: intent.claimed !== undefined,
      deletesCluster: task.kind === "cluster",
      mayDeleteCluster: intent.target.kind === "cluster",
      obproxies: task.kind === "cluster" ? (world.cluster?.obproxies ?? []) : task.obproxies,
      mayGo: (id) =>
        task.kind === "cluster"
          ? maySweepAway(intent, id)
          : wasSent || isTarget(id) || intent.declaredObproxyIds.has(String(id)),
      isProtected: (id) => isProtected(intent, id),
      isOurs: task.by === "job",
      // Of a task that this run has begun; a run that finds a failed one counts for itself.
      isTooOften:
        task.runs.includes(hook) &&
        place.saw.tasks?.includes(factKey(task)) === true &&
        Math.max(...task.tries) > intent.taskRetries,
    });
  }

  /** One call for one or more hooks, which all get its answer. The outcomes are those of the first; see {@link together}. */
  private sent(runs: readonly Run[]): Outcome[] {
    return this.sendings(runs).map(({ outcomes, ...shared }) => ({ ...shared, ...outcomes[0]! }));
  }

  /** The outcomes of one call for the hooks of two OBProxies. */
  together(a: TogetherRun, b: TogetherRun, world: number): readonly (readonly [Outcome, Outcome])[] {
    const runs = [a, b].map(({ hook, place }): Run | undefined => {
      const found = this.places.at(place);
      return found.is === "running"
        ? { hook, place: found, at: place, world: this.worlds.at(world), number: world }
        : undefined;
    });
    const [first, second] = runs;
    if (first === undefined || second === undefined) return [];
    return this.sendings([first, second]).map(({ outcomes }) => [outcomes[0]!, outcomes[1]!] as const);
  }

  private sendings(runs: readonly Run[]): { readonly outcomes: readonly Outcome[] }[] {
    const [{ world }, intent] = [runs[0]!, this.intents[runs[0]!.hook]!];
    const isCluster = intent.target.kind === "cluster";
    const obproxies = runs.flatMap(({ hook }) => targetOf(this.intents[hook]!) ?? []).sort((x, y) => x - y);
    const submission = {
      kind: isCluster ? "cluster" : "obproxies",
      obproxies,
      by: "job",
      runs: runs.map(({ hook }) => hook),
    } as const;
    const after = submit(world, submission, this.scene.manner);
    const what = `sends the delete${isCluster ? " of the cluster" : obproxies.length > 1 ? ` for OBProxies ${obproxies.join(" and ")}` : ""}`;
    const broken = typeof after === "string" ? undefined : this.whySendingIsWrong(runs, obproxies, isCluster);
    const found: { outcomes: Outcome[] }[] = [];
    const add = (words: string, error: ErrorName, to: World, isFault: boolean, took: boolean): void => {
      found.push({
        outcomes: runs.map((run) => {
          const event = { event: "send-failed", error: ERRORS[error], at: 0 } as const;
          const { recorded, memory } = run.place;
          const mayHaveBegun = error === "lost" || error === "notOcp" || error === "serverError";
          const note = mayHaveBegun ? this.noteOfSending(recorded, memory) : recorded;
          const take = (): Step => evolved(memory, event, this.intents[run.hook]!);
          const next = this.next(run, this.event(error), run.place.saw, take, note);
          const why = took ? broken : undefined;
          return this.outcome(run, next, run.place.saw, {
            words: `${what}: ${words}`,
            world: to,
            isFault,
            note,
            broken: why,
          });
        }),
      });
    };
    if (typeof after === "string") {
      add(
        after === "locked" ? "OCP refuses, the cluster is locked" : "OCP does not know the object",
        after === "locked" ? "locked" : "missing",
        world,
        false,
        false,
      );
    } else {
      found.push({ outcomes: runs.map((run) => this.accepted(run, after, obproxies, what, broken)) });
    }
    const faults = this.scene.faultKinds;
    if (faults.includes("lostBefore")) {
      add("it is lost on its way", "lost", world, true, false);
      add("OCP fails (500)", "serverError", world, true, false);
    }
    if (faults.includes("lostAfter") && typeof after !== "string") {
      add("OCP takes it up, the answer is lost", "lost", after, true, true);
    }
    if (faults.includes("lostLate")) {
      const late = { ...world, late: [...world.late, submission] };
      add("no answer comes, it is still on its way", "lost", late, true, false);
    }
    if (faults.includes("undelivered")) {
      add("connection refused", "unreachable", world, true, false);
      add("429", "throttled", world, true, false);
      add("401", "unauthenticated", world, true, false);
      add("an HTML page", "notOcp", world, true, false);
    }
    if (faults.includes("general404")) add("404 in general words", "general404", world, true, false);
    return found;
  }

  private accepted(run: Run, after: World, obproxies: readonly number[], what: string, broken: Broken): Outcome {
    const intent = this.intents[run.hook]!;
    const begun = after.tasks.at(-1)!;
    const task = this.answers.task(begun, after.era, "submitted");
    const ids = obproxies.map(String);
    const deletes = intent.target.kind === "cluster" ? ("cluster" as const) : ids;
    const note = this.note({ task: noteOf(task, intent.target.kind === "cluster" ? [] : ids, intent.target) });
    const take = (): Step => evolved(run.place.memory, { event: "accepted", task, deletes, at: 0 }, intent);
    const next = this.next(run, this.event(`accepted${numberOf(task)}`), run.place.saw, take, note);
    return this.outcome(run, next, run.place.saw, {
      words: `${what}: OCP begins task ${task.id}`,
      world: after,
      note,
      broken,
    });
  }

  private whySendingIsWrong(runs: readonly Run[], obproxies: readonly number[], isCluster: boolean): Broken {
    for (const { hook, place, world } of runs) {
      const intent = this.intents[hook]!;
      const touching = world.tasks.filter((task) => touches(task, intent));
      const wasAtWork = (task: WorldTask): boolean =>
        place.saw.tasks?.some((seen) => seen === factKey(task) || seen.startsWith(`${task.id}:atWork`)) === true;
      const wrong =
        whyDeletingIsWrong({
          does: "delete",
          asSeen: place.saw.cluster === clusterTruth(world),
          name: world.cluster?.name,
          wantedName: intent.clusterName,
          isClaimed: intent.claimed !== undefined,
          deletesCluster: isCluster,
          mayDeleteCluster: intent.target.kind === "cluster",
          obproxies: isCluster ? (world.cluster?.obproxies ?? []) : obproxies,
          mayGo: (id) => !isCluster || maySweepAway(intent, id),
          isProtected: (id) => isProtected(intent, id),
          isOurs: true,
        }) ??
        whyStartingIsWrong({
          anotherAtWork: touching.some(
            (task) =>
              isAtWork(task) &&
              couldBeRead(task, place.memory) &&
              !hasOnlyToEnd(task) &&
              wasAtWork(task) &&
              // What this run has sent and heard nothing of may be its own.
              (task.runs.includes(hook) || this.canKnow(task, world, place.memory, intent)),
          ),
          ownIsAccepted: place.memory.sent.state === "accepted",
          anotherOnItsWay: world.late.some((late) => late.runs.includes(hook)),
          // Who may not read tasks cannot know.
          ownHasFailed:
            intent.waitFor === "task" && touching.some((task) => hasFailed(task) && task.runs.includes(hook)),
          ownWasEndedByAPerson: touching.some(
            (task) =>
              place.memory.deletions.get(String(task.id))?.proof === "sent" &&
              ["rolledBack", "byHand"].includes(stateOf(task)) &&
              place.saw.tasks?.includes(factKey(task)) === true,
          ),
        });
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  /** After a change of OCP's zone the hours differ, and nothing else. */
  private isStart(noted: string | undefined, told: string | undefined): boolean {
    const anyHour = (text: string | undefined): string | undefined => text?.replace(/T\d\d/, "");
    return this.scene.manner.shiftsZone === true ? anyHour(noted) === anyHour(told) : noted === told;
  }

  private event(key: string): number {
    return this.events.number(key, () => key);
  }

  /** What a run comes to by an event; the same for the same, whatever the world is. */
  private next(run: Run, event: number, saw: Saw, take: () => Step, recorded = run.place.recorded): Next {
    const known = this.nexts.get(run.at, event);
    if (known !== undefined) return known;
    const made = this.made(run, take(), saw, recorded);
    this.nexts.set(run.at, event, made);
    return made;
  }

  private made({ hook, place }: Run, step: Step, saw: Saw, recorded: number): Next {
    switch (step.is) {
      case "on": {
        const { memory, doing } = step;
        const isMidRound = doing.does === "ask" && (memory.round !== undefined || doing.found.cluster !== undefined);
        const keeps = isMidRound || doing.does === "delete" || doing.does === "retry";
        return {
          ...(doing.does === "delete" ? { note: this.noteOfSending(recorded, memory) } : {}),
          place: this.place(hook, {
            ...place,
            recorded,
            memory,
            doing,
            saw: keeps ? saw : { ...SAW_NOTHING, atWork: saw.atWork },
          }),
        };
      }
      case "succeeded":
        return {
          place: this.place(hook, { is: "succeeded" }),
          succeeded: step.memory,
          ...(step.keepsNote ? {} : { note: 0 }),
        };
      case "failed":
        return { place: this.place(hook, { is: "resting", runs: place.runs }), why: step.why };
    }
  }

  private outcome(run: Run, next: Next, saw: Saw, options: OutcomeOptions): Outcome {
    const { world = run.world, isFault = false, broken } = options;
    const number = world === run.world ? run.number : this.world(world);
    const { place, succeeded, why, note = options.note } = next;
    if (succeeded !== undefined) {
      const wrong = broken ?? this.whySuccessIsWrong(run, succeeded, saw);
      return { words: `${options.words}; succeeds`, world: number, place, isFault, note, broken: wrong, why };
    }
    const wrong = broken ?? (why === undefined ? undefined : this.whyFailureIsWrong(run, why, saw));
    const words = why === undefined ? options.words : `${options.words}; fails (${describeFailing(why)})`;
    return { words, world: number, place, isFault, note, broken: wrong, why };
  }

  /** What a failure says of a task is what OCP said of it when it was asked last. */
  private whyFailureIsWrong({ world, hook }: Run, why: Failing, saw: Saw): Broken {
    const told = why.reason === "task-failed" ? why.ours.task : why.reason === "bad-end" ? why.end.task : undefined;
    if (told === undefined || saw.tasks === undefined) return undefined;
    const task = taskOf(world, Number(told.id));
    if (task === undefined || !touches(task, this.intents[hook]!)) return undefined;
    return saw.tasks.includes(`${task.id}:well`) ? "I4: fails by a task that had ended well" : undefined;
  }

  private whySuccessIsWrong({ world, hook }: Run, memory: Memory, saw: Saw): Broken {
    const intent = this.intents[hook]!;
    const readsTasks = intent.waitFor === "task";
    // With a cluster that is gone went what OBProxies have left.
    const wentWithCluster = (task: WorldTask): boolean =>
      world.cluster === undefined && task.kind === "cluster" && isMadeGood(task);
    const touching = inOrderOfEnds(world.tasks, this.scene.manner).filter(
      (task) => touches(task, intent) || wentWithCluster(task),
    );
    const isKnownToBeDone = [...memory.deletions.values()].some(
      ({ watched, task }) => watched && task.status === "SUCCESSFUL",
    );
    return whySuccessIsWrong({
      hasAsked: saw.cluster !== undefined && (saw.tasks !== undefined || !readsTasks || isKnownToBeDone),
      isElsewhere: world.cluster === undefined && world.elsewhere,
      isThere: holds(world, intent) && saw.cluster !== undefined && heldThen(saw.cluster, world.era, intent),
      deletions: touching
        .filter((task) => !(hasOnlyToEnd(task) && touching.some((later) => later.id > task.id && isMadeGood(later))))
        .filter(
          (task) =>
            isMadeGood(task) ||
            (saw.tasks?.includes(factKey(task)) === true && this.mayBe(task, intent) && this.isTold(task, memory)),
        )
        .map((task) => ({
          id: task.id,
          state: stateOf(task),
          answerable: this.isAnswerable(task, hook, world, memory, saw),
        })),
      readsTasks,
    });
  }

  /** As far as tags tell, it may be about the object. */
  private mayBe(task: WorldTask, { target }: Intent): boolean {
    const { tags } = this.answers.task(task, 0, "detail");
    const named = (tags ?? []).flatMap(({ obproxyServerId }) => obproxyServerId ?? []);
    return target.kind === "cluster" || named.length === 0 || named.includes(target.obproxyId);
  }

  /** Of an entry that cannot be understood tags alone tell, where it has failed, that it is about the object. */
  private isTold(task: WorldTask, { round }: Memory): boolean {
    const entry = round?.tasks?.unread.find(({ id }) => id === String(task.id));
    return entry?.status !== "FAILED" || this.scene.manner.tags;
  }

  private isAnswerable(task: WorldTask, hook: number, world: World, memory: Memory, saw: Saw): boolean {
    const isWatched = saw.atWork.includes(task.id) || task.runs.includes(hook);
    // Nobody can know of one whose answer was lost and that OCP has forgotten since.
    if (task.phase === "forgotten") return saw.atWork.includes(task.id) || memory.deletions.has(String(task.id));
    return task.by === "job" && (isWatched || this.canKnow(task, world, memory, this.intents[hook]!));
  }

  /** Before 4.3.6 nobody can tell from a list whose deletion it is. */
  private canKnow(task: WorldTask, world: World, memory: Memory, { target }: Intent): boolean {
    const id = String(task.id);
    const told = this.answers.task(task, world.era, "detail");
    const named = (told.tags ?? []).flatMap(({ obproxyServerId }) => obproxyServerId ?? []);
    // What names the cluster alone was its last deletion, where the cluster is gone.
    const isTagged =
      told.tags !== undefined &&
      (target.kind === "cluster" ||
        named.includes(target.obproxyId) ||
        (task.kind === "cluster" && named.length === 0 && world.cluster === undefined));
    const { note } = memory;
    const isNoted =
      note?.note.taskId === id && this.isStart(note.note.startTime, told.startTime) && note.note.name === told.name;
    const { lossUpTo, unheardSince } = memory;
    // A delete of an earlier run that nobody heard of may have begun it.
    const isEarlyEnough = lossUpTo === undefined || task.id <= Number(lossUpTo);
    const isUnheard = unheardSince !== undefined && task.id > Number(unheardSince) && isEarlyEnough;
    return isTagged || isNoted || isUnheard || memory.deletions.get(id)?.proof === "sent";
  }
}

export interface TogetherRun {
  readonly hook: number;
  readonly place: number;
}

interface Run {
  readonly hook: number;
  readonly place: Extract<Place, { is: "running" }>;
  /** The number of `place`. */
  readonly at: number;
  readonly world: World;
  readonly number: number;
}

/** What a run has become. */
interface Next {
  readonly place: number;
  /** What it remembered, where it has succeeded. */
  readonly succeeded?: Memory;
  /** What is noted now, or 0 where it is removed. */
  readonly note?: number;
  readonly why?: Failing;
}

interface Said {
  readonly words: string;
  readonly given: Answer;
  readonly fault: Fault | undefined;
  /** Of the answer, together with what was true. */
  readonly number: number;
}

interface OutcomeOptions {
  readonly words: string;
  readonly world?: World;
  readonly isFault?: boolean;
  readonly note?: number | undefined;
  readonly broken?: Broken;
}

function cached<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  return made;
}

// ---- what is true

function clusterTruth({ era, cluster }: World): string {
  return cluster === undefined ? `${era}` : `${era}:${cluster.name}:${cluster.obproxies.join(",")}`;
}

function heldThen(saw: string, era: number, { target }: Intent): boolean {
  const [then, name, obproxies] = saw.split(":");
  if (Number(then) !== era || name === undefined) return false;
  return target.kind === "cluster" || (obproxies ?? "").split(",").includes(target.obproxyId);
}

export function holds({ cluster }: World, { target }: Intent): boolean {
  if (cluster === undefined) return false;
  return target.kind === "cluster" || cluster.obproxies.includes(Number(target.obproxyId));
}

function tasksTruth(world: World, intent: Intent): readonly string[] {
  return world.tasks.filter((task) => touches(task, intent)).map(factKey);
}

/** What has failed again is another fact. */
function factKey(task: WorldTask): string {
  const state = stateOf(task);
  return state === "failed" ? `${task.id}:failed${task.tries.join("")}` : `${task.id}:${state}`;
}

/** The list that the run has read told of it, however little; that FAILED has yet to come to rest needs the whole. */
function couldBeRead({ id }: WorldTask, { round }: Memory): boolean {
  const { entries = [], unread = [] } = round?.tasks ?? {};
  const understandable = unread.filter(({ status }) => status !== "FAILED");
  return [...entries, ...understandable].some((entry) => entry.id === String(id));
}

/** What is at work last; by their numbers where OCP does not tell when they ended. */
export function inOrderOfEnds(tasks: readonly WorldTask[], { hidesEnds = false }: Manner): WorldTask[] {
  const endOf = ({ ended }: WorldTask): number => (ended === 0 ? Infinity : ended);
  return [...tasks].sort((a, b) => (hidesEnds || a.ended === b.ended ? a.id - b.id : endOf(a) - endOf(b)));
}

/** OCP, or a person, calls it done. */
export function isMadeGood(task: WorldTask): boolean {
  return stateOf(task) === "well" || stateOf(task) === "byHand";
}

/** All its subtasks are done. */
function hasOnlyToEnd({ phase }: WorldTask): boolean {
  return phase === "run2" || phase === "skip2";
}

/** It deletes the object. */
export function touches({ kind, obproxies }: WorldTask, { target }: Intent): boolean {
  if (target.kind === "cluster") return kind === "cluster";
  return kind !== "restart" && obproxies.includes(Number(target.obproxyId));
}

function stateOf(task: WorldTask): DeletionFact["state"] {
  if (isAtWork(task)) return "atWork";
  if (hasFailed(task) || task.phase === "forgotten") return "failed";
  if (task.phase === "rolledBack") return "rolledBack";
  return task.phase === "done" ? "well" : "byHand";
}

/** With its cluster goes by force what nobody declares, and nothing else. */
function maySweepAway({ forceDestroy, declaredObproxyIds, obproxyTokens = [] }: Intent, id: number | string): boolean {
  return forceDestroy && !declaredObproxyIds.has(String(id)) && obproxyTokens.length === 0;
}

function isProtected({ keptObproxyIds, elsewhereObproxies }: Intent, id: number | string): boolean {
  return keptObproxyIds.has(String(id)) || elsewhereObproxies.has(String(id));
}

function targetOf({ target }: Intent): number | undefined {
  return target.kind === "cluster" ? undefined : Number(target.obproxyId);
}

/** A list whose newest entry cannot be understood, or not even that much of it. */
function oddities(list: Listing<Task>): { readonly words: string; readonly answer: Listing<Task> }[] {
  const [newest, ...older] = list.entries;
  if (newest === undefined) return [];
  const { id, name, status, tags } = newest;
  const told = { id, name, status, ...(tags === undefined ? {} : { tags }), why: "it is odd" };
  return [
    { words: `task ${id} cannot be understood`, answer: { ...list, entries: older, unread: [told] } },
    {
      words: "the newest cannot be understood at all",
      answer: { ...list, entries: older, unread: [{ why: "it is odd" }] },
    },
  ];
}

/** A cluster about whose OBProxies OCP is silent, and one of which an entry cannot be understood. */
function silences(cluster: Cluster, intent: Intent): Cluster[] {
  const { obproxies = [], ...rest } = cluster;
  const unread = intent.target.kind === "cluster" ? obproxies.at(-1)?.id : intent.target.obproxyId;
  const left = obproxies.filter(({ id }) => id !== unread);
  return [rest, ...(left.length < obproxies.length ? [{ ...rest, obproxies: left, unreadObproxies: 1 }] : [])];
}

// ---- keys and words

function placeKey(hook: number, place: Place): string {
  switch (place.is) {
    case "succeeded":
      return "succeeded";
    case "resting":
      return `resting${place.runs}`;
    case "running": {
      const { runs, machine, memory, doing, saw, recorded } = place;
      return `${hook}/${runs}/${machine}/${recorded}/${saw.cluster ?? "-"}/${saw.tasks?.join(",") ?? "-"}/${saw.atWork.join(",")}/${keyOf(memory, doing)}`;
    }
  }
}

export function describe({ id, kind, obproxies, by }: WorldTask): string {
  const what =
    kind === "cluster"
      ? "deletion of the cluster"
      : `${kind === "restart" ? "restart" : "deletion"} of ${obproxies.join(", ")}`;
  return `task ${id} (${what} by the ${by})`;
}

function describeCluster({ name, obproxies = [] }: Cluster): string {
  const ids = obproxies.map(({ id, operateStatus }) => `${id}${operateStatus === "OPERATING" ? " (busy)" : ""}`);
  return `"${name}" with ${ids.length === 0 ? "no OBProxies" : ids.join(", ")}`;
}

function describeTasks(tasks: readonly Task[]): string {
  return tasks.length === 0 ? "none" : tasks.map(({ id, status }) => `${id} ${status}`).join(", ");
}

export function describeFailing(why: Failing): string {
  switch (why.reason) {
    case "guard":
      return `guard ${why.breach.guard}`;
    case "task-failed":
      return `task ${why.ours.task.id} ${why.ours.verdict.kind}`;
    case "bad-end":
      return `task ${why.end.task.id} ended badly`;
    case "still-there":
    case "task-vanished":
      return `${why.reason}, task ${why.task.id}`;
    case "lock-not-released":
      return `lock not released${why.holder === undefined ? "" : ` by task ${why.holder.id}`}`;
    case "unknown":
      return `unknown: ${why.what}`;
    case "call-failed":
    case "refused":
    case "answer-lost":
      return why.reason;
  }
}

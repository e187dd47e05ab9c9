import { aboutObject, presenceOf } from "../../src/hook/decide/evidence.js";
import { isBusy } from "../../src/hook/decide/on-cluster.js";
import { laterFirst } from "../../src/hook/decide/memory.js";
import { observer } from "../../src/hook/observe/observer.js";
import type { Look, Questions, TaskAnswer } from "../../src/hook/decide/look.js";
import type { Target } from "../../src/contract/object.js";
import { createOcpClient } from "../../src/ocp/client.js";
import type { OcpApi } from "../../src/ocp/api.js";
import type { Task } from "../../src/ocp/model.js";
import { classify } from "../../src/ocp/task.js";
import { ApiError, DEFAULT_CREDENTIALS, type Simulator, startSimulator } from "../../src/simulator/index.js";
import { Answers } from "./answers.js";
import * as ocp from "./world.js";
import { some } from "../support/thorough.js";

/**
 * The model's small OCP is held to the simulator: random walks of the one are taken by the other, over HTTP, and after
 * each step the two answer alike, as far as the hook makes anything of an answer.
 */

const WALKS = 15;
const STEPS = 14;
const TARGETS: readonly Target[] = [
  { kind: "cluster", clusterId: "27" },
  { kind: "obproxy", clusterId: "27", obproxyId: "1" },
  { kind: "obproxy", clusterId: "27", obproxyId: "2" },
];
const EVERYTHING: Questions = {
  cluster: "27",
  tasks: "all",
  newerThan: "0",
  anyName: false,
  details: [],
  anyStatusSince: "0",
};

function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** How often each part of a task is to fail, drawn when it is submitted. */
interface Fate {
  info: number;
  end: number;
  back: number;
}

class Walk {
  world: ocp.World = {
    era: 0,
    cluster: { name: "orders", obproxies: [1, 2] },
    elsewhere: false,
    lock: undefined,
    tasks: [],
    nextId: 1,
    ends: 0,
    late: [],
  };
  readonly told: string[] = [];
  private readonly fates = new Map<number, Fate>();

  constructor(
    private readonly simulator: Simulator,
    private readonly manner: ocp.Manner,
    private readonly random: (below: number) => number,
  ) {}

  step(): void {
    const working = this.world.tasks.find(ocp.isAtWork);
    const failed = this.world.tasks.filter(ocp.hasFailed);
    const pick = this.random(working === undefined ? 8 : 10);
    if (working !== undefined && pick > 2) this.goOn(working);
    else if (pick < 4) this.submit();
    else if (failed.length > 0) this.act(failed[this.random(failed.length)]!.id);
    else this.submit();
  }

  private submit(): void {
    const isCluster = this.random(4) === 0;
    const obproxies = isCluster ? [] : [[1], [2], [1, 2]][this.random(3)]!;
    // An empty cluster goes by another graph, of two subtasks.
    if (isCluster && this.world.cluster?.obproxies.length === 0) return;
    const failing = this.random(3);
    const fate: Fate = { info: failing === 1 ? 1 : 0, end: failing === 2 ? 1 : 0, back: this.random(2) };
    const after = ocp.submit(this.world, {
      kind: isCluster ? "cluster" : "obproxies",
      obproxies,
      by: "operator",
      runs: [],
    });
    this.simulator.clearPlans();
    const back = (isFailing: number): number => (isFailing > 0 ? fate.back : 0);
    this.simulator.planWork({ subtaskName: "Delete obproxy info", fail: fate.info, failRollback: back(fate.info) });
    this.simulator.planWork({ subtaskName: "Finish node", fail: fate.end, failRollback: back(fate.end) });
    const took = this.succeeds(() => {
      if (isCluster) this.simulator.submitDeleteCluster(27);
      else this.simulator.submitDeleteObproxies(27, obproxies, "DELETE");
    });
    this.told.push(
      `submits ${isCluster ? "cluster" : obproxies.join()}: ${typeof after === "string" ? after : "taken"}`,
    );
    expect({ told: this.told, took }).toEqual({ told: this.told, took: typeof after !== "string" });
    if (typeof after === "string") return;
    this.world = after;
    this.fates.set(after.tasks.at(-1)!.id, fate);
  }

  /** Once a step in the model, and as many ticks in the simulator. */
  private goOn(task: ocp.WorldTask): void {
    const fate = this.fates.get(task.id)!;
    const { id, phase } = task;
    if (phase === "run0" && fate.info > 0) this.failed(task, "failed0", () => (fate.info -= 1));
    else if (phase === "run0") this.moved(id, 1, () => !this.holds(task));
    else if (phase === "run1" && fate.end > 0) this.failed(task, "failed1", () => (fate.end -= 1));
    else if (phase === "back0" && fate.back > 0) this.failed(task, "backFailed0", () => (fate.back -= 1));
    else if (phase === "back1" && fate.back > 0) this.failed(task, "backFailed1", () => (fate.back -= 1));
    else this.ended(id);
  }

  private failed({ id }: ocp.WorldTask, phase: ocp.Phase, spend: () => void): void {
    spend();
    this.simulator.runToEnd(id);
    this.world = ocp.fail(this.world, id, phase, this.manner);
    this.told.push(`task ${id}: ${phase}`);
  }

  private ended(id: number): void {
    this.simulator.runToEnd(id);
    while (ocp.isAtWork(ocp.taskOf(this.world, id)!)) this.world = ocp.progress(this.world, id, this.manner);
    this.told.push(`task ${id}: ${ocp.taskOf(this.world, id)!.phase}`);
  }

  private moved(id: number, steps: number, isThere: () => boolean): void {
    for (let ticks = 0; ticks < 100 && !isThere(); ticks += 1) this.simulator.tick();
    for (let step = 0; step < steps; step += 1) this.world = ocp.progress(this.world, id, this.manner);
    this.told.push(`task ${id}: ${ocp.taskOf(this.world, id)!.phase}`);
  }

  private holds({ kind, obproxies }: ocp.WorldTask): boolean {
    const cluster = this.simulator.cluster(27);
    if (kind === "cluster") return cluster !== undefined;
    return cluster?.obproxies.some(({ id }) => obproxies.includes(Number(id))) === true;
  }

  private act(id: number): void {
    const acts = [
      [
        "retry",
        ocp.retry,
        () => {
          this.simulator.retry(id);
        },
      ],
      [
        "skip",
        ocp.skip,
        () => {
          this.simulator.skip(id);
        },
      ],
      [
        "roll back",
        ocp.rollBack,
        () => {
          this.simulator.rollback(id);
        },
      ],
      [
        "end",
        ocp.end,
        () => {
          this.simulator.abandon(id);
        },
      ],
    ] as const;
    const phase = ocp.taskOf(this.world, id)!.phase;
    const [name, inModel, inSimulator] = acts[this.random(acts.length)]!;
    // The console does not offer to abandon a rollback that has failed; the simulator would.
    if (name === "end" && phase.startsWith("backFailed")) return;
    const after = inModel(this.world, id);
    this.told.push(`${name} task ${id}: ${after === undefined ? "refused" : "taken"}`);
    expect({ told: this.told, took: this.succeeds(inSimulator) }).toEqual({
      told: this.told,
      took: after !== undefined,
    });
    if (after !== undefined) this.world = after;
  }

  private succeeds(does: () => void): boolean {
    try {
      does();
      return true;
    } catch (error) {
      if (error instanceof ApiError) return false;
      throw error;
    }
  }
}

/** What the hook makes of it. The simulator does not show a task as busy again that had let its cluster go. */
function made(look: Look, showsBusy: boolean): unknown {
  const cluster = look.cluster?.says === "there" ? look.cluster.cluster : undefined;
  const ofTasks = (tasks: readonly Task[] = []): unknown =>
    tasks.map((task) => ({
      id: task.id,
      name: task.name,
      means: classify(task).kind,
      about: TARGETS.map((target) => aboutObject(task, target)),
    }));
  return {
    cluster: cluster === undefined ? look.cluster?.says : { name: cluster.name, busy: showsBusy && isBusy(cluster) },
    presence: TARGETS.map((target) => presenceOf(look, target).is),
    tasks: ofTasks(look.tasks?.entries),
    details: [...look.details].map(([id, answer]) => [id, ofDetail(answer)]),
    anyStatus: ofTasks(look.anyStatus?.tasks.entries),
    // The one that ended last first.
    ends: [...(look.anyStatus?.tasks.entries ?? [])].sort(laterFirst).map(({ id }) => id),
  };
}

/** The attempts are counted by who retries. */
function ofDetail(answer: TaskAnswer): unknown {
  if (answer.says !== "there") return answer.says;
  const { operation, subtasks } = answer.task;
  return {
    means: classify(answer.task).kind,
    operation,
    attempts: Math.max(...subtasks.map(({ runTime }) => runTime)),
  };
}

function modelled(world: ocp.World, answers: Answers, showsBusy: boolean): unknown {
  const cluster = answers.cluster(world);
  return made(
    {
      cluster: cluster === undefined ? { says: "missing" } : { says: "there", cluster },
      clusters: cluster === undefined ? { entries: [], unread: [], complete: true } : undefined,
      tasks: answers.working(world, undefined),
      details: new Map(
        world.tasks.map((task) => [
          String(task.id),
          { says: "there", task: answers.task(task, world.era, "detail") } as const,
        ]),
      ),
      anyStatus: { since: "0", tasks: answers.anyStatus(world, 0) },
    },
    showsBusy,
  );
}

function clientOf(simulator: Simulator): OcpApi {
  return createOcpClient({ baseUrl: simulator.url, credentials: { kind: "basic", ...DEFAULT_CREDENTIALS } });
}

describe.each([
  ["4.3.6", true],
  ["4.2.2", false],
])("random walks of the model (OCP %s)", (version, tags) => {
  test.each(some([false, true]))(
    "are answered by the simulator as by the model (unlocked on failure: %s)",
    async (unlockOnFailure) => {
      const manner = { tags, ownName: false, unlockOnFailure, showsBusy: !unlockOnFailure, bareLists: false };
      for (let seed = 1; seed <= WALKS; seed += 1) {
        const simulator = await startSimulator({
          ...{ version, seed, unlockOnFailure, tickMs: "manual", firstTaskId: 1 },
          clusters: [{ id: 27, name: "orders", obproxies: [1, 2] }],
        });
        const api = clientOf(simulator);
        try {
          const walk = new Walk(simulator, manner, randomOf(seed));
          const answers = new Answers(manner);
          for (let step = 0; step < STEPS; step += 1) {
            walk.step();
            const details = walk.world.tasks.map(({ id }) => String(id));
            const look = await observer(api, (call) => call()).look({ ...EVERYTHING, details });
            expect({ seed, told: walk.told, says: made(look, manner.showsBusy) }).toEqual({
              ...{ seed, told: walk.told },
              says: modelled(walk.world, answers, manner.showsBusy),
            });
          }
        } finally {
          await api.close();
          await simulator.stop();
        }
      }
    },
  );
});

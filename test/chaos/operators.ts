import { ApiError, type FaultAction, type Simulator, type TaskSnapshot } from "../../src/simulator/index.js";
import type { Random } from "./random.js";
import { DECLARED, type Shape } from "./shape.js";

/** What goes on in OCP beside the hooks: its work, its storms, and people. */
export interface Tells {
  readonly say: (sentence: string) => void;
  /** Something has been done to OCP; `toCluster`: to what the cluster is or holds, beside what its tasks do. */
  readonly onAct: (toCluster: boolean) => void;
}

/** Added by somebody while the app is destroyed. */
export const NEWCOMER = "8";

const SUBTASKS = [
  /^Prepare/,
  /^(Stop|Inactive)/,
  /^Delete obproxy info/,
  /^Offline obproxy exporter/,
  /^Unreserve/,
  /^Finish/,
];
/** They come when the information about the object is gone already. */
const LATE = /^(Offline obproxy exporter|Unreserve|Finish)/;

/** How OCP's coming tasks go, and what tasks of others there are. */
export function planWork(ocp: Simulator, { theme, hasTags }: Shape, random: Random): void {
  for (let plans = random.below(3); plans > 0; plans -= 1) {
    ocp.planWork({
      subtaskName: random.of(SUBTASKS),
      // A subtask that takes longer than its time limit of 30 s would fail for ever.
      ticks: random.below(28),
      readyTicks: random.below(4),
      fail: random.of([0, 0, 1, 2]),
      failRollback: random.of([0, 0, 1]),
    });
  }
  if (theme === "lateFailure") ocp.planWork({ subtaskName: LATE, fail: 3 });
  if (random.chance(0.15)) ocp.addPastTasks(250, { name: "Restart host", status: "FAILED" });
  if (random.chance(0.15)) {
    ocp.addPastTasks(120, (index) => ({
      ...{ name: "Offline obproxy", clusterId: 99, clusterName: "others", obproxyIds: [77] },
      status: index % 3 === 0 ? "SUCCESSFUL" : "FAILED",
      ...(hasTags ? {} : { tags: [] }),
    }));
  }
  if (random.chance(0.1)) ocp.startTask({ name: "Restart obproxy", clusterId: 99, obproxyIds: [77] });
}

/** A gateway that shows what it was asked, as some do. */
function gatewayPage(secrets: readonly string[]): FaultAction {
  return { kind: "answer", status: 502, body: `<html><title>502 for ${secrets.join(" ")}</title></html>` };
}

export function drawStorms(ocp: Simulator, random: Random, secrets: readonly string[], { say }: Tells): void {
  const storms: readonly FaultAction[] = [
    { kind: "answer", status: 503, body: "gateway" },
    gatewayPage(secrets),
    { kind: "error", status: 500, code: 0 },
    { kind: "error", status: 500, code: 0 },
    { kind: "error", status: 404, code: "COM10002" },
    { kind: "tooManyRequests", resetSeconds: 0, retryAfter: 0 },
    { kind: "tooManyRequests", resetSeconds: 0, retryAfter: 0 },
    { kind: "html" },
    { kind: "truncated" },
    { kind: "lostAnswer" },
    { kind: "cut" },
    { kind: "reset" },
    { kind: "slow", ms: 150 },
    { kind: "hang", ms: 200 },
    { kind: "metadbOutage" },
  ];
  for (let storm = random.below(4); storm > 0; storm -= 1) {
    const does = random.of(storms);
    const onChange = random.chance(0.4);
    const often = random.chance(0.3) ? { forMs: 100 + random.below(900) } : { times: 1 + random.below(3) };
    const howLong = "forMs" in often ? `for ${often.forMs} ms` : `${often.times} times`;
    ocp.inject({ does, ...often, after: random.below(8), when: ({ method }) => !onChange || method !== "GET" });
    say(`OCP will answer with ${does.kind} ${howLong}${onChange ? ", where something is changed" : ""}`);
  }
}

/** An operator does something now and then, until it is stopped. What is done, and how long after the last, is drawn before. */
export class Operators {
  private stopped = false;
  private readonly done: Promise<void>;

  constructor(
    private readonly ocp: Simulator,
    private readonly shape: Shape,
    private readonly random: Random,
    private readonly tells: Tells,
  ) {
    this.done = this.work();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }

  private async work(): Promise<void> {
    for (;;) {
      for (let slept = 0, ms = 60 + this.random.below(600); slept < ms; slept += 20) {
        if (this.stopped) return;
        await pause(20);
      }
      await this.act();
    }
  }

  private async act(): Promise<void> {
    const { ocp, random, tells, shape } = this;
    if (random.chance(0.1)) {
      const downMs = random.below(200);
      tells.say(`OCP restarts, down for ${downMs} ms`);
      tells.onAct(false);
      await ocp.restart({ downMs, manner: random.of(["kill", "term"]), engineDelayTicks: random.below(40) });
      tells.onAct(false);
      return;
    }
    const task = ocp.tasks.findLast(isDeletion);
    const id = task?.id ?? "0";
    const target = random.of(DECLARED);
    const acts: readonly (readonly [string, boolean, () => unknown])[] = [
      ...twice<readonly [string, boolean, () => unknown]>([
        `retries task ${id}`,
        false,
        () => {
          ocp.retry(id);
        },
      ]),
      [
        `skips in task ${id}`,
        false,
        () => {
          ocp.skip(id);
        },
      ],
      [
        `rolls task ${id} back`,
        false,
        () => {
          ocp.rollback(id);
        },
      ],
      [
        `ends task ${id} by hand`,
        false,
        () => {
          if (task?.status === "FAILED") ocp.abandon(id);
        },
      ],
      [
        `cancels in task ${id}`,
        false,
        () => {
          ocp.cancel(id);
        },
      ],
      [`deletes OBProxy ${target}`, true, () => ocp.submitDeleteObproxies(27, [target])],
      [
        `restarts OBProxy ${target}`,
        false,
        () => {
          if (ocp.cluster(27)?.lockedBy === undefined) {
            ocp.startTask({ name: "Restart obproxy", clusterId: 27, obproxyIds: [target] });
          }
        },
      ],
      [
        "renames the cluster",
        true,
        () => {
          ocp.renameCluster(27, "payments");
        },
      ],
      ...(shape.withCluster
        ? [
            [
              `adds OBProxy ${NEWCOMER}`,
              true,
              () => {
                if (ocp.cluster(27)?.obproxies.some((each) => each.id === NEWCOMER) === false) {
                  ocp.addObproxy(27, NEWCOMER);
                }
              },
            ] as const,
          ]
        : []),
      [
        "sets the cluster up anew, under another name and with the same ids",
        true,
        () => {
          const held = ocp.cluster(27);
          if (held === undefined || held.lockedBy !== undefined) return;
          ocp.removeCluster(27);
          ocp.addCluster({ id: 27, name: "payments", obproxies: held.obproxies.map((each) => each.id) });
        },
      ],
    ];
    const [what, toCluster, does] = random.of(acts);
    attempt(`an operator ${what}`, toCluster, does, tells);
  }
}

/**
 * When all is quiet people do what the failures ask for: what has failed is retried, or skipped where it failed on its
 * way back; what the cluster was renamed to, or holds without a declaration, is put right.
 */
export async function putRight(ocp: Simulator, tells: Tells): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) {
    await rest(ocp);
    const failed = ocp.tasks.filter(({ status, clusterId, name }) => status === "FAILED" && isOurs(clusterId, name));
    if (failed.length === 0) break;
    for (const { id, operation } of failed) {
      const does = (): void => {
        if (operation === "ROLLBACK") ocp.skip(id);
        else ocp.retry(id);
      };
      attempt(`somebody sees to task ${id}`, false, does, tells);
    }
  }
  const cluster = ocp.cluster(27);
  if (cluster === undefined) return;
  // What a person skipped may have been what releases the lock.
  if (cluster.lockedBy !== undefined) ocp.unlock(27);
  // A cluster that was set up anew in the middle of a task may keep what that made of its OBProxies.
  for (const { id, operateStatus } of cluster.obproxies) {
    if (operateStatus !== "NORMAL") ocp.updateObproxy(27, id, { status: "RUNNING", operateStatus: "NORMAL" });
  }

  if (cluster.name !== "orders") {
    const does = (): void => {
      ocp.renameCluster(27, "orders");
    };
    attempt("somebody names the cluster as it was", true, does, tells);
  }
  if (cluster.obproxies.some(({ id }) => id === NEWCOMER)) takeAway(ocp, NEWCOMER, tells);
}

/** Somebody who has been told that the cluster holds it. */
export function takeAway(ocp: Simulator, obproxy: string, tells: Tells): void {
  const does = (): void => {
    ocp.removeObproxy(27, obproxy);
  };
  attempt(`somebody takes OBProxy ${obproxy} away`, true, does, tells);
}

function isOurs(clusterId: string | undefined, name: string): boolean {
  return clusterId === "27" || (clusterId === "99" && name !== "Offline obproxy");
}

async function rest(ocp: Simulator): Promise<void> {
  const isAtWork = (): boolean => ocp.tasks.some(({ status }) => status === "RUNNING");
  for (let ticks = 0; ticks < 3000 && isAtWork(); ticks += 10) {
    ocp.tick(10);
    await pause(0);
  }
  ocp.tick(5);
}

function attempt(what: string, toCluster: boolean, does: () => unknown, { say, onAct }: Tells): void {
  try {
    does();
    onAct(toCluster);
    say(what);
  } catch (error) {
    // OCP refuses what cannot be done in this state, or does not know the task or the cluster.
    if (!(error instanceof ApiError) && !/no |unknown|does not/i.test(String(error))) throw error;
  }
}

export function isDeletion({ name }: TaskSnapshot): boolean {
  return /^(Offline obproxy|Delete obproxy server)$/.test(name);
}

function twice<T>(value: T): readonly [T, T] {
  return [value, value];
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

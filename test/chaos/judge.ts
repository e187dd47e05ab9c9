import type { RecordedRequest, Simulator, TaskSnapshot } from "../../src/simulator/index.js";
import type { HookRun } from "../hook/hook-process.js";
import { type DeletionFact, whyDeletingIsWrong, whyStartingIsWrong, whySuccessIsWrong } from "../model/invariants.js";
import { HOOK_HEADER, type Sent } from "./bad-network.js";
import { type Hook, USER } from "./hooks.js";
import { isDeletion } from "./operators.js";
import { DECLARED, type Destroyed, OTHERS_OWN, STRANGER } from "./shape.js";

/** Who was killed so long before a delete is sent is in none. What a busy machine tells late is not held against anybody. */
const KILLED_MS = 250;
/** From a look at the time until the request is seen here. */
const SLACK_MS = 1500;

/** Whom a delete was sent for, as far as can be told from outside. */
interface SentFor {
  readonly at: number;
  readonly hook: Hook;
  readonly keys: ReadonlySet<string>;
  readonly machine: string;
  readonly heardOfAnother: boolean;
}

export interface JudgeOptions {
  readonly ocp: Simulator;
  readonly hasTags: boolean;
  readonly secrets: readonly string[];
  readonly hooks: ReadonlyMap<string, Hook>;
  readonly breaks: (what: string) => void;
}

/** Holds what processes did to the invariants, by what the simulator and the network have seen of it. */
export class Judge {
  /** When somebody did something to OCP last, */
  actedAt = 0;
  /** and to what the cluster is or holds. */
  changedAt = 0;
  /** What the app keeps in this round. */
  kept: ReadonlySet<string> = new Set();
  private readonly judged = new Set<string>();
  private readonly sentFor = new Map<string, SentFor>();

  constructor(private readonly options: JudgeOptions) {}

  // ---- I2 and the half of I5 that is about time, when a request leaves its hook

  sent(sent: Sent, hook: Hook, isOther: boolean): void {
    const { breaks } = this.options;
    // Its time runs before it sends its first request.
    if (!hook.wasStopped && sent.at > (hook.askedAt ?? sent.at) + hook.timeoutMs + SLACK_MS) {
      breaks(`I5: a request of ${hook.name} after its deadline: ${sent.method} ${sent.path}`);
    }

    if (sent.method === "GET") return;
    const retried = /\/tasks\/instances\/(\d+)\//.exec(sent.path)?.[1];
    if (retried !== undefined) {
      this.judgeRetry(retried, hook);
    } else if (!isOther) {
      this.judgeDelete(sent, hook);
    } else if (idsOf(sent).some((id) => id !== OTHERS_OWN)) {
      breaks(`I2: ${hook.name} sends ${sent.path} to an OCP where nobody declares that`);
    }
  }

  private judgeDelete(sent: Sent, hook: Hook): void {
    const { ocp } = this.options;
    const cluster = ocp.cluster(27);
    const ids = idsOf(sent);
    const deletesCluster = ids.length === 0;
    // What was on its way when its own process ended had been sent before.
    const at = Math.min(sent.at, hook.endedAt());
    const isAskedFor = (id: string): boolean => {
      const lives = (each: Hook): boolean => each.key === `27/${id}` && each.endedAt() > at - KILLED_MS;
      return DECLARED.some((each) => each === id) && [...this.options.hooks.values()].some(lives);
    };
    this.tell(
      whyDeletingIsWrong({
        ...{ does: "delete", asSeen: this.asSeen(hook), name: cluster?.name, wantedName: "orders", isOurs: true },
        ...{ deletesCluster, mayDeleteCluster: hook.key === "27" },
        obproxies: deletesCluster ? (cluster?.obproxies ?? []).map(({ id }) => id) : ids,
        mayGo: (id) => !deletesCluster && isAskedFor(String(id)),
        isProtected: (id) => this.kept.has(String(id)),
      }),
      `${hook.name} sends ${sent.method} ${sent.path} ${sent.body}`,
    );
  }

  private judgeRetry(id: string, hook: Hook): void {
    const { ocp } = this.options;
    const task = ocp.task(id);
    if (task === undefined) return;
    const deletesCluster = task.obproxyIds.length === 0;
    this.tell(
      whyDeletingIsWrong({
        ...{ does: "retry", asSeen: this.asSeen(hook), name: ocp.cluster(27)?.name, wantedName: "orders" },
        ...{ deletesCluster, mayDeleteCluster: hook.key === "27", obproxies: task.obproxyIds },
        mayGo: (obproxy) => DECLARED.some((each) => each === obproxy),
        isProtected: (obproxy) => this.kept.has(String(obproxy)),
        isOurs: task.creator === USER,
      }),
      `${hook.name} has task ${id} retried`,
    );
  }

  /** It asked for the cluster after the last change that somebody made to it. */
  private asSeen({ lookedAt = 0 }: Hook): boolean {
    return lookedAt > this.changedAt;
  }

  // ---- I3, when OCP has taken up a delete

  answered(request: RecordedRequest): void {
    if (request.method === "GET") return;
    if (request.path.includes("/tasks/")) {
      // What a hook has retried is at work again, as if an operator had done so.
      this.actedAt = Date.now();
      return;
    }
    const { tasks } = this.options.ocp;
    for (const task of tasks) {
      if (this.judged.has(task.id)) continue;
      this.judged.add(task.id);
      const cause = this.causeOf(task, request);
      const hook = this.options.hooks.get(cause?.headers[HOOK_HEADER] ?? "");
      if (task.creator !== USER || cause === undefined || hook === undefined) continue;
      this.recordWhom(task, hook, cause);
      const ids = new Set(task.obproxyIds);
      const another = tasks.some(
        (each) =>
          Number(each.id) < Number(task.id) &&
          each.status === "RUNNING" &&
          each.subtasks.some(({ status }) => status !== "SUCCESSFUL") &&
          isDeletion(each) &&
          each.clusterId === task.clusterId &&
          each.obproxyIds.some((id) => ids.has(id)),
      );
      this.tell(
        // Somebody may have set one going again since the hook looked.
        whyStartingIsWrong({
          anotherAtWork: another && (hook.lookedAt ?? 0) > this.actedAt,
          anotherOnItsWay: false,
          ownHasFailed: false,
        }),
        `task ${task.id}, sent by ${hook.name}`,
      );
    }
  }

  /** What has just been answered, or what has had its effect and hangs, or was cut. */
  private causeOf(task: TaskSnapshot, answered: RecordedRequest): RecordedRequest | undefined {
    const deletesIt = (request: RecordedRequest): boolean =>
      request.method !== "GET" &&
      !request.path.includes("/tasks/") &&
      [...idsOf(request)].sort().join() === [...task.obproxyIds].sort().join();
    if (deletesIt(answered)) return answered;
    return this.options.ocp.requests.findLast((each) => each.status === undefined && deletesIt(each));
  }

  /** The same request may have got there twice, and OCP's word about the other one have been heard. */
  private readonly duplicated = new Set<string>();

  wasDuplicated(hook: string): void {
    this.duplicated.add(hook);
  }

  private recordWhom(task: TaskSnapshot, hook: Hook, { time }: RecordedRequest): void {
    const at = Math.min(time, hook.endedAt());
    const isThere = (each: Hook): boolean =>
      each.machine === hook.machine && each.began < at && each.endedAt() > at - KILLED_MS;
    const members = [...this.options.hooks.values()].filter(isThere);
    this.sentFor.set(task.id, {
      at: time,
      hook,
      machine: hook.machine,
      keys: new Set(task.obproxyIds.length === 0 ? ["27"] : members.map(({ key }) => key)),
      heardOfAnother: this.duplicated.has(hook.name),
    });
  }

  // ---- I1 and I5, when a hook has ended

  ended(hook: Hook, { code, output }: HookRun, { key, ocp }: Destroyed): void {
    const { secrets, breaks } = this.options;
    const shown = secrets.find((secret) => output.includes(secret));
    if (shown !== undefined) breaks(`I5: the output of ${hook.name} holds a secret: ${output}`);
    if (/undefined|NaN|\[object|the hook itself has a defect/.test(output)) {
      breaks(`odd output of ${hook.name}: ${output}`);
    }
    if (code === null) return;
    if (code !== 0) {
      // The same failure is told whole once in a round.
      if (!/what to do: |says more, and what to do\)/.test(output)) {
        breaks(`I4: ${hook.name} fails without saying what to do: ${output}`);
      }
      return;
    }
    if (ocp === "own") this.judgeSuccess(hook, key);
  }

  private judgeSuccess(hook: Hook, key: string): void {
    // What was done after its last look nobody could have known.
    if (hook.requests > 0 && (hook.lookedAt ?? 0) <= this.actedAt) return;
    const { ocp } = this.options;
    const id = key === "27" ? undefined : key.slice(3);
    const cluster = ocp.cluster(27);
    const deletions = ocp.tasks.filter((task) => deletes(task, id)).map((task) => this.fact(task, hook, key));
    const broken = whySuccessIsWrong({
      hasAsked: hook.requests > 0,
      isThere: id === undefined ? cluster !== undefined : cluster?.obproxies.some((each) => each.id === id) === true,
      isElsewhere: false,
      deletions,
      readsTasks: true,
    });
    this.tell(broken, `${hook.name}; deletions: ${JSON.stringify(deletions)}`);
  }

  private fact(task: TaskSnapshot, hook: Hook, key: string): DeletionFact {
    const { id, creator } = task;
    const sent = this.sentFor.get(id);
    const isOwn = sent?.hook === hook;
    // A run reads the note when it begins: what another one of the same object sends meanwhile is not in it.
    const isEarlier = sent !== undefined && sent.at < hook.began && sent.machine === hook.machine;
    const isNoted = isEarlier && hook.machine !== WITHOUT_NOTES && sent.keys.has(key);
    const isKnown = sent !== undefined && !sent.heardOfAnother && (isOwn || isNoted);
    return {
      id,
      state: stateOf(task),
      answerable: creator === USER && (this.options.hasTags || isKnown),
    };
  }

  checkStranger(): void {
    const { ocp, breaks } = this.options;
    if (ocp.cluster(27)?.obproxies.some(({ id }) => id === STRANGER) !== true) {
      breaks("I2: the OBProxy that nobody declared is gone");
    }
  }

  private tell(broken: string | undefined, of: string): void {
    if (broken !== undefined) this.options.breaks(`${broken}: ${of}`);
  }
}

/** The machine on which no note can be kept. */
export const WITHOUT_NOTES = "c";

/** Of a request that deletes; none: it deletes the cluster. */
function idsOf({ path, body }: Pick<Sent, "path" | "body">): readonly string[] {
  const listed = /\/obproxies\/([\d,]+)$/.exec(path) ?? /"obproxyServerIds":\[([\d,]+)\]/.exec(body);
  return listed?.[1]?.split(",") ?? [];
}

/** `id` undefined: the cluster, whose deletion names what went with it, or nothing. */
function deletes(task: TaskSnapshot, id: string | undefined): boolean {
  if (!isDeletion(task) || task.clusterId !== "27") return false;
  return id === undefined ? task.obproxyIds.length === 0 : task.obproxyIds.includes(id);
}

function stateOf({ status, operation, subtasks }: TaskSnapshot): DeletionFact["state"] {
  if (status === "RUNNING") return "atWork";
  if (status === "FAILED") return "failed";
  if (operation === "ROLLBACK" || subtasks.some((each) => each.operation.startsWith("ROLLBACK"))) return "rolledBack";
  return subtasks.every((each) => each.status === "SUCCESSFUL" && each.operation !== "SKIP") ? "well" : "byHand";
}

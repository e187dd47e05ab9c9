import { ENV } from "../../src/contract/names.js";
import type { HookCall, HookRun, HookRunner, StartedHook } from "../hook/hook-process.js";
import type { Sent } from "./bad-network.js";
import type { Random } from "./random.js";

/** What becomes of a hook's process, and when. */
export interface Fate {
  readonly does: "nothing" | "kill" | "stop";
  /** The moment that it is reckoned from; `anyDelete`: of whichever hook of the round. */
  readonly after: "start" | "look" | "delete" | "anyDelete" | "answer";
  readonly ms: number;
  /** How long it is stopped. */
  readonly forMs: number;
}

export const LEFT_ALONE: Fate = { does: "nothing", after: "start", ms: 0, forMs: 0 };

export function drawFate(random: Random): Fate {
  const does = random.of(["nothing", "nothing", "kill", "kill", "stop"] as const);
  const after = random.of(["start", "look", "look", "delete", "anyDelete", "answer"] as const);
  const longest = { start: 900, look: 400, delete: 25, anyDelete: 25, answer: 40 }[after];
  return { does, after, ms: random.below(longest), forMs: 50 + random.below(800) };
}

/** One process of the hook, and what is known of it from outside. */
export class Hook {
  readonly began = Date.now();
  killedAt: number | undefined;
  wasStopped = false;
  isOver = false;
  requests = 0;
  /** When it sent its first request. */
  askedAt: number | undefined;
  /** When it asked for the cluster last. */
  lookedAt: number | undefined;
  private readonly process: StartedHook;

  constructor(
    readonly name: string,
    readonly key: string,
    readonly machine: string,
    readonly timeoutMs: number,
    runner: HookRunner,
    call: HookCall,
    private readonly fate: Fate,
    private readonly say: (sentence: string) => void,
  ) {
    this.process = runner.start(undefined, { ...call, machine, env: { ...call.env, CHAOS_HOOK: name } });
    if (fate.after === "start") this.meet();
  }

  get isStopped(): boolean {
    return this.stopped;
  }

  /** When it was killed, or seen to have ended; infinity: it lives. */
  endedAt(): number {
    return this.killedAt ?? this.overAt ?? Infinity;
  }

  async ended(): Promise<HookRun> {
    const run = await this.process.done;
    this.isOver = true;
    this.overAt = Date.now();
    return run;
  }

  /** Its own request, or another hook's delete, has been sent. */
  saw({ hook, method, path }: Pick<Sent, "hook" | "method" | "path">): void {
    const { after } = this.fate;
    const isDelete = method !== "GET" && !path.includes("/tasks/");
    if (isDelete && after === "anyDelete") this.meet();
    if (hook !== this.name) return;
    this.requests += 1;
    this.askedAt ??= Date.now();
    if (isDelete && after === "delete") this.meet();
    if (method === "GET" && CLUSTER.test(path)) {
      if (this.lookedAt === undefined && after === "look") this.meet();
      this.lookedAt = Date.now();
    }
  }

  wasAnswered({ method, path }: Pick<Sent, "method" | "path">): void {
    if (method !== "GET" && !path.includes("/tasks/") && this.fate.after === "answer") this.meet();
  }

  kill(): void {
    if (this.isOver) return;
    this.killedAt = Date.now();
    this.process.kill();
  }

  goOn(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.process.signal("SIGCONT");
  }

  private overAt: number | undefined;
  private stopped = false;
  private hasMet = false;

  private meet(): void {
    const { does, ms, forMs } = this.fate;
    if (does === "nothing" || this.hasMet) return;
    this.hasMet = true;
    setTimeout(() => {
      if (this.isOver) return;
      this.say(`${this.name} is ${does === "kill" ? "killed" : `stopped for ${forMs} ms`}`);
      if (does === "kill") {
        this.kill();
        return;
      }
      this.wasStopped = true;
      this.stopped = true;
      this.process.signal("SIGSTOP");
      setTimeout(() => {
        this.goOn();
      }, forMs);
    }, ms);
  }
}

const CLUSTER = /\/obproxy\/clusters\/27(\?|$)/;

/** What every hook of a history has in its environment. */
export function environment(url: string, tickMs: number, preload: string, password: string): Record<string, string> {
  return {
    OCP_URL: url,
    OCP_USERNAME: USER,
    OCP_PASSWORD: password,
    [ENV.tickMs]: String(tickMs),
    NODE_OPTIONS: `--require ${preload}`,
  };
}

/** Who all hooks are for OCP. */
export const USER = "teardown";

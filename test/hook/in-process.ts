import { createOcpClient } from "../../src/ocp/client.js";
import type { OcpApi } from "../../src/ocp/api.js";
import { Caller } from "../../src/hook/patience/caller.js";
import type { Clock } from "../../src/hook/patience/clock.js";
import { directCourier } from "../../src/hook/together/courier.js";
import { Deadline } from "../../src/hook/patience/deadline.js";
import { Chronicle } from "../../src/hook/tell/chronicle.js";
import { HookFailure } from "../../src/hook/tell/failure.js";
import { NO_JOURNAL } from "../../src/hook/tell/journal.js";
import { intentFrom } from "../../src/hook/intent.js";
import type { Target } from "../../src/contract/object.js";
import type { Outcome as End } from "../../src/hook/act/finish.js";
import type { Notes } from "../../src/hook/act/tools.js";
import { reconcile as runLoop } from "../../src/hook/reconcile.js";
import { Reporter } from "../../src/hook/tell/reporter.js";
import { DEFAULT_CREDENTIALS } from "../../src/simulator/index.js";
import { type HookCall, settingsWith } from "./hook-process.js";

/** What a tick of OCP's engine lasts in real life, and here in mocked time. */
export const TICK = 1000;

/** Time that passes only while somebody sleeps; at each whole tick, and at what is set for a moment, something happens. */
export class MockedClock implements Clock {
  private time = 0;
  private nextTick = TICK;
  private readonly appointments: { readonly at: number; readonly run: () => unknown }[] = [];

  constructor(
    private readonly onTick: () => unknown = () => undefined,
    private readonly chance: () => number = () => 0.5,
    /** How long a round of OCP's engine takes. */
    private readonly roundMs: () => number = () => TICK,
  ) {}

  now(): number {
    return this.time;
  }

  random(): number {
    return this.chance();
  }

  at(milliseconds: number, run: () => unknown): void {
    this.appointments.push({ at: milliseconds, run });
    this.appointments.sort((a, b) => a.at - b.at);
  }

  async sleep(milliseconds: number): Promise<void> {
    const end = this.time + Math.max(0, milliseconds);
    for (;;) {
      const appointment = this.appointments[0]?.at ?? Infinity;
      const next = Math.min(appointment, this.nextTick);
      if (next > end) break;
      this.time = next;
      if (next === appointment) {
        await this.appointments.shift()?.run();
      } else {
        this.nextTick += this.roundMs();
        await this.onTick();
      }
    }
    this.time = end;
    // Whatever waits for real input gets its turn, as in a real sleep.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

type Outcome = End["how"];

export interface InProcessRun {
  readonly code: 0 | 1;
  readonly outcome: Outcome | undefined;
  readonly failure: HookFailure | undefined;
  readonly lines: readonly string[];
  readonly output: string;
  /** Of mocked time. */
  readonly tookMs: number;
}

export interface InProcessOptions {
  readonly url: string;
  readonly clock: MockedClock;
  /** Kept from one run to the next. Default none. */
  readonly notes?: Notes;
  readonly wrap?: (api: OcpApi) => OcpApi;
}

export function targetOf({ kind, clusterId, obproxyId }: HookCall): Target {
  return kind === "cluster"
    ? { kind, clusterId: String(clusterId) }
    : { kind, clusterId: String(clusterId), obproxyId: String(obproxyId) };
}

const NO_NOTES: Notes = {
  ...{ run: "this one", isAtWork: () => false, read: () => undefined, write: () => undefined, remove: () => undefined },
  trouble: undefined,
};

/** The hook's own parts around the real client, as `main` joins them, with mocked time and without a meeting place. */
export async function reconcile(call: HookCall, options: InProcessOptions): Promise<InProcessRun> {
  const { url, clock } = options;
  const settings = settingsWith(call.settings);
  const intent = intentFrom(targetOf(call), call.clusterName ?? "orders", settings);
  const lines: string[] = [];
  const reporter = new Reporter(
    intent.label,
    (line) => lines.push(line),
    () => clock.now(),
    TICK,
    (text) => text,
  );
  const client = createOcpClient({
    baseUrl: url,
    credentials: { kind: "basic", ...DEFAULT_CREDENTIALS },
    requestTimeoutMs: 3_000,
    deleteTimeoutMs: 3_000,
  });
  const api = options.wrap?.(client) ?? client;
  const start = clock.now();
  const deadline = new Deadline(clock, TICK / 2);
  const caller = new Caller(clock, deadline, reporter, TICK);
  const ended = (code: 0 | 1, outcome?: Outcome, failure?: HookFailure): InProcessRun => ({
    code,
    outcome,
    failure,
    lines,
    output: lines.join("\n"),
    tookMs: clock.now() - start,
  });
  try {
    const { how } = await runLoop({
      api,
      courier: directCourier({ api, caller, deadline, intent }),
      caller,
      clock,
      deadline,
      reporter,
      chronicle: new Chronicle(NO_JOURNAL, intent.key),
      notes: options.notes ?? NO_NOTES,
      intent,
      user: DEFAULT_CREDENTIALS.username,
      tickMs: TICK,
      envPrefix: settings.provider.envPrefix,
      stackDirectory: "/app/cdktf.out/stacks/proxies",
    });
    return ended(0, how);
  } catch (error) {
    // Anything else would be a defect of the hook, and fails the test that met it.
    if (!(error instanceof HookFailure)) throw error;
    reporter.failure(error);
    return ended(1, undefined, error);
  } finally {
    await client.close();
  }
}

import { readdirSync } from "node:fs";
import { ENV } from "../../../src/contract/names.js";
import type { HookSettings } from "../../../src/contract/settings-file.js";
import {
  type FaultAction,
  inContents,
  type RecordedRequest,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "../../../src/simulator/index.js";
import {
  type DeepPartial,
  type HookCall,
  type HookRun,
  HookRunner,
  type StartedHook,
  TICK_MS,
} from "../hook-process.js";
import { type InProcessRun, MockedClock, reconcile } from "../in-process.js";

/** Cluster 27 "orders" with OBProxies 3 and 4, and the hooks that delete them. */

export const CLUSTERS = "/api/v2/obproxy/clusters";
export const CLUSTER = `${CLUSTERS}/27`;
export const TASKS = "/api/v2/tasks/instances";
export const TASK = /^\/api\/v2\/tasks\/instances\/\d+$/;

/** The first subtask that does something, before the object's information goes. */
export const EARLY = /^(Prepare offline obproxy|Prepare delete obproxy)$/;
/** One that comes after the information has gone. */
export const LATE = "Unreserve host";

/** Codes of a 404 that is not OCP's word for a missing object; undefined: none. */
export const GENERIC_CODES = ["COM10002", "CMP07001", 0, undefined] as const;

export const proxy: HookCall = { kind: "obproxy", clusterId: 27, obproxyId: 3 };
export const cluster: HookCall = {
  kind: "cluster",
  clusterId: 27,
  settings: { clusters: { "27": { path: "app/c", forceDestroy: true } } },
};

export function withSettings(call: HookCall, settings: DeepPartial<HookSettings>): HookCall {
  return { ...call, settings: { ...call.settings, ...settings } };
}

export function withProvider(call: HookCall, provider: DeepPartial<HookSettings["provider"]>): HookCall {
  return withSettings(call, { provider: { ...call.settings?.provider, ...provider } });
}

export function withTimeout(call: HookCall, limit: string): HookCall {
  return withProvider(call, { timeouts: { delete: limit } });
}

export function withRetry(call: HookCall): HookCall {
  return withProvider(call, { taskRetries: 1 });
}

export function generic404(code: number | string | undefined): FaultAction {
  return { kind: "error", status: 404, message: "not found", ...(code === undefined ? {} : { code }) };
}

/** OCP's own word for a cluster that does not exist. */
export const CLUSTER_MISSING: FaultAction = { kind: "error", status: 404, code: 21001, message: "no such cluster" };

/** The same, but it waits for others long enough also where processes come late to the meeting on a busy machine. */
export function patient(call: HookCall): HookCall {
  return { ...call, env: { [ENV.tickMs]: "500", ...call.env } };
}

/** A simulator and hook processes for the tests of one file. */
export class Stage {
  readonly runner: HookRunner;
  private current: Simulator | undefined;

  /** See {@link HookRunner}. */
  constructor(options: ConstructorParameters<typeof HookRunner>[0] = {}) {
    this.runner = new HookRunner(options);
    afterEach(() => this.current?.stop());
    afterAll(() => {
      this.runner.dispose();
    });
  }

  get ocp(): Simulator {
    if (this.current === undefined) throw new Error("nothing is given");
    return this.current;
  }

  async given(options: SimulatorOptions = {}): Promise<Simulator> {
    this.current = await another(options);
    return this.current;
  }

  run(call: HookCall): Promise<HookRun> {
    return this.runner.run(this.ocp, call);
  }

  start(call: HookCall): StartedHook {
    return this.runner.start(this.ocp, call);
  }

  /** Starts a hook and kills it when OCP has answered a look at its task. */
  async interrupt(call: HookCall): Promise<void> {
    const hook = this.start(call);
    await this.ocp.nextRequest(({ path }) => TASK.test(path));
    hook.kill();
    await hook.done;
  }

  /** Runs hooks that come to the point of their delete at the same moment, so that they meet. */
  async together(calls: readonly HookCall[]): Promise<readonly HookRun[]> {
    const ready = gate();
    const does = { kind: "hang", until: ready.opened } as const;
    const held = this.ocp.inject({ method: "GET", path: CLUSTER, times: calls.length, does });
    const hooks = calls.map((call) => this.start(patient(call)));
    while (held.hits < calls.length) await this.ocp.nextArrival();
    ready.open();
    return Promise.all(hooks.map(({ done }) => done));
  }

  changes(): readonly string[] {
    return changesAt(this.ocp);
  }

  obproxies(clusterId = 27): readonly string[] | undefined {
    return obproxiesOf(this.ocp, clusterId);
  }
}

export function another(options: SimulatorOptions = {}): Promise<Simulator> {
  return startSimulator({
    tickMs: TICK_MS,
    clusters: [{ id: 27, name: "orders", obproxies: [3, 4] }],
    ...options,
  });
}

/** In mocked time; `onTick` is called after each tick of OCP's engine, with the number of those that have passed. */
export async function inMockedTime(
  call: HookCall,
  options: SimulatorOptions,
  play: {
    readonly before?: (ocp: Simulator) => void;
    readonly onTick?: (ocp: Simulator, ticks: number) => unknown;
  } = {},
): Promise<InProcessRun & { readonly ocp: Simulator; readonly changes: readonly string[] }> {
  const ocp = await another({ ...options, tickMs: "manual" });
  try {
    play.before?.(ocp);
    let ticks = 0;
    const clock = new MockedClock(async () => {
      ocp.tick();
      await play.onTick?.(ocp, (ticks += 1));
    });
    const run = await reconcile(call, { url: ocp.url, clock });
    return { ...run, ocp, changes: changesAt(ocp) };
  } finally {
    await ocp.stop();
  }
}

/** `delete 3,4`, `delete cluster 27`, `retry 31440`. */
export function changesAt(ocp: Simulator): readonly string[] {
  return ocp.requests.filter(isChange).map(({ path, body }) => {
    const retried = /instances\/(\d+)\/retry$/.exec(path)?.[1];
    if (retried !== undefined) return `retry ${retried}`;
    const ids = /\/obproxies\/([\d,]+)$/.exec(path)?.[1] ?? /"obproxyServerIds":\[([\d,]+)\]/.exec(body)?.[1];
    return ids === undefined ? `delete cluster ${/(\d+)$/.exec(path)?.[1] ?? "?"}` : `delete ${ids}`;
  });
}

export function isChange({ method }: RecordedRequest): boolean {
  return method !== "GET";
}

export function isDelete(request: RecordedRequest): boolean {
  return isChange(request) && !request.path.endsWith("/retry");
}

export function obproxiesOf(ocp: Simulator, clusterId = 27): readonly string[] | undefined {
  return ocp.cluster(clusterId)?.obproxies.map(({ id }) => id);
}

/** A promise that is kept when somebody says so. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return {
    opened,
    open: () => {
      open();
    },
  };
}

/** Resolves when a hook listens on a socket below one of the directories. */
export async function someoneListensBelow(...directories: readonly string[]): Promise<void> {
  const isThere = (): boolean =>
    directories.some((directory) =>
      readdirSync(directory, { recursive: true, withFileTypes: true }).some((entry) => entry.isSocket()),
    );
  const end = Date.now() + 10_000;
  while (!isThere()) {
    if (Date.now() > end) throw new Error(`nobody listens below ${directories.join(" or ")}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  // The name is there a moment before anybody can connect to it.
  await new Promise((resolve) => setTimeout(resolve, 50));
}

/** The lines that say how it ended, from the one that begins with FAILED on. */
export function failureIn(lines: readonly string[]): string {
  const start = lines.findIndex((line) => line.includes(": FAILED: "));
  return start < 0 ? "" : lines.slice(start).join("\n");
}

/** An entry of a list beside those that are there, counted like them; `where` it stands among them. */
export function withEntry(entry: unknown, where: "first" | "last"): FaultAction {
  const added = inContents((all) => (where === "first" ? [entry, ...all] : [...all, entry]));
  const counted = (body: unknown): unknown =>
    JSON.parse(JSON.stringify(body), (name, value: unknown) =>
      name === "totalElements" && typeof value === "number" ? value + 1 : value,
    );
  return { kind: "rewrite", change: (body) => counted(added(body)) };
}

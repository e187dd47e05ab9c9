import { startSimulator, type RecordedRequest, type Simulator } from "../../src/simulator/index.js";
import { half, isThorough } from "../support/thorough.js";
import { type HookCall, HookRunner, TICK_MS } from "./hook-process.js";
import { MockedClock, reconcile, TICK } from "./in-process.js";
import { type Event, type Later, type Situation, SITUATIONS, VERSIONS } from "./situations.js";

const runner = new HookRunner();
afterAll(() => {
  runner.dispose();
});

interface Result {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly output: string;
}

function callOf({ call }: Situation): HookCall {
  const kind = call?.kind ?? "obproxy";
  return { kind, clusterId: 27, ...(kind === "obproxy" ? { obproxyId: 3 } : {}), ...call };
}

/** Lets one situation happen: `run` calls the hook, `onTick` has to be called after each tick. */
async function happen(
  situation: Situation,
  version: string,
  play: (ocp: Simulator, call: HookCall, onTick: (later: Later) => Promise<void>) => Promise<Result>,
): Promise<Result & { readonly ocp: Simulator }> {
  const ocp = await startSimulator({
    clusters: [{ id: 27, name: "orders", obproxies: [3, 4] }],
    ...situation.ocp,
    version,
    tickMs: "manual",
  });
  try {
    situation.before?.(ocp);
    const pending: Event[] = [...(situation.events ?? [])];
    const onTick = async (later: Later): Promise<void> => {
      while (pending[0]?.when(ocp) === true) await pending.shift()?.then(ocp, later);
    };
    const result = await play(ocp, callOf(situation), onTick);
    expect(pending).toEqual([]);
    return { ...result, ocp };
  } finally {
    await ocp.stop();
  }
}

const inMockedTime = (situation: Situation, version: string): ReturnType<typeof happen> =>
  happen(situation, version, (ocp, call, onTick) => {
    const clock = new MockedClock(async () => {
      ocp.tick();
      await onTick((ticks, run) => {
        clock.at(clock.now() + ticks * TICK, run);
      });
    });
    const url = call.env?.["OCP_URL"] === "slashes" ? `${ocp.url}//` : ocp.url;
    return reconcile(call, { url, clock });
  });

const asProcess = (situation: Situation, version: string): ReturnType<typeof happen> =>
  happen(situation, version, async (ocp, call, onTick) => {
    const timers: NodeJS.Timeout[] = [];
    const slashes = call.env?.["OCP_URL"] === "slashes" ? { env: { OCP_URL: `${ocp.url}//` } } : {};
    const { lines, done } = runner.start(ocp, { ...call, ...slashes });
    const engine = setInterval(() => {
      // Until it has said what it sees: else, on a busy machine, a task would have ended before the hook has begun.
      if (lines.length > 0) ocp.tick();
      void onTick((ticks, run) => timers.push(setTimeout(() => void run(), ticks * TICK_MS)));
    }, TICK_MS);
    try {
      return await done;
    } finally {
      clearInterval(engine);
      timers.forEach(clearTimeout);
    }
  });

const DELETION = /\/obproxy\/clusters\/(\d+)(?:\/obproxies\/([\d,]+)|\/servers\/delete)?$/;

/** `delete 3`, `delete cluster`, `retry`. */
function changeIn({ method, path, body }: RecordedRequest): string {
  if (path.endsWith("/retry")) return "retry";
  const [, , ids] = DELETION.exec(path) ?? [];
  const list = (name: string): string | undefined => new RegExp(`"${name}":\\[([\\d,]+)\\]`).exec(body)?.[1];
  if (method === "DELETE") return `delete ${ids ?? "cluster"}`;
  const skipped = list("skipHostOperationServerIds");
  return `delete ${list("obproxyServerIds") ?? "?"}${skipped === undefined ? "" : `, skipping ${skipped}`}`;
}

const changesAt = (ocp: Simulator): string[] =>
  ocp.requests.filter(({ method }) => method !== "GET").map((request) => changeIn(request));

const DOCUMENTED = [
  /^\/api\/v2\/info$/,
  /^\/api\/v2\/obproxy\/clusters(\/\d+)?$/,
  /^\/api\/v2\/tasks\/instances(\/\d+(\/subtasks\/\d+\/log)?)?$/,
];

function check(situation: Situation, { ocp, code, lines, output }: Awaited<ReturnType<typeof happen>>): void {
  const changes = changesAt(ocp);
  expect({ code, changes: typeof situation.changes === "function" ? situation.changes : changes, output }).toEqual({
    code: situation.code,
    changes: situation.changes,
    output,
  });
  if (typeof situation.changes === "function" && !situation.changes(changes)) throw new Error(changes.join("; "));
  for (const text of situation.says ?? []) expect(output).toMatch(text);
  if (situation.neverSays !== undefined) expect(output).not.toMatch(situation.neverSays);
  expect(lines.at(-1)).toMatch(situation.lastly ?? (situation.code === 0 ? /gone|deleted/ : /what to do: /));
  checkAlways(ocp, { code, lines, output });
  if (situation.code === 0 && situation.liar !== true) checkSuccess(situation, ocp);
}

/** What holds whatever happened. */
function checkAlways(ocp: Simulator, { code, lines, output }: Result): void {
  expect(output).not.toMatch(/the hook itself has a defect|undefined|NaN|\[object/);
  expect(output).not.toContain("simulator:");
  for (const line of lines) expect(line).toMatch(/^OBProxy (cluster )?\d+(\/\d+)?: /);
  for (const { method, path, onConnection, cookie } of ocp.requests) {
    expect(cookie).toBe(false);
    if (method === "GET") expect(DOCUMENTED.filter((each) => each.test(path))).toHaveLength(1);
    // Trap 14: what changes something is never sent on a connection that may have gone stale.
    else expect(onConnection).toBe(1);
  }
  // Trap 12: nothing is reported before it has come to rest, but for the deadline and for trouble with the calls.
  const reported = /FAILED: OCP's task (\d+) .* (FAILED|was rolled back|left work undone)/.exec(output)?.[1];
  if (code === 1 && reported !== undefined) {
    const alive = ocp.task(reported)?.subtasks.filter(({ status }) => /READY|RUNNING|CANCELING/.test(status));
    expect(alive).toEqual([]);
  }
}

/** The truth about a success, from OCP's own state. */
function checkSuccess(situation: Situation, ocp: Simulator): void {
  expect(ocp.tasks.filter(({ status }) => status !== "SUCCESSFUL")).toEqual([]);
  const { kind, clusterId, obproxyId } = callOf(situation);
  const obproxies = ocp.cluster(clusterId)?.obproxies.map(({ id }) => id);
  if (kind === "cluster") expect(obproxies).toBeUndefined();
  else expect(obproxies ?? []).not.toContain(String(obproxyId));
}

/** In which a situation can be, and one of them. */
const versionsOf = ({ only }: Situation): readonly string[] => VERSIONS.filter((version) => only?.(version) ?? true);
const versionOf = (situation: Situation, index: number): string => {
  const versions = versionsOf(situation);
  return versions[index % versions.length] ?? "4.2.2";
};

describe.each(VERSIONS)("OCP %s, in mocked time", (version) => {
  const rows = SITUATIONS.filter((situation, index) =>
    isThorough ? versionsOf(situation).includes(version) : versionOf(situation, index) === version,
  );
  test.each(rows.map((each) => [each.about, each.name, each] as const))("%s: %s", async (_about, _name, situation) => {
    check(situation, await inMockedTime(situation, version));
  });
});

describe("as a process of its own", () => {
  const rows = SITUATIONS.filter(({ slow }) => slow !== true).map(
    (situation, index) => [situation.about, situation.name, versionOf(situation, index), situation] as const,
  );
  test.concurrent.each(half(rows))("%s: %s (OCP %s)", async (_about, _name, version, situation) => {
    check(situation, await asProcess(situation, version));
  });
});

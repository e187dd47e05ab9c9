import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_CREDENTIALS, type Simulator } from "../../../src/simulator/index.js";
import type { HookCall, HookRun, StartedHook } from "../hook-process.js";
import { passwordOf, startGateway } from "./gateway.js";
import {
  another,
  changesAt,
  CLUSTER,
  gate,
  obproxiesOf,
  patient,
  proxy,
  someoneListensBelow,
  Stage,
  withProvider,
  withTimeout,
} from "./stage.js";
import { half } from "../../support/thorough.js";

/** Hooks share one call only where both see the same object in the same OCP, and only while both are there. */

const stage = new Stage();
const hook = (obproxyId: number, more: Partial<HookCall> = {}): HookCall => ({ ...proxy, obproxyId, ...more });

describe("hooks of two OCPs that know the same ids", () => {
  let one: Simulator;
  let other: Simulator;
  afterEach(() => Promise.all([one.stop(), other.stop()]));

  /** OBProxy 3 goes by the first call, OBProxy 4 by the second; both come to their delete at the same moment. */
  async function atOnce(first: HookCall, second: HookCall): Promise<readonly HookRun[]> {
    const ready = gate();
    const hold = (ocp: Simulator): { readonly hits: number } =>
      ocp.inject({ method: "GET", path: CLUSTER, does: { kind: "hang", until: ready.opened } });
    const held = [hold(one), hold(other)];
    const hooks = [stage.runner.start(one, patient(first)), stage.runner.start(other, patient(second))];
    while (held.some(({ hits }) => hits === 0)) await Promise.race([one.nextArrival(), other.nextArrival()]);
    ready.open();
    return Promise.all(hooks.map(({ done }) => done));
  }

  const expectEachItsOwn = (runs: readonly HookRun[]): void => {
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect([changesAt(one), changesAt(other)]).toEqual([["delete 3"], ["delete 4"]]);
    expect([obproxiesOf(one), obproxiesOf(other)]).toEqual([["4"], ["3"]]);
  };

  const LONG_NAMES: readonly (readonly [string, string])[] = [
    ["Chinese", "构建".repeat(12)],
    ["accented", "é".repeat(36)],
    ["pictorial", "😀".repeat(18)],
  ];
  describe.each(["TMPDIR", "XDG_RUNTIME_DIR"])("%s", (variable) => {
    test.each(half(LONG_NAMES))(
      "with %s names, longer in bytes than in characters, does not make them meet",
      async (_what, name) => {
        [one, other] = [await another(), await another()];
        const { home } = stage.runner.machine();
        const filled = `${join(home, name)}${"x".repeat(100)}`;
        const directory = filled.slice(0, 100 - (Buffer.byteLength(name) - name.length));
        expect(Buffer.byteLength(directory)).toBe(100);
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        const env = { [variable]: directory };
        expectEachItsOwn(await atOnce(hook(3, { env }), hook(4, { env })));
      },
    );
  });

  test.each(["HTTP_PROXY", "http_proxy"])("under the same URL by another %s do not meet", async (variable) => {
    [one, other] = [await another(), await another()];
    const ways = [await startGateway(() => one), await startGateway(() => other)];
    const [first, second] = ways.map(({ url }) => ({ OCP_URL: "http://ocp.test:8080", [variable]: url }));
    try {
      expectEachItsOwn(await atOnce(hook(3, { env: first! }), hook(4, { env: second! })));
    } finally {
      await Promise.all(ways.map((way) => way.stop()));
    }
  });

  test.each<[string, Parameters<typeof another>[0]]>([
    [
      "at other addresses",
      {
        clusters: [
          {
            id: 27,
            name: "orders",
            obproxies: [
              { id: 3, hostId: 103, ip: "10.9.0.3" },
              { id: 4, hostId: 104, ip: "10.9.0.4" },
            ],
          },
        ],
      },
    ],
    ["made at another time", { clock: () => Date.now() - 3_600_000 }],
  ])("under the same URL by the same way do not share a call for OBProxies %s", async (_what, options) => {
    const passwords = { one: "first-password", other: "second-password" };
    const credentials = (password: string): typeof DEFAULT_CREDENTIALS => ({ ...DEFAULT_CREDENTIALS, password });
    one = await another({ credentials: credentials(passwords.one) });
    other = await another({ ...options, credentials: credentials(passwords.other) });
    const way = await startGateway((request) => (passwordOf(request) === passwords.one ? one : other));
    const env = (password: string): Readonly<Record<string, string>> => ({ OCP_URL: way.url, OCP_PASSWORD: password });
    try {
      expectEachItsOwn(await atOnce(hook(3, { env: env(passwords.one) }), hook(4, { env: env(passwords.other) })));
    } finally {
      await way.stop();
    }
  });
});

describe("hooks of one OCP", () => {
  test("share one call where they are called alike", async () => {
    await stage.given();
    const runs = await stage.together([hook(3), hook(4)]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(stage.changes()).toEqual(["delete 3,4"]);
  });

  test("do not share a call where one of them accepts any certificate and the other does not", async () => {
    await stage.given();
    const runs = await stage.together([hook(3), withProvider(hook(4), { insecureSkipVerify: true })]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(stage.changes()).not.toContain("delete 3,4");
  });

  test("do not share a call where they want clusters of different names", async () => {
    await stage.given();
    const runs = await stage.together([hook(3), hook(4, { clusterName: "payments" })]);
    expect(runs.map(({ code }) => code)).toEqual([0, 1]);
    expect(stage.obproxies()).toEqual(["4"]);
  });

  /** The first one gathers; the second one waits with its first look until it is let in. */
  async function leaderAndFollower(
    leading: HookCall,
    following: HookCall,
  ): Promise<{ readonly leader: StartedHook; readonly follower: StartedHook; readonly letIn: () => void }> {
    const [first, second] = [gate(), gate()];
    for (const { opened } of [first, second]) {
      stage.ocp.inject({ method: "GET", path: CLUSTER, does: { kind: "hang", until: opened } });
    }

    const isLook = ({ path }: { readonly path: string }): boolean => path === CLUSTER;
    const leaderLooks = stage.ocp.nextArrival(isLook);
    const leader = stage.start(patient(leading));
    await leaderLooks;
    const followerLooks = stage.ocp.nextArrival(isLook);
    const follower = stage.start(patient(following));
    await followerLooks;
    first.open();
    await someoneListensBelow(stage.runner.machine(machine).temporary, runtimeDirectory());
    return { leader, follower, letIn: second.open };
  }

  let machine = "";
  let machines = 0;
  beforeEach(() => {
    machine = `m${(machines += 1)}`;
  });

  function runtimeDirectory(): string {
    const path = join(stage.runner.machine(machine).home, "run");
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }

  const meeting = (obproxyId: number): HookCall =>
    hook(obproxyId, { machine, env: { XDG_RUNTIME_DIR: runtimeDirectory() } });

  describe.each(["4.2.2", "4.4.0"])("(OCP %s)", (version) => {
    test("leave out of the call one that was killed before it", async () => {
      await stage.given({ version });
      const called = gate();
      const gathered = stage.ocp.nextArrival(({ path }) => path === "/api/v2/info");
      stage.ocp.inject({ path: "/api/v2/info", does: { kind: "hang", until: called.opened } });
      const { leader, follower, letIn } = await leaderAndFollower(meeting(3), meeting(4));
      letIn();
      await gathered;
      follower.kill();
      await follower.done;
      called.open();
      expect((await leader.done).code).toBe(0);
      expect(stage.changes()).toEqual(["delete 3"]);
      expect(stage.obproxies()).toEqual(["4"]);
    });
  });

  const within15s = async (done: Promise<HookRun>): Promise<number | null | "too long"> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"too long">((resolve) => {
      timer = setTimeout(() => {
        resolve("too long");
      }, 15_000);
    });
    const ended = await Promise.race([done.then(({ code }) => code), late]);
    clearTimeout(timer);
    return ended;
  };

  test("leave a leader that is stopped while it gathers", async () => {
    await stage.given();
    const { leader, follower, letIn } = await leaderAndFollower(meeting(3), withTimeout(meeting(4), "30s"));
    leader.signal("SIGSTOP");
    letIn();
    const ended = await within15s(follower.done);
    leader.kill();
    follower.kill();
    expect(ended).toBe(0);
    expect(stage.changes()).toEqual(["delete 4"]);
  });

  test("leave a leader that is stopped right before its call", async () => {
    await stage.given();
    const gathered = stage.ocp.nextArrival(({ path }) => path === "/api/v2/info");
    stage.ocp.inject({ path: "/api/v2/info", does: { kind: "hang" } });
    const { leader, follower, letIn } = await leaderAndFollower(meeting(3), withTimeout(meeting(4), "30s"));
    letIn();
    await gathered;
    leader.signal("SIGSTOP");
    const ended = await within15s(follower.done);
    leader.kill();
    follower.kill();
    expect(ended).toBe(0);
    expect(stage.changes()).toEqual(["delete 4"]);
  });

  test("are not deleted by a leader that goes on when they have left it", async () => {
    await stage.given();
    const { leader, follower, letIn } = await leaderAndFollower(meeting(3), withTimeout(meeting(4), "30s"));
    leader.signal("SIGSTOP");
    letIn();
    const ended = await within15s(follower.done);
    leader.signal("SIGCONT");
    const { code } = await leader.done;
    follower.kill();
    expect([ended, code]).toEqual([0, 0]);
    expect(stage.changes()).toEqual(["delete 4", "delete 3"]);
  });
});

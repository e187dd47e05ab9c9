import { createConnection, createServer, type Server, type Socket } from "node:net";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Caller } from "../../src/hook/patience/caller.js";
import { systemClock } from "../../src/hook/patience/clock.js";
import { Deadline, DeadlinePassed } from "../../src/hook/patience/deadline.js";
import type { Connection } from "../../src/hook/connection.js";
import { intentFrom } from "../../src/hook/intent.js";
import { Reporter } from "../../src/hook/tell/reporter.js";
import type { Courier, Dispatch } from "../../src/hook/together/courier.js";
import { meetingCourier, type MeetingTools, type Patience } from "../../src/hook/together/meeting.js";
import { meetingName } from "../../src/hook/together/meeting-place.js";
import { readFollower, readLeader } from "../../src/hook/together/meeting-messages.js";
import { type Member, routeOf, sightOf } from "../../src/hook/together/member.js";
import type { Started } from "../../src/hook/together/started.js";
import { createOcpClient } from "../../src/ocp/client.js";
import type { OcpApi } from "../../src/ocp/api.js";
import { OcpError } from "../../src/ocp/errors.js";
import type { Cluster, ObproxyServer, Subtask, Task } from "../../src/ocp/model.js";
import {
  DEFAULT_CREDENTIALS,
  type RecordedRequest,
  type Simulator,
  startSimulator,
} from "../../src/simulator/index.js";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary.js";
import { settingsWith, TICK_MS } from "./hook-process.js";

/** One hook that meets somebody who does not do what hooks do. */

const PATIENCE: Patience = {
  quietMs: 150,
  missingMs: 150,
  longestMs: 1_000,
  versionMs: 150,
  countMs: 200,
  untilCountMs: 300,
  untilSentMs: 300,
  untilNewsMs: 15_000,
  untilShownMs: 300,
};

let ocp: Simulator;
let api: OcpApi;
let saw: Cluster;
let temporary: TemporaryDirectory;
let directory: string;
const open: { destroy(): void }[] = [];
const couriers: Courier[] = [];

beforeEach(async () => {
  ocp = await startSimulator({ tickMs: TICK_MS, clusters: [{ id: 27, name: "orders", obproxies: [1, 2, 3] }] });
  api = createOcpClient({ baseUrl: ocp.url, credentials: connection().credentials });
  saw = await api.cluster("27");
  temporary = temporaryDirectory();
  directory = join(temporary.path, "meet");
});
afterEach(async () => {
  for (const courier of couriers.splice(0)) courier.close();
  for (const each of open.splice(0)) each.destroy();
  await api.close();
  await ocp.stop();
  temporary.remove();
});

function connection(): Connection {
  const credentials = { kind: "basic" as const, ...DEFAULT_CREDENTIALS };
  return { baseUrl: ocp.url, credentials, ca: undefined, insecureSkipVerify: false };
}

interface Declared {
  readonly id: string;
  readonly skipDestroy?: true;
  readonly preventDestroy?: true;
}

interface HookOptions extends Partial<MeetingTools> {
  readonly declared?: readonly Declared[];
  /** Until its deadline. Default: for ever. */
  readonly leftMs?: number;
}

/** The hook of OBProxy 1. */
function hook({ declared = [], leftMs = Infinity, ...more }: HookOptions = {}): Courier {
  const obproxies = Object.fromEntries(
    declared.map(({ id, ...rest }) => [`27/${id}`, { path: `app/${id}`, clusterName: "orders", ...rest }]),
  );
  const settings = { ...settingsWith(), obproxies };
  const intent = intentFrom({ kind: "obproxy", clusterId: "27", obproxyId: "1" }, "orders", settings);
  const clock = systemClock;
  const deadline = new Deadline(clock, TICK_MS / 2);
  deadline.moveTo(clock.now() + leftMs);
  const reporter = new Reporter(
    intent.label,
    () => undefined,
    () => clock.now(),
    TICK_MS,
    (text) => text,
  );
  const caller = new Caller(clock, deadline, reporter, TICK_MS);
  const courier = meetingCourier(
    { api, caller, deadline, intent },
    {
      connection: connection(),
      env: {},
      clock,
      patience: () => PATIENCE,
      onTrouble: () => undefined,
      directories: [directory],
      ...more,
    },
  );
  couriers.push(courier);
  return courier;
}

const member = (obproxyId = "2"): Member => ({
  route: routeOf(connection(), {}),
  sight: sightOf(saw, obproxyId)!,
  skipHostOperation: false,
});
const address = (): string => join(directory, `${meetingName(member().route, "27")}.sock`);
const isDelete = ({ method }: RecordedRequest): boolean => method !== "GET";
const deletes = (): string[] => ocp.requests.filter(isDelete).map(({ path }) => path.replace(/^.*\//, ""));

/** Somebody at one end of a connection, and what he is told. */
class Peer {
  readonly told: string[] = [];
  private rest = "";
  private waiting: (() => void) | undefined;
  closed = false;

  constructor(readonly socket: Socket) {
    open.push(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.closed = true;
      this.waiting?.();
    });
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (this.rest + chunk).split("\n");
      this.rest = lines.pop() ?? "";
      for (const line of lines) this.told.push((JSON.parse(line) as { says: string }).says);
      this.waiting?.();
    });
  }

  say(...messages: unknown[]): void {
    for (const message of messages) this.socket.write(`${JSON.stringify(message)}\n`);
  }

  /** Resolves when he has been told so many things, or is told no more. */
  async hears(count: number): Promise<readonly string[]> {
    while (this.told.length < count && !this.closed) await new Promise<void>((resolve) => (this.waiting = resolve));

    return this.told;
  }
}

describe("a hook that leads", () => {
  /** It has begun to gather when this resolves. */
  async function leading(more: Parameters<typeof hook>[0] = {}): Promise<{ readonly sent: Promise<Dispatch> }> {
    const sent = hook(more).send(saw);
    while (!leads()) await new Promise((resolve) => setTimeout(resolve, 2));
    return { sent };
  }
  const leads = (): boolean => {
    try {
      return readdirSync(directory).some((name) => name.endsWith(".sock"));
    } catch {
      return false;
    }
  };
  async function guest(): Promise<Peer> {
    const socket = createConnection(address());
    await new Promise((resolve) => socket.once("connect", resolve));
    return new Peer(socket);
  }

  /** For tests that do not wait until it is over. */
  const PATIENT: Patience = { ...PATIENCE, quietMs: 60_000, missingMs: 60_000, longestMs: 60_000, countMs: 60_000 };

  /** The hook of OBProxy 2 joins, answers the count, and is in the call. */
  async function comesToo(sent: Promise<Dispatch>): Promise<Peer> {
    const other = await guest();
    other.say({ says: "join", member: member() });
    expect(await other.hears(1)).toEqual(["count"]);
    other.say({ says: "here" });
    expect(await sent).toMatchObject({ obproxyIds: ["1", "2"] });
    return other;
  }

  test("deletes for one that joins and answers its count, and tells both what is in the call", async () => {
    const { sent } = await leading({ declared: [{ id: "1" }, { id: "2" }], patience: () => PATIENT });
    const other = await comesToo(sent);
    expect(await other.hears(2)).toEqual(["count", "sent"]);
    expect(deletes()).toEqual(["1,2"]);
  });

  test("tells what it is shown of the cluster to those in its call", async () => {
    const courier = hook();
    const dispatched = courier.send(saw);
    while (!leads()) await new Promise((resolve) => setTimeout(resolve, 2));
    const [counted, late] = [await guest(), await guest()];
    counted.say({ says: "join", member: member() });
    await counted.hears(1);
    counted.say({ says: "here" });
    await dispatched;
    const cluster = await courier.cluster("27");
    expect(cluster.obproxies).toHaveLength(3);
    expect(await counted.hears(3)).toEqual(["count", "sent", "shown"]);
    expect(late.told).toEqual([]);
  });

  test.each<[string, readonly Declared[]]>([
    ["that the app declares", [{ id: "1" }, { id: "2" }]],
    ["that is still there", [{ id: "1" }, { id: "2" }, { id: "9" }]],
    ["that is not kept", [{ id: "1" }, { id: "2" }, { id: "3", skipDestroy: true }]],
    ["that is not protected", [{ id: "1" }, { id: "2" }, { id: "3", preventDestroy: true }]],
  ])("waits for nobody else when everybody has come %s", async (_, declared) => {
    const { sent } = await leading({ declared, patience: () => PATIENT });
    await comesToo(sent);
  });

  test("waits longer for one that is missing than for anybody else", async () => {
    const declared = [{ id: "1" }, { id: "2" }];
    const { sent } = await leading({ declared, patience: () => ({ ...PATIENT, quietMs: 1 }) });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await comesToo(sent);
  });

  test("waits for nobody else when Terraform is at work on as many as it can, and all of them have come", async () => {
    const declared = [{ id: "1" }, { id: "2" }, { id: "3" }];
    const started = (): Started => ({ isFull: true, ofCluster: ["1", "2"], hooks: "11,12" });
    const { sent } = await leading({ declared, patience: () => PATIENT, started });
    await comesToo(sent);
  });

  const IMPATIENT: Patience = { ...PATIENCE, quietMs: 50, missingMs: 50, longestMs: 60_000 };
  test.each<[string, boolean]>([
    ["and it can start no other", true],
    ["and may start others", false],
  ])("waits for one that Terraform has started, however long it takes to come, %s", async (_, isFull) => {
    const declared = [{ id: "1" }, { id: "2" }, { id: "3" }];
    const started = (): Started => ({ isFull, ofCluster: ["1", "2"], hooks: "11,12" });
    const { sent } = await leading({ declared, patience: () => IMPATIENT, started });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await comesToo(sent);
  });

  test("waits for one that takes the place of one that ends", async () => {
    const declared = [{ id: "1" }, { id: "2" }, { id: "3" }];
    let looks = 0;
    const started = (): Started => {
      looks += 1;
      const ofCluster = ["1", looks < 3 ? "9" : "2"];
      return { isFull: true, ofCluster, hooks: ofCluster.join() };
    };
    const { sent } = await leading({ declared, patience: () => IMPATIENT, started });
    while (looks < 4) await new Promise((resolve) => setTimeout(resolve, 10));
    await comesToo(sent);
  });

  test("does not wait for ever for one that has been started and does not come", async () => {
    const declared = [{ id: "1" }, { id: "2" }];
    const started = (): Started => ({ isFull: true, ofCluster: ["1", "2"], hooks: "11,12" });
    const courier = hook({ declared, patience: () => ({ ...IMPATIENT, longestMs: 200 }), started });
    expect(await courier.send(saw)).toMatchObject({ obproxyIds: ["1"] });
  });

  test("waits for nobody where it is the only one of the cluster that is left to go", async () => {
    const courier = hook({ declared: [{ id: "1" }, { id: "9" }], patience: () => PATIENT });
    expect(await courier.send(saw)).toMatchObject({ obproxyIds: ["1"] });
  });

  test.each<[string, readonly Declared[]]>([
    ["one that is declared and still there has not come", [{ id: "1" }, { id: "2" }, { id: "3" }]],
    ["it has left the app itself, as others may have", [{ id: "2" }]],
  ])("waits for others where %s", async (_, declared) => {
    const { sent } = await leading({ declared });
    for (const id of ["2", "3"]) {
      const other = await guest();
      other.say({ says: "join", member: member(id) });
      if (id === "2") await new Promise((resolve) => setTimeout(resolve, 50));
      void other.hears(1).then(() => {
        other.say({ says: "here" });
      });
    }
    expect(await sent).toMatchObject({ obproxyIds: ["1", "2", "3"] });
  });

  test.each<[string, (own: Member) => Member]>([
    ["another OCP", (own) => ({ ...own, route: { ...own.route, baseUrl: "http://other" } })],
    ["another way to it", (own) => ({ ...own, route: { ...own.route, way: "other" } })],
    ["another user", (own) => ({ ...own, route: { ...own.route, user: "basic:other" } })],
    ["another cluster", (own) => ({ ...own, sight: { ...own.sight, clusterId: "28" } })],
    ["a cluster of another name", (own) => ({ ...own, sight: { ...own.sight, clusterName: "other" } })],
    ["a cluster made at another time", (own) => ({ ...own, sight: { ...own.sight, clusterCreateTime: "2020" } })],
    ["an OBProxy that it does not see", (own) => ({ ...own, sight: { ...own.sight, obproxyId: "9" } })],
    ["an OBProxy with another address", (own) => ({ ...own, sight: { ...own.sight, address: "10.9.9.9:2883" } })],
    ["an OBProxy on another host", (own) => ({ ...own, sight: { ...own.sight, hostId: "99" } })],
    ["its own OBProxy", () => member("1")],
  ])("does not delete for one that names %s", async (_what, change) => {
    const { sent } = await leading();
    const other = await guest();
    other.say({ says: "join", member: change(member()) });
    expect(await other.hears(1)).toEqual(["alone"]);
    expect((await sent).obproxyIds).toEqual(["1"]);
    expect(deletes()).toEqual(["1"]);
  });

  test("deletes for the first of two hooks of one OBProxy, and lets the second go on alone", async () => {
    const { sent } = await leading();
    const [first, second] = [await guest(), await guest()];
    for (const each of [first, second]) each.say({ says: "join", member: member() });
    await Promise.all([first.hears(1), second.hears(1)]);
    expect([...first.told, ...second.told].sort()).toEqual(["alone", "count"]);
    (first.told[0] === "count" ? first : second).say({ says: "here" });
    expect((await sent).obproxyIds).toEqual(["1", "2"]);
  });

  test.each<[string, (own: Member) => unknown[]]>([
    ["no JSON object", () => ["nonsense"]],
    ["nothing known", () => [{ says: "hello" }]],
    ["half an errand", () => [{ says: "join", member: { sight: member().sight } }]],
    ["an id that is none", (own) => [{ says: "join", member: { ...own, sight: { ...own.sight, obproxyId: "2,3" } } }]],
    ["a flag that is none", (own) => [{ says: "join", member: { ...own, skipHostOperation: 1 } }]],
    [
      "its errand twice",
      (own) => [
        { says: "join", member: own },
        { says: "join", member: own },
      ],
    ],
    ["that it is there without being asked", (own) => [{ says: "join", member: own }, { says: "here" }]],
    ["too much", (own) => [{ says: "join", member: { ...own, more: "x".repeat(20_000) } }]],
  ])("ends the connection of one that says %s", async (_what, says) => {
    const { sent } = await leading();
    const other = await guest();
    other.say(...says(member()));
    expect(await other.hears(1)).toEqual([]);
    expect((await sent).obproxyIds).toEqual(["1"]);
  });

  test("does not delete for one that does not answer its count", async () => {
    const { sent } = await leading();
    const other = await guest();
    other.say({ says: "join", member: member() });
    expect(await other.hears(2)).toEqual(["count", "alone"]);
    expect((await sent).obproxyIds).toEqual(["1"]);
  });

  test("does not delete for one that answers its count and is gone", async () => {
    const { sent } = await leading();
    const [other, third] = [await guest(), await guest()];
    other.say({ says: "join", member: member("2") });
    third.say({ says: "join", member: member("3") });
    await Promise.all([other.hears(1), third.hears(1)]);
    other.say({ says: "here" });
    other.socket.end();
    third.say({ says: "here" });
    expect((await sent).obproxyIds).toEqual(["1", "3"]);
  });

  test("lets the others go where OCP does not tell its version in time", async () => {
    ocp.inject({ path: "/api/v2/info", does: { kind: "hang", ms: 800 } });
    const { sent } = await leading();
    const other = await guest();
    other.say({ says: "join", member: member() });
    expect(await other.hears(1)).toEqual(["alone"]);
    expect((await sent).obproxyIds).toEqual(["1"]);
  });

  test("tells those it has counted why OCP did not take the call", async () => {
    ocp.inject({ method: "DELETE", does: { kind: "error", status: 403, code: "COM20001" } });
    const { sent } = await leading();
    const failed = expect(sent).rejects.toMatchObject({ kind: "forbidden" });
    const other = await guest();
    other.say({ says: "join", member: member() });
    await other.hears(1);
    other.say({ says: "here" });
    expect(await other.hears(2)).toEqual(["count", "failed"]);
    await failed;
  });
});

describe("a hook that follows", () => {
  let arrived: Promise<Peer>;
  let server: Server;

  const task: Task = { id: "500", name: "Offline obproxy", status: "RUNNING", subtasks: [] };
  const sent = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
    says: "sent",
    task,
    obproxyIds: ["1", "2"],
    sentBy: "2",
    ...change,
  });

  /** Somebody leads already. */
  beforeEach(async () => {
    mkdirSync(directory, { mode: 0o700 });
    server = createServer();
    arrived = new Promise((resolve) => {
      server.on("connection", (socket) => {
        resolve(new Peer(socket));
      });
    });
    await new Promise<void>((resolve) => server.listen(address(), resolve));
  });
  afterEach(() => {
    server.close();
  });

  test("takes the leader's word for its own call, and its news", async () => {
    const courier = hook();
    const dispatched = courier.send(saw);
    const leader = await arrived;
    expect(await leader.hears(1)).toEqual(["join"]);
    leader.say({ says: "count" });
    expect(await leader.hears(2)).toEqual(["join", "here"]);
    leader.say(sent());
    expect(await dispatched).toEqual({ task, obproxyIds: ["1", "2"], sentBy: "OBProxy 27/2" });
    expect(courier.isLed()).toBe(true);
    const ended = { ...task, status: "SUCCESSFUL" };
    leader.say({ says: "task", task }, { says: "task", task: ended });
    expect(await courier.next("500", 0)).toMatchObject({ id: "500" });
    expect(deletes()).toEqual([]);
  });

  describe("looks at the cluster", () => {
    const ended: Task = { ...task, status: "SUCCESSFUL" };
    const others: Cluster = { id: "27", name: "as the leader was shown it", obproxies: [] };
    const asks = (): number => ocp.requests.filter(({ path }) => path.endsWith("/clusters/27")).length;
    let courier: Courier;
    let leader: Peer;

    beforeEach(async () => {
      courier = hook();
      const dispatched = courier.send(saw);
      leader = await arrived;
      leader.say({ says: "count" }, sent());
      await dispatched;
      ocp.clearRequests();
    });

    test("by the leader's eyes, once the leader has told of the task's end", async () => {
      leader.say({ says: "task", task: ended }, { says: "shown", cluster: others });
      await courier.next("500", 0);
      expect(await courier.cluster("27")).toEqual(others);
      expect(asks()).toBe(0);
      expect(await courier.cluster("27")).toMatchObject({ name: "orders" });
      expect(asks()).toBe(1);
    });

    test.each<[string, readonly unknown[]]>([
      [
        "the leader was shown it before the end",
        [
          { says: "shown", cluster: others },
          { says: "task", task: ended },
        ],
      ],
      [
        "the task is still at work",
        [
          { says: "task", task },
          { says: "shown", cluster: others },
        ],
      ],
      [
        "it is another cluster",
        [
          { says: "task", task: ended },
          { says: "shown", cluster: { ...others, id: "28" } },
        ],
      ],
      [
        "it cannot be understood",
        [
          { says: "task", task: ended },
          { says: "shown", cluster: { id: "27" } },
        ],
      ],
      [
        "another end comes first",
        [
          { says: "task", task: ended },
          { says: "task", task: { ...ended, id: "501" } },
        ],
      ],
    ])("by its own where %s", async (_, said) => {
      leader.say(...said);
      await courier.next("500", 0);
      leader.socket.end();
      expect(await courier.cluster("27")).toMatchObject({ name: "orders" });
      expect(asks()).toBe(1);
    });

    test("by its own where the leader says no more", async () => {
      leader.say({ says: "task", task: ended });
      await courier.next("500", 0);
      expect(await courier.cluster("27")).toMatchObject({ name: "orders" });
    });
  });

  test("asks for the task itself where the leader looks at the cluster again and again, and tells of no task", async () => {
    // A second in each millisecond.
    const courier = hook({ clock: { ...systemClock, now: () => systemClock.now() * 1000 } });
    const dispatched = courier.send(saw);
    const leader = await arrived;
    leader.say({ says: "count" }, sent());
    await dispatched;
    const looks = setInterval(() => {
      leader.say({ says: "shown", cluster: saw });
    }, 5);
    try {
      await expect(courier.next("500", 0)).rejects.toThrow(/tasks\/instances\/500/);
    } finally {
      clearInterval(looks);
    }
  });

  test("tells who it is, and nothing that has to be kept secret", () => {
    const env = { HTTP_PROXY: "http://user:proxy-secret@127.0.0.1:9" };
    const elsewhere = { ...connection(), baseUrl: "http://ocp.test" };
    const route = routeOf({ ...elsewhere, ca: "-----BEGIN" }, env);
    expect(JSON.stringify(route)).not.toMatch(/proxy-secret|BEGIN/);
    expect(JSON.stringify(route)).not.toContain(DEFAULT_CREDENTIALS.password);
    expect(route.way).not.toBe(routeOf(elsewhere, {}).way);
  });

  test("goes on alone, and out of the leader's reach, where the leader is silent before it counts", async () => {
    const dispatched = hook().send(saw);
    const leader = await arrived;
    expect((await dispatched).obproxyIds).toEqual(["1"]);
    await leader.hears(2);
    expect([leader.told, leader.closed]).toEqual([["join"], true]);
    expect(deletes()).toEqual(["1"]);
  });

  test.each<[string, unknown]>([
    ["it is to go on alone", { says: "alone" }],
    ["of a call without having counted", sent()],
    ["of a task without having counted", { says: "task", task }],
  ])("goes on alone where it is told %s", async (_what, message) => {
    const dispatched = hook().send(saw);
    (await arrived).say(message);
    expect((await dispatched).obproxyIds).toEqual(["1"]);
    expect(deletes()).toEqual(["1"]);
  });

  test("is in no call that comes when it has hardly time left", async () => {
    const leftMs = 10 * TICK_MS;
    const dispatched = hook({ leftMs, patience: () => ({ ...PATIENCE, untilCountMs: 2 * leftMs }) }).send(saw);
    const leader = await arrived;
    setTimeout(() => {
      leader.say({ says: "count" });
    }, leftMs - TICK_MS);
    await expect(dispatched).rejects.toBeInstanceOf(DeadlinePassed);
    await leader.hears(2);
    expect([leader.told, leader.closed]).toEqual([["join"], true]);
    expect(deletes()).toEqual([]);
  });

  test("leads itself where the leader ends before it has counted", async () => {
    const dispatched = hook().send(saw);
    const leader = await arrived;
    server.close();
    leader.socket.destroy();
    expect((await dispatched).obproxyIds).toEqual(["1"]);
  });

  test.each<[string, (leader: Peer) => void]>([
    ["says nothing more", () => undefined],
    ["ends", (leader) => leader.socket.destroy()],
    [
      "says nothing known",
      (leader) => {
        leader.say({ says: "hello" });
      },
    ],
    [
      "counts again",
      (leader) => {
        leader.say({ says: "count" });
      },
    ],
    [
      "tells of a call for others",
      (leader) => {
        leader.say(sent({ obproxyIds: ["2", "3"] }));
      },
    ],
    [
      "tells of a call that it is not in itself",
      (leader) => {
        leader.say(sent({ obproxyIds: ["1", "3"] }));
      },
    ],
    [
      "tells ids that are none",
      (leader) => {
        leader.say(sent({ obproxyIds: ["1", "2", "x"] }));
      },
    ],
    [
      "tells a task without subtasks",
      (leader) => {
        leader.say(sent({ task: { ...task, subtasks: undefined } }));
      },
    ],
    [
      "tells a task of other OBProxies",
      (leader) => {
        leader.say(sent({ task: { ...task, tags: [{ obproxyClusterId: "27", obproxyServerId: "2" }] } }));
      },
    ],
    [
      "tells a task of another cluster",
      (leader) => {
        leader.say(sent({ task: { ...task, tags: [{ obproxyClusterId: "28" }] } }));
      },
    ],
    [
      "tells an error that is none",
      (leader) => {
        leader.say({ says: "failed", message: "x", details: { kind: "gone", method: "DELETE", url: "x" } });
      },
    ],
  ])("takes the answer for lost where the leader, having counted, %s", async (_what, then) => {
    const dispatched = hook().send(saw);
    const lost = expect(dispatched).rejects.toMatchObject({ kind: "lost" });
    const leader = await arrived;
    leader.say({ says: "count" });
    await leader.hears(2);
    then(leader);
    await lost;
    expect(deletes()).toEqual([]);
  });

  test.each([
    ["OCP's words", { ocpMessage: "no" }],
    ["the proxy that refuses, which is its own too", { proxyVariable: "HTTPS_PROXY" }],
  ])("fails as the leader's call has failed, with %s", async (_what, more) => {
    const dispatched = hook().send(saw);
    const details = { kind: "forbidden", method: "DELETE", url: "http://ocp/x", status: 403, ...more };
    const failed = expect(dispatched).rejects.toEqual(
      expect.objectContaining({ message: "DELETE failed", ...details }) as OcpError,
    );
    const leader = await arrived;
    leader.say({ says: "count" });
    await leader.hears(2);
    leader.say({ says: "failed", message: "DELETE failed", details });
    await failed;
  });
});

describe("where hooks cannot meet", () => {
  test("each works alone, and says once what that costs", async () => {
    const told: string[] = [];
    const courier = hook({ directories: ["/dev/null/own"], onTrouble: (text) => told.push(text) });
    expect((await courier.send(saw)).obproxyIds).toEqual(["1"]);
    await expect(courier.send(saw)).rejects.toBeInstanceOf(OcpError);
    expect(told).toEqual([
      "the hooks cannot meet here: /dev/null is no directory; each deletion takes a task of its own",
    ]);
  });
});

describe("what hooks tell each other", () => {
  test("is a task with all that is known of it", () => {
    const subtask: Required<Subtask> = {
      id: "1",
      name: "Stop",
      status: "RUNNING",
      operation: "EXECUTE",
      timeoutSeconds: 60,
      parallelIdx: -1,
      runTime: 1,
      startTime: "2026-11-22T10:00:00Z",
      finishTime: "2026-11-22T11:00:00Z",
      upstreams: ["2"],
      downstreams: [],
    };
    const task: Required<Task> = {
      id: "500",
      name: "Offline obproxy",
      status: "RUNNING",
      operation: "EXECUTE",
      creator: "admin",
      startTime: "2026-11-22T10:00:00Z",
      finishTime: "2026-11-22T11:00:00Z",
      subtasks: [subtask],
      tags: [{ obproxyClusterId: "27", obproxyClusterName: "orders", obproxyServerId: "1" }],
      unreadTags: 1,
      traceId: "t",
      answeredAt: "2026-11-22T10:30:00Z",
    };
    expect(readLeader(JSON.parse(JSON.stringify({ says: "task", task })))).toEqual({ says: "task", task });
  });

  test("is a cluster with all that is known of it", () => {
    const obproxy: Required<ObproxyServer> = {
      ...{ id: "1", hostId: "9", ip: "10.0.0.1", sqlPort: 2883 },
      ...{ status: "RUNNING", operateStatus: "NORMAL" },
    };
    const cluster: Required<Cluster> = {
      ...{ id: "27", name: "orders", status: "OPERATING", createTime: "2026-11-22T10:00:00Z" },
      ...{ obproxies: [obproxy], unreadObproxies: 1 },
    };
    expect(readLeader(JSON.parse(JSON.stringify({ says: "shown", cluster })))).toEqual({ says: "shown", cluster });
  });

  test("is a member with all that is known of it", () => {
    const says = { says: "join", member: member() } as const;
    expect(readFollower(JSON.parse(JSON.stringify(says)))).toEqual(says);
    expect(Object.keys(says.member.sight).sort()).toEqual(
      ["address", "clusterCreateTime", "clusterId", "clusterName", "hostId", "obproxyId"].sort(),
    );
  });
});

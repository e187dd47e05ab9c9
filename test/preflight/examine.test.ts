import { FIRST_NAME, TODAY } from "../../src/contract/names.js";
import { memoryFrom } from "../../src/hook/memory.js";
import { examine } from "../../src/preflight/judge/examine.js";
import { jsonReport } from "../../src/preflight/report/json.js";
import { exitCodeOf, strictly } from "../../src/preflight/report/summary.js";
import { textReport } from "../../src/preflight/report/text.js";
import type { Command } from "../../src/preflight/scene.js";
import {
  addressOf,
  block,
  BLOCKS,
  DECLARED,
  findings,
  instance,
  orders,
  ourTask,
  scene,
  statuses,
  statusesOf,
  task,
  type World,
} from "./scenes.js";

const ALL = "OBProxy cluster 27, OBProxy 27/1, OBProxy 27/2";

test("finds nothing in a good world", () => {
  expect(findings({})).toEqual([]);
  expect(statuses({})).toEqual({ "27": "ready", "27/1": "ready", "27/2": "ready" });
});

test("tells the order of a destroy and how many tasks it takes", () => {
  const ids = Array.from({ length: 12 }, (_, index) => String(index + 1));
  const declared = Object.fromEntries(["27", ...ids.map((id) => `27/${id}`)].map((key) => [key, {}]));
  const [stack] = examine([scene({ declared, clusters: [orders(...ids)] })]).stacks;
  expect(stack!.waves.map(({ number, objects, tasks }) => [number, objects.length, tasks])).toEqual([
    [1, 12, 2],
    [2, 1, 1],
  ]);
});

/** Clusters 27, 28, … with so many OBProxies each. */
function manyClusters(amounts: readonly number[]): World {
  let next = 1;
  const clusters = amounts.map((amount, index) => {
    const ids = Array.from({ length: amount }, () => String(next++));
    return { ...orders(...ids), id: String(27 + index) };
  });
  const keys = clusters.flatMap(({ id, obproxies = [] }) => [id, ...obproxies.map((each) => `${id}/${each.id}`)]);
  return { clusters, declared: Object.fromEntries(keys.map((key) => [key, {}])) };
}

// Real runs of Terraform 1.11 against a simulated OCP had 5 tasks for twelve in three clusters and 3 for thirty in one;
// 3 and 1 with the -parallelism that is foretold.
test.each([
  [[4, 4, 4], "3 to 5 OCP tasks, since Terraform runs ten hooks at a time; 3 with -parallelism=13", 3],
  [[30], "about 3 OCP tasks, since Terraform runs ten hooks at a time; 1 with -parallelism=31", 1],
  [[10], "about 1 OCP task", 1],
  [[11], "about 2 OCP tasks, since Terraform runs ten hooks at a time; 1 with -parallelism=12", 1],
  [[5, 5], "about 2 OCP tasks", 2],
  [[15, 15], "4 to 6 OCP tasks, since Terraform runs ten hooks at a time; 2 with -parallelism=31", 2],
])("tells how many tasks OBProxies take in clusters of %j, ten hooks at a time", (amounts, expected, clusters) => {
  const text = textReport(examine([scene(manyClusters(amounts))]));
  expect(text).toContain(`(${expected})\n    2. `);
  expect(text).toMatch(new RegExp(`\n {4}2\\. .*\\(about ${clusters} OCP tasks?\\)\n`));
});

const failedDeletion = task({ status: "FAILED", name: "Offline obproxy" });
const kept = { "27": {}, "27/1": {}, "27/2": { skipDestroy: true } };
const keptInstances = [
  instance("27"),
  instance("27/1"),
  instance("27/2", { address: 'null_resource.ocp_obproxies_kept["27/2"]' }),
];
const keptBlocks = [...BLOCKS, block("null_resource.ocp_obproxies_kept", { provider: undefined, wave: 0 })];
const cluster28 = { id: "28", name: "orders", obproxies: [] };
const silent = { id: "27", name: "orders" };
const upgraded = { major: 4, minor: 4, patch: 0, text: "4.4.0" };

const switching: World = {
  declared: { "27/1": {} },
  instances: [instance("27/1")],
  blocks: [block("terraform_data.ocp_obproxies")],
  moves: { "null_resource.ocp_obproxies": "terraform_data.ocp_obproxies" },
};

const SITUATIONS: readonly (readonly [what: string, world: World, expected: readonly string[]])[] = [
  // What OCP says
  ["a renamed cluster", { clusters: [{ ...orders("1", "2"), name: "billing" }] }, [`problem cluster-name: ${ALL}`]],
  ["a cluster that has another id", { clusters: [cluster28] }, [`problem cluster-name-elsewhere: ${ALL}`]],
  ["all is gone already", { clusters: [] }, ["warning clusters-unknown"]],
  ["a cluster whose deletion is at work", { clusters: [], tasks: [task()] }, [`warning busy: ${ALL}`]],
  [
    "a cluster that is unknown beside one that is not",
    { declared: { ...DECLARED, "30": { clusterName: "reports" } } },
    [],
  ],
  ["a proxy is gone already", { clusters: [orders("1")] }, []],
  ["a task at work", { tasks: [task()] }, [`warning busy: ${ALL}`]],
  ["a task at work, perhaps on the cluster", { tasks: [task({ tags: [], name: "Offline obproxy" })] }, []],
  [
    "a busy cluster without a task",
    { clusters: [{ ...orders("1", "2"), status: "OPERATING" }] },
    [`warning busy: ${ALL}`],
  ],
  [
    "what stands against a delete that has to wait",
    { tasks: [task()], clusters: [orders("1", "2", "9")] },
    [`warning busy: ${ALL}`, "problem undeclared-obproxies: OBProxy cluster 27"],
  ],
  ["a failed task", { tasks: [task({ status: "FAILED" })] }, [`warning locked: ${ALL}`]],
  [
    "an earlier deletion that has failed",
    { tasks: [failedDeletion], ours: { "27/1": ourTask(failedDeletion), "27/2": ourTask(failedDeletion) } },
    [`problem task-failed: ${ALL}`],
  ],
  [
    "an earlier deletion that has failed and may be retried",
    {
      tasks: [failedDeletion],
      ours: { "27/1": ourTask(failedDeletion), "27/2": ourTask(failedDeletion) },
      settings: { taskRetries: 1 },
    },
    [`warning task-failed: ${ALL}`],
  ],
  [
    "an earlier deletion that has failed and must not be retried",
    {
      tasks: [failedDeletion],
      ours: { "27/1": ourTask(failedDeletion, { whyNotRetry: "somebody else started it" }) },
      settings: { taskRetries: 1 },
    },
    [`problem task-failed: ${ALL}`],
  ],
  [
    "a deletion at work",
    { tasks: [task()], ours: { "27/1": ourTask(task()), "27/2": ourTask(task()) } },
    [`warning busy: ${ALL}`],
  ],
  ["an undeclared proxy", { clusters: [orders("1", "2", "9")] }, ["problem undeclared-obproxies: OBProxy cluster 27"]],
  [
    "an undeclared proxy and forceDestroy",
    { declared: { ...DECLARED, "27": { forceDestroy: true } }, clusters: [orders("1", "2", "9")] },
    ["warning swept-away: OBProxy cluster 27"],
  ],
  [
    "a proxy of another stack",
    { clusters: [orders("1", "2", "9")], others: [{ obproxies: { "27/9": "other/nine" } }] },
    ["problem declared-elsewhere: OBProxy cluster 27"],
  ],
  [
    "a kept proxy in a cluster that goes",
    { declared: kept, instances: keptInstances, blocks: keptBlocks },
    ["note left-alone: OBProxy 27/2", "problem kept-obproxies: OBProxy cluster 27"],
  ],
  [
    "a kept proxy and forceDestroy",
    { declared: { ...kept, "27": { forceDestroy: true } }, instances: keptInstances, blocks: keptBlocks },
    ["note left-alone: OBProxy 27/2", "problem kept-obproxies: OBProxy cluster 27"],
  ],
  [
    "an OCP that does not say what the cluster holds",
    { clusters: [silent] },
    ["problem obproxies-unknown: OBProxy cluster 27", "problem obproxies-unknown: OBProxy 27/1, OBProxy 27/2"],
  ],
  [
    "skipHostOperation with an old OCP",
    { declared: { ...DECLARED, "27/2": { skipHostOperation: true } } },
    ["problem skip-host-operation: OBProxy 27/2"],
  ],
  [
    "skipHostOperation with a new OCP",
    {
      declared: { ...DECLARED, "27/2": { skipHostOperation: true } },
      answers: { version: upgraded, dialect: "POST" },
    },
    [],
  ],
  // What the state says
  ["nothing in the state", { instances: [] }, [`problem nothing-deployed: ${ALL}`]],
  ["nothing in the state, and nothing in OCP", { instances: [], clusters: [] }, ["warning nothing-deployed"]],
  [
    "nothing in the state, and some of it in OCP",
    { instances: [], clusters: [orders("1")] },
    ["warning not-in-ocp: OBProxy 27/2", "problem nothing-deployed: OBProxy cluster 27, OBProxy 27/1"],
  ],
  [
    "nothing in the state of what is declared",
    { instances: [instance("30/1", { clusterName: "reports" })], declared: { "27/1": {}, "27/2": {} } },
    ["warning in-another-cluster: OBProxy 30/1", "problem nothing-deployed: OBProxy 27/1, OBProxy 27/2"],
  ],
  [
    "nothing in the state, and all is to be kept",
    { instances: [], declared: { "27": { skipDestroy: true }, "27/1": { preventDestroy: true } } },
    [],
  ],
  [
    "nothing in the state, and an OCP that does not answer",
    { instances: [], answers: { kind: "blind", url: undefined, refusal: { message: "no", next: "look" } } },
    ["warning nothing-deployed", "cannot-look ocp-not-reached"],
  ],
  [
    "nothing in the state, and ids that only Terraform knows",
    { instances: [], declared: {}, provider: { unknownKeys: 1 } },
    ["note ids-unknown", "warning nothing-deployed"],
  ],
  ["never deployed, as the user says", { instances: [], state: { kind: "none" } }, []],
  [
    "a state that cannot be read",
    { instances: [], state: { kind: "unreadable", message: "what", next: "do" } },
    ["cannot-look state-unreadable"],
  ],
  [
    "a proxy that is not deployed",
    { instances: [instance("27"), instance("27/1")] },
    ["problem not-deployed: OBProxy 27/2"],
  ],
  [
    "proxies that are not deployed",
    { instances: [instance("27")] },
    ["problem not-deployed: OBProxy 27/1, OBProxy 27/2"],
  ],
  [
    "a proxy that is neither deployed nor known to OCP",
    { instances: [instance("27"), instance("27/1")], clusters: [orders("1")] },
    ["warning not-in-ocp: OBProxy 27/2"],
  ],
  [
    "a proxy that an earlier run has deleted",
    { instances: [instance("27"), instance("27/1")], clusters: [orders("1")], gone: ["ocp 27/2"] },
    ["note deleted-earlier: OBProxy 27/2"],
  ],
  [
    "a proxy that another provider's run has deleted",
    { instances: [instance("27"), instance("27/1")], clusters: [orders("1")], gone: ["eu 27/2"] },
    ["warning not-in-ocp: OBProxy 27/2"],
  ],
  [
    "a proxy that an earlier run has deleted, and that is there again",
    { instances: [instance("27"), instance("27/1")], gone: ["ocp 27/2"] },
    ["problem not-deployed: OBProxy 27/2"],
  ],
  [
    "a tainted proxy",
    { instances: [instance("27"), instance("27/1", { tainted: true }), instance("27/2")] },
    ["problem tainted: OBProxy 27/1"],
  ],
  [
    "a tainted proxy that is gone",
    {
      instances: [instance("27"), instance("27/1", { tainted: true })],
      declared: { "27": {}, "27/1": {} },
      clusters: [orders()],
    },
    [],
  ],
  [
    "a deposed proxy",
    { instances: [instance("27"), instance("27/1"), instance("27/2", { deposed: true })] },
    ["problem deposed: OBProxy 27/2"],
  ],
  [
    "a provider that was taken out with its objects",
    { declared: {}, blocks: [], instances: [instance("27"), instance("27/1"), instance("27/2")] },
    [`problem no-block: ${ALL}`],
  ],
  [
    "a carrier that was switched back",
    {
      blocks: [...BLOCKS, block("terraform_data.ocp_obproxies", { provider: undefined, isBarrier: true, wave: 0 })],
      declared: { "27/1": {} },
      instances: [instance("27/1", { address: 'terraform_data.ocp_obproxies["27/1"]' })],
    },
    ["problem carrier-switched-back: OBProxy 27/1"],
  ],
  [
    "an unknown address with our triggers",
    {
      blocks: [...BLOCKS, block("null_resource.mine", { provider: undefined, wave: 0 })],
      instances: [
        instance("27"),
        instance("27/1"),
        instance("27/2"),
        instance("30/1", { address: "null_resource.mine" }),
      ],
    },
    ["warning unknown-block: OBProxy 30/1"],
  ],
  [
    "an old address that a move leads from",
    {
      instances: [
        instance("27"),
        instance("27/1"),
        instance("27/2", { address: 'null_resource.old_obproxies["27/2"]' }),
      ],
      moves: { 'null_resource.old_obproxies["27/2"]': addressOf("27/2") },
    },
    ["note moves: OBProxy 27/2"],
  ],
  [
    "an old address that no move leads from",
    {
      instances: [
        instance("27"),
        instance("27/1"),
        instance("27/2", { address: 'null_resource.old_obproxies["27/2"]' }),
      ],
    },
    ["problem no-block: OBProxy 27/2", "problem not-deployed: OBProxy 27/2"],
  ],
  [
    "an object that was kept and has left",
    { declared: {}, instances: [instance("27/1", { address: 'null_resource.ocp_obproxies_kept["27/1"]' })] },
    ["note left-alone: OBProxy 27/1"],
  ],
  [
    "an object that another stack declares now",
    { declared: {}, instances: [instance("27/1")], others: [{ obproxies: { "27/1": "other/one" } }] },
    ["note left-alone: OBProxy 27/1", "warning left-alone: OBProxy 27/1"],
  ],
  [
    "preventDestroy",
    { declared: { ...DECLARED, "27": { preventDestroy: true } } },
    ["problem protected: OBProxy cluster 27"],
  ],
  [
    "a switch of the carrier with an old Terraform",
    { ...switching, state: { kind: "read", from: "a test", program: { name: "Terraform", major: 1, minor: 5 } } },
    ["note moves: OBProxy 27/1", "problem carrier-not-movable: OBProxy 27/1"],
  ],
  [
    "a switch of the carrier in the change that takes the object out",
    { ...switching, declared: {} },
    ["warning moves: OBProxy 27/1"],
  ],
  [
    "a switch of the carrier with a new OpenTofu",
    { ...switching, state: { kind: "read", from: "a test", program: { name: "OpenTofu", major: 1, minor: 10 } } },
    ["note moves: OBProxy 27/1"],
  ],
  // The provider
  ["a missing hook", { provider: { flaws: [{ message: "missing", next: "synth" }] } }, ["problem hook-files"]],
  ["ids that only Terraform knows", { provider: { unknownKeys: 2 } }, ["note ids-unknown"]],
  [
    "an OCP that does not answer",
    { answers: { kind: "blind", url: undefined, refusal: { message: "no", next: "look" } } },
    ["cannot-look ocp-not-reached"],
  ],
  [
    "no right to read tasks",
    { answers: { tasksRefusal: { message: "403", next: "ask" } } },
    ["problem tasks-forbidden"],
  ],
  [
    "no right to read tasks, and no wish to",
    { answers: { tasksRefusal: { message: "403", next: "ask" } }, settings: { waitFor: "object" } },
    ["warning task-end-unseen"],
  ],
  [
    "no right to read clusters",
    { answers: { clustersRefusal: { message: "403", next: "ask" }, objects: new Map() } },
    ["problem clusters-forbidden"],
  ],
  [
    "a certificate that is not verified",
    { settings: { insecureSkipVerify: true } },
    ["warning certificate-unverified"],
  ],
  [
    "a clock that is off, with access keys",
    { answers: { signIn: "access key", clockSkewMs: -300_000 } },
    ["warning clock-skew"],
  ],
  ["a clock that is off, with a password", { answers: { clockSkewMs: -300_000 } }, []],
  ["an OCP that does not tell its version", { answers: { version: undefined } }, ["warning version-unknown"]],
];

test.each(SITUATIONS)("tells of %s", (_what, world, expected) => {
  expect(findings(world)).toEqual(expected);
});

test("calls what OCP does not know already gone", () => {
  expect(statuses({ clusters: [] })).toEqual({ "27": "gone", "27/1": "gone", "27/2": "gone" });
});

test.each<[what: string, world: World]>([
  ["who may not read tasks", { answers: { tasksRefusal: { message: "403", next: "ask" } } }],
  ["whose hook is missing", { provider: { flaws: [{ message: "missing", next: "synth" }] } }],
])("calls nothing ready of a provider %s", (_what, world) => {
  expect(statuses(world)).toEqual({ "27": "problem", "27/1": "problem", "27/2": "problem" });
});

test("calls nothing busy that nobody may see the tasks of", () => {
  const answers = { tasksRefusal: { message: "403", next: "ask" } };
  const clusters = [{ ...orders("1", "2"), status: "OPERATING" }];
  expect(findings({ answers, clusters })).toEqual(["problem tasks-forbidden"]);
});

test("does not call ready what an earlier deletion may have left locked", () => {
  const world = { tasks: [failedDeletion], ours: { "27/1": ourTask(failedDeletion) } };
  expect(statuses(world)).toEqual({ "27": "held-back", "27/1": "problem", "27/2": "ready" });
  const { findings: all } = examine([scene(world)]);
  const next =
    "mend the cause and retry task 900 in OCP's console (Task Center), or set `taskRetries` on the OcpProvider";
  expect(all.find(({ code }) => code === "task-failed")?.next).toBe(next);
});

test("holds a cluster back when one of its proxies has a problem", () => {
  const declared = { ...DECLARED, "27/2": { skipHostOperation: true } };
  expect(statuses({ declared })).toEqual({ "27": "held-back", "27/1": "ready", "27/2": "problem" });
});

test("holds back what comes after what is held back, and the stack that its own depends on", () => {
  const first: World = { name: "first", dependencies: ["last"], clusters: [orders("1")] };
  const last: World = { name: "last", declared: { "30/1": {} }, clusters: [{ ...orders("1"), id: "30" }] };
  const stuck = { ...first, declared: { "27": {}, "27/1": { skipHostOperation: true } } };
  expect(statuses(stuck, last)).toEqual({ "27": "held-back", "27/1": "problem", "30/1": "held-back" });
});

test("tells of what else a cluster holds beside what holds it back", () => {
  const instances = [instance("27"), instance("27/1", { tainted: true }), instance("27/2")];
  expect(findings({ instances, clusters: [orders("1", "2", "9")] })).toEqual([
    "problem undeclared-obproxies: OBProxy cluster 27",
    "problem tainted: OBProxy 27/1",
  ]);
});

test("calls what a deploy makes good no problem of the deploy", () => {
  const world = { instances: [instance("27"), instance("27/1")] };
  expect(examine([scene(world)], "deploy").findings).toEqual([]);
});

test("names the guard of the first deploy for an object that has left the code", () => {
  const world = { declared: {}, instances: [instance("27", { clusterName: "sales" })], clusters: [orders()] };
  const [finding] = examine([scene(world)]).findings;
  expect(finding).toMatchObject({ code: "cluster-name", message: expect.stringContaining('not "sales"') as string });
  expect(finding!.next).toContain("declare OBProxy cluster 27 again");
});

test("gives terraform's own command against a taint", () => {
  const world = { declared: { "27": {} }, instances: [instance("27", { tainted: true })], clusters: [orders()] };
  const [finding] = examine([scene(world)]).findings;
  expect(finding!.next).toBe(`terraform -chdir=out untaint 'null_resource.ocp_obproxy_clusters["27"]'`);
});

test("names all objects of one cause in one text", () => {
  const world = { declared: {}, blocks: [], instances: [instance("27"), instance("27/1")] };
  const [finding] = examine([scene(world)]).findings;
  expect(finding!.message).toBe(
    "OBProxy cluster 27, OBProxy 27/1 are in the state, but their blocks (null_resource.ocp_obproxy_clusters, null_resource.ocp_obproxies) have left the configuration: Terraform would forget them without running their hooks, and they would stay in OCP",
  );
  expect(finding!.next).toContain(
    `terraform -chdir=out state rm 'null_resource.ocp_obproxy_clusters["27"]' 'null_resource.ocp_obproxies["27/1"]'`,
  );
});

test("tells of a deletion at work once, also of what waits for it", () => {
  const [finding] = examine([scene({ tasks: [task()], ours: { "27/1": ourTask(task()) } })]).findings;
  expect(finding!.message).toContain("a deletion of OBProxy 27/1 is at work already (task 900");
});

describe("proxies of a cluster in another stack", () => {
  const proxies: World = { name: "proxies", declared: { "27/1": {}, "27/2": {} } };
  const cluster: World = {
    name: "cluster",
    declared: { "27": {} },
    others: [{ obproxies: { "27/1": "proxies/1", "27/2": "proxies/2" } }],
  };

  test("are gone before it when their stack depends on its", () => {
    expect(findings({ ...proxies, dependencies: ["cluster"] }, cluster)).toEqual([]);
  });

  test("stand against it otherwise", () => {
    expect(findings(proxies, cluster)).toEqual(["problem declared-elsewhere: OBProxy cluster 27"]);
  });
});

describe("what only Terraform's own order decides", () => {
  const proxies: World = { name: "proxies", declared: { "27/1": {}, "27/2": {} } };
  const cluster: World = {
    name: "cluster",
    declared: { "27": {} },
    others: [{ stack: "proxies", obproxies: { "27/1": "proxies/1", "27/2": "proxies/2" } }],
  };

  test("is a problem where nothing tells it, with what to do", () => {
    const unordered = [block("null_resource.ocp_obproxies", { needs: new Set() }), BLOCKS[1]!];
    const [finding] = examine([scene({ blocks: unordered })]).findings;
    expect(finding).toMatchObject({ code: "declared-elsewhere", level: "problem" });
    expect(finding!.message).toContain("may be tried before OBProxies of it that the same run deletes (1, 2)");
    expect(finding!.next).toContain("declare the cluster and its OBProxies with one provider");
  });

  test("is no order where a proxy of the other stack is not deployed", () => {
    const half = { ...proxies, dependencies: ["cluster"], instances: [instance("27/1")] };
    expect(findings(half, cluster)).toEqual(["problem not-deployed: OBProxy 27/2"]);
  });

  test("holds a cluster back for what cannot go in a stack before it", () => {
    const stuck = {
      ...proxies,
      dependencies: ["cluster"],
      declared: { "27/1": {}, "27/2": { skipHostOperation: true } },
    };
    expect(statuses(stuck, cluster)).toMatchObject({ "27": "held-back", "27/2": "problem" });
  });
});

describe("a deploy", () => {
  const leaves: World = {
    declared: { "27/1": {}, "27/2": {} },
    instances: ["27", "27/1", "27/2"].map((key) => instance(key)),
  };
  const found = (world: World, command?: Command) =>
    examine([scene(world)], command).findings.map(({ code, level }) => `${level} ${code}`);

  test("would fail at a cluster that has left the code while its proxies stay; a destroy would not", () => {
    expect(found(leaves)).toEqual(["problem declared-elsewhere"]);
    expect(found(leaves, "deploy")).toEqual(["problem declared-elsewhere"]);
    expect(found(leaves, "destroy")).toEqual([]);
    expect(statusesOf(examine([scene(leaves)], "destroy"))["27"]).toBe("ready");
  });

  test("would not where its proxies have left with it", () => {
    expect(found({ ...leaves, declared: {} })).toEqual([]);
  });

  test("does not meet what only a destroy is refused", () => {
    const kept = { declared: { ...DECLARED, "27": { preventDestroy: true } } };
    expect(found(kept)).toEqual(["problem protected"]);
    expect(found(kept, "deploy")).toEqual([]);
    expect(found(kept, "destroy")).toEqual(["problem protected"]);
  });
});

describe("what somebody else declares", () => {
  const left: World = { declared: {}, instances: [instance("27/1")] };
  const there: World = { name: "other", declared: { "27/1": {} } };

  test("is left alone where that stack's state holds it, and a problem where it does not", () => {
    const world = { ...left, others: [{ obproxies: { "27/1": "other/one" } }] };
    expect(findings(world, there)).toEqual(["note left-alone: OBProxy 27/1"]);
    expect(findings(world, { ...there, instances: [] })).toContain("problem declared-elsewhere: OBProxy 27/1");
  });

  test("is nobody's any more where it is gone, unless a retry would have to delete what is left of it", () => {
    const nowhere: World = { ...there, clusters: [orders("2")], instances: [] };
    const gone: World = { ...left, clusters: [orders("2")], others: [{ obproxies: { "27/1": "other/one" } }] };
    const renamed = memoryFrom({ [TODAY.clusterName]: "orders", [FIRST_NAME]: "staging" });
    for (const memory of [undefined, renamed]) {
      const instances = [instance("27/1", memory && { memory })];
      expect(examine([scene({ ...gone, instances }), scene(nowhere)]).stacks[0]!.objects[0]!.status).toBe("gone");
    }
    const failed = { settings: { taskRetries: 1 }, ours: { "27/1": ourTask(failedDeletion) } };
    expect(findings({ ...gone, ...failed }, nowhere)).toContain("problem declared-elsewhere: OBProxy 27/1");
  });

  test("is a problem under another address, and by ids that only Terraform knows", () => {
    const problem = ["problem declared-elsewhere: OBProxy 27/1"];
    const elsewhere = { url: "https://ocp.example.org", obproxies: { "27/1": "other/one" } };
    expect(findings({ ...left, others: [elsewhere] })).toEqual(problem);
    expect(findings({ ...left, others: [{ tokens: [{ kind: "obproxy", path: "other/p" }] }] })).toEqual(problem);
  });

  test("is a problem for a cluster that would sweep it by force", () => {
    const force: World = {
      declared: { "27": { forceDestroy: true } },
      others: [{ tokens: [{ kind: "obproxy", path: "other/p" }] }],
    };
    expect(findings(force)).toEqual(["problem declared-elsewhere: OBProxy cluster 27"]);
  });
});

describe("what the last deploy knew", () => {
  const token = { kind: "cluster", path: "stack/c", clusterName: "sales" } as const;
  const renamed: World = { declared: {}, tokens: [token], clusters: [{ id: "27", name: "sales", obproxies: [] }] };

  test("of a name that null_resource keeps makes Terraform refuse the plan", () => {
    expect(findings({ ...renamed, instances: [instance("27")] })).toEqual(["problem name-changed: OBProxy cluster 27"]);
    const clusters = [{ id: "27", name: "orders", obproxies: [] }];
    const none = instance("27", { clusterName: "*" });
    expect(findings({ declared: { "27": {} }, clusters, instances: [none] })).toEqual([
      "problem name-changed: OBProxy cluster 27",
    ]);
  });

  test("of a name guards with terraform_data", () => {
    const address = 'terraform_data.ocp_obproxy_clusters["27"]';
    const blocks = [block("terraform_data.ocp_obproxy_clusters")];
    const world = { ...renamed, blocks };
    const lastDeploy = { cluster_name: "sales" };
    expect(findings({ ...world, instances: [instance("27", { address, lastDeploy })] })).toEqual([]);
    expect(findings({ ...world, clusters: [orders()], instances: [instance("27", { address, lastDeploy })] })).toEqual([
      "problem cluster-name: OBProxy cluster 27",
    ]);
  });

  test("of settings that null_resource cannot keep is lost when the object leaves", () => {
    const left = scene({
      declared: { "27": {}, "27/2": {} },
      instances: ["27", "27/1", "27/2"].map((key) => instance(key)),
    });
    const found = (settings: string) =>
      examine([{ ...left, recorded: new Map([["ocp OBProxy 27/1", settings]]) }]).findings.map(
        ({ code, level }) => `${level} ${code}`,
      );
    expect(found("skipHostOperation")).toEqual(["problem settings-lost"]);
    expect(found("timeouts.delete 2h")).toEqual(["warning settings-lost"]);
  });
});

describe("the exit code", () => {
  const warned = { settings: { insecureSkipVerify: true } };
  const broken = { clusters: [orders("1", "2", "9")] };
  const blind: World = { answers: { kind: "blind", url: undefined, refusal: { message: "no", next: "look" } } };
  test.each([
    ["0 in a good world", {}, 0],
    ["0 with warnings", warned, 0],
    ["1 with problems", broken, 1],
    ["2 when something cannot be seen", blind, 2],
  ] as const)("is %s", (_what, world: World, expected) => {
    expect(exitCodeOf(examine([scene(world)]))).toBe(expected);
  });

  test("is 1 with warnings that are taken strictly", () => {
    expect(exitCodeOf(strictly(examine([scene(warned)])))).toBe(1);
  });
});

describe("the text", () => {
  const text = textReport(examine([scene({ tasks: [task()] })]));

  test("has every object, its status and its place in OCP", () => {
    expect(text).toContain('\n  OBProxy cluster 27: ready, but would have to wait ("orders")\n');
    expect(text).toContain("\n  OBProxy 27/1: ready, but would have to wait (RUNNING)\n");
  });

  test("says honestly that the right to delete is not known", () => {
    expect(text).toContain("may delete: not known before a delete is sent; it takes the role OBPROXY_MANAGER");
  });

  test("ends with the sum", () => {
    expect(text.trimEnd().split("\n").at(-1)).toBe("3 objects: 3 ready, 0 already gone, 1 warning, 0 problems");
  });

  const textOf = (world: World): string => textReport(examine([scene(world)]));

  test("counts what could not be looked at apart from problems", () => {
    const answers = { kind: "blind", url: undefined, refusal: { message: "no", next: "look" } } as const;
    expect(textOf({ answers }).trimEnd().split("\n").at(-1)).toBe(
      "3 objects: 0 ready, 0 already gone, 3 unknown, 0 warnings, 0 problems, 1 not looked at",
    );
  });

  test.each<[what: string, world: World, expected: string]>([
    ["of what is in the state", { instances: [instance("27"), instance("27/1")] }, "    1. OBProxy 27/1 (about"],
    ["of nothing, with an empty state", { instances: [] }, "  destroy would delete nothing\n"],
    [
      "of everything, where nothing was ever deployed",
      { instances: [], state: { kind: "none" } },
      "  if all were deployed, destroy would go in 2 waves:\n    1. OBProxy 27/1, OBProxy 27/2 (about",
    ],
  ])("foretells a destroy %s", (_what, world, expected) => {
    expect(textOf(world)).toContain(expected);
  });

  test("promises nothing where the state could not be read", () => {
    const state = { kind: "unreadable", message: "what", next: "do" } as const;
    expect(textOf({ instances: [], state, clusters: [{ ...orders(), name: "billing" }] })).not.toContain(
      "destroy would",
    );
  });

  const leaving: World = { declared: { "27": {}, "27/1": {} } };
  const allInstances = ["27", "27/1", "27/2"].map((key) => instance(key));

  test("says what a deploy would delete, before it says what a destroy would", () => {
    const world = { ...leaving, instances: allInstances };
    expect(textOf(world)).toContain("  deploy would delete: OBProxy 27/2\n  destroy would go in 2 waves:\n");
    expect(jsonReport(examine([scene(world)])).stacks[0]!.deployDeletes).toEqual(["OBProxy 27/2"]);
  });

  test.each<[what: string, world: World]>([
    ["is gone already", { clusters: [orders("1")] }],
    ["another stack declares now", { others: [{ obproxies: { "27/2": "other/two" } }] }],
    ["has no hook any more", { instances: [instance("27"), instance("27/1"), instance("27/2", { tainted: true })] }],
    ["cannot be told from what is declared", { provider: { settings: undefined } }],
  ])("does not say that a deploy would delete what %s", (_what, world) => {
    expect(textOf({ ...leaving, instances: allInstances, ...world })).not.toContain("deploy would delete");
  });

  test("says how sure it is of that", () => {
    expect(textOf({ ...leaving, instances: allInstances, provider: { unknownKeys: 1 } })).toContain(
      "deploy would delete: OBProxy 27/2 (unless declared with an id that only Terraform knows)",
    );
  });

  test("says who would refuse what preventDestroy protects", () => {
    const text = textOf({ declared: { ...DECLARED, "27/2": { preventDestroy: true } } });
    expect(text).toContain("OBProxy 27/2: would be refused (preventDestroy) (RUNNING)");
    expect(text).toContain("where that is not deployed yet, by the hook");
  });

  test("says once what keeps several stacks from being looked at", () => {
    const answers = { kind: "blind", url: undefined, refusal: { message: "no", next: "look" } } as const;
    const text = textReport(examine([scene({ name: "a", answers }), scene({ name: "b", answers })]));
    expect(text.match(/^CANNOT LOOK.*/gm)).toEqual(["CANNOT LOOK a, provider ocp, b, provider ocp: no"]);
  });

  test("puts problems after warnings", () => {
    const worst = textReport(
      examine([scene({ settings: { insecureSkipVerify: true }, clusters: [orders("1", "2", "9")] })]),
    );
    expect(worst.indexOf("PROBLEM stack:")).toBeGreaterThan(worst.indexOf("WARNING stack:"));
  });
});

test("gives the same in JSON, with null for what is not known", () => {
  const json = jsonReport(examine([scene({ declared: { "27": {} }, clusters: [orders()] })]));
  expect(json).toEqual({
    formatVersion: 1,
    exitCode: 0,
    summary: {
      objects: 1,
      ready: 1,
      gone: 0,
      heldBack: 0,
      leftAlone: 0,
      protected: 0,
      notDeployed: 0,
      unknown: 0,
      withProblems: 0,
      warnings: 0,
      problems: 0,
      cannotLook: 0,
    },
    stacks: [
      {
        name: "stack",
        directory: "out",
        state: "a test",
        providers: [
          {
            alias: "ocp",
            reached: true,
            url: "http://ocp.example.com",
            signIn: "password",
            user: "teardown",
            version: "4.2.2",
            dialect: "DELETE",
            mayReadClusters: true,
            mayReadTasks: true,
            mayDelete: null,
            deleteNeeds: "the role OBPROXY_MANAGER",
            clockSkewMs: 0,
          },
        ],
        objects: [
          {
            key: "27",
            kind: "cluster",
            label: "OBProxy cluster 27",
            provider: "ocp",
            status: "ready",
            declaredBy: "stack/27",
            address: addressOf("27"),
            movesTo: null,
            detail: '"orders"',
          },
        ],
        deployDeletes: [],
        waves: [{ objects: ["OBProxy cluster 27"], estimatedTasks: 1, mostTasks: 1, fewest: null }],
      },
    ],
    findings: [],
  });
});

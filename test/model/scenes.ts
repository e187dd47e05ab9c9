import { type Fault, type HookPlace, OPERATOR_DOES, type OperatorDoes, type Scene } from "./scene.js";
import type { Manner } from "./world.js";

export type Bound = "short" | "deep";

/** How many states of each scene are visited at most, where the scene itself does not say. */
export const BOUNDS: Readonly<Record<Bound, { readonly states: number }>> = {
  short: { states: 25_000 },
  deep: { states: 50_000 },
};

const TAGGED: Manner = { tags: true, ownName: true, unlockOnFailure: false, showsBusy: true, bareLists: false };
const MANNERS = [
  ["tags", TAGGED],
  ["no tags", { ...TAGGED, tags: false, ownName: false }],
] as const satisfies readonly (readonly [called: string, manner: Manner])[];
/** Of a list that tells no subtasks nobody reads, before 4.3.6, whether a stranger's failed task has come to rest. */
const BARE = { bareLists: true, ownName: false } as const;
const LIGHT = { unlockOnFailure: true, showsBusy: false } as const;

const EVERY_FAULT: readonly Fault[] = [
  ...(["lostBefore", "lostAfter", "lostLate", "undelivered", "general404"] as const),
  ...(["oneWitness", "silence", "brokenList", "unknownTask", "lag"] as const),
];

type Theme = Omit<Scene, "name" | "manner" | "hooks" | "obproxies">;

const QUIET: Theme = {
  machines: 1,
  runs: 2,
  troubles: 9,
  kills: 0,
  faults: 0,
  faultKinds: [],
  failures: 0,
  operatorActs: 0,
  operator: [],
};

const LOSSES = ["lostBefore", "lostAfter", "lostLate", "undelivered"] as const;

/** What goes wrong in the short bound: a few kinds of things at a time, and all that can come of them. */
const SHORT = {
  witnesses: { ...QUIET, faults: 2, faultKinds: ["general404", "oneWitness", "silence", "brokenList", "lag"] },
  losses: { ...QUIET, faults: 1, faultKinds: LOSSES, failures: 1, kills: 1 },
  "losses mended": {
    ...{ ...QUIET, faults: 1, faultKinds: LOSSES, failures: 1 },
    ...{ operatorActs: 1, operator: ["retry", "skip", "rollBack", "end"] },
  },
  people: { ...QUIET, failures: 1, operatorActs: 1, operator: OPERATOR_DOES },
  killed: { ...QUIET, failures: 1, kills: 1, operatorActs: 1, operator: OPERATOR_DOES },
  "another machine": { ...QUIET, machines: 2, failures: 1, kills: 1, operatorActs: 1, operator: ["end", "retry"] },
  lists: {
    ...{ ...QUIET, faults: 1, faultKinds: ["brokenList", "unknownTask", "general404"], failures: 1 },
    ...{ operatorActs: 1, operator: ["delete", "retry", "end", "purge"] },
  },
  past: { ...QUIET, failures: 1, operatorActs: 1, operator: ["retry", "skip", "rollBack", "end", "rename"] },
  "another deletes it": { ...QUIET, failures: 1, operatorActs: 2, operator: ["deleteCluster", "retry", "rollBack"] },
  unseen: { ...QUIET, faults: 1, faultKinds: ["general404"], operatorActs: 1, operator: ["rename"] },
  "unread names": {
    ...QUIET,
    kills: 1,
    faults: 1,
    faultKinds: ["brokenList"],
    operatorActs: 1,
    operator: ["setUpAnewOtherId"],
  },
  "a lost end": {
    ...{ ...QUIET, runs: 1, faults: 2, faultKinds: ["lostAfter", "general404"], failures: 1 },
    ...{ operatorActs: 1, operator: ["retry"] },
  },
  "a kill": { ...QUIET, machines: 2, kills: 1 },
  "an odd list": { ...QUIET, runs: 1, faults: 1, faultKinds: ["brokenList"], failures: 1 },
  absence: { ...QUIET, runs: 1, faults: 2, faultKinds: ["brokenList"], operatorActs: 1, operator: ["delete"] },
  order: { ...QUIET, runs: 1, failures: 2, operatorActs: 2, operator: ["delete", "retry", "end"] },
  anew: { ...QUIET, failures: 1, kills: 1, operatorActs: 2, operator: ["delete", "setUpAnew"] },
  failures: { ...QUIET, runs: 1, failures: 2 },
  "a failure": { ...QUIET, failures: 1 },
  "a failure elsewhere": { ...QUIET, machines: 2, failures: 1 },
  "a lost answer": { ...QUIET, runs: 1, faults: 1, faultKinds: ["lostAfter"] },
} as const satisfies Record<string, Theme>;

/**
 * The deep bound visits whole what two hooks come to when any two of these happen: a loss, a kill, a failure, an act of
 * an operator, of whatever kind.
 */
const ANY_TWO: Theme = {
  ...QUIET,
  troubles: 2,
  kills: 1,
  faults: 1,
  faultKinds: ["lostBefore", "lostAfter", "lostLate"],
  failures: 1,
  operatorActs: 1,
  operator: OPERATOR_DOES,
};

/** And what comes of a loss, a kill and an act of an operator together, each kind of act by itself. */
const ONE_OF_EACH: Theme = { ...ANY_TWO, troubles: 3, failures: 0 };

/** Beside that, everything, everywhere, as far as it goes. */
const DEEP: Theme = {
  machines: 2,
  runs: 3,
  troubles: 4,
  kills: 2,
  faults: 2,
  faultKinds: EVERY_FAULT,
  failures: 2,
  operatorActs: 2,
  operator: OPERATOR_DOES,
};

type Cast = Pick<Scene, "obproxies" | "hooks"> &
  Partial<
    Pick<
      Scene,
      "past" | "declared" | "kept" | "elsewhere" | "byTokens" | "claimed" | "forceDestroy" | "taskRetries" | "waitFor"
    >
  >;

const proxies = (...targets: readonly number[]): readonly HookPlace[] => targets.map((target) => ({ target }));
const CLUSTER: readonly HookPlace[] = [{ target: "cluster" }];

const CASTS = {
  "one OBProxy": { obproxies: [1, 2], hooks: proxies(1) },
  "one OBProxy, retried": { obproxies: [1, 2], hooks: proxies(1), declared: [2], taskRetries: 1 },
  "one OBProxy beside a kept one": {
    obproxies: [1, 2],
    hooks: [{ target: 1, hasLeft: true }],
    kept: [2],
    taskRetries: 1,
  },
  "one OBProxy beside one that has been kept since": {
    ...{ obproxies: [1, 2], hooks: proxies(1), kept: [2], taskRetries: 1 },
    past: { kind: "obproxies", obproxies: [1, 2], phase: "failed0" },
  },
  "one OBProxy whose deletion has failed": {
    ...{ obproxies: [1, 2], hooks: proxies(1), declared: [2], taskRetries: 1 },
    past: { kind: "obproxies", obproxies: [1], phase: "failed0" },
  },
  "one OBProxy of a cluster whose deletion has failed": {
    ...{ obproxies: [1, 2], hooks: proxies(1), declared: [2], taskRetries: 1 },
    past: { kind: "cluster", obproxies: [1, 2], phase: "failed0" },
  },
  "a cluster with a declared OBProxy whose deletion has failed": {
    ...{ obproxies: [1], hooks: CLUSTER, declared: [1], forceDestroy: true, taskRetries: 1 },
    past: { kind: "cluster", obproxies: [], phase: "failed0" },
  },
  "a cluster whose OBProxy's deletion has failed": {
    ...{ obproxies: [], hooks: CLUSTER },
    past: { kind: "obproxies", obproxies: [1], phase: "failed1" },
  },
  "one OBProxy, tasks not to be read": { obproxies: [1, 2], hooks: proxies(1), waitFor: "object" },
  "one OBProxy, twice": { obproxies: [1], hooks: proxies(1, 1) },
  "two OBProxies, once": { obproxies: [1, 2], hooks: proxies(1, 2) },
  "two OBProxies": { obproxies: [1, 2], hooks: proxies(1, 2), taskRetries: 1 },
  "an OBProxy and its cluster": { obproxies: [1], hooks: [...proxies(1), ...CLUSTER], taskRetries: 1 },
  "an empty cluster": { obproxies: [], hooks: CLUSTER },
  "a cluster by force": { obproxies: [1, 2], hooks: CLUSTER, forceDestroy: true, taskRetries: 1 },
  "a cluster with an undeclared OBProxy": { obproxies: [1, 2], hooks: CLUSTER, declared: [1], taskRetries: 1 },
  "a cluster with a declared OBProxy": { obproxies: [1, 2], hooks: CLUSTER, declared: [1], forceDestroy: true },
  "a cluster with a kept OBProxy": { obproxies: [1, 2], hooks: CLUSTER, kept: [2], forceDestroy: true, taskRetries: 1 },
  "a cluster with one declared elsewhere": { obproxies: [1, 2], hooks: CLUSTER, elsewhere: [2], forceDestroy: true },
  "a cluster with one that may be declared": { obproxies: [2], hooks: CLUSTER, byTokens: true, forceDestroy: true },
  "one OBProxy that another stack declares": { obproxies: [1, 2], hooks: proxies(1), claimed: true },
  "one OBProxy that another stack declares, whose deletion has failed": {
    ...{ obproxies: [1, 2], hooks: proxies(1), declared: [2], claimed: true, taskRetries: 1 },
    past: { kind: "obproxies", obproxies: [1], phase: "failed0" },
  },
  "one OBProxy that another stack declares, whose deletion has failed late": {
    ...{ obproxies: [2], hooks: proxies(1), declared: [2], claimed: true, taskRetries: 1 },
    past: { kind: "obproxies", obproxies: [1], phase: "failed1" },
  },
  "a cluster that another stack declares": { obproxies: [], hooks: CLUSTER, claimed: true },
  "a cluster that has left": { obproxies: [1], hooks: [{ target: "cluster", hasLeft: true }], declared: [1] },
} as const satisfies Record<string, Cast>;

type CastName = keyof typeof CASTS;

const SHORT_CASTS: Readonly<Record<keyof typeof SHORT, readonly CastName[]>> = {
  witnesses: [
    ...(["one OBProxy", "an empty cluster", "a cluster by force"] as const),
    ...(["a cluster with a kept OBProxy", "a cluster with an undeclared OBProxy"] as const),
  ],
  losses: ["one OBProxy", "one OBProxy, retried", "a cluster by force", "one OBProxy, tasks not to be read"],
  "losses mended": ["one OBProxy", "a cluster by force"],
  people: [
    ...([
      "one OBProxy",
      "one OBProxy, retried",
      "one OBProxy beside a kept one",
      "an empty cluster",
      "a cluster by force",
    ] as const),
    ...([
      "a cluster with an undeclared OBProxy",
      "a cluster with a declared OBProxy",
      "a cluster with a kept OBProxy",
      "a cluster with one declared elsewhere",
    ] as const),
    ...(["a cluster with one that may be declared", "a cluster that has left"] as const),
    ...(["one OBProxy that another stack declares", "a cluster that another stack declares"] as const),
  ],
  killed: ["one OBProxy"],
  "another machine": ["one OBProxy", "a cluster by force"],
  lists: ["one OBProxy", "one OBProxy, retried", "an empty cluster"],
  past: [
    "one OBProxy beside one that has been kept since",
    "one OBProxy of a cluster whose deletion has failed",
    "a cluster with a declared OBProxy whose deletion has failed",
    "one OBProxy that another stack declares, whose deletion has failed",
    "one OBProxy that another stack declares, whose deletion has failed late",
  ],
  absence: ["one OBProxy"],
  order: [],
  "another deletes it": [],
  unseen: [],
  "unread names": ["one OBProxy", "an empty cluster"],
  "a lost end": ["one OBProxy"],
  "a kill": [],
  "an odd list": [],
  anew: ["one OBProxy, retried"],
  failures: ["two OBProxies"],
  "a failure": ["an OBProxy and its cluster", "one OBProxy, twice"],
  "a failure elsewhere": ["two OBProxies"],
  "a lost answer": ["two OBProxies"],
};

export function scenesOf(bound: Bound): readonly Scene[] {
  return bound === "short" ? narrowScenes().filter(({ name }) => !LATER.has(name)) : deepScenes();
}

/** Left to the deep bound: what they take is more than what they have told so far. */
const LATER = new Set([
  "one OBProxy, retried, lists, no tags",
  "an empty cluster, lists, no tags",
  "one OBProxy, order, no tags, unlocked on failure",
  "one OBProxy, retried, anew, tags",
  "one OBProxy, killed, tags",
  "one OBProxy, killed, no tags",
  "one OBProxy, retried, lists, tags",
  "one OBProxy, losses mended, no tags",
  "one OBProxy beside a kept one, people, no tags",
  "one OBProxy beside one that has been kept since, past, no tags",
  "one OBProxy of a cluster whose deletion has failed, past, no tags",
  "two OBProxies, failures, no tags",
  "two OBProxies, a failure elsewhere, no tags",
  "two OBProxies, a lost answer, no tags",
  "an OBProxy and its cluster, a failure, no tags",
  "one OBProxy, retried, people, no tags",
  "one OBProxy, retried, people, tags, unlocked on failure",
  "one OBProxy, people, no tags, unlocked on failure",
]);

function narrowScenes(): Scene[] {
  const themes = Object.keys(SHORT) as (keyof typeof SHORT)[];
  const scene = (theme: keyof typeof SHORT, cast: CastName, manner: Manner, ...words: readonly string[]): Scene => ({
    ...{ ...SHORT[theme], ...CASTS[cast], manner },
    name: [cast, theme, ...words].join(", "),
  });
  const usual = MANNERS.flatMap(([called, manner]) =>
    themes.flatMap((theme) => SHORT_CASTS[theme].map((cast) => scene(theme, cast, manner, called))),
  );
  const [[tags, tagged], [noTags, untagged]] = MANNERS;
  return [
    ...usual,
    scene("order", "one OBProxy", { ...tagged, ...LIGHT }, tags, "unlocked on failure"),
    scene("order", "one OBProxy", { ...untagged, ...LIGHT }, noTags, "unlocked on failure"),
    scene("losses", "one OBProxy", { ...untagged, ...LIGHT }, noTags, "unlocked on failure"),
    scene("losses", "one OBProxy", { ...tagged, noLock: true }, tags, "no lock"),
    scene("losses", "one OBProxy", { ...untagged, noLock: true }, noTags, "no lock"),
    scene("absence", "one OBProxy", { ...tagged, noLock: true }, tags, "no lock"),
    scene("a kill", "one OBProxy, twice", { ...untagged, noLock: true }, noTags, "no lock"),
    scene("an odd list", "one OBProxy, twice", { ...tagged, noLock: true }, tags, "no lock"),
    scene(
      ...(["losses", "one OBProxy, tasks not to be read"] as const),
      ...([{ ...tagged, ...LIGHT }, tags, "unlocked on failure"] as const),
    ),
    scene(
      ...(["past", "a cluster whose OBProxy's deletion has failed"] as const),
      ...([{ ...tagged, ...LIGHT }, tags, "unlocked on failure"] as const),
    ),
    scene(
      ...(["another deletes it", "a cluster whose OBProxy's deletion has failed"] as const),
      ...([{ ...tagged, ...LIGHT }, tags, "unlocked on failure"] as const),
    ),
    scene(
      ...(["past", "a cluster whose OBProxy's deletion has failed"] as const),
      ...([{ ...tagged, ...LIGHT, ownName: false }, tags, "unlocked on failure", "old names"] as const),
    ),
    scene(
      ...(["past", "one OBProxy of a cluster whose deletion has failed"] as const),
      ...([{ ...tagged, namesClusterAlone: true }, tags, "the cluster alone is named"] as const),
    ),
    scene(
      ...(["unseen", "one OBProxy whose deletion has failed"] as const),
      ...([{ ...tagged, ...LIGHT }, tags, "unlocked on failure"] as const),
    ),
    scene("people", "one OBProxy", { ...tagged, bareLists: true }, tags, "bare lists"),
    scene("people", "one OBProxy", { ...tagged, ...LIGHT }, tags, "unlocked on failure"),
    scene("people", "one OBProxy", { ...untagged, ...LIGHT }, noTags, "unlocked on failure"),
    scene("people", "one OBProxy", { ...tagged, hidesEnds: true }, tags, "ends not told"),
    scene("people", "one OBProxy", { ...untagged, shiftsZone: true }, noTags, "another zone"),
    scene("a failure elsewhere", "two OBProxies", { ...tagged, partialTags: true }, tags, "partial tags"),
    scene("people", "one OBProxy, retried", { ...tagged, ownName: false }, tags, "old names"),
    scene("people", "one OBProxy, retried", { ...tagged, ...LIGHT }, tags, "unlocked on failure"),
    scene(
      ...(["past", "one OBProxy beside one that has been kept since"] as const),
      ...([{ ...tagged, partialTags: true }, tags, "partial tags"] as const),
    ),
  ];
}

/** What any further task may be about nobody can tell without tags: too many situations to visit them all. */
const UNTAGGED_LATER: ReadonlySet<OperatorDoes> = new Set(["delete", "deleteCluster", "restart"]);

function deepScenes(): Scene[] {
  const casts = Object.keys(CASTS) as CastName[];
  const [[tags, tagged]] = MANNERS;
  const two = { ...CASTS["two OBProxies, once"], states: Infinity };
  const whole: readonly Scene[] = [
    { ...ANY_TWO, ...two, manner: tagged, name: `two OBProxies, any two troubles, ${tags}` },
    ...MANNERS.flatMap(([called, manner]) =>
      OPERATOR_DOES.filter((act) => manner.tags || !UNTAGGED_LATER.has(act)).map((act): Scene => ({
        ...{ ...ONE_OF_EACH, operator: [act], ...two, manner },
        name: `two OBProxies, a loss, a kill and ${act}, ${called}`,
      })),
    ),
  ];
  const further = MANNERS.flatMap(([called, manner]) =>
    casts.flatMap((cast): Scene[] => [
      { ...DEEP, ...CASTS[cast], manner, name: `${cast}, ${called}` },
      { ...DEEP, ...CASTS[cast], manner: { ...manner, ...LIGHT }, name: `${cast}, ${called}, unlocked on failure` },
      ...(manner.tags
        ? [{ ...DEEP, ...CASTS[cast], manner: { ...manner, ...BARE }, name: `${cast}, ${called}, bare lists` }]
        : []),
    ]),
  );
  return [...whole, ...narrowScenes(), ...further];
}

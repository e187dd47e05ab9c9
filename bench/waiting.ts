/**
 * How late the end of a task is noticed, and how many requests that takes: the hook against a fixed poll once a second,
 * real processes side by side in one run against one simulator at the speed of life. Tasks of about 2, 10 and 60 s on
 * the documented graphs, spread by ±1 s so that no interval resonates with them; and of 10 s where the engine's rounds
 * come when they come. So few at a time that no process waits for another to be started.
 */
import { join } from "node:path";
import { type Simulator, startSimulator } from "../src/simulator/index.js";
import { hookPlace } from "./hook-place.js";
import { judge, mean, row, run } from "./measure.js";

const RUNS = Number(process.env["RUNS"] ?? "12");
const LATENESS_LIMIT_S = 0.15;
/** Not a multiple of a round, so that the starts are spread over the engine's rounds. */
const APART_MS = 1370;

interface Kind {
  readonly name: string;
  readonly version: string;
  readonly proxies: number;
  /** The node that works for so long besides the ticks of the graph. */
  readonly work?: { readonly subtaskName: string; readonly ms: number };
  /** Rounds of 0.4 to 1.6 s instead of one each second. */
  readonly isIrregular?: true;
  /** Polls of the hook for one of the fixed poll, at most. */
  readonly mostPolls: number;
}

const KINDS: readonly Kind[] = [
  { name: "2 s (a cluster without proxies, 2 nodes)", version: "4.2.2", proxies: 0, mostPolls: 1 },
  {
    name: "10 s (a proxy, 8 nodes)",
    version: "4.2.2",
    proxies: 1,
    work: { subtaskName: "Stop and uninstall obproxy", ms: 1500 },
    mostPolls: 1,
  },
  {
    name: "10 s (a proxy, 8 nodes), irregular rounds",
    version: "4.2.2",
    proxies: 1,
    work: { subtaskName: "Stop and uninstall obproxy", ms: 1500 },
    isIrregular: true,
    mostPolls: 1,
  },
  {
    name: "60 s (a proxy, 20 nodes)",
    version: "4.3.5",
    proxies: 1,
    work: { subtaskName: "Stop obproxy", ms: 39_000 },
    mostPolls: 0.5,
  },
];

interface Sample {
  readonly seconds: number;
  readonly late: number;
  readonly polls: number;
}

interface Measured {
  readonly hook: readonly Sample[];
  readonly fixed: readonly Sample[];
  /** Of one run, polls and all else. */
  readonly requests: { readonly hook: number; readonly fixed: number };
}

async function main(): Promise<void> {
  const all = await Promise.all(
    KINDS.map(async (kind, index) => {
      await new Promise((resolve) => setTimeout(resolve, (index * APART_MS) / KINDS.length));
      return { kind, ...(await measure(kind)) };
    }),
  );
  const widths = [44, 12, 10, 10, 10];
  console.log(row(["mean of " + String(RUNS) + " runs", "", "late s", "polls", "requests"], widths));
  for (const { kind, hook, fixed, requests } of all) {
    for (const [name, samples, asked] of [
      ["hook", hook, requests.hook],
      ["fixed poll", fixed, requests.fixed],
    ] as const) {
      console.log(
        row(
          [
            `${kind.name}, really ${mean(samples.map((each) => each.seconds)).toFixed(1)} s`,
            name,
            mean(samples.map((each) => each.late)),
            mean(samples.map((each) => each.polls)),
            asked,
          ],
          widths,
        ),
      );
    }
  }
  for (const { kind, hook, fixed } of all) {
    const of = (samples: readonly Sample[], what: "late" | "polls"): number => mean(samples.map((each) => each[what]));
    const limit = kind.isIrregular ? of(fixed, "late") : LATENESS_LIMIT_S;
    judge(`${kind.name}: seconds late, mean`, of(hook, "late"), Number(limit.toFixed(2)));
    const ratio = of(hook, "polls") / of(fixed, "polls");
    judge(`${kind.name}: polls of the task, hook / fixed poll`, ratio, kind.mostPolls);
  }
  const asked = (of: "hook" | "fixed"): number => mean(all.map(({ requests }) => requests[of]));
  judge("all requests of all tasks, hook / fixed poll", asked("hook") / asked("fixed"), 1);
}

async function measure(kind: Kind): Promise<Measured> {
  const clusters = Array.from({ length: 2 * RUNS }, (_, index) => ({
    id: index + 1,
    name: `c${index + 1}`,
    obproxies: Array.from({ length: kind.proxies }, (_each, proxy) => proxy + 1),
  }));
  const { version, isIrregular = false } = kind;
  const simulator = await startSimulator({ version, clusters, ...(isIrregular && { tickMs: "manual" }) });
  let isOver = !isIrregular;
  const round = (): void => {
    if (isOver) return;
    simulator.tick();
    setTimeout(round, 400 + 1200 * Math.random());
  };
  round();
  const place = hookPlace();
  const ends = watchEnds(simulator);
  try {
    const one = async (index: number, program: string): Promise<Sample> => {
      const clusterId = String(index + 1);
      if (kind.work !== undefined) {
        const spread = ((index >> 1) / RUNS) * 2000 - 1000;
        simulator.planWork({ ...kind.work, clusterId, ms: Math.max(1, kind.work.ms + spread) });
      }
      await new Promise((resolve) => setTimeout(resolve, (index >> 1) * APART_MS));
      const object = { clusterId, clusterName: `c${clusterId}`, ...(kind.proxies > 0 && { obproxyId: "1" }) };
      const { code, output } = await run([program, "delete"], {
        ...place.env(simulator, object),
        BENCH_DIALECT: kind.version >= "4.3.5" ? "POST" : "DELETE",
      });
      const ended = Date.now();
      if (code !== 0) throw new Error(output);
      const task = simulator.tasks.find((each) => each.clusterId === clusterId)!;
      const { start, end } = ends.of(task.id);
      const polls = simulator.requests.filter(({ path }) => path.endsWith(`/instances/${task.id}`)).length;
      return { seconds: (end - start) / 1000, late: (ended - end) / 1000, polls };
    };
    const pairs = await Promise.all(
      Array.from({ length: RUNS }, (_, index) =>
        Promise.all([one(2 * index, place.program), one(2 * index + 1, join(__dirname, "fixed-poll.cjs"))]),
      ),
    );
    const byHooks = simulator.requests.filter(({ headers }) => headers["user-agent"] === "cdktf-obproxy").length;
    const requests = { hook: byHooks / RUNS, fixed: (simulator.requests.length - byHooks) / RUNS };
    return { hook: pairs.map(([hook]) => hook), fixed: pairs.map(([, fixed]) => fixed), requests };
  } finally {
    isOver = true;
    ends.stop();
    await simulator.stop();
    place.remove();
  }
}

/** When tasks began and ended, to within a few milliseconds. */
function watchEnds(simulator: Simulator): { of: (id: string) => { start: number; end: number }; stop: () => void } {
  const times = new Map<string, { start: number; end: number }>();
  const timer = setInterval(() => {
    for (const { id, status } of simulator.tasks) {
      const known = times.get(id);
      if (known === undefined) times.set(id, { start: Date.now(), end: 0 });
      else if (status === "SUCCESSFUL" && known.end === 0) known.end = Date.now();
    }
  }, 5);
  return {
    of: (id) => times.get(id) ?? { start: 0, end: 0 },
    stop: () => {
      clearInterval(timer);
    },
  };
}

void main();

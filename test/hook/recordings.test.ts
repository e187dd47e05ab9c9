import { startSimulator, type Fault, type Simulator } from "../../src/simulator/index.js";
import { recording, recordings } from "../fixtures/index.js";
import { withLength } from "../ocp/support/play.js";
import { type InProcessRun, MockedClock, reconcile } from "./in-process.js";

/** Answers that a running server of OCP's open sibling gave, at every place where the hook listens to OCP. */

const TASK = /\/tasks\/instances\/\d+$/;
const CLUSTER = "/api/v2/obproxy/clusters/27";
const wasDone = (ocp: Simulator): boolean => ocp.tasks[0]?.status === "SUCCESSFUL";

const PLACES: Readonly<Record<string, (ocp: Simulator) => Omit<Fault, "does">>> = {
  "the version": () => ({ path: "/api/v2/info" }),
  "the first look at the cluster": (ocp) => ({ method: "GET", path: CLUSTER, when: () => ocp.tasks.length === 0 }),
  "the list of tasks": () => ({ path: "/api/v2/tasks/instances" }),
  "the delete": () => ({ when: ({ method }) => method !== "GET" }),
  "a poll": () => ({ path: TASK }),
  "the last look at the cluster": (ocp) => ({ method: "GET", path: CLUSTER, when: () => wasDone(ocp) }),
  "the log of a failed subtask": () => ({ path: /\/log$/ }),
};

interface Played {
  readonly run: InProcessRun;
  readonly isGone: boolean;
  readonly taskDone: boolean;
  readonly deletes: number;
}

async function play(place: string, bytes: Buffer): Promise<Played> {
  const ocp = await startSimulator({ tickMs: "manual", clusters: [{ id: 27, name: "orders", obproxies: [3] }] });
  try {
    if (place.startsWith("the log")) ocp.planWork({ subtaskName: "Unreserve host", fail: "always" });
    const fault = PLACES[place]?.(ocp) ?? {};
    ocp.inject({ ...fault, times: Infinity, does: { kind: "raw", bytes } });
    const clock = new MockedClock(() => {
      ocp.tick();
    });
    const run = await reconcile(
      { kind: "obproxy", clusterId: 27, obproxyId: 3, settings: { provider: { timeouts: { delete: "3m" } } } },
      { url: ocp.url, clock },
    );
    return {
      run,
      isGone: ocp.cluster(27)?.obproxies.length === 0,
      taskDone: wasDone(ocp),
      deletes: ocp.requests.filter(({ method }) => method !== "GET").length,
    };
  } finally {
    await ocp.stop();
  }
}

/** What the hook made of it, without ports, ids of answers and times. */
function told({ run }: Played): string {
  const text = run.code === 0 ? (run.lines.at(-1) ?? "") : `FAILED: ${run.failure?.message ?? ""}`;
  return text
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, "")
    .replace(/^OBProxy 27\/3: /, "")
    .replace(/ \(\d+ (ms|s|min).*\)$/, "")
    .slice(0, 110);
}

describe.each(Object.keys(PLACES))("recorded answers as %s", (place) => {
  it("never make a success of what is none, nor a defect, nor a second delete of what may be under way", async () => {
    const outcomes: string[] = [];
    for (const name of recordings()) {
      const played = await play(place, withLength(recording(name)));
      const { run, isGone, taskDone, deletes } = played;
      const context = `${name}: ${run.output}`;
      // A 404 in OCP's own words, at the place where it is asked for the cluster, means that the cluster is gone.
      const saidGone = place.startsWith("the first look") && name.startsWith("404_");
      if (run.code === 0 && !(isGone && taskDone) && !saidGone) throw new Error(`no success: ${context}`);
      // At the delete itself, none of them was carried out.
      if (deletes > 1 && place !== "the delete") throw new Error(`${deletes} deletes: ${context}`);
      if (/hook itself has a defect|undefined|NaN|\[object/.test(run.output)) throw new Error(context);
      if (/hunter2|Basic [A-Za-z0-9+/=]{4}/.test(run.output)) throw new Error(`a secret: ${context}`);
      if (run.lines.some((line) => line.length > 1500)) throw new Error(`a line too long: ${context}`);
      if (run.code === 1 && !/what to do: ./.test(run.lines.at(-1) ?? "")) throw new Error(`no advice: ${context}`);
      outcomes.push(told(played));
    }
    // Sorted by what the hook makes of them: a reader sees the few kinds of outcomes.
    const table = new Map<string, string[]>();
    recordings().forEach((name, index) => {
      const outcome = outcomes[index] ?? "";
      table.set(outcome, [...(table.get(outcome) ?? []), name.replace(/\.http$/, "")]);
    });
    expect(Object.fromEntries(table)).toMatchSnapshot();
  }, 60_000);
});

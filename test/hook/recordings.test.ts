import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSimulator, type Fault, type Simulator } from "../../src/simulator/index.js";
import { recording, recordings } from "../fixtures/index.js";
import { withLength } from "../ocp/support/play.js";
import { type InProcessRun, MockedClock, reconcile } from "./in-process.js";
import { half } from "../support/thorough.js";

/**
 * Answers that a running server of OCP's open sibling gave, at every place where the hook listens to OCP. What the hook
 * has to make of each stands in recordings.md; `RENEW=1 npx jest test/hook/recordings` writes it anew.
 */
const TABLE = join(__dirname, "recordings.md");
const RENEW = process.env["RENEW"] === "1";

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

/** The words of the table, each with what the hook says. */
const OUTCOMES: readonly (readonly [word: string, text: RegExp])[] = [
  ["deleted", /^deleted: task \d+ ended SUCCESSFUL and OCP no longer lists it$/],
  ["already gone", /^already gone/],
  ["not OCP's API", /^FAILED: what answers is not OCP's API: [A-Z]+ \S+ was answered/],
  ["redirected", /^FAILED: OCP redirects instead of answering: credentials are missing or not accepted/],
  ["credentials refused", /^FAILED: OCP does not accept the credentials \(401\)/],
  [
    "credentials refused later",
    /^FAILED: OCP refuses credentials that it accepted before: 3 more tries ended in 401 too$/,
  ],
  ["request refused", /^FAILED: OCP refuses the request: [A-Z]+ \S+ was refused by OCP with/],
  ["delete refused", /^FAILED: OCP refuses the delete: [A-Z]+ \S+ was refused by OCP with/],
  ["OCP fails", /^FAILED: OCP fails: [A-Z]+ \S+ was answered 500; OCP says: /],
  ["delete unanswered", /^FAILED: the delete got no usable answer, and OCP was seen to do nothing about it/],
  ["task unknown", /^FAILED: OCP accepted task \d+ "Offline obproxy" but does not know it any more/],
  ["task failed", /^FAILED: OCP's task \d+ "Offline obproxy" FAILED$/],
  ["locked", /^FAILED: OCP keeps OBProxy cluster 27 locked, though no task is seen at work on it$/],
  ["still listed", /^FAILED: OCP's task \d+ "Offline obproxy" ended SUCCESSFUL, but OCP still lists OBProxy 27\/3$/],
  ["not known to be gone", /^FAILED: OBProxy 27\/3 can be taken neither for gone nor for there: /],
  ["not finished", /^FAILED: not finished after 3 min \(timeouts.delete\)$/],
];
/** Outcomes of one answer, whose status the message has to name. */
const OF_ONE_ANSWER = ["not OCP's API", "request refused", "delete refused", "OCP fails"];

function outcome({ run }: Played): string {
  const said = run.code === 0 ? (run.lines.at(-1) ?? "").replace(/^OBProxy 27\/3: /, "") : "FAILED: ";
  const text = (said + (run.failure?.message ?? "")).replace(/http:\/\/127\.0\.0\.1:\d+/g, "");
  const withoutTimes = text.replace(/ \(\d+ (ms|s|min).*\)$/, "");
  return OUTCOMES.find(([, pattern]) => pattern.test(withoutTimes))?.[0] ?? withoutTimes;
}

const cells = (line: string): readonly string[] =>
  line
    .slice(1, -1)
    .split("|")
    .map((cell) => cell.trim());
const [columns = [], , ...rows] = readFileSync(TABLE, "utf8")
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map(cells);
const expected = new Map(rows.map(([name = "", ...outcomes]) => [name, outcomes]));
const seen = new Map<string, string>();

test("the table has a row for each recording and a column for each place", () => {
  if (RENEW) return;
  expect(columns).toEqual(["recording", ...Object.keys(PLACES)]);
  expect([...expected.keys()].map((name) => `${name}.http`)).toEqual(recordings());
});

describe.each(Object.keys(PLACES))("as %s", (place) => {
  const column = Object.keys(PLACES).indexOf(place);

  // Never a success of what is none, nor a defect, nor a second delete of what may be under way.
  const tried = RENEW ? recordings() : half(recordings());
  test.each(tried.map((file) => file.replace(/\.http$/, "")))("%s", async (name) => {
    const played = await play(place, withLength(recording(`${name}.http`)));
    const { run, isGone, taskDone, deletes } = played;
    // A 404 in OCP's own words, at the place where it is asked for the cluster, means that the cluster is gone.
    const saidGone = place.startsWith("the first look") && name.startsWith("404_");
    if (run.code === 0 && !saidGone) expect([isGone, taskDone]).toEqual([true, true]);
    // At the delete itself, none of them was carried out.
    if (place !== "the delete") expect(deletes).toBeLessThanOrEqual(1);
    expect(run.output).not.toMatch(/hook itself has a defect|undefined|NaN|\[object/);
    expect(run.output).not.toMatch(/hunter2|Basic [A-Za-z0-9+/=]{4}/);
    expect(run.lines.filter((line) => line.length > 1500)).toEqual([]);
    if (run.code === 1) expect(run.lines.at(-1)).toMatch(/what to do: ./);

    const found = outcome(played);
    const [status = ""] = name.split("_");
    if (OF_ONE_ANSWER.includes(found)) {
      expect(run.failure?.message).toMatch(new RegExp(`was (answered|refused by OCP with) ${status}\\b`));
    }

    seen.set(`${place} ${name}`, found);
    if (!RENEW) expect(found).toBe(expected.get(name)?.[column]);
  });
});

afterAll(() => {
  if (!RENEW) return;
  const places = Object.keys(PLACES);
  const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  const names = recordings().map((file) => file.replace(/\.http$/, ""));
  const intro = readFileSync(TABLE, "utf8").split("\n|")[0] ?? "";
  const table = [
    line(["recording", ...places]),
    line(["---", ...places.map(() => "---")]),
    ...names.map((name) => line([name, ...places.map((place) => seen.get(`${place} ${name}`) ?? "")])),
  ];
  writeFileSync(TABLE, `${intro}\n${table.join("\n")}\n`);
});

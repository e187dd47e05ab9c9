import fc from "fast-check";
import { type Answer, type Call, readData, readJson, readModel } from "../../src/ocp/answer.js";
import { OcpError } from "../../src/ocp/errors.js";
import type { Task } from "../../src/ocp/model.js";
import { relevantLines } from "../../src/ocp/log.js";
import { parseCluster, parseClusterDetail, parseLog, parsePage, parseTask } from "../../src/ocp/parse.js";
import { classify, isQuickTail, longestPathSeconds, longestRemainingPath } from "../../src/ocp/task.js";
import { parseInfo } from "../../src/ocp/version.js";
import { published, recordedBody, recording, recordings } from "../fixtures/index.js";
import { randomRuns } from "../support/thorough.js";
import { CALL_NAMES, Player, withLength } from "./support/play.js";

const RUNS = randomRuns(30_000);

const SAMPLES = [
  "delete_obproxy.POST-dialect.v4.3.5plus.json",
  "delete_obproxy_cluster.seed-v3.json",
  "obproxy_cluster_detail.v4.2.2.json",
  "obproxy_cluster_list.v4.2.2.json",
  "task_list.with-tags.v4.3.6plus.json",
  "info.v4.3.6.json",
  "error_400_task_state_invalid.derived-ocp-express.json",
  "subtask_skip_or_cancel_ok.v4.2.2.json",
]
  .map(published)
  .concat(["task_success.json", "task_rolled_back.json"].map(recordedBody));

const call: Call = { method: "GET", url: "http://ocp/x", subject: "task" };

const READERS: Readonly<Record<string, (answer: Answer) => unknown>> = {
  version: (answer) => readModel(call, answer, () => parseInfo(readJson(call, answer))),
  cluster: (answer) => readModel(call, answer, () => parseClusterDetail(readData(call, answer).data)),
  clusters: (answer) => readModel(call, answer, () => parsePage(readData(call, answer).data, parseCluster)),
  tasks: (answer) => readModel(call, answer, () => parsePage(readData(call, answer).data, parseTask)),
  task: (answer) => readModel(call, answer, () => thinkAbout(parseTask(readData(call, answer).data))),
  log: (answer) => readModel(call, answer, () => relevantLines(parseLog(readData(call, answer).data))),
  nothing: (answer) => readData(call, answer),
};

function thinkAbout(task: Task): Task {
  holds(classify(task).reason !== "", "a reason");
  holds(longestRemainingPath(task) <= task.subtasks.length, "a path no longer than the task");
  holds(longestPathSeconds(task) >= 0, "a length of time");
  isQuickTail(task);
  return task;
}

/** `expect` makes an error with its stack each time, also where all is well: more than all that is tried here takes. */
function holds(condition: boolean, what: string): void {
  if (!condition) throw new Error(`not so: ${what}`);
}

const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    2 ** 53,
    1e300,
    "",
    "0",
    "-3",
    "12ab",
    " 7 ",
    [],
    {},
    [null],
    [[]],
  ),
  fc.constantFrom<unknown>(
    "SUCCESSFUL",
    "successful",
    "ROLLBACK",
    "true",
    "ODP21001",
    { id: 1 },
    [{ id: "x" }],
    [1, "2"],
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** A sample in which a few values, anywhere, are replaced, dropped or doubled. */
const mutated = fc
  .tuple(
    fc.constantFrom(...SAMPLES),
    fc.array(fc.tuple(fc.nat(400), fc.constantFrom("replace", "drop", "double"), oddValue), { maxLength: 3 }),
  )
  .map(([sample, changes]) => {
    const copy = structuredClone(sample);
    for (const [at, how, value] of changes) mutate(copy, at, how, value);
    return copy;
  });

function mutate(root: unknown, at: number, how: string, value: unknown): void {
  const places: [Record<string, unknown>, string][] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const holder = node as Record<string, unknown>;
    for (const key of Object.keys(holder)) {
      places.push([holder, key]);
      walk(holder[key]);
    }
  };
  walk(root);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return;
  const [holder, key] = place;
  if (how === "replace") holder[key] = structuredClone(value);
  else if (how === "drop") Reflect.deleteProperty(holder, key);
  else if (Array.isArray(holder)) holder.push(structuredClone(holder[key]));
  else holder[`${key}2`] = structuredClone(holder[key]);
}

const body = fc.oneof(
  { weight: 8, arbitrary: mutated.map((json) => JSON.stringify(json)) },
  {
    weight: 2,
    arbitrary: fc.tuple(mutated, fc.nat(500)).map(([json, length]) => JSON.stringify(json).slice(0, -1 - length)),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", "null", "[]", "{}", "true", '"x"', "<html><title>x", '{"successful":true}'),
  },
  { weight: 1, arbitrary: oddValue.map((data) => JSON.stringify({ successful: true, data })) },
);

const anyAnswer: fc.Arbitrary<Answer> = fc.record({
  status: fc.oneof(
    { weight: 6, arbitrary: fc.constant(200) },
    { weight: 4, arbitrary: fc.constantFrom(201, 204, 301, 302, 400, 401, 403, 404, 409, 429, 500, 502, 503) },
  ),
  headers: fc.record(
    {
      "content-type": fc.oneof(
        { weight: 6, arbitrary: fc.constant("application/json") },
        {
          weight: 2,
          arbitrary: fc.constantFrom("application/json;charset=UTF-8", "text/html;charset=UTF-8", "text/plain", ""),
        },
      ),
      allow: fc.string(),
      location: fc.string(),
      "retry-after": fc.oneof(fc.string(), fc.constantFrom("5", "Sun, 22 Nov 2026 13:00:00 GMT")),
      "ratelimit-reset": fc.oneof(fc.string(), fc.constantFrom("5", "1e9", "-1")),
    },
    { requiredKeys: ["content-type"] },
  ),
  body,
});

function isSuccessfulEnvelope(answer: Answer): boolean {
  if (answer.status < 200 || answer.status > 299 || !/^application\/json/.test(answer.headers["content-type"] ?? "")) {
    return false;
  }
  const json: unknown = JSON.parse(answer.body);
  return typeof json === "object" && json !== null && "successful" in json && json.successful === true;
}

function isIntegerId(id: unknown): boolean {
  return (
    (typeof id === "number" && Number.isSafeInteger(id) && id >= 0) || (typeof id === "string" && /^\d+$/.test(id))
  );
}

test("no malformed answer is read as a success, and none throws anything but an OcpError", () => {
  let [successes, failures] = [0, 0];
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(READERS)), anyAnswer, (name, answer) => {
      try {
        READERS[name]!(answer);
      } catch (error) {
        failures++;
        if (!(error instanceof OcpError)) throw error;
        holds(error.message.length < 1_500, "a message of at most 1500 characters");
        holds(!/\p{Cc}/u.test(error.message), "a message of one line");
        return;
      }
      successes++;
      if (name === "version") return;
      holds(isSuccessfulEnvelope(answer), "an envelope that says so");
      const { data } = JSON.parse(answer.body) as { data: { id: unknown } };
      if (name === "task") holds(isIntegerId(data.id), "an id that is a number");
    }),
    { numRuns: RUNS },
  );
  // Else the test would prove nothing.
  expect(successes).toBeGreaterThan(RUNS / 30);
  expect(failures).toBeGreaterThan(RUNS / 3);
});

describe("over a real connection", () => {
  const player = new Player();
  beforeAll(() => player.start());
  afterAll(() => player.stop());

  const files = recordings().map((name) => withLength(recording(name)));

  test("bytes flipped, lost or doubled never end in anything but a success that was one or an OcpError", async () => {
    const damage = fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom("flip", "cut", "drop", "double"));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        damage,
        fc.constantFrom(...CALL_NAMES),
        async (file, [at, byte, how], name) => {
          const position = at % file.length;
          const outcome = await player.outcome(damaged(file, position, byte, how), name);
          if (outcome !== "ok") return;
          expect(file.toString("latin1")).toMatch(/^HTTP\/1\.1 200 /);
        },
      ),
      { numRuns: randomRuns(600) },
    );
  });

  function damaged(file: Buffer, position: number, byte: number, how: string): Buffer {
    const [before, after] = [file.subarray(0, position), file.subarray(position)];
    if (how === "cut") return before;
    if (how === "drop") return Buffer.concat([before, after.subarray(1)]);
    if (how === "double") return Buffer.concat([before, after.subarray(0, 1), after]);
    return Buffer.concat([before, Buffer.from([byte]), after.subarray(1)]);
  }
});

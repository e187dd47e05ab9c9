import { readFileSync } from "node:fs";
import { join } from "node:path";
import { recording, recordings } from "../fixtures/index.js";
import { CALL_NAMES, Player, withLength } from "./support/play.js";
import { half } from "../support/thorough.js";

/*
 * Answers recorded from a running server of OCP's open sibling, played back to every call of the client. `outcomes.json`
 * says what must come of it: one word where it is the same for all calls, else a word per call.
 */

type Outcomes = Readonly<Record<string, string | Readonly<Record<string, string>>>>;
const expected = JSON.parse(readFileSync(join(__dirname, "golden/outcomes.json"), "utf8")) as Outcomes;

const player = new Player();
beforeAll(() => player.start());
afterAll(() => player.stop());

test("every recording has its outcomes", () => {
  expect(Object.keys(expected)).toEqual(recordings());
});

test.each(recordings())("%s", async (name) => {
  const outcomes: Record<string, string> = {};
  for (const call of CALL_NAMES) outcomes[call] = await player.outcome(withLength(recording(name)), call);
  const kinds = new Set(Object.values(outcomes));
  expect(kinds.size === 1 ? [...kinds][0] : outcomes).toEqual(expected[name]);
});

/** As recorded, a chunked body without chunks breaks HTTP; the others are the same answers. */
test.each(half(recordings()))("%s, byte for byte, is never more of a success", async (name) => {
  const bytes = recording(name);
  const chunked = /^transfer-encoding: chunked/im.test(bytes.toString("latin1"));
  for (const call of CALL_NAMES) {
    const entry = expected[name];
    const framed = typeof entry === "string" ? entry : entry?.[call];
    const outcome = await player.outcome(bytes, call);
    expect(chunked ? ["not-ocp", "lost"] : [framed]).toContain(outcome);
  }
});

import type { Happening, HookEvent, Stamp } from "../../src/contract/events.js";
import { startSimulator, type Simulator } from "../../src/simulator/index.js";
import { CREDENTIALS, everything, orders } from "../support/world.js";
import { Place } from "./place.js";

/** What hooks of earlier runs have written down tells what they have deleted from an id that was never right. */

let ocp: Simulator;
let place: Place;
beforeEach(async () => {
  ocp = await startSimulator({ credentials: CREDENTIALS, version: "4.3.6", tickMs: "manual", clusters: [orders()] });
  place = new Place(ocp.url);
  // OBProxy 3 is declared, and neither in the state nor in OCP.
  place.synth(everything);
  place.holds({ "27": "orders", "27/1": "orders", "27/2": "orders" });
  ocp.removeObproxy(27, 3);
});
afterEach(async () => {
  place.remove();
  await ocp.stop();
});

let seconds = 0;
/** What the hook of an object writes down in a run of its own. */
function hook(url: string | undefined, happenings: readonly Happening[], object = "27/3"): HookEvent[] {
  seconds += 1;
  const stamp: Stamp = {
    ...{ v: 1, at: new Date(Date.UTC(2026, 10, 26, 7, 0, seconds)).toISOString(), run: `run-${seconds}` },
    ...{ pid: 4000 + seconds, stack: "stack", provider: "ocp", object },
  };
  const started: Happening = { event: "started", hook: "/hook", ...(url !== undefined && { ocp: url }) };
  return [started, ...happenings].map((happening) => ({ ...stamp, ...happening }));
}

const DELETED: Happening = { event: "deleted", task: "900" };
const GONE: Happening = { event: "already-gone" };
const FAILED: Happening = { event: "failed", what: "no", details: [], next: "look" };
const LEFT: Happening = { event: "left-alone", why: "skipDestroy" };
const SENT: Happening = { event: "sent", task: "900", with: ["27/2", "27/3"] };
const NOTE = ["note deleted-earlier: OBProxy 27/3"];
const WARNING = ["warning not-in-ocp: OBProxy 27/3"];

describe("a note", () => {
  test.each<[what: string, events: () => readonly (readonly HookEvent[])[]]>([
    ["deleted it", () => [hook(ocp.url, [DELETED])]],
    ["failed first and deleted it then", () => [hook(ocp.url, [FAILED]), hook(ocp.url, [DELETED])]],
    ["had sent its deletion, and found it gone in the next run", () => [hook(ocp.url, [SENT]), hook(ocp.url, [GONE])]],
    ["was led by another hook, and found it gone", () => [hook(ocp.url, [SENT], "27/2"), hook(ocp.url, [GONE])]],
    ["found it gone, and knows the task that did it", () => [hook(ocp.url, [{ event: "already-gone", task: "900" }])]],
    ["deleted it, and found it gone again", () => [hook(ocp.url, [DELETED]), hook(ocp.url, [GONE])]],
    ["deleted it, and failed at another OCP since", () => [hook(ocp.url, [DELETED]), hook("http://other", [FAILED])]],
  ])("is all that is said where the hook %s", async (_what, events) => {
    place.wrote(...events().flat());
    expect(await place.findings()).toEqual(NOTE);
    expect((await place.run(["--strict"])).code).toBe(0);
  });
});

describe("a warning", () => {
  test.each<[what: string, events: () => readonly (readonly HookEvent[])[]]>([
    ["nothing was ever written down", () => []],
    ["it was deleted at another OCP", () => [hook("http://other.example.com", [DELETED])]],
    ["it was deleted at an OCP that is not known", () => [hook(undefined, [DELETED])]],
    ["another object was deleted", () => [hook(ocp.url, [DELETED], "27/2")]],
    ["it was never there when a hook looked", () => [hook(ocp.url, [{ event: "looked", is: "gone" }, GONE])]],
    ["its hook has failed since", () => [hook(ocp.url, [DELETED]), hook(ocp.url, [FAILED])]],
    ["it was left alone since", () => [hook(ocp.url, [DELETED]), hook(ocp.url, [LEFT])]],
    ["its hook was killed since", () => [hook(ocp.url, [DELETED]), hook(ocp.url, [{ event: "looked", is: "there" }])]],
  ])("stays where %s, and --strict makes it a problem", async (_what, events) => {
    place.wrote(...events().flat());
    expect(await place.findings()).toEqual(WARNING);
    expect((await place.run(["--strict"])).code).toBe(1);
  });
});

test("a whole teardown that this machine has seen does not keep the next run from its work", async () => {
  place.holds({});
  ocp.removeCluster(27);
  const keys = ["27", "27/1", "27/2", "27/3"];
  place.wrote(...keys.flatMap((key) => hook(ocp.url, [DELETED], key)));
  const { code, out } = await place.run(["--strict"]);
  expect(out).toContain("note stack: neither does the state of the stack stack hold, nor OCP list");
  expect(code).toBe(0);
  place.wrote(...keys.slice(1).flatMap((key) => hook(ocp.url, [DELETED], key)));
  expect((await place.run(["--strict"])).code).toBe(1);
});

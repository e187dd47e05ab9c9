import { startSimulator } from "../../../src/simulator/index.js";
import { MockedClock, reconcile, TICK } from "../in-process.js";
import { TASK } from "../evidence/stage.js";

/** What OCP says of time may be worth nothing: it is asked no more often for that, nor noticed much later. */

const EPOCH = Date.parse("2026-01-02T03:04:05Z");

interface Times {
  /** Of an answer, from the real moment and how many answers there were. */
  readonly answered?: (at: number, answers: number) => unknown;
  /** Of a subtask, from the real moment. */
  readonly began?: (at: number) => unknown;
}

const iso = (at: number): string => new Date(at).toISOString();

const CASES: readonly (readonly [string, Times])[] = [
  ["creeps after a round", { answered: (_, n) => iso(EPOCH + 1100 + n), began: () => iso(EPOCH) }],
  ["creeps before a round", { answered: (_, n) => iso(EPOCH + 990 + (n % 9)), began: () => iso(EPOCH) }],
  ["goes back", { answered: (at) => iso(2 * EPOCH + 3_600_000 - at) }],
  ["goes a tenth as fast", { answered: (at) => iso(at / 10), began: (at) => iso(at / 10) }],
  ["goes twice as fast", { answered: (at) => iso(at * 2 - EPOCH), began: (at) => iso(at * 2 - EPOCH) }],
  ["is two clocks in turn", { answered: (at, n) => iso(at + (n % 2) * 700) }],
  ["is in 1970", { answered: () => iso(0) }],
  ["is in the year 9999", { answered: () => "9999-12-31T23:59:59Z" }],
  ["is a number", { answered: (at) => at, began: (at) => at }],
  ["is no time", { answered: () => "NaN", began: () => "soon" }],
  ["is hours behind what began", { began: (at) => iso(at + 8 * 3_600_000) }],
];

test.each(CASES)("where OCP's clock %s", async (_, { answered = iso, began = iso }) => {
  for (const [ticks, version] of [
    [0, "4.2.2"],
    [20, "4.2.2"],
    [60, "4.4.0"],
  ] as const) {
    const reads: number[] = [];
    let ended: number | undefined;
    const clock = new MockedClock(() => {
      ocp.tick();
      if (ended === undefined && ocp.tasks[0]?.status === "SUCCESSFUL") ended = clock.now();
    });
    const clusters = [{ id: 27, name: "orders", obproxies: [3] }];
    const ocp = await startSimulator({ version, tickMs: "manual", clock: () => EPOCH + clock.now(), clusters });
    const change = (body: unknown): unknown => {
      reads.push(clock.now());
      return JSON.parse(JSON.stringify(body), (name, value: unknown) => {
        if (name === "timestamp") return answered(EPOCH + clock.now(), reads.length);
        return name === "startTime" && typeof value === "string" ? began(Date.parse(value)) : value;
      });
    };
    ocp.inject({ path: TASK, times: 1000, does: { kind: "rewrite", change } });
    try {
      ocp.planWork({ subtaskName: /^(Stop and uninstall|Inactive agent)/, ticks });
      await clock.sleep(417);
      const { code } = await reconcile({ kind: "obproxy", clusterId: 27, obproxyId: 3 }, { url: ocp.url, clock });
      expect(code).toBe(0);
      expect(clock.now() - (ended ?? NaN)).toBeLessThan(2 * TICK);
      for (const [index, at] of reads.entries()) {
        expect(at - (reads[index - 1] ?? at)).toBeLessThan(11 * TICK);
        expect(reads.filter((each) => each >= at && each < at + 5 * TICK).length).toBeLessThanOrEqual(6);
      }
    } finally {
      await ocp.stop();
    }
  }
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020.js";
import { EVENT_NAMES, type Happening, type HookEvent, LAST_EVENTS, parseEvents } from "../../src/contract/events.js";
import { REPOSITORY } from "../support/repository.js";

/** What is documented is what is written. */

interface Schema {
  readonly oneOf: readonly {
    readonly title: string;
    readonly properties: { readonly event: { readonly const: string } };
    readonly required: readonly string[];
  }[];
  readonly required: readonly string[];
}

const schema = JSON.parse(readFileSync(join(REPOSITORY, "docs/events.schema.json"), "utf8")) as Schema;
const manual = readFileSync(join(REPOSITORY, "docs/events.md"), "utf8");
const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false });
const isValid = ajv.compile<HookEvent>(schema);
/** The same, for a writer: every member has to be described. */
const isDescribed = ajv.compile({ ...schema, unevaluatedProperties: false });

type Named<E, H = Happening> = H extends { readonly event: infer N }
  ? E extends N
    ? Required<Omit<H, "event">> & { readonly event: E }
    : never
  : never;

/** One of each kind, with every member that it can have. */
const SAMPLES: { readonly [E in Happening["event"]]: Named<E> } = {
  started: {
    event: "started",
    hook: "/out/hook",
    ocp: "https://ocp.example.com",
    path: "proxies/orders",
    retries: "31440",
  },
  looked: { event: "looked", is: "there" },
  sent: { event: "sent", task: "900", with: ["27", "27/3"] },
  "send-failed": { event: "send-failed", why: "the connection broke" },
  task: {
    ...{ event: "task", task: "900", name: "Delete obproxy server", status: "RUNNING", done: 1, total: 3, ours: true },
    ...{ creator: "teardown", startTime: "2026-11-26T15:12:03+08:00", finishTime: "2026-11-26T15:13:03+08:00" },
  },
  subtask: {
    ...{ event: "subtask", task: "900", subtask: "9001", name: "Stop obproxy", status: "FAILED", attempt: 1, index: 0 },
    ...{ startTime: "2026-11-26T15:12:03+08:00", finishTime: "2026-11-26T15:13:03+08:00" },
  },
  waiting: { event: "waiting", for: "task 31 of operator to end" },
  retried: { event: "retried", task: "900" },
  warned: { event: "warned", text: "no note can be kept" },
  deleted: { event: "deleted", task: "900" },
  "already-gone": { event: "already-gone", task: "900" },
  "left-alone": { event: "left-alone", why: "skipDestroy is set", doubt: "its twin may be gone" },
  failed: {
    ...{ event: "failed", what: "OCP's task 900 FAILED", details: ["log: no route to host"], next: "retry it" },
    hook: "/srv/app/cdktf.out/stacks/proxies/assets/ocp_obproxy_hook/v1",
  },
};

const STAMP = {
  ...{ v: 1, at: "2026-11-26T07:12:03.500Z", run: "runner-7-4711-88012", pid: 4802 },
  ...{ stack: "proxies", provider: "ocp", object: "27/3" },
};

describe.each(EVENT_NAMES)("%s", (name) => {
  const sample = { ...STAMP, ...SAMPLES[name as Happening["event"]] };
  const part = schema.oneOf.find(({ title }) => title === name);

  test("is described, with every member that it can have", () => {
    expect(isValid(sample)).toBe(true);
    expect({ valid: isDescribed(sample), errors: isDescribed.errors }).toEqual({ valid: true, errors: null });
    expect(parseEvents(JSON.stringify(sample)).unread).toBe(0);
    expect(manual).toContain(`| \`${name}\` `);
  });

  test("is none without what the schema requires of it", () => {
    for (const member of [...schema.required, ...(part?.required ?? [])]) {
      const { [member as keyof typeof sample]: left, ...rest } = sample;
      expect({ member, left, valid: isValid(rest) }).toEqual({ member, left, valid: false });
    }
  });

  test("is told apart from all others", () => {
    expect(part?.properties.event.const).toBe(name);
    const others = EVENT_NAMES.filter((other) => other !== name);
    for (const other of others) {
      const required = schema.oneOf.find(({ title }) => title === other)?.required ?? [];
      const isLike = required.every((member) => member in sample);
      if (!isLike) expect(isValid({ ...sample, event: other })).toBe(false);
    }
  });

  test("is said to be the last where it is", () => {
    const text = JSON.stringify(part);
    expect(text.includes("Last event of a hook.")).toBe(LAST_EVENTS.has(name));
  });
});

test("the schema names the same events as the contract", () => {
  expect(schema.oneOf.map(({ title }) => title)).toEqual(EVENT_NAMES);
});

test("the manual's examples are events", () => {
  const [, block = ""] = /```json\n([^]*?)```/.exec(manual) ?? [];
  const { events, unread } = parseEvents(block);
  expect(unread).toBe(0);
  expect(events).toHaveLength(2);
  for (const event of events) expect(isValid(event)).toBe(true);
});

test("events of later versions, and members that are not known, are left to later readers", () => {
  expect(isValid({ ...STAMP, ...SAMPLES.looked, more: 1 })).toBe(true);
  expect(isValid({ ...STAMP, ...SAMPLES.looked, v: 2 })).toBe(false);
});

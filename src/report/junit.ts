import { count } from "../contract/count.js";
import { escapeMarkup } from "./escape.js";
import { type Cause, causeOf, type Report, type ReportedObject, type ReportedStack } from "./report.js";
import { shortWhy, wordFor } from "./text.js";
import { iso } from "./words.js";

/** JUnit's XML, which CI systems show as tests: a case for each object, which passes where nothing of it is left. */
export function junitReport({ at, stacks }: Report): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="obproxy teardown">\n${stacks
    .map((stack) => suite(stack, at))
    .join("")}</testsuites>\n`;
}

function suite(stack: ReportedStack, at: number): string {
  const cases = [...stack.objects.map((object) => caseOf(stack, object)), ...stackCases(stack)];
  const counted = (name: string): number => cases.filter((text) => text.includes(`<${name} `)).length;
  const attributes = attributesOf({
    name: stack.name,
    tests: cases.length,
    failures: counted("failure"),
    errors: counted("error"),
    skipped: counted("skipped"),
    time: seconds(stack.run?.startedAt, stack.run?.lastAt),
    timestamp: iso(stack.run?.startedAt ?? at).slice(0, 19),
  });
  return `  <testsuite${attributes}>\n${cases.join("")}  </testsuite>\n`;
}

function caseOf(stack: ReportedStack, object: ReportedObject): string {
  const name = object.of === undefined ? object.label : `${object.label} of ${object.of}`;
  return testCase(stack, name, seconds(object.startedAt, object.endedAt), resultOf(stack, object));
}

function resultOf(stack: ReportedStack, object: ReportedObject): string {
  const why = shortWhy(object, stack.objects);
  switch (object.status) {
    case "deleted":
    case "gone": {
      const cause = causeOf(stack, object);
      return cause === undefined ? "" : failureOf("failure", "STATE", cause);
    }
    case "left-alone":
    case "waits":
      return `      <skipped${attributesOf({ message: `${wordFor(object.status)}${why === "" ? "" : `: ${why}`}` })}/>\n`;
    case "unknown":
    case "failed":
    case "interrupted":
    case "left":
    case "running": {
      const cause = causeOf(stack, object);
      const kind = object.status === "unknown" ? "error" : "failure";
      if (cause !== undefined) return failureOf(kind, cause.head, cause);
      return `      <${kind}${attributesOf({ message: object.why ?? wordFor(object.status), type: object.status })}/>\n`;
    }
  }
}

/** What is wrong with no object in particular would else go unseen. */
function stackCases(stack: ReportedStack): readonly string[] {
  return stack.causes
    .filter(({ level, objects }) => level === "error" && objects.length === 0)
    .map((cause) => testCase(stack, `stack ${stack.name}`, 0, failureOf("error", cause.head, cause)));
}

function failureOf(kind: "error" | "failure", type: string, { details, next, objects, what }: Cause): string {
  const about = objects.length > 1 ? [`the same of ${count(objects.length, "object")}`] : [];
  const lines = [...details, ...(next === undefined ? [] : [`what to do: ${next}`]), ...about];
  return `      <${kind}${attributesOf({ message: what, type })}>${lines.map(escapeMarkup).join("\n")}</${kind}>\n`;
}

function testCase({ name: stack }: ReportedStack, name: string, time: number, result: string): string {
  const head = `    <testcase${attributesOf({ classname: stack, name, time })}`;
  return result === "" ? `${head}/>\n` : `${head}>\n${result}    </testcase>\n`;
}

function seconds(from: number | undefined, to: number | undefined): number {
  return from === undefined || to === undefined ? 0 : Math.max(0, to - from) / 1000;
}

function attributesOf(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeMarkup(String(value))}"`)
    .join("");
}

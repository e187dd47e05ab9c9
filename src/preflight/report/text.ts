import { count } from "../../contract/count.js";
import { oneLine } from "../../ocp/text.js";
import { formatVersion } from "../../ocp/version.js";
import { listed } from "../words/count.js";
import { deleteRight } from "../words/rights.js";
import type { Surveyed } from "../../survey/survey.js";
import type {
  Finding,
  Level,
  Report,
  ReportedObject,
  ReportedProvider,
  ReportedStack,
  Status,
  Wave,
} from "./report.js";
import { summarize, type Summary } from "./summary.js";

/** By the name of a stack: labels that stand for objects of several providers. */
type Shared = ReadonlyMap<string, ReadonlySet<string>>;

/** For a person, or a CI log: what is, then the order of a destroy, then what is wrong, worst last. */
export function textReport(report: Report): string {
  const lines = [
    ...appLines(report),
    ...report.stacks.flatMap((stack) => [...stackLines(stack), ""]),
    ...findingsLines(report.findings.filter(isWorthALine), ofSeveral(report)),
  ];
  if (lines.at(-1) !== "") lines.push("");
  lines.push(summaryLine(summarize(report)));
  return `${lines.map(oneLine).join("\n")}\n`;
}

function appLines({ app }: Report): string[] {
  if (app === undefined) return [];
  const facts = [`by ${app.from}`, ...(app.age === undefined ? [] : [app.age])];
  return [`app in ${app.directory} (${facts.join("; ")})`, ""];
}

function stackLines(stack: ReportedStack): string[] {
  const { directory, name, objects, providers, stateFrom } = stack;
  const inState = objects.filter(({ surveyed }) => surveyed.instance !== undefined).length;
  return [
    `stack ${name} (${directory})`,
    `  state: ${stateFrom === undefined ? "not read" : `${count(inState, "object")} in it (${stateFrom})`}`,
    ...(providers.length === 0 ? ["  no OcpProvider in it"] : []),
    ...providers.flatMap(providerLines).map((line) => `  ${line}`),
    ...objects.map((object) => `  ${objectLine(object, stack)}`),
    ...[...deployLines(stack), ...waveLines(stack)].map((line) => `  ${line}`),
  ];
}

function providerLines({ answers, provider }: ReportedProvider): string[] {
  const name = `provider ${provider.alias}`;
  if (answers === undefined) return [`${name}: OCP was not asked`];
  if (answers.kind === "blind") {
    return [`${name}: OCP${answers.url === undefined ? "" : ` at ${answers.url}`} says nothing`];
  }
  const { clustersRefusal, dialect, signIn, tasksRefusal, url, user, version } = answers;
  const may = (refusal: unknown): string => (refusal === undefined ? "yes" : "no");
  const call = dialect === "POST" ? "POST …/servers/delete" : "DELETE …/obproxies/{ids}";
  return [
    `${name}: ${formatVersion(version)} at ${url} accepts the ${signIn === "password" ? `user ${user} (password)` : `access key ${user}`}`,
    `${name}: OBProxies are deleted by ${call}`,
    `${name}: may read OBProxy clusters: ${may(clustersRefusal)}; may read tasks: ${may(tasksRefusal)}`,
    `${name}: may delete: not known before a delete is sent; it takes ${deleteRight(version)}`,
  ];
}

const WORDS: Readonly<Record<Status, string>> = {
  ready: "ready",
  waits: "ready, but would have to wait",
  "held-back": "held back by what has to go before it",
  gone: "already gone",
  "left-alone": "left alone",
  protected: "would be refused (preventDestroy)",
  "not-deployed": "not deployed",
  problem: "PROBLEM",
  unknown: "unknown",
};

/** With its provider where another one of the stack has an object with that id. */
function nameOf({ label, provider }: Surveyed, stack: ReportedStack): string {
  return provider !== undefined && labelsOfSeveral(stack).has(label) ? `${label} of ${provider}` : label;
}

/** Labels that stand for objects of several providers. */
function labelsOfSeveral({ objects }: ReportedStack): ReadonlySet<string> {
  const owner = new Map<string, string | undefined>();
  const shared = new Set<string>();
  for (const { surveyed } of objects) {
    const { label, provider } = surveyed;
    if (owner.has(label) && owner.get(label) !== provider) shared.add(label);
    owner.set(label, provider);
  }
  return shared;
}

function objectLine({ detail, status, surveyed }: ReportedObject, stack: ReportedStack): string {
  const { declaredBy, instance, movesTo } = surveyed;
  const facts = [
    ...(detail === undefined || detail === "" ? [] : [detail]),
    ...(declaredBy === undefined ? ["no longer declared"] : []),
    ...(instance?.deployedAs === "nothing" ? ["imported: the state holds no name"] : []),
    ...(instance === undefined || movesTo === undefined ? [] : [`moves to ${movesTo}`]),
  ];
  return `${nameOf(surveyed, stack)}: ${WORDS[status]}${facts.length === 0 ? "" : ` (${facts.join("; ")})`}`;
}

function deployLines(stack: ReportedStack): string[] {
  const { deployDeletes, deployDeletesSurely } = stack;
  if (deployDeletes.length === 0) return [];
  const unless = deployDeletesSurely ? "" : " (unless declared with an id that only Terraform knows)";
  return [`deploy would delete: ${listed(deployDeletes.map((object) => nameOf(object, stack)))}${unless}`];
}

function waveLines(stack: ReportedStack): string[] {
  const { objects, stateKind, waves } = stack;
  if (stateKind === "unreadable" || objects.some(({ status }) => status === "unknown")) return [];
  if (waves.length === 0) return ["destroy would delete nothing"];
  const conditions = [
    ...(stateKind === "none" ? ["if all were deployed, "] : []),
    ...(objects.some(({ status }) => status === "protected") ? ["unless preventDestroy stops it, "] : []),
  ];
  return [
    `${conditions.join("")}destroy would go in ${count(waves.length, "wave")}:`,
    ...waves.map(
      (wave: Wave) =>
        `  ${wave.number}. ${listed(wave.objects.map((object) => nameOf(object, stack)))} (${tasksIn(wave)})`,
    ),
  ];
}

function tasksIn({ better, mostTasks, tasks }: Wave): string {
  if (better === undefined) return `about ${count(tasks, "OCP task")}`;
  const some = tasks === mostTasks ? `about ${tasks}` : `${tasks} to ${mostTasks}`;
  return `${some} OCP tasks, since Terraform runs ten hooks at a time; ${better.tasks} with -parallelism=${better.parallelism}`;
}

/** What is only a note about an object stands in the object's line. */
function isWorthALine({ level, objects }: Finding): boolean {
  return level !== "note" || objects.length === 0;
}

const HEADS: Readonly<Record<Level, string>> = {
  note: "note",
  warning: "WARNING",
  problem: "PROBLEM",
  "cannot-look": "CANNOT LOOK",
};

/** What is the same of several stacks or providers, such as an OCP that does not answer, is printed once. */
function findingsLines(findings: readonly Finding[], shared: Shared): string[] {
  const alike = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { level, message, next, provider } = finding;
    const whose = isShared(finding, shared) ? provider : undefined;
    const id = JSON.stringify([level, message, next, whose]);
    alike.set(id, [...(alike.get(id) ?? []), finding]);
  }
  return [...alike.values()].flatMap((each) => findingLines(each, shared));
}

/** By the name of the stack. */
function ofSeveral({ stacks }: Report): Shared {
  return new Map(stacks.map((stack) => [stack.name, labelsOfSeveral(stack)]));
}

function isShared({ objects, stack }: Finding, shared: Shared): boolean {
  return objects.some((label) => shared.get(stack)?.has(label) === true);
}

function findingLines(alike: readonly Finding[], shared: Shared): string[] {
  const [first] = alike;
  if (first === undefined) return [];
  const { details = [], level, message, next } = first;
  return [
    `${HEADS[level]} ${[...new Set(alike.map((finding) => placeOf(finding, shared)))].join(", ")}: ${message}`,
    ...details.map((line) => `  ${line}`),
    ...(next === undefined ? [] : [`  what to do: ${next}`]),
  ];
}

function placeOf(finding: Finding, shared: Shared): string {
  const { objects, provider, stack } = finding;
  return provider === undefined || (objects.length > 0 && !isShared(finding, shared))
    ? stack
    : `${stack}, provider ${provider}`;
}

function summaryLine(summary: Summary): string {
  const { cannotLook, gone, heldBack, leftAlone, notDeployed, objects, problems, ready, unknown, warnings } = summary;
  const some = (amount: number, words: string): string[] => (amount === 0 ? [] : [`${amount} ${words}`]);
  return `${count(objects, "object")}: ${[
    `${ready} ready`,
    `${gone} already gone`,
    ...some(heldBack, "held back"),
    ...some(leftAlone, "left alone"),
    ...some(summary.protected, "protected"),
    ...some(notDeployed, "not deployed"),
    ...some(unknown, "unknown"),
    ...some(summary.withProblems, "with problems"),
    count(warnings, "warning"),
    count(problems, "problem"),
    ...some(cannotLook, "not looked at"),
  ].join(", ")}`;
}

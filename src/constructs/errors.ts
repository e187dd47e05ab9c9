import { Token } from "cdktf";
import type { Construct } from "constructs";
import { ANY_NAME } from "../contract/names.js";
import { inUsersSpelling } from "./spelling.js";

/** Every mistake that a user can make, in the words that the user reads: where, what, why, and what to do. */

// Values of properties ---------------------------------------------------------------------------------------------

export function idNotPositiveInteger(at: Construct, property: string, value: unknown): Error {
  const remedy =
    typeof value === "string"
      ? "Write a number, without quotes, or Token.asNumber(…) for a value that Terraform knows"
      : "Take the id that OCP shows for the object";
  return invalid(at, property, value, "but an id of OCP is a positive integer", remedy);
}

export function idsAreListToken(at: Construct, property: string): Error {
  return problem(
    at,
    `\`${property}\` is a list that only Terraform knows, but every OBProxy needs an address of its own at synth`,
    "List the ids one by one; each may be a token, such as a number variable",
  );
}

export function idsNotList(at: Construct, property: string, value: unknown): Error {
  return invalid(at, property, value, "but it has to be a list of ids", "Write [1, 2, 3]");
}

export function idsEmpty(at: Construct, property: string): Error {
  return problem(at, `\`${property}\` is empty`, "Name at least one OBProxy, or take the construct out of the app");
}

export function idRepeated(at: Construct, property: string, value: number): Error {
  return problem(at, `\`${property}\` holds ${show(value)} more than once`, "Name each OBProxy once");
}

export function nameMissing(at: Construct, property: string): Error {
  return problem(
    at,
    `\`${property}\` is missing, but it guards against deleting the wrong cluster by a wrong id`,
    `Give the name that OCP shows for the OBProxy cluster, or ObproxyCluster.ANY_NAME ("${ANY_NAME}") to switch the guard off`,
  );
}

export function nameInvalid(at: Construct, property: string, value: unknown, why: string): Error {
  return invalid(
    at,
    property,
    value,
    `but a name ${why}`,
    `Give the name exactly as OCP shows it, or ObproxyCluster.ANY_NAME ("${ANY_NAME}") to switch the guard off`,
  );
}

export function urlInvalid(at: Construct, shown: string, why: string): Error {
  return invalid(at, "url", shown, why, "Write the address of OCP alone, such as https://ocp.example.com");
}

export function urlHoldsSecret(at: Construct, part: string, envPrefix: string): Error {
  return problem(
    at,
    `\`url\` holds ${part}, and would carry it into the stack's files`,
    `Put the address without it; credentials belong in ${envPrefix}_USERNAME and ${envPrefix}_PASSWORD (or ${envPrefix}_ACCESS_KEY_ID and ${envPrefix}_ACCESS_KEY_SECRET) of the environment at destroy time`,
  );
}

export function urlIsToken(at: Construct, envPrefix: string): Error {
  return problem(
    at,
    "`url` is a value that only Terraform knows, and Terraform gives no such value to a destroy hook",
    `Leave \`url\` out and set ${envPrefix}_URL in the environment of the machine that destroys`,
  );
}

export function aliasInvalid(at: Construct, value: unknown): Error {
  return invalid(
    at,
    "alias",
    value,
    "but it becomes part of Terraform addresses",
    "Use small letters, digits and underscores, with a letter first, such as ocp_eu",
  );
}

export function aliasRepeated(at: Construct, alias: string, other: Construct): Error {
  return problem(
    at,
    `\`alias\` is ${show(alias)}, which ${other.node.path} has already in this stack`,
    "Give each OcpProvider of a stack an `alias` of its own, and never change it once it is deployed",
  );
}

export function envPrefixInvalid(at: Construct, value: unknown): Error {
  return invalid(
    at,
    "envPrefix",
    value,
    "but it is the beginning of environment variables' names",
    "Use letters, digits and underscores, with no digit first, such as OCP_EU",
  );
}

export function caFileUnreadable(at: Construct, path: string, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  return problem(
    at,
    `\`caFile\` ${show(path)} cannot be read (${why})`,
    "Give the path of a PEM file, from the directory in which the app runs",
    cause,
  );
}

export function caFileNotCertificate(at: Construct, path: string, why: string): Error {
  return problem(
    at,
    `\`caFile\` ${show(path)} ${why}`,
    "Give a PEM file with the certificate of the authority (-----BEGIN CERTIFICATE-----)",
  );
}

export function caFileHoldsPrivateKey(at: Construct, path: string): Error {
  return problem(
    at,
    `\`caFile\` ${show(path)} holds a private key, which would be copied into the stack's files`,
    "Give a file that holds certificates alone",
  );
}

export function durationInvalid(at: Construct, property: string, value: unknown): Error {
  return invalid(
    at,
    property,
    value,
    "but it has to be a duration greater than zero",
    'Write hours, minutes and seconds, such as "90s", "30m", "2h" or "1h30m"',
  );
}

export function timeoutsInvalid(at: Construct, value: unknown): Error {
  return invalid(at, "timeouts", value, "but it has to be an object with `delete` alone", 'Write { delete: "2h" }');
}

/** Users of JavaScript. */
export function propsMissing(at: Construct, example: string): Error {
  return problem(at, "no properties are given", `Write ${example}`);
}

export function notNonNegativeInteger(at: Construct, property: string, value: unknown): Error {
  return invalid(at, property, value, "but it counts", "Write 0 or a positive integer");
}

export function notBoolean(at: Construct, property: string, value: unknown): Error {
  return invalid(at, property, value, "but it is a switch", "Write true or false");
}

export function notOneOf(at: Construct, property: string, value: unknown, choices: readonly string[]): Error {
  return invalid(at, property, value, "which is none of its values", `Choose ${choices.map(show).join(" or ")}`);
}

// Properties that do not go together -------------------------------------------------------------------------------

export function clusterGivenTwice(at: Construct, property: string): Error {
  return problem(
    at,
    `\`cluster\` and \`${property}\` are both given, and could contradict each other`,
    `Give \`cluster\` for a cluster that this stack declares, or \`clusterId\` and \`clusterName\` for another one`,
  );
}

export function clusterNotGiven(at: Construct): Error {
  return problem(
    at,
    "neither `cluster` nor `clusterId` is given",
    "Give `cluster` for a cluster that this stack declares, or `clusterId` and `clusterName` for another one",
  );
}

export function clusterOfAnotherOcp(at: Construct, ocp: Construct, cluster: Construct): Error {
  return problem(
    at,
    `\`cluster\` is ${cluster.node.path}, which lives in another OCP than \`ocp\`, ${ocp.node.path}`,
    "Leave `ocp` out, or give one with the same `url` (or `envPrefix`, where the URL comes from the environment)",
  );
}

export function settingNeedsKnownId(at: Construct, property: string, idProperty: string): Error {
  return problem(
    at,
    `\`${property}\` is set, but \`${idProperty}\` is a value that only Terraform knows, so the hook could not find the setting`,
    `Write the id as a number, or leave \`${property}\` ${property === "timeouts" ? "to the OcpProvider" : "out"}`,
  );
}

// Constructs that do not go together -------------------------------------------------------------------------------

export function noProvider(at: Construct): Error {
  return problem(
    at,
    "`ocp` is not given, and this stack has no OcpProvider yet",
    "Declare an OcpProvider before it in the same stack",
  );
}

export function severalProviders(at: Construct, providers: readonly Construct[]): Error {
  return problem(
    at,
    `\`ocp\` is not given, and this stack has several: ${paths(providers)}`,
    "Say which one with `ocp`",
  );
}

export function notAnOcpProvider(at: Construct, value: unknown): Error {
  return invalid(at, "ocp", value, "which is no OcpProvider", "Give the OcpProvider construct itself");
}

export function notAnObproxyCluster(at: Construct, value: unknown): Error {
  return invalid(
    at,
    "cluster",
    value,
    "which is no ObproxyCluster",
    "Give the ObproxyCluster construct itself, or `clusterId` and `clusterName`",
  );
}

export function inAnotherStack(at: Construct, property: string, other: Construct): Error {
  return problem(
    at,
    `\`${property}\` is ${other.node.path}, which is in another stack, and a destroy hook only runs in the stack that holds its block`,
    property === "cluster"
      ? "Use `clusterId` and `clusterName` here, an OcpProvider of this stack, and addDependency between the stacks for the order"
      : "Declare an OcpProvider in this stack too; it may have the same `url`",
  );
}

export function dependencyInAnotherStack(at: Construct, other: Construct): Error {
  return problem(
    at,
    `\`dependsOn\` holds ${other.node.path}, which is in another stack, where Terraform cannot see it`,
    "Order the stacks instead: stack.addDependency(otherStack)",
  );
}

export function mixedCarriers(at: Construct, other: Construct): Error {
  return problem(
    at,
    `\`carrier\` differs from that of ${other.node.path}, which manages the same OCP in this stack, so that objects could not move between the two`,
    "Give both the same `carrier`",
  );
}

/** @param variable from which both have their URL, each with a provider of its own; undefined: the two are one OCP */
export function declaredTwice(at: Construct, object: string, other: Construct, variable?: string): Error {
  return problem(
    at,
    `${object} is declared already, by ${other.node.path}`,
    `Declare each object once in the app, also across stacks; to move it, take it out there in the same change${orAnotherOcp(variable)}`,
  );
}

export function namesContradict(
  at: Construct,
  clusterId: string,
  name: string,
  other: Construct,
  otherName: string,
  variable?: string,
): Error {
  return problem(
    at,
    `\`clusterName\` is ${show(name)} for OBProxy cluster ${clusterId}, but ${other.node.path} says ${show(otherName)}`,
    `One of them would never be deleted. Give the name that OCP shows in both places${orAnotherOcp(variable)}`,
  );
}

/** Such as those of two environments. */
function orAnotherOcp(variable: string | undefined): string {
  return variable === undefined
    ? ""
    : `. Where they are in two OCPs: both OcpProviders have their URL from ${variable}; give each its \`url\`, or its own \`envPrefix\``;
}

export function loadedTwice(at: Construct): Error {
  return problem(
    at,
    "the app loads two copies of cdktf-obproxy, and the destroy hooks of one would not spare what is declared with the other",
    "Keep one: `npm ls cdktf-obproxy` shows who brings which; a package that declares objects names it among its peerDependencies",
  );
}

export function declaredTooLate(at: Construct, written: Construct): Error {
  return problem(
    at,
    `it was declared, by an Aspect perhaps, when the stack ${written.node.path} was written already, so the destroy hooks there would not spare what it declares`,
    "Declare it in a constructor of the app",
  );
}

export function keyRepeatedByTokens(object: string, places: readonly Construct[]): string {
  return `${object} is declared more than once, by ${paths(places)}. Declare each object once.`;
}

export function keyFromIterator(at: Construct, text: string): string {
  return `${at.node.path}: an id is ${text}, which Terraform only knows inside the block of an iterator or a count. Use a variable or a local for each id, or a loop of the programming language.`;
}

export function stackIdRepeated(id: string, paths: readonly string[]): string {
  return `The stacks ${paths.join(" and ")} have the same id, ${JSON.stringify(id)}: cdktf writes one over the other, and what the other has deployed would be forgotten, or deleted by hooks that know nothing of it. Give each stack of the app an id of its own.`;
}

export function stateShared(file: string, paths: readonly string[]): string {
  return `The stacks ${paths.join(" and ")} keep their states in one file, ${file}: a deploy of one would forget, or delete, what the other has deployed. Give each stack a file of its own.`;
}

export function blocksChanged(ocp: Construct, flaws: readonly string[]): string {
  return [
    `${ocp.node.path}: an Aspect, an override or a post-processing step of the app has changed blocks on which the deletions depend:`,
    ...flaws.map((flaw) => `    ${flaw}`),
    "  Terraform could then delete what nobody has asked for, or forget what is there without deleting it.",
    `  Leave what is below ${ocp.node.path} out of it; in an Aspect: if (node.node.scopes.some((scope) => scope instanceof OcpProvider)) return;`,
  ].join("\n");
}

export function dependencyCycle(ocp: Construct, steps: readonly string[]): string {
  return [
    "A cycle of dependencies, which Terraform could not plan:",
    ...steps.map((step) => `    ${step}`),
    `  All OBProxies of ${ocp.node.path} are one block in Terraform, and so are all its OBProxy clusters: what one of them waits for, all wait for.`,
    inUsersSpelling(
      "  Declare a second OcpProvider with its own `alias` (and the same `url`), and give it as `ocp` to the constructs at one end of the cycle.",
    ),
  ].join("\n");
}

export function bundledIntoTheApp(): Error {
  return new Error(
    "The destroy hook cannot be found, because cdktf-obproxy has been bundled into the app, without the files that travel with it. Keep the package out of the bundle, in node_modules (esbuild: --external:cdktf-obproxy; webpack: externals; the same for rollup and others).",
  );
}

export function hookNotBuilt(path: string, how = "does not exist"): Error {
  return new Error(
    `The destroy hook is missing: ${path} ${how}. In a checkout of cdktf-obproxy, run "npm run build"; where the app is bundled into one file, keep the package out of the bundle; otherwise install it again.`,
  );
}

// ------------------------------------------------------------------------------------------------------------------

function problem(at: Construct, what: string, remedy: string, cause?: unknown): Error {
  const text = inUsersSpelling(`${what}. ${remedy}.`);
  return new Error(`${at.node.path}: ${text}`, cause === undefined ? undefined : { cause });
}

function invalid(at: Construct, property: string, value: unknown, why: string, remedy: string): Error {
  return problem(at, `\`${property}\` is ${show(value)}, ${why}`, remedy);
}

function show(value: unknown): string {
  if (Token.isUnresolved(value)) return "a token";
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

function paths(constructs: readonly Construct[]): string {
  return constructs.map((each) => each.node.path).join(", ");
}

import { count } from "../contract/count.js";
import type { Cluster, ObproxyServer } from "../ocp/model.js";
import { clean } from "../ocp/text.js";
import { ANY_NAME } from "../contract/names.js";
import { Names } from "./names.js";

export interface Origin {
  /** Base URL of OCP, without credentials. */
  readonly url: string;
  /** As OCP tells it; undefined: it does not. */
  readonly version: string | undefined;
  /** Name of the class that is written. */
  readonly className: string;
  /** Prefix of the environment variables that the app will read at destroy time. */
  readonly envPrefix: string;
  /** What its objects are for Terraform. */
  readonly carrier: "null_resource" | "terraform_data";
  /** What is missing; it stands at the top as a comment. */
  readonly gaps: readonly string[];
}

/** Id of the construct for the provider. */
const PROVIDER = "ocp";

/** A stack of CDKTF that declares these clusters and all their OBProxies, ready to compile. */
export function typescriptFor(clusters: readonly Cluster[], origin: Origin): string {
  const variables = new Names();
  const constructs = new Names([PROVIDER]);
  const bodies = clusters.map((cluster) => declarations(cluster, variables, constructs));
  const declared = clusters.filter((cluster) => whyNot(cluster) === undefined);
  const isBuiltIn = origin.carrier === "terraform_data";
  const needsObproxy = declared.some(({ obproxies = [] }) => obproxies.some(isWritable));
  const imports = [
    ...(isBuiltIn ? ["Carrier"] : []),
    ...(needsObproxy ? ["Obproxy"] : []),
    ...(declared.length > 0 ? ["ObproxyCluster"] : []),
    "OcpProvider",
  ];
  const props = [
    ...(isBuiltIn ? ["carrier: Carrier.TERRAFORM_DATA"] : []),
    ...(origin.envPrefix === "OCP" ? [] : [`envPrefix: ${quoted(origin.envPrefix)}`]),
  ];
  const provider = `new OcpProvider(this, ${quoted(PROVIDER)}${props.length === 0 ? "" : `, { ${props.join(", ")} }`})`;
  return `${comments(headOf(clusters, origin), "")}
import { TerraformStack } from "cdktf";
import { ${imports.join(", ")} } from "cdktf-obproxy";
import type { Construct } from "constructs";

export class ${origin.className} extends TerraformStack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);

    // The URL and the credentials come from the environment: ${origin.envPrefix}_URL, ${origin.envPrefix}_USERNAME, ${origin.envPrefix}_PASSWORD.
    ${declared.length === 0 ? "" : "const ocp = "}${provider};
${bodies.join("")}  }
}
`;
}

function headOf(clusters: readonly Cluster[], { gaps, url, version }: Origin): string[] {
  const proxies = clusters.reduce((sum, { obproxies = [] }) => sum + obproxies.length, 0);
  const ocp = `OCP${version === undefined ? "" : ` ${version}`} at ${url}`;
  return [
    `What ${ocp} holds: ${count(clusters.length, "OBProxy cluster")}, ${count(proxies, "OBProxy", "OBProxies")}.`,
    "Written by `cdktf-obproxy generate`.",
    ...gaps.map((gap) => `NOT WHOLE: ${gap}.`),
  ];
}

/** What of OCP's cannot be declared, a sentence each. */
export function undeclarable(clusters: readonly Cluster[]): readonly string[] {
  return clusters.flatMap((cluster) => {
    const { id, obproxies = [] } = cluster;
    const why = whyNot(cluster);
    if (why !== undefined) return [`OBProxy cluster ${id} (${clean(cluster.name, 120)}) cannot be declared: ${why}`];
    return obproxies
      .filter((server) => !isWritable(server))
      .map((server) => `OBProxy ${id}/${server.id} cannot be declared: ${TOO_LARGE}`);
  });
}

/** Undefined: it can be declared. */
function whyNot({ id, name }: Cluster): string | undefined {
  return isSafe(id) ? whyNoName(name) : TOO_LARGE;
}

/** Why a `clusterName` cannot stand for this name. */
function whyNoName(name: string): string | undefined {
  if (name === ANY_NAME) {
    return `as a clusterName ${quoted(name)} stands for whatever name a cluster has (ObproxyCluster.ANY_NAME), and guards nothing`;
  }
  if (name.trim() !== name || name === "" || /\p{Cc}/u.test(name)) {
    return `its name, ${quoted(name)}, is none that a clusterName can have`;
  }
  return name.includes("${TfToken[") ? `cdktf would take its name, ${quoted(name)}, for one of its tokens` : undefined;
}

function declarations(cluster: Cluster, variables: Names, constructs: Names): string {
  const { id, name, obproxies = [] } = cluster;
  const construct = constructs.construct(name, id);
  const ids = obproxies.filter(isWritable);
  const unwritable = obproxies.filter((server) => !isWritable(server));
  const why = whyNot(cluster);
  if (why !== undefined) {
    return `\n${comments([`OBProxy cluster ${id} (${name}) cannot be declared: ${why}.`], "    ")}\n`;
  }

  const variable = ids.length === 0 ? undefined : variables.variable(name, id);
  const declared = `new ObproxyCluster(this, ${quoted(construct)}, { ocp, clusterId: ${id}, clusterName: ${quoted(name)} });`;
  const lines = [
    "",
    variable === undefined ? `    ${declared}` : `    const ${variable} = ${declared}`,
    ...unwritable.map((server) => comments([`OBProxy ${server.id} cannot be declared: ${TOO_LARGE}.`], "    ")),
    ...(variable === undefined ? [] : proxiesOf(variable, constructs.construct(`${construct}-proxies`, id), ids)),
    "",
  ];
  return lines.join("\n");
}

function proxiesOf(variable: string, construct: string, ids: readonly ObproxyServer[]): string[] {
  return [
    `    new Obproxy(this, ${quoted(construct)}, {`,
    `      cluster: ${variable},`,
    "      obproxyIds: [",
    ...ids.map((server) => `        ${server.id},${about(server)}`),
    "      ],",
    "    });",
  ];
}

/** Where it listens, and its status where that is not the usual one; as a comment. */
function about({ ip, sqlPort, status }: ObproxyServer): string {
  const address = ip === undefined ? [] : [sqlPort === undefined ? ip : `${ip}:${sqlPort}`];
  const words = [...address, ...(status === undefined || status === "RUNNING" ? [] : [status])];
  return words.length === 0 ? "" : ` // ${clean(words.join(" "), 120)}`;
}

const TOO_LARGE = "its id is above 2^53, which a number in TypeScript cannot hold exactly";

function isSafe(id: string): boolean {
  return Number.isSafeInteger(Number(id));
}

function isWritable({ id }: ObproxyServer): boolean {
  return isSafe(id);
}

function comments(texts: readonly string[], indent: string): string {
  return texts.map((text) => `${indent}// ${clean(text, 400)}`).join("\n");
}

/** As Prettier would write it; nothing in it ends the text or begins a template. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) =>
    /[\p{L}\p{N}\p{M}]/u.test(unit) ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

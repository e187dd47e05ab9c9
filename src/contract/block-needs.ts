import { member } from "./json.js";

/** What a block of ours needs so that nothing is replaced, that is deleted, and each hook runs. Of what is written alone. */

/** As it stands in the configuration. */
export interface BlockNeeds {
  readonly type: string;
  readonly name: string;
  /** Exactly these. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** One instance per object, none of which may be replaced. */
  readonly carriesObjects: boolean;
  /** Among others, as the following. */
  readonly provisioners?: readonly unknown[];
  readonly conditions?: Readonly<Record<string, readonly unknown[]>>;
  readonly dependsOn?: readonly string[];
}

interface Carrier {
  /** What has to be ignored, in one of these spellings. */
  readonly ignored: readonly string[];
  /** The attribute that is updated in place. */
  readonly today?: string;
}

const CARRIERS: Readonly<Record<string, Carrier>> = {
  null_resource: { ignored: ['triggers["cluster_name"]', "triggers.cluster_name", "triggers"] },
  terraform_data: { ignored: ["triggers_replace"], today: "input" },
};

/** What would make Terraform replace an object, or delete it without its hook. Empty: nothing. */
export function replacementFlaws(type: string, block: unknown): readonly string[] {
  const { ignored = [], today } = CARRIERS[type] ?? {};
  const lifecycle = member(block, "lifecycle");
  const given = member(lifecycle, "ignore_changes");
  const ignores = (attribute: string): boolean =>
    given === "all" || (Array.isArray(given) && given.includes(attribute));
  return [
    ...(ignored.some(ignores)
      ? []
      : [
          `\`ignore_changes\` does not hold \`${ignored[0] ?? "?"}\`, so a change of the name would replace each object`,
        ]),
    ...(today !== undefined && ignores(today)
      ? [`\`ignore_changes\` holds \`${today}\`, in which today's declaration reaches the hook`]
      : []),
    ...(isOn(member(lifecycle, "create_before_destroy"))
      ? ["`create_before_destroy` is set, with which Terraform runs no hook for what it replaces"]
      : []),
    ...(isEmpty(member(lifecycle, "replace_triggered_by"))
      ? []
      : ["`replace_triggered_by` is set, by which a change elsewhere would delete each object"]),
    ...(member(block, "count") === undefined ? [] : ["`count` is set, which changes each address"]),
  ];
}

/** What an Aspect or an override has taken from a block. Empty: it has all that it needs. */
export function blockFlaws(configuration: unknown, needs: BlockNeeds): readonly string[] {
  const { attributes, conditions = {}, dependsOn = [], name, provisioners = [], type } = needs;
  const block = member(member(member(configuration, "resource"), type), name);
  if (block === undefined) return ["it is not there under this address"];
  const missing = (from: unknown, wanted: readonly unknown[]): boolean =>
    wanted.some((each) => !(Array.isArray(from) && from.some((found) => isSame(found, each))));
  const changed = Object.entries(attributes).filter(([attribute, value]) => !isSame(member(block, attribute), value));
  return [
    ...changed.map(([attribute]) => `\`${attribute}\` is not what it has to be`),
    ...(missing(member(block, "provisioner"), provisioners) ? ["the provisioner that runs the hook is not there"] : []),
    ...(missing(member(block, "depends_on"), dependsOn) ? ["`depends_on` lacks what it has to wait for"] : []),
    ...Object.entries(conditions)
      .filter(([kind, wanted]) => missing(member(member(block, "lifecycle"), kind), wanted))
      .map(([kind]) => `a ${kind} that checks ids or names is not there`),
    ...(needs.carriesObjects ? replacementFlaws(type, block) : []),
  ];
}

/** What a local has to be, under a frozen name. */
export function localFlaws(configuration: unknown, name: string, value: unknown): readonly string[] {
  return isSame(member(member(configuration, "locals"), name), value) ? [] : ["it is not what the constructs declare"];
}

function isOn(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** Whatever the order of members. */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((each, at) => isSame(each, b[at]));
  }

  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => isSame(member(a, name), member(b, name)));
}

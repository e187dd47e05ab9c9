import type { Postcondition, Precondition } from "cdktf";
import { ANY_NAME } from "../contract/names.js";
import { ID_PATTERN, LARGEST_ID, type ObjectKind } from "../contract/object.js";

/** What only Terraform can check, because it only knows the value: conditions on the blocks of the objects. */

const KEY: Readonly<Record<ObjectKind, string>> = {
  cluster: `^${ID_PATTERN}$`,
  obproxy: `^${ID_PATTERN}/${ID_PATTERN}$`,
};
const WHAT: Readonly<Record<ObjectKind, string>> = {
  cluster: "the id of an OBProxy cluster",
  obproxy: "the id of an OBProxy cluster and that of an OBProxy (cluster/OBProxy)",
};

/**
 * An id that OCP cannot have, or a name that no cluster can have, fails the plan: once deployed no hook could be called
 * for it.
 *
 * @param paths name of the local with the path of each construct, by key
 */
export function idChecks(kind: ObjectKind, paths: string): Precondition[] {
  const path = pathOf(paths);
  const name = "each.value";
  const isName = `try(trimspace(${name}) == ${name} && ${name} != "" && !can(regex("[[:cntrl:]]", ${name})), false)`;
  return [
    {
      condition: `\${try(length(regexall("${KEY[kind]}", each.key)) == 1 && alltrue([for id in split("/", each.key) : tonumber(id) <= ${LARGEST_ID}]), false)}`,
      errorMessage: `${path}: ${WHAT[kind]} would be '\${each.key}', but an id of OCP is a positive integer without leading zeros. Correct the variable, or write the id that OCP shows.`,
    },
    {
      condition: `\${${isName}}`,
      errorMessage: `${path}: \`clusterName\` would be '\${try(tostring(${name}), "null")}' for \${each.key}, but a name has at least one character to see, neither begins nor ends with a space, and has no control characters. Correct the variable, or write the name that OCP shows.`,
    },
  ];
}

/**
 * Of the name only the first deploy's is in the state. Where today's reaches the hook by the settings that is enough;
 * where it cannot (ids or a name that only Terraform knows, or an object that will leave with no name at all to guard
 * it), a change fails the plan rather than have no effect.
 */
export function nameCheck(triggers: string, names: string | undefined): Postcondition {
  const first = `self.${triggers}["cluster_name"]`;
  const hadName = `${first} != "${ANY_NAME}"`;
  const reaches = names === undefined ? hadName : `(${hadName} && !can(local.${names}[each.key]))`;
  const where = names === undefined ? "" : `\${try("\${local.${names}[each.key]}: ", "")}`;
  return {
    // What was imported has no triggers.
    condition: `\${try(${first} == each.value || ${reaches}, true)}`,
    errorMessage: `${where}\${each.key} was deployed with the cluster's name '\${${first}}' and is declared with '\${each.value}' now, but a null_resource keeps the first, which alone would guard the object. Forget it (terraform state rm, which deletes nothing) and deploy it again with the new name; or set \`carrier: Carrier.TERRAFORM_DATA\` on the OcpProvider, which follows the name${names === undefined ? "" : "; or write ids and name in the code"}.`,
  };
}

export interface NamesChecked {
  /** `null_resource.ocp_obproxies` */
  readonly block: string;
  /** The attribute that holds the first name: `triggers.cluster_name`. */
  readonly attribute: string;
  /** Names of locals: what is declared, and the paths of what only Terraform knows. */
  readonly declared: string;
  readonly paths: string;
}

/**
 * A destroy evaluates no condition of a block, and its hooks know no name that only Terraform knows. But it begins by
 * evaluating all locals, with what the state holds of the blocks; so this one fails where the names differ. The function
 * that cannot convert a text tells it (seen with Terraform 1.11). A name that is not known yet fails nothing.
 */
export function namesUnchanged({ attribute, block, declared, paths }: NamesChecked): string {
  const first = `${block}[key].${attribute}`;
  const today = `local.${declared}[key]`;
  const text = `\${path}: \${key} was deployed with the cluster's name '\${${first}}' and is declared with '\${${today}}' now`;
  const changed = `[for key, path in local.${paths} : "${text}" if try(${first} != ${today}, false)]`;
  return `\${length(${changed}) == 0 ? 0 : tonumber(join("; ", concat(${changed}, ["${REMEDY}"])))}`;
}

const REMEDY =
  "a null_resource keeps the first name: forget the object (terraform state rm, which deletes nothing) and deploy it again, or write its ids and name in the code";

function pathOf(paths: string): string {
  return `\${try(local.${paths}[each.key], "?")}`;
}

/** The `lifecycle` that cdktf has prepared for HCL, with its checks as blocks. */
export function lifecycleInHcl(lifecycle: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const members = Object.entries(lifecycle).map(([name, value]) =>
    name === "precondition" || name === "postcondition"
      ? [name, { isBlock: true, type: "list", storageClassType: "objectList", value }]
      : [name, { isBlock: false, type: "list", storageClassType: "stringList", value }],
  );
  return { isBlock: true, type: "list", storageClassType: "objectList", value: [Object.fromEntries(members)] };
}

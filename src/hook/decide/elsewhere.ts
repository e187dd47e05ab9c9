import { ANY_NAME } from "../../contract/names.js";
import { keyOf, type Target } from "../../contract/object.js";
import type { TokenDeclaration } from "../../contract/settings-file.js";
import type { OcpId } from "../../ocp/model.js";
import type { Neighbour } from "../neighbours.js";
import type { Settings } from "../settings.js";

/**
 * What the app declares of one object, here and elsewhere. A declaration protects wherever it stands: in another
 * provider or stack, under another spelling of the URL, and where its ids are known to Terraform alone.
 */

/** - `may-be-declared`: by ids of this provider that only Terraform knows; nobody can tell whether it is one of them */
export type Standing = "declared" | "may-be-declared" | "left";

export function standingOf(target: Target, settings: Settings): Standing {
  const key = keyOf(target);
  if ((target.kind === "cluster" ? settings.clusters : settings.obproxies)[key] !== undefined) return "declared";
  return settings.tokens.some((token) => mayBeItsIds(token, target)) ? "may-be-declared" : "left";
}

/** Another provider's declaration of the object, or one that may be of it. */
export interface Claim {
  readonly by: Neighbour;
  /** Path of the construct. */
  readonly path: string;
  readonly sure: boolean;
}

/** @param name of the object's cluster, as its guard has it; undefined: any */
export function claimsOf(target: Target, name: string | undefined, { others }: Settings): readonly Claim[] {
  const key = keyOf(target);
  return others.flatMap((by): Claim[] => {
    const path = (target.kind === "cluster" ? by.clusters : by.obproxies)[key];
    if (path !== undefined) return [{ by, path, sure: true }];
    const token = by.tokens.find((each) => mayBe(each, target, name));
    return token === undefined ? [] : [{ by, path: token.path, sure: false }];
  });
}

/** Whether ids that only Terraform knows may be those of the object, as far as they are known. */
export function mayBeItsIds(token: TokenDeclaration, target: Target): boolean {
  return (
    token.kind === target.kind &&
    isOpenOr(token.clusterId, target.clusterId) &&
    (target.kind === "cluster" || isOpenOr(token.obproxyId, target.obproxyId))
  );
}

/** OCP has one cluster of a name, and a declaration with another one deletes nothing of it. */
export function mayBe(token: TokenDeclaration, target: Target, name: string | undefined): boolean {
  return mayBeItsIds(token, target) && (isAny(name) || isAny(token.clusterName) || token.clusterName === name);
}

/**
 * Of the OBProxies of the object's cluster that are declared by ids only Terraform knows: here, or for what may be the same
 * OCP. Under another address only where a cluster is to go and its id and name are given as the same.
 */
export function tokensIn({ clusterId, kind }: Target, { others, tokens }: Settings): readonly TokenDeclaration[] {
  const elsewhere = others.flatMap((other) =>
    other.sameOcp !== "different"
      ? other.tokens
      : other.tokens.filter(
          (token) => kind === "cluster" && token.clusterId === clusterId && token.clusterName !== undefined,
        ),
  );
  return [...tokens, ...elsewhere].filter((each) => each.kind === "obproxy" && isOpenOr(each.clusterId, clusterId));
}

export function isAny(name: string | undefined): boolean {
  return name === undefined || name === ANY_NAME;
}

function isOpenOr(known: OcpId | undefined, wanted: OcpId): boolean {
  return known === undefined || known === wanted;
}

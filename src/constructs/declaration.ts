import { Token } from "cdktf";
import type { Construct } from "constructs";
import type { ObjectKind } from "../contract/object.js";
import type { Timeouts } from "./timeouts.js";

/** One object of OCP as one construct declares it. */
export interface Declaration {
  readonly construct: Construct;
  readonly kind: ObjectKind;
  /** `"27"` or `"27/3"`; holds tokens where an id is one. */
  readonly key: string;
  /** An id is a token: no settings, no `moved`, no sentinel, because the key is only known to Terraform. */
  readonly isToken: boolean;
  readonly clusterId: string;
  readonly obproxyId?: string;
  readonly clusterName: string;
  readonly forceDestroy: boolean;
  readonly skipDestroy: boolean;
  readonly preventDestroy: boolean;
  readonly skipHostOperation: boolean;
  readonly timeouts?: Timeouts;
}

/** An id as Terraform writes it. A template literal would lose the token that a number may be. */
export function idText(id: number): string {
  return Token.isUnresolved(id) ? Token.asString(id) : String(id);
}

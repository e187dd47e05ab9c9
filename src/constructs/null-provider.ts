import { NullProvider } from "@cdktf/provider-null/lib/provider/index.js";
import type { TerraformStack } from "cdktf";
import type { Construct } from "constructs";

/**
 * Gives the stack a provider for null_resource, unless it has one. This is done at synth and not before, because two
 * of them without an `alias` are an error in Terraform, and the app's own may be declared after ours.
 */
export function ensureNullProvider(stack: TerraformStack, scope: Construct): void {
  const isDefaultNullProvider = (construct: unknown): boolean =>
    NullProvider.isTerraformProvider(construct) &&
    construct.terraformResourceType === NullProvider.tfResourceType &&
    construct.alias === undefined;
  if (!stack.node.findAll().some(isDefaultNullProvider)) new NullProvider(scope, "null");
}

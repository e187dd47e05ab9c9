import { App, TerraformBackend, TerraformStack } from "cdktf";
import { resolve } from "node:path";
import { member } from "../contract/json.js";
import { resolved } from "./resolved.js";

/** Where a stack's local backend keeps its state. Undefined: it lies in another kind of backend. */
export function stateFileOf(stack: TerraformStack): string | undefined {
  const terraform = member(hasOverriddenBackend(stack) ? stack.toTerraform() : backendAsWritten(stack), "terraform");
  const path = member(member(member(terraform, "backend"), "local"), "path");
  if (typeof path !== "string") return undefined;
  // Terraform starts in the stack's directory, and normalizes every text.
  return resolve(App.of(stack).outdir, "stacks", stack.node.id, path.normalize());
}

/** What the escape hatch of a stack writes over its backend shows only in the whole configuration. */
export function hasOverriddenBackend(stack: TerraformStack): boolean {
  const overrides = member(Reflect.get(stack, "rawOverrides"), "terraform");
  return ["backend", "cloud"].some((name) => member(overrides, name) !== undefined);
}

function backendAsWritten(stack: TerraformStack): unknown {
  const isItsOwn = (each: unknown): each is TerraformBackend =>
    TerraformBackend.isBackend(each) && TerraformStack.of(each) === stack;
  const backend = stack.node.findAll().find(isItsOwn);
  return backend === undefined ? undefined : resolved(stack, backend.toTerraform());
}

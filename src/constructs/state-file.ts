import { App, TerraformBackend, TerraformStack } from "cdktf";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { isRecord, member } from "../contract/json.js";
import { resolved } from "./resolved.js";

/** Where a stack's local backend keeps its state. Undefined: it lies in another kind of backend. */
export function stateFileOf(stack: TerraformStack): string | undefined {
  const path = member(member(member(terraformOf(stack), "backend"), "local"), "path");
  if (typeof path !== "string") return undefined;
  // Terraform starts in the stack's directory, and normalizes every text.
  return resolve(App.of(stack).outdir, "stacks", stack.node.id, path.normalize());
}

export interface RemoteState {
  /** `s3`, `cloud`, … */
  readonly backend: string;
  /** What is written of it. `init` may add to that, and a workspace may be chosen in it. */
  readonly configuration: unknown;
}

/** Undefined: it is local, or nothing that is written names it. */
export function remoteStateOf(stack: TerraformStack): RemoteState | undefined {
  const terraform = terraformOf(stack);
  const written = member(terraform, "backend");
  const cloud = member(terraform, "cloud");
  const [first] = isRecord(written) ? Object.entries(written) : [];
  const [backend, configuration] = cloud === undefined ? (first ?? []) : ["cloud", cloud];
  const workspaces = member(configuration, "workspaces");
  const isChosenLater = workspaces !== undefined && member(workspaces, "name") === undefined;
  if (backend === undefined || backend === "local" || isChosenLater || isDeepStrictEqual(configuration, {})) {
    return undefined;
  }
  return { backend, configuration };
}

/** What the escape hatch of a stack writes over its backend shows only in the whole configuration. */
export function hasOverriddenBackend(stack: TerraformStack): boolean {
  const overrides = member(Reflect.get(stack, "rawOverrides"), "terraform");
  return ["backend", "cloud"].some((name) => member(overrides, name) !== undefined);
}

function terraformOf(stack: TerraformStack): unknown {
  return member(hasOverriddenBackend(stack) ? stack.toTerraform() : backendAsWritten(stack), "terraform");
}

function backendAsWritten(stack: TerraformStack): unknown {
  const isItsOwn = (each: unknown): each is TerraformBackend =>
    TerraformBackend.isBackend(each) && TerraformStack.of(each) === stack;
  const backend = stack.node.findAll().find(isItsOwn);
  return backend === undefined ? undefined : resolved(stack, backend.toTerraform());
}

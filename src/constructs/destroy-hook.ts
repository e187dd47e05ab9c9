import type { LocalExecProvisioner } from "cdktf";
import { ENV, FIRST_LOOK, HOOK_FILE, type TriggerKey } from "../contract/names.js";
import { deletion, label, type ObjectKind } from "../contract/object.js";
import type { CarrierForm } from "./carrier-form.js";
import { terraformText } from "./terraform-text.js";

/** What is the same for all hooks of a provider. */
export interface HookCall {
  /** Where the hook's files lie, from the stack's directory. */
  readonly directory: string;
  /** Whose hook it is; the hook compares them with the settings that it finds. */
  readonly stack: string;
  readonly alias: string;
}

/** The ids are those of the instance's key: an instance that was imported has no triggers. */
export function destroyHook(
  kind: ObjectKind,
  call: HookCall,
  { attribute, today }: Pick<CarrierForm, "attribute" | "today">,
): LocalExecProvisioner {
  const trigger = (key: TriggerKey): string => `self.${attribute}.${key}`;
  const ids: readonly [string, string?] = kind === "cluster" ? ["${each.key}"] : [part(0), part(1)];
  const keys: readonly TriggerKey[] = kind === "cluster" ? ["cluster_id"] : ["cluster_id", "obproxy_id"];
  return provisioner(call, deletion(kind, ...ids), {
    [ENV.kind]: kind,
    ...objectOf(call, ...ids),
    [ENV.clusterName]: `\${try(tostring(${trigger("cluster_name")}), "")}`,
    [ENV.deployedAs]: `\${try(join("/", [${keys.map(trigger).join(", ")}]), "")}`,
    // What was deployed by null_resource, or before this attribute was, has none.
    ...(today === undefined ? {} : { [ENV.lastDeploy]: `\${try(jsonencode(self.${today}), "")}` }),
  });
}

/** Of what is remembered beside a null_resource. */
export function memoryHook(kind: ObjectKind, call: HookCall): LocalExecProvisioner {
  const object = label(kind, "${each.key}");
  return provisioner(call, `see that nothing of ${object} is forgotten that its deletion needs`, {
    [ENV.memoryOf]: kind,
    ...objectOf(call, part(0), kind === "cluster" ? undefined : part(1)),
    [ENV.lastDeploy]: "${jsonencode(self.input)}",
  });
}

/** Of what goes before everything that stands in front of the objects. */
export function firstLookHook(call: HookCall): LocalExecProvisioner {
  return provisioner(call, "see that OCP can delete what is declared, before anything goes", {
    [ENV.kind]: FIRST_LOOK,
    ...whose(call),
  });
}

/**
 * `node` is started without a shell: then Terraform's SIGKILL on interrupt hits the hook itself and leaves no orphan,
 * nothing needs quoting, and the last argument, `command`, is free to be a sentence for people.
 */
function provisioner(
  { directory }: HookCall,
  command: string,
  environment: Record<string, string>,
): LocalExecProvisioner {
  return {
    type: "local-exec",
    when: "destroy",
    interpreter: ["node", `\${path.module}/${directory}/${HOOK_FILE}`],
    command,
    environment,
  };
}

function whose({ alias, stack }: HookCall): Record<string, string> {
  return { [ENV.stack]: terraformText(stack), [ENV.provider]: alias };
}

function objectOf(call: HookCall, clusterId: string, obproxyId?: string): Record<string, string> {
  return {
    ...whose(call),
    [ENV.clusterId]: clusterId,
    ...(obproxyId === undefined ? {} : { [ENV.obproxyId]: obproxyId }),
  };
}

/** Of the key `27/3`. */
function part(index: 0 | 1): string {
  return `\${try(split("/", each.key)[${String(index)}], "")}`;
}

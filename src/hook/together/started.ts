import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { HOOK_FILE } from "../../contract/names.js";
import { deletion, type OcpId } from "../../contract/object.js";
import { terraformPid } from "../tell/terraform-run.js";

/** What Terraform has started by now, as far as this hook can see it. */
export interface Started {
  /** As many hooks as it runs at once are at work: before one of them ends, it starts no other. */
  readonly isFull: boolean;
  /** The OBProxies of the cluster whose hooks are there: at work, about to be, or about to end. */
  readonly ofCluster: readonly OcpId[];
  /** Tells one such look from another: it changes when a hook begins or ends. */
  readonly hooks: string;
}

/** Undefined: the system does not tell. */
export type SeeStarted = () => Started | undefined;

/** Of `terraform destroy` and `terraform apply`. */
const DEFAULT_PARALLELISM = 10;

/**
 * Sees the hooks that Terraform has started long before they can come to meet: their processes are there at once (Linux
 * alone tells of them), and say on their command lines whose they are. Nothing hangs on it but how long a hook waits for
 * others.
 */
export function seeStarted(clusterId: OcpId, env: NodeJS.ProcessEnv): SeeStarted {
  const terraform = terraformPid();
  const own = terraform === undefined ? undefined : callOf(process.pid);
  if (terraform === undefined || own === undefined) return () => undefined;
  const atOnce = parallelism(argumentsOf(terraform) ?? [], env);
  const ofThisCluster = new RegExp(`^${deletion("obproxy", clusterId, "([0-9]+)")}$`);
  return () => {
    const hooks = childrenOf(terraform)
      .map((pid) => ({ pid, call: callOf(pid) }))
      .filter(({ call }) => call !== undefined);
    // The same file is the same provider, whose OCP is ours.
    const sentences = hooks.flatMap(({ call }) => (call?.file === own.file ? [call.sentence] : []));
    if (!sentences.includes(own.sentence)) return undefined;
    return {
      isFull: hooks.length >= atOnce,
      ofCluster: sentences.flatMap((sentence) => ofThisCluster.exec(sentence)?.[1] ?? []),
      hooks: hooks.map(({ pid }) => pid).join(),
    };
  };
}

/** Source: proc(5). The children of each thread; a process that ends meanwhile has none. */
function childrenOf(pid: number): readonly number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads
      .flatMap((thread) => (read(`/proc/${pid}/task/${thread}/children`) ?? "").split(" "))
      .filter((child) => child !== "")
      .map(Number);
  } catch {
    return [];
  }
}

/** Undefined: it is no hook. What stands before the file may be a version manager's `node`. */
function callOf(pid: number): { readonly file: string; readonly sentence: string } | undefined {
  const [file = "", sentence = ""] = (argumentsOf(pid) ?? []).slice(-2);
  return basename(file) === HOOK_FILE ? { file, sentence } : undefined;
}

function argumentsOf(pid: number): readonly string[] | undefined {
  return read(`/proc/${pid}/cmdline`)?.split("\0").slice(0, -1);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * As Terraform reads its own: the last of them counts, and those of the environment come first.
 *
 * @param call of Terraform, with the program
 */
export function parallelism(call: readonly string[], env: NodeJS.ProcessEnv): number {
  const command = call.slice(1).find((each) => !each.startsWith("-")) ?? "";
  const fromEnvironment = [env["TF_CLI_ARGS"], env[`TF_CLI_ARGS_${command}`]].join(" ");
  const all = [...fromEnvironment.split(/\s+/), ...call].join(" ");
  const last = [...all.matchAll(/(?:^| )--?parallelism[= ](\d+)(?= |$)/g)].at(-1)?.[1];
  return Number(last ?? "0") || DEFAULT_PARALLELISM;
}

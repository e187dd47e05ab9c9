import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { connectionFrom } from "../hook/connection.js";
import { serversNamed } from "../hook/decide/evidence.js";
import type { OurTask } from "../hook/decide/situation.js";
import { handsOff, type Intent } from "../hook/intent.js";
import { isId, labelOfKey, obproxyKey } from "../contract/object.js";
import { systemClock } from "../hook/patience/clock.js";
import { retryTask } from "../hook/teardown.js";
import type { Settings } from "../hook/settings.js";
import { Chronicle } from "../hook/tell/chronicle.js";
import { HookFailure } from "../hook/tell/failure.js";
import { mustNotBeRetried } from "../hook/tell/failures.js";
import { type Journal, journalFor } from "../hook/tell/journal.js";
import { Reporter } from "../hook/tell/reporter.js";
import { terraformRun } from "../hook/tell/terraform-run.js";
import { tickFor } from "../hook/tick.js";
import { maskSecrets, secretsOf } from "../ocp/mask.js";
import type { OcpId } from "../ocp/model.js";
import { checkArguments, UsageError } from "./arguments.js";
import { type CommandIo, runCommand } from "./command.js";
import type { Look } from "../survey/answers.js";
import { Inquiry } from "../survey/inquiry.js";
import { CannotLook } from "../survey/cannot-look.js";
import type { Provider, Stack } from "../survey/stack.js";
import { type Surveyed, survey } from "../survey/survey.js";
import { stateFromFile, stateFromTerraform } from "../survey/terraform.js";
import { oneStackAt } from "./stacks.js";

export const RETRY_HELP = `Usage: cdktf-obproxy retry <task> <stack directory> [options]

Has OCP retry a failed deletion, and waits for its end, as a destroy with taskRetries would, without a change of the code.
<task> is the id of OCP's task, as the failure names it; the directory is the synthesized stack whose object it deletes
(cdktf.out/stacks/<stack>). URL and credentials come from the environment, as for the destroy.

A retry is a delete: it is sent only where everything that the task deletes is known (from a note of this machine, or
from the task's tags), is this stack's, and may go now by every guard. Nothing else is deleted. What has been deleted
leaves Terraform's state with the next destroy.

  --state <file>  take the state from a file (terraform show -json, or a state file)
  --help

Exit code: 0 the task has ended well and its object is gone; 1 it has not, or must not be retried, and the last lines say
why; 2 something cannot be looked at, or the command line is wrong.`;

/**
 * `cdktf-obproxy retry`
 *
 * @param args what follows `retry` on the command line
 * @returns the exit code; see {@link RETRY_HELP}
 */
export function retry(args: readonly string[], io: CommandIo): Promise<number> {
  const command = { name: "retry", help: RETRY_HELP, io };
  return runCommand(
    command,
    () => readOptions(args),
    (options) => run(options, io),
  );
}

interface Options {
  readonly task: OcpId;
  readonly directory: string;
  readonly state: string | undefined;
}

/** An object of the stack, and what its own hook would see and want. */
interface Candidate {
  readonly provider: Provider;
  readonly settings: Settings;
  readonly intent: Intent;
  readonly ours: OurTask;
  /** Why the object must not go at all, whatever OCP says; absent: it may. */
  readonly mustStay?: string;
}

async function run({ directory, state, task }: Options, io: CommandIo): Promise<number> {
  const stack = oneStackAt(directory, io);
  const { instances } = await (state === undefined
    ? stateFromTerraform(stack, io.env)
    : stateFromFile(resolve(io.cwd, state)));
  const objects = survey(stack, instances).filter(({ fate }) => fate === "hook");
  const inquiry = new Inquiry(io.env, (milliseconds) => sleep(milliseconds));
  const candidates: Candidate[] = [];
  try {
    for (const provider of stack.providers) {
      const held = heldAt(provider.settings?.address, stack, objects);
      candidates.push(...(await candidatesOf(task, provider, { objects, held }, inquiry)));
    }
  } finally {
    await inquiry.close();
  }
  const meant = candidatesOfOneOcp(task, candidates);
  // What may not go stops the retry of all that goes with it.
  const stops = meant.find(({ mustStay }) => mustStay !== undefined);
  const chosen = stops ?? meant.find(({ ours }) => ours.whyNotRetry === undefined) ?? meant[0];
  if (chosen === undefined) {
    throw new CannotLook(
      `nothing proves that task ${task} is the newest deletion of something in the state of the stack ${stack.name}`,
      `see in OCP's console what the task deletes; name the directory of the stack that it belongs to, or retry it there`,
    );
  }
  return await carryOut(chosen, stack.directory, io);
}

/** Each OCP counts its tasks for itself. One that has ended well needs no retry. @throws CannotLook */
function candidatesOfOneOcp(task: OcpId, candidates: readonly Candidate[]): readonly Candidate[] {
  const open = candidates.filter(({ ours }) => ours.verdict.kind !== "succeeded");
  const meant = open.length === 0 ? candidates : open;
  const [one, another] = new Set(meant.map(({ settings }) => settings.address ?? "?"));
  if (open.length > 0 && one !== undefined && another !== undefined) {
    throw new CannotLook(
      `task ${task} is one of OCP at ${one} and another one of OCP at ${another}, and neither has ended well`,
      "retry the one that is meant in the console of its OCP (Task Center)",
    );
  }
  return meant;
}

/** The objects of a provider whose newest deletion the task is proven to be. @throws CannotLook */
async function candidatesOf(
  task: OcpId,
  provider: Provider,
  { held, objects }: { readonly objects: readonly Surveyed[]; readonly held: ReadonlySet<string> },
  inquiry: Inquiry,
): Promise<readonly Candidate[]> {
  const own = objects.filter((object) => object.provider === provider.alias);
  const { settings } = provider;
  if (settings === undefined) {
    const [flaw] = provider.flaws;
    throw new CannotLook(flaw?.message ?? "the settings cannot be used", flaw?.next ?? "synthesize again");
  }

  const answers = await inquiry.ask(provider, settings, own);
  const refusal = answers.kind === "blind" ? answers.refusal : (answers.clustersRefusal ?? answers.tasksRefusal);
  if (answers.kind === "blind" || refusal !== undefined) {
    const [what = "", next = ""] = [refusal?.message, refusal?.next].map((text) =>
      maskSecrets(text ?? "", inquiry.secrets),
    );
    throw new CannotLook(what, next);
  }
  return [...answers.objects.values()].flatMap((look) => {
    if (look.kind !== "seen") return [];
    const { ours } = look.seen;
    if (ours?.task.id !== task) return [];
    const surveyed = own.find(({ key }) => key === look.intent.key);
    const hands = handsOff(look.intent.target, settings, surveyed?.remembered);
    const mustStay = hands.off ? hands.reason : letGo(look, held);
    return [{ provider, settings, intent: look.intent, ours, ...(mustStay !== undefined && { mustStay }) }];
  });
}

/** Keys of what the state holds of one OCP, by whichever provider; two OCPs give the same ids. */
function heldAt(
  address: string | undefined,
  { providers }: Pick<Stack, "providers">,
  objects: readonly Surveyed[],
): ReadonlySet<string> {
  const near = new Set(providers.filter(({ settings }) => settings?.address === address).map(({ alias }) => alias));
  return new Set(objects.flatMap(({ key, provider }) => (near.has(provider ?? "") ? [key] : [])));
}

/**
 * Declared it may be still, and a destroy would leave it: what the state has let go is nobody's to delete.
 *
 * @param held keys of what the state holds of this OCP
 */
function letGo({ intent, seen }: SeenLook, held: ReadonlySet<string>): string | undefined {
  const { cluster, ours } = seen;
  // What else a cluster holds its guards know.
  if (cluster === undefined || ours === undefined || intent.target.kind === "cluster") return undefined;
  if (ours.deletes === "cluster") return undefined;
  const deletes = ours.deletes ?? serversNamed(ours.task, cluster.id) ?? [];
  const isListed = (id: OcpId): boolean => cluster.obproxies?.some((server) => server.id === id) !== false;
  const gone = deletes.filter((id) => isListed(id) && !held.has(obproxyKey(cluster.id, id)));
  const labels = gone.map((id) => labelOfKey(obproxyKey(cluster.id, id))).join(", ");
  return gone.length === 0 ? undefined : `it would also delete ${labels}, which OCP lists and the state does not hold`;
}

type SeenLook = Extract<Look, { kind: "seen" }>;

async function carryOut(
  { intent, mustStay, ours, provider, settings }: Candidate,
  stackDirectory: string,
  io: CommandIo,
): Promise<number> {
  const connection = connectionFrom(settings.provider, io.env, provider.directory);
  const secrets = secretsOf(connection.credentials);
  const { tickMs } = tickFor(io.env, connection.baseUrl);
  const reporter = new Reporter(
    intent.label,
    (line) => io.stdout.write(`${line}\n`),
    () => systemClock.now(),
    tickMs,
    (text) => maskSecrets(text, secrets),
  );
  let chronicle: Chronicle | undefined;
  try {
    const { envPrefix } = settings.provider;
    const whyNot = mustStay ?? (ours.verdict.kind === "failed" ? ours.whyNotRetry : undefined);
    // Then the failure that it was called for stays the last word.
    if (whyNot !== undefined) throw mustNotBeRetried(ours.task, whyNot);
    const journal = journalOf({ intent, ours, provider, settings }, secrets, reporter, io);
    chronicle = new Chronicle(journal, intent.key);
    const { deletes } = ours;
    if (deletes !== undefined && deletes !== "cluster" && deletes.length > 1) {
      const keys = deletes.map((id) => obproxyKey(intent.target.clusterId, id));
      reporter.line(`task ${ours.task.id} deletes OBProxies ${keys.join(", ")}`);
    }
    const surroundings = { env: io.env, tickMs, reporter, chronicle, envPrefix, stackDirectory };
    const { how, ...rest } = await retryTask(intent, ours, connection, surroundings);
    journal.write({ event: how, ...rest });
    io.stdout.write("What the task has deleted leaves Terraform's state with the next destroy.\n");
    return 0;
  } catch (error) {
    if (!(error instanceof HookFailure)) throw error;
    const { message: what, details, next } = error;
    chronicle?.failed({ event: "failed", what, details, next });
    reporter.failure(error);
    return 1;
  }
}

/** Where the report looks for what becomes of the object, as its hook would write it. */
function journalOf(
  { intent, ours, provider, settings }: Candidate,
  secrets: readonly string[],
  reporter: Reporter,
  { env }: CommandIo,
): Journal {
  const { address: ocp, stack } = settings;
  const { key, target } = intent;
  // No run of Terraform's is called so.
  const run = `${terraformRun()}-retry-${process.pid}`;
  const journal = journalFor({ run, stack, provider: provider.alias, object: key }, env, {
    mask: (text) => maskSecrets(text, secrets),
    onTrouble: (text) => {
      reporter.warn(text);
    },
  });
  const path = (target.kind === "cluster" ? settings.clusters : settings.obproxies)[key]?.path;
  journal.write({
    ...{ event: "started", hook: provider.directory, retries: ours.task.id },
    ...(ocp !== undefined && { ocp }),
    ...(path !== undefined && { path }),
  });
  return journal;
}

function readOptions(args: readonly string[]): "help" | Options {
  checkArguments(args, OPTIONS, { positionals: true });
  const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  if (values.help === true) return "help";
  const [task, directory, more] = positionals;
  if (task === undefined || !isId(task)) {
    throw new UsageError(
      `the id of OCP's task comes first, a number, ${task === undefined ? "and is missing" : `not ${JSON.stringify(task)}`}.`,
    );
  }
  if (directory === undefined) throw new UsageError("the directory of the synthesized stack is missing.");
  if (more !== undefined) throw new UsageError(`nothing is known to do with ${JSON.stringify(more)}.`);
  return { task, directory, state: values.state };
}

const OPTIONS = {
  state: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

import { resolve } from "node:path";
import { readEvents } from "../../report/events.js";
import type { OcpId } from "../../ocp/model.js";
import type { Answers, Look, TaskNow } from "../../survey/answers.js";
import { CannotLook } from "../../survey/cannot-look.js";
import type { Inquiry } from "../../survey/inquiry.js";
import type { Output } from "../../survey/output.js";
import type { Stack } from "../../survey/stack.js";
import type { Instance } from "../../survey/state.js";
import { survey, type Surveyed } from "../../survey/survey.js";
import {
  programsFrom,
  stateFromFile,
  stateFromTerraform,
  terraformIn,
  versionOfProgram,
} from "../../survey/terraform.js";
import type { AppSeen, Scene, StateKnown } from "../scene.js";
import { notLookedAt } from "../words/stacks.js";
import { ageOf } from "./age.js";
import { deletedBefore } from "./earlier-runs.js";
import { leftBehind } from "./left-behind.js";
import { versionOfNode } from "./node.js";

/** Where one looks from. */
export interface Place {
  readonly env: NodeJS.ProcessEnv;
  /** Paths are relative to it. */
  readonly cwd: string;
}

export interface LookOptions {
  /** A file with the state of the one stack; undefined: Terraform is asked. */
  readonly state: string | undefined;
  /** The stacks were never deployed. */
  readonly noState: boolean;
  /** Addresses that the deploy that is to follow replaces. */
  readonly replace: readonly string[];
}

export async function lookAtApp(
  stacks: readonly Stack[],
  output: Output | undefined,
  { cwd, env }: Place,
): Promise<AppSeen> {
  const node = stacks.some(({ providers }) => providers.length > 0) ? await versionOfNode(env) : undefined;
  if (output === undefined) return { output, node, leftBehind: [] };
  const age = ageOf(resolve(cwd, output.directory), cwd, Date.now());
  return { output: { ...output, age }, node, leftBehind: leftBehind(stacks, cwd) };
}

/** What one stack declares, what its state holds, and what OCP says of it. */
export async function lookAtStack(stack: Stack, options: LookOptions, place: Place, inquiry: Inquiry): Promise<Scene> {
  const { env } = place;
  const { instances, program, recorded, state: known } = await stateOf(stack, options, place);
  const objects = survey(stack, instances, new Set(options.replace));
  const isRead = program !== undefined && known.kind === "read" && stack.providers.length > 0;
  const state = isRead ? { ...known, program: await versionOfProgram(program, env) } : known;
  const answers = await askOcp(stack, objects, inquiry);
  const tasks = await readFailedTasks(stack, answers, inquiry);
  const terraform = terraformIn(program ?? programsFrom(env)[0], stack.shown);
  const gone = goneBefore(stack, env);
  return { stack, state, terraform, objects, answers, tasks, gone, ...(recorded === undefined ? {} : { recorded }) };
}

async function askOcp(
  { providers }: Stack,
  objects: readonly Surveyed[],
  inquiry: Inquiry,
): Promise<ReadonlyMap<string, Answers>> {
  const answers = new Map<string, Answers>();
  for (const provider of providers) {
    const own = objects.filter((object) => object.provider === provider.alias && isWorthAsking(object));
    if (provider.settings === undefined || own.length === 0) continue;
    answers.set(provider.alias, await inquiry.ask(provider, provider.settings, own));
  }
  return answers;
}

/** More than anybody reads. */
const MOST_TASKS = 10;

/** The lists do not tell why a task has failed. */
async function readFailedTasks(
  { providers }: Stack,
  answers: ReadonlyMap<string, Answers>,
  inquiry: Inquiry,
): Promise<ReadonlyMap<string, ReadonlyMap<OcpId, TaskNow>>> {
  const found = new Map<string, ReadonlyMap<OcpId, TaskNow>>();
  for (const provider of providers) {
    const seen = answers.get(provider.alias);
    if (provider.settings === undefined || seen?.kind !== "seen") continue;
    const ids = [...new Set([...seen.objects.values()].flatMap(failedTasksIn))].slice(0, MOST_TASKS);
    if (ids.length > 0) found.set(provider.alias, await inquiry.tasks(provider, provider.settings, ids));
  }
  return found;
}

function failedTasksIn(look: Look): readonly OcpId[] {
  if (look.kind !== "seen") return [];
  const { badEnds, failedOnCluster, ours } = look.seen;
  const own = ours?.verdict.kind === "failed" ? [ours.task] : [];
  return [...own, ...badEnds.map(({ task }) => task), ...failedOnCluster].map(({ id }) => id);
}

function isWorthAsking({ fate }: Surveyed): boolean {
  return fate === "hook" || fate === "not-deployed";
}

/** What hooks of the stack have written down as deleted; see `Scene.gone`. */
function goneBefore({ name, providers }: Stack, env: NodeJS.ProcessEnv): ReadonlySet<string> {
  const { events } = readEvents(name, env);
  return new Set(
    providers.flatMap(({ alias, settings }) =>
      [...deletedBefore(events, settings?.address)].map((key) => `${alias} ${key}`),
    ),
  );
}

async function stateOf(
  stack: Stack,
  { noState, state }: LookOptions,
  { cwd, env }: Place,
): Promise<{
  readonly instances: readonly Instance[];
  readonly program?: string | undefined;
  readonly recorded?: ReadonlyMap<string, string>;
  readonly state: StateKnown;
}> {
  if (noState) return { instances: [], state: { kind: "none" } };
  try {
    const { from, instances, program, recorded } = await (state === undefined
      ? stateFromTerraform(stack, env, "; or --no-state when the stack was never deployed")
      : stateFromFile(resolve(cwd, state)));
    return { instances, program, recorded, state: { kind: "read", from } };
  } catch (error) {
    if (!(error instanceof CannotLook)) throw error;
    if (stack.providers.length === 0 && state === undefined) {
      return { instances: [], state: { kind: "none", because: notLookedAt(stack.name, error.message) } };
    }

    return { instances: [], state: { kind: "unreadable", message: error.message, next: error.next } };
  }
}

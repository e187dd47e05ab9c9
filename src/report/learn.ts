import { isId, labelOfKey } from "../contract/object.js";
import type { Answers, TaskNow } from "../survey/answers.js";
import { CannotLook } from "../survey/cannot-look.js";
import type { Inquiry } from "../survey/inquiry.js";
import type { Stack } from "../survey/stack.js";
import type { Instance } from "../survey/state.js";
import { survey, type Surveyed } from "../survey/survey.js";
import { stateFromFile, stateFromTerraform } from "../survey/terraform.js";
import { isHookAlive } from "./alive.js";
import { readEvents } from "./events.js";
import { hasEndedWell, type Known, lastHookOf, type StateKnown } from "./known.js";
import { choose, type Chosen } from "./runs.js";
import { type HookStory, nameOfHook, ofOcps, storiesOf } from "./story.js";
import { compareTargets } from "./words.js";

export interface Sources {
  /** Undefined: Terraform is asked. */
  readonly state: string | undefined;
  /** Undefined: OCP is not asked. */
  readonly inquiry: Inquiry | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** What was run is a deploy, which deletes only what has left the code. */
  readonly isOfDeploy: boolean;
  readonly at: number;
}

/** Reads and asks all that is to be known of one stack, and changes nothing. */
export async function learn(stack: Stack, { at, env, inquiry, isOfDeploy, state: stateFile }: Sources): Promise<Known> {
  const events = readEvents(stack.name, env);
  const addresses = new Map(stack.providers.map(({ alias, settings }) => [alias, settings?.address]));
  const stories = storiesOf(events.events).map((story) => ofOcps(story, addresses));
  const runs = choose(stories, stack.directory);
  const { instances, state } = await stateOf(stack, stateFile, runs, env);
  const objects = objectsOf(stack, instances, runs).filter((object) => !isOfDeploy || mayGoInDeploy(object, runs));
  return {
    ...{ stack, state, objects, events, runs, at },
    ...(await askOcp(stack, objects, runs, inquiry)),
    isAlive: ({ pid }) => runs.story !== undefined && isHookAlive(pid, runs.story.run),
  };
}

async function stateOf(
  stack: Stack,
  file: string | undefined,
  { story }: Chosen,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly instances: readonly Instance[]; readonly state: StateKnown }> {
  try {
    const { from, instances } = await (file === undefined ? stateFromTerraform(stack, env) : stateFromFile(file));
    return { instances, state: { kind: "read", from } };
  } catch (error) {
    if (!(error instanceof CannotLook)) throw error;
    // Such as a stack of others in the same app, which this machine has not initialized.
    if (file === undefined && stack.providers.length === 0 && story === undefined) {
      const because = `the stack holds no OcpProvider, and its state was not read (${error.message})`;
      return { instances: [], state: { kind: "unneeded", because } };
    }
    return { instances: [], state: { kind: "unreadable", message: error.message, next: error.next } };
  }
}

/** What is declared, what the state knows, and what has left both in the run that is told of. */
function objectsOf(stack: Stack, instances: readonly Instance[], { story }: Chosen): readonly Surveyed[] {
  const surveyed = survey(stack, instances);
  const known = new Set(surveyed.map(({ key, provider }) => nameOfHook(provider, key)));
  const more = [...(story?.hooks ?? [])].filter(([name]) => !known.has(name)).map(([, hook]) => hook);
  return [...surveyed, ...more.map(ofEvents)].sort(
    (a, b) => compareTexts(a.provider ?? "~", b.provider ?? "~") || compareTargets(a.target, b.target),
  );
}

function mayGoInDeploy({ declaredBy, key, provider }: Surveyed, { story }: Chosen): boolean {
  return declaredBy === undefined || story?.hooks.has(nameOfHook(provider, key)) === true;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function ofEvents({ key, provider, target }: HookStory): Surveyed {
  return {
    ...{ key, target, provider, label: labelOfKey(key), fate: "not-deployed", wave: 0 },
    ...{ declaredBy: undefined, instance: undefined, movesTo: undefined },
    // Any name: only whether it is there is asked.
    remembered: { clusterName: "*", nameFrom: "first-deploy" },
  };
}

/** More than one run begins. */
const MOST_TASKS = 100;

async function askOcp(
  stack: Stack,
  objects: readonly Surveyed[],
  runs: Chosen,
  inquiry: Inquiry | undefined,
): Promise<Pick<Known, "answers" | "tasksNow">> {
  const answers = new Map<string, Answers>();
  const tasksNow = new Map<string, TaskNow | undefined>();
  for (const provider of stack.providers) {
    const { alias, settings } = provider;
    const own = objects.filter((object) => object.provider === alias && object.fate !== "kept");
    if (inquiry === undefined || settings === undefined || own.length === 0) continue;
    const asked = await inquiry.ask(provider, settings, own);
    answers.set(alias, asked);
    if (asked.kind === "blind" || asked.tasksRefusal !== undefined) continue;
    const tasks = unendedTasks(own, runs).slice(0, MOST_TASKS);
    const found = await inquiry.tasks(provider, settings, tasks);
    for (const id of tasks) tasksNow.set(nameOfHook(alias, id), found.get(id));
  }
  return { answers, tasksNow };
}

/** Those of hooks that have not ended well: they may have gone on since. */
function unendedTasks(objects: readonly Surveyed[], runs: Chosen): readonly string[] {
  const hooks = objects.flatMap((object) => lastHookOf({ runs }, object) ?? []).filter((hook) => !hasEndedWell(hook));
  return [...new Set(hooks.flatMap(({ task }) => task ?? []))].filter(isId);
}

import type { HookEvent } from "../contract/events.js";
import { targetOfKey } from "../contract/object.js";
import type { Target } from "./words.js";

/** What the events of one run of Terraform tell, object by object and task by task. Times by the hooks' own clock. */

export interface Story {
  /** Id of the run. */
  readonly run: string;
  readonly startedAt: number;
  readonly lastAt: number;
  /** Where its hooks lay. */
  readonly directories: ReadonlySet<string>;
  /** One for each object, by `<provider> <key>`: the one that began last. */
  readonly hooks: ReadonlyMap<string, HookStory>;
  readonly tasks: readonly TaskStory[];
  /** Providers whose hooks worked at another OCP than theirs now, by alias, with its URL. What they told is left out. */
  readonly otherOcps: ReadonlyMap<string, string>;
}

export type End = Extract<HookEvent, { event: "deleted" | "already-gone" | "left-alone" | "failed" }>;

export interface HookStory {
  readonly provider: string;
  readonly key: string;
  readonly target: Target;
  readonly pid: number;
  /** Whether it has said that it begins with the object itself, and not with what is remembered of it. */
  isOfObject: boolean;
  readonly startedAt: number;
  lastAt: number;
  /** It was `cdktf-obproxy retry`, after which Terraform's state holds the object still. */
  isRetry?: boolean;
  /** Base URL of its OCP. */
  ocp?: string;
  /** Of the construct. */
  path?: string;
  /** The deletion that it has sent, or waits for as its own. */
  task?: string;
  /** It has seen itself that its task ended SUCCESSFUL: what it says of the object after that, it says knowing so. */
  hasSeenSuccess?: boolean;
  /** What it waited for when its events end. */
  waitingFor?: string;
  readonly warnings: string[];
  /** Undefined: it has not come to an end that it could tell. */
  end?: End;
}

export interface TaskStory {
  readonly provider: string;
  readonly id: string;
  name: string;
  status: string;
  done: number;
  total: number;
  creator?: string;
  /** It deletes one of the objects. */
  ours: boolean;
  /** Whether OCP's own words of it have been seen, and not only its id. */
  seen: boolean;
  retries: number;
  readonly startedAt: number;
  lastAt: number;
  endedAt?: number;
  /** By OCP's clock, where OCP tells it. */
  ocpStartedAt?: number;
  ocpEndedAt?: number;
  /** Keys of what it deletes, as far as it is told. */
  readonly objects: Set<string>;
  readonly subtasks: Map<string, SubtaskStory>;
}

export interface SubtaskStory {
  readonly id: string;
  name: string;
  index?: number;
  readonly attempts: AttemptStory[];
}

export interface AttemptStory {
  readonly number: number;
  status: string;
  readonly startedAt: number;
  lastAt: number;
  endedAt?: number;
  /** By OCP's clock, where OCP tells it. */
  ocpStartedAt?: number;
  ocpEndedAt?: number;
}

/** The runs that events tell of, the oldest first. */
export function storiesOf(events: readonly HookEvent[]): readonly Story[] {
  const runs = new Map<string, HookEvent[]>();
  /** By the run of a retry from the command line: the run of Terraform whose task it retries. */
  const amended = new Map<string, string>();
  for (const event of events) {
    if (isRetry(event) && !amended.has(event.run)) {
      const before = runOfRetry(
        runs,
        events.filter(isRetry).filter(({ run }) => run === event.run),
      );
      if (before !== undefined) amended.set(event.run, before);
    }
    const run = amended.get(event.run) ?? event.run;
    const known = runs.get(run);
    if (known === undefined) runs.set(run, [event]);
    else known.push(event);
  }
  return [...runs].map(([run, own]) => storyOf(run, own));
}

type Retry = HookEvent & { readonly event: "started"; readonly retries: string };

function isRetry(event: HookEvent): event is Retry {
  return event.event === "started" && typeof event.retries === "string";
}

/** The newest run that has told of the task, or of one of its objects without a word about the task, which had failed before. */
function runOfRetry(runs: ReadonlyMap<string, readonly HookEvent[]>, retries: readonly Retry[]): string | undefined {
  const tells = (event: HookEvent): boolean =>
    retries.some(
      ({ object, provider, retries: task }) =>
        event.provider === provider && (event.object === object || (event.event === "task" && event.task === task)),
    );
  return [...runs].findLast(([id, events]) => retries.every(({ run }) => run !== id) && events.some(tells))?.[0];
}

function storyOf(run: string, events: readonly HookEvent[]): Story {
  const teller = new Teller();
  for (const event of events) teller.add(event);
  teller.share();
  const times = events.filter((event) => event.run === run).map(({ at }) => Date.parse(at));
  return {
    run,
    startedAt: times.reduce((least, time) => Math.min(least, time), Infinity),
    lastAt: times.reduce((most, time) => Math.max(most, time), -Infinity),
    directories: teller.directories,
    hooks: teller.hooks,
    tasks: [...teller.tasks.values()],
    otherOcps: new Map(),
  };
}

/**
 * The story without what hooks tell of another OCP than their provider has now: there the same ids are other objects.
 *
 * @param addresses of the OCP of each provider, by alias; undefined where it is not known
 */
export function ofOcps(story: Story, addresses: ReadonlyMap<string, string | undefined>): Story {
  const others = new Map<string, string>();
  const hooks = new Map<string, HookStory>();
  for (const [name, hook] of story.hooks) {
    const now = addresses.get(hook.provider);
    if (hook.ocp === undefined || now === undefined || hook.ocp === now) hooks.set(name, hook);
    else others.set(hook.provider, hook.ocp);
  }
  const kept = new Set([...hooks.values()].map(({ provider }) => provider));
  const tasks = story.tasks.filter(({ provider }) => !others.has(provider) || kept.has(provider));
  return { ...story, hooks, tasks, otherOcps: others };
}

export function nameOfHook(provider: string | undefined, key: string): string {
  return `${provider ?? ""} ${key}`;
}

class Teller {
  readonly directories = new Set<string>();
  readonly hooks = new Map<string, HookStory>();
  readonly tasks = new Map<string, TaskStory>();

  add(event: HookEvent): void {
    const hook = this.hookOf(event);
    if (hook === undefined) return;
    const at = Date.parse(event.at);
    hook.lastAt = Math.max(hook.lastAt, at);
    if (event.event !== "warned") delete hook.waitingFor;
    switch (event.event) {
      case "started":
        this.directories.add(event.hook);
        if (typeof event.ocp === "string") hook.ocp = event.ocp;
        if (typeof event.path === "string") hook.path = event.path;
        if (typeof event.retries === "string") hook.isRetry = true;
        break;
      case "sent":
        hook.task = event.task;
        this.sent(event, at);
        break;
      case "task":
        if (event.ours) {
          hook.task = event.task;
          hook.hasSeenSuccess = event.status === "SUCCESSFUL";
        }
        this.task(event, at);
        break;
      case "subtask":
        this.subtask(event, at);
        break;
      case "retried":
        this.taskOf(event, event.task, at).retries += 1;
        break;
      case "waiting":
        hook.waitingFor = event.for;
        break;
      case "warned":
        hook.warnings.push(event.text);
        break;
      case "deleted":
      case "already-gone":
        if (typeof event.task === "string") hook.task = event.task;
        hook.end = event;
        break;
      case "failed":
        if (typeof event.hook === "string") this.directories.add(event.hook);
        hook.end = event;
        break;
      case "left-alone":
        hook.end = event;
        break;
      case "looked":
      case "send-failed":
    }
  }

  /** Undefined: it is about no object of OCP, or not of the hook that deletes it. */
  private hookOf(event: HookEvent): HookStory | undefined {
    const { event: what, object, pid, provider } = event;
    const target = targetOfKey(object);
    if (target === undefined) return undefined;
    const name = nameOfHook(provider, object);
    const known = this.hooks.get(name);
    const isOfObject = what === "started";
    if (known?.pid === pid && (!isOfObject || known.end === undefined)) {
      known.isOfObject ||= isOfObject;
      return known;
    }
    // What is remembered of an object may have a hook of its own, which tells only of its failure.
    if (known?.isOfObject === true && !isOfObject) return undefined;
    const at = Date.parse(event.at);
    const made: HookStory = { provider, key: object, target, pid, isOfObject, startedAt: at, lastAt: at, warnings: [] };
    this.hooks.set(name, made);
    return made;
  }

  private taskOf({ provider }: HookEvent, id: string, at: number): TaskStory {
    const name = nameOfHook(provider, id);
    const known = this.tasks.get(name);
    if (known !== undefined) return known;
    const made: TaskStory = {
      ...{ provider, id, name: "", status: "RUNNING", done: 0, total: 0, ours: false, seen: false, retries: 0 },
      ...{ startedAt: at, lastAt: at, objects: new Set<string>(), subtasks: new Map<string, SubtaskStory>() },
    };
    this.tasks.set(name, made);
    return made;
  }

  /** What one hook has told of a task holds for all whose deletion it is: a hook may end before it could tell. */
  share(): void {
    for (const { id, objects, ours, provider } of this.tasks.values()) {
      if (!ours) continue;
      for (const key of objects) {
        const hook = this.hooks.get(nameOfHook(provider, key));
        if (hook !== undefined && hook.end?.event !== "deleted") hook.task ??= id;
      }
    }
  }

  private sent(event: Extract<HookEvent, { event: "sent" }>, at: number): void {
    const task = this.taskOf(event, event.task, at);
    task.ours = true;
    for (const key of event.with) {
      task.objects.add(key);
      // Its own hook may have no time left to tell.
      const other = this.hooks.get(nameOfHook(event.provider, key));
      if (other !== undefined && other.end === undefined) other.task ??= event.task;
    }
    task.objects.add(event.object);
  }

  private task(event: Extract<HookEvent, { event: "task" }>, at: number): void {
    const task = this.taskOf(event, event.task, at);
    Object.assign(task, { name: event.name, status: event.status, done: event.done, total: event.total, seen: true });
    if (typeof event.creator === "string") task.creator = event.creator;
    if (event.ours) {
      task.ours = true;
      task.objects.add(event.object);
    }
    task.lastAt = Math.max(task.lastAt, at);
    setTime(task, "ocpStartedAt", event.startTime);
    if (!isEnd(event.status)) {
      // A retry leaves the end of what failed before.
      delete task.endedAt;
      delete task.ocpEndedAt;
      return;
    }
    task.endedAt ??= at;
    setTime(task, "ocpEndedAt", event.finishTime);
  }

  private subtask(event: Extract<HookEvent, { event: "subtask" }>, at: number): void {
    const task = this.taskOf(event, event.task, at);
    task.lastAt = Math.max(task.lastAt, at);
    const subtask = task.subtasks.get(event.subtask) ?? { id: event.subtask, name: event.name, attempts: [] };
    task.subtasks.set(event.subtask, subtask);
    subtask.name = event.name;
    if (Number.isSafeInteger(event.index)) subtask.index = Number(event.index);
    const number = Number.isSafeInteger(event.attempt) ? event.attempt : 1;
    const known = subtask.attempts.find((attempt) => attempt.number === number);
    const attempt: AttemptStory = known ?? { number, status: event.status, startedAt: at, lastAt: at };
    if (known === undefined) subtask.attempts.push(attempt);
    attempt.lastAt = Math.max(attempt.lastAt, at);
    // Another hook may tell later what it has seen before.
    if (attempt.endedAt !== undefined) return;
    attempt.status = event.status;
    setTime(attempt, "ocpStartedAt", event.startTime);
    if (!isEnd(event.status)) return;
    attempt.endedAt = at;
    setTime(attempt, "ocpEndedAt", event.finishTime);
  }
}

/** Only what is a time. */
function setTime<K extends string>(of: { [key in K]?: number }, name: K, text: unknown): void {
  const time = typeof text === "string" ? Date.parse(text) : NaN;
  if (Number.isFinite(time)) of[name] = time;
}

/** Of a task or a subtask. Whatever OCP does not document is no end. */
export function isEnd(status: string): boolean {
  return status === "SUCCESSFUL" || status === "FAILED";
}

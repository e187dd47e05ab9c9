import { causesOf } from "./causes.js";
import { judge } from "./judge.js";
import type { Known } from "./known.js";
import type { ReportedOcp, ReportedRun, ReportedStack, ReportedSubtask, ReportedTask } from "./report.js";
import { nameOfHook, type Story, type SubtaskStory, type TaskStory } from "./story.js";

/** What there is to say of one stack. */
export function reportOn(known: Known): ReportedStack {
  const { events, runs, stack, state } = known;
  const objects = judge(known);
  return {
    name: stack.name,
    directory: stack.shown,
    run: runs.story === undefined ? undefined : runOf(known, runs.story),
    eventsFile: events.path,
    stateFrom: state.kind === "read" ? state.from : undefined,
    ocps: ocpsOf(known),
    objects,
    causes: causesOf(known, objects),
    tasks: (runs.story?.tasks ?? []).map((task) => taskOf(known, task)).sort((a, b) => a.startedAt - b.startedAt),
  };
}

function runOf({ isAlive }: Known, { hooks, lastAt, run, startedAt }: Story): ReportedRun {
  const all = [...hooks.values()];
  return {
    id: run,
    startedAt,
    lastAt,
    hooks: all.length,
    isRunning: all.some((hook) => hook.end === undefined && isAlive(hook)),
  };
}

function ocpsOf({ answers, stack }: Known): readonly ReportedOcp[] {
  return stack.providers.map(({ alias }) => {
    const asked = answers.get(alias);
    return { provider: alias, url: asked?.url, asked: asked?.kind === "seen" };
  });
}

function taskOf({ tasksNow }: Known, task: TaskStory): ReportedTask {
  const { creator, done, endedAt, id, lastAt, name, objects, ours, provider, retries, startedAt, status, total } = task;
  const now = tasksNow.get(nameOfHook(provider, id))?.task.status;
  return {
    ...{ id, name, provider, status, done, total, ours, creator, retries, startedAt, endedAt },
    statusNow: now === status ? undefined : now,
    ...{ ocpStartedAt: task.ocpStartedAt, ocpEndedAt: task.ocpEndedAt },
    lastSeenAt: lastAt,
    objects: [...objects],
    subtasks: [...task.subtasks.values()].map(subtaskOf).sort((a, b) => beginningOf(a) - beginningOf(b)),
  };
}

function subtaskOf({ attempts, id, index, name }: SubtaskStory): ReportedSubtask {
  return {
    ...{ id, name, index },
    attempts: attempts.map(({ endedAt, number, ocpEndedAt, ocpStartedAt, startedAt, status }) => ({
      ...{ number, status, startedAt, endedAt, ocpStartedAt, ocpEndedAt },
    })),
  };
}

function beginningOf({ attempts }: ReportedSubtask): number {
  return attempts[0]?.startedAt ?? Infinity;
}

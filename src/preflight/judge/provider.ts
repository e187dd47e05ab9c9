import needs from "../../needs.json";
import type { Answers, Seen } from "../../survey/answers.js";
import type { Provider } from "../../survey/stack.js";
import { changesCarrier } from "../../survey/survey.js";
import type { Code, Finding, Level } from "../report/report.js";
import type { Scene } from "../scene.js";
import * as words from "../words/stacks.js";
import type { Told } from "../words/told.js";
import { clustersUnknown } from "./deployment.js";
import { movesCarriers, programFinding } from "./programs.js";

/** What there is to say about a stack as a whole. */
export function stackFindings({ objects, stack, state }: Scene): readonly Finding[] {
  const about = { stack: stack.name, provider: undefined, objects: [] };
  if (state.kind === "unreadable") {
    const { message, next } = state;
    return [{ ...about, code: "state-unreadable", level: "cannot-look", message, next }];
  }
  if (state.kind === "none" && state.because !== undefined) {
    return [{ ...about, code: "no-provider", level: "note", message: state.because }];
  }

  if (state.kind !== "read" || state.program === undefined) return [];
  const switching = objects.filter(changesCarrier).map(({ label }) => label);
  if (switching.length > 0 && !movesCarriers(state.program)) {
    const told = words.carrierNotMovable(state.program, needs.terraform_data);
    return [{ ...about, objects: switching, code: "carrier-not-movable", level: "problem", ...told }];
  }
  const tooOld = programFinding(stack, state.program);
  return tooOld === undefined ? [] : [tooOld];
}

/** What there is to say about one provider, apart from its objects. */
export function providerFindings(scene: Scene, provider: Provider): readonly Finding[] {
  const { alias, flaws, settings, unknownKeys } = provider;
  const about = { stack: scene.stack.name, provider: alias, objects: [] };
  const answers = scene.answers.get(alias);
  const findings: Finding[] = flaws.map((flaw) => ({ ...about, code: "hook-files", level: "problem", ...flaw }));
  const add = (code: Code, level: Level, told: Told): number => findings.push({ ...about, code, level, ...told });
  if (unknownKeys > 0) add("ids-unknown", "note", words.idsUnknown(alias, unknownKeys));
  if (answers?.kind === "blind") add("ocp-not-reached", "cannot-look", answers.refusal);
  if (answers?.kind === "seen") addRights(add, alias, answers, settings?.provider.waitFor ?? "task");
  findings.push(...clustersUnknown(scene, provider));
  if (answers !== undefined && settings?.provider.insecureSkipVerify === true) {
    add("certificate-unverified", "warning", words.unverified(alias));
  }
  return findings;
}

/** Its hooks would see no end of a deletion, and refuse to begin one. */
export function isBlindToTasks({ settings }: Provider, answers: Answers | undefined): boolean {
  return answers?.kind === "seen" && answers.tasksRefusal !== undefined && settings?.provider.waitFor !== "object";
}

function addRights(
  add: (code: Code, level: Level, told: Told) => void,
  alias: string,
  answers: Seen,
  waitFor: "task" | "object",
): void {
  const { clockSkewMs = 0, clustersRefusal, remarks = [], signIn, tasksRefusal, url, user, version } = answers;
  for (const remark of remarks) add("secret-trimmed", "note", words.secretTrimmed(remark));
  if (version === undefined) add("version-unknown", "warning", words.versionUnknown(url));
  if (clustersRefusal !== undefined) add("clusters-forbidden", "problem", words.clustersForbidden(user, version));
  if (tasksRefusal !== undefined && waitFor === "task") add("tasks-forbidden", "problem", tasksRefusal);
  if (waitFor === "object") {
    add("task-end-unseen", "warning", words.endUnseen(alias, user, tasksRefusal === undefined));
  }
  if (signIn === "access key" && Math.abs(clockSkewMs) >= NOTICEABLE_SKEW_MS) {
    add("clock-skew", "warning", words.clockSkewed(url, clockSkewMs));
  }
}

const NOTICEABLE_SKEW_MS = 60_000;

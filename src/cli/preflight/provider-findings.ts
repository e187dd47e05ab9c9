import needs from "../../needs.json";
import { deleteRight } from "./rights.js";
import type { Answers, Seen } from "./ask.js";
import { clustersUnknown } from "./deployment.js";
import type { Scene } from "./examine.js";
import type { Finding } from "./report.js";
import type { Provider } from "./stack.js";
import { changesCarrier } from "./survey.js";
import { movesCarriers, programFinding } from "./programs.js";

/** What there is to say about a stack as a whole. */
export function stackFindings({ objects, stack, state }: Scene): readonly Finding[] {
  const about = { stack: stack.name, provider: undefined, objects: [] };
  if (state.kind === "unreadable") {
    const { message, next } = state;
    return [{ ...about, code: "state-unreadable", level: "cannot-look", message, next }];
  }
  if (state.kind === "none" && state.because !== undefined) {
    return [{ ...about, code: "no-provider", level: "note", message: state.because, next: undefined }];
  }

  const switching = objects.filter(changesCarrier).map(({ label }) => label);
  if (state.kind === "read" && state.program !== undefined && switching.length > 0 && !movesCarriers(state.program)) {
    const { major, minor, name } = state.program;
    return [
      {
        ...about,
        objects: switching,
        code: "carrier-not-movable",
        level: "problem",
        message: `${name} ${major}.${minor} cannot move null_resource to terraform_data: a destroy would forget what is in the state without running a hook`,
        next: `use Terraform ${needs.terraform_data.Terraform} or OpenTofu ${needs.terraform_data.OpenTofu} or later, or take \`carrier\` off the OcpProvider`,
      },
    ];
  }
  if (state.kind !== "read" || state.program === undefined) return [];
  const tooOld = programFinding(stack, state.program);
  return tooOld === undefined ? [] : [tooOld];
}

/** What there is to say about one provider, apart from its objects. */
export function providerFindings(scene: Scene, provider: Provider): readonly Finding[] {
  const { alias, flaws, settings, unknownKeys } = provider;
  const about = { stack: scene.stack.name, provider: alias, objects: [] };
  const answers = scene.answers.get(alias);
  const findings: Finding[] = flaws.map((flaw) => ({ ...about, code: "hook-files", level: "problem", ...flaw }));
  if (unknownKeys > 0) {
    findings.push({
      ...about,
      code: "ids-unknown",
      level: "note",
      message: `the provider ${alias} declares ${unknownKeys} ${unknownKeys === 1 ? "object with an id" : "objects with ids"} that only Terraform knows; what of them is in the state has been looked at`,
      next: undefined,
    });
  }
  if (answers?.kind === "blind") {
    findings.push({ ...about, code: "ocp-not-reached", level: "cannot-look", ...answers.refusal });
  }
  if (answers?.kind === "seen") findings.push(...rightsFindings(about, answers, settings?.provider.waitFor ?? "task"));
  findings.push(...clustersUnknown(scene, provider));
  if (answers !== undefined && settings?.provider.insecureSkipVerify === true) {
    findings.push({
      ...about,
      code: "certificate-unverified",
      level: "warning",
      message: `the provider ${alias} does not verify OCP's certificate (insecureSkipVerify); whoever stands between can read the password`,
      next: "give the certificate of OCP's authority with `caFile` instead",
    });
  }
  return findings;
}

/** Its hooks would see no end of a deletion, and refuse to begin one. */
export function isBlindToTasks({ settings }: Provider, answers: Answers | undefined): boolean {
  return answers?.kind === "seen" && answers.tasksRefusal !== undefined && settings?.provider.waitFor !== "object";
}

type About = Pick<Finding, "stack" | "provider" | "objects">;

function rightsFindings(about: About, answers: Seen, waitFor: "task" | "object"): readonly Finding[] {
  const { clockSkewMs = 0, clustersRefusal, remarks = [], signIn, tasksRefusal, url, user, version } = answers;
  const findings: Finding[] = remarks.map((message) => ({
    ...about,
    code: "secret-trimmed",
    level: "note",
    message,
    next: "take it out of the secret; nothing else has to be done",
  }));
  if (version === undefined) {
    findings.push({
      ...about,
      code: "version-unknown",
      level: "warning",
      message: `OCP at ${url} does not tell its version; the hook would delete OBProxies by DELETE …/obproxies/{ids}, which all versions know`,
      next: "see whether the user may read /api/v2/info",
    });
  }
  if (clustersRefusal !== undefined) {
    findings.push({
      ...about,
      code: "clusters-forbidden",
      level: "problem",
      message: `the OCP user ${user} may not read OBProxy clusters (403), so nothing can be told or deleted`,
      next: `give the user ${deleteRight(version)}`,
    });
  }
  if (tasksRefusal !== undefined && waitFor === "task") {
    findings.push({ ...about, code: "tasks-forbidden", level: "problem", ...tasksRefusal });
  }

  if (waitFor === "object") {
    findings.push({
      ...about,
      code: "task-end-unseen",
      level: "warning",
      message: `the provider ${about.provider ?? "?"} waits for objects only (waitFor: WaitFor.OBJECT): a task that fails after the object has vanished goes unseen`,
      next:
        tasksRefusal === undefined
          ? `the OCP user ${user} may read tasks, so leave \`waitFor\` out`
          : `let the OCP user ${user} read tasks (up to OCP 4.3.3 the role TASK_VIEWER, from 4.3.4 on the menu right "Task Center > All"), and leave \`waitFor\` out`,
    });
  }
  if (signIn === "access key" && Math.abs(clockSkewMs) >= NOTICEABLE_SKEW_MS) {
    const minutes = Math.round(Math.abs(clockSkewMs) / 60_000);
    findings.push({
      ...about,
      code: "clock-skew",
      level: "warning",
      message: `this machine's clock is ${minutes} min ${clockSkewMs > 0 ? "behind" : "ahead of"} that of OCP at ${url}; access keys allow 15`,
      next: "set the clock of this machine (NTP)",
    });
  }
  return findings;
}

const NOTICEABLE_SKEW_MS = 60_000;

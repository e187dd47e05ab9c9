import { formatDuration } from "../../contract/duration.js";
import { labelOf, labelOfKey } from "../../contract/object.js";
import type { OcpError } from "../../ocp/errors.js";
import type { Cluster, ObproxyServer, OcpId, Subtask, Task } from "../../ocp/model.js";
import { isDocumented, type Verdict } from "../../ocp/task.js";
import { type GuardBreach, protectsSome } from "../decide/guards.js";
import { jsonForLog } from "../../ocp/text.js";
import { HookFailure, RUN_AGAIN } from "./failure.js";
import { inShell } from "./shell.js";
import type { BadEnd } from "../decide/situation.js";
import { type Memory, newestFirst } from "../decide/memory.js";
import type { Claimed, Intent } from "../intent.js";
import type { FailedOfRun } from "./chronicle.js";
import { lastSeen } from "./last-seen.js";

/** Every failure that a user of the hook can meet, apart from those of its own input (`connection.ts`, `intent.ts`). */

/** What other hooks of Terraform's run have deleted is not this one's to tell. */
const NOT_SENT = "no delete was sent for it";

/** OCP's own words in an error answer, where it sent any. */
function ocpWords(error: OcpError): string[] {
  if (error.ocpMessage === undefined && error.codeText === undefined && error.traceId === undefined) return [];
  const facts = [
    ...(error.codeText === undefined ? [] : [`code ${error.codeText}`]),
    ...(error.status === undefined ? [] : [`HTTP ${error.status}`]),
    ...(error.traceId === undefined ? [] : [`trace id ${error.traceId}`]),
  ].join(", ");
  return [`OCP says: ${JSON.stringify(error.ocpMessage ?? "")}${facts === "" ? "" : ` (${facts})`}`];
}

export function refusedAfterAccepted(error: OcpError, times: number): HookFailure {
  return new HookFailure(
    {
      what: `OCP refuses credentials that it accepted before: ${times} more tries ended in 401 too`,
      details: ocpWords(error),
      next: "see whether OCP's own database is away (OCP answers 401 then), or whether the password was changed or the account locked meanwhile; a task that OCP has begun goes on",
      runAgain: true,
    },
    { cause: error },
  );
}

export interface CallContext {
  readonly envPrefix: string;
  /** Whether OCP has accepted a call of this run. */
  readonly accepted: boolean;
  /**
   * What this run's delete has come to. `begun`: OCP has accepted one, or its task was found at work. `doubtful`: the
   * answer was lost. `refused`: OCP has certainly not carried it out.
   */
  readonly sent: "no" | "refused" | "doubtful" | "begun";
  readonly taskId: string | undefined;
  /** Name of the user, or id of the access key. Default: not told. */
  readonly user?: string;
  /** What is odd about the credentials, without them. Default: nothing. */
  readonly oddities?: readonly string[];
}

/** What of our own deletes may be at work in OCP. */
export function callContext(
  memory: Memory,
  context: Pick<CallContext, "envPrefix" | "accepted" | "oddities" | "user">,
): CallContext {
  const { sent, loss, deletions } = memory;
  const watched = newestFirst(deletions.values()).find((deletion) => deletion.watched);
  const wasRefused = sent.state === "refused" || sent.state === "undelivered" || sent.state === "locked";
  return {
    ...context,
    sent: watched !== undefined ? "begun" : loss !== undefined ? "doubtful" : wasRefused ? "refused" : "no",
    taskId: watched?.task.id,
  };
}

/** What has been done so far, for a person who has to know what is at work. */
function whatIsLeft({ method, status }: OcpError, { sent, taskId }: CallContext): string {
  switch (sent) {
    case "no":
      // The failed call may be the delete itself.
      if (method === "GET" || status === undefined) return NOT_SENT;
      return `this ${method} was sent and answered ${status}; OCP has told of no task for it`;
    case "refused":
      return "a delete was sent for it, and OCP did not take it up";
    case "doubtful":
      return "a delete was sent before; OCP may be working on it";
    case "begun":
      return `task ${taskId ?? "?"} may still be running in OCP`;
  }
}

/** Time is up. `trouble`: what kept OCP from answering at that moment. */
export function deadlinePassed(
  limitMs: number,
  isOcps: boolean,
  memory: Memory,
  trouble: OcpError | undefined,
): HookFailure {
  const { sent, following, loss } = memory;
  const error = trouble ?? (sent.state === "locked" || sent.state === "undelivered" ? sent.error : loss?.error);
  const taskId = following?.task.id;
  return new HookFailure({
    what: `not finished after ${formatDuration(limitMs)} (${isOcps ? "OCP's own time limits for the task, with a margin" : "timeouts.delete"})`,
    details: [
      ...lastSeen(memory).map((line) => `last seen: ${line}`),
      ...(trouble === undefined ? [] : [`at the end: ${trouble.message}`]),
      ...(error === undefined ? [] : ocpWords(error)),
      ...(taskId === undefined ? [] : [`task ${taskId} goes on in OCP; nothing cancels it`]),
    ],
    next: `look at the task in OCP's console; run destroy again to resume waiting, with a longer \`timeouts: { delete: … }\` if it needs more time${orForget(memory)}`,
  });
}

/** Of a task that may be anybody's, and may never end, or that has ended in a way that only OCP's console tells. */
function orForget({ following, goneSince, target }: Memory): string {
  if (following === undefined) return "";
  const label = labelOf(target);
  const { id, status } = following.task;
  if (!isDocumented(status)) {
    return `; OCP does not document the status ${status}: if its console shows that task ${id} has ended for good, see there that ${label} is gone, and forget it with terraform state rm`;
  }
  if (following.certain || goneSince === undefined) return "";
  return `; if task ${following.task.id} is about something else than ${label}, which OCP lists no more, there is nothing left to do for it: forget it with terraform state rm`;
}

/** Nothing was to be sent but questions. */
export function notAnswered(limitMs: number, url: string): HookFailure {
  return new HookFailure({
    what: `OCP at ${url} has not answered within ${formatDuration(limitMs)}`,
    details: [NOT_SENT],
    next: "see what keeps it from answering",
    runAgain: true,
  });
}

/** An `OcpError` that no repetition mends, told for the situation. */
export function callFailed(error: OcpError, context: CallContext): HookFailure {
  if (error.kind === "forbidden" && context.sent === "no" && isAboutTasks(error)) return mayNotReadTasks(error);
  const { what, next } = describe(error, context);
  const details = [...whoAsked(error, context), ...ocpWords(error), whatIsLeft(error, context)];
  return new HookFailure({ what, details, next, runAgain: true }, { cause: error });
}

/** Of what would be refused if OCP had it, which cannot be seen: whoever mends that alone is refused next. */
export function claimedAndUnseen({ next, reason }: Claimed, { details, message }: HookFailure): HookFailure {
  return new HookFailure({
    what: `not deleted: ${reason}`,
    details: [`whether OCP has it at all could not be seen: ${message}`, ...details],
    next,
  });
}

/** Where OCP knows the caller not, or not well enough. */
function whoAsked({ kind, url }: OcpError, { user }: CallContext): string[] {
  const isAboutUser = kind === "unauthenticated" || kind === "forbidden" || kind === "redirected";
  return isAboutUser && user !== undefined ? [`asked as ${JSON.stringify(user)} at ${new URL(url).origin}`] : [];
}

function isAboutTasks({ url }: OcpError): boolean {
  return /\/api\/v2\/tasks\/instances(\?|$)/.test(url);
}

function describe(
  error: OcpError,
  { envPrefix, accepted, oddities = [] }: CallContext,
): { what: string; next: string } {
  switch (error.kind) {
    case "unreachable":
      return {
        what: `OCP cannot be reached: ${error.message}`,
        next: `check the URL (${envPrefix}_URL or the \`url\` of the OcpProvider), that this machine may connect to it, and HTTPS_PROXY/NO_PROXY`,
      };
    case "lost":
      return { what: `the connection to OCP broke: ${error.message}`, next: "see whether OCP is up" };
    case "throttled":
      return {
        what: `OCP limits our requests: ${error.message}`,
        next: "wait, or ask OCP's administrator for a higher limit",
      };
    case "unauthenticated":
      return {
        what: `OCP does not accept the credentials (401): wrong user name or password, a locked account, or a wrong access key${skewNote(error)}`,
        next: `check ${envPrefix}_USERNAME and ${envPrefix}_PASSWORD (or ${envPrefix}_ACCESS_KEY_ID and ${envPrefix}_ACCESS_KEY_SECRET)${oddities.length === 0 ? "" : `: ${oddities.join(", ")}, which may not be part of it`}`,
      };
    case "redirected":
      return {
        what: `OCP redirects instead of answering: credentials are missing or not accepted, and a redirect is never followed: ${error.message}`,
        next: `check the credentials and that ${envPrefix}_URL is OCP's own address (an OCP before 4.0.2 does not know access keys)`,
      };
    case "forbidden":
      return {
        what: `OCP refuses the right to do this (403): ${error.message}`,
        next: `ask OCP's administrator: up to OCP 4.3.3 the roles OBPROXY_MANAGER (delete) and TASK_VIEWER (read tasks); from 4.3.4 on the resource right "OBProxy Management" and the menu rights "OBProxy > Overview" and "Task Center > All"`,
      };
    case "server-error":
      return { what: `OCP fails: ${error.message}`, next: "see OCP's own log by the trace id" };
    case "not-ocp":
      return {
        what: `what answers is not OCP's API: ${error.message}`,
        next:
          blockedBy(error) ??
          (accepted
            ? "see what stands between this machine and OCP (a gateway, a login page)"
            : `check the URL (${envPrefix}_URL or the \`url\` of the OcpProvider): it is OCP's base address without /api`),
      };
    case "not-found":
    case "refused":
      return { what: `OCP refuses the request: ${error.message}`, next: "read OCP's words above" };
  }
}

/** A page that refuses is that of something on the way. */
function blockedBy({ proxyVariable, status }: OcpError): string | undefined {
  if (status !== 401 && status !== 403) return undefined;
  return proxyVariable === undefined
    ? "see what stands between this machine and OCP (a gateway, a firewall, a login page) and refuses the request, and whether the URL is OCP's own"
    : `let the proxy that ${proxyVariable} names pass requests to OCP, or add OCP's host to NO_PROXY where it can be reached directly`;
}

const NOTICEABLE_SKEW_MS = 60_000;

function skewNote(error: OcpError): string {
  const skew = error.clockSkewMs;
  if (skew === undefined || Math.abs(skew) < NOTICEABLE_SKEW_MS) return "";
  const minutes = Math.round(Math.abs(skew) / 60_000);
  return `; note that this machine's clock is ${minutes} min ${skew > 0 ? "behind" : "ahead of"} OCP's, and access keys allow 15`;
}

/** The caller may not read tasks, found out before anything was deleted. */
export function mayNotReadTasks(error: OcpError): HookFailure {
  return new HookFailure(
    {
      what: "the OCP user may not read tasks (403), so the end of a deletion could not be seen",
      details: [...ocpWords(error), NOT_SENT],
      next: `give the user the right to read tasks: up to OCP 4.3.3 the role TASK_VIEWER (or TASK:*:READ in a role of your own), from 4.3.4 on the menu right "Task Center > All"; or, knowing that a task that fails late goes unseen, set \`waitFor: WaitFor.OBJECT\` on the OcpProvider`,
    },
    { cause: error },
  );
}

/** @param labels of what it is set on, where that is not the hook's own object */
export function skipHostOperationUnsupported(version: string, labels: readonly string[] = []): HookFailure {
  return new HookFailure({
    what: `skipHostOperation needs OCP 4.3.5 or later; this is ${version}`,
    details: [...labels.map((label) => `it is set on ${label}`), NOT_SENT],
    next: "bring the proxy's host back online and remove `skipHostOperation`, or upgrade OCP",
  });
}

export function guardBroken(breach: GuardBreach, intent: Intent, cluster: Cluster | undefined): HookFailure {
  const { what, next } = describeBreach(breach, intent, cluster);
  return new HookFailure({ what, details: [NOT_SENT], next });
}

function describeBreach(
  breach: GuardBreach,
  intent: Intent,
  cluster: Cluster | undefined,
): { what: string; next: string } {
  const id = intent.target.clusterId;
  const wanted = quoted(intent.clusterName ?? "");
  switch (breach.guard) {
    case "clusterName": {
      const found = quoted(breach.found);
      if (intent.clusterName === "" && intent.renamedTo === undefined) return nameUnknown(found, intent);
      return {
        what: `OBProxy cluster ${id} is called ${found} in OCP, not ${namesWanted(intent)}: this may be the wrong cluster`,
        next: nextAfterName(breach.found, intent),
      };
    }
    case "clusterNameElsewhere":
      return {
        what: `OCP does not know OBProxy cluster ${id}, but knows ${wanted} as cluster ${breach.otherId}: this is not "already gone"`,
        next: `if cluster ${breach.otherId} is the one to delete, declare it with clusterId: ${breach.otherId}; if ${id} is really gone, forget it with terraform state rm`,
      };
    case "forceDestroy":
      return {
        what: `OBProxy cluster ${id} (${cluster?.name ?? "?"}) still holds OBProxies that this configuration does not declare: ${breach.undeclared.map(describeServer).join(", ")}`,
        next: "declare them as Obproxy, delete them first, or set `forceDestroy: true` on the ObproxyCluster to delete the cluster with all that it holds",
      };
    case "declaredElsewhere":
      return {
        what: `OBProxy cluster ${id} (${cluster?.name ?? "?"}) still holds OBProxies that the app declares: ${breach.held
          .map((server) => `${describeServer(server)} (${intent.elsewhereObproxies.get(server.id) ?? "?"})`)
          .join(", ")}; deleting the cluster would delete them`,
        next: "destroy those first (take them out of the code and deploy, or destroy the stack that declares them; what is declared but not deployed: deploy it, then destroy), or declare the cluster again",
      };
    case "mayBeDeclared":
      return {
        what: `OBProxy cluster ${id} (${cluster?.name ?? "?"}) still holds OBProxies of which the app may declare some, by ids that only Terraform knows (${tokenPaths(intent)}): ${breach.held.map(describeServer).join(", ")}; deleting the cluster would delete them`,
        next: "write those ids as numbers (this plans nothing new), or take them out and deploy first; what nobody declares then goes with forceDestroy",
      };
    case "claimed":
      return { what: `not deleted: ${breach.by.reason}`, next: breach.by.next };
    case "forceDestroyUnknown":
      return {
        what: `OCP does not say which OBProxies cluster ${id} (${cluster?.name ?? "?"}) holds, so it cannot be known to be empty of undeclared ones${protectsSome(intent) ? " and of those that the app declares or keeps" : ""}`,
        next: `see the cluster in OCP's console; ${protectsSome(intent) ? "take the Obproxies of this cluster out of the app, then " : ""}\`forceDestroy: true\` on the ObproxyCluster deletes it with all that it holds`,
      };
    case "skipDestroy":
      return {
        what: `OBProxy cluster ${id} (${cluster?.name ?? "?"}) still holds OBProxies that skipDestroy or preventDestroy protects: ${breach.kept.map(describeServer).join(", ")}; deleting the cluster would delete them`,
        next: "set the same on the ObproxyCluster, or take it off those Obproxies and deploy",
      };
  }
}

/** With everything escaped that nobody sees, so that two names that differ look different. */
function quoted(name: string): string {
  return jsonForLog(name).replace(/(?! )[\p{Zs}\p{M}]/gu, (mark) =>
    Array.from(mark, (each) => `\\u{${(each.codePointAt(0) ?? 0).toString(16)}}`).join(""),
  );
}

/** Of what was imported the state holds no name. */
function nameUnknown(found: string, { label, target }: Intent): { what: string; next: string } {
  return {
    what: `OBProxy cluster ${target.clusterId} is called ${found} in OCP, and no clusterName says what it has to be called: the state holds no name of ${label}, which was imported or deployed with an empty one, and the code declares none`,
    next: `if it is the cluster you mean, declare ${label} with clusterName: ${found} and destroy it while it is declared; else forget it with terraform state rm`,
  };
}

function namesWanted({ clusterName, renamedTo }: Intent): string {
  return [...(renamedTo ?? [clusterName])].map((name) => quoted(name ?? "")).join(" or ");
}

function nextAfterName(found: string, intent: Intent): string {
  const { clusterName, label, nameFrom, renamedTo } = intent;
  const name = quoted(found);
  if (nameFrom === "declaration") {
    return `if ${name} is the cluster you mean, set clusterName: ${name}; else correct clusterId or the OCP URL`;
  }

  const declareIt = `declare ${label} again with clusterName: ${name} (and with its ids as numbers) and destroy it while it is declared`;
  if (renamedTo !== undefined) {
    return `it was deployed under the name ${quoted(clusterName ?? "*")}, and whether it has been renamed in the code or has left it cannot be told by ids that only Terraform knows: write the ids of what is declared as numbers (this plans nothing new), then repeat the command; or, if ${name} is the cluster you mean, ${declareIt}`;
  }

  const ofVariable =
    nameFrom === "last-deploy" ? "; if a variable gives another name by now, deploy it, then destroy" : "";
  return `${namesWanted(intent)} is the name of the ${nameFrom === "last-deploy" ? "last" : "first"} deploy, which guards an object that has left the code, or has a name or ids that only Terraform knows${ofVariable}; if ${name} is the cluster you mean, ${declareIt}`;
}

function tokenPaths({ obproxyTokens = [] }: Intent): string {
  return [...new Set(obproxyTokens.map(({ path }) => path))].join(", ");
}

/** `3 10.0.0.3:2883 RUNNING` */
export function describeServer(server: ObproxyServer): string {
  return [server.id, ...serverDetails(server)].join(" ");
}

/** Address and status, as far as OCP tells them. */
export function serverDetails({ ip, sqlPort, status }: ObproxyServer): readonly string[] {
  const address = ip === undefined ? [] : [sqlPort === undefined ? ip : `${ip}:${sqlPort}`];
  return [...address, ...(status === undefined ? [] : [status])];
}

/** Our own task ended in another way than well. `log` holds the lines of the failed subtask's log that matter. */
export function taskFailed(
  task: Task,
  verdict: Verdict,
  ofThisRun: boolean,
  log: readonly string[],
  consoleUrl: string,
  own: OwnRetries,
): HookFailure {
  const failed = task.subtasks.filter((subtask) => subtask.status === "FAILED");
  const when = ofThisRun ? "" : " (in an earlier run)";
  const trace = task.traceId === undefined ? "" : ` (trace id ${task.traceId})`;
  // The deepest cause stands last in a log.
  const said = log.at(-1);
  return new HookFailure({
    what: `OCP's task ${task.id} "${task.name}" ${ending(verdict)}${when}`,
    details: [
      ...log.slice(0, -1).map((line) => `log: ${line}`),
      ...(verdict.kind === "failed" ? [] : [verdict.reason]),
      ...(failed.length === 0 ? [] : [`failed: ${failed.map((subtask) => describeSubtask(subtask, task)).join(", ")}`]),
      ...(own.deletes === undefined ? [] : [`the task deletes OBProxies ${own.deletes.join(", ")}`]),
      ...((own.taskRetries ?? 0) > 0 && own.whyNot !== undefined && verdict.kind === "failed"
        ? [`not retried: ${own.whyNot}`]
        : []),
      said === undefined ? `OCP says no more${trace}` : `OCP says: ${JSON.stringify(said)}${trace}`,
    ],
    next: nextAfter(task, verdict, ofThisRun, consoleUrl, { ...own, interrupted: isInterruption(said) }),
    runAgain: true,
  });
}

/** What a subtask's log ends with where OCP's server was stopped while it was at work. */
function isInterruption(said: string | undefined): boolean {
  return said !== undefined && /\bInterruptedException\b/.test(said);
}

function ending(verdict: Verdict): string {
  switch (verdict.kind) {
    case "rolled-back":
      return "was rolled back: it says SUCCESSFUL, but the deletion was undone";
    case "incomplete":
      return "says SUCCESSFUL but left work undone";
    case "failed":
      return verdict.rollbackFailed ? "FAILED while it was being rolled back" : "FAILED";
    case "running":
    case "settling":
    case "succeeded":
      return `is ${verdict.kind}`;
  }
}

/** What this job does about a failed deletion by itself, and why not. */
export interface OwnRetries {
  /** Keys of all that the task deletes, where they are more than one and known. Default: nothing is told. */
  readonly deletes?: readonly string[] | undefined;
  /** As set on the OcpProvider; undefined: the task is not ours. */
  readonly taskRetries: number | undefined;
  /** Undefined: it may be retried. */
  readonly whyNot: string | undefined;
  /** Of the synthesized stack, for people to copy. Default: they have to know it. */
  readonly stackDirectory?: string;
}

function nextAfter(
  task: Task,
  verdict: Verdict,
  ofThisRun: boolean,
  consoleUrl: string,
  own: OwnRetries & { readonly interrupted: boolean },
): string {
  if (verdict.kind === "rolled-back") return `find out who rolled task ${task.id} back and why`;
  if (verdict.kind === "incomplete") return `look at task ${task.id} at ${consoleUrl}`;
  const cause = own.interrupted
    ? "the work was interrupted, as when OCP restarts or a subtask's time is up, and nothing else is known to be wrong:"
    : "mend the cause and";
  const retry = `${cause} ${goOn(task, consoleUrl, own)}`;
  return ofThisRun && !isRollback(task)
    ? retry
    : `${retry}; until it has succeeded OCP may hold a host or the cluster's lock, so this is not "already gone"`;
}

/**
 * What a person can do about a failed task: a rollback that has failed OCP neither retries nor rolls back (seen in
 * ocp-express), and what a retry would delete besides must be known to who sends it.
 */
function goOn(task: Task, consoleUrl: string, { stackDirectory, taskRetries, whyNot }: OwnRetries): string {
  if (isRollback(task)) {
    return `skip what has failed in the rollback of task ${task.id} at ${consoleUrl} (Task Center), which OCP does not retry`;
  }

  if (whyNot !== undefined) {
    return `see what task ${task.id} deletes at ${consoleUrl} (Task Center): retry it there only if all of that may go (${whyNot}), else roll it back or abandon it`;
  }

  const directory = stackDirectory === undefined ? "<stack directory>" : inShell(stackDirectory);
  const byUs =
    taskRetries === 0
      ? ` or with \`npx cdktf-obproxy retry ${task.id} ${directory}\`, or set \`taskRetries\` on the OcpProvider`
      : "";
  return `retry task ${task.id} at ${consoleUrl} (Task Center)${byUs}`;
}

function isRollback({ operation }: Task): boolean {
  return operation === "ROLLBACK";
}

/** OCP runs one subtask per OBProxy or host, and does not say which: only its place among those alike. */
export function describeSubtask(subtask: Subtask, { subtasks }: Pick<Task, "subtasks">): string {
  const { id, name, parallelIdx } = subtask;
  if (parallelIdx < 0) return `subtask ${id} "${name}"`;
  const last = Math.max(...subtasks.filter((other) => other.name === name).map((other) => other.parallelIdx));
  return `subtask ${id} "${name}" (index ${parallelIdx}${last === 0 ? "" : ` of 0–${last}`})`;
}

export function stillThere(task: Task, label: string): HookFailure {
  return new HookFailure({
    what: `OCP's task ${task.id} "${task.name}" ended SUCCESSFUL, but OCP still lists ${label}`,
    next: `look at task ${task.id} in OCP's console: it may have been ended by hand without doing its work`,
    runAgain: true,
  });
}

export function taskVanished(task: Task): HookFailure {
  return new HookFailure({
    what: `OCP accepted task ${task.id} "${task.name}" but does not know it any more, so its end cannot be proven`,
    next: `look for task ${task.id} in OCP's console`,
    runAgain: true,
  });
}

/** What OCP answers leaves open whether the object is there or gone, and went on doing so. */
export function unknownToUs(what: string, intent: Intent, patience: string): HookFailure {
  return new HookFailure({
    what: `${intent.label} can be taken neither for gone nor for there: ${what}`,
    details: [`OCP was asked again for ${patience}`],
    next: `see ${intent.label} in OCP's console, and what stands between this machine and OCP; the OCP user may lack the right to see it; ${RUN_AGAIN}; if the console shows that it is gone, and no task is at work on it, forget it with terraform state rm`,
  });
}

/** The cluster is not there, and whether it is there under another id nobody can tell. */
export function namesUnknown(why: string, { label, target }: Intent): HookFailure {
  return new HookFailure({
    what: `OCP does not know OBProxy cluster ${target.clusterId}, and whether it knows that of ${label} under another id cannot be told: ${why}`,
    details: [NOT_SENT],
    next: "see the OBProxy clusters in OCP's console, and what stands between this machine and OCP",
    runAgain: true,
  });
}

/** A deletion that may have been about our object, seen by this run, ended badly. `log`: what matters of its subtasks' logs. */
export function badEnd(
  { task, afterLoss }: BadEnd,
  label: string,
  log: readonly string[],
  consoleUrl: string,
  isGone = false,
): HookFailure {
  const ended = task.status === "FAILED" ? "FAILED" : "did not end well";
  const orForget =
    isGone && (afterLoss || task.unreadTags !== undefined)
      ? `; ${RUN_AGAIN}; if it is about something else, there is nothing left to do for ${label}, which OCP lists no more: forget it with terraform state rm`
      : "";
  return new HookFailure({
    what: afterLoss
      ? `the answer to our delete was lost, and task ${task.id} "${task.name}", which began after it, ${ended}`
      : `task ${task.id} "${task.name}", which may have been the deletion of ${label}, ${ended}`,
    details: [
      ...log.map((line) => `log: ${line}`),
      "nothing proves what it is about, so it may well be ours; what it left behind (a host, the cluster's lock) is not done",
    ],
    next: `look at task ${task.id} at ${consoleUrl} (Task Center) and ${isRollback(task) ? "skip what has failed in its rollback" : "retry it"} there if it is about ${label}${orForget}`,
    runAgain: orForget === "",
  });
}

/** `log` holds the lines that matter of the logs of the holder's failed subtasks; `own`: the holder is ours to retry. */
export function lockNotReleased(
  holder: Task,
  own: OwnRetries,
  log: readonly string[],
  error: OcpError,
  intent: Intent,
  consoleUrl: string,
): HookFailure {
  const cluster = `OBProxy cluster ${intent.target.clusterId}`;
  const failed = holder.subtasks.filter((subtask) => subtask.status === "FAILED");
  return new HookFailure(
    {
      what: `OCP keeps ${cluster} locked, and task ${holder.id} "${holder.name}" on it has FAILED`,
      details: [
        ...log.map((line) => `log: ${line}`),
        ...(failed.length === 0
          ? []
          : [`failed: ${failed.map((subtask) => describeSubtask(subtask, holder)).join(", ")}`]),
        ...ocpWords(error),
      ],
      next: `mend the cause and ${goOn(holder, consoleUrl, own)}, so that OCP releases the lock`,
      runAgain: true,
    },
    { cause: error },
  );
}

/** @param ofRun what has failed in this run, and may keep the lock: tags do not tell */
export function lockedByNobodySeen(
  ofRun: readonly FailedOfRun[],
  error: OcpError,
  intent: Intent,
  consoleUrl: string,
): HookFailure {
  const cluster = `OBProxy cluster ${intent.target.clusterId}`;
  const tasks = ofRun.map(({ task, sender }) => `task ${task}, which this run began for ${labelOfKey(sender)}`);
  const ids = ofRun.map(({ task }) => task).join(", ");
  return new HookFailure(
    {
      what: `OCP keeps ${cluster} locked, ${tasks.length === 0 ? "though no task is seen at work on it" : `and ${tasks.join("; ")}, has FAILED`}`,
      details: ocpWords(error),
      next:
        tasks.length === 0
          ? "look for a failed task on the cluster in OCP's console, and retry it so that OCP releases the lock"
          : `see to task ${ids} at ${consoleUrl} (Task Center) as its own failure says, so that OCP releases the lock`,
      runAgain: true,
    },
    { cause: error },
  );
}

/** A person asked for the retry of a task, and the rules of a retry say no. */
export function mustNotBeRetried({ id, name }: Task, why: string): HookFailure {
  return new HookFailure({
    what: `task ${id} "${name}" must not be retried from here: ${why}`,
    details: ["nothing was sent to OCP"],
    next: "see what it deletes in OCP's console (Task Center): retry it there only if all of that may go, else roll it back or abandon it",
  });
}

/** The task that was retried has ended, and the object is there: only a new delete would help. */
export function newDeleteNeeded(task: OcpId): HookFailure {
  return new HookFailure({
    what: `task ${task} is not at work any more and the object is still there; only a new delete would help, which a retry does not send`,
    next: "run destroy again: it deletes anew what may go",
  });
}

export function deleteRefused(error: OcpError): HookFailure {
  return new HookFailure(
    {
      what: `OCP refuses the delete: ${error.message}`,
      details: ocpWords(error),
      next: "mend what OCP names",
      runAgain: true,
    },
    { cause: error },
  );
}

export function answerLost(error: OcpError): HookFailure {
  return new HookFailure(
    {
      what: `the delete got no usable answer, and OCP was seen to do nothing about it: ${error.message}`,
      details: ocpWords(error),
      next: "see what stands between this machine and OCP",
      runAgain: true,
    },
    { cause: error },
  );
}

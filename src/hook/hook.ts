import { join, resolve } from "node:path";
import { ENV, FIRST_LOOK, FROM_HOOK_TO_STACK, SETTINGS_FILE } from "../contract/names.js";
import { keyOf, labelOf, labelOfKey } from "../contract/object.js";
import { isOutOfMemory, OcpConfigError, OutOfMemory } from "../ocp/errors.js";
import { maskSecrets, secretsOf } from "../ocp/mask.js";
import { type Connection, connectionFrom } from "./connection.js";
import { firstLook, isAllLeftAlone } from "./first-look.js";
import { checkWhose } from "./whose.js";
import { claimOf, handsOff, impossibleId, type Intent, intentFrom, readTarget } from "./intent.js";
import { forget, readMemory } from "./memory.js";
import { systemClock } from "./patience/clock.js";
import { readSettings, type Settings } from "./settings.js";
import { seeName, teardown } from "./teardown.js";
import { Chronicle } from "./tell/chronicle.js";
import { HookFailure } from "./tell/failure.js";
import { claimedAndUnseen } from "./tell/failures.js";
import { journalFor, NO_JOURNAL } from "./tell/journal.js";
import { Reporter } from "./tell/reporter.js";
import { terraformRun } from "./tell/terraform-run.js";
import { TICK_MS, tickFor } from "./tick.js";

const FIRST_LOOK_LABEL = "First look at OCP";

/** Writes a line and its line feed. */
type Write = (line: string) => void;

type ReporterFor = (label: string, tickMs?: number) => Reporter;

/**
 * What Terraform has a program do when an object's resource is destroyed. Returns its exit code; 0: the object is gone and
 * OCP has finished, or it is to be left alone; 1: it is not, and the last lines say why.
 */
export async function hook(env: NodeJS.ProcessEnv, directory: string, write: Write): Promise<0 | 1> {
  const secrets: string[] = [];
  const isFirstLook = env[ENV.kind] === FIRST_LOOK;
  const reporterFor: ReporterFor = (label, tickMs = TICK_MS) =>
    new Reporter(
      label,
      write,
      () => systemClock.now(),
      tickMs,
      (text) => maskSecrets(text, secrets),
    );
  let reporter = reporterFor(isFirstLook ? FIRST_LOOK_LABEL : "OBProxy teardown");
  let journal = NO_JOURNAL;
  let chronicle = new Chronicle(journal, "");
  /** What its failure has to tell of where it lay, because nothing else does. */
  let lying: { readonly hook?: string } = {};
  try {
    if (isFirstLook) {
      await beforeAnythingGoes(env, directory, secrets, reporterFor);
      return 0;
    }
    const impossible = impossibleId(env);
    if (impossible !== undefined) {
      reporterFor(impossible.label).line(`nothing to delete: ${impossible.why}`);
      return 0;
    }
    const memory = readMemory(env);
    const { target, remembered } = memory ?? readTarget(env);
    reporter = reporterFor(labelOf(target));
    const settingsPath = join(directory, SETTINGS_FILE);
    const settings = readSettings(settingsPath, env);
    checkWhose(settings, settingsPath, env);
    const key = keyOf(target);
    const { stack, provider } = settings;
    journal = journalFor({ run: terraformRun(), stack, provider: provider.alias, object: key }, env, {
      mask: (text) => maskSecrets(text, secrets),
      onTrouble: (text) => {
        reporter.warn(text);
      },
    });
    chronicle = new Chronicle(journal, key);
    if (memory !== undefined) lying = { hook: directory };
    const toSee = memory === undefined ? undefined : forget(memory, settings);
    if (memory !== undefined && toSee === undefined) return 0;
    const path = (target.kind === "cluster" ? settings.clusters : settings.obproxies)[key]?.path;
    if (toSee === undefined) {
      const { address: ocp } = settings;
      journal.write({
        ...{ event: "started", hook: directory },
        ...(ocp !== undefined && { ocp }),
        ...(path !== undefined && { path }),
      });
    }
    const hands = handsOff(target, settings, remembered);
    const claimed = claimOf(hands);
    if (hands.off && claimed === undefined) {
      if (hands.outcome === "left-alone") {
        reporter.line(`left alone: ${hands.reason}; it goes on running in OCP`);
        if (hands.doubt !== undefined) reporter.warn(hands.doubt);
        const { reason: why, doubt } = hands;
        journal.write({ event: "left-alone", why, ...(doubt !== undefined && { doubt }) });
        return 0;
      }
      throw new HookFailure({
        what: `not deleted: ${hands.reason}`,
        details: ["nothing was sent to OCP"],
        next: hands.next,
      });
    }
    const wanted = toSee ?? intentFrom(target, remembered, settings);
    const intent = claimed === undefined ? wanted : { ...wanted, claimed };
    const connection = connectionFor(intent, settings, env, directory);
    secrets.push(...secretsOf(connection.credentials));
    const { tickMs, ignored } = tickFor(env, connection.baseUrl);
    reporter = reporterFor(intent.label, tickMs);
    if (ignored !== undefined) reporter.warn(ignored);
    const { envPrefix } = settings.provider;
    const surroundings = {
      env,
      tickMs,
      reporter,
      chronicle,
      envPrefix,
      stackDirectory: resolve(directory, FROM_HOOK_TO_STACK),
    };
    if (toSee !== undefined) {
      await (claimed === undefined
        ? seeName(intent, connection, surroundings)
        : // What becomes of the object its own hook tells.
          teardown(intent, connection, { ...surroundings, chronicle: new Chronicle(NO_JOURNAL, key) }));
      return 0;
    }
    const { how, ...rest } = await teardown(intent, connection, surroundings);
    journal.write({ event: how, ...rest });
    return 0;
  } catch (error) {
    const failure = isFirstLook ? nothingIsGone(asFailure(error)) : asFailure(error);
    const { message: what, details, next } = failure;
    const teller = chronicle.failed({ event: "failed", what, details, next, ...lying });
    if (teller === undefined) reporter.failure(failure);
    else reporter.sameFailure(failure, labelOfKey(teller));
    return 1;
  }
}

/** @throws HookFailure */
function connectionFor({ claimed }: Intent, settings: Settings, env: NodeJS.ProcessEnv, directory: string): Connection {
  try {
    return connectionFrom(settings.provider, env, directory);
  } catch (error) {
    if (claimed === undefined || !(error instanceof HookFailure)) throw error;
    throw claimedAndUnseen(claimed, error);
  }
}

/** @throws HookFailure */
async function beforeAnythingGoes(
  env: NodeJS.ProcessEnv,
  directory: string,
  secrets: string[],
  reporterFor: ReporterFor,
): Promise<void> {
  const settingsPath = join(directory, SETTINGS_FILE);
  const settings = readSettings(settingsPath, env);
  checkWhose(settings, settingsPath, env);
  if (isAllLeftAlone(settings)) {
    const reporter = reporterFor(FIRST_LOOK_LABEL);
    reporter.line("OCP was not asked: all that is declared is to be left alone, and goes on running");
    return;
  }
  const connection = connectionFrom(settings.provider, env, directory);
  secrets.push(...secretsOf(connection.credentials));
  const { tickMs, ignored } = tickFor(env, connection.baseUrl);
  const reporter = reporterFor(FIRST_LOOK_LABEL, tickMs);
  if (ignored !== undefined) reporter.warn(ignored);
  const { envPrefix } = settings.provider;
  const chronicle = new Chronicle(NO_JOURNAL, "");
  const stackDirectory = resolve(directory, FROM_HOOK_TO_STACK);
  await firstLook(settings, connection, { env, tickMs, reporter, chronicle, envPrefix, stackDirectory });
}

function asFailure(error: unknown): HookFailure {
  if (error instanceof HookFailure) return error;
  if (isOutOfMemory(error)) return outOfMemory(error);
  if (error instanceof OcpConfigError) {
    return new HookFailure({
      what: error.message,
      details: ["nothing was sent to OCP"],
      next: "correct it and run destroy again",
    });
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new HookFailure({
    what: "the hook itself has a defect; OCP may be at work on a deletion that it sent",
    details: stack.split("\n").slice(0, 12),
    next: "look at the object in OCP's console; please report this with the lines above; running destroy again is safe",
  });
}

function nothingIsGone({ message: what, details, next }: HookFailure): HookFailure {
  return new HookFailure({
    what,
    details: [...details, "nothing has been destroyed of what stands in front of the OBProxies, nor the OBProxies"],
    next,
  });
}

function outOfMemory(error: unknown): HookFailure {
  return new HookFailure({
    what: (error instanceof OutOfMemory ? error : new OutOfMemory(error)).message,
    next: "run destroy again with more memory: it goes on from where things stand",
  });
}

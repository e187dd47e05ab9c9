import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { createOcpClient } from "../ocp/client.js";

import { OcpConfigError } from "../ocp/errors.js";
import { maskSecrets, secretsOf } from "../ocp/mask.js";
import { Caller } from "./patience/caller.js";
import { type Clock, systemClock } from "./patience/clock.js";
import { type Connection, connectionFrom } from "./connection.js";
import { type Courier, type CourierTools, directCourier } from "./together/courier.js";
import { Deadline } from "./patience/deadline.js";
import { HookFailure } from "./tell/failure.js";
import { handsOff, impossibleId, type Intent, intentFrom, labelOf, readTarget } from "./intent.js";
import { gatheringAfter, meetingCourier } from "./together/meeting.js";
import { meetingAddress } from "./together/meeting-place.js";
import { notesFor, privateDirectory } from "./together/notes.js";
import { Reconciler } from "./reconcile.js";
import { writeLine } from "./tell/output.js";
import { Reporter } from "./tell/reporter.js";
import { ENV, SETTINGS_FILE } from "./request.js";
import { readSettings, type Settings } from "./settings.js";

/**
 * The program that Terraform runs when an object's resource is destroyed. Exit code 0: the object is gone and OCP has
 * finished, or it is to be left alone. Exit code 1: it is not, and the last lines say why.
 */
async function main(env: NodeJS.ProcessEnv, directory: string): Promise<void> {
  const tickMs = readTick(env);
  const secrets: string[] = [];
  let reporter = reporterFor("OBProxy teardown", tickMs, secrets);
  try {
    const impossible = impossibleId(env);
    if (impossible !== undefined) {
      reporterFor(impossible.label, tickMs, secrets).line(`nothing to delete: ${impossible.why}`);
      return;
    }
    const { target, remembered } = readTarget(env);
    reporter = reporterFor(labelOf(target), tickMs, secrets);
    const settings = readSettings(join(directory, SETTINGS_FILE), env);
    const hands = handsOff(target, settings, remembered);
    if (hands.off) {
      if (hands.outcome === "left-alone") {
        reporter.line(`left alone: ${hands.reason}; it goes on running in OCP`);
        if (hands.doubt !== undefined) reporter.warn(hands.doubt);
        return;
      }
      throw new HookFailure({
        what: `not deleted: ${hands.reason}`,
        details: ["nothing was sent to OCP"],
        next: hands.next,
      });
    }
    await teardown(intentFrom(target, remembered, settings), settings, { env, directory, tickMs, reporter, secrets });
  } catch (error) {
    reporter.failure(asFailure(error));
    process.exitCode = 1;
  }
}

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly directory: string;
  readonly tickMs: number;
  readonly reporter: Reporter;
  readonly secrets: string[];
}

async function teardown(intent: Intent, settings: Settings, surroundings: Surroundings): Promise<void> {
  const { env, tickMs, reporter, secrets } = surroundings;
  const connection = connectionFrom(settings.provider, env, surroundings.directory);
  secrets.push(...secretsOf(connection.credentials));
  const { ca, baseUrl, credentials, insecureSkipVerify } = connection;
  const api = createOcpClient({
    baseUrl,
    credentials,
    insecureSkipVerify,
    env,
    ...(ca === undefined ? {} : { ca }),
  });
  if (insecureSkipVerify) reporter.warn("OCP's certificate is not verified (insecureSkipVerify); anybody may answer");
  const clock = systemClock;
  const deadline = new Deadline(clock, intent.timeoutMs);
  const caller = new Caller(clock, deadline, reporter, tickMs);
  const courier = courierFor({ api, caller, deadline, intent }, connection, clock, tickMs);
  try {
    await new Reconciler({
      api,
      courier,
      caller,
      clock,
      deadline,
      reporter,
      notes: notesFor(api.baseUrl, intent.key),
      intent,
      tickMs,
      envPrefix: settings.provider.envPrefix,
    }).run();
  } finally {
    // Connections to OCP end with the process, sooner than they could be closed.
    courier.close();
  }
}

/** A cluster, or the only proxy that is declared of one, has nobody to meet. */
function courierFor(tools: CourierTools, { baseUrl, credentials }: Connection, clock: Clock, tickMs: number): Courier {
  const { target, declared, declaredObproxyIds } = tools.intent;
  if (target.kind === "cluster" || (declared && declaredObproxyIds.size === 1)) return directCourier(tools);
  const user = credentials.kind === "basic" ? credentials.username : credentials.accessKeyId;
  return meetingCourier(
    tools,
    () => meetingAddress(privateDirectory(), [baseUrl, user, target.clusterId].join("\n")),
    clock,
    () => gatheringAfter(process.uptime() * 1000, tickMs),
  );
}

function asFailure(error: unknown): HookFailure {
  if (error instanceof HookFailure) return error;
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

function reporterFor(label: string, tickMs: number, secrets: readonly string[]): Reporter {
  return new Reporter(
    label,
    writeLine,
    () => systemClock.now(),
    tickMs,
    (text) => maskSecrets(text, secrets),
  );
}

function readTick(env: NodeJS.ProcessEnv): number {
  const value = Number(env[ENV.tickMs] ?? "1000");
  return Number.isFinite(value) && value >= 1 && value <= 60_000 ? value : 1000;
}

// undici parses HTTP by a WebAssembly module. V8 would optimise that in the background for longer than the whole hook
// takes, and would make the process wait for it; its baseline code is more than fast enough for a few answers.
setFlagsFromString("--liftoff-only");

void main(process.env, __dirname).then(() => {
  // Nothing that is left open holds anything back.
  process.exit();
});

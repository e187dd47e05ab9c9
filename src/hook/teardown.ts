import { createOcpClient } from "../ocp/client.js";
import { type Connection, userOf } from "./connection.js";
import type { Intent } from "./intent.js";
import { Caller } from "./patience/caller.js";
import { type Clock, systemClock } from "./patience/clock.js";
import { Deadline } from "./patience/deadline.js";
import type { Outcome } from "./act/finish.js";
import { reconcile } from "./reconcile.js";
import type { Chronicle } from "./tell/chronicle.js";
import type { Reporter } from "./tell/reporter.js";
import { type Courier, type CourierTools, directCourier } from "./together/courier.js";
import { meetingCourier, patienceAfter } from "./together/meeting.js";
import { notesFor } from "./together/notes.js";

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly tickMs: number;
  readonly reporter: Reporter;
  readonly chronicle: Chronicle;
  readonly envPrefix: string;
}

/** Puts the parts together, only here, and runs them. */
export async function teardown(intent: Intent, connection: Connection, surroundings: Surroundings): Promise<Outcome> {
  const { env, tickMs, reporter, chronicle, envPrefix } = surroundings;
  const { ca, baseUrl, credentials, insecureSkipVerify, oddities = [], remarks = [] } = connection;
  const clock = systemClock;
  const deadline = new Deadline(clock, tickMs / 2);
  const api = createOcpClient({
    baseUrl,
    credentials,
    insecureSkipVerify,
    env,
    timeLeftMs: () => deadline.left(),
    ...(ca === undefined ? {} : { ca }),
  });
  for (const remark of remarks) reporter.warn(remark);
  if (insecureSkipVerify) reporter.warn("OCP's certificate is not verified (insecureSkipVerify); anybody may answer");
  const caller = new Caller(clock, deadline, reporter, tickMs);
  const notes = notesFor(api.baseUrl, intent.key, env);
  const courier = courierFor({ api, caller, deadline, intent }, connection, clock, surroundings);
  try {
    const user = userOf(connection);
    const tools = {
      api,
      courier,
      caller,
      chronicle,
      clock,
      deadline,
      reporter,
      notes,
      intent,
      user,
      tickMs,
      envPrefix,
      oddities,
    };
    return await reconcile(tools);
  } finally {
    // Connections to OCP end with the process, sooner than they could be closed.
    courier.close();
  }
}

/** A cluster, or the only proxy that is declared of one, has nobody to meet. */
function courierFor(tools: CourierTools, connection: Connection, clock: Clock, surroundings: Surroundings): Courier {
  const { target, declared, declaredObproxyIds } = tools.intent;
  if (target.kind === "cluster" || (declared && declaredObproxyIds.size === 1)) return directCourier(tools);
  const { env, tickMs, reporter } = surroundings;
  return meetingCourier(tools, {
    connection,
    env,
    clock,
    patience: () => patienceAfter(process.uptime() * 1000, tickMs),
    onTrouble: (text) => {
      reporter.line(text);
    },
  });
}

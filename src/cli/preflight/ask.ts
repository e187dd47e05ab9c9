import { type Connection, connectionFrom, userOf } from "../../hook/connection.js";
import { begin } from "../../hook/decide/memory.js";
import { type Situation, situation } from "../../hook/decide/situation.js";
import { versionOf } from "../../hook/together/courier.js";
import { HookFailure } from "../../hook/tell/failure.js";
import { callFailed, mayNotReadTasks, RUN_AGAIN } from "../../hook/tell/failures.js";
import { type Intent, intentFrom } from "../../hook/intent.js";
import { notesFor } from "../../hook/together/notes.js";
import { lookAround } from "../../hook/observe/look-around.js";
import { missingOrUnclear, observer } from "../../hook/observe/observer.js";
import type { Settings as HookSettings } from "../../hook/settings.js";
import { createOcpClient } from "../../ocp/client.js";
import { OcpConfigError, OcpError } from "../../ocp/errors.js";
import { harmlessUrl } from "../../ocp/harmless-url.js";
import { failureLines } from "../../ocp/log.js";
import { maskSecrets, secretsOf } from "../../ocp/mask.js";
import type { Dialect, OcpId, OcpVersion, Task } from "../../ocp/model.js";
import { dialectFor } from "../../ocp/version.js";
import { NoAnswer, type Pause, readOnly, type ReadOnlyApi } from "./read-only-api.js";
import type { Provider } from "./stack.js";
import type { Surveyed } from "./survey.js";

/** What OCP says to the user of one provider. */
export type Answers = Blind | Seen;

/** OCP could not be asked. */
export interface Blind {
  readonly kind: "blind";
  /** Undefined where not even that is known. */
  readonly url: string | undefined;
  readonly refusal: Refusal;
}

export interface Seen {
  readonly kind: "seen";
  readonly url: string;
  readonly signIn: "password" | "access key";
  /** User name or access key id. */
  readonly user: string;
  /** What was taken off a secret. */
  readonly remarks?: readonly string[];
  /** Undefined: OCP does not tell. */
  readonly version: OcpVersion | undefined;
  readonly dialect: Dialect;
  readonly clockSkewMs: number | undefined;
  /** Undefined: the user may read them. */
  readonly clustersRefusal: Refusal | undefined;
  readonly tasksRefusal: Refusal | undefined;
  /** By key; empty where OBProxy clusters may not be read. */
  readonly objects: ReadonlyMap<string, Look>;
}

export interface Refusal {
  readonly message: string;
  readonly next: string;
}

/** What the hook of one object would see and want, or why it would fail before. */
export type Look =
  | { readonly kind: "seen"; readonly seen: Situation; readonly intent: Intent }
  | { readonly kind: "failed"; readonly refusal: Refusal };

/** A task as it stands now. */
export interface TaskNow {
  readonly task: Task;
  /** Where it has failed: the lines of its failed subtasks' logs that matter. */
  readonly log: readonly string[];
}

interface Session {
  readonly api: ReadOnlyApi;
  readonly connection: Connection;
  /** Where notes are looked for. */
  readonly env: NodeJS.ProcessEnv;
}

const AT_ONCE = 8;
/** As the hook asks. */
const PAGE_SIZE = 200;
const MOST_LOG_LINES = 12;

/** Asks every OCP with every user once, and with wrong credentials only once: five wrong logins lock an account. */
export class Inquiry {
  private readonly sessions = new Map<string, Session>();
  private readonly contacts = new Map<Session, Promise<unknown>>();
  private readonly known: string[] = [];

  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly pause: Pause,
  ) {}

  /** What must not be shown. */
  get secrets(): readonly string[] {
    return this.known;
  }

  async ask(provider: Provider, settings: HookSettings, objects: readonly Surveyed[]): Promise<Answers> {
    let session: Session;
    try {
      session = this.open(settings, provider.directory);
    } catch (error) {
      return { kind: "blind", url: harmlessUrl(settings.provider.url ?? ""), refusal: refusalOf(error, undefined) };
    }
    const { api } = session;
    const intents = intentsOf(objects, settings);
    try {
      return await this.askAll(session, settings, intents);
    } catch (error) {
      if (!(error instanceof NoAnswer || error instanceof OcpError)) throw error;
      const { oddities } = session.connection;
      return { kind: "blind", url: api.baseUrl, refusal: refusalOf(error, settings, oddities) };
    }
  }

  /** How single tasks stand; one that OCP does not tell of is left out. */
  async tasks(provider: Provider, settings: HookSettings, ids: readonly OcpId[]): Promise<ReadonlyMap<OcpId, TaskNow>> {
    const { api } = this.open(settings, provider.directory);
    const found = new Map<OcpId, TaskNow>();
    for (const id of ids) {
      try {
        const task = await api.task(id);
        found.set(id, { task, log: await this.failedLogs(api, task) });
      } catch (error) {
        if (!(error instanceof NoAnswer || error instanceof OcpError || error instanceof OcpConfigError)) throw error;
      }
    }
    return found;
  }

  private async failedLogs(api: ReadOnlyApi, task: Task): Promise<readonly string[]> {
    if (task.status !== "FAILED") return [];
    const lines: string[] = [];
    for (const { id, status } of task.subtasks) {
      if (status !== "FAILED" || lines.length >= MOST_LOG_LINES) continue;
      const log = await api.subtaskLog(task.id, id);
      lines.push(...failureLines(log, (text) => maskSecrets(text, this.known)));
    }
    return lines;
  }

  async close(): Promise<void> {
    await Promise.all([...this.sessions.values()].map(({ api }) => api.close()));
  }

  private open(settings: HookSettings, directory: string): Session {
    const connection = connectionFrom(settings.provider, this.env, directory);
    this.known.push(...secretsOf(connection.credentials));
    const key = JSON.stringify(connection);
    const known = this.sessions.get(key);
    if (known !== undefined) return known;
    const { baseUrl, ca, credentials, insecureSkipVerify } = connection;
    const options = { baseUrl, credentials, insecureSkipVerify, env: this.env, ...(ca === undefined ? {} : { ca }) };
    const session = { api: readOnly(createOcpClient(options), this.pause), connection, env: this.env };
    this.sessions.set(key, session);
    return session;
  }

  private async askAll(session: Session, settings: HookSettings, intents: readonly Wanted[]): Promise<Seen> {
    const { api, connection } = session;
    const first = intents
      .map(({ intent }) => intent)
      .find((intent): intent is Intent => !(intent instanceof HookFailure));
    // One request alone before the others, so that wrong credentials are sent only once.
    const contact = this.contacts.get(session) ?? versionOf(api);
    this.contacts.set(session, contact);
    await contact;
    const version = await versionOf(api);
    const clustersRefusal = await readRefusal(() =>
      first === undefined ? api.clusters({ page: 1, size: PAGE_SIZE }) : readFirst(api, first),
    );
    await api.tasks({ status: ["RUNNING", "FAILED"], name: "obproxy", page: 1, size: PAGE_SIZE });
    const { credentials } = connection;
    const looks = clustersRefusal === undefined ? await lookAtAll(session, settings, intents) : [];
    return {
      kind: "seen",
      url: api.baseUrl,
      signIn: credentials.kind === "basic" ? "password" : "access key",
      user: credentials.kind === "basic" ? credentials.username : credentials.accessKeyId,
      ...(connection.remarks === undefined ? {} : { remarks: connection.remarks }),
      version,
      dialect: dialectFor(version),
      clockSkewMs: api.clockSkewMs,
      clustersRefusal: clustersRefusal && refusalOf(clustersRefusal, settings),
      tasksRefusal: api.tasksRefusal && refusalOf(mayNotReadTasks(api.tasksRefusal), undefined),
      objects: new Map(looks),
    };
  }
}

interface Wanted {
  readonly key: string;
  readonly intent: Intent | HookFailure;
}

function intentsOf(objects: readonly Surveyed[], settings: HookSettings): readonly Wanted[] {
  return objects.map(({ key, target, remembered }) => {
    try {
      return { key, intent: intentFrom(target, remembered, settings) };
    } catch (error) {
      if (error instanceof HookFailure) return { key, intent: error };
      throw error;
    }
  });
}

/** Whatever OCP says of the cluster, it says it to each object that is looked at. */
async function readFirst(api: ReadOnlyApi, { target }: Intent): Promise<void> {
  try {
    await api.cluster(target.clusterId);
  } catch (error) {
    missingOrUnclear(error, "missing");
  }
}

/** The 403 of a question, where that is its answer. */
async function readRefusal(ask: () => Promise<unknown>): Promise<OcpError | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    if (error instanceof OcpError && error.kind === "forbidden") return error;
    throw error;
  }
}

async function lookAtAll(
  session: Session,
  settings: HookSettings,
  intents: readonly Wanted[],
): Promise<readonly (readonly [string, Look])[]> {
  const looks: (readonly [string, Look])[] = [];
  const waiting = [...intents];
  const work = async (): Promise<void> => {
    for (let wanted = waiting.shift(); wanted !== undefined; wanted = waiting.shift()) {
      looks.push([wanted.key, await lookAt(session, settings, wanted.intent)]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return looks;
}

/** What the hook itself would see, by the hook's own eyes: the same questions, the same memory of the answers. */
async function lookAt(session: Session, settings: HookSettings, intent: Intent | HookFailure): Promise<Look> {
  if (intent instanceof HookFailure) return { kind: "failed", refusal: refusalOf(intent, undefined) };
  const { api, connection, env } = session;
  // Who may not read tasks has been told so once; what is left to see is the object.
  const waitFor = api.tasksRefusal === undefined ? intent.waitFor : "object";
  const recorded = waitFor === "task" ? notesFor(api.baseUrl, intent.key, env).read() : undefined;
  const beginning = begin({ target: intent.target, waitFor, user: userOf(connection), tickMs: 1000, recorded, at: 0 });
  try {
    const memory = await lookAround(
      beginning,
      observer(api, (call) => call()),
      () => 0,
    );
    return { kind: "seen", seen: situation(memory, intent), intent };
  } catch (error) {
    if (error instanceof OcpError) return { kind: "failed", refusal: refusalOf(error, settings) };
    throw error;
  }
}

/** In the hook's own words, so that what preflight foretells reads as what would be met. */
function refusalOf(error: unknown, settings: HookSettings | undefined, oddities: readonly string[] = []): Refusal {
  const failure = error instanceof NoAnswer ? error.cause : error;
  if (failure instanceof HookFailure) return inPreflight(failure.message, failure.next);
  if (failure instanceof OcpConfigError) return inPreflight(failure.message, "correct it");
  if (failure instanceof OcpError && settings !== undefined) {
    const told = callFailed(failure, {
      envPrefix: settings.provider.envPrefix,
      accepted: false,
      sent: "no",
      taskId: undefined,
      oddities,
    });
    return inPreflight(told.message, told.next);
  }
  throw error;
}

export function inPreflight(message: string, next: string): Refusal {
  return { message, next: next.replace(`; ${RUN_AGAIN}`, "") };
}

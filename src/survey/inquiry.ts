import { connectionFrom } from "../hook/connection.js";
import type { Intent } from "../hook/intent.js";
import { missingOrUnclear } from "../hook/observe/observer.js";
import type { Settings } from "../hook/settings.js";
import { HookFailure } from "../hook/tell/failure.js";
import { mayNotReadTasks } from "../hook/tell/failures.js";
import { versionOf } from "../hook/together/courier.js";
import { createOcpClient } from "../ocp/client.js";
import { isTooLarge, OcpConfigError, OcpError } from "../ocp/errors.js";
import { harmlessUrl } from "../ocp/harmless-url.js";
import { failureLines } from "../ocp/log.js";
import { maskSecrets, secretsOf } from "../ocp/mask.js";
import type { OcpId, Task } from "../ocp/model.js";
import { dialectFor } from "../ocp/version.js";
import type { Answers, Seen, TaskNow } from "./answers.js";
import { intentsOf, lookAtAll, type Session, type Wanted } from "./look.js";
import { NoAnswer, type Pause, readOnly, type ReadOnlyApi } from "./read-only-api.js";
import { refusalBy, refusalOf } from "./refusal.js";
import type { Provider } from "./stack.js";
import type { Surveyed } from "./survey.js";

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

  async ask(provider: Provider, settings: Settings, objects: readonly Surveyed[]): Promise<Answers> {
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
  async tasks(provider: Provider, settings: Settings, ids: readonly OcpId[]): Promise<ReadonlyMap<OcpId, TaskNow>> {
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

  private open(settings: Settings, directory: string): Session {
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

  private async askAll(session: Session, settings: Settings, intents: readonly Wanted[]): Promise<Seen> {
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
      first === undefined ? api.clusters({ page: 1, size: PAGE_SIZE }).catch(unlessTooLarge) : readFirst(api, first),
    );
    await api.tasks({ status: ["RUNNING", "FAILED"], name: "obproxy", page: 1, size: PAGE_SIZE }).catch(unlessTooLarge);
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
      tasksRefusal: api.tasksRefusal && refusalBy(mayNotReadTasks(api.tasksRefusal)),
      objects: new Map(looks),
    };
  }
}

/** Then the right to read is there, and the looks ask for less at once. */
function unlessTooLarge(error: unknown): undefined {
  if (isTooLarge(error)) return undefined;
  throw error;
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

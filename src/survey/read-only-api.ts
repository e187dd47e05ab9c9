import type { OcpApi } from "../ocp/api.js";
import { OcpError, type OcpErrorKind } from "../ocp/errors.js";
import type { Page, Task } from "../ocp/model.js";

/** OCP gave no answer from which anything can be said, and asking again does not help. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";

  constructor(override readonly cause: OcpError) {
    super(cause.message, { cause });
  }
}

export interface ReadOnlyApi extends OcpApi {
  /** Whether OCP has refused the right to read tasks. The list of tasks is empty then. */
  readonly tasksRefusal: OcpError | undefined;
}

export type Pause = (milliseconds: number) => Promise<void>;

const NO_TASKS: Page<Task> = { entries: [], unread: [], totalElements: 0, totalPages: 0 };
const TRIES = 3;
const LONGEST_PAUSE_MS = 30_000;
const WORTH_ANOTHER_TRY = new Set<OcpErrorKind>(["lost", "server-error", "throttled"]);
/** What OCP says about the question itself; everything else is no answer. */
const ANSWERS = new Set<OcpErrorKind>(["not-found", "forbidden", "refused"]);

/**
 * An OCP that can only be asked, each question once however many objects want to know: nothing that changes anything
 * gets through.
 */
export function readOnly(api: OcpApi, pause: Pause): ReadOnlyApi {
  const asked = new Map<string, Promise<unknown>>();
  let tasksRefusal: OcpError | undefined;
  function once<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const known = asked.get(question) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const answer = patiently(ask, pause);
    asked.set(question, answer);
    return answer;
  }
  return {
    baseUrl: api.baseUrl,
    get clockSkewMs() {
      return api.clockSkewMs;
    },
    get tasksRefusal() {
      return tasksRefusal;
    },
    version: () => once("version", () => api.version()),
    cluster: (id) => once(`cluster ${id}`, () => api.cluster(id)),
    clusters: (request) => once(questionOf("clusters", request), () => api.clusters(request)),
    tasks: (request) =>
      once(questionOf("tasks", request), async (): Promise<Page<Task>> => {
        try {
          return await api.tasks(request);
        } catch (error) {
          if (!(error instanceof OcpError) || error.kind !== "forbidden") throw error;
          tasksRefusal = error;
          return NO_TASKS;
        }
      }),
    task: (id) => once(`task ${id}`, () => api.task(id)),
    subtaskLog: (taskId, subtaskId) => once(`log ${taskId} ${subtaskId}`, () => api.subtaskLog(taskId, subtaskId)),
    retryTask: refuse,
    deleteCluster: refuse,
    deleteObproxies: refuse,
    close: () => api.close(),
  };
}

/** All that is asked for, in whatever order it is given. */
function questionOf(what: string, request: object): string {
  return `${what} ${JSON.stringify(Object.entries(request).sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}

async function patiently<T>(ask: () => Promise<T>, pause: Pause): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof OcpError) || ANSWERS.has(error.kind)) throw error;
      if (tries >= TRIES || !WORTH_ANOTHER_TRY.has(error.kind)) throw new NoAnswer(error);
      await pause(Math.min(error.retryAfterMs ?? 1000 * tries, LONGEST_PAUSE_MS));
    }
  }
}

function refuse(): Promise<never> {
  return Promise.reject(new Error("preflight changes nothing in OCP"));
}

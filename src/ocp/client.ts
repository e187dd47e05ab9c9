import { readFileSync } from "node:fs";
import {
  type Answer,
  type Call,
  ocpError,
  readData,
  readJson,
  readModel,
  type Subject,
  type Success,
} from "./answer.js";
import type { DeleteObproxiesRequest, OcpApi, PageRequest, TasksRequest } from "./api.js";
import { authorization, canonicalQuery, checkCredentials, type Credentials, crypto, type Query } from "./auth.js";
import { type BaseUrl, parseBaseUrl } from "./base-url.js";
import { OcpConfigError } from "./errors.js";
import { maskLongTexts, ShapeError } from "./fields.js";
import { checkId, sortedIds } from "./ids.js";
import { maskSecrets, secretsOf } from "./mask.js";
import type { Cluster, OcpId, OcpVersion, Page, Task } from "./model.js";
import { parseCluster, parseClusterDetail, parseLog, parsePage, parseTask } from "./parse.js";
import { type Environment, type Proxy, proxyFor } from "./proxy.js";
import { Transport } from "./transport.js";
import { parseInfo } from "./version.js";

export interface OcpClientOptions {
  /** For example `https://ocp.example.com:8080`; a path prefix is kept. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  /** PEM text of the authorities to trust instead of Node's; those of `NODE_EXTRA_CA_CERTS` are trusted too. */
  readonly ca?: string;
  /** Accept any certificate. Default false. */
  readonly insecureSkipVerify?: boolean;
  /** Where `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are read from. Default: no proxy. */
  readonly env?: NodeJS.ProcessEnv;
  /** The local clock, in milliseconds. */
  readonly now?: () => number;
  /** For everything that only reads. Default 30 000: OCP's sibling was seen to hang for 12 s with its database. */
  readonly requestTimeoutMs?: number;
  /** For everything that changes something. Default 60 000. */
  readonly deleteTimeoutMs?: number;
  /** Until a connection stands, as part of the time-outs above. Default 10 000. */
  readonly connectTimeoutMs?: number;
  /**
   * How long there is still to wait, in milliseconds. No request lasts longer, and none is sent when nothing is left.
   * Default: the time-outs above alone.
   */
  readonly timeLeftMs?: () => number;
}

/**
 * OCP's REST API over HTTP.
 *
 * @throws OcpConfigError at once where URL, credentials, CA or proxy cannot be right; later only for ids that are none
 */
export function createOcpClient(options: OcpClientOptions): OcpApi {
  return new OcpClient(options);
}

interface Request {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly query?: Query;
  readonly body?: string;
  readonly subject?: Subject;
  /** The texts of the answer are long, and whoever shows them masks them. */
  readonly verbatim?: true;
}

class OcpClient implements OcpApi {
  readonly baseUrl: string;
  private readonly base: BaseUrl;
  private readonly credentials: Credentials;
  private readonly transport: Transport;
  private readonly now: () => number;
  private readonly requestTimeoutMs: number;
  private readonly deleteTimeoutMs: number;
  private readonly timeLeftMs: () => number;
  private readonly mask: (text: string) => string;
  private readonly proxy: Proxy | undefined;

  constructor(options: OcpClientOptions) {
    this.base = parseBaseUrl(options.baseUrl);
    this.baseUrl = this.base.href;
    checkCredentials(options.credentials);
    this.credentials = options.credentials;
    this.now = options.now ?? Date.now;
    this.requestTimeoutMs = options.requestTimeoutMs ?? 30_000;
    this.deleteTimeoutMs = options.deleteTimeoutMs ?? 60_000;
    this.timeLeftMs = options.timeLeftMs ?? (() => Infinity);
    const env = options.env ?? {};
    this.proxy = proxyFor(this.base, env);
    const secrets = secretsOf(options.credentials);
    this.mask = (text) => maskSecrets(text, secrets);
    this.transport = new Transport({
      baseUrl: this.base,
      ...(options.ca !== undefined && { ca: [checkCa(options.ca), ...extraAuthorities(env)] }),
      insecureSkipVerify: options.insecureSkipVerify ?? false,
      env,
      now: this.now,
      connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    });
  }

  get clockSkewMs(): number | undefined {
    return this.transport.clockSkewMs;
  }

  async version(): Promise<OcpVersion | undefined> {
    const { call, answer } = await this.send({ method: "GET", path: "/api/v2/info" });
    const info = readJson(call, answer);
    if (info["successful"] === false) readData(call, answer);
    return readModel(call, answer, () => parseInfo(info));
  }

  async cluster(id: OcpId): Promise<Cluster> {
    return this.read({ method: "GET", path: clusterPath(id), subject: "cluster" }, (data) =>
      sameId(id, parseClusterDetail(data)),
    );
  }

  async clusters({ page, size }: PageRequest): Promise<Page<Cluster>> {
    const query: Query = [
      ["page", String(page)],
      ["size", String(size)],
      // The newest first: one that leaves and one that joins while the pages are read cannot hide a third.
      ["sort", "id,desc"],
    ];
    return this.read({ method: "GET", path: "/api/v2/obproxy/clusters", query }, (data) =>
      parsePage(data, parseCluster),
    );
  }

  async tasks({ status, name, page, size }: TasksRequest): Promise<Page<Task>> {
    const query: Query = [
      ...(name === undefined ? [] : ([["name", name]] as const)),
      ...(status.length === 0 ? [] : ([["status", status.join(",")]] as const)),
      ["page", String(page)],
      ["size", String(size)],
      ["sort", "id,desc"],
    ];
    return this.read({ method: "GET", path: "/api/v2/tasks/instances", query }, (data) => parsePage(data, parseTask));
  }

  async task(id: OcpId): Promise<Task> {
    return this.read({ method: "GET", path: taskPath(id), subject: "task" }, (data, answer) =>
      sameId(id, answeredTask(data, answer)),
    );
  }

  async subtaskLog(taskId: OcpId, subtaskId: OcpId): Promise<string> {
    const path = `${taskPath(taskId)}/subtasks/${checkId("Subtask id", subtaskId)}/log`;
    return this.read({ method: "GET", path, subject: "task", verbatim: true }, (data) => parseLog(data));
  }

  async retryTask(id: OcpId): Promise<void> {
    return this.read({ method: "POST", path: `${taskPath(id)}/retry`, subject: "task" }, () => undefined);
  }

  async deleteCluster(id: OcpId): Promise<Task> {
    return this.read({ method: "DELETE", path: clusterPath(id), subject: "cluster" }, answeredTask);
  }

  async deleteObproxies(request: DeleteObproxiesRequest): Promise<Task> {
    return this.read({ ...deletion(request), subject: "obproxies" }, answeredTask);
  }

  close(): Promise<void> {
    this.transport.close();
    return Promise.resolve();
  }

  private async read<T>(request: Request, parse: (data: unknown, answer: Success) => T): Promise<T> {
    const { call, answer } = await this.send(request);
    const success = readData(call, answer);
    const { data } = success;
    if (request.verbatim !== true) maskLongTexts(data, this.mask);
    return readModel(call, answer, () => parse(data, success));
  }

  private async send(request: Request): Promise<{ call: Call; answer: Answer }> {
    const { method, body, query = [], subject } = request;
    const path = this.base.path + request.path;
    const search = canonicalQuery(query);
    const wirePath = search === "" ? path : `${path}?${search}`;
    const call: Call = {
      method,
      url: this.base.origin + wirePath,
      mask: this.mask,
      ...(this.proxy !== undefined && { proxy: this.proxy }),
      ...(subject !== undefined && { subject }),
    };
    const reading = method === "GET";
    const timeLeftMs = Math.floor(this.timeLeftMs());
    if (!(timeLeftMs > 0)) throw ocpError(call, "unreachable", "was not sent, because the time is up");
    const limitMs = reading ? this.requestTimeoutMs : this.deleteTimeoutMs;
    const answer = await this.transport.send({
      ...call,
      path: wirePath,
      headers: this.headers(method, path, query, body),
      ...(body !== undefined && { body }),
      connection: reading ? "kept" : "own",
      timeoutMs: Math.min(limitMs, timeLeftMs),
      untilTimeIsUp: timeLeftMs < limitMs,
    });
    return { call, answer };
  }

  private headers(
    method: string,
    path: string,
    query: Query,
    body: string | undefined,
  ): Readonly<Record<string, string>> {
    const { host } = this.base;
    const date = new Date(this.now()).toUTCString();
    const contentType = body === undefined ? undefined : "application/json";
    const signable = {
      method,
      path,
      query,
      host,
      date,
      ...(body !== undefined && { body }),
      ...(contentType !== undefined && { contentType }),
    };
    return {
      host,
      accept: "application/json",
      // `en` alone makes OCP's sibling answer in the language of its server.
      "accept-language": "en-US",
      "user-agent": "cdktf-obproxy",
      ...(contentType !== undefined && { "content-type": contentType }),
      ...(this.credentials.kind === "aksk" && { date }),
      authorization: authorization(this.credentials, signable),
    };
  }
}

function clusterPath(id: OcpId): string {
  return `/api/v2/obproxy/clusters/${checkId("Cluster id", id)}`;
}

function taskPath(id: OcpId): string {
  return `/api/v2/tasks/instances/${checkId("Task id", id)}`;
}

function deletion(request: DeleteObproxiesRequest): Request {
  const ids = sortedIds(request.obproxyIds.map((id) => checkId("OBProxy id", id)));
  const skipped = sortedIds((request.skipHostOperationIds ?? []).map((id) => checkId("OBProxy id", id)));
  const path = clusterPath(request.clusterId);
  if (ids.length === 0) throw new OcpConfigError("No OBProxy is named that could be deleted; nothing was sent to OCP.");
  if (request.dialect === "DELETE") {
    if (skipped.length > 0) {
      throw new OcpConfigError(
        "`skipHostOperation` needs `POST …/servers/delete`, which OCP has from 4.3.5 on; nothing was sent to OCP.",
      );
    }
    return { method: "DELETE", path: `${path}/obproxies/${ids.join(",")}` };
  }
  // Written by hand, because JSON.stringify would round ids beyond 2^53.
  const skip = skipped.length === 0 ? "" : `,"skipHostOperationServerIds":[${skipped.join(",")}]`;
  return { method: "POST", path: `${path}/servers/delete`, body: `{"obproxyServerIds":[${ids.join(",")}]${skip}}` };
}

function answeredTask(data: unknown, { timestamp, traceId }: Success): Task {
  return {
    ...parseTask(data),
    ...(traceId !== "" && { traceId }),
    ...(timestamp !== undefined && { answeredAt: timestamp }),
  };
}

/** A cache on the way could answer with something else than what was asked for. */
function sameId<T extends { readonly id: OcpId }>(asked: OcpId, found: T): T {
  if (found.id === asked) return found;
  throw new ShapeError(`\`data.id\` is ${found.id} instead of ${asked}`);
}

/**
 * A list of authorities of our own replaces all that Node.js has, those of NODE_EXTRA_CA_CERTS included, which somebody
 * has set so that they count. A file that cannot be read is Node's to warn of.
 */
function extraAuthorities(env: Environment): readonly string[] {
  const path = env["NODE_EXTRA_CA_CERTS"];
  if (path === undefined || path === "") return [];
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return [];
  }
  const { X509Certificate } = crypto();
  return (text.match(CERTIFICATE) ?? []).filter((certificate) => {
    try {
      return new X509Certificate(certificate).fingerprint256 !== "";
    } catch {
      return false;
    }
  });
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Node takes a CA that is none without a word and then trusts nobody. */
function checkCa(pem: string): string {
  const certificates = pem.match(CERTIFICATE) ?? [];
  try {
    const { X509Certificate } = crypto();
    for (const certificate of certificates) new X509Certificate(certificate);
    if (certificates.length > 0) return pem;
  } catch {
    // falls through to the same message
  }
  throw new OcpConfigError(
    "The CA file holds no certificate that can be read; it must be PEM text with `-----BEGIN CERTIFICATE-----`.",
  );
}

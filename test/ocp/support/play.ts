import type { OcpApi } from "../../../src/ocp/api.js";
import { createOcpClient } from "../../../src/ocp/client.js";
import { OcpError } from "../../../src/ocp/errors.js";
import { onRequest, rawServer, type Running } from "./server.js";

/** The id that one recording of a task's detail has. */
export const RECORDED_TASK_ID = "9007199254740993";

export const CALLS = {
  version: (api: OcpApi) => api.version(),
  cluster: (api: OcpApi) => api.cluster("27"),
  clusters: (api: OcpApi) => api.clusters({ page: 1, size: 200 }),
  tasks: (api: OcpApi) => api.tasks({ status: ["RUNNING"], page: 1, size: 10 }),
  task: (api: OcpApi) => api.task(RECORDED_TASK_ID),
  log: (api: OcpApi) => api.subtaskLog("7", "8"),
  retry: (api: OcpApi) => api.retryTask("7"),
  deleteCluster: (api: OcpApi) => api.deleteCluster("27"),
  deleteObproxies: (api: OcpApi) => api.deleteObproxies({ dialect: "POST", clusterId: "27", obproxyIds: ["3"] }),
} satisfies Record<string, (api: OcpApi) => Promise<unknown>>;

export type CallName = keyof typeof CALLS;
export const CALL_NAMES = Object.keys(CALLS) as CallName[];

/** A server that answers every request with the same bytes, and a client of it. */
export class Player {
  private bytes: Buffer = Buffer.alloc(0);
  private server: Running | undefined;

  async start(): Promise<void> {
    this.server = await rawServer((socket) => {
      onRequest(socket, () => socket.end(this.bytes));
    });
  }

  async stop(): Promise<void> {
    await this.server?.close();
  }

  /** `ok`, or the kind of the `OcpError`; anything else is thrown. */
  async outcome(bytes: Buffer, call: CallName): Promise<string> {
    this.bytes = bytes;
    const api = createOcpClient({
      baseUrl: `http://127.0.0.1:${this.server?.port ?? 0}`,
      credentials: { kind: "basic", username: "admin", password: "hunter2-secret" },
      requestTimeoutMs: 2_000,
      deleteTimeoutMs: 2_000,
    });
    try {
      await CALLS[call](api);
      return "ok";
    } catch (error) {
      if (error instanceof OcpError && error.message.length < 1_000) return error.kind;
      throw error;
    } finally {
      await api.close();
    }
  }
}

/** The recorder joined chunked bodies, so their framing is put right by a length. */
export function withLength(recorded: Buffer): Buffer {
  const end = recorded.indexOf("\r\n\r\n");
  const body = recorded.subarray(end + 4);
  const head = recorded
    .subarray(0, end)
    .toString("latin1")
    .split("\r\n")
    .filter((line) => !/^(transfer-encoding|content-length):/i.test(line));
  return Buffer.concat([
    Buffer.from(`${[...head, `Content-Length: ${body.length}`].join("\r\n")}\r\n\r\n`, "latin1"),
    body,
  ]);
}

import type http from "node:http";
import { OcpError } from "../../../src/ocp/errors.js";
import type { Subtask, Task } from "../../../src/ocp/model.js";

/** OCP's envelope around `data`. */
export function success(data: unknown): Record<string, unknown> {
  return { data, duration: 1, server: "192.0.2.2", status: 200, successful: true, timestamp: "2026-01-01T00:00:00Z" };
}

export function failure(status: number, code: number | string, message: string): Record<string, unknown> {
  return { duration: 1, error: { code, message }, server: "192.0.2.2", status, successful: false, traceId: "feed" };
}

export function send(response: http.ServerResponse, status: number, body: unknown, headers: object = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

export const TASK = {
  id: 31440,
  name: "Offline obproxy",
  operation: "EXECUTE",
  status: "RUNNING",
  creator: "admin",
  subtasks: [{ id: 1, name: "Start node", status: "READY", operation: "EXECUTE", timeout: 30 }],
};
export const CLUSTER = { id: 27, name: "orders", obproxies: [{ id: 3, ip: "192.0.2.3", sqlPort: 2883 }] };

export function without<T extends object, K extends keyof T>(whole: T, ...keys: readonly K[]): Omit<T, K> {
  const rest = { ...whole };
  for (const key of keys) Reflect.deleteProperty(rest, key);
  return rest;
}

export function subtask(change: Partial<Subtask> = {}): Subtask {
  return {
    id: "1",
    name: "Stop obproxy",
    status: "SUCCESSFUL",
    operation: "EXECUTE",
    timeoutSeconds: 300,
    parallelIdx: -1,
    runTime: 1,
    upstreams: [],
    downstreams: [],
    ...change,
  };
}

export function task(change: Partial<Task> = {}): Task {
  return { id: "7", name: "Offline obproxy", status: "RUNNING", operation: "EXECUTE", subtasks: [], ...change };
}

/** A chain of subtasks, one after the other. */
export function chain(...changes: readonly Partial<Subtask>[]): readonly Subtask[] {
  return changes.map((change, index) =>
    subtask({ id: String(index + 1), upstreams: index === 0 ? [] : [String(index)], ...change }),
  );
}

/** The `OcpError` of a call that must fail. */
export async function errorOf(call: Promise<unknown>): Promise<OcpError> {
  const outcome = await call.then(
    (value) => new Error(`no error, but ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof OcpError) return outcome;
  throw outcome;
}

/** One subtask of 30 s, then so many beside each other, then an end. */
export function fan(width: number, timeoutSeconds: number): readonly Subtask[] {
  const branches = Array.from({ length: width }, (_, at) =>
    subtask({ id: String(at + 2), timeoutSeconds, upstreams: ["1"] }),
  );
  const end = subtask({ id: String(width + 2), timeoutSeconds: 0, upstreams: branches.map(({ id }) => id) });
  return [end, ...branches, subtask({ id: "1", timeoutSeconds: 30 })];
}

import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/index.js";
import { ask, type Ask, type ObjectBody, type Reply } from "./client.js";

export const CLUSTERS = "/api/v2/obproxy/clusters";
export const TASKS = "/api/v2/tasks/instances";

/** A simulator whose engine moves by hand, for one test. */
export class Scene {
  static async open(options: SimulatorOptions = {}): Promise<Scene> {
    const clusters = [
      { id: 1, name: "test", obproxies: [1, 2, 3, 4] },
      { id: 27, name: "orders" },
    ];
    return new Scene(await startSimulator({ tickMs: "manual", clusters, ...options }));
  }

  private constructor(readonly ocp: Simulator) {}

  ask(method: string, path: string, options?: Ask): Promise<Reply> {
    return ask(this.ocp.url, method, path, options);
  }

  get(path: string): Promise<Reply> {
    return this.ask("GET", path);
  }

  post(path: string, body?: unknown): Promise<Reply> {
    return this.ask("POST", path, body === undefined ? {} : { body: JSON.stringify(body) });
  }

  delete(path: string): Promise<Reply> {
    return this.ask("DELETE", path);
  }

  /** Deletes through the API; the task's id. */
  async deleteObproxies(...ids: number[]): Promise<string> {
    const { json } = await this.delete(`${CLUSTERS}/1/obproxies/${ids.join(",")}`);
    return String(json!.data.id);
  }

  /** The task as its detail tells it. */
  async detail(id: string): Promise<ObjectBody> {
    return (await this.get(`${TASKS}/${id}`)).json!.data;
  }

  /** `Start node SUCCESSFUL/EXECUTE` for each subtask, those that have not begun left out, in the order of the graph. */
  steps(id: string): readonly string[] {
    const { subtasks } = this.ocp.task(id)!;
    return subtasks
      .filter(({ status, operation }) => status !== "PENDING" || operation !== "EXECUTE")
      .map(({ name, parallelIdx, status, operation }) => {
        return `${name}${parallelIdx < 0 ? "" : `#${parallelIdx}`} ${status}/${operation}`;
      })
      .sort();
  }

  close(): Promise<void> {
    return this.ocp.stop();
  }
}

import { seedId } from "./ids.js";
import type { Inventory } from "./inventory.js";
import type { Task } from "./model.js";
import { type OtherTask, type PastTask, stagesOf, tagged } from "./other-tasks.js";
import type { ResolvedOptions } from "./resolve-options.js";
import { type TaskSnapshot, taskSnapshot } from "./snapshot.js";
import type { Submissions, Submitter } from "./submissions.js";

/** The user behind tasks that are submitted without HTTP. */
const OPERATOR = { id: 200, name: "operator" };

/** Whoever else works with the same OCP. */
export class Others {
  constructor(
    private readonly submissions: Submissions,
    private readonly inventory: Inventory,
    private readonly options: ResolvedOptions,
  ) {}

  deleteCluster(id: number | string): TaskSnapshot {
    return taskSnapshot(this.submissions.deleteCluster(String(id), this.operator()));
  }

  deleteObproxies(
    clusterId: number | string,
    ids: readonly (number | string)[],
    dialect: "DELETE" | "POST" = this.options.traits.serversDelete ? "POST" : "DELETE",
  ): TaskSnapshot {
    const { submissions } = this;
    const task = submissions.deleteObproxies(dialect, String(clusterId), ids.map(String), [], this.operator());
    return taskSnapshot(task);
  }

  start(task: OtherTask): TaskSnapshot {
    const started = this.submissions.start(this.operator(task.creator), {
      name: task.name,
      cluster: task.clusterId === undefined ? undefined : this.inventory.get(task.clusterId),
      obproxyIds: (task.obproxyIds ?? []).map(String),
      stages: stagesOf(task),
      locks: task.lock ?? true,
    });
    return tagged(started, task);
  }

  havePast(task: PastTask): TaskSnapshot {
    return tagged(this.record(task), task);
  }

  private record(task: PastTask): Task {
    const { clusterId, startTime } = task;
    const name = clusterId === undefined ? undefined : this.inventory.find(String(clusterId))?.name;
    return this.submissions.record(this.operator(task.creator), {
      name: task.name,
      status: task.status,
      clusterId: clusterId === undefined ? undefined : seedId("clusterId", clusterId),
      clusterName: task.clusterName ?? name,
      obproxyIds: (task.obproxyIds ?? []).map((id) => seedId("obproxyIds", id)),
      stages: stagesOf(task),
      startTime,
    });
  }

  private operator(name = OPERATOR.name): Submitter {
    return { user: { ...OPERATOR, name }, executor: this.options.nodes[0]?.executor ?? this.options.host };
  }
}

import type { Cluster, OcpId } from "../../ocp/model.js";
import type { Answers, TaskNow } from "../../survey/answers.js";
import type { Provider } from "../../survey/stack.js";
import type { Surveyed } from "../../survey/survey.js";

/** Failed tasks, by id, as they were read one by one. */
export type TasksNow = ReadonlyMap<OcpId, TaskNow>;

/** What one object is judged by. */
export interface Circumstances {
  readonly object: Surveyed;
  /** Undefined: no provider of the stack stands for the object. */
  readonly provider: Provider | undefined;
  /** Undefined: OCP was not asked. */
  readonly answers: Answers | undefined;
  /** As it is typed in a command. */
  readonly stackDirectory: string;
  /** How a command of Terraform on the stack begins. */
  readonly terraform: string;
  /** `undeployed`: nothing that the stack declares is in the state. `unreadable`: nobody knows what is. */
  readonly state: "deployed" | "undeployed" | "unreadable";
  /**
   * Ids of OBProxies of the same cluster that would be gone when it is its turn in a destroy, or Terraform would not come
   * to it.
   */
  readonly goneBefore: ReadonlySet<string>;
  /**
   * The same in a deploy, which deletes only what has left the code or is to be replaced; undefined: that would not delete
   * the cluster.
   */
  readonly goneBeforeDeploy: ReadonlySet<string> | undefined;
  /** Ids of OBProxies of the same cluster that the same run would delete, but nobody says that they go before it. */
  readonly unordered: ReadonlySet<string>;
  /**
   * Ids of OBProxies of the same cluster that stay in it, which is told of themselves: they hold it back.
   */
  readonly holding: ReadonlySet<string>;
  readonly tasks: TasksNow;
  /** Of an OBProxy: other clusters of its OCP that are seen to hold one of its id. */
  readonly heldBy: readonly Cluster[];
  /** Of what has left the code: settings that the last deploy knew of it, and its carrier cannot remember. */
  readonly lostSettings: string | undefined;
  /** The state holds the cluster of this OBProxy, and would delete it. */
  readonly clusterIsDeployed: boolean;
  /** A hook of this stack has written down that it has deleted it, at the same OCP. */
  readonly wasDeleted: boolean;
}

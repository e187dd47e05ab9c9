import type { OcpId } from "../../ocp/model.js";

/** What an earlier run of the hook on this machine wrote down about the deletion that it had started. */
export interface Note {
  readonly taskId: OcpId;
  readonly name: string;
  /** As OCP wrote it in the answer to the delete; absent where it wrote none. */
  readonly startTime?: string;
  readonly clusterId: OcpId;
  /** Sorted; empty: the cluster itself. */
  readonly obproxyIds: readonly OcpId[];
}

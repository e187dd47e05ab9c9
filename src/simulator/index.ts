/** An OCP to test against, over real HTTP: see {@link startSimulator}. */
export { ApiError } from "./api-error.js";
export type { Fault, FaultAction } from "./faults.js";
export type { SubtaskOperation, SubtaskStatus, TaskOperation, TaskStatus } from "./model.js";
export { SimulatorOptionError } from "./option-error.js";
export {
  type AccessKey,
  type Credentials,
  DEFAULT_CREDENTIALS,
  type Outage,
  type Permissions,
  type SeedCluster,
  type SeedObproxy,
  type SimulatedNode,
  type SimulatorOptions,
  type Start,
} from "./options.js";
export type { OtherTask, PastTask } from "./other-tasks.js";
export type { Registration, WorkPlan } from "./plans.js";
export type { RecordedRequest } from "./recorder.js";
export { inContents, inData, inPage } from "./rewrites.js";
export { type Simulator, startSimulator } from "./simulator.js";
export type { ClusterSnapshot, SubtaskSnapshot, TaskSnapshot } from "./snapshot.js";

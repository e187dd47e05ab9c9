import type { Output } from "../survey/output.js";
import type { OcpId } from "../ocp/model.js";
import type { Answers, TaskNow } from "../survey/answers.js";
import type { Stack } from "../survey/stack.js";
import type { Surveyed } from "../survey/survey.js";
import type { ProgramVersion } from "../survey/terraform.js";
import type { Age } from "./look/age.js";
import type { LeftState } from "./look/left-behind.js";

/** All that is known of one stack when everything has been read and asked. */
export interface Scene {
  readonly stack: Stack;
  readonly state: StateKnown;
  /** How a command of Terraform on the stack begins: `terraform -chdir=cdktf.out/stacks/orders`. */
  readonly terraform: string;
  readonly objects: readonly Surveyed[];
  /** By alias. */
  readonly answers: ReadonlyMap<string, Answers>;
  /** By alias and id: failed tasks that stand in the way of something, as they were read one by one. Default: none. */
  readonly tasks?: ReadonlyMap<string, ReadonlyMap<OcpId, TaskNow>>;
  /** By alias and label: what the plan of a null_resource's stack remembers of settings; see `SettingsRecord`. */
  readonly recorded?: ReadonlyMap<string, string>;
  /** Aliases and keys, as `ocp 27/3`, of what hooks of this stack have deleted, as they have written down. Default: nothing. */
  readonly gone?: ReadonlySet<string>;
}

export type StateKnown =
  | {
      readonly kind: "read";
      readonly from: string;
      /** What would destroy. */
      readonly program?: ProgramVersion | undefined;
    }
  /** The user says that the stack was never deployed, or it need not be read: `because`, for people. */
  | { readonly kind: "none"; readonly because?: string }
  | { readonly kind: "unreadable"; readonly message: string; readonly next: string };

/** Which command would follow. */
export type Command = "deploy" | "destroy";

/** What there is to know of the app around its stacks, and of the machine. */
export interface AppSeen {
  /** Where it was synthesized to; undefined: stacks were named one by one. */
  readonly output: (Output & { readonly age: Age | undefined }) | undefined;
  /** Undefined: no node can be started. */
  readonly node: string | undefined;
  readonly leftBehind: readonly LeftState[];
}

import type { OcpId } from "../../ocp/model.js";
import type { Code, Level, Status } from "../report/report.js";
import type { Command } from "../scene.js";
import type { Sharer, Told } from "../words/told.js";

/** What is to be said of one object. */
export interface Judgement {
  readonly status: Status;
  readonly remarks: readonly Remark[];
}

export interface Remark extends Told {
  readonly code: Code;
  readonly level: Level;
  /** Undefined: other objects share it only where its words are the same. */
  readonly shared?: Shared;
  /** Which command would meet it. Undefined: both may. */
  readonly meets?: Command;
  /** The failed task that is the cause. Undefined: none is. */
  readonly failedTask?: OcpId;
}

/** A cause that several objects may have in common, and how it is told of all of them at once. */
export interface Shared {
  readonly cause: string;
  readonly sharer: Sharer;
  readonly tell: (sharers: readonly Sharer[]) => Told;
}

export function shared(code: Code, level: Level, cause: string, sharer: Sharer, tell: Shared["tell"]): Remark {
  return { code, level, ...tell([sharer]), shared: { cause, sharer, tell } };
}

export function problem(code: Code, told: Told, failedTask?: OcpId): Judgement {
  const remark: Remark = { code, level: "problem", ...told };
  return { status: "problem", remarks: [failedTask === undefined ? remark : { ...remark, failedTask }] };
}

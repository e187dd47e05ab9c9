/**
 * What the hook puts up with, how long and why: everything but the deadline, which ends all of it. In ticks of OCP's
 * engine (a second each).
 */
export const TOLERANCES = {
  /** Trouble on the way once OCP has answered: it restarts for minutes, its database is away for less. */
  trouble: 600,
  /** Trouble before OCP has answered at all, or of an endpoint that never did: a wrong address is likelier. */
  firstContact: 30,
  /** 429: OCP's limits are for windows of seconds to a day; whom an hour does not help has to ask for more. */
  throttled: 3600,
  /** What became of a delete whose answer was lost: it may be on its way while OCP's database hangs (12 s were seen). */
  settle: 20,
  /** A lock, or a cluster that calls itself busy, that no visible task explains. */
  lock: 60,
  /** A task that OCP accepted and does not know: another of its nodes may answer. */
  unknownTask: 30,
  /** What OCP's answers leave open: general words, witnesses that disagree, lists that cannot be read whole. */
  unknown: 60,
  /** OCP not telling its version: the older dialect will do. */
  version: 30,
} as const;

/** How often something is looked at again, where a time would say less. */
export const TRIES = {
  /** An object that OCP lists after its task's success: another of its nodes may lag. */
  verify: 5,
  /** A delete whose answer was lost is sent again, each time only after OCP was seen to have done nothing. */
  sendsAfterLoss: 2,
  /** A delete that OCP answers with "not found" though it lists the object. */
  unfound: 5,
  /** 401 after accepted calls: OCP's database is away; the fifth wrong login locks an account (both observed). */
  repeated401: 3,
} as const;

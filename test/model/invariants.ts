/*
 * What must never be, whatever happens. The exhaustive model and the random histories of real processes tell the same
 * facts, each out of what it knows for certain, and ask here.
 *
 * - I1 No run ends with success while the object that it stands for is there, while a deletion of it is at work, or where
 *   the last deletion of it that this project's hooks answer for ended badly and nothing has made it good.
 * - I2 No delete and no retry reaches OCP that deletes what nobody declared, what a guard protects, or what is not the
 *   object that was declared (the same id, another object); and none that is more than was asked for.
 * - I3 No object's deletion is started a second time unless the first is known to have ended without it.
 * - I4 From every state, if the world then stays quiet, a further run ends with success, or with a failure that names
 *   what a person has to do, and after that has been done, with success.
 * - I5 No secret in any output; no request after the deadline; no success without having asked.
 */
export type Broken = string | undefined;

/** A deletion that OCP knows, of the object in question. */
export interface DeletionFact {
  readonly id: number | string;
  /** `byHand`: a person ended it or skipped what had failed: a person's word. */
  readonly state: "atWork" | "failed" | "rolledBack" | "well" | "byHand";
  /** A hook of this project started it, and this run can know that: it did so itself, has a note of it, or tags tell. */
  readonly answerable: boolean;
}

export interface Success {
  /** It has asked OCP for the object, and for what is at work unless it knows that already or may not. */
  readonly hasAsked: boolean;
  /** The object is there, and was when the run asked for it last. */
  readonly isThere: boolean;
  /** OCP knows the declared name under another id, and no deletion of ours explains that. */
  readonly isElsewhere: boolean;
  /** The oldest first; as OCP had them when it was asked last, and has them still. */
  readonly deletions: readonly DeletionFact[];
  /** Whose user may not read tasks answers for the object alone. */
  readonly readsTasks: boolean;
}

export function whySuccessIsWrong(facts: Success): Broken {
  const { deletions, readsTasks } = facts;
  if (!facts.hasAsked) return "I5: success without having asked OCP";
  if (facts.isThere) return "I1: success while the object is there";
  if (facts.isElsewhere) return "I1: success while the cluster that was declared is there under another id";
  if (!readsTasks) return undefined;
  const working = deletions.find(({ state }) => state === "atWork");
  if (working !== undefined) return "I1: success while a deletion of it is at work";
  const last = deletions.findLast(
    ({ state, answerable }) => state !== "rolledBack" && (answerable || state !== "failed"),
  );
  return last?.state === "failed" ? "I1: success though the last deletion that hooks answer for has failed" : undefined;
}

/** What a request deletes, once OCP has taken it up, beside what may be deleted. */
export interface Deleting {
  readonly does: "delete" | "retry";
  /** Nothing that matters has changed since the run saw the cluster last; else nobody could have known. */
  readonly asSeen: boolean;
  readonly name: string | undefined;
  readonly wantedName: string | undefined;
  /** Another stack of the app declares the object that the run stands for. */
  readonly isClaimed?: boolean;
  readonly deletesCluster: boolean;
  readonly mayDeleteCluster: boolean;
  /** Also those that go with the cluster. */
  readonly obproxies: readonly (number | string)[];
  readonly mayGo: (obproxy: number | string) => boolean;
  readonly isProtected: (obproxy: number | string) => boolean;
  /** Whether the task that is retried is one of this project's. */
  readonly isOurs: boolean;
  /** It was retried before, as often as was asked for, by whichever hook. */
  readonly isTooOften?: boolean;
}

export function whyDeletingIsWrong(facts: Deleting): Broken {
  const { does, obproxies, wantedName } = facts;
  if (!facts.asSeen) return undefined;
  if (!facts.isOurs) return `I2: a ${does} of a task that this project did not start`;
  if (facts.isTooOften === true) return `I2: a ${does} more than was asked for`;
  if (wantedName !== undefined && facts.name !== undefined && facts.name !== wantedName) {
    return `I2: a ${does} in a cluster of another name`;
  }

  if (facts.isClaimed === true) return `I2: a ${does} of what another stack declares`;
  if (facts.deletesCluster && !facts.mayDeleteCluster) return `I2: a ${does} that deletes the whole cluster`;
  if (obproxies.some((id) => facts.isProtected(id))) return `I2: a ${does} of a protected OBProxy`;
  if (obproxies.some((id) => !facts.mayGo(id))) return `I2: a ${does} of an OBProxy that nobody declared`;
  return undefined;
}

/** A delete that OCP takes up, beside the deletions of the same object that are there already. */
export interface Starting {
  /** One was at work when the run looked last, and is still. */
  readonly anotherAtWork: boolean;
  /** One of the same run is on its way. */
  readonly anotherOnItsWay: boolean;
  /** This run's own deletion of the object has failed and waits for somebody. */
  readonly ownHasFailed: boolean;
  /** OCP has accepted one of this run, which has ended or may be at work. */
  readonly ownIsAccepted?: boolean;
  /**
   * A person has rolled back, or ended, what this run knows to be its own deletion, before the run asked last: that
   * person's word ends it.
   */
  readonly ownWasEndedByAPerson?: boolean;
}

export function whyStartingIsWrong(facts: Starting): Broken {
  if (facts.anotherAtWork) return "I3: a second delete while a deletion of the object is at work";
  if (facts.anotherOnItsWay) return "I3: a second delete while the first is on its way";
  if (facts.ownWasEndedByAPerson === true) {
    return "I3: a second delete though a person has ended this run's own deletion";
  }
  if (facts.ownHasFailed) return "I3: a second delete after this run's own deletion has failed";
  if (facts.ownIsAccepted === true) return "I3: a second delete though OCP has accepted this run's first";
  return undefined;
}

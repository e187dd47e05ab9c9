/** What to do last, where nothing else has to be done by hand. */
export const RUN_AGAIN = "then run destroy again: it goes on from where things stand";

/** What a person on call needs to read, in this order; `next` comes last because Terraform keeps the tail. */
export interface FailureText {
  /** One sentence: what failed, with the object's and the task's ids in it. */
  readonly what: string;
  /** OCP's own words, the failed subtask and the like, one thought per line. */
  readonly details?: readonly string[];
  /** What to do. */
  readonly next: string;
  /** Whether destroy has to be run again after that. Default false. */
  readonly runAgain?: boolean;
}

/** Ends the hook with exit code 1. Every failure that a user can meet is one of these; see `failures.ts`. */
export class HookFailure extends Error {
  override readonly name = "HookFailure";
  readonly details: readonly string[];
  readonly next: string;
  /** The same for who has not run destroy yet. */
  readonly remedy: string;

  constructor(text: FailureText, options?: ErrorOptions) {
    super(text.what, options);
    this.details = text.details ?? [];
    this.remedy = text.next;
    this.next = text.runAgain === true ? `${text.next}; ${RUN_AGAIN}` : text.next;
  }
}

/** How long the destroy hook may take. */
export interface Timeouts {
  /**
   * For one object, all waiting included: hours, minutes and seconds, such as `"90s"`, `"30m"`, `"2h"` or `"1h30m"`.
   *
   * @default - OCP's own time limits: the sum of those of the task's steps, and a margin
   */
  readonly delete?: string;
}

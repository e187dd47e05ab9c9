import { HookFailure } from "../hook/tell/failure.js";
import { callFailed } from "../hook/tell/failures.js";
import type { Settings } from "../hook/settings.js";
import { OcpConfigError, OcpError } from "../ocp/errors.js";
import type { Refusal } from "./answers.js";
import { NoAnswer } from "./read-only-api.js";

/** In the hook's own words, so that what is foretold reads as what would be met. */
export function refusalOf(error: unknown, settings: Settings | undefined, oddities: readonly string[] = []): Refusal {
  const failure = error instanceof NoAnswer ? error.cause : error;
  if (failure instanceof HookFailure) return refusalBy(failure);
  if (failure instanceof OcpConfigError) return { message: failure.message, next: "correct it" };
  if (failure instanceof OcpError && settings !== undefined) {
    const { envPrefix } = settings.provider;
    return refusalBy(callFailed(failure, { envPrefix, accepted: false, sent: "no", taskId: undefined, oddities }));
  }
  throw error;
}

/** To somebody who has not run destroy yet. */
export function refusalBy({ message, remedy }: HookFailure): Refusal {
  return { message, next: remedy };
}

/** Something that has to be seen before anything can be said cannot be seen: exit code 2. */
export class CannotLook extends Error {
  override readonly name = "CannotLook";

  constructor(
    message: string,
    readonly next: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Not by `instanceof`: errors of Node's own modules come from another realm under Jest. */
export function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
}

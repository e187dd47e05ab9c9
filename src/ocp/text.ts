/** Text that came from elsewhere, fit for one line of a message: no control characters, bounded. */
export function clean(text: string, maxLength = 300): string {
  const line = text
    .slice(0, maxLength * 4)
    .replace(/[\p{C}\s]+/gu, " ")
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}

/** The innermost words of an error: Node leaves the message of an `AggregateError` empty. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return [...new Set(error.errors.map(errorText))].join("; ");
  }
  if (!(error instanceof Error)) return clean(String(error));
  return clean(error.message) || errorCode(error) || error.name;
}

export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

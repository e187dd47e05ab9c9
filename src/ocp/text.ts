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
  const { message, errors, code } = fieldsOf(error);
  if (Array.isArray(errors) && errors.length > 0) return [...new Set(errors.map(errorText))].join("; ");
  if (typeof message === "string" && message !== "") return clean(message);
  return typeof code === "string" ? code : clean(String(error));
}

export function errorCode(error: unknown): string {
  const { code } = fieldsOf(error);
  return typeof code === "string" ? code : "";
}

/** Not by `instanceof`: errors may come from another realm. */
function fieldsOf(error: unknown): { readonly message?: unknown; readonly errors?: unknown; readonly code?: unknown } {
  return typeof error === "object" && error !== null ? error : {};
}

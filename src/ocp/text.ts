/*
 * Text that came from elsewhere (OCP, a proxy, the configuration), fit for a line of a CI log: it can neither begin
 * another line, nor colour or reorder what stands around it, nor give the CI system a command.
 */

/** Controls, which begin lines and colours; separators of lines; spaces of all widths. */
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
const SPACES = /\p{Zs}/gu;
/** Marks that nobody sees: of direction (U+202E shows a name backwards), of width 0, fillers, tags. */
const INVISIBLE = /[\p{Cf}\p{DI}]+/gu;
/** Halves of characters, private and unassigned ones. */
const UNREADABLE = /[\p{Cs}\p{Co}\p{Cn}]/gu;

/** Letters, digits and signs of ASCII, and spaces: nearly all text. V8 takes a millisecond to build the patterns above. */
export function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** One line of text, whatever it was, with its spaces as they are. */
export function oneLine(text: string): string {
  return withoutCommands(isPlain(text) ? text.trimEnd() : readable(text));
}

function readable(text: string): string {
  return text.replace(BREAKS, " ").replace(SPACES, " ").replace(INVISIBLE, "").replace(UNREADABLE, "\uFFFD").trimEnd();
}

/**
 * What CI systems obey: `##vso[…]` and `##[…]` (Azure Pipelines and GitHub, anywhere in a line), `##teamcity[…]`,
 * `::set-output …::` (GitHub), `section_start:…` (GitLab). A space in the middle ends that, and a reader still sees it.
 */
function withoutCommands(line: string): string {
  return line
    .replace(/#(?=#[\w.-]{0,40}\[)/g, "# ")
    .replace(/section_(?:start|end)(?=:)|travis_(?:fold|time)(?=:)/gi, "$& ")
    .replace(/:(?=:[a-z_][^]*?::)/gi, ": ");
}

/** No longer than `maxLength`, without half a character at its end. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${text.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** Enough for what is shown of it, even where much of it is invisible. */
const LONGEST_READ = 65_536;

/**
 * A part of a line: trimmed and bounded. `mask` takes secrets out before it is cut, for half a secret would no longer be
 * known for one; before words that a CI system obeys are taken apart, and after what is invisible is gone.
 */
export function clean(text: string, maxLength = 300, mask: (text: string) => string = (same) => same): string {
  const line = mask(oneLine(mask(text.slice(0, LONGEST_READ))));
  return cut(line.replace(/ {2,}/g, " ").trim(), maxLength);
}

/** JSON for a log: the same values, with everything escaped that {@link oneLine} would take out or apart. */
export function jsonForLog(value: unknown): string {
  const escape = (character: string): string =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
    ).join("");
  return JSON.stringify(value, undefined, 2)
    .replace(/[\p{Cf}\p{DI}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\u007f-\u009f]/gu, escape)
    .replace(/(?<=#)#/g, escape)
    .replace(/(?<=:):/g, escape)
    .replace(/(?<=section_(?:start|end)|travis_(?:fold|time)):/gi, escape);
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

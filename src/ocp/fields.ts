import type { OcpId } from "./model.js";
import { clean, cut } from "./text.js";

/** A field of an answer is not of the type that OCP documents. Becomes an `OcpError` of the kind `not-ocp`. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function object(value: unknown, path: string): JsonObject {
  if (isObject(value)) return value;
  throw wrong(path, value, "an object");
}

export function array(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrong(path, value, "a list");
}

/** OCP leaves absent fields out; a `null` means the same. */
export function optionalArray(value: unknown, path: string): readonly unknown[] | undefined {
  return isAbsent(value) ? undefined : array(value, path);
}

export function text(value: unknown, path: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw wrong(path, value, "a text");
}

/** For fields that are only shown: another type counts as absent. */
export function optionalText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Of names and the like only so much is ever shown; a foreign one may be megabytes long. */
const LONGEST_SHOWN = 200;

/** {@link optionalText}, cut to what can be shown. */
export function shownText(value: unknown): string | undefined {
  const found = optionalText(value);
  return found === undefined ? undefined : cut(found, LONGEST_SHOWN);
}

/**
 * Takes secrets out of every text that will be cut: half of one would not be known for what it is. `value` has just been
 * parsed and is changed in place; without recursion, because it may be nested deeper than the stack.
 */
export function maskLongTexts(value: unknown, mask: (text: string) => string): void {
  const open = [value];
  while (open.length > 0) {
    const each = open.pop();
    if (typeof each !== "object" || each === null) continue;
    const members = each as Record<string, unknown>;
    for (const [name, member] of Object.entries(members)) {
      if (typeof member !== "string") open.push(member);
      else if (member.length > LONGEST_SHOWN) members[name] = mask(member.slice(0, LONGEST_MASKED));
    }
  }
}

/** Enough for what is left of it when it is cut. */
const LONGEST_MASKED = 65_536;

export function upperCase(value: unknown, path: string): string {
  return cut(text(value, path).trim(), LONGEST_SHOWN).toUpperCase();
}

export function shownUpperCase(value: unknown): string | undefined {
  return shownText(value)?.trim().toUpperCase();
}

export function optionalNumber(value: unknown): number | undefined {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "string" && /^-?\d{1,15}$/.test(value)) return Number(value);
  return undefined;
}

/** An id as a number or, as OCP writes ids above 2^53−1, as text. */
export function id(value: unknown, path: string): OcpId {
  const found = optionalId(value);
  // OCP counts from 1; a 0 could not be asked for again.
  if (found !== undefined && found !== "0") return found;
  if (typeof value === "number" && Number.isInteger(value) && value > Number.MAX_SAFE_INTEGER) {
    throw new ShapeError(`\`${path}\` is a number above 2^53, whose last digits are lost; OCP writes such ids as text`);
  }

  throw wrong(path, value, "an id");
}

export function optionalId(value: unknown): OcpId | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  if (typeof value !== "string" || !/^\d{1,19}$/.test(value)) return undefined;
  return value.replace(/^0+(?=\d)/, "");
}

export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function wrong(path: string, value: unknown, wanted: string): ShapeError {
  return new ShapeError(`\`${path}\` is ${describe(value)} instead of ${wanted}`);
}

/** What a foreign value is, in words. */
export function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return value === "" ? "an empty text" : `the text ${JSON.stringify(clean(value, 60))}`;
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "boolean") return String(value);
  return typeof value;
}

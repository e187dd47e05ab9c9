import { badOption } from "./option-error.js";

/** Decimal digits. */
export type Id = string;

const MAX_LONG = 2n ** 63n - 1n;

/** OCP writes ids above 2^53−1 as JSON strings (seen in ocp-express) and smaller ones as numbers. */
export function wireId(id: Id): number | string {
  const number = Number(id);
  return Number.isSafeInteger(number) ? number : id;
}

export function seedId(option: string, value: number | string): Id {
  const text = String(value);
  if (!/^[1-9]\d*$/.test(text) || BigInt(text) > MAX_LONG) {
    throw badOption(option, value, "a positive integer below 2^63");
  }

  return text;
}

/** A Java `Long` as Spring reads one from a path or a JSON string; undefined where it refuses. */
export function readLong(text: string): Id | undefined {
  const trimmed = text.trim();
  if (!/^[+-]?\d+$/.test(trimmed)) return undefined;

  const value = BigInt(trimmed.replace("+", ""));
  return value > MAX_LONG || value < -MAX_LONG - 1n ? undefined : value.toString();
}

/** Numbers that grow by one, as ids of tasks and subtasks do. */
export class Sequence {
  private next: bigint;

  constructor(first: Id) {
    this.next = BigInt(first);
  }

  take(): Id {
    return (this.next++).toString();
  }
}

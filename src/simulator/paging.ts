import type { ApiErrors } from "./api-error.js";

const DEFAULT_SIZE = 10;
/** The largest page that OCP gives, whatever is asked for (documented). */
export const MAX_PAGE_SIZE = 2000;

export interface Page {
  readonly contents: readonly unknown[];
  readonly page: {
    readonly number: number;
    readonly size: number;
    readonly totalElements: number;
    readonly totalPages: number;
  };
}

/**
 * One page, 1-based. What is not a sensible number counts as absent (seen in ocp-express); the default size of 10 is
 * documented. Only the items of the page are written.
 */
export function pageOf<T>(
  items: readonly T[],
  query: URLSearchParams,
  maxSize: number,
  write: (item: T) => unknown,
): Page {
  const number = positive(query.get("page")) ?? 1;
  const size = Math.min(positive(query.get("size")) ?? DEFAULT_SIZE, maxSize);
  return {
    contents: items.slice((number - 1) * size, number * size).map(write),
    page: { number, size, totalElements: items.length, totalPages: Math.ceil(items.length / size) },
  };
}

function positive(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

/** Values that a list can be sorted by; numbers in strings are compared as numbers. */
export type SortKeys<T> = Readonly<Record<string, (item: T) => bigint | number | string>>;

/** `sort=id,desc`; an unknown property is an unhandled exception (seen in ocp-express). */
export function sorted<T>(
  items: readonly T[],
  query: URLSearchParams,
  keys: SortKeys<T>,
  fallback: string,
  errors: ApiErrors,
): readonly T[] {
  const [property = "", direction = "asc"] = (query.get("sort") ?? fallback).split(",");
  const key = Object.hasOwn(keys, property) ? keys[property] : undefined;
  if (key === undefined) {
    throw errors.unhandled(
      "PropertyReferenceException",
      `No property '${property}' found for type 'TaskInstanceOverview'`,
    );
  }
  const sign = direction.toLowerCase() === "desc" ? -1 : 1;
  return [...items].sort((one, other) => {
    const [left, right] = [key(one), key(other)];
    return left < right ? -sign : left > right ? sign : 0;
  });
}

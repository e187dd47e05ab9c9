/** What a `rewrite` is made of: see `FaultAction`. */

type Json = Readonly<Record<string, unknown>>;
type Rewrite = (body: unknown) => unknown;

/** Changes what stands in an answer's `data`, for example `(cluster) => ({ ...cluster, obproxies: undefined })`. */
export function inData(change: (data: Json) => unknown): Rewrite {
  return (body) => (isObject(body) && isObject(body["data"]) ? { ...body, data: change(body["data"]) } : body);
}

/** Changes the entries of a list. Its `page` goes on telling of those that were. */
export function inContents(change: (entries: readonly unknown[]) => readonly unknown[]): Rewrite {
  return inData((data) =>
    Array.isArray(data["contents"]) ? { ...data, contents: change(data["contents"] as readonly unknown[]) } : data,
  );
}

/** Changes what a list says of its pages, for example `{ totalElements: 3 }`; undefined takes a member away. */
export function inPage(change: Json): Rewrite {
  return inData((data) => (isObject(data["page"]) ? { ...data, page: { ...data["page"], ...change } } : data));
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

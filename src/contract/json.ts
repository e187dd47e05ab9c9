/** JSON of others, read member by member. What is wrong is named by where it stands. */

/** @throws WrongMember */
export type Reader<T> = (value: unknown, at: string) => T;

export type Read<R> = R extends Reader<infer T> ? T : never;

export class WrongMember extends Error {
  override readonly name = "WrongMember";
}

export const text: Reader<string> = (value, at) => {
  if (typeof value !== "string" || value === "") throw wrong(at, value, "a text");
  return value;
};

/** @throws WrongMember */
export function parseJson(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch (error) {
    throw new WrongMember(`it is not JSON: ${String(error)}`, { cause: error });
  }
}

/** Any text, also an empty one. */
export const string: Reader<string> = (value, at) => {
  if (typeof value !== "string") throw wrong(at, value, "a text");
  return value;
};

export const number: Reader<number> = (value, at) => {
  if (typeof value !== "number" || !Number.isFinite(value)) throw wrong(at, value, "a number");
  return value;
};

export const flag: Reader<boolean> = (value, at) => {
  if (typeof value !== "boolean") throw wrong(at, value, "true or false");
  return value;
};

export const count: Reader<number> = (value, at) => {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong(at, value, "0 or a positive integer");
};

export function oneOf<const T extends string>(...choices: readonly T[]): Reader<T> {
  return (value, at) => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw wrong(at, value, choices.map((each) => JSON.stringify(each)).join(" or "));
    return found;
  };
}

export function listOf<T>(each: Reader<T>): Reader<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw wrong(at, value, "a list");
    return value.map((one: unknown, index) => each(one, `${at}[${index}]`));
  };
}

export function mapOf<T>(each: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, at) =>
    Object.fromEntries(
      Object.entries(record(value, at)).map(([key, one]) => [key, each(one, `${at}[${JSON.stringify(key)}]`)]),
    );
}

/** A map of texts, whose keys are named as members. */
export const texts: Reader<Readonly<Record<string, string>>> = (value, at) =>
  Object.fromEntries(Object.entries(record(value, at)).map(([key, one]) => [key, text(one, `${at}.${key}`)]));

type Shape = Readonly<Record<string, Reader<unknown>>>;

/** What is named nowhere is left out. */
export function object<R extends Shape, O extends Shape>(
  required: R,
  optional: O,
): Reader<{ readonly [K in keyof R]: Read<R[K]> } & { readonly [K in keyof O]?: Read<O[K]> }> {
  return (value, at) => {
    const members = record(value, at);
    const read = (shape: Shape): [string, unknown][] =>
      Object.entries(shape).map(([name, reader]) => [name, reader(members[name], at === "" ? name : `${at}.${name}`)]);
    const given = Object.entries(optional).filter(([name]) => members[name] !== undefined);
    return Object.fromEntries([...read(required), ...read(Object.fromEntries(given))]) as ReturnType<
      ReturnType<typeof object<R, O>>
    >;
  };
}

type RequiredKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];
type Readers<T, Keys extends keyof T> = { readonly [K in Keys]-?: Reader<Exclude<T[K], undefined>> };

/** {@link object} for a type that stands elsewhere: the compiler misses a member of it that is not read. */
export function objectOf<T>(
  required: Readers<T, RequiredKeys<T>>,
  optional: Readers<T, Exclude<keyof T, RequiredKeys<T>>>,
): Reader<T> {
  return object(required, optional) as unknown as Reader<T>;
}

function record(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw wrong(at, value, "an object");
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function wrong(at: string, value: unknown, wanted: string): WrongMember {
  return new WrongMember(
    value === undefined ? `\`${at}\` is missing` : `\`${at}\` is ${shown(value)}, but has to be ${wanted}`,
  );
}

/** Nobody knows what a damaged file holds, a secret perhaps. */
function shown(value: unknown): string {
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : "another text";
}

/** Undefined where there is none, of whatever `value` is. */
export function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(name)
    : undefined;
}

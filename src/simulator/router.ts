import type { Exchange } from "./answers.js";
import type { User } from "./model.js";
import type { Permissions } from "./options.js";

/** What a handler gives back; refusals are thrown as `ApiError`. */
export type Result =
  | { readonly kind: "data"; readonly data?: unknown }
  | { readonly kind: "bare"; readonly value: unknown }
  | { readonly kind: "text"; readonly text: string };

export interface Call {
  readonly exchange: Exchange;
  readonly user: User;
  /** The variables of the path, decoded, in order. */
  readonly variables: readonly string[];
}

export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** `{…}` stands for a path segment. */
  readonly path: string;
  readonly permission?: keyof Permissions;
  /** Needs no credentials; those that are sent are checked all the same. */
  readonly isPublic?: true;
  /** Takes a JSON body, and nothing else. */
  readonly takesJson?: true;
  /** Reads the task engine's world: in poll mode the engine moves before. */
  readonly observes?: true;
  readonly handle: (call: Call) => Result;
}

export type Match =
  | { readonly kind: "found"; readonly route: Route; readonly variables: readonly string[] }
  | { readonly kind: "wrongMethod"; readonly allow: string }
  | { readonly kind: "unknown" };

export class Router {
  constructor(private readonly routes: readonly Route[]) {}

  match(method: string, path: string): Match {
    const segments = split(path).map(decode);
    const candidates = this.routes.flatMap((route) => {
      const variables = variablesOf(split(route.path), segments);
      return variables === undefined ? [] : [{ route, variables }];
    });
    const found = candidates.find(({ route }) => route.method === (method === "HEAD" ? "GET" : method));
    if (found !== undefined) return { kind: "found", ...found };

    return candidates.length === 0
      ? { kind: "unknown" }
      : { kind: "wrongMethod", allow: candidates.map(({ route }) => route.method).join(",") };
  }
}

/** A trailing slash does not count (seen in ocp-express). */
function split(path: string): readonly string[] {
  return path.replace(/\/$/, "").split("/");
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function variablesOf(pattern: readonly string[], segments: readonly string[]): readonly string[] | undefined {
  if (pattern.length !== segments.length) return undefined;

  const isVariable = (part: string): boolean => part.startsWith("{");
  const fits = pattern.every((part, place) => (isVariable(part) ? segments[place] !== "" : part === segments[place]));
  return fits ? segments.filter((_, place) => isVariable(pattern[place] ?? "")) : undefined;
}

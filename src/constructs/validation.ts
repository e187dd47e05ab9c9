import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Token } from "cdktf";
import type { Construct } from "constructs";
import { parseDuration } from "../contract/duration.js";
import * as errors from "./errors.js";
import type { Timeouts } from "./timeouts.js";

/** Checks of single properties. The types forbid much of it already, but not to users of JavaScript. */

export function checkId(at: Construct, property: string, value: unknown): void {
  if (typeof value === "number" && (Token.isUnresolved(value) || (Number.isSafeInteger(value) && value > 0))) return;
  throw errors.idNotPositiveInteger(at, property, value);
}

export function checkIds(at: Construct, property: string, value: unknown): void {
  if (Token.isUnresolved(value)) throw errors.idsAreListToken(at, property);
  if (!Array.isArray(value)) throw errors.idsNotList(at, property, value);
  if (value.length === 0) throw errors.idsEmpty(at, property);
  const seen = new Set<number>();
  for (const [index, id] of (value as readonly number[]).entries()) {
    // A token of a list, rather than a list of tokens, can also sit among other ids.
    if (Token.isUnresolved([id])) throw errors.idsAreListToken(at, property);
    checkId(at, `${property}[${String(index)}]`, id);
    if (seen.has(id)) throw errors.idRepeated(at, property, id);
    seen.add(id);
  }
}

export function checkName(at: Construct, property: string, value: unknown): void {
  if (value === undefined || value === null) throw errors.nameMissing(at, property);
  if (typeof value !== "string") throw errors.nameInvalid(at, property, value, "is a string");
  if (Token.isUnresolved(value)) return;
  if (value.trim() === "") throw errors.nameInvalid(at, property, value, "has at least one character to see");
  if (value.trim() !== value) throw errors.nameInvalid(at, property, value, "neither begins nor ends with a space");
  if (/\p{Cc}/u.test(value)) throw errors.nameInvalid(at, property, value, "has no control characters");
}

export function checkAlias(at: Construct, value: unknown): void {
  if (typeof value !== "string" || !/^[a-z][a-z0-9_]*$/.test(value)) throw errors.aliasInvalid(at, value);
}

export function checkEnvPrefix(at: Construct, value: unknown): void {
  if (typeof value !== "string" || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(value)) throw errors.envPrefixInvalid(at, value);
}

/** `@`, also as it is escaped within a URL, however often, and as wide as a Chinese character. */
const AT = /@|%(?:25)*40|\uFF20|\uFE6B/i;

/** What passes here the hook accepts too. */
export function checkUrl(at: Construct, value: unknown, envPrefix: string): void {
  if (Token.isUnresolved(value)) throw errors.urlIsToken(at, envPrefix);
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  // The value itself is not shown before it is known to hold no secret.
  if (url !== undefined && (url.username !== "" || url.password !== "")) {
    throw errors.urlHoldsSecret(at, "a user or a password", envPrefix);
  }

  if (typeof value === "string" && value.includes("?")) throw errors.urlHoldsSecret(at, "a query", envPrefix);
  if (typeof value === "string" && value.includes("#")) throw errors.urlHoldsSecret(at, "a fragment", envPrefix);
  if (typeof value === "string" && AT.test(value)) throw errors.urlHoldsSecret(at, "an @", envPrefix);
  const shown = typeof value === "string" ? value : String(value);
  // The URL parser drops spaces and control characters without a word.
  if (url === undefined || /[\s\p{Cc}]/u.test(shown)) throw errors.urlInvalid(at, shown, "but it is no URL");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw errors.urlInvalid(at, shown, "but OCP speaks http or https");
  }
  // The URL parser makes the slashes up where they are missing.
  if (!/^https?:\/\//i.test(shown)) throw errors.urlInvalid(at, shown, "but it lacks `//` before the host");

  if (/\/api\/+v\d+\/*$/.test(url.pathname)) {
    throw errors.urlInvalid(at, shown, "but the API's own path is added to every request");
  }
}

/** As the hook reads them; undefined: nothing is said. */
export function timeoutsOf(at: Construct, property: string, value: unknown): Timeouts | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null || Object.keys(value).some((name) => name !== "delete")) {
    throw errors.timeoutsInvalid(at, value);
  }
  const duration: unknown = "delete" in value ? value.delete : undefined;
  if (duration === undefined) return undefined;
  if (typeof duration !== "string" || parseDuration(duration) === undefined) {
    throw errors.durationInvalid(at, `${property}.delete`, duration);
  }
  return { delete: duration };
}

/** Undefined: nothing is said. */
export function countOf(at: Construct, property: string, value: unknown): number | undefined {
  if (value === undefined || (typeof value === "number" && Number.isSafeInteger(value) && value >= 0)) return value;
  throw errors.notNonNegativeInteger(at, property, value);
}

/** The compiler demands them, JavaScript does not. */
export function checkProps(at: Construct, props: unknown, example: string): void {
  if (typeof props !== "object" || props === null) throw errors.propsMissing(at, example);
}

/** Undefined: it is off. */
export function switchOf(at: Construct, property: string, value: unknown): true | undefined {
  checkBoolean(at, property, value ?? false);
  return value === true ? value : undefined;
}

/** `"false"` would be true. */
export function checkBoolean(at: Construct, property: string, value: unknown): void {
  if (value !== undefined && typeof value !== "boolean") throw errors.notBoolean(at, property, value);
}

export function checkOneOf(at: Construct, property: string, value: unknown, choices: readonly string[]): void {
  if (typeof value !== "string" || !choices.includes(value)) throw errors.notOneOf(at, property, value, choices);
}

/** The contents of `caFile`, which is read once, when the provider is declared. */
export function readCaFile(at: Construct, path: string): string {
  let text: string;
  try {
    text = readFileSync(resolve(path), "utf8");
  } catch (error) {
    throw errors.caFileUnreadable(at, path, error);
  }
  if (text.includes("PRIVATE KEY-----")) throw errors.caFileHoldsPrivateKey(at, path);
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
  if (certificates === null) throw errors.caFileNotCertificate(at, path, "holds no certificate");
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch {
      throw errors.caFileNotCertificate(at, path, `is damaged: certificate ${String(index + 1)} cannot be read`);
    }
  }
  return text;
}

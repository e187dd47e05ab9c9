import { isObject, type JsonObject, optionalText, ShapeError, shownText } from "./fields.js";
import type { Dialect, OcpVersion } from "./model.js";

/**
 * Reads the answer of `/api/v2/info`: a bare object without envelope, for example
 * `{"artifact":"ocp-server","buildVersion":"4.3.6-SNAPSHOT",…}`; an envelope around it would do no harm.
 *
 * @returns undefined when it is OCP that answers, but not with a version
 */
export function parseInfo(answer: JsonObject): OcpVersion | undefined {
  const info = isObject(answer["data"]) ? answer["data"] : answer;
  const version = shownText(info["buildVersion"]);
  if (version !== undefined) return parseVersion(version);
  if (optionalText(info["artifact"]) !== undefined) return undefined;
  throw new ShapeError("neither `buildVersion` nor `artifact` is there, as OCP's information about itself has them");
}

export function parseVersion(text: string): OcpVersion | undefined {
  const match = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?!\d)/.exec(text.trim());
  if (match === null) return undefined;
  return { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]), text: text.trim() };
}

/**
 * `POST …/servers/delete` is documented from OCP 4.3.5 on, `DELETE …/obproxies/{ids}` for all versions, so that an
 * unknown version gets the latter.
 */
export function dialectFor(version: OcpVersion | undefined): Dialect {
  if (version === undefined) return "DELETE";
  const { major, minor, patch } = version;
  const atLeast435 = major > 4 || (major === 4 && (minor > 3 || (minor === 3 && patch >= 5)));
  return atLeast435 ? "POST" : "DELETE";
}

/** For messages: `OCP 4.3.6-SNAPSHOT`. */
export function formatVersion(version: OcpVersion | undefined): string {
  return version === undefined ? "OCP of unknown version" : `OCP ${version.text}`;
}

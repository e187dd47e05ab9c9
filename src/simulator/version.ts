import { badOption } from "./option-error.js";

/** What an OCP of a given version does differently. Each line of {@link traitsOf} says since when, and where known from. */
export interface Traits {
  /** As `GET /api/v2/info` writes it. */
  readonly buildVersion: string;
  readonly release: string;
  /** Requests may be signed with an access key. */
  readonly accessKeys: boolean;
  /** `POST …/servers/delete` exists. */
  readonly serversDelete: boolean;
  /** Answers to a submitted task carry `context` and, per subtask, `className`. */
  readonly contextAndClassName: boolean;
  /** Tasks carry `tags`, and list entries an `operation`, in lower case. */
  readonly tags: boolean;
  /** `GET /api/v2/info` tells edition and commit instead of build environment. */
  readonly commitInInfo: boolean;
  /** Error codes were renumbered with 4.0. */
  readonly errorCodes: "3.x" | "4.x";
}

export function traitsOf(version: string): Traits {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(version);
  if (match === null) throw badOption("version", version, 'a version such as "4.2.2"');

  const [major, minor, patch] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const since = (...wanted: [number, number, number]): boolean =>
    major !== wanted[0] ? major > wanted[0] : minor !== wanted[1] ? minor > wanted[1] : patch >= wanted[2];
  return {
    release: match[0],
    // Both published answers of /info end in -SNAPSHOT.
    buildVersion: version === match[0] ? `${version}-SNAPSHOT` : version,
    // Release note of OCP 4.0.2.
    accessKeys: since(4, 0, 2),
    // Documented from 4.3.5 on.
    serversDelete: since(4, 3, 5),
    // Last seen in the 4.3.4 documentation.
    contextAndClassName: !since(4, 3, 5),
    // "Query the task list" of 4.3.6.
    tags: since(4, 3, 6),
    // The published answer of 4.3.6; when it changed is not known.
    commitInInfo: since(4, 3, 5),
    // Error tables of 3.1.1 and 4.2.2.
    errorCodes: since(4, 0, 0) ? "4.x" : "3.x",
  };
}

import { OcpConfigError } from "./errors.js";
import { harmlessUrl, hidesCredentials } from "./harmless-url.js";

/** Where OCP is. */
export interface BaseUrl {
  /** Without trailing slash, for messages and for joining. */
  readonly href: string;
  readonly origin: string;
  /** As the `Host` header has it. */
  readonly host: string;
  readonly secure: boolean;
  /** Empty, or a prefix such as `/ocp` without trailing slash. */
  readonly path: string;
}

/** @throws OcpConfigError for what is no usable http(s) URL */
export function parseBaseUrl(text: string): BaseUrl {
  const trimmed = text.trim();
  const shown = harmlessUrl(trimmed);
  const refuse = (what: string, remedy: string): OcpConfigError =>
    new OcpConfigError(
      `OCP's URL ${shown === undefined ? "(not repeated here: it may hold a password) " : `“${shown}” `}${what}; ${remedy}.`,
    );
  if (trimmed === "") throw new OcpConfigError("OCP's URL is empty; write it like https://ocp.example.com:8080.");
  if (!URL.canParse(trimmed)) throw refuse("is not a URL", "write it like https://ocp.example.com:8080");
  const url = new URL(trimmed);
  // The text itself: of `http:admin:/secret` the URL standard makes a URL too.
  if (!/^https?:\/\//i.test(trimmed)) {
    throw refuse("does not start with http:// or https://", "write it like https://ocp.example.com:8080");
  }

  if (url.username !== "" || url.password !== "" || hidesCredentials(trimmed)) {
    throw refuse("holds credentials, which would end up in messages and files", "leave them out and give them apart");
  }

  if (url.search !== "" || url.hash !== "") {
    throw refuse(
      "has a query or a fragment, which the API's paths cannot follow",
      "leave out what begins at “?” or “#”",
    );
  }
  // `//` in a path makes OCP's request firewall answer with a redirect to its login page.
  const path = url.pathname.replace(/\/{2,}/g, "/").replace(/\/$/, "");
  if (/\/api\/v\d+$/.test(path)) {
    throw refuse("ends with the path of the API itself", "leave it out: it is added to every request");
  }

  return { href: url.origin + path, origin: url.origin, host: url.host, secure: url.protocol === "https:", path };
}

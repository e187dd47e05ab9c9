/*
 * What of a URL may be shown. URLs of OCP and of proxies come from variables that often hold a password, and where that
 * holds a slash, an `@` or a space, a URL's parts are not what they seem: of `http://me:12/34@proxy` the host is `me`.
 */

/** Else what stands before `://` may be a user name. */
const SCHEMES = /^(?:https?|ftps?|socks(?:4a?|5h?)?|wss?|tcp|ssh):\/\//i;

/** `@`, also as it is written within a URL, however often that was escaped, and as wide as a Chinese character. */
const AT = /@|%(?:25)*40|\uFF20|\uFE6B/gi;

/**
 * Scheme and host of a URL, `https://ocp.example.com:8080`, where they certainly are that; user name and password are
 * replaced. Undefined: nothing of the text may be shown.
 */
export function harmlessUrl(text: string): string | undefined {
  const url = SCHEMES.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.host === "" || hidesCredentials(text)) return undefined;
  const hasCredentials = url.username !== "" || url.password !== "";
  if (!hasCredentials) return `${url.protocol}//${url.host}`;
  return /^https?:$/.test(url.protocol) && count(text) === 1 ? `${url.protocol}//***@${url.host}` : undefined;
}

/** Whether an `@` stands where a URL has none, behind its host: what comes before it may be a password. */
export function hidesCredentials(text: string): boolean {
  const afterScheme = text.replace(/^[a-z][a-z0-9+.-]*:[/\\]*/i, "");
  const end = afterScheme.search(/[/\\?#]/);
  return end >= 0 && count(afterScheme.slice(end)) > 0;
}

function count(text: string): number {
  return text.match(AT)?.length ?? 0;
}

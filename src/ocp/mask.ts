import type { Credentials } from "./auth.js";

const MASK = "***";

/** `password=…`, `"access_key": "…"`, `token: …`: names as OCP's own task engine masks them, and a few more. */
const NAMED_SECRET =
  /([\w.-]{0,40}(?:password|passwd|passphrase|pwd|secret|token|credential|key)[\w.-]{0,40}["']?\s{0,3}[=:]\s{0,3})("[^"]*"?|'[^']*'?|[^\s,;&(){}[\]"']+)/gi;
/** `Authorization: Basic …`, `Bearer …`, OCP's own scheme. */
const AUTHORIZATION = /\b(Basic|Bearer|Digest|OCP-ACCESS-KEY-HMACSHA1)\s+[\w+/=.:~-]{4,}/gi;
const URL_CREDENTIALS = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,400}@/gi;

/** The text without what looks like a secret, and without the given secrets wherever they stand. */
export function maskSecrets(text: string, secrets: readonly string[] = []): string {
  const withoutGiven = [...secrets]
    .filter((secret) => secret !== "")
    .sort((a, b) => b.length - a.length)
    .reduce(maskLiteral, text);
  return withoutGiven
    .replace(URL_CREDENTIALS, `$1${MASK}@`)
    .replace(AUTHORIZATION, `$1 ${MASK}`)
    .replace(NAMED_SECRET, `$1${MASK}`);
}

/** A very short secret is only masked where it stands alone; else a password `a` would blacken every word. */
function maskLiteral(text: string, secret: string): string {
  if (secret.length >= 4) return text.replaceAll(secret, MASK);
  const escaped = secret.replace(/[^\w]/g, "\\$&");
  return text.replace(new RegExp(`(?<![\\w])${escaped}(?![\\w])`, "gu"), MASK);
}

/** Every form in which these credentials could show up in a text. */
export function secretsOf(credentials: Credentials): readonly string[] {
  if (credentials.kind === "aksk") return [credentials.accessKeySecret];
  const { username, password } = credentials;
  return [
    password,
    encodeURIComponent(password),
    JSON.stringify(password).slice(1, -1),
    Buffer.from(`${username}:${password}`).toString("base64"),
  ];
}

import type { Credentials } from "./auth.js";
import { base64Cores, base64Forms, escapedForms, hexForm, literally, mayDouble, PADDING } from "./encodings.js";
import { isPlain } from "./text.js";

const MASK = "***";

/** The text without what looks like a secret, and without the given secrets wherever they stand, however encoded. */
export function maskSecrets(text: string, secrets: readonly string[] = []): string {
  const withoutGiven = [...new Set(secrets)]
    .filter((secret) => secret !== "")
    .sort((a, b) => b.length - a.length)
    .reduce(maskGiven, text);
  const withoutUrls = withoutGiven.includes("://") ? maskUrls(withoutGiven) : withoutGiven;
  return HINT.test(withoutUrls) ? SHAPES.reduce((masked, shape) => shape(masked), withoutUrls) : withoutUrls;
}

/** Every form in which these credentials go over the wire. What others make of them, `maskSecrets` knows. */
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

// ---- what is known

/** A very short secret is only masked where it stands alone; else a password `a` would blacken every word. */
const SHORT = 4;

function maskGiven(text: string, secret: string): string {
  const { core, plain, escaped, base64, clues } = knownOf(secret);
  const masked = mayEscape(text, secret)
    ? text.replace(escaped(), MASK)
    : text.includes(core)
      ? text.replace(plain(), MASK)
      : text;
  return clues.some((clue) => masked.includes(clue)) ? maskAround(masked, base64()) : masked;
}

/** Nearly no line holds escapes. The pattern that knows them all takes long to build, as long as a hook to start. */
function mayEscape(text: string, secret: string): boolean {
  return /[&%\\]|[0-9a-fA-F]{8}/.test(text) || hasGaps(secret) || mayDouble(text, secret);
}

function hasGaps(secret: string): boolean {
  return /\s/.test(secret) || (!isPlain(secret) && /[\p{C}\p{DI}]/u.test(secret));
}

interface Known {
  /** The secret without the padding of base64: every text that `plain` finds something in holds it. */
  readonly core: string;
  readonly plain: () => RegExp;
  readonly escaped: () => RegExp;
  readonly base64: () => RegExp;
  /** One of them is in every text that `base64` finds something in. */
  readonly clues: readonly string[];
}

const known = new Map<string, Known>();

function knownOf(secret: string): Known {
  const before = known.get(secret);
  if (before !== undefined) return before;
  // Base64 comes with its padding or without.
  const isPadded = /^[\w+/-]{2,}={1,2}$/.test(secret);
  const core = isPadded ? secret.replace(/=+$/, "") : secret;
  const cores = base64Cores(secret);
  const pattern = (forms: string, hex: string): RegExp =>
    secret.length >= SHORT ? new RegExp(forms + hex, "gu") : new RegExp(`(?<![\\w])(?:${forms})(?![\\w])`, "gu");
  const made: Known = {
    core,
    plain: once(() => pattern(literally(core) + (isPadded ? "={0,2}" : ""), "")),
    escaped: once(() => pattern(escapedForms(core) + (isPadded ? PADDING : ""), `|${hexForm(secret)}`)),
    base64: once(() => new RegExp(cores.map(base64Forms).join("|"), "gu")),
    clues: cores.map(longestWord),
  };
  known.set(secret, made);
  return made;
}

function longestWord(core: string): string {
  return core.split(/[+/]/).reduce((longest, word) => (word.length > longest.length ? word : longest), "");
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

const MOST_AROUND = 1_000;

/** Masks what is found and the rest of the word that it stands in, for its ends belong to it in part. */
function maskAround(text: string, pattern: RegExp): string {
  let result = "";
  let end = 0;
  for (const { 0: found, index } of text.matchAll(pattern)) {
    if (index < end) continue;
    let from = index;
    while (from > end && index - from < MOST_AROUND && BASE64.test(text.charAt(from - 1))) from -= 1;
    let to = index + found.length;
    while (to < text.length && to - index < found.length + MOST_AROUND && BASE64.test(text.charAt(to))) to += 1;
    result += text.slice(end, from) + MASK;
    end = to;
  }
  return result + text.slice(end);
}

const BASE64 = /[\w+/=-]/;

// ---- what looks like a secret

/** A single quote within such quotes, as a shell has to write it. */
const QUOTE_IN_SHELL = `'(?:\\\\'|"'")'`;
/** Within quotes, that may be escaped or doubled; or one word. Bounded, and never fails, so that nothing is read twice. */
const QUOTED = [
  `"[^"\\\\]{0,4000}(?:(?:\\\\[^]|"")[^"\\\\]{0,4000}){0,200}"?`,
  `'[^'\\\\]{0,4000}(?:(?:\\\\[^]|''|${QUOTE_IN_SHELL})[^'\\\\]{0,4000}){0,200}'?`,
  `\\\\{1,7}"[^"\\\\]{0,4000}(?:\\\\{1,7}[^"\\\\][^"\\\\]{0,4000}){0,200}(?:\\\\{1,7}")?`,
].join("|");
/** Goes on after `,`, `;` and `&` where no other name and value follow. */
const WORD = `(?:[^\\s,;&"'\\\\]|\\\\)(?:[^\\s,;&]|[,;&](?!\\s|$|["'{[]?[\\w.-]{1,60}["']?\\s?[=:])){0,2000}`;
/** What closes something that was opened before the word. */
const CLOSERS = /[\])}"'>\\]+$/;
/** What follows an option's name in a sentence about the option. */
const PROSE =
  /^(?:option|flag|parameter|argument|value|variable|to|is|are|was|or|and|instead|must|may|for|with|without|on|in|not|has|can|should|requires?|from|by|as|the|an?|at|if|when|of)$/i;

type Shape = (text: string) => string;

function shape(before: string, value = `${QUOTED}|${WORD}`): Shape {
  const pattern = new RegExp(`(${before})(${value})`, "gi");
  return (text) => text.replace(pattern, (_all, start: string, secret: string) => start + masked(secret));
}

/** An option and its value, apart: `--password X`. */
function option(name: string): Shape {
  const pattern = new RegExp(`((?<![\\w-])${name}\\s+)(?!-)(${QUOTED}|[^\\s"']\\S*)`, "gi");
  return (text) =>
    text.replace(pattern, (all, start: string, secret: string) =>
      PROSE.test(secret.replace(/[.,;:!?)]+$/, "")) ? all : start + masked(secret),
    );
}

function masked(secret: string): string {
  const closers = /^["'\\]/.test(secret) ? "" : (CLOSERS.exec(secret)?.[0] ?? "");
  return MASK + closers;
}

/** A user's name and password. In each kind of quotes what follows can be read in one way only: else it may take for ever. */
function login(name: string, password: string): Shape {
  const option = `(?<![\\w-])(?:-[uU]\\s{0,3}|--(?:proxy-)?user[\\s=]\\s{0,3})`;
  const pattern = new RegExp(`(${option}${name})(?!//)${password}`, "g");
  return (text) => text.replace(pattern, `$1${MASK}`);
}

const SECRET_WORD =
  "(?:password|passwd|passphrase|passcode|pwd|secret|token|credential|cookie|sessionid|key|(?<![a-z])pass(?![a-z]))";

/** Programs that take a password after `-p`. */
const LOGIN =
  /\b(?:mysql\w*|obclient|mariadb\w*|sshpass|obdumper|obloader|obproxy\w*|obd|ldap\w+|htpasswd|isql|bcp)\b|(?<![\w-])-u\s?\S/i;

/**
 * `-pX` and `-p X`. Other programs take a path, a port or a number there (`mkdir -p`, `ssh -p 22`, `patch -p1`), so
 * without a program that logs in only what looks like a password is one.
 */
function maskShortOption(text: string): string {
  return text.replace(
    /((?<![\w-])-p(\s{0,3}))("[^"\n]{0,400}"|'(?:[^'\n]|'(?:\\'|"'")'){0,400}'|[^\s"'-][^\s"']{0,400})/g,
    (all, start: string, space: string, value: string, offset: number, whole: string) => {
      const line = whole.slice(Math.max(0, offset - 300), offset);
      const command = line.slice(line.lastIndexOf("\n") + 1);
      const isLogin =
        LOGIN.test(command) || /^\s+-u\s?\S/.test(whole.slice(offset + all.length, offset + all.length + 10));
      const looksSo = /^["']|(?=.*[a-zA-Z])(?=.*[\d!@#$%^&*])/.test(value) && !/[/\\=:]/.test(value);
      const looksGlued = space === "" && /^.+[A-Z]|^[A-Z]/.test(value) && !/[/\\=:]/.test(value);
      return (isLogin && !PROSE.test(value)) || looksSo || looksGlued ? start + MASK : all;
    },
  );
}

/** `scheme://user:password@host`. A password that holds a slash ends at the last `@` of the word. */
function maskUrls(text: string): string {
  return text.replace(/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)([^\s"'<>]{1,2000})/gi, (all, scheme: string, rest: string) => {
    const end = rest.search(/[/?#\\]/);
    const authority = end < 0 ? rest : rest.slice(0, end);
    const at = authority.includes(":") && !authority.includes("@") ? rest.lastIndexOf("@") : authority.lastIndexOf("@");
    const reach = authority.includes(":") && authority.includes("@") ? Math.max(at, lastAtOfPassword(rest)) : at;
    return reach <= 0 ? all : `${scheme}${MASK}${rest.slice(reach)}`;
  });
}

/** `me:p@ss/word@host`: an `@` behind the first slash that a host and no path follows. */
function lastAtOfPassword(rest: string): number {
  const match = /^.*@(?=[\w.-]+(?::\d+)?(?:[/?#]|$))/.exec(rest);
  return match === null ? -1 : match[0].length - 1;
}

/** One of these is in whatever a shape finds. Most lines have none, and the shapes' patterns take time to build. */
const HINT =
  /pass|pwd|secret|token|credential|cookie|sessionid|key|authorization|identified|basic|bearer|digest|(?<![\w-])-(?:[pu]|-(?:proxy-)?user)|密码|口令|密钥|令牌/i;

const SHAPES: readonly Shape[] = [
  // A whole header in quotes: `-H 'Authorization: …'`.
  (text) => text.replace(/((["'])(?:proxy-)?authorization\s{0,3}:\s{0,3})[^"'\n]{1,4000}(?=\2)/gi, `$1${MASK}`),
  (text) =>
    text.replace(
      /(\b(?:proxy-)?authorization\\{0,7}["']?\s{0,3}[:=]\s{0,3}\\{0,7}["']?)((?:basic|bearer|negotiate|ntlm|token|OCP-ACCESS-KEY-HMACSHA1)\s+)?(?!\*\*\*)(digest\s[^\n]*|[^\s"'\\,;]+)/gi,
      (_all, start: string, scheme: string | undefined) => `${start}${scheme ?? ""}${MASK}`,
    ),
  (text) => text.replace(/\b(OCP-ACCESS-KEY-HMACSHA1\s+)[\w+/=.:~-]{4,}/g, `$1${MASK}`),
  // Without its header's name a scheme is a word like others: what follows must look like no word.
  (text) =>
    text.replace(
      /\b((?:[Bb]asic|BASIC|[Bb]earer|BEARER|[Dd]igest|DIGEST)\s+)(?=[\w+/.:~-]*(?:\d|[a-z][A-Z]|=))[\w+/=.:~-]{4,}/g,
      `$1${MASK}`,
    ),
  option(`--?[\\w-]{0,40}(?:password|passwd|passphrase|pwd|pass|secret|token|api-?key|access-?key)(?:-[\\w-]{0,40})?`),
  maskShortOption,
  // `curl -u a:b`, `--user a:b`, `--proxy-user a:b`: the name may be shown.
  login(`"[^"':\\n]{0,200}:`, `[^"\\n]{1,4000}`),
  login(`'[^"':\\n]{0,200}:`, `(?:[^'\\n]|${QUOTE_IN_SHELL}){1,4000}`),
  login(`[^\\s"':]{0,200}:`, `\\S{1,400}`),
  // SQL.
  shape(`\\bidentified\\s+(?:with\\s+\\S{1,80}\\s+)?(?:by|as)\\s+(?:password\\s+)?`, QUOTED),
  shape(`\\buser\\s+\\S{1,200}\\s+identified\\s+by\\s+`, `[^\\s"';*][^\\s"';]{0,400}`),
  shape(`\\bpassword\\s{0,3}\\(\\s{0,3}`, QUOTED),
  shape(`\\bpassword\\s+for\\s+[^\\s=]{1,200}\\s{0,3}=\\s{0,3}`),
  // `password=…`, `"access_key": "…"`, `token: …`: names as OCP's own task engine masks them, and a few more.
  shape(`${SECRET_WORD}[\\w.-]{0,40}\\\\{0,7}["']?\\s{0,3}[=:]\\s{0,3}`),
  shape("(?:密码|口令|密钥|令牌)[”\"']?\\s{0,3}[=:：]\\s{0,3}"),
];

/*
 * The forms in which a secret comes back: escaped for HTML, JSON, a URL, a form or a shell, in any mix, and in base64 as
 * part of something longer.
 */

/** HTML's names of what stands in ASCII and is neither letter nor digit. */
const ENTITIES: Readonly<Record<string, string>> = {
  ...{ "!": "excl", '"': "quot|QUOT", "#": "num", $: "dollar", "%": "percnt", "&": "amp|AMP", "'": "apos" },
  ...{ "(": "lpar", ")": "rpar", "*": "ast|midast", "+": "plus", ",": "comma", ".": "period", "/": "sol" },
  ...{ ":": "colon", ";": "semi", "<": "lt|LT", "=": "equals", ">": "gt|GT", "?": "quest", "@": "commat" },
  ...{ "[": "lsqb|lbrack", "\\": "bsol", "]": "rsqb|rbrack", "^": "Hat", _: "lowbar|UnderBar", "`": "grave" },
  ...{ "{": "lcub|lbrace", "|": "verbar|vert|VerticalLine", "}": "rcub|rbrace", " ": "nbsp" },
};
const JSON_ESCAPES: Readonly<Record<string, string>> = { "\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f" };

function isHidden(piece: string): boolean {
  return /^[\p{C}\p{DI}]/u.test(piece) && !/^\s/u.test(piece);
}

/** The source of a pattern that finds the text in every mix of escapes, also escaped twice. */
export function escapedForms(text: string): string {
  const pieces = text.match(/\\+|\s+|(['"`$%{}])\1*|[^\\\s]/gu) ?? [];
  const hasShown = pieces.some((piece) => !isHidden(piece) && !/^\s/u.test(piece));
  return pieces
    .map((piece, index) => {
      const afterBackslash = index > 0 && pieces[index - 1]?.startsWith("\\") === true;
      // Neither what is invisible nor spaces at the ends come through `oneLine`.
      const isEnd = /^\s/u.test(piece) && (index === 0 || index === pieces.length - 1);
      return hasShown && (isHidden(piece) || isEnd)
        ? `(?:${formsOf(piece, afterBackslash)})?`
        : formsOf(piece, afterBackslash);
    })
    .join("");
}

function formsOf(piece: string, afterBackslash: boolean): string {
  const character = String.fromCodePoint(piece.codePointAt(0) ?? 0);
  const amount = Array.from(piece).length;
  // A shell, JSON and SQL double backslashes.
  if (character === "\\") return `(?:(?:${encodedForms(character)}){${amount}}|\\\\{${amount},${amount * 8}})`;
  // Spaces and line feeds are drawn together before they are shown.
  if (/\s/u.test(character)) {
    const each = [...new Set(piece)].map((space) => `${encodedForms(space)}|\\\\{1,8}${JSON_ESCAPES[space] ?? "s"}`);
    return `(?:\\s|\\\\{1,8}\\s|\\+|${each.join("|")}){1,64}`;
  }
  const raw = literally(character);
  if (isDoubled(character)) {
    const quoted = character === "'" ? `'\\\\{0,8}"'\\\\{0,8}"'|` : "";
    const each = `${quoted}${encodedForms(character)}|${afterBackslash ? "" : "\\\\{0,8}"}${raw}`;
    return `(?:${each}){${amount},${amount * 3}}`;
  }
  const backslashes = /[\w\u0080-\u{10ffff}]/u.test(character) || afterBackslash ? "" : "\\\\{0,8}";
  const shown = isHidden(character) ? `(?:${raw}|\\uFFFD)` : raw;
  return `(?:${encodedForms(character)}|${backslashes}${shown})`;
}

/**
 * SQL, CSV, formats and batch files write it twice for once; of a single quote a shell makes `'\''`, three of them in all,
 * or `'"'"'`.
 */
function isDoubled(character: string): boolean {
  return /['"`$%{}]/.test(character);
}

/** Whether a text may hold one that {@link isDoubled}, and is in the secret. */
export function mayDouble(text: string, secret: string): boolean {
  return [...(secret.match(/['"`$%{}]/g) ?? [])].some((each) => text.includes(each + each) || text.includes(`'"'"'`));
}

function encodedForms(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const bytes = [...Buffer.from(character, "utf8")];
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const names = ENTITIES[character];
  return [
    `&(?:amp;){0,3}(?:#0{0,5}${code}|#[xX]0{0,5}${anyCase(hex)}${names === undefined ? "" : `|${names}`});`,
    bytes.map((byte) => `%(?:25){0,3}${anyCase(hexOf(byte, 2))}`).join(""),
    units.map((unit) => `\\\\{1,8}u${anyCase(hexOf(unit, 4))}`).join(""),
    bytes.map((byte) => `\\\\{1,8}x${anyCase(hexOf(byte, 2))}`).join(""),
  ].join("|");
}

function hexOf(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/**
 * The source of a pattern for the text itself. Characters stand in it by number, so that none is ever special: a pattern
 * that could not be built would be shown.
 */
export function literally(text: string): string {
  return Array.from(text, (character) =>
    /^[a-z0-9]$/i.test(character) ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  ).join("");
}

/** A shorter one could as well be something else. */
const SHORTEST_CORE = 5;

/**
 * What is in every text that was encoded as base64 with this text in it: three bytes make four characters, so it looks
 * different at each of three places. At both ends characters belong to its neighbours too.
 */
export function base64Cores(text: string): readonly string[] {
  const bytes = Buffer.from(text, "utf8");
  return [0, 1, 2]
    .map((before) => {
      const all = Buffer.concat([Buffer.alloc(before), bytes]);
      return all.toString("base64").slice(Math.ceil((before * 8) / 6), Math.floor((all.length * 8) / 6));
    })
    .filter((core) => core.length >= SHORTEST_CORE);
}

/** The source of a pattern that finds what stands in base64, also in base64url and where it was escaped again. */
export function base64Forms(core: string): string {
  return core.replace(/./g, base64Character);
}

function base64Character(character: string): string {
  if (character === "+") return `(?:[+\\-]|${encodedForms("+")})`;
  if (character === "/") return `(?:\\\\{0,8}\\/|_|${encodedForms("/")})`;
  return character;
}

/** What may follow base64, or not. */
export const PADDING = `(?:\\\\{0,8}=|${encodedForms("=")}){0,2}`;

/** The text's bytes in hexadecimal digits. */
export function hexForm(text: string): string {
  return anyCase(Buffer.from(text, "utf8").toString("hex"));
}
